"""A word becomes a synonym of a keyword in one step."""

import pytest
from django.urls import reverse

from glossary.likeness import likely
from glossary.models import Keyword, KeywordLabel
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(as_user, editor):
    return as_user(editor)


def address(word="creche", language="fr"):
    return f"{reverse('keyword_synonym')}?word={word}&language={language}"


def add(client, text="crèche", language="fr", word="creche", **choice):
    return client.post(address(word), {"text": text, "language": language, **choice})


def synonyms():
    labels = KeywordLabel.objects.filter(kind=KeywordLabel.SYNONYM)
    return list(labels.values_list("keyword__name", "language", "text"))


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("creches", ["crèche"]),  # another ending
        ("krèche", ["crèche"]),  # an error
        ("garder", ["garderie"]),  # the same beginning
        ("financer", ["financement"]),  # the same stem
        ("kinderopvan", ["accueil des enfants"]),  # a label in another language
        ("enfant", ["accueil des enfants"]),  # a part
        ("accueil enfants", ["accueil des enfants", "accueil"]),  # those with more of it first
        ("zirconium", []),
        ("", []),
    ],
)
def test_it_knows_what_a_word_may_be_another_word_for(word, found):
    for name in ("crèche", "garderie", "financement", "accueil", "réunion"):
        base.make_keyword(name)
    base.make_keyword("accueil des enfants", nl="kinderopvang")
    assert [each.name for each in likely(word, Keyword.objects.all())] == found


def test_likely_keywords_come_first_and_one_is_chosen(client):
    keyword = base.make_keyword("accueil", nl="kinderopvang")
    base.make_keyword("brouillon kinderopvang", live=False)
    form = client.get(address("kinderopvan", "nl")).context["form"]
    assert form["language"].value() == "nl"
    assert form["likely"].field.choices == [(str(keyword.pk), "accueil (kinderopvang)")]
    assert add(client, "kinderopvan", "nl", "kinderopvan", likely=keyword.pk).status_code == 302
    assert synonyms() == [("accueil", "nl", "kinderopvan")]


def test_any_other_keyword_is_chosen_by_any_of_its_words(client):
    base.make_keyword("crèches")
    base.make_keyword("accueil", nl="opvang")
    crowded = Keyword.objects.get(name="crèches").pk
    assert add(client, "crèche d’ici", likely=crowded, other="Opvang").status_code == 302
    assert synonyms() == [("accueil", "fr", "crèche d’ici")]


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("other", {}),
        ("other", {"other": "inconnu"}),
        ("other", {"other": "brouillon"}),
        ("likely", {"likely": "123456"}),
        ("text", {"other": "accueil", "text": ""}),
        ("text", {"other": "accueil", "text": "!!!"}),
        ("text", {"other": "accueil", "text": "Accueil"}),
        ("text", {"other": "accueil", "text": "Portage"}),
        ("text", {"other": "accueil", "text": "x" * 101}),
        ("language", {"other": "accueil", "language": "xx"}),
    ],
)
def test_it_says_what_cannot_be(client, field, data):
    for name in ("accueil", "portage", "crèches"):
        base.make_keyword(name)
    base.make_keyword("brouillon", live=False)
    response = client.post(address(), {"text": "crèche", "language": "fr", **data})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert synonyms() == []


def test_a_draft_keeps_the_synonym(client):
    keyword = base.make_keyword("accueil")
    keyword.definition_fr = "À venir."
    keyword.save_revision()
    assert add(client, other="accueil").status_code == 302
    keyword = Keyword.objects.get()
    assert keyword.definition_fr == ""
    keyword.latest_revision.publish()
    assert synonyms() == [("accueil", "fr", "crèche")]
    assert Keyword.objects.get().definition_fr == "À venir."


@pytest.mark.parametrize("odd", ["", "?word=", "?word=a%00b&language=xx", f"?word={'é' * 500}"])
def test_it_passes_over_what_is_odd(client, odd):
    assert client.get(f"{reverse('keyword_synonym')}{odd}").status_code == 200


def test_only_those_who_keep_the_glossary_see_and_add(as_user, moderator, member):
    base.make_keyword("crèches")
    for user in (None, moderator, member):
        response = as_user(user).get(address())
        assert response.status_code in (302, 403)
        assert "crèches" not in response.content.decode()
        assert add(as_user(user), other="crèches").status_code in (302, 403)
    assert synonyms() == []

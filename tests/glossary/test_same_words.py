"""Two keywords may share a word: one that only a group knows, and one that others made."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from glossary.backoffice.merging import cautions
from glossary.models import Keyword, KeywordGroup, KeywordSuggestion, Kind
from glossary.rules import choose
from glossary.suggesting import Ambiguous, accept, propose
from tests import base
from tests.glossary.test_admin_keywords import edit_data, edit_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(private_workgroup):
    """Used in a private group only; its synonym is the name of what others made."""
    keyword = base.make_keyword("zanzibarine", synonyms=["quiproquade"], definition_fr="Gardée.")
    base.make_minutes(private_workgroup, keywords=[keyword.name])
    return keyword


@pytest.fixture
def theirs(secret):
    return Keyword.objects.make("quiproquade", "fr")


def test_a_name_counts_before_the_synonym_of_an_older_one(secret, theirs, editor):
    assert Keyword.objects.named("Quiproquade") == theirs
    assert choose(["quiproquade"], user=editor, kind=Kind.MINUTES).keywords == [theirs]


def test_saving_a_page_keeps_the_keyword_that_it_carries(secret, editor):
    numbered = Keyword.objects.make("zanzibarine", "fr")  # "zanzibarine (2)", its label without
    kept = choose(["zanzibarine"], user=editor, kind=Kind.MINUTES, kept=[numbered.pk])
    assert kept.keywords == [numbered]
    assert choose(["zanzibarine"], user=editor, kind=Kind.MINUTES).keywords == [secret]


def test_a_suggested_word_never_opens_a_private_keyword_unasked(
    secret, as_user, editor, member, workgroup
):
    page = base.make_minutes(workgroup)
    suggestion = propose(page, member, "quiproquade")
    assert suggestion.keyword is None
    url = reverse("keyword_decide", args=[suggestion.pk])
    asked = as_user(editor).post(url, {"answer": "accept"})
    assert "Le retenir ici montrera" in asked.content.decode()
    assert as_user().get(secret.get_absolute_url()).status_code == 404
    as_user(editor).post(url, {"answer": "accept", "meant": "new"})
    carried = page.specific.keywords_shown()
    assert [keyword.name for keyword in carried] == ["quiproquade"] and secret not in carried
    assert as_user().get(secret.get_absolute_url()).status_code == 404
    assert as_user().get(carried[0].get_absolute_url()).status_code == 200


def test_an_editor_may_mean_the_private_keyword(secret, editor, member, workgroup):
    suggestion = propose(base.make_minutes(workgroup), member, "quiproquade")
    with pytest.raises(Ambiguous) as asked:
        accept(suggestion, editor)
    assert asked.value.alike == [secret]
    assert accept(suggestion, editor, meant=str(secret.pk)) == secret


def test_a_digit_that_is_no_number_is_no_answer(as_user, editor, member, workgroup):
    suggestion = propose(base.make_minutes(workgroup), member, "inédit")
    url = reverse("keyword_decide", args=[suggestion.pk])
    assert as_user(editor).post(url, {"answer": "accept", "meant": "²"}).status_code == 302
    assert KeywordSuggestion.objects.get().state == KeywordSuggestion.ACCEPTED


def test_both_can_still_be_edited(theirs, as_user, editor):
    changed = edit_data(theirs, definition_fr="Ce que d’autres en disent.")
    as_user(editor).post(edit_url(theirs), changed)
    theirs.refresh_from_db()
    assert theirs.definition_fr == "Ce que d’autres en disent."


def test_a_word_that_came_with_a_private_draft_is_offered_to_nobody(
    as_user, private_workgroup, workgroup, editor
):
    page = base.make_minutes(private_workgroup)
    for word in choose(["licenciement"], user=editor, kind=Kind.MINUTES).all("fr"):
        page.keywords.add(word)
    page.save_revision()
    Keyword.objects.make("licence libre", "fr", offered=True)
    words = as_user().get(reverse("keyword_words"), {"q": "licenc"}).json()["words"]
    assert [word["label"] for word in words] == ["licence libre"]
    base.make_minutes(workgroup, keywords=["licenciement"])
    words = as_user().get(reverse("keyword_words"), {"q": "licenc"}).json()["words"]
    assert {word["label"] for word in words} == {"licence libre", "licenciement"}


def test_merging_says_that_private_words_would_open(secret, workgroup):
    public, other = base.make_keyword("portage"), base.make_keyword("statut")
    base.make_minutes(workgroup, keywords=["portage", "statut"])
    assert any("seront publics" in str(said) for said in cautions(secret, public))
    assert not cautions(other, public)


def test_a_page_may_keep_two_keywords_of_a_group_that_allows_one(editor):
    group = KeywordGroup.objects.create(name="Thèmes", single=True)
    both = [base.make_keyword(name, group=group) for name in ("un", "deux")]
    base.make_keyword("trois", group=group)
    kept = {"user": editor, "kind": Kind.MINUTES, "kept": [each.pk for each in both]}
    assert not choose(["un", "deux"], **kept).problems
    assert not choose(["un", "deux", "autre chose"], **kept).problems
    assert choose(["un", "trois"], **kept).problems


def test_a_group_that_has_nothing_for_a_reader_is_not_advised(secret, as_user, workgroup):
    group = KeywordGroup.objects.create(name="Mots gardés", recommended=True)
    secret.group = group
    secret.save()
    page = base.make_minutes(workgroup)
    assert "Mots gardés" not in as_user().get(page.url).content.decode()
    base.make_keyword("portage", group=group)
    assert "Mots gardés" in as_user().get(page.url).content.decode()


def test_the_list_of_uses_asks_as_many_questions_for_many_pages(as_user, editor, workgroup):
    keyword, client = base.make_keyword("portage"), as_user(editor)
    url = reverse("keywords:usage", args=[keyword.pk])

    def asked(pages):
        for _ in range(pages):
            base.make_minutes(workgroup, keywords=["portage"])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    assert asked(2) == asked(6)

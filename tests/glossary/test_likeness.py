"""Which words are taken for the same concept, and which are not."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.likeness import near_pairs, parts, similar, unlikeness
from glossary.models import Keyword
from tests import base

ALIKE = [
    ("statut", "statuts"),
    ("acompagnement", "accompagnement"),
    ("acompagnemant", "accompagnement"),
    ("économie sociale", "ECONOMIE-SOCIALE"),
    ("économie sociale", "sociale économie"),
    ("co-création", "cocréation"),
    ("porte-parole", "porte parole"),
    ("œuvre", "oeuvre"),
    ("donneur d’ordre", "donneurs d'ordres"),
    ("travailleur", "travailleuses"),
    ("formateur", "formatrices"),
    ("employé", "employées"),
    ("local", "locaux"),
    ("réseau", "réseaux"),
    ("actif", "actives"),
    ("conseiller", "conseillères"),
    ("coopérative d’activités", "coopératives d’activité"),
    ("comptabilité", "compatbilité"),
    ("mutualisation", "mutalisation"),
    ("accompagnement des jeunes", "acompagnement de jeunes"),
]
# One letter apart, or two that changed places, and two words all the same: editors say so
# once, in the report or when they make the keyword.
MISTAKEN = [("salaire", "salarié")]
APART = [
    ("formation", "information"),
    ("client", "clientèle"),
    ("coopération", "coopérative"),
    ("animation", "animateur"),
    ("formation", "formateur"),
    ("logement", "loge"),
    ("évaluation", "évolution"),
    ("statut", "statue"),
    ("emploi", "employeur"),
    ("production", "réduction"),
    ("budget 2025", "budget 2026"),
    ("groupe A", "groupe B"),
    ("groupe", "groupe A"),
    ("prix", "pris"),
    ("bureau", "bateau"),
    ("contrat de travail", "contrat de bail"),
    ("accompagnement", "accompagnement des jeunes"),
    ("préparation", "réparation"),
    ("inclusion", "exclusion"),
]


def alike(one, other, language="fr"):
    return unlikeness(parts(one, language), parts(other, language)) >= 0


@pytest.mark.parametrize("one,other", [*ALIKE, *MISTAKEN])
def test_it_takes_these_for_alike(one, other):
    assert alike(one, other) and alike(other, one)


@pytest.mark.parametrize("one,other", APART)
def test_it_keeps_these_apart(one, other):
    assert not alike(one, other) and not alike(other, one)


@pytest.mark.parametrize(
    "one,other,language",
    [
        ("vergadering", "vergaderingen", "nl"),
        ("meeting", "meetings", "en"),
        ("groep", "groepen", "nl"),
    ],
)
def test_it_knows_plurals_of_other_languages(one, other, language):
    assert alike(one, other, language)


def test_words_of_two_languages_are_alike_only_when_they_are_the_same():
    assert unlikeness(parts("coaching", "fr"), parts("Coaching", "en")) == 0
    assert unlikeness(parts("accompagnement", "fr"), parts("accompagnements", "en")) == -1


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["fr", "nl", "en"]))
def test_any_text_can_be_compared_and_the_order_does_not_matter(one, other, language):
    assert alike(one, other, language) == alike(other, one, language)
    assert alike(one, one, language)


@pytest.mark.django_db
def test_it_finds_keywords_by_every_label_the_likeliest_first():
    exact = base.make_keyword("co-création")
    typed = base.make_keyword("cocréatoin")
    dutch = base.make_keyword("rencontre", nl="vergadering")
    base.make_keyword("budget")
    assert similar("cocréation", Keyword.objects.all()) == [exact, typed]
    assert similar("vergaderingen", Keyword.objects.all()) == [dutch]
    assert similar("vergaderingen", Keyword.objects.exclude(pk=dutch.pk)) == []
    assert similar("autre chose", Keyword.objects.all()) == []


@pytest.mark.django_db
def test_it_asks_as_many_questions_of_two_keywords_as_of_two_hundred(
    django_assert_num_queries, editor
):
    for number in range(200):
        base.make_keyword(f"mot {number}")
    with django_assert_num_queries(1):
        assert similar("autre chose", Keyword.objects.nameable_by(editor)) == []
    with django_assert_num_queries(3):
        [found] = similar("mots 7", Keyword.objects.nameable_by(editor))
        assert [label.text for label in found.labels.all()] == ["mot 7"]


@pytest.mark.django_db
def test_the_report_finds_every_pair_once_by_any_label():
    one = base.make_keyword("accompagnement", synonyms=["suivi"])
    two = base.make_keyword("acompagnement", synonyms=["suivis"])
    other = base.make_keyword("begeleiding", nl="vergaderingen")
    more = base.make_keyword("réunion", nl="vergadering")
    base.make_keyword("budget", synonyms=["budgets"])  # its own labels are no pair
    pairs = near_pairs(Keyword.objects.with_labels())
    assert [(pair.first, pair.second) for pair in pairs] == [(one, two), (other, more)]
    assert pairs[1].words == ("vergaderingen", "vergadering")


@pytest.mark.django_db
def test_the_report_finds_what_comparing_all_with_all_finds():
    chance = random.Random(5)
    words = [word for pair in ALIKE + APART for word in pair]
    for word in list(words):
        at = chance.randrange(1, len(word))
        words.append(word[:at] + chance.choice(string.ascii_lowercase) + word[at + 1 :])
    keywords = [Keyword(pk=number, name=word) for number, word in enumerate(words, 1)]
    found = {(pair.first.pk, pair.second.pk) for pair in near_pairs(keywords)}
    wanted = {
        (one.pk, other.pk)
        for one in keywords
        for other in keywords
        if one.pk < other.pk and alike(one.name, other.name)
    }
    assert found == wanted and len(found) > len(ALIKE)

"""Analysis: which words meet which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import analysis


def meets(asked: str, written: str, language: str) -> bool:
    """Whether a one-word query finds a one-word text."""
    return bool(
        set(analysis.terms(written, language))
        & {variant for word in analysis.words(asked) for variant in analysis.variants(word)}
    )


@pytest.mark.parametrize(
    ("asked", "written", "language"),
    [
        ("reunion", "Réunion", "fr"),
        ("RÉUNIONS", "réunion", "fr"),
        ("coordinatrices", "coordinateur", "fr"),
        ("accompagnee", "accompagnée", "fr"),
        ("accompagné", "accompagnement", "fr"),
        ("accompagnement", "l’accompagnement", "fr"),
        ("ordre", "d'ordre", "fr"),
        ("qu'entrepreneur", "entrepreneurs", "fr"),
        ("oeuvre", "œuvre", "fr"),
        ("re\u0301union", "réunion", "fr"),  # the accent as a sign of its own
        ("vergadering", "vergaderingen", "nl"),
        ("coordinatie", "coördinatie", "nl"),
        ("foto", "foto's", "nl"),
        ("meetings", "meeting", "en"),
        ("group", "group’s", "en"),
        ("coordination", "coordi\u00adnation", "fr"),
        ("quipro\u00adquades", "qui\u200bproquade", "fr"),
    ],
)
def test_it_lets_forms_of_a_word_meet(asked, written, language):
    assert meets(asked, written, language)


@pytest.mark.parametrize(
    ("asked", "written"), [("portage", "partage"), ("3", "4"), ("été", "tété")]
)
def test_it_keeps_different_words_apart(asked, written):
    assert not meets(asked, written, "fr")


def test_it_keeps_words_of_one_sign_so_that_numbers_can_be_looked_for():
    assert analysis.terms("étape 3, plan B", "fr") == ["etap", "3", "plan", "b"]


def test_it_keeps_stop_words_in_texts_so_that_phrases_with_them_can_be_found():
    assert analysis.terms("mise en place", "fr")[1] == "en"


def test_it_does_not_ask_for_stop_words_unless_there_is_nothing_else():
    assert analysis.needed(["la", "reunion", "de", "groupe"]) == ["reunion", "groupe"]
    assert analysis.needed(["de", "la"]) == ["de", "la"]


def test_it_counts_positions_alike_in_every_language():
    text = "L'ordre du jour, c'est aujourd'hui: de foto's van d'Artagnan's group"
    assert len({len(analysis.terms(text, language)) for language in analysis.LANGUAGES}) == 1


@given(st.text(max_size=200))
def test_it_finds_every_text_by_its_own_words(text):
    for language in analysis.LANGUAGES:
        written = analysis.terms(text, language)
        asked = [analysis.variants(word) for word in analysis.words(text)]
        assert len(written) == len(asked)
        assert all(term in variants for term, variants in zip(written, asked, strict=True))
        assert all(term and " " not in term for term in written)

"""The query language: what is understood, and that nothing typed breaks it."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search import analysis
from search.query import (
    LONGEST_QUERY,
    MOST_WORDS,
    All,
    Any,
    Not,
    Phrase,
    Prefix,
    Word,
    parse,
    read_date,
)


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", None),
        ("réunion", Word("reunion")),
        ("réunion budget", All((Word("reunion"), Word("budget")))),
        ('"mise en place"', Phrase("mise en place")),
        ("« mise en place »", Phrase("mise en place")),
        ('"mise en place', Phrase("mise en place")),  # never closed
        ('"réunion"', Word("reunion")),
        ("coaching OU portage", Any((Word("coaching"), Word("portage")))),
        ("a OR b OF c d", All((Any((Word("a"), Word("b"), Word("c"))), Word("d")))),
        ("OU portage OU", Word("portage")),
        ("budget -subside", All((Word("budget"), Not(Word("subside"))))),
        ('-"mise en place"', Not(Phrase("mise en place"))),
        ("accompagn*", Prefix("accompagn")),
        ("a* *", Word("a")),  # too short to be a beginning
        ("porte-parole", Phrase("porte-parole")),
        ("(réunion) [budget]", All((Word("reunion"), Word("budget")))),
        ("http://exemple.org", All((Word("http"), Word("exemple"), Word("org")))),
        ("note:bien", All((Word("note"), Word("bien")))),
        ("mot:", Word("mot")),
    ],
)
def test_it_reads_words_and_signs(typed, tree):
    assert parse(typed).tree == tree


def test_it_reads_filters_under_their_names_in_three_languages():
    for typed in (
        'mot:portage type:commentaire groupe:couveuse auteur:"Claire Martin" '
        "avant:2024 après:2023-05",
        'keyword:portage type:commentaire group:couveuse author:"Claire Martin" '
        "before:2024 after:2023-05",
        'trefwoord:portage type:commentaire groep:couveuse auteur:"Claire Martin" '
        "voor:2024 na:2023-05",
    ):
        query = parse(typed)
        assert query.tree is None
        assert query.keywords == ["portage"]
        assert query.kinds == ["commentaire"]
        assert query.groups == ["couveuse"]
        assert query.authors == ["Claire Martin"]
        assert query.before == date(2024, 1, 1)
        assert query.after == date(2023, 5, 1)


def test_it_turns_filters_round():
    query = parse("budget -mot:portage -type:commentaire -groupe:couveuse -auteur:claire -taal:nl")
    assert query.tree == Word("budget")
    assert query.are_none
    without = query.without
    assert (without.keywords, without.kinds) == (["portage"], ["commentaire"])
    assert (without.groups, without.authors, without.languages) == (
        ["couveuse"],
        ["claire"],
        ["nl"],
    )
    assert parse("-avant:2024").after == parse("après:2024").after == date(2024, 1, 1)
    assert parse("-après:2024").before == date(2024, 1, 1)


def test_it_does_not_join_words_over_a_filter():
    assert parse("budget OU mot:portage réunion").tree == All((Word("budget"), Word("reunion")))


def test_it_gives_what_may_be_the_name_of_a_keyword_as_it_was_typed():
    runs = parse("l’aide donneur d’ordre -budget type:article accompagn* « suivi social »").runs
    assert {"aide", "donneur", "ordre", "donneur d’ordre", "suivi social"} <= set(runs)
    assert not {"budget", "article", "accompagn", "social"} & set(runs)


def test_it_says_which_date_it_did_not_understand():
    query = parse("budget avant:demain")
    assert query.bad_dates == ["demain"]
    assert query.tree == Word("budget")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2024", date(2024, 1, 1)),
        ("2024-5", date(2024, 5, 1)),
        ("2024-05-12", date(2024, 5, 12)),
        ("12/05/2024", date(2024, 5, 12)),
        ("5.2024", date(2024, 5, 1)),
        ("2024-13", None),
        ("0000", None),
        ("٢٠٢٤", None),
        ("hier", None),
    ],
)
def test_it_reads_dates(typed, day):
    assert read_date(typed) == day


def test_it_bounds_what_it_reads_and_says_so():
    assert not parse("mot " * MOST_WORDS).shortened
    for typed in ("mot " * (MOST_WORDS + 1), "x" * 10_000, '"' + "de " * 90):
        query = parse(typed)
        assert query.shortened
        assert query.tree is not None


@given(st.text(max_size=LONGEST_QUERY * 2))
@example('"')
@example("-")
@example('-"')
@example("\x00\x00")
@example('mot:"')
@example("avant:99999 après:-1")
@example("((((OR OU OF -OR *)))")
@example("é" * 10_000)
def test_it_reads_whatever_is_typed(typed):
    query = parse(typed)
    count, parts = 0, [query.tree]
    while parts:
        part = parts.pop()
        if isinstance(part, (All, Any)):
            assert len(part.parts) > 1
            parts += part.parts
        elif isinstance(part, Not):
            parts.append(part.part)
        elif part is not None:
            assert analysis.words(part.text)
            count += len(analysis.words(part.text))
    assert count <= MOST_WORDS


@given(
    st.lists(st.sampled_from(['"', "-", "mot:", "a", " ", "*", "OU", "«", ":", "avant:", "(", "é"]))
)
def test_it_reads_every_heap_of_signs(signs):
    parse("".join(signs))


def test_it_takes_so_many_filters_of_a_sort_and_says_so():
    query = parse(" ".join(f"auteur:a{number}" for number in range(12)))
    assert len(query.authors) == 10 and query.shortened
    assert not parse("auteur:a auteur:b").shortened

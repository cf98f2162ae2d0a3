"""Arrays of what matched: the same things, numbers and order as counting one by one gives."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.matched import FACETS, Chosen, Matched

ROWS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 1.0, 2.5]),
        st.just(0),  # numbered below
        st.sampled_from(["minutes.page", "discussion.comment"]),
        st.integers(1, 4),
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from(["minutes", "decision", "comment"]),
        st.sampled_from(["fr", "nl"]),
        st.sampled_from([None, 7, 8]),
        st.sampled_from([None, date(2023, 12, 31), date(2024, 1, 1), date(2026, 2, 3)]),
        st.sampled_from(["", "Anne", "Zoé"]),
        st.sampled_from([None, 5, 6]),
        st.lists(st.integers(1, 3), max_size=4),
        st.lists(st.sampled_from(["Anne", "Zoé", "Paul"]), max_size=2),
    ),
    max_size=30,
)
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sets(st.sampled_from(["minutes", "decision", "article"])),
        "workgroup": st.sets(st.sampled_from([7, 8, 9])),
        "year": st.sets(st.sampled_from([2023, 2024, 2025])),
        "keyword": st.sets(st.integers(1, 4)),
        "language": st.sets(st.sampled_from(["fr", "nl", "en"])),
        "person": st.sets(st.sampled_from(["Anne", "Zoé", "Nemo"])),
    },
)


def numbered(rows):
    """The rows under keys in no order, so that no answer can lean on theirs."""
    return [(row[0], (at * 37) % 1009, *row[2:]) for at, row in enumerate(rows)]


def values_of(row, facet):
    _, _, _, _, _, kind, language, group, day, _, _, keywords, people = row
    one = {"kind": kind, "language": language, "workgroup": group, "year": day and day.year}
    if facet in one:
        return {one[facet]} - {None}
    return set(keywords if facet == "keyword" else people)


def thing_of(row):
    return row[4]


def passing(rows, chosen, but=None):
    return [
        row
        for row in rows
        if all(
            values_of(row, facet) & wanted
            for facet, wanted in chosen.items()
            if wanted and facet != but
        )
    ]


@given(ROWS, CHOICES, st.booleans(), st.integers(0, 6), st.integers(1, 6))
def test_it_agrees_with_counting_one_by_one(rows, chosen, by_date, start, number):
    rows = numbered(rows)
    found = Chosen(Matched.from_rows(rows), chosen)

    for facet in FACETS:
        counted = {}
        for row in passing(rows, chosen, but=facet):
            for value in values_of(row, facet):
                counted.setdefault(value, set()).add(thing_of(row))
        assert found.facet(facet) == {value: len(things) for value, things in counted.items()}

    things = {}
    for row in sorted(passing(rows, chosen), key=lambda row: (-row[0], -row[1])):
        things.setdefault(thing_of(row), []).append(row)
    assert found.total == len(things)
    expected = list(things.values())
    if by_date:
        expected.sort(key=lambda rows: -(rows[0][8].toordinal() if rows[0][8] else -1))
    expected = [[row[1] for row in rows] for rows in expected[start : start + number]]
    assert found.things(start, start + number, by_date) == expected


@given(ROWS, st.randoms(use_true_random=False), CHOICES)
def test_rows_that_are_taken_away_leave_no_trace(rows, random, chosen):
    rows = numbered(rows)
    kept = [random.random() < 0.5 for _ in rows]
    left = Matched.from_rows(rows).keep(np.array(kept, dtype=bool))
    alone = [row for row, keep in zip(rows, kept, strict=True) if keep]
    alone = Matched.from_rows(alone)
    assert len(left) == len(alone)
    for facet in FACETS:
        assert Chosen(left, chosen).facet(facet) == Chosen(alone, chosen).facet(facet)
    assert Chosen(left, chosen).things(0, 99) == Chosen(alone, chosen).things(0, 99)


def test_nothing_matched_is_counted_too():
    nothing = Chosen(Matched.from_rows([]), {"kind": {"minutes"}, "keyword": {1}})
    assert nothing.total == 0
    assert nothing.things(0, 20) == []
    assert not any(nothing.facet(facet) for facet in FACETS)


def test_many_values_are_counted_as_few_are(monkeypatch):
    """Pairs too many for a table are sorted."""
    rows = numbered(
        [
            (
                1.0,
                0,
                "m.p",
                n,
                f"thing {n % 5}",
                "minutes",
                "fr",
                None,
                None,
                "",
                None,
                [n % 3, 7],
                [],
            )
            for n in range(40)
        ]
    )
    few = Chosen(Matched.from_rows(rows), {}).facet("keyword")
    monkeypatch.setattr("search.matched._TABLE", 0)
    assert Chosen(Matched.from_rows(rows), {}).facet("keyword") == few == {0: 5, 1: 5, 2: 5, 7: 5}

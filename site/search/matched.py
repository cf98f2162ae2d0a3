"""What a search matched, as arrays: grouped into things, counted by facet, sorted and paged.

Pure NumPy, no database. A row is a row of Findable; a *thing* is what counts as one result: all
sections of a page are one, and so are the languages of a keyword, while each decision, document
and comment is its own. Rows are filtered, things are counted.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from search.fields import ColumnField
from search.ranked import Ranked
from search.whoosh_files import NOTHING, Values

#: The columns of Findable that `Matched.from_rows` takes, after the score and in this order.
COLUMNS = (
    "pk",
    "source_type",
    "source_id",
    "thing",
    "kind",
    "language",
    "workgroup",
    "date",
    "author",
    "document_id",
    "keyword_ids",
    "person_names",
)
NO_DAY = -1
_EPOCH = 719_163  # the ordinal of 1 January 1970, where NumPy's days begin
#: Up to so many pairs of a thing and a value are ticked off in a table; more are sorted.
_TABLE = 4_000_000


@dataclass(frozen=True, eq=False)
class Coded:
    """A column with at most one value a row: row i has `values[codes[i]]`, or none where -1."""

    codes: np.ndarray  # int32, one for each row
    values: list

    def take(self, rows: np.ndarray) -> "Coded":
        return Coded(self.codes[rows], self.values)

    def having(self, wanted: Collection) -> np.ndarray:
        """Which rows have one of these values: booleans, one for each row."""
        # The last entry is the answer for -1.
        known = np.array([value in wanted for value in self.values] + [False])
        return known[self.codes]

    def pairs(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(row, code) of each value that these rows (booleans) have."""
        found = np.flatnonzero(rows & (self.codes >= 0))
        return found, self.codes[found]


@dataclass(frozen=True, eq=False)
class ManyCoded:
    """A column with any number of values a row, each once.

    Row i has `values[code] for code in codes[offsets[i]:offsets[i + 1]]`.
    """

    offsets: np.ndarray  # int64, one more than there are rows
    codes: np.ndarray  # int32
    values: list

    def take(self, rows: np.ndarray) -> "ManyCoded":
        lengths = np.diff(self.offsets)[rows]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        shift = np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return ManyCoded(offsets, self.codes[shift + np.arange(offsets[-1])], self.values)

    def having(self, wanted: Collection) -> np.ndarray:
        """Which rows have at least one of these values: booleans, one for each row."""
        known = np.array([value in wanted for value in self.values], dtype=bool)
        hits = np.concatenate(([0], np.cumsum(known[self.codes])))
        return hits[self.offsets[1:]] > hits[self.offsets[:-1]]

    def pairs(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(row, code) of each value that these rows (booleans) have."""
        row = np.repeat(np.arange(len(rows)), np.diff(self.offsets))
        found = rows[row]
        return row[found], self.codes[found]


@dataclass(frozen=True, eq=False)
class Matched:
    """The rows that matched, one entry in every array and column for each, in any order."""

    keys: np.ndarray  # int64, primary keys of Findable
    scores: np.ndarray  # float64, the higher the better
    thing: np.ndarray  # int64 from 0: rows with the same number are one result
    things: list[str]  # what each number stands for
    day: np.ndarray  # int64, `date.toordinal()`, or NO_DAY
    source: Coded  # labels of models
    source_ids: np.ndarray  # int64, primary keys in them
    kind: Coded
    language: Coded
    workgroup: Coded  # primary keys of pages
    author: Coded  # as written, not folded
    document: Coded  # primary keys
    keyword: ManyCoded  # primary keys
    person: ManyCoded  # names

    def __len__(self):
        return len(self.keys)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple]) -> "Matched":
        """From (score, *COLUMNS) of each row."""
        rows = list(rows)
        columns = list(zip(*rows, strict=True)) or [()] * (len(COLUMNS) + 1)
        scores, keys, sources, ids, things, kinds, languages, groups, days, *more = columns
        authors, documents, *many = more
        thing = _code(things)
        return cls(
            keys=np.array(keys, dtype=np.int64),
            scores=np.array(scores, dtype=np.float64),
            thing=thing.codes.astype(np.int64),
            things=thing.values,
            day=np.array([day.toordinal() if day else NO_DAY for day in days], dtype=np.int64),
            source=_code(sources),
            source_ids=np.array(ids, dtype=np.int64),
            kind=_code(kinds),
            language=_code(languages),
            workgroup=_code(groups),
            author=_code(author or None for author in authors),
            document=_code(documents),
            keyword=_code_many(many[0]),
            person=_code_many(many[1]),
        )

    @classmethod
    def from_index(cls, ranked: Ranked) -> "Matched":
        """From what the index found, by the columns that it holds."""

        def column(name):
            return ranked.column(f"{ColumnField.PREFIX}{name}")

        days = column("date").codes
        return cls(
            keys=ranked.keys,
            scores=ranked.scores.astype(np.float64),
            thing=column("thing").codes.astype(np.int64),
            things=column("thing").words or [],
            day=np.where(days == NOTHING, NO_DAY, days),
            source=_of_words(column("source_type")),
            source_ids=column("source_id").codes,
            kind=_of_words(column("kind")),
            language=_of_words(column("language")),
            workgroup=_of_numbers(column("workgroup")),
            author=_of_words(column("author")),
            document=_of_numbers(column("document_id")),
            keyword=_of_lists(column("keyword_ids"), int),
            person=_of_lists(column("person_names"), str),
        )

    def sharing(self, others: "Matched") -> np.ndarray:
        """Which rows are of a thing that others are of: booleans, one for each row."""
        if not len(self) or not len(others):
            return np.zeros(len(self), dtype=bool)
        theirs = {others.things[code] for code in np.unique(others.thing).tolist()}
        return np.array([name in theirs for name in self.things], dtype=bool)[self.thing]

    @cached_property
    def year(self) -> Coded:
        dated = self.day != NO_DAY
        if not dated.any():
            return Coded(np.full(len(self), -1, dtype=np.int32), [])
        days = (self.day - _EPOCH).astype("datetime64[D]")
        years = days.astype("datetime64[Y]").astype(np.int64) + 1970
        first, last = int(years[dated].min()), int(years[dated].max())
        codes = np.where(dated, years - first, -1).astype(np.int32)
        return Coded(codes, list(range(first, last + 1)))

    def keep(self, rows: np.ndarray) -> "Matched":
        """Only these rows, given as booleans."""
        if rows.all():
            return self
        taken = np.flatnonzero(rows)
        arrays = ("keys", "scores", "thing", "day", "source_ids")
        columns = (
            "source",
            "kind",
            "language",
            "workgroup",
            "author",
            "document",
            "keyword",
            "person",
        )
        return replace(
            self,
            **{name: getattr(self, name)[taken] for name in arrays},
            **{name: getattr(self, name).take(taken) for name in columns},
        )


#: What can be chosen, each the name of a column of Matched.
FACETS = ("kind", "workgroup", "year", "keyword", "language", "person")


class Chosen:
    """What is left of the rows when values of facets are chosen: one of each facet's is needed.

    The numbers of a facet are those that choosing another of its values would give: its own
    choice does not bear on them, all others do.
    """

    def __init__(self, matched: Matched, chosen: Mapping[str, Collection]):
        self.matched = matched
        self._refused = {
            name: ~getattr(matched, name).having(values)
            for name, values in chosen.items()
            if values
        }
        #: By how many facets each row is refused.
        self._refusals = np.zeros(len(matched), dtype=np.int8)
        for refused in self._refused.values():
            self._refusals += refused

    @cached_property
    def total(self) -> int:
        """How many things are left."""
        return len(self._best)

    def facet(self, name: str) -> dict:
        """How many things there are by value, values without any left out."""
        column = getattr(self.matched, name)
        refusals = self._refusals - self._refused.get(name, 0)
        row, codes = column.pairs(refusals == 0)
        number = len(column.values)
        if not len(row):
            return {}
        pairs = self.matched.thing[row] * number + codes
        highest = int(pairs.max())
        if highest < _TABLE:
            seen = np.zeros(highest + 1, dtype=bool)
            seen[pairs] = True
            once = np.flatnonzero(seen)
        else:
            if highest < 2**31:  # half as wide is sorted in half the time
                pairs = pairs.astype(np.int32)
            pairs.sort()
            once = pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))]
        counts = np.bincount(once % number, minlength=number)
        return {column.values[code]: int(counts[code]) for code in np.flatnonzero(counts)}

    def things(self, start: int, stop: int, by_date: bool = False) -> list[list[int]]:
        """The primary keys of each thing from `start` to `stop`, its best row first.

        By score; with `by_date` by the day of the best row, newest first and undated last.
        What is equal stays in the order of the other, newest row first in the end.
        """
        best = self._best
        if by_date:
            days = self.matched.day[self._ranked[best]]
            best = best[np.argsort(-days, kind="stable")]
        shown = self.matched.thing[self._ranked[best[start:stop]]]
        rows_of = {int(thing): [] for thing in shown}
        wanted = np.zeros(int(self.matched.thing.max(initial=-1)) + 1, dtype=bool)
        wanted[shown] = True
        rows = self._ranked[wanted[self.matched.thing[self._ranked]]]
        for thing, key in zip(self.matched.thing[rows], self.matched.keys[rows], strict=True):
            rows_of[int(thing)].append(int(key))
        return list(rows_of.values())

    @cached_property
    def _ranked(self) -> np.ndarray:
        """The rows that are left, best first."""
        rows = np.flatnonzero(self._refusals == 0)
        rows = rows[np.argsort(-self.matched.keys[rows])]
        return rows[np.argsort(-self.matched.scores[rows], kind="stable")]

    @cached_property
    def _best(self) -> np.ndarray:
        """The places in `_ranked` of the best row of each thing, in order."""
        things = self.matched.thing[self._ranked]
        first = np.full(int(self.matched.thing.max(initial=-1)) + 1, -1)
        # Of what is written to one place many times the last stays: from worst to best.
        first[things[::-1]] = np.arange(len(things))[::-1]
        is_first = np.zeros(len(things), dtype=bool)
        is_first[first[first >= 0]] = True
        return np.flatnonzero(is_first)


def _code(values: Iterable) -> Coded:
    """The values of each row as codes; None is no value."""
    known: dict = {None: -1}
    # One less than their number: None was there first.
    codes = [known.setdefault(value, len(known) - 1) for value in values]
    return Coded(np.array(codes, dtype=np.int32), list(known)[1:])


def _of_words(column: Values) -> Coded:
    codes, words = _used(column)
    return Coded(codes, words)


def _of_numbers(column: Values) -> Coded:
    numbers, codes = np.unique(column.codes, return_inverse=True)
    none = int(len(numbers) > 0 and numbers[0] == NOTHING)
    return Coded((codes - none).astype(np.int32), numbers[none:].tolist())


def _of_lists(column: Values, kind: type) -> ManyCoded:
    codes, words = _used(column)
    return ManyCoded(column.offsets, codes, [kind(word) for word in words])


def _used(column: Values) -> tuple[np.ndarray, list[str]]:
    """The codes anew for only those words that come up: an index knows many more."""
    used = np.zeros(len(column.words) + 1, dtype=bool)  # the last place is for -1, no word
    used[column.codes] = True
    used[-1] = False
    anew = np.cumsum(used, dtype=np.int32) - 1
    anew[-1] = -1
    words = [column.words[code] for code in np.flatnonzero(used)]
    # The empty text is no value of its own.
    if "" in words:
        empty = words.index("")
        anew = np.where(anew == empty, -1, np.where(anew > empty, anew - 1, anew)).astype(np.int32)
        words.pop(empty)
    return anew[column.codes], words


def _code_many(rows: Iterable[Collection]) -> ManyCoded:
    known: dict = {}
    codes, lengths = [], [0]
    for values in rows:
        values = dict.fromkeys(values)
        codes += [known.setdefault(value, len(known)) for value in values]
        lengths.append(len(values))
    return ManyCoded(np.cumsum(lengths), np.array(codes, dtype=np.int32), list(known))

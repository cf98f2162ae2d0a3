"""Ranks whole arrays of documents as Whoosh's searcher ranks them one by one.

A `Snapshot` is one generation of an index: it never changes, and all threads of a process
share it. What it reads from a segment outlives it, since most segments are in the next
generation too. Scores are Whoosh's own BM25F, whose searcher stays as the reference for
tests and for the kinds of query that are not here.

One thing differs: words that begin so (`Prefix`) give every document the same score, their
boost. Whoosh means to do so and does it in small segments only.
"""

import itertools
import math
from collections.abc import Iterable

import numpy as np

from search.native_memory import memory
from search.ranked import KEY_COLUMN, NO_HITS, Hits, Ranked
from search.whoosh_files import LENGTHS, Postings, SegmentFile, Values, positions, query, scoring

#: A beginning stands for so many words of a segment at most, those in most documents: more than
#: texts have of one, so that words which somebody may not see take no place of those they may.
MOST_WORDS = 16_384
B, K1 = scoring.BM25F().B, scoring.BM25F().K1

_owners = itertools.count()


class NotNativeError(Exception):
    """Whoosh's own searcher has to answer this kind of query."""


class Segment:
    """A segment of an index, and what has been read of it. It never changes."""

    def __init__(self, file: SegmentFile):
        self.file = file
        self.owner = next(_owners)

    def postings(self, field: str, term: str, entry) -> Postings:
        return memory.get(self.owner, (field, term), lambda: self.file.postings(entry))

    def lengths(self, field: str) -> np.ndarray:
        return memory.get(self.owner, field, lambda: self.file.lengths(field))


class Snapshot:
    """One generation of an index: its segments, one after the other, as one row of documents.

    `segments` are pairs of a `Segment` and the numbers of its deleted documents; `kinds`
    says what each column holds (see `ValuesColumn`).
    """

    def __init__(self, segments: list[tuple[Segment, Iterable[int]]], kinds: dict[str, str]):
        self.segments = [segment for segment, _ in segments]
        self.kinds = kinds
        self.owner = next(_owners)
        sizes = [segment.file.documents for segment in self.segments]
        self.starts = [sum(sizes[:at]) for at in range(len(sizes))]
        #: How many documents there are, deleted ones included, as scores count them.
        self.documents = sum(sizes)
        deleted = [
            np.fromiter(gone, np.int64) + start
            for (_, gone), start in zip(segments, self.starts, strict=True)
        ]
        gone = np.concatenate([np.empty(0, np.int64), *deleted])
        self._live = None
        if len(gone):
            self._live = np.ones(self.documents, bool)
            self._live[gone] = False
        self._norms: dict[str, np.ndarray] = {}

    # --- Columns -----------------------------------------------------------------------------

    def column(self, name: str) -> Values:
        """The column, of all documents; deleted ones are there too, and mean nothing.

        Only a row whose every change is noted in the outbox may be trusted to agree.
        """
        kind = self.kinds[name]
        return memory.get(self.owner, ("column", name), lambda: self._join(name, kind)).values

    def _join(self, name: str, kind: str) -> "_Sized":
        parts = [segment.file.column(name, kind) for segment in self.segments]
        if kind == "number":
            return _Sized(Values(_joined([part.codes for part in parts], np.int64)))
        known: dict[str, int] = {}
        codes = []
        for part in parts:
            # Words are numbered anew over all segments; -1 stays as it is, in the last place.
            anew = [known.setdefault(word, len(known)) for word in part.words]
            codes.append(np.array([*anew, -1], np.int32)[part.codes])
        offsets = None
        if kind == "words":
            counts = [np.diff(part.offsets) for part in parts]
            offsets = np.concatenate([[0], np.cumsum(_joined(counts, np.int64))])
        return _Sized(Values(_joined(codes, np.int32), list(known), offsets))

    @property
    def keys(self) -> np.ndarray:
        """The primary key of each document: int64, or texts where keys are no numbers."""
        column = self.column(KEY_COLUMN)
        if column.words is None:
            return column.codes

        def make():
            return np.array([*column.words, ""], object)[column.codes]

        return memory.get(self.owner, "keys", make)

    @property
    def key_order(self) -> np.ndarray:
        """A number for each document, higher for a higher primary key."""
        column = self.column(KEY_COLUMN)
        if column.words is None:
            return column.codes

        def make():
            ranks = np.zeros(len(column.words) + 1, np.int64)
            in_order = sorted(range(len(column.words)), key=column.words.__getitem__)
            ranks[in_order] = np.arange(len(in_order))
            return ranks[column.codes]

        return memory.get(self.owner, "key order", make)

    def are_among(self, docs: np.ndarray, keys: Iterable) -> np.ndarray:
        """For each of these documents, whether its primary key is one of the keys."""
        column = self.column(KEY_COLUMN)
        if column.words is None:
            wanted = np.fromiter(keys, np.int64)
            return np.isin(column.codes[docs], wanted)
        wanted = {str(key) for key in keys}
        chosen = np.array([*(word in wanted for word in column.words), False], bool)
        return chosen[column.codes[docs]]

    # --- Ranking -----------------------------------------------------------------------------

    def rank(self, wanted: query.Query) -> Ranked:
        """All that matches. Raises NotNativeError for a kind of query that only Whoosh knows."""
        return Ranked(self, self._hits(wanted) if self.documents else NO_HITS)

    def everything(self) -> Ranked:
        """All documents, each with the score 1."""
        return self.rank(query.Every())

    def _hits(self, wanted: query.Query) -> Hits:
        kind = type(wanted)
        if kind is query.Term:
            return self._terms([wanted], 1.0)
        if kind is query.Or:
            return self._or(wanted)
        if kind is query.And:
            return self._and(wanted)
        if kind is query.AndNot:
            return _without(self._hits(wanted.a), self._hits(wanted.b))
        if kind is query.Phrase and wanted.slop == 1:
            place = ("phrase", wanted.fieldname, *wanted.words, wanted.boost)
            return memory.get(self.owner, place, lambda: self._phrase(wanted))
        if isinstance(wanted, query.Prefix) and wanted.text:
            place = ("prefix", wanted.fieldname, wanted.text, wanted.boost)
            return memory.get(self.owner, place, lambda: self._prefix(wanted))
        if kind is query.Every and wanted.fieldname is None:
            return self._every(wanted.boost)
        if kind is query.Not:
            return _without(self._every(1.0), self._hits(wanted.query))
        if wanted == query.NullQuery:
            return NO_HITS
        raise NotNativeError(f"{kind.__name__} is left to Whoosh.")

    def _every(self, boost: float) -> Hits:
        _check(boost)
        if self._live is None:
            docs = np.arange(self.documents, dtype=np.int32)
        else:
            docs = np.flatnonzero(self._live).astype(np.int32)
        return Hits(docs, np.full(len(docs), boost, np.float32))

    def _or(self, wanted: query.Or) -> Hits:
        if wanted.scale or wanted.minmatch:
            raise NotNativeError("Whoosh counts how many parts a document has.")
        terms = [part for part in wanted.subqueries if type(part) is query.Term]
        parts = [self._terms(terms, wanted.boost)] if terms else []
        for part in wanted.subqueries:
            if type(part) is not query.Term:
                hits = self._hits(part)
                if wanted.boost != 1.0:
                    hits = Hits(hits.docs, hits.scores * np.float32(wanted.boost))
                parts.append(hits)
        return self._sum([(hits.docs, hits.scores) for hits in parts])

    def _and(self, wanted: query.And) -> Hits:
        parts = sorted((self._hits(part) for part in wanted), key=lambda hits: len(hits.docs))
        hits = parts[0]
        for other in parts[1:]:
            hits = self._both(hits, other)
        if wanted.boost != 1.0:
            hits = Hits(hits.docs, hits.scores * np.float32(wanted.boost))
        return hits

    def _both(self, few: Hits, many: Hits) -> Hits:
        """What both have, with the sum of their scores; `few` has no more than `many`."""
        if not len(few.docs):
            return NO_HITS
        if len(few.docs) * 8 > len(many.docs):
            scores = np.zeros(self.documents, np.float32)
            scores[many.docs] = many.scores
            added = scores[few.docs]
            found = added > 0
            added = added[found]
        else:
            places = np.searchsorted(many.docs, few.docs)
            places[places == len(many.docs)] = 0
            found = many.docs[places] == few.docs
            added = many.scores[places[found]]
        return Hits(few.docs[found], few.scores[found] + added)

    def _sum(self, parts: list[tuple[np.ndarray, np.ndarray]]) -> Hits:
        """What any of the parts has, with the sum of their scores, which are above zero."""
        parts = [part for part in parts if len(part[0])]
        if not parts:
            return NO_HITS
        if len(parts) == 1:
            return Hits(*parts[0])
        total = sum(len(docs) for docs, _ in parts)
        if total * 16 < self.documents:
            docs = np.concatenate([docs for docs, _ in parts])
            scores = np.concatenate([scores for _, scores in parts])
            order = np.argsort(docs, kind="stable")
            docs = docs[order]
            first = np.flatnonzero(np.concatenate([[True], docs[1:] != docs[:-1]]))
            return Hits(docs[first], np.add.reduceat(scores[order], first))
        sums = np.zeros(self.documents, np.float32)
        for docs, scores in parts:
            sums[docs] += scores
        docs = np.flatnonzero(sums).astype(np.int32)
        return Hits(docs, sums[docs])

    # --- Terms -------------------------------------------------------------------------------

    def _terms(self, terms: list[query.Term], boost: float) -> Hits:
        """What any of the terms finds: the forms of one word in all fields, as a rule."""
        wanted = tuple((term.fieldname, term.text, term.boost * boost) for term in terms)
        return memory.get(self.owner, wanted, lambda: self._find_terms(wanted))

    def _find_terms(self, wanted: tuple[tuple[str, str, float], ...]) -> Hits:
        by_segment = [[] for _ in self.segments]
        for field, term, boost in wanted:
            _check(boost)
            entries = [segment.file.entry(field, term) for segment in self.segments]
            factor = self._factor(entries) * boost
            for at, entry in enumerate(entries):
                if entry is not None:
                    postings = self.segments[at].postings(field, term, entry)
                    scores = self._scores(at, field, postings, factor)
                    by_segment[at].append((postings.ids, scores))
        parts = [
            [(ids + np.int32(start), scores) for ids, scores in parts]
            for start, parts in zip(self.starts, by_segment, strict=True)
        ]
        if max(map(len, parts)) <= 1:
            return self._alive(_in_row([part for one in parts for part in one]))
        return self._alive(self._sum([part for one in parts for part in one]))

    def _factor(self, entries: list) -> float:
        """What every score of a term is multiplied by: how rare it is in the whole index."""
        found = sum(entry.documents for entry in entries if entry is not None)
        return (math.log(self.documents / (found + 1)) + 1) * (K1 + 1)

    def _scores(self, at: int, field: str, postings: Postings, factor: float) -> np.ndarray:
        norms = self._norms.get(field)
        if norms is None:
            total = sum(segment.file.field_lengths.get(field, 0) for segment in self.segments)
            average = total / (self.documents or 1) or 1
            norms = (K1 * ((1 - B) + B * LENGTHS / average)).astype(np.float32)
            self._norms[field] = norms
        lengths = self.segments[at].lengths(field)[postings.ids]
        if postings.weights is None:
            return (np.float32(factor) / (1 + norms))[lengths]
        return np.float32(factor) * postings.weights / (postings.weights + norms[lengths])

    def _alive(self, hits: Hits) -> Hits:
        return hits if self._live is None else hits.only(self._live[hits.docs])

    # --- Beginnings and phrases ---------------------------------------------------------------

    def _prefix(self, wanted: query.Prefix) -> Hits:
        _check(wanted.boost)
        found = np.zeros(self.documents, bool)
        for start, segment in zip(self.starts, self.segments, strict=True):
            for entry in segment.file.beginning(wanted.fieldname, wanted.text, MOST_WORDS):
                found[segment.file.postings(entry).ids + start] = True
        docs = np.flatnonzero(found).astype(np.int32)
        return self._alive(Hits(docs, np.full(len(docs), wanted.boost, np.float32)))

    def _phrase(self, wanted: query.Phrase) -> Hits:
        field, words = wanted.fieldname, wanted.words
        _check(wanted.boost)
        entries = {
            word: [segment.file.entry(field, word) for segment in self.segments] for word in words
        }
        parts = []
        for at, segment in enumerate(self.segments):
            if not all(entries[word][at] for word in entries):
                continue
            found = _phrase_postings(segment.file, {word: entries[word][at] for word in entries})
            ids = _following(found, words)
            scores = np.zeros(len(ids), np.float32)
            for word in words:
                factor = self._factor(entries[word]) * wanted.boost
                scores += self._scores(at, field, _only(found[word], ids), factor)
            parts.append((ids + np.int32(self.starts[at]), scores))
        return self._alive(_in_row(parts))


class _Sized:
    """A column that says how many bytes it takes."""

    def __init__(self, values: Values):
        self.values = values
        codes, words, offsets = values
        self.nbytes = codes.nbytes + (0 if offsets is None else offsets.nbytes)
        if words is not None:
            self.nbytes += words.__sizeof__() + sum(map(str.__sizeof__, words))


def _check(boost: float) -> None:
    if boost <= 0:
        raise NotNativeError("A score of zero would count as not found.")


def _joined(parts: list[np.ndarray], dtype) -> np.ndarray:
    return np.concatenate([np.empty(0, dtype), *parts], dtype=dtype)


def _in_row(parts: list[tuple[np.ndarray, np.ndarray]]) -> Hits:
    """Documents and scores of one segment after the other."""
    if len(parts) < 2:
        return Hits(*parts[0]) if parts else NO_HITS
    return Hits(*map(np.concatenate, zip(*parts, strict=True)))


def _without(hits: Hits, others: Hits) -> Hits:
    return hits.only(~_are_in(hits.docs, others.docs))


def _are_in(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each of some numbers, whether it is among others; both in ascending order."""
    if not len(others):
        return np.zeros(len(some), bool)
    places = np.searchsorted(others, some)
    places[places == len(others)] = 0
    return others[places] == some


def _phrase_postings(file: SegmentFile, entries: dict) -> dict[str, Postings]:
    """The postings of all words, of the documents that have all of them; rarest read first."""
    found, ids = {}, None
    for word in sorted(entries, key=lambda word: entries[word].documents):
        postings = file.postings(entries[word], among=ids, values=True)
        found[word] = postings if ids is None else _only(postings, ids)
        ids = found[word].ids
    return {word: _only(postings, ids) for word, postings in found.items()}


def _only(postings: Postings, ids: np.ndarray) -> Postings:
    """Of these postings those of certain documents."""
    if np.array_equal(ids, postings.ids):
        return postings
    places = np.flatnonzero(_are_in(postings.ids, ids))
    weights = None if postings.weights is None else postings.weights[places]
    values = list(map(postings.values.__getitem__, places.tolist()))
    return Postings(postings.ids[places], weights, values)


def _following(found: dict[str, Postings], words: list[str]) -> np.ndarray:
    """The documents in which the words follow each other."""
    ids = found[words[0]].ids
    if not len(ids):
        return ids
    left = None
    for place, word in enumerate(words):
        counts, at = positions(found[word].values)
        # Where the phrase would begin, in one number with its document.
        starts = (np.repeat(ids.astype(np.int64), counts) << 32) + at - place + len(words)
        left = starts if left is None else left[_are_in(left, starts)]
    found = (left >> 32).astype(np.int32)
    return found[np.flatnonzero(np.diff(found, prepend=-1))]

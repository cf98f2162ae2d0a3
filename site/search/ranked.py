"""What a ranking finds: documents of a snapshot and their scores, to be masked, cut and ordered."""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from search.whoosh_files import Values

if TYPE_CHECKING:
    from search.native import Snapshot

#: The column that holds the primary key of each document.
KEY_COLUMN = "primary_key"


class Hits:
    """Documents in ascending order, and their scores. Compare `Snapshot.rank`."""

    __slots__ = ("docs", "scores")

    def __init__(self, docs: np.ndarray, scores: np.ndarray):
        self.docs, self.scores = docs, scores

    @property
    def nbytes(self) -> int:
        return self.docs.nbytes + self.scores.nbytes

    def only(self, chosen: np.ndarray) -> "Hits":
        return Hits(self.docs[chosen], self.scores[chosen])


NO_HITS = Hits(np.empty(0, np.int32), np.empty(0, np.float32))


class Ranked:
    """All that a query finds in a snapshot.

    docs    int32, ascending: numbers of documents, of use with `snapshot.column`
    scores  float32, as many
    """

    has_columns = True

    def __init__(self, snapshot: "Snapshot", hits: Hits):
        self.snapshot = snapshot
        self.docs, self.scores = hits.docs, hits.scores

    def __len__(self) -> int:
        return len(self.docs)

    @cached_property
    def keys(self) -> np.ndarray:
        """The primary keys, in the order of `docs`: int64, or texts where keys are no numbers."""
        return self.snapshot.keys[self.docs]

    def column(self, name: str) -> Values:
        """The column's values of these documents, in the order of `docs`."""
        return take(self.snapshot.column(name), self.docs)

    def only(self, mask: np.ndarray) -> "Ranked":
        """Those for which the mask, one bool for each of `docs`, is True."""
        return Ranked(self.snapshot, Hits(self.docs[mask], self.scores[mask]))

    def having(self, name: str, values: Collection) -> "Ranked":
        """Those with one of these values in a column that holds one for each."""
        codes, words, _ = self.column(name)
        if words is not None:
            values = [code for code, word in enumerate(words) if word in values]
        return self.only(np.isin(codes, list(values)))

    def among(self, keys: Iterable) -> "Ranked":
        """Those with one of these primary keys."""
        return self.only(self.snapshot.are_among(self.docs, keys))

    def without(self, keys: Iterable[str]) -> "Ranked":
        """Those with none of these primary keys, given as texts."""
        if self.snapshot.column(KEY_COLUMN).words is None:
            keys = [int(key) for key in keys if key.isdigit()]
        return self.only(~self.snapshot.are_among(self.docs, keys))

    def top(self, count: int | None = None, mask: np.ndarray | None = None) -> np.ndarray:
        """The places in `docs` of the best so many, best first; of equals, the highest key first.

        With a mask, one bool for each of `docs`, only of those for which it is True.
        """
        scores = self.scores
        places = None if mask is None else np.flatnonzero(mask)
        if places is not None:
            scores = scores[places]
        total = len(scores)
        if count is not None and count < total:
            if count <= 0:
                return np.empty(0, np.int64)
            worst = np.partition(scores, total - count)[total - count]
            best = np.flatnonzero(scores > worst)
            equal = np.flatnonzero(scores == worst)
            wanted = count - len(best)
            if wanted < len(equal):
                order = self._order(equal if places is None else places[equal])
                equal = equal[np.argpartition(order, len(equal) - wanted)[-wanted:]]
            chosen = np.concatenate([best, equal])
            places = chosen if places is None else places[chosen]
        elif places is None:
            places = np.arange(total)
        return places[np.lexsort((self._order(places), self.scores[places]))[::-1]]

    def _order(self, places: np.ndarray) -> np.ndarray:
        return self.snapshot.key_order[self.docs[places]]


def take(column: Values, docs: np.ndarray) -> Values:
    """The values of these documents alone."""
    codes, words, offsets = column
    if offsets is None:
        return Values(codes[docs], words)
    starts, counts = offsets[docs], offsets[docs + 1] - offsets[docs]
    chosen = np.concatenate([[0], np.cumsum(counts)])
    places = np.arange(chosen[-1]) + np.repeat(starts - chosen[:-1], counts)
    return Values(codes[places], words, chosen)

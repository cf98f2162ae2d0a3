"""Engines beside Whoosh, which `SEARCH_URL` chooses: each is only where terms are kept.

Analysis, queries, filters, counts, the outbox and rebuilding are the same for all: an engine
is given documents of ready terms, and a question as a tree of Whoosh's query classes, and
answers with primary keys and scores. What it has to offer is what `WhooshIndex` offers:

    is_ready() -> bool           whether it has been built, by this version of the analysis
    exists() -> bool             whether anything was ever built
    rank(wanted)                 every document that matches, as `Ranked` has it or, without
                                 columns, `Ranking`; raises IndexUnavailableError when it has to
                                 be built first
    writing(anew=False)          a context with put(key, document) and remove(key); readers see
                                 all of it or nothing, and until then what was there before

and a backend that opens it and holds the lock of writers:

    open_files(root, names, columns, version)
    lock(wait)                   raises IndexBusyError
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from django.db import Error, connection

from search.index_folder import IndexBusyError, try_for, writing_lock
from search.whoosh_index import query

# A number of ours among PostgreSQL's advisory locks: "search" on a telephone's keys.
_LOCK = 732724


def fingerprint(*parts) -> str:
    """What an index is marked with: other fields, another version, and it is built anew."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class Ranking:
    """What an engine found, best first; compare `search.native.Ranked`, which has columns too.

    keys    texts
    scores  float32, as many
    """

    has_columns = False

    def __init__(self, keys: np.ndarray, scores: np.ndarray):
        self.keys, self.scores = keys, scores

    def __len__(self) -> int:
        return len(self.keys)

    def top(self, count: int | None = None) -> np.ndarray:
        """The places of the best so many."""
        return np.arange(len(self))[:count]

    def among(self, keys: Iterable) -> "Ranking":
        """Those with one of these primary keys."""
        return self._only(keys, True)

    def without(self, keys: Iterable[str]) -> "Ranking":
        """Those with none of these primary keys."""
        return self._only(keys, False)

    def _only(self, keys, wanted: bool) -> "Ranking":
        known = set(map(str, keys))
        mask = np.array([(key in known) == wanted for key in self.keys], dtype=bool)
        return Ranking(self.keys[mask], self.scores[mask])


class EngineFiles:
    """What is the same for every engine that is not in files of ours."""

    def search(self, wanted: query.Query) -> list[tuple[str, float]]:
        """(key, score) of every document that matches, best first."""
        raise NotImplementedError

    def rank(self, wanted: query.Query) -> Ranking:
        """Every document that matches. Raises IndexUnavailableError."""
        found = [] if wanted == query.NullQuery else self.search(wanted)
        keys = np.array([key for key, _ in found], dtype=object)
        return Ranking(keys, np.array([score for _, score in found], dtype=np.float32))

    def is_crowded(self, most: int) -> bool:
        """Whether there is something to be put in order: its server sees to that."""
        return False


@contextmanager
def shared_lock(folder: Path, wait: float) -> Iterator[None]:
    """The lock of writers to an engine that several machines share.

    It is held in the database that they share too, and ends with its connection. SQLite is of
    one machine, where a file in `folder` does. Raises IndexBusyError after `wait` seconds.
    """
    if connection.vendor != "postgresql":
        with writing_lock(folder, wait):
            yield
        return
    # Within a transaction the lock ends with it, even if nothing more can be asked of it then.
    kind = "pg_try_advisory_xact_lock" if connection.in_atomic_block else "pg_try_advisory_lock"
    if not try_for(lambda: _ask(kind), timeout=wait, delay=0.02):
        raise IndexBusyError("The search index is being written to by another process.")
    try:
        yield
    finally:
        if kind == "pg_try_advisory_lock":
            with suppress(Error):  # a lost connection has taken the lock with it
                _ask("pg_advisory_unlock")


def _ask(function: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])
        return cursor.fetchone()[0]

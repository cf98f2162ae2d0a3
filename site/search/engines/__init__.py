"""Engines beside Whoosh, which `SEARCH_URL` chooses: each is only where terms are kept.

Analysis, queries, filters, counts, the outbox and rebuilding are the same for all: an engine
is given documents of ready terms, and a question as a tree of Whoosh's query classes, and
answers with primary keys and scores. What it has to offer is what `WhooshIndex` offers:

    is_ready() -> bool           whether it has been built, by this version of the analysis
    exists() -> bool             whether anything was ever built
    search(wanted)               [(key, score)] of every document that matches, best first;
                                 raises IndexUnavailableError when it has to be built first
    writing(anew=False)          a context with put(key, document) and remove(key); readers see
                                 all of it or nothing, and until then what was there before

and a backend that opens it and holds the lock of writers:

    open_files(root, names, version)
    lock(wait)                   raises IndexBusyError
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import Error, connection

from search.whoosh_index import IndexBusyError, try_for, writing_lock

# A number of ours among PostgreSQL's advisory locks: "search" on a telephone's keys.
_LOCK = 732724


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

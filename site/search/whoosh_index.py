"""All that leans on Whoosh's ways with files: one folder is one index; open, lock, write, read.

Whoosh keeps its table of contents and segments as pickles, and loading a pickle runs what it
says: whoever can write into the folder could run code as the site. So the folder is made for
its owner only (0700) and must never be shared, uploaded to or unpacked from elsewhere. It is
disposable: everything in it can be made again from the database.
"""

import hashlib
import logging
import os
import re
import shutil
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

with warnings.catch_warnings():
    # Whoosh 2.7.4 writes some patterns without r"": Python says so when it first compiles them.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import whoosh.codec.whoosh3
    import whoosh.multiproc
    import whoosh.searching
    from whoosh import analysis, fields, index, query, scoring, writing
    from whoosh.filedb.filestore import FileStorage
    from whoosh.util.filelock import FileLock, try_for

from search.native import KEY_COLUMN, Hits, NotNativeError, Ranked, Segment, Snapshot
from search.native_memory import memory
from search.whoosh_files import SegmentFile, ValuesColumn

logger = logging.getLogger(__name__)

KEY = "key"  # the Whoosh field that holds the object's primary key


class IndexUnavailableError(Exception):
    """The index isn't there, is of another version, or can't be read: it needs a rebuild."""


class IndexBusyError(Exception):
    """Somebody else has been writing for longer than we may wait."""


@contextmanager
def writing_lock(folder: Path, wait: float) -> Iterator[None]:
    """Holds the one writing lock of a folder of indexes; the system frees it if we die."""
    _make_private(folder)
    lock = FileLock(str(folder / "writing.lock"))
    if not try_for(lock.acquire, timeout=wait, delay=0.02):
        raise IndexBusyError(f"{folder} is being written to by another process.")
    try:
        yield
    finally:
        lock.release()


class _ReadyTerms(fields.TEXT):
    """A field of terms parted by spaces. Whoosh's own tokens make writing take twice as long."""

    def __init__(self):
        super().__init__(analyzer=analysis.RegexTokenizer(r"\S+"), phrase=True)

    def index(self, value, **kwargs):
        places = defaultdict(list)
        for place, term in enumerate(value.split()):
            places[term].append(place)
        for term, at in places.items():
            yield term.encode(), len(at), float(len(at)), self.format.encode(at)


class WhooshIndex:
    """One index: documents of space-parted terms under a key. Readers need no lock.

    `columns` are what is kept of each document besides its terms, by name, with their kinds
    (see `ValuesColumn`); the primary key is one of them.
    """

    def __init__(
        self,
        path: Path,
        field_names: tuple[str, ...],
        version: str,
        columns: dict[str, str],
    ):
        self.path = path
        self.field_names, self.columns = field_names, columns
        made_of = repr((version, field_names, sorted(columns.items())))
        fingerprint = hashlib.sha256(made_of.encode()).hexdigest()[:16]
        # Written last when an index is built: without it the folder is unfinished or outdated.
        self.ready_file = path / f"ready-{fingerprint}"

    @cached_property
    def schema(self) -> fields.Schema:
        schema = fields.Schema()
        schema.add(KEY, fields.ID(unique=True))
        for name in self.field_names:
            schema.add(name, _ReadyTerms())
        for name, kind in self.columns.items():
            schema.add(name, fields.COLUMN(ValuesColumn(kind)))
        return schema

    def is_ready(self) -> bool:
        return self.ready_file.exists()

    def search(self, wanted: query.Query) -> list[tuple[str, float]]:
        """(key, score) of every document that matches, best first."""
        ranked = self.rank(wanted)
        best = ranked.top()
        keys, scores = ranked.keys[best].tolist(), ranked.scores[best].tolist()
        return [(str(key), score) for key, score in zip(keys, scores, strict=True)]

    def rank(self, wanted: query.Query) -> Ranked:
        """Every document that matches, in arrays. Raises IndexUnavailableError."""
        for last_try in (False, True):
            try:
                opened = self._current()
                try:
                    ranked = opened.snapshot.rank(wanted)
                except NotNativeError:
                    ranked = self._rank_by_whoosh(opened, wanted)
                _ = ranked.keys  # a damaged column is found out here, and not later
                return ranked
            except IndexUnavailableError:
                raise
            except Exception as error:
                # A damaged file can raise nearly anything here (struct, pickle, zlib…). But a
                # commit may only have replaced the segments that were about to be read.
                with _opening:
                    _open_indexes.pop(self.path, None)
                if last_try:
                    raise self._damaged(error) from error

    def _rank_by_whoosh(self, opened: "_Opened", wanted: query.Query) -> Ranked:
        """The same from Whoosh's own searcher: slower, and for every kind of query."""
        reader = index.FileIndex._reader(
            FileStorage(str(self.path)), self.schema, opened.segments, opened.generation
        )
        with closing(whoosh.searching.Searcher(reader, weighting=scoring.BM25F())) as searcher:
            found = searcher.search(wanted, limit=None).top_n
        found = sorted((number, score) for score, number in found)
        docs = np.array([number for number, _ in found], np.int32)
        scores = np.array([score for _, score in found], np.float32)
        return Ranked(opened.snapshot, Hits(docs, scores))

    def _current(self) -> "_Opened":
        """The index as it is now; opened anew if it has been written to."""
        try:
            ready = self.ready_file.stat()
        except FileNotFoundError as error:
            raise IndexUnavailableError(f"{self.path} has not been built.") from error
        tables = filter(None, map(_TABLE.match, os.listdir(self.path)))
        generation = max((int(table[1]) for table in tables), default=-1)
        # A rebuilt index may count its generations from the start, but has a new ready file.
        stamp = (self.ready_file.name, ready.st_ino, ready.st_mtime_ns, generation)
        opened = _open_indexes.get(self.path)
        if opened is not None and opened.stamp == stamp:
            return opened
        with _opening:
            before = _open_indexes.get(self.path)
            if before is None or before.stamp != stamp:
                _open_indexes[self.path] = self._open_anew(stamp, before)
            return _open_indexes[self.path]

    def _open_anew(self, stamp: tuple, before: "_Opened | None") -> "_Opened":
        generation = stamp[-1]
        table = index.TOC.read(FileStorage(str(self.path)), "MAIN", generation, self.schema)
        known = before.known if before else {}
        identities = [SegmentFile.identity(self.path, segment) for segment in table.segments]
        segments = {
            identity: known.get(identity) or Segment(SegmentFile(self.path, segment))
            for identity, segment in zip(identities, table.segments, strict=True)
        }
        deleted = [list(segment.deleted_docs()) for segment in table.segments]
        snapshot = Snapshot(list(zip(segments.values(), deleted, strict=True)), self.columns)
        if before:
            gone = {one.owner for identity, one in known.items() if identity not in segments}
            memory.forget({before.snapshot.owner, *gone})
        return _Opened(stamp, generation, table.segments, segments, snapshot)

    @contextmanager
    def writing(self, *, anew: bool = False) -> Iterator["Writer"]:
        """Writes in one step: readers see all of it or, after an error, none of it.

        `anew` replaces everything there was; readers keep the old index until then. The
        caller holds the writing lock.
        """
        if not anew and not self.is_ready():
            raise IndexUnavailableError(f"{self.path} has not been built.")
        for left in self.path.glob("_*.toc.*"):
            left.unlink()  # half a table of contents, from a writer that was killed
        try:
            writer = self._open().writer(limitmb=64)
        except Exception as error:
            if not anew:
                raise self._damaged(error) from error
            self._wipe()
            writer = self._open().writer(limitmb=64)
        try:
            with closing(Writer(self, writer, anew)) as documents:
                yield documents
        except BaseException:
            with suppress(Exception):
                writer.cancel()
            raise
        try:
            writer.commit(mergetype=writing.CLEAR if anew else None)
        except Exception as error:
            if anew:
                raise
            raise self._damaged(error) from error
        if anew:
            for old in self.path.glob("ready-*"):
                old.unlink()
            self.ready_file.touch()

    def _damaged(self, error: Exception) -> IndexUnavailableError:
        return IndexUnavailableError(f"{self.path} cannot be used: {error!r}")

    def _open(self) -> index.FileIndex:
        _make_private(self.path)
        if index.exists_in(str(self.path)):
            # With our schema given, Whoosh does not load the pickled one.
            return index.FileIndex(FileStorage(str(self.path)), schema=self.schema)
        return index.create_in(str(self.path), self.schema)

    def _wipe(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class _Opened(NamedTuple):
    """An index as one process has it open."""

    stamp: tuple
    generation: int
    segments: list  # as Whoosh knows them
    known: dict[tuple, Segment]  # the same by their identities
    snapshot: Snapshot


_TABLE = re.compile(r"_MAIN_(\d+)\.toc$")
_open_indexes: dict[Path, _Opened] = {}
_opening = threading.Lock()


class Writer:
    """Adds and removes documents in one writing step, each key at most once."""

    def __init__(self, whole: WhooshIndex, writer: writing.SegmentWriter, anew: bool):
        self._whole = whole
        self._writer = writer
        self._seen: set[str] = set()
        self._old = None
        if not anew:
            # Whoosh would open the whole index for each document that it replaces.
            try:
                self._old = writer.searcher()
            except Exception as error:
                raise whole._damaged(error) from error

    def put(self, key: str, document: dict) -> None:
        """Adds a document: terms by field name, and the values of its columns by theirs."""
        if key in self._seen:
            # Whoosh would keep both: it only replaces what an earlier step has written.
            return
        self._seen.add(key)
        self.remove(key)
        number = self._whole.columns[KEY_COLUMN] == "number"
        primary_key = int(key) if number else key
        self._writer.add_document(**{KEY: key, KEY_COLUMN: primary_key}, **document)

    def remove(self, key: str) -> None:
        if self._old is None:
            return
        try:
            self._writer.delete_by_term(KEY, key, searcher=self._old)
        except Exception as error:
            raise self._whole._damaged(error) from error

    def close(self) -> None:
        if self._old is not None:
            self._old.close()


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        with suppress(PermissionError):  # somebody else's folder: its owner decides
            os.chmod(folder, 0o700)

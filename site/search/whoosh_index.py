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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import cache, cached_property
from itertools import islice
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
    from whoosh import analysis, fields, index, query, scoring
    from whoosh.codec.base import Segment as WhooshSegment
    from whoosh.filedb.filestore import FileStorage
    from whoosh.writing import CLEAR, SegmentWriter

from search import merging
from search.index_folder import (
    IndexBusyError,
    IndexNotWritableError,
    IndexUnavailableError,
    hinders,
    make_private,
)
from search.native import NotNativeError, Segment, Snapshot
from search.native_memory import memory
from search.ranked import KEY_COLUMN, Hits, Ranked
from search.whoosh_files import SegmentFile, ValuesColumn

logger = logging.getLogger(__name__)

KEY = "key"  # the Whoosh field that holds the object's primary key
#: So many words of one beginning are looked up, the first by their letters.
MOST_EXPANSIONS = 1_024


@cache
def _ready_name(*made_of) -> str:
    return f"ready-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]}"


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
        # Written last when an index is built: without it the folder is unfinished or outdated.
        self.ready_file = path / _ready_name(version, field_names, *columns.items())

    @cached_property
    def schema(self) -> fields.Schema:
        schema = fields.Schema()
        schema.add(KEY, fields.ID(unique=True))
        for name in self.field_names:
            schema.add(name, _ReadyTerms())
        for name, kind in self.columns.items():
            schema.add(name, fields.COLUMN(ValuesColumn(kind)))
        return schema

    def exists(self) -> bool:
        return self.path.exists()

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
        caller holds the writing lock. Raises IndexUnavailableError, IndexNotWritableError.
        """
        if not anew and not self.is_ready():
            raise IndexUnavailableError(f"{self.path} has not been built.")
        try:
            writer = self._writer(anew)
            try:
                yield Writer(self, writer, anew)
            except BaseException:
                with suppress(Exception):
                    writer.cancel()
                raise
            try:
                writer.commit(mergetype=CLEAR if anew else _keep_segments)
            except Exception as error:
                if anew or hinders(error):
                    raise
                raise self._damaged(error) from error
            if anew:
                self._set_ready()
        except OSError as error:
            if not hinders(error):
                raise
            raise IndexNotWritableError(f"{self.path} cannot be written to: {error}.") from error

    def _writer(self, anew: bool) -> SegmentWriter:
        try:
            self._clear_away()
            return self.open(anew).writer(limitmb=64, _lk=False)  # the caller holds our lock
        except Exception as error:
            if hinders(error):
                raise
            if not anew:
                raise self._damaged(error) from error
        self._wipe()
        return self.open(anew).writer(limitmb=64, _lk=False)

    def _clear_away(self) -> None:
        """Removes what killed writers left, except segments: Whoosh does at each commit.

        No reader needs any of it: they open what a whole table of contents names.
        """
        for left in self.path.glob("_*.toc.*"):
            left.unlink()
        shutil.rmtree(self.path / "MAIN.tmp", ignore_errors=True)
        if (self.path / "merging").exists():
            with suppress(IndexBusyError), merging.merging_alone(self.path):
                pass

    def is_crowded(self, most: int) -> bool:
        """Whether `merge` would find something to do."""
        return merging.is_crowded(self, most)

    def merge(self, lock: Callable[[], AbstractContextManager], most: int) -> bool:
        """Makes one segment of several small ones: see `search.merging`."""
        return merging.merge(self, lock, most)

    def _set_ready(self) -> None:
        # Put in place of the old file in one step: searches never see an index without one.
        fresh = self.path / "ready.new"
        fresh.unlink(missing_ok=True)
        fresh.touch()
        fresh.replace(self.ready_file)
        for old in self.path.glob("ready-*"):
            if old != self.ready_file:
                old.unlink(missing_ok=True)

    def _damaged(self, error: Exception) -> IndexUnavailableError:
        return IndexUnavailableError(f"{self.path} cannot be used: {error!r}")

    def open(self, anew: bool = False) -> index.FileIndex:
        """The index, with our schema given, so that Whoosh does not load the pickled one.

        It is made only to be built `anew`: an empty one in place of a lost one would seem whole.
        """
        make_private(self.path)
        storage = FileStorage(str(self.path))
        if anew and index.TOC._latest_generation(storage, "MAIN") < 0:
            return index.create_in(str(self.path), self.schema)
        return index.FileIndex(storage, schema=self.schema)

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


class Beginning(query.Prefix):
    """Words that begin so, up to a number: the work of one query stays bounded."""

    def _btexts(self, ixreader):
        return islice(super()._btexts(ixreader), MOST_EXPANSIONS)


class Writer:
    """Adds and removes documents in one writing step, each key at most once."""

    def __init__(self, whole: WhooshIndex, writer: SegmentWriter, anew: bool):
        self._whole = whole
        self._writer = writer
        self._seen: set[str] = set()
        self._old: list[tuple[SegmentFile, int]] = []
        if not anew:
            try:
                for segment, first in zip(writer.segments, writer._doc_offsets, strict=True):
                    self._old.append((SegmentFile(whole.path, segment), first))
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
        try:
            for file, first in self._old:
                # A key stands in one document of a segment only.
                entry = file.entry(KEY, key)
                if entry is not None:
                    self._writer.delete_document(first + entry.first)
        except Exception as error:
            raise self._whole._damaged(error) from error


def _keep_segments(writer, segments: list[WhooshSegment]) -> list[WhooshSegment]:
    """What a commit merges: nothing, or a small edit could take seconds; `merge` is for that.

    A segment whose documents have all been replaced is of no more use.
    """
    return [segment for segment in segments if segment.doc_count() > 0]

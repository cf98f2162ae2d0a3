"""All that leans on Whoosh's ways with files: one folder is one index; open, lock, write, read.

Whoosh keeps its table of contents and segments as pickles, and loading a pickle runs what it
says: whoever can write into the folder could run code as the site. So the folder is made for
its owner only (0700) and must never be shared, uploaded to or unpacked from elsewhere. It is
disposable: everything in it can be made again from the database.
"""

import errno
import hashlib
import logging
import math
import os
import shutil
import threading
import warnings
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from itertools import accumulate, islice
from pathlib import Path

with warnings.catch_warnings():
    # Whoosh 2.7.4 writes some patterns without r"": Python says so when it first compiles them.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import whoosh.codec.whoosh3
    import whoosh.multiproc
    import whoosh.searching
    from whoosh import analysis, fields, index, query, scoring
    from whoosh.codec.base import Segment
    from whoosh.codec.whoosh3 import W3Codec, W3TermsReader
    from whoosh.filedb.filestore import FileStorage
    from whoosh.reading import SegmentReader
    from whoosh.util.filelock import FileLock, try_for
    from whoosh.writing import CLEAR, SegmentWriter

logger = logging.getLogger(__name__)

KEY = "key"  # the Whoosh field that holds the object's primary key
#: So many words of one beginning are looked up, the first by their letters.
MOST_EXPANSIONS = 1_024
#: So many segments of about one size, each next size being so many times bigger, are made one.
SEGMENTS_OF_A_SIZE = 8


class IndexUnavailableError(Exception):
    """The index isn't there, is of another version, or can't be read: it needs a rebuild."""


class IndexBusyError(Exception):
    """Somebody else has been writing for longer than we may wait."""


class IndexNotWritableError(Exception):
    """Nothing can be written, for want of room or rights; what was there can still be read."""


@contextmanager
def writing_lock(folder: Path, wait: float) -> Iterator[None]:
    """Holds the one writing lock of a folder of indexes; the system frees it if we die.

    Raises IndexBusyError after `wait` seconds, and IndexNotWritableError.
    """
    try:
        _make_private(folder)
        lock = _acquire(folder / "writing.lock", wait)
    except OSError as error:
        if not _hinders(error):
            raise
        raise IndexNotWritableError(f"{folder} cannot be written to: {error}.") from error
    try:
        yield
    finally:
        lock.release()


def _acquire(file: Path, wait: float) -> FileLock:
    lock = FileLock(str(file))
    if not try_for(lock.acquire, timeout=wait, delay=0.02):
        raise IndexBusyError(f"{file} is held by another process.")
    return lock


def _hinders(error: Exception) -> bool:
    """Whether this says that there is no room or no right to write."""
    return isinstance(error, OSError) and error.errno in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
    )


class WhooshIndex:
    """One index: documents of space-parted terms under a key. Readers need no lock."""

    def __init__(self, path: Path, field_names: tuple[str, ...], version: str):
        self.path = path
        self.schema = _schema(field_names)
        fingerprint = hashlib.sha256(repr((version, field_names)).encode()).hexdigest()[:16]
        # Written last when an index is built: without it the folder is unfinished or outdated.
        self.ready_file = path / f"ready-{fingerprint}"

    def is_ready(self) -> bool:
        return self.ready_file.exists()

    def search(self, wanted: query.Query) -> list[tuple[str, float]]:
        """(key, score) of every document that matches, best first."""
        try:
            searcher = self._searcher()
            if searcher.doc_count_all() == 0:
                return []
            found = searcher.search(wanted, limit=None).top_n
            key_of = searcher.reader().column_reader(KEY)
            return [(key_of[number], score) for score, number in found]
        except IndexUnavailableError:
            raise
        except Exception as error:
            # A damaged file can raise nearly anything here (struct, pickle, zlib, mmap…).
            self._forget()
            raise self._damaged(error) from error

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
                with closing(Writer(self, writer, anew)) as documents:
                    yield documents
            except BaseException:
                with suppress(Exception):
                    writer.cancel()
                raise
            try:
                writer.commit(mergetype=CLEAR if anew else _keep_segments)
            except Exception as error:
                if anew or _hinders(error):
                    raise
                raise self._damaged(error) from error
            if anew:
                self._set_ready()
        except OSError as error:
            if not _hinders(error):
                raise
            raise IndexNotWritableError(f"{self.path} cannot be written to: {error}.") from error

    def _writer(self, anew: bool) -> SegmentWriter:
        try:
            self._clear_away()
            return self._open(anew).writer(limitmb=64, _lk=False)  # the caller holds our lock
        except Exception as error:
            if _hinders(error):
                raise
            if not anew:
                raise self._damaged(error) from error
        self._wipe()
        return self._open(anew).writer(limitmb=64, _lk=False)

    def _clear_away(self) -> None:
        """Removes what killed writers left, except segments: Whoosh does at each commit.

        No reader needs any of it: they open what a whole table of contents names.
        """
        for left in self.path.glob("_*.toc.*"):
            left.unlink()
        shutil.rmtree(self.path / "MAIN.tmp", ignore_errors=True)
        if (self.path / "merging").exists():
            with suppress(IndexBusyError), self._merging_alone():
                pass

    def is_crowded(self, most: int) -> bool:
        """Whether `merge` would find something to do."""
        try:
            return bool(_mergeable(self._open()._segments(), most))
        except Exception:  # damaged: whoever searches will find out, and have it mended
            return False

    def merge(self, lock: Callable[[], AbstractContextManager], most: int) -> bool:
        """Makes one segment of several small ones; True if there were enough of them.

        Others read and write meanwhile: only putting it in place takes the writing lock, which
        `lock()` gives. `most` is how many documents may be gone through. Raises IndexBusyError
        when somebody else is merging or writing.
        """
        with self._merging_alone() as folder:
            try:
                old = _mergeable(self._open()._segments(), most)
                if not old:
                    return False
                segment, places = self._merged(folder, old)
                with lock():
                    return self._put_in_place(folder, segment, old, places)
            except (index.IndexError, FileNotFoundError):
                return False  # it is being built anew

    @contextmanager
    def _merging_alone(self) -> Iterator[Path]:
        """An empty folder to merge in, nobody else merging."""
        folder = self.path / "merging"
        lock = _acquire(self.path / "merging.lock", 0)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            yield folder
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            lock.release()

    def _merged(self, folder: Path, old: list[Segment]) -> tuple[Segment, list[int]]:
        """One segment of the documents of these, and the number at which each of them begins."""
        _make_private(folder)
        writer = index.create_in(str(folder), self.schema).writer(limitmb=64)
        places = []
        for segment in old:
            places.append(writer.docnum)
            reader = SegmentReader(FileStorage(str(self.path)), self.schema, segment)
            with closing(reader):
                writer.add_reader(reader)
        segment = writer._finalize_segment()
        writer._finish()
        return segment, places

    def _put_in_place(self, folder, segment, old: list[Segment], places: list[int]) -> bool:
        whole = self._open()
        contents = whole._read_toc()
        now = {each.segment_id(): each for each in contents.segments}
        if any(each.segment_id() not in now for each in old):
            return False  # built anew while we were merging
        for before, place in zip(old, places, strict=True):
            gone = sorted(before.deleted_docs())
            later = set(now[before.segment_id()].deleted_docs()).difference(gone)
            for number in later:
                segment.delete_document(place + number - bisect_left(gone, number))
        for name in segment.list_files(FileStorage(str(folder))):
            (folder / name).rename(self.path / name)
        merged = {each.segment_id() for each in old}
        kept = [each for each in contents.segments if each.segment_id() not in merged]
        generation = contents.generation + 1
        segments = [*kept, segment]
        index.TOC(self.schema, segments, generation).write(whole.storage, "MAIN")
        index.clean_files(whole.storage, "MAIN", generation, segments)
        return True

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

    def _open(self, anew: bool = False) -> index.FileIndex:
        """The index, with our schema given, so that Whoosh does not load the pickled one.

        It is made only to be built `anew`: an empty one in place of a lost one would seem whole.
        """
        _make_private(self.path)
        storage = FileStorage(str(self.path))
        if anew and index.TOC._latest_generation(storage, "MAIN") < 0:
            return index.create_in(str(self.path), self.schema)
        return index.FileIndex(storage, schema=self.schema)

    def _wipe(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def _searcher(self) -> whoosh.searching.Searcher:
        # One for each thread, since reading moves a position in the open files.
        searchers = _local.__dict__.setdefault("searchers", {})
        try:
            ready = self.ready_file.stat()
        except FileNotFoundError as error:
            raise IndexUnavailableError(f"{self.path} has not been built.") from error
        # A rebuilt index may count its generations from the start, but has a new ready file.
        stamp = (str(self.ready_file), ready.st_ino, ready.st_mtime_ns)
        old_stamp, searcher = searchers.get(self.path, (None, None))
        if stamp != old_stamp:
            self._forget()
            opened = index.FileIndex(FileStorage(str(self.path)), schema=self.schema)
            searcher = opened.searcher(weighting=scoring.BM25F())
        elif not searcher.up_to_date():
            searcher = searcher.refresh()
        searchers[self.path] = (stamp, searcher)
        return searcher

    def _forget(self) -> None:
        _, searcher = _local.__dict__.setdefault("searchers", {}).pop(self.path, (None, None))
        if searcher is not None:
            with suppress(Exception):
                searcher.close()


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
        self._old: list[_Keys] = []
        if not anew:
            try:
                for segment, first in zip(writer.segments, writer._doc_offsets, strict=True):
                    self._old.append(_Keys(whole.path, segment, first))
            except Exception as error:
                raise whole._damaged(error) from error

    def put(self, key: str, document: dict[str, str]) -> None:
        if key in self._seen:
            # Whoosh would keep both: it only replaces what an earlier step has written.
            return
        self._seen.add(key)
        self.remove(key)
        self._writer.add_document(**{KEY: key}, **document)

    def remove(self, key: str) -> None:
        try:
            for keys in self._old:
                number = keys.find(key)
                if number is not None:
                    self._writer.delete_document(number)
        except Exception as error:
            raise self._whole._damaged(error) from error

    def close(self) -> None:
        for keys in self._old:
            keys.close()


class _Keys:
    """Where the documents of a segment stand, by key.

    Whoosh's own reader copies the whole segment into memory when it is opened, and its writer
    opens all segments to replace one document: a quarter of a second in an index of 100,000.
    """

    def __init__(self, folder: Path, segment: Segment, first: int):
        self._first = first
        self._files = segment.open_compound_file(FileStorage(str(folder), supports_mmap=False))
        name = segment.make_filename(W3Codec.TERMS_EXT)
        length = self._files.file_length(name)
        self._terms = W3TermsReader(segment.codec(), self._files.open_file(name), length, None)

    def find(self, key: str) -> int | None:
        """The number of the document in the whole index; None if it isn't in this segment."""
        term = (KEY, key.encode())
        if term not in self._terms:
            return None
        # A key stands in one document of a segment only: the first is the one.
        return self._first + self._terms.term_info(*term).min_id()

    def close(self) -> None:
        self._files.close()


def _keep_segments(writer, segments: list[Segment]) -> list[Segment]:
    """What a commit merges: nothing, or a small edit could take seconds; `merge` is for that.

    A segment whose documents have all been replaced is of no more use.
    """
    return [segment for segment in segments if segment.doc_count() > 0]


def _mergeable(segments: list[Segment], most: int) -> list[Segment]:
    """Enough segments of about one size to be made one; the smallest such; else none."""
    by_size = defaultdict(list)
    for segment in segments:
        by_size[int(math.log(max(segment.doc_count(), 1), SEGMENTS_OF_A_SIZE))].append(segment)
    for size in sorted(by_size):
        alike = by_size[size]
        if len(alike) >= SEGMENTS_OF_A_SIZE:
            gone_through = accumulate(segment.doc_count_all() for segment in alike)
            chosen = [s for s, total in zip(alike, gone_through, strict=True) if total <= most]
            return chosen if len(chosen) > 1 else []
    return []


_local = threading.local()


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        with suppress(PermissionError):  # somebody else's folder: its owner decides
            os.chmod(folder, 0o700)


def _schema(field_names: tuple[str, ...]) -> fields.Schema:
    schema = fields.Schema()
    schema.add(KEY, fields.ID(unique=True, sortable=True))
    for name in field_names:
        # The terms are ready; Whoosh only has to part them.
        schema.add(name, fields.TEXT(analyzer=analysis.RegexTokenizer(r"\S+"), phrase=True))
    return schema

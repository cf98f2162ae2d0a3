"""All that leans on Whoosh's ways with files: one folder is one index; open, lock, write, read.

Whoosh keeps its table of contents and segments as pickles, and loading a pickle runs what it
says: whoever can write into the folder could run code as the site. So the folder is made for
its owner only (0700) and must never be shared, uploaded to or unpacked from elsewhere. It is
disposable: everything in it can be made again from the database.
"""

import logging
import os
import shutil
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

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


class WhooshIndex:
    """One index: documents of space-parted terms under a key. Readers need no lock."""

    def __init__(self, path: Path, field_names: tuple[str, ...], fingerprint: str):
        self.path = path
        self.schema = _schema(field_names)
        # Written last when an index is built: without it the folder is unfinished or outdated.
        self.ready_file = path / f"ready-{fingerprint}"

    def exists(self) -> bool:
        return self.path.exists()

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

    def put(self, key: str, document: dict[str, str]) -> None:
        if key in self._seen:
            # Whoosh would keep both: it only replaces what an earlier step has written.
            return
        self._seen.add(key)
        self.remove(key)
        self._writer.add_document(**{KEY: key}, **document)

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

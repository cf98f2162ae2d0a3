"""Makes one segment of several small ones, while others read and write."""

import math
import shutil
import warnings
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from search.index_folder import acquire, make_private

with warnings.catch_warnings():
    # Whoosh 2.7.4 writes some patterns without r"": Python says so when it first compiles them.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh import index
    from whoosh.codec.base import Segment as WhooshSegment
    from whoosh.filedb.filestore import FileStorage
    from whoosh.reading import SegmentReader
    from whoosh.writing import SegmentWriter

if TYPE_CHECKING:
    from search.whoosh_index import WhooshIndex

#: So many segments of about one size, each next size being so many times bigger, are made one.
SEGMENTS_OF_A_SIZE = 8


def is_crowded(files: "WhooshIndex", most: int) -> bool:
    """Whether `merge` would find something to do."""
    try:
        return bool(_mergeable(files.open()._segments(), most))
    except Exception:  # damaged: whoever searches will find out, and have it mended
        return False


def merge(files: "WhooshIndex", lock: Callable[[], AbstractContextManager], most: int) -> bool:
    """Makes one segment of several small ones; True if there were enough of them.

    Others read and write meanwhile: only putting it in place takes the writing lock, which
    `lock()` gives. `most` is how many documents may be gone through. Raises IndexBusyError
    when somebody else is merging or writing.
    """
    with merging_alone(files.path) as folder:
        try:
            old = _mergeable(files.open()._segments(), most)
            if not old:
                return False
            segment, places = _merged(files, folder, old)
            with lock():
                return _put_in_place(files, folder, segment, old, places)
        except (index.IndexError, FileNotFoundError):
            return False  # it is being built anew


@contextmanager
def merging_alone(path: Path) -> Iterator[Path]:
    """An empty folder to merge in, nobody else merging in the index that lies at `path`."""
    folder = path / "merging"
    lock = acquire(path / "merging.lock", 0)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.release()


def _merged(files, folder: Path, old: list[WhooshSegment]) -> tuple[WhooshSegment, list[int]]:
    """One segment of the documents of these, and the number at which each of them begins."""
    make_private(folder)
    writer = index.create_in(str(folder), files.schema).writer(limitmb=64)
    places = []
    try:
        for segment in old:
            places.append(writer.docnum)
            reader = SegmentReader(FileStorage(str(files.path)), files.schema, segment)
            with closing(reader):
                writer.add_reader(reader)
        segment = writer._finalize_segment()
    except BaseException:
        _give_up(writer)
        raise
    writer._finish()
    return segment, places


def _put_in_place(files, folder, segment, old: list[WhooshSegment], places: list[int]) -> bool:
    whole = files.open()
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
        (folder / name).rename(files.path / name)
    merged = {each.segment_id() for each in old}
    kept = [each for each in contents.segments if each.segment_id() not in merged]
    generation = contents.generation + 1
    segments = [*kept, segment]
    index.TOC(files.schema, segments, generation).write(whole.storage, "MAIN")
    index.clean_files(whole.storage, "MAIN", generation, segments)
    return True


def _give_up(writer: SegmentWriter) -> None:
    """Closes the files of a writer that failed half-way, which Whoosh would leave open."""
    documents, terms = writer.perdocwriter, writer.fieldwriter
    for file in (terms._tindex.dbfile, terms._postfile, documents._cols._temp):
        with suppress(Exception):
            file.close()
    with suppress(Exception):
        writer.cancel()


def _mergeable(segments: list[WhooshSegment], most: int) -> list[WhooshSegment]:
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

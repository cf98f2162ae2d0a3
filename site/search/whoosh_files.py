"""Reads the files of Whoosh 2.7.4 into NumPy arrays. All that leans on its private parts is here.

A segment is one file, `<id>.seg`, that holds others: `.trm` (a hash of terms and where their
postings lie, keys in order), `.pst` (postings, in zipped and pickled blocks of 128) and
`.<name>.col` (one value for each document, in order). Whoosh reads them one posting at a
time; here a posting list, a column, a range of the dictionary is decoded in one go.

Files are read by position and never mapped into memory: reading a mapped file that somebody
cut short would end the process. One reader serves any number of threads.
"""

import io
import json
import os
import pickle
import struct
import warnings
import weakref
import zlib
from collections.abc import Iterator
from hashlib import md5
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

with warnings.catch_warnings():
    # Whoosh 2.7.4 writes some patterns without r"": Python says so when it first compiles them.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh import query, scoring  # noqa: F401 - others take them from here, in silence
    from whoosh.columns import Column, ColumnReader, ColumnWriter
    from whoosh.util.numeric import byte_to_length

#: The field lengths that Whoosh's length bytes stand for.
LENGTHS = np.array([byte_to_length(byte) for byte in range(256)], dtype=np.float64)

_COMPOUND = struct.Struct("!qi")
_DIRECTORY = struct.Struct("!" + "qi" * 256)
_SLOT = struct.Struct("!Iq")
_KEY = struct.Struct("!iiH")  # lengths of key and value, then the key, led by its field
_ENTRY = struct.Struct("!BfIBBfII")  # flags, weight, documents, lengths, weight, ids
_EXTENT = struct.Struct("!qi")
_INDEX_TYPES = {"B": ">u1", "H": ">u2", "i": ">i4", "I": ">u4", "q": ">i8"}
_MAGIC = b"W3Bl"
_INFO_SIZES = {ord("K"): 2, ord("M"): 3, ord("J"): 5, ord("G"): 9}
_INFO_END = b"tq\x00."


class DamagedError(Exception):
    """A file does not hold what it should."""


class Entry(NamedTuple):
    """What the dictionary of a segment says of one term in one field."""

    documents: int  # how many have it, deleted ones included
    first: int  # the first of them
    offset: int  # of its postings
    length: int  # of its postings, in bytes
    inlined: tuple | None = None  # the postings themselves


class Postings(NamedTuple):
    """The documents of a segment that have a term, in order."""

    ids: np.ndarray  # int32, documents of the segment
    weights: np.ndarray | None  # float32; None if all are 1
    values: list[bytes]  # what `positions` reads

    @property
    def nbytes(self) -> int:
        return self.ids.nbytes + (0 if self.weights is None else self.weights.nbytes)


class SegmentFile:
    """One segment of an index. Raises OSError, DamagedError or what unpickling raises."""

    def __init__(self, folder: Path, segment):
        self.id = segment.segid
        self.documents = segment.doc_count_all()
        #: How many terms each field holds in all, as it was counted and not as bytes say.
        self.field_lengths = dict(segment._fieldlengths)
        if not segment.compound:
            raise DamagedError(f"The segment {self.id} is not in one file.")
        self._fd = os.open(self.path(folder, segment), os.O_RDONLY)
        weakref.finalize(self, os.close, self._fd)
        directory, _ = _COMPOUND.unpack(self._read(0, _COMPOUND.size))
        size = os.fstat(self._fd).st_size
        files = pickle.load(io.BytesIO(self._read(directory, size - directory)))
        self._files = {
            name.removeprefix(f"{segment.segment_id()}."): (file["offset"], file["length"])
            for name, file in files.items()
        }
        self._open_dictionary()

    @staticmethod
    def path(folder: Path, segment) -> Path:
        return folder / segment.make_filename(".seg")

    @classmethod
    def identity(cls, folder: Path, segment) -> tuple:
        """What no other segment has; a name alone may come back when an index is built anew."""
        file = os.stat(cls.path(folder, segment))
        return segment.segid, file.st_ino, file.st_mtime_ns, file.st_size

    def _read(self, offset: int, length: int) -> bytes:
        data = os.pread(self._fd, length, offset)
        if len(data) != length:
            raise DamagedError(f"The segment {self.id} is cut short.")
        return data

    # --- The dictionary ----------------------------------------------------------------------

    def _open_dictionary(self) -> None:
        self._terms, length = self._files["trm"]
        end = self._terms + length - 4
        (extra_length,) = struct.unpack("!i", self._read(end, 4))
        start = end - extra_length
        stream = io.BytesIO(self._read(start, extra_length))
        extras = pickle.load(stream)
        self._field_numbers = extras["fieldmap"]
        self._index_type = np.dtype(_INDEX_TYPES[extras["indextype"]])
        self._index_length = extras["indexlen"]
        self._index = start + stream.tell()
        flat = _DIRECTORY.unpack(self._read(start - _DIRECTORY.size, _DIRECTORY.size))
        self._tables = list(zip(flat[::2], flat[1::2], strict=True))
        self._terms_end = self._tables[0][0]

    def _key(self, field: str, term: str) -> bytes | None:
        number = self._field_numbers.get(field)
        return None if number is None else struct.pack("!H", number) + term.encode()

    def entry(self, field: str, term: str) -> Entry | None:
        """The term's entry; None if no document has it."""
        key = self._key(field, term)
        if key is None:
            return None
        hashed = int.from_bytes(md5(key, usedforsecurity=False).digest()[-4:], "big")
        table, slots = self._tables[hashed & 255]
        base = self._terms
        for step in range(slots):
            slot = table + ((hashed >> 8) + step) % slots * _SLOT.size
            found, at = _SLOT.unpack(self._read(base + slot, _SLOT.size))
            if not at:
                return None
            if found == hashed:
                # A key and its entry, unless it is an odd one, are read in one go.
                room = min(8 + len(key) + _ENTRY.size + _EXTENT.size, self._terms_end - at)
                data = self._read(base + at, room)
                key_length, length, _ = _KEY.unpack_from(data)
                if key_length == len(key) and data[8 : 8 + key_length] == key:
                    start = 8 + key_length
                    if start + length > len(data):
                        data = self._read(base + at, start + length)
                    return self._entry(data[start : start + length])
        return None

    def _entry(self, data: bytes) -> Entry:
        inlined, _, documents, *_, first, _ = _ENTRY.unpack_from(data)
        if inlined:
            return Entry(documents, first, 0, 0, pickle.loads(data[_ENTRY.size :]))
        return Entry(documents, first, *_EXTENT.unpack_from(data, _ENTRY.size))

    def beginning(self, field: str, prefix: str, most: int) -> list[Entry]:
        """The entries of the terms that begin so; the most frequent if there are too many."""
        key = self._key(field, prefix)
        if key is None:
            return []
        first = self._lowest(key)
        last = self._lowest(key + b"\xff")  # which no UTF-8 has
        if first >= last:
            return []
        size = self._index_type.itemsize
        index = self._read(self._index + first * size, (last - first) * size)
        at = np.frombuffer(index, self._index_type).astype(np.int64)
        end = int(at[-1])
        lengths = struct.unpack("!ii", self._read(self._terms + end, 8))
        start = int(at[0])
        data = self._read(self._terms + start, end + 8 + sum(lengths) - start)
        raw = np.frombuffer(data, np.uint8)
        at -= start
        values = at + 8 + _numbers(raw, at)
        if len(values) > most:
            documents = _numbers(raw, values + 5)
            values = np.sort(values[np.argpartition(documents, -most)[-most:]])
        sizes = _ENTRY.size + _EXTENT.size
        return [
            self._entry(data[at : at + sizes] if not raw[at] else data[at:])
            for at in values.tolist()
        ]

    def _lowest(self, key: bytes) -> int:
        """The place in the index of the first key that is not below this one."""
        low, high, size = 0, self._index_length, self._index_type.itemsize
        while low < high:
            middle = (low + high) // 2
            place = self._read(self._index + middle * size, size)
            at = self._terms + int(np.frombuffer(place, self._index_type)[0])
            (length,) = struct.unpack("!i", self._read(at, 4))
            if self._read(at + 8, length) < key:
                low = middle + 1
            else:
                high = middle
        return low

    # --- Postings ----------------------------------------------------------------------------

    def postings(
        self, entry: Entry, among: np.ndarray | None = None, values: bool = False
    ) -> Postings:
        """The postings of a term; of the blocks that may hold these ids, if ids are given.

        Their values are only kept for the asking.
        """
        if entry.inlined:
            ids, weights, kept = entry.inlined
            return Postings(np.array(ids, np.int32), np.array(weights, np.float32), kept)
        deltas, weights, kept = [], [], []
        for block in self._blocks(entry, among):
            deltas.append(block[0])
            weights.append(block[1])
            if values:
                kept += block[2]
        if not deltas:
            return Postings(np.empty(0, np.int32), None, [])
        counts = np.fromiter(map(len, deltas), np.int64, len(deltas))
        total = int(counts.sum())
        ids = np.fromiter(chain.from_iterable(deltas), np.int64, total)
        starts = np.cumsum(counts) - counts
        # Each block counts from zero again.
        np.cumsum(ids, out=ids)
        ids -= np.repeat(np.concatenate([[0], ids[starts[1:] - 1]]), counts)
        if not all(weight is None for weight in weights):
            found = np.ones(total, np.float32)
            for start, count, weight in zip(starts, counts, weights, strict=True):
                if weight is not None:
                    found[start : start + count] = weight
            weights = found
        else:
            weights = None
        return Postings(ids.astype(np.int32), weights, kept)

    def _blocks(self, entry: Entry, among: np.ndarray | None) -> Iterator[tuple]:
        data = memoryview(self._read(self._files["pst"][0] + entry.offset, entry.length))
        if data[:4] != _MAGIC:
            raise DamagedError(f"The postings of the segment {self.id} are not where they should.")
        at, length, seen = 4, 0, 0
        while length >= 0:
            (length,) = struct.unpack_from("!i", data, at)
            # A pickled tuple, of which only the second item, the last id, is of use.
            place = at + 4 + 3
            second = place + _INFO_SIZES[data[place]]
            for _ in range(6):
                place += _INFO_SIZES[data[place]]
            if data[place : place + 4] != _INFO_END:
                raise DamagedError(f"A block of the segment {self.id} has no end.")
            end = at + 4 + abs(length)
            if among is not None:
                wide = _INFO_SIZES[data[second]] - 1
                last = int.from_bytes(data[second + 1 : second + 1 + wide], "little")
                until = int(np.searchsorted(among, last, side="right"))
                wanted, seen = until > seen, until
            if among is None or wanted:
                yield pickle.loads(zlib.decompress(data[place + 4 : end]))
            at = end

    # --- Columns -----------------------------------------------------------------------------

    def lengths(self, field: str) -> np.ndarray:
        """uint8: the byte that stands for the length of the field, for each document."""
        found = np.zeros(self.documents, np.uint8)
        if f"_{field}_len.col" in self._files:
            data = np.frombuffer(self._read(*self._files[f"_{field}_len.col"]), np.uint8)
            found[: len(data)] = data  # Whoosh leaves out trailing zeros
        return found

    def column(self, name: str, kind: str) -> "Values":
        """The column of this name as `ValuesColumn(kind)` wrote it; empty if it never did."""
        place = self._files.get(f"{name}.col")
        data = self._read(*place) if place else encode(kind, [None] * self.documents)
        return decode(kind, data, self.documents)


def positions(values: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """How many positions each of these posting values holds, and all of them in order."""
    # Each is a count and a pickled list of steps. Without their first and last bytes the
    # pickles make one, which is read in one go.
    joined = np.frombuffer(b"".join(values), np.uint8)
    sizes = np.fromiter(map(len, values), np.int64, len(values))
    ends = np.cumsum(sizes)
    starts = ends - sizes
    counts = _numbers(joined, starts)
    inner = np.ones(len(joined), bool)
    for place in range(6):
        inner[starts + place] = False
    inner[ends - 1] = False
    lists = pickle.loads(b"\x80\x02(" + joined[inner].tobytes() + b"t.")
    total = int(counts.sum())
    found = np.fromiter(chain.from_iterable(lists), np.int64, total)
    np.cumsum(found, out=found)
    firsts = np.cumsum(counts) - counts
    before = np.concatenate([[0], found[firsts[1:] - 1]])
    return counts, found - np.repeat(before, counts)


def _numbers(raw: np.ndarray, places: np.ndarray) -> np.ndarray:
    """int64: the unsigned big-endian numbers of four bytes at these places."""
    found = np.zeros(len(places), np.int64)
    for byte in range(4):
        found = (found << 8) | raw[places + byte]
    return found


# --- Columns of our own ----------------------------------------------------------------------

NOTHING = np.iinfo(np.int64).min  # in a column of numbers, for a document that has none


class Values(NamedTuple):
    """A column. Its `codes` are numbers themselves, or point into `words`, -1 for no word.

    With `offsets` a document may have several: document n has codes[offsets[n]:offsets[n+1]].
    """

    codes: np.ndarray
    words: list[str] | None = None
    offsets: np.ndarray | None = None


class ValuesColumn(Column):
    """A Whoosh column that arrays can be made of at once.

    `kind` is "number" (whole numbers), "word" (a text that many share) or "words" (several).
    """

    def __init__(self, kind: str):
        self.kind = kind

    def writer(self, dbfile):
        return _Writer(dbfile, self.kind)

    def reader(self, dbfile, basepos, length, doccount):
        return _Reader(dbfile, basepos, length, doccount, self.kind)

    def default_value(self, reverse=False):
        return None


class _Writer(ColumnWriter):
    def __init__(self, dbfile, kind):
        super().__init__(dbfile)
        self._kind = kind
        self._values = []

    def fill(self, docnum):
        self._values += [None] * (docnum - len(self._values))

    def add(self, docnum, value):
        self.fill(docnum)
        self._values.append(value)

    def finish(self, docnum):
        self.fill(docnum)
        self._dbfile.write(encode(self._kind, self._values))


class _Reader(ColumnReader):
    """What Whoosh copies a column with when it merges segments."""

    def __init__(self, dbfile, basepos, length, doccount, kind):
        super().__init__(dbfile, basepos, length, doccount)
        self._values = decode(kind, dbfile.get(basepos, length), doccount)

    def __getitem__(self, docnum):
        codes, words, offsets = self._values
        if offsets is not None:
            return [words[code] for code in codes[offsets[docnum] : offsets[docnum + 1]].tolist()]
        code = int(codes[docnum])
        if words is None:
            return None if code == NOTHING else code
        return None if code < 0 else words[code]


def encode(kind: str, values: list) -> bytes:
    """The bytes of a column, little-endian: [offsets], codes, then the words as JSON."""
    if kind == "number":
        numbers = [NOTHING if value is None else value for value in values]
        return np.array(numbers, "<i8").tobytes()
    words: dict[str, int] = {}
    if kind == "word":
        codes = [-1 if one is None else words.setdefault(one, len(words)) for one in values]
        offsets = b""
    else:
        lists = [one or [] for one in values]
        codes = [words.setdefault(word, len(words)) for one in lists for word in one]
        offsets = np.cumsum([0, *map(len, lists)]).astype("<i4").tobytes()
    return offsets + np.array(codes, "<i4").tobytes() + json.dumps(list(words)).encode()


def decode(kind: str, data: bytes, documents: int) -> Values:
    """The column that `encode` made of the values of so many documents."""
    if kind == "number":
        return Values(np.frombuffer(data, "<i8", documents))
    offsets, at, count = None, 0, documents
    if kind == "words":
        offsets = np.frombuffer(data, "<i4", documents + 1)
        at, count = offsets.nbytes, int(offsets[-1])
    codes = np.frombuffer(data, "<i4", count, at)
    return Values(codes, json.loads(data[at + codes.nbytes :]), offsets)

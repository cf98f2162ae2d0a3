"""PDFs: whole, readable, and without anything that runs, opens or hides."""

import io
import re
import zipfile
import zlib

from discussion.files.kinds import Refused, mind_viruses

#: Names of what does something by itself, or holds another file.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia\w*|ImportData|GoToE|XFA)(?![A-Za-z0-9])"
)
#: Too short to be looked for among packed bytes, where they may stand by chance.
_ACTIVE_KEY = re.compile(rb"/(?:JS|EF)(?![A-Za-z0-9])")
_ACTIVE_KEYS = {"/JS", "/EF"}
MOST_OBJECTS = 100_000
MOST_UNPACKED = 50 * 1024 * 1024  # bytes of one stream of objects
#: A name may hide its letters: /J#61vaScript.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENDED = re.compile(rb"%%EOF[\s\x00]*\Z")
_PACKED = re.compile(rb"/ObjStm\b.{0,2000}?stream\r?\n", re.DOTALL)


def check(data: bytes) -> None:
    """Raises Refused, or whatever the reader raises for a damaged one."""
    from pypdf import PdfReader

    if not _ENDED.search(data[-4096:]) or zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused("damaged")
    mind_viruses(data)
    said = _plain(data)
    if _ACTIVE.search(said):
        raise Refused("active")
    if data.count(b" obj") > MOST_OBJECTS:
        raise Refused("large")
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        try:
            opened = reader.decrypt("")
        except Exception:  # by a means that the reader does not have
            opened = False
        if not opened:
            raise Refused("locked")
    if not len(reader.pages):
        raise Refused("damaged")
    for objects in _packed_objects(reader, data):
        objects = _plain(objects)
        if _ACTIVE.search(objects) or _ACTIVE_KEY.search(objects):
            raise Refused("active")
    if _ACTIVE_KEY.search(said):
        for thing in _objects(reader):
            _mind(thing)


def _plain(data: bytes) -> bytes:
    """The same with the letters of its names shown."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)


def _packed_objects(reader, data):
    """What the streams hold in which objects stand together: nothing but objects."""
    from pypdf.generic import IndirectObject

    for number in {number for number, _place in reader.xref_objStm.values()}:
        yield reader.get_object(IndirectObject(number, 0, reader)).get_data()
    # And those that the table of the file does not know: another reader may look for them.
    for found in _PACKED.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[found.end() :], MOST_UNPACKED)
        except zlib.error:
            continue


def _objects(reader):
    """Every object that stands by itself."""
    from pypdf.generic import IndirectObject

    for generation, places in reader.xref.items():
        for number in places:
            try:
                yield reader.get_object(IndirectObject(number, generation, reader))
            except Exception:  # a free or broken one: no reader finds anything there
                continue
    yield reader.trailer


def _mind(thing) -> None:
    """Raises Refused where an object, or what is written inside it, is active."""
    from pypdf.generic import ArrayObject, DictionaryObject

    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, DictionaryObject):
            if _ACTIVE_KEYS & thing.keys():
                raise Refused("active")
            waiting += [thing.raw_get(key) for key in thing]
        elif isinstance(thing, ArrayObject):
            waiting += list.__iter__(thing)

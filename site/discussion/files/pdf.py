"""PDFs: whole, readable, and without anything that runs, opens or hides."""

import io
import re
import zipfile

from discussion.files.kinds import Refused, mind_viruses

#: Names of what does something by itself, or holds another file.
ACTIVE = (
    b"/JavaScript",
    b"/Launch",
    b"/EmbeddedFile",
    b"/RichMedia",
    b"/ImportData",
    b"/GoToE",
    b"/XFA",
)
#: Too short to look for among packed bytes: only in what has been read.
ACTIVE_KEYS = {"/JS", "/JavaScript", "/EF", "/XFA", "/RichMediaContent"}
ACTIVE_DEEDS = {"/JavaScript", "/Launch", "/ImportData", "/GoToE", "/Rendition", "/RichMedia"}
MOST_OBJECTS = 200_000
#: A name may hide its letters: /J#61vaScript.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENDED = re.compile(rb"%%EOF[\s\x00]*\Z")


def check(data: bytes) -> None:
    """Raises Refused, or whatever the reader raises for a damaged one."""
    from pypdf import PdfReader

    if not _ENDED.search(data[-4096:]) or zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused("damaged")
    mind_viruses(data)
    said = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)
    if any(name in said for name in ACTIVE):
        raise Refused("active")
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
    reader.pages[0].get_contents()
    for thing in _objects(reader):
        _mind(thing)


def _objects(reader):
    """Every object of the file, those packed together with others too."""
    from pypdf.generic import IndirectObject

    numbers = {
        (number, generation) for generation in reader.xref for number in reader.xref[generation]
    }
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise Refused("large")
    for number, generation in sorted(numbers):
        try:
            yield reader.get_object(IndirectObject(number, generation, reader))
        except Refused:
            raise
        except Exception:  # a free or broken one: no reader finds anything there
            continue
    yield reader.trailer


def _mind(thing) -> None:
    """Raises Refused where an object, or what is written inside it, is active."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            continue
        if isinstance(thing, DictionaryObject):
            if ACTIVE_KEYS & thing.keys() or (
                "/S" in thing and thing.raw_get("/S") in ACTIVE_DEEDS
            ):
                raise Refused("active")
            waiting += [thing.raw_get(key) for key in thing]
        elif isinstance(thing, ArrayObject):
            waiting += list.__iter__(thing)

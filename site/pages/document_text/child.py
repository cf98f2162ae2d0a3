"""The text of one file: run as a script of its own, in a process that may do next to nothing.

    python -I child.py EXTENSION < FILE

Prints one JSON object: {"state": "ready" | "empty" | "unreadable", "text": …, "why": …}. Other
people's files are hostile until proved otherwise: readers of PDF in particular have had a
dozen ways to be kept busy for ever. So memory, processor time and what is written are limited,
there is no network and no other program, and whoever started this kills it after a while.
Imports nothing of the site.
"""

import codecs
import ctypes
import io
import json
import os
import sys
import time
import zipfile
from contextlib import suppress

MEMORY = 512 * 1024 * 1024  # bytes of address space
SECONDS = 10  # of processor time
ENOUGH = 7  # of them, after which what has been read has to do
WRITTEN = 16 * 1024 * 1024  # bytes of answer
LONGEST_TEXT = 1_000_000  # characters; what comes after is not searched
MOST_PAGES = 3_000
#: Bytes of unpacked XML that are read of a file; a zip may pretend to hold anything.
MOST_XML = 60 * 1024 * 1024
#: The parts of a zipped document that hold its text, by the beginning of their names.
PARTS = {
    "docx": ("word/document", "word/footnotes.xml", "word/endnotes.xml"),
    "pptx": ("ppt/slides/slide",),
    "xlsx": ("xl/sharedStrings.xml", "xl/worksheets/sheet"),
    "odt": ("content.xml",),
    "ods": ("content.xml",),
}


#: Elements that are a line each: paragraphs, headings, shared and inline strings of cells.
LINES = {"p", "h", "si", "is"}
#: And those that nobody means to be read: changes that were tracked, notes in the margin.
SKIPPED = {"tracked-changes", "annotation", "meta", "del", "moveFrom"}


class UnreadableError(Exception):
    """The file is not what its name says, is damaged, or is locked by a password."""


class _TooMuchError(UnreadableError):
    """It unpacks to more than is read of any file."""


def confine() -> None:
    """Gives up whatever reading a file does not need. Where the system has no such limit, it
    stays as it is: memory on macOS, the network without the right to leave it."""
    with suppress(ImportError):
        import resource

        limits = [
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_FSIZE, WRITTEN),
            (resource.RLIMIT_CORE, 0),
        ]
        for which, most in limits:
            with suppress(ValueError, OSError):
                resource.setrlimit(which, (most, most))
    with suppress(Exception):
        # CLONE_NEWUSER | CLONE_NEWNET: a network of its own, with nobody in it.
        ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)
    sys.addaudithook(_refuse)


#: What a reader may still open: the libraries that it has not imported yet.
READ = tuple({sys.prefix, sys.base_prefix, *filter(None, sys.path)})
REFUSED = (
    *("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.kill"),
    *("os.system", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link"),
    *("os.truncate", "os.chmod", "os.chown", "os.utime", "os.putenv", "os.unsetenv", "shutil."),
    *("ctypes.", "tempfile."),
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _refuse(event, args):
    if event.startswith(REFUSED):
        raise PermissionError(event)
    if event == "open":
        path, mode, flags = args
        writes = set(mode or "") & set("wax+") or (flags or 0) & WRITING
        if writes or not (isinstance(path, int) or os.fsdecode(path).startswith(READ)):
            raise PermissionError(event)


def text_of(data: bytes, extension: str) -> str:
    """The text of a file. Raises UnreadableError, or whatever readers raise for a damaged one."""
    if extension == "pdf":
        return _pdf(data)
    if extension in PARTS:
        return _zipped(data, PARTS[extension])
    if extension in ("txt", "csv"):
        return _plain(data)
    raise UnreadableError("unknown kind")


def _pdf(data: bytes) -> str:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError("password")
    texts, length, failed = [], 0, None
    for number, page in enumerate(reader.pages):
        if length > LONGEST_TEXT or number >= MOST_PAGES:
            break
        try:
            texts.append(page.extract_text())
        except Exception as error:  # one odd page does not hide the others
            failed = error
            continue
        length += len(texts[-1])
    if failed is not None and not length:
        raise UnreadableError("pages") from failed
    return "\n".join(texts)


def _zipped(data: bytes, names: tuple[str, ...]) -> str:
    """What is read before a limit is reached is what there is."""
    texts, left = [], MOST_XML
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if name.startswith(names)]
        if not parts:
            raise UnreadableError("parts")
        length = 0
        for name in sorted(parts, key=lambda name: (len(name), name)):
            with archive.open(name) as raw:
                limited = _Limited(raw, left)
                try:
                    for line in _lines(limited):
                        texts.append(line)
                        length += len(line)
                        if length > LONGEST_TEXT or time.process_time() > ENOUGH:
                            return "\n".join(texts)
                except (_TooMuchError, MemoryError):
                    if not texts:
                        raise
                    break
                left = limited.left
    return "\n".join(texts)


def _lines(raw):
    """Its paragraphs, headings and strings, without what was deleted or noted in the margin."""
    from defusedxml.ElementTree import iterparse

    above, inside, skipped = [], 0, 0
    for event, element in iterparse(raw, ("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if event == "start":
            above.append(element)
            inside += tag in LINES
            skipped += tag in SKIPPED
            continue
        above.pop()
        if tag in SKIPPED:
            skipped -= 1
            tail = element.tail  # already there where a whole stretch of the file was parsed
            element.clear()
            element.tail = tail
        if tag in LINES:
            inside -= 1
            if not skipped and (line := "".join(_words(element)).strip()):
                yield line
            element.clear()
        if not inside and above:
            del above[-1][:]  # a sheet of a million numbers is not kept
        if time.process_time() > ENOUGH:
            return


def _words(element):
    """What a paragraph says, with a space for what parts words without being one."""
    if element.text and element.tag.rpartition("}")[2] in ("t", "p", "h", "span", "a"):
        yield element.text
    for child in element:
        tag = child.tag.rpartition("}")[2]
        if tag in ("tab", "br", "s", "line-break", "cr"):
            yield " "
        yield from _words(child)
        if child.tail:
            yield child.tail


class _Limited:
    """Reads so many bytes and no more, whatever a zip unpacks to."""

    def __init__(self, raw, left: int):
        self.raw, self.left = raw, left

    def read(self, size=-1):
        size = min(65536 if size < 0 else size, self.left + 1)
        data = self.raw.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise _TooMuchError("size")
        return data


def _plain(data: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\x00" in data[:4096]:
        raise UnreadableError("binary")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def main() -> None:
    # Before the door is shut: what the readers import on their way.
    import pypdf  # noqa: F401

    data = sys.stdin.buffer.read()
    confine()
    try:
        text = " ".join(text_of(data, sys.argv[1]).replace("\x00", " ").split(" "))[:LONGEST_TEXT]
        text = text.encode("utf-8", "replace").decode()  # half a pair of a surrogate
        answer = {"state": "ready" if text.strip() else "empty", "text": text.strip()}
    except BaseException as error:
        answer = {
            "state": "unreadable",
            "text": "",
            "why": f"{type(error).__name__}: {error}"[:200],
        }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()

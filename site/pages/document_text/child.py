"""The text of one file: run as a script of its own, in a process that may do next to nothing.

    python -I child.py EXTENSION < FILE

Prints one JSON object: {"state": "ready" | "empty" | "unreadable", "text": …, "why": …}. Other
people's files are hostile until proved otherwise: readers of PDF in particular have had a
dozen ways to be kept busy for ever. So memory, processor time and what is written are limited,
there is no network, no other program and no file but this one, and whoever started this kills
it after a while.
Imports nothing of the site.
"""

import codecs
import ctypes
import io
import itertools
import json
import os
import signal
import sys
import zipfile
from contextlib import suppress
from xml.parsers import expat

MEMORY = 512 * 1024 * 1024  # bytes of address space
SECONDS = 10  # of processor time
WRITTEN = 16 * 1024 * 1024  # bytes of answer
LONGEST_TEXT = 1_000_000  # characters; what comes after is not searched
MOST_PAGES = 3_000
#: Bytes of unpacked XML that are read of a file; a zip may pretend to hold anything.
MOST_XML = 60 * 1024 * 1024
MAIN = "word/document.xml"
#: The parts of a zipped document that hold its text, by the beginning of their names.
PARTS = {
    "docx": (MAIN, "word/footnotes.xml", "word/endnotes.xml"),
    "pptx": ("ppt/slides/slide",),
    "xlsx": ("xl/sharedStrings.xml", "xl/worksheets/sheet"),
    "odt": ("content.xml",),
    "ods": ("content.xml",),
}
#: Paragraphs and headings of all of these; rows of shared and inline strings.
LINES = {"p", "h", "si", "is"}
#: What holds words in them, and what parts words without being one.
WORDED = {"t", "p", "h", "span", "a"}
SPACES = {"tab", "br", "s", "line-break", "cr"}
#: What was said once, or beside the text: deletions, remarks, who wrote it.
SKIPPED = (
    "}tracked-changes",
    "office:1.0}annotation",
    "office:1.0}meta",
    "main}del",
    "main}moveFrom",
)
#: Where this Python imports from.
LIBRARIES = tuple(os.path.join(os.path.realpath(path), "") for path in sys.path if path)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: What Python says before it does such a thing; see "Audit events table" in its manual.
REFUSED = ("os.", "socket.", "subprocess.", "ctypes.", "signal.", "mmap.", "fcntl.", "sqlite3.")


class UnreadableError(Exception):
    """The file is not what its name says, is damaged, or is locked by a password."""


class LimitError(BaseException):
    """The file is more than may be read of one. No Exception, for readers catch those."""


def confine(memory: int = MEMORY) -> None:
    """Gives up whatever reading a file does not need. Where the system has no such limit, it
    stays as it is: memory on macOS, the network without the right to leave it."""
    with suppress(ImportError):
        import resource

        # At first it is told, and says what it has read; then it is killed.
        signal.signal(signal.SIGXCPU, _late)
        limits = [
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, WRITTEN),
            (resource.RLIMIT_CORE, 0),
        ]
        for which, most in limits:
            with suppress(ValueError, OSError):
                resource.setrlimit(which, (most, most))
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 3))
    with suppress(Exception):
        system = ctypes.CDLL(None)
        # CLONE_NEWUSER | CLONE_NEWNET: a network of its own, with nobody in it.
        system.unshare(0x10000000 | 0x40000000)
        # Landlock, of Linux since 5.13: no files but to read, whoever asks, Python or not.
        all_but_reading = ctypes.byref(ctypes.c_uint64(0x1FF3))
        rules = system.syscall(444, all_but_reading, 8, 0)  # landlock_create_ruleset
        system.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which it is refused
        system.syscall(446, rules, 0)  # landlock_restrict_self
    sys.addaudithook(_refuse)


def _late(signal_number, _frame):
    signal.signal(signal_number, signal.SIG_IGN)  # it is sent every second from now on
    raise LimitError("time")


def _refuse(event, args):
    """Hears of what Python is about to do. Of files it may read what readers still import."""
    if event == "open":
        path, mode, flags = args
        allowed = not (set(mode or "r") & set("wax+") or flags & WRITES) and _of_libraries(path)
    elif event in ("os.listdir", "os.scandir"):
        allowed = _of_libraries(args[0])
    else:
        allowed = not event.startswith(REFUSED)
    if not allowed:
        raise PermissionError(event)


def _of_libraries(path) -> bool:
    if not isinstance(path, (str, bytes)):
        return False
    return os.path.join(os.path.realpath(os.fsdecode(path)), "").startswith(LIBRARIES)


def text_of(data: bytes, extension: str) -> str:
    """The text of a file; of one that is too much, what could be read of it. Raises
    UnreadableError, or whatever readers raise for a damaged one."""
    texts, length = [], 0
    try:
        for text in _texts(data, extension):
            texts.append(text)
            length += len(text)
            if length > LONGEST_TEXT:
                break
    except (LimitError, MemoryError):
        if not length:
            raise
    return "\n".join(texts)


def _texts(data: bytes, extension: str):
    if extension == "pdf":
        return _pdf(data)
    if extension in PARTS:
        return _zipped(data, PARTS[extension])
    if extension in ("txt", "csv"):
        return [_plain(data)]
    raise UnreadableError("unknown kind")


def _pdf(data: bytes):
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError("password")
    said, failed = False, None
    for page in itertools.islice(reader.pages, MOST_PAGES):
        try:
            text = page.extract_text()
        except Exception as error:  # one odd page does not hide the others
            failed = error
            continue
        said = said or bool(text)
        yield text
    if failed is not None and not said:
        raise UnreadableError("pages") from failed


def _zipped(data: bytes, names: tuple[str, ...]):
    left = MOST_XML
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if MAIN in names:
            names = (_main(archive), *names[1:])
        parts = [name for name in archive.namelist() if name.startswith(names)]
        if not parts:
            raise UnreadableError("parts")
        for name in sorted(parts, key=lambda name: (len(name), name)):
            only = {"is"} if name.startswith("xl/worksheets/") else LINES
            with archive.open(name) as raw:
                reader, chunk = _Lines(only), True
                while chunk:
                    chunk = raw.read(65536)
                    left -= len(chunk)
                    if left < 0:
                        raise LimitError("size")
                    reader.parser.Parse(chunk, not chunk)
                    yield from reader.ended
                    reader.ended.clear()


def _main(archive) -> str:
    """The part that a Word file calls its document; nearly always MAIN."""
    found = [MAIN]

    def start(_name, said):
        if said.get("Type", "").endswith("/officeDocument"):
            found.append(said.get("Target", "").lstrip("/"))

    with suppress(KeyError, expat.ExpatError), archive.open("_rels/.rels") as raw:
        parser = _parser()
        parser.StartElementHandler = start
        parser.Parse(raw.read(LONGEST_TEXT), True)
    return found[-1] if found[-1] in archive.namelist() else MAIN


def _parser():
    """Parses XML of strangers: without a document type there are no entities to unfold or fetch."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.buffer_text = True
    return parser


def _refuse_doctype(*_said):
    raise UnreadableError("document type")


class _Lines:
    """Gathers what paragraphs say, each as it ends. No tree of the rest is made: a sheet has
    millions of cells."""

    def __init__(self, only):
        self.only = only
        self.ended, self.open, self.tags = [], [], []
        self.skipped = 0  # how deep in what is not said any more
        self.parser = _parser()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.say

    def start(self, name, _attributes):
        tag = name.rpartition("}")[2]
        self.tags.append(tag)
        if self.skipped or name.endswith(SKIPPED):
            self.skipped += 1
        elif tag in self.only:
            self.open.append([])
        elif self.open and tag in SPACES:
            self.open[-1].append(" ")

    def end(self, _name):
        tag = self.tags.pop()
        if self.skipped:
            self.skipped -= 1
        elif tag in self.only and (line := "".join(self.open.pop()).strip()):
            self.ended.append(line)

    def say(self, text):
        if self.open and not self.skipped and self.tags[-1] in WORDED:
            self.open[-1].append(text)


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

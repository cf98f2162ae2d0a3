"""The kinds of files that may come with a comment, known by what they are and not by name."""

import re
from typing import NamedTuple


class Refused(Exception):
    """A file is not let in; `why` is a word of checking.SENTENCES."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


class Kind(NamedTuple):
    """The first of the extensions is the one that it is given."""

    extensions: tuple[str, ...]
    mime: str
    label: str
    is_image: bool = False


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
KINDS = {
    "pdf": Kind(("pdf",), "application/pdf", "PDF"),
    "jpeg": Kind(("jpg", "jpeg"), "image/jpeg", "JPEG", True),
    "png": Kind(("png",), "image/png", "PNG", True),
    "gif": Kind(("gif",), "image/gif", "GIF", True),
    "webp": Kind(("webp",), "image/webp", "WebP", True),
    "txt": Kind(("txt",), "text/plain", "TXT"),
    "csv": Kind(("csv",), "text/csv", "CSV"),
    "docx": Kind(("docx",), f"{_OOXML}.wordprocessingml.document", "Word"),
    "xlsx": Kind(("xlsx",), f"{_OOXML}.spreadsheetml.sheet", "Excel"),
    "pptx": Kind(("pptx",), f"{_OOXML}.presentationml.presentation", "PowerPoint"),
    "odt": Kind(("odt",), f"{_ODF}.text", "OpenDocument"),
    "ods": Kind(("ods",), f"{_ODF}.spreadsheet", "OpenDocument"),
}
#: A zip that is looked into before its kind is known.
ZIP = "zip"
_SIGNATURES = (
    ("pdf", re.compile(rb"%PDF-[12]\.\d")),
    ("jpeg", re.compile(rb"\xff\xd8\xff")),
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("webp", re.compile(rb"RIFF....WEBP", re.DOTALL)),
    (ZIP, re.compile(rb"PK\x03\x04")),
)
#: The file that every virus scanner is tried with; in two halves, or this one would be found.
_TRIAL_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-"


def sniffed(head: bytes, extension: str) -> str:
    """What the first bytes say a file is: a key of KINDS, or ZIP.

    Raises Refused for what is none of them. A text has no mark: its name has to say it.
    """
    for kind, signature in _SIGNATURES:
        if signature.match(head):
            return kind
    for kind in ("txt", "csv"):
        if extension in KINDS[kind].extensions:
            return kind
    raise Refused("kind")


def mind_viruses(data: bytes) -> None:
    """Raises Refused for the virus that scanners are tried with."""
    if _TRIAL_VIRUS in data:
        raise Refused("active")

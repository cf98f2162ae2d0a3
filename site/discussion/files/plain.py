"""Texts and tables as text: nothing in them but words."""

import codecs
import re

from discussion.files.kinds import Refused, mind_viruses

#: What no text holds but a program or a terminal's escapes: all controls but tab, line and page.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
#: How a page, a picture or a script begins, whatever it is called.
_ACTIVE = re.compile(
    r"\s*(?:<[a-z!?/%]|#!|%!|\{\\rtf|@echo|MIME-Version:|Content-Type:)", re.IGNORECASE
)
#: A cell that has a spreadsheet start another program: =cmd|'/C calc'!A0
#: Every run in it is bounded: it must not take longer than the text is long.
_DDE = re.compile(r"""(?:^|[,;\t"'])[ \r\f]{0,50}[=+@-]\w{1,100}\|[^\n]{0,500}!""", re.MULTILINE)


def check(data: bytes, kind: str) -> None:
    """Raises Refused for what is no plain text."""
    mind_viruses(data)
    text = _decoded(data)
    if _CONTROLS.search(text):
        raise Refused("damaged")
    if _ACTIVE.match(text) or (kind == "csv" and _DDE.search(text)):
        raise Refused("active")


def _decoded(data: bytes) -> str:
    encodings = ["utf-8-sig", "cp1252"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    raise Refused("damaged")

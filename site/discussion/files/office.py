"""Word, Excel, PowerPoint and OpenDocument: zips of XML, looked into whole.

Every part is unpacked within limits and every XML part is read: without a document type there are
no entities to unfold or to fetch. What runs (macros, controls), what starts other programs and
what is fetched from elsewhere when the document is opened is refused; pictures of web pages, which
come with what is pasted from them, are not.
"""

import io
import re
import stat
import zipfile
from urllib.parse import unquote
from xml.parsers import expat

from discussion.files.kinds import KINDS, Refused, mind_viruses

MOST_PARTS = 3_000
MOST_UNPACKED = 100 * 1024 * 1024  # bytes
#: How many times smaller a big part may have been packed.
MOST_RATIO = 200
SMALL_PART = 1024 * 1024  # bytes; below that the ratio says nothing
MOST_NESTED = 2  # a table in a chart in a text
CONTENT_TYPES = "[Content_Types].xml"
_MAIN = {
    "wordprocessingml.document.main+xml": "docx",
    "spreadsheetml.sheet.main+xml": "xlsx",
    "presentationml.presentation.main+xml": "pptx",
    "presentationml.slideshow.main+xml": "pptx",
}
_ODF = {KINDS[kind].mime: kind for kind in ("odt", "ods")}
#: Parts that run, by their names.
_ACTIVE_PART = re.compile(
    r"vbaproject|vbadata|macrosheets/|activex/|(^|/)(basic|scripts)/|oleobject|\.(exe|dll|com|scr"
    r"|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|msi|swf|ocx|html?|mht|chm|py|sh|php)$",
    re.IGNORECASE,
)
_ACTIVE_TYPE = re.compile(
    r"macroenabled|vbaproject|activex|oleobject|ms-office\.vba", re.IGNORECASE
)
#: Addresses that run something.
_ACTIVE_LINK = re.compile(
    r"\s*(vnd\.sun\.star\.(script|expand|pkg)|macro|javascript|vbscript):", re.I
)
#: What fetches, when the document is opened, from another place than itself.
_FETCHING = ("oleObject", "frame", "subDocument")
#: A scheme, but for file: and the letter of a disk.
_ELSEWHERE = re.compile(r"\s*(?!file:)[a-z][a-z0-9+.-]+:", re.IGNORECASE)
#: A folder of another machine: opening it tells that one the reader's name and a proof of their
#: password. \\host\a, //host/a, file://host/a, file://///host/a, file:///\\host\a
_SHARE = re.compile(
    r"\s*((file:)?[/\\]{2}(?![/\\])|(file:)?[/\\]{4}|(smb|cifs|nfs|davs?):)", re.IGNORECASE
)
#: What a reader follows by a click, or is asked about first.
_ON_DEMAND = ("hyperlink", "externalLinkPath", "a")
_DDE = re.compile(r"\s*\"?\s*DDE(AUTO)?\b", re.IGNORECASE)


def check(data: bytes, nested: int = 0, left: list | None = None) -> str:
    """The kind of a zipped document. Raises Refused, or whatever readers raise for damaged ones."""
    left = [MOST_UNPACKED] if left is None else left
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        _mind_shape(data, archive, parts)
        kind = _kind(archive, parts)
        for part in parts:
            content = _unpacked(archive, part, left)
            mind_viruses(content)
            if part.filename.lower().endswith((".xml", ".rels", ".rdf", ".vml")):
                _Reader(part.filename).read(content)
            elif content.startswith((b"MZ", b"\x7fELF", b"#!")):
                raise Refused("active")
            elif content.startswith(b"PK\x03\x04"):
                if nested >= MOST_NESTED:
                    raise Refused("large")
                check(content, nested + 1, left)
    return kind


def _mind_shape(data, archive, parts) -> None:
    """Raises Refused for what no office program writes."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused("large")
    if not parts or archive.comment or data[-22:-18] != b"PK\x05\x06":
        raise Refused("damaged")  # something stands behind it
    if min(part.header_offset for part in parts) != 0:
        raise Refused("damaged")  # or before it
    if sum(part.compress_size for part in parts) > len(data):
        raise Refused("large")  # parts that lie over each other
    names = [part.filename.lower() for part in parts]
    if len(set(names)) < len(names):
        raise Refused("damaged")
    for part in parts:
        name = part.filename
        if part.flag_bits & 0x1:
            raise Refused("locked")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("damaged")
        if stat.S_ISLNK(part.external_attr >> 16):
            raise Refused("damaged")
        # As it is written in the file: Python cuts a name at a NUL.
        if part.orig_filename != name or "\\" in name or ":" in name or name.startswith("/"):
            raise Refused("damaged")
        if ".." in name.split("/"):
            raise Refused("damaged")
        if _ACTIVE_PART.search(name):
            raise Refused("active")
        if part.file_size > SMALL_PART and part.file_size > part.compress_size * MOST_RATIO:
            raise Refused("large")


def _kind(archive, parts) -> str:
    names = {part.filename for part in parts}
    if CONTENT_TYPES in names and "_rels/.rels" in names:
        types = _Reader(CONTENT_TYPES)
        types.read(_unpacked(archive, archive.getinfo(CONTENT_TYPES), [SMALL_PART]))
        kinds = {kind for end, kind in _MAIN.items() for said in types.types if said.endswith(end)}
        if len(kinds) == 1 and types.parts & names:
            return kinds.pop()
    elif parts[0].filename == "mimetype" and "content.xml" in names:
        said = _unpacked(archive, parts[0], [200]).decode("ascii", "replace").strip()
        if parts[0].compress_type == zipfile.ZIP_STORED and said in _ODF:
            if any(name.startswith("META-INF/") and "encr" in name.lower() for name in names):
                raise Refused("locked")
            return _ODF[said]
    raise Refused("kind")


def _unpacked(archive, part, left) -> bytes:
    """The bytes of a part, whatever size it claims to have; `left` is how many may still come."""
    with archive.open(part) as raw:
        content = raw.read(left[0] + 1)  # checked against their sum when all are read
    left[0] -= len(content)
    if left[0] < 0:
        raise Refused("large")
    return content


class _Reader:
    """Reads one XML part and raises Refused for what is active in it."""

    def __init__(self, name: str):
        self.name = name
        self.types: set[str] = set()
        self.parts: set[str] = set()
        self.field = ""
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self.declared
        self.parser.StartDoctypeDeclHandler = self.typed
        self.parser.ProcessingInstructionHandler = self.processed
        self.parser.StartElementHandler = self.start

    def read(self, content: bytes) -> None:
        self.parser.Parse(content, True)

    def declared(self, _version, encoding, _standalone):
        if encoding and encoding.lower() not in ("utf-8", "us-ascii", "utf-16", "iso-8859-1"):
            raise Refused("damaged")

    def typed(self, _name, system, _public, has_more):
        # Old OpenOffice says so of its list of parts, and nothing else does.
        if has_more or self.name != "META-INF/manifest.xml" or system != "Manifest.dtd":
            raise Refused("damaged")

    def processed(self, target, _said):
        if target.lower() == "xml-stylesheet":
            raise Refused("active")

    def start(self, name, said):
        tag = name.rpartition("}")[2]
        if tag in ("Override", "Default"):
            self._type(said)
        elif tag == "Relationship":
            self._relationship(said)
        elif tag in ("ddeLink", "dde-link", "dde-source", "applet", "plugin"):
            raise Refused("active")
        elif tag == "encryption-data":
            raise Refused("locked")
        elif tag == "fldSimple":
            self._mind_field("".join(v for k, v in said.items() if k.endswith("}instr")))
        elif tag in ("p", "fldChar"):
            self.field = ""
        elif tag == "instrText":
            self.parser.CharacterDataHandler, self.parser.EndElementHandler = self.say, self.end
        if name.endswith("script:1.0}event-listener"):
            raise Refused("active")
        for attribute, value in said.items():
            if attribute.rpartition("}")[2] in ("href", "src"):
                self._mind_link(tag, value)

    def _type(self, said):
        kind = said.get("ContentType", "")
        if _ACTIVE_TYPE.search(kind):
            raise Refused("active")
        self.types.add(kind)
        if kind.endswith(tuple(_MAIN)):
            self.parts.add(said.get("PartName", "").lstrip("/"))

    def _relationship(self, said):
        kind, target = said.get("Type", "").rpartition("/")[2], said.get("Target", "")
        if kind in ("vbaProject", "control", "activeXControlBinary", "aFChunk"):
            raise Refused("active")
        if said.get("TargetMode", "").lower() == "external":
            if kind in _FETCHING or (kind == "attachedTemplate" and _ELSEWHERE.match(target)):
                raise Refused("active")
            self._mind_link(kind, target)

    def _mind_link(self, kind, target):
        if _ACTIVE_LINK.match(target):
            raise Refused("active")
        if kind not in _ON_DEMAND and _SHARE.match(unquote(target)):
            raise Refused("active")

    # The instruction of a field may come in pieces.
    def say(self, text):
        self.field = (self.field + text)[:200]
        self._mind_field(self.field)

    def end(self, _name):
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None

    def _mind_field(self, instruction):
        if _DDE.match(instruction):
            raise Refused("active")

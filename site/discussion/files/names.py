"""Names of files, as somebody else's computer gave them, made fit to be shown and saved."""

import re
import unicodedata

from discussion.files.kinds import KINDS

LONGEST = 120  # characters
#: What some system cannot have in a name.
_AWKWARD = re.compile(r'[<>:"|?*]')
#: A last part that looks like an extension; "v1.2" has none.
_EXTENSION = re.compile(r"\.([A-Za-z][A-Za-z0-9]{0,5})$")
#: Joiners, of emoji and of Persian: the only invisible characters that say something.
_JOINERS = "\u200c\u200d"


def shown(name: str) -> str:
    """A name to speak of a file by: one line, without path, controls and changes of direction."""
    name = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        character
        for character in name
        if character.isspace() or character in _JOINERS or unicodedata.category(character)[0] != "C"
    )
    name = _AWKWARD.sub("_", " ".join(name.split())).strip(". ")
    return _cut(name)


def extension_of(name: str) -> str:
    found = _EXTENSION.search(name)
    return found[1].lower() if found else ""


def fitting(name: str, kind: str, otherwise: str) -> str:
    """The name that a file of this kind gets: its own, with the extension of what it is.

    `otherwise` is what a file is called whose name says nothing.
    """
    name, extensions = shown(name), KINDS[kind].extensions
    if name.lower() in extensions:
        name = f".{name}"  # that was all of it
    # report.pdf.exe that is a PDF is report.pdf, and photo.jpg.html that is none is photo.png.
    while (extension := extension_of(name)) and extension not in extensions:
        name = name[: -len(extension) - 1].rstrip(". ")
    end = name[-len(extension) - 1 :] if extension else f".{extensions[0]}"
    stem = name.removesuffix(end) if extension else name
    return _cut((stem.strip(". ") or otherwise) + end)


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    found = _EXTENSION.search(name)
    end = found[0] if found else ""
    return name[: LONGEST - len(end) - 1].rstrip(f". {_JOINERS}") + "…" + end

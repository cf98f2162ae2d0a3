"""Reading a file somebody hands in: text, or one clear sentence why not."""

import re
from pathlib import Path

from django.utils.translation import gettext as _

MAX_BYTES = 5 * 1024 * 1024
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class UnreadableFile(ValueError):
    """A file nothing can be made of; the message is one sentence that names it."""


def read_file(path: str | Path) -> tuple[str, list[str]]:
    """The text of a file and what was unsure in reading it."""
    path = Path(path)
    name = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(_("« %(name)s » dépasse 5 Mo : trop long.") % {"name": name})
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFile(_("« %(name)s » n’existe pas.") % {"name": path}) from error
    except OSError as error:
        raise UnreadableFile(
            _("« %(name)s » ne peut être lu : %(reason)s.")
            % {"name": path, "reason": error.strerror or error}
        ) from error
    return decode(data, name)


def decode(data: bytes, name: str) -> tuple[str, list[str]]:
    """Text from bytes: UTF-8, else the Western Windows encoding, which is then said."""
    unsure = []
    if data.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        raise UnreadableFile(
            _("« %(name)s » n’est pas un texte : enregistrez-le d’abord en texte ou en Markdown.")
            % {"name": name}
        )
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                _("« %(name)s » n’est pas un texte lisible.") % {"name": name}
            ) from error
        unsure.append(_("Le fichier n’est pas en UTF-8 : lu comme Windows-1252."))
    if "\x00" in text or len(NOT_TEXT.findall(text)) > len(text) / 100 + 5:
        raise UnreadableFile(_("« %(name)s » n’est pas un texte lisible.") % {"name": name})
    if not text.strip():
        raise UnreadableFile(_("« %(name)s » est vide.") % {"name": name})
    return text, unsure

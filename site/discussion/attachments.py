"""Files that come with comments: what is let in, how it is kept."""

import hashlib
import io
import json
import logging
import threading
import uuid
from collections import defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.db.models import F, Max, Sum
from django.db.models.signals import post_delete
from django.forms import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from discussion.files import names, plain
from discussion.files.kinds import KINDS, Refused, sniffed
from discussion.files.uploading import Unread
from discussion.models import CommentFile
from pages.document_text.extraction import EXTENSIONS, SECONDS, NotReadError, run
from pages.document_text.reading import read_beside
from search import outbox

log = logging.getLogger(__name__)
Reading = CommentFile.Reading

#: So many files are examined at once by this process of the site; others wait a little.
_at_once = threading.BoundedSemaphore(2)
EXAMINER = Path(__file__).parent / "files" / "examiner.py"
#: What is told of a file that is refused. Each names it, so that it can be chosen again.
SENTENCES = {
    "kind": gettext_lazy("« %(name)s » n’est pas d’un type accepté."),
    "empty": gettext_lazy("« %(name)s » est vide."),
    "size": gettext_lazy("« %(name)s » pèse %(size)s, plus que les %(most)s permis."),
    "pixels": gettext_lazy("« %(name)s » a plus de %(pixels)d millions de points."),
    "damaged": gettext_lazy("« %(name)s » est abîmé, ou n’est pas ce que dit son nom."),
    "locked": gettext_lazy("« %(name)s » est protégé par un mot de passe."),
    "active": gettext_lazy(
        "« %(name)s » contient des macros, des scripts ou d’autres fichiers : enregistrez-le sans."
    ),
    "large": gettext_lazy("« %(name)s » est beaucoup trop grand une fois décompressé."),
    "later": gettext_lazy("« %(name)s » n’a pas pu être examiné. Réessayez dans un moment."),
    "many": gettext_lazy("« %(name)s » est de trop : %(number)d documents au plus."),
    "total": gettext_lazy("« %(name)s » est de trop : %(total)s au plus pour tous les documents."),
    "full": gettext_lazy(
        "« %(name)s » n’a pas pu être gardé : trop de documents attendent. Réessayez plus tard."
    ),
}
#: What is added to a picture's name on the disk for the small one beside it.
SMALL = "-small"
LONGEST = 160  # pixels of a small picture as it is shown


class Accepted(NamedTuple):
    """A file that was let in: `content` is what is stored, which for a picture is made anew."""

    name: str
    kind: str
    content: bytes
    digest: str
    width: int | None = None
    height: int | None = None
    small: bytes = b""
    #: Where it is kept: a name that says nothing of where it came from.
    path: str = ""


class NotAccepted(ValidationError):
    """Some files were refused, a sentence for each; the others are `accepted`."""

    accepted: list[Accepted] = []


def limits() -> str:
    """What may be attached, in the reader's language: said before anything is chosen."""
    return " ".join(
        [
            _("PDF, images, textes (txt, csv), Word, Excel, PowerPoint ou OpenDocument."),
            _("Au plus %(number)d documents de %(size)s, %(total)s en tout.") % _amounts(),
            _("Les images sont allégées, sans le lieu de la prise de vue ni animation."),
        ]
    )


def accept() -> str:
    """The kinds, as a file field tells them to a browser."""
    return ",".join(f".{end}" for kind in KINDS.values() for end in kind.extensions)


def _amounts() -> dict:
    return {
        "number": settings.COMMENT_FILES_MOST,
        "size": filesizeformat(settings.COMMENT_FILE_SIZE),
        "total": filesizeformat(settings.COMMENT_FILES_SIZE),
    }


# --- What is let in ------------------------------------------------------------------------------


def checked(uploads, user, kept=None) -> list[Accepted]:
    """The uploads as `Accepted` files (re-encoded, named, typed), each once.

    `kept` is the form whose files count with them. Raises NotAccepted, a forms.ValidationError
    with one sentence for each that is refused, naming it, and the others as its `accepted`.
    """
    there = list(shown_of(kept))
    accepted, sentences = [], []
    known = {file.digest for file in there}
    number, total = len(there), sum(file.size for file in there)
    room = settings.COMMENT_FILES_WAITING_SIZE - _waiting_size() if uploads else 0
    for upload in uploads:
        try:
            # Before any work is done for it.
            if number >= settings.COMMENT_FILES_MOST and upload.size:
                raise Refused("many")
            file = examined(upload)
            if file.digest in known:
                continue
            if total + len(file.content) > settings.COMMENT_FILES_SIZE:
                raise Refused("total")
            if len(file.content) > room:
                raise Refused("full")
        except Refused as refused:
            sentences.append(_sentence(refused.why, upload))
            continue
        known.add(file.digest)
        number, total, room = number + 1, total + len(file.content), room - len(file.content)
        accepted.append(file)
    if sentences:
        error = NotAccepted(sentences)
        error.accepted = accepted
        raise error
    return accepted


def _sentence(why, upload) -> str:
    about = {
        "name": names.shown(upload.name) or _("document"),
        "size": filesizeformat(upload.size),
        "most": filesizeformat(settings.COMMENT_FILE_SIZE),
        "pixels": settings.COMMENT_IMAGE_PIXELS // 1_000_000,
    }
    return SENTENCES[why] % {**_amounts(), **about}


def _waiting_size() -> int:
    """Bytes of the files of comments that nobody has confirmed or sent yet."""
    waiting = CommentFile.objects.filter(comment=None).exclude(file="")
    return waiting.aggregate(size=Sum("size"))["size"] or 0


def examined(upload) -> Accepted:
    """An upload as what is stored of it; raises Refused."""
    if not upload.size:
        raise Refused("empty")
    if upload.size > settings.COMMENT_FILE_SIZE:
        raise Refused("size")
    if isinstance(upload, Unread):
        raise Refused("total")
    upload.seek(0)
    content = upload.read()
    kind = sniffed(content[:16], names.extension_of(names.shown(upload.name)))
    if kind in ("txt", "csv"):
        plain.check(content, kind)
        found, made = {"kind": kind}, b""
    else:
        found, made = _examined_apart(content, kind)
    length, small = found.get("length", 0), b""
    if made:
        content, small = made[:length], made[length:]
    return Accepted(
        name=names.fitting(upload.name, found["kind"], _("document")),
        kind=found["kind"],
        content=content,
        digest=hashlib.sha256(content).hexdigest(),
        width=found.get("width"),
        height=found.get("height"),
        small=small,
        path=f"comments/{timezone.now():%Y/%m}/{uuid.uuid4().hex}",
    )


def _examined_apart(content: bytes, kind: str) -> tuple[dict, bytes]:
    """What the examiner says; raises Refused, also where it said nothing."""
    if not _at_once.acquire(timeout=SECONDS):
        raise Refused("later")
    try:
        said = run(EXAMINER, kind, str(settings.COMMENT_IMAGE_PIXELS), file=io.BytesIO(content))
        line, _newline, made = said.partition(b"\n")
        found = json.loads(line)
    except (NotReadError, OSError, ValueError) as error:
        log.warning("A file could not be examined: %s", error)
        raise Refused("later") from error
    finally:
        _at_once.release()
    if "why" in found:
        raise Refused(found["why"])
    return found, made


# --- How it is kept ------------------------------------------------------------------------------


@contextmanager
def none_left_behind(files):
    """Around the transaction that stores these: if it fails, none of them stays on the disk."""
    try:
        yield
    except BaseException:
        with suppress(DatabaseError, OSError):  # then the sweep finds them; see purging.py
            known = CommentFile.objects.filter(file__in=[file.path for file in files])
            kept = set(known.values_list("file", flat=True))
            remove_from_disk(*(file.path for file in files if file.path not in kept))
        raise


def store(files, *, comment=None, pending=None, kept=None) -> None:
    """Keep these accepted files with their one owner; in the transaction that makes it, which is
    in `none_left_behind`."""
    owner = {"comment": comment, "pending": pending, "kept": kept}
    for position, file in enumerate(files, _next_position(owner) if files else 0):
        path = default_storage.save(file.path, ContentFile(file.content))
        if file.small:
            default_storage.save(path + SMALL, ContentFile(file.small))
        CommentFile.objects.create(
            **owner,
            file=path,
            name=file.name,
            kind=file.kind,
            size=len(file.content),
            digest=file.digest,
            width=file.width,
            height=file.height,
            position=position,
            reading=Reading.WAITING if file.kind in EXTENSIONS else Reading.EMPTY,
        )
    if comment and files:
        transaction.on_commit(read_beside, robust=True)


def hand_over(old, *, comment=None, pending=None, kept=None) -> None:
    """The files of a pending comment or a kept form belong to this owner from now on."""
    owner = {"comment": comment, "pending": pending, "kept": kept}
    moved = old.files.update(**owner, position=F("position") + _next_position(owner))
    if comment and moved:
        transaction.on_commit(read_beside, robust=True)


def _next_position(owner) -> int:
    files = CommentFile.objects.filter(**{name: one for name, one in owner.items() if one})
    last = files.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def drop(kept, key: str) -> None:
    """Take one file out of a kept form; nothing for a key that is not there."""
    with suppress(ValueError):
        kept.files.filter(key=uuid.UUID(key)).delete()


def withdraw(file: CommentFile) -> None:
    """Take a file away from its comment, its words out of search, its bytes off the disk."""
    with transaction.atomic():
        file.withdrawn_at = timezone.now()
        file.save(update_fields=["withdrawn_at"])
        erase(CommentFile.objects.filter(pk=file.pk))


def erase(files) -> int:
    """Take the bytes and the words of these rows away for good; the rows stay. How many."""
    with transaction.atomic():
        rows = files.exclude(file="").select_related("comment")
        rows = list(rows.select_for_update(of=("self",)))
        CommentFile.objects.filter(pk__in=[row.pk for row in rows]).update(file="", text="")
        paths = [row.file.name for row in rows]
        transaction.on_commit(lambda: remove_from_disk(*paths), robust=True)
        outbox.add(*{row.comment_id: row.comment for row in rows if row.comment}.values())
    return len(rows)


def remove_from_disk(*paths: str) -> None:
    for path in paths:
        for name in (path, path + SMALL):
            default_storage.delete(name)


def _deleted(instance, **kwargs):
    # Whatever the row was deleted with: its comment, its page, a form that nobody came back for.
    if path := instance.file.name:
        transaction.on_commit(lambda: remove_from_disk(path), robust=True)


def listen() -> None:
    post_delete.connect(_deleted, sender=CommentFile, dispatch_uid="files of comments")


# --- What is shown -------------------------------------------------------------------------------


def shown_of(owner):
    """The files of a comment, a pending one or a kept form, in order; of None none."""
    return _shown(owner.files.all()) if owner else CommentFile.objects.none()


def with_files(comments) -> None:
    """Gives each comment its `file_list`; one query, whatever their number.

    Each file gets `weight`, its size in words, and `small`, the (width, height) that its small
    picture is shown with, or None.
    """
    files = _shown(CommentFile.objects.filter(comment__in=[comment.pk for comment in comments]))
    of = defaultdict(list)
    if comments:
        for file in files:
            file.weight, file.small = filesizeformat(file.size), _small_size(file)
            of[file.comment_id].append(file)
    for comment in comments:
        comment.file_list = of[comment.pk]


def _small_size(file) -> tuple[int, int] | None:
    if not (file.kind in KINDS and KINDS[file.kind].is_image and file.width):
        return None
    share = min(1, LONGEST / max(file.width, file.height))
    return max(1, round(file.width * share)), max(1, round(file.height * share))


def _shown(files):
    return files.filter(withdrawn_at=None).exclude(file="").defer("text")

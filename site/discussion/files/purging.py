"""What goes after a while: files of what was deleted, of what nobody sent, of nobody."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from discussion.attachments import SMALL, erase
from discussion.models import CommentFile, KeptForm, ModerationAct, PendingComment, State

FOLDER = "comments"


class Purged(NamedTuple):
    """How many of each went."""

    files: int
    unsent: int
    orphans: int


def purge() -> Purged:
    """Whatever has waited long enough goes; safe to be done at any time, and twice."""
    return Purged(erase(_due()), erase_unsent(), _sweep())


def _due():
    """The files of comments that were deleted or found to be spam long ago, and those withdrawn.

    Until then what was done to a comment can be undone. A hidden comment keeps its files.
    """
    long_ago = timezone.now() - timedelta(days=settings.COMMENT_PURGE_DAYS)
    since = ModerationAct.objects.filter(comment=OuterRef("comment"), at__gt=long_ago)
    gone = Q(comment__state__in=[State.DELETED, State.SPAM], comment__submit_date__lt=long_ago)
    return CommentFile.objects.filter(
        Q(withdrawn_at__isnull=False) | gone & ~Exists(since), comment__isnull=False
    )


def erase_unsent() -> int:
    """Erases what was never confirmed and forms that nobody came back for, files and all."""
    now = timezone.now()
    unsent = 0
    for model, days in (
        (PendingComment, settings.COMMENT_CONFIRM_DAYS),
        (KeptForm, settings.COMMENT_DRAFT_DAYS),
    ):
        old = model.objects.filter(created_at__lt=now - timedelta(days=days))
        unsent += old.count()
        old.delete()
    return unsent


def _sweep() -> int:
    """Removes from the disk what no row knows: a process died between the two."""
    too_old = timezone.now() - timedelta(hours=settings.COMMENT_ORPHAN_HOURS)
    removed = 0
    for folder, names in _folders(FOLDER):
        known = set(
            CommentFile.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True)
        )
        for name in names:
            path = f"{folder}/{name}"
            if path.removesuffix(SMALL) in known:
                continue
            if default_storage.get_modified_time(path) < too_old:
                default_storage.delete(path)
                removed += 1
    return removed


def _folders(folder: str):
    """(folder, names of its files), for it and all below it."""
    try:
        below, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield folder, names
    for name in below:
        yield from _folders(f"{folder}/{name}")

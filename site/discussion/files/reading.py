"""Reads what attached documents say, for search: as those of pages are, in the same thread."""

import logging
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from discussion.models import CommentFile
from pages.document_text.extraction import Extracted, extract
from pages.document_text.reading import GIVEN_UP, LONGEST
from search import outbox

logger = logging.getLogger(__name__)
Reading = CommentFile.Reading
#: A file that could not be tried for so long is not tried again.
PATIENCE = timedelta(days=1)


def read_waiting() -> int:
    """Reads every file that waits and belongs to a comment, one after the other; how many."""
    done = 0
    while file := _claim():
        try:
            _read(file)
            done += 1
        except Exception:  # each storage has its own; the others are still read
            logger.warning("File %s is not read yet", file.pk, exc_info=True)
    return done


def _claim():
    """A waiting file that nobody else reads from now on, or None."""
    now = timezone.now()
    free = CommentFile.objects.filter(
        Q(reading_begun=None) | Q(reading_begun__lt=now - GIVEN_UP),
        reading=Reading.WAITING,
        comment__isnull=False,
    ).exclude(file="")
    for pk in free.order_by("pk").values_list("pk", flat=True)[:20]:
        if free.filter(pk=pk).update(reading_begun=now):
            return CommentFile.objects.get(pk=pk)
    return None


def _read(file) -> None:
    found = Extracted(Reading.UNREADABLE, why="tried for too long")
    if file.created_at > timezone.now() - PATIENCE:
        with default_storage.open(file.file.name) as opened:
            found = extract(opened, file.kind)
    if found.why:
        logger.info("File %s cannot be searched: %s", file.pk, found.why)
    # Withdrawn meanwhile, it has no file any more: its words are not wanted.
    same = CommentFile.objects.filter(pk=file.pk, file=file.file.name)
    with transaction.atomic():
        text = found.text[:LONGEST]
        if same.update(reading=found.state, text=text, reading_begun=None):
            outbox.add(file.comment)

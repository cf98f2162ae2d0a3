"""Reads documents after they were stored, beside the requests, and remembers what they say.

Each document has a row in DocumentText. Storing a file leaves that row waiting; a thread reads
what waits once the transaction is committed. Nothing is lost when the process dies meanwhile:
the first request of the next one goes on, and so does `manage.py read_documents`. A file is
unreadable when its reader says so; where it could not be tried, it is tried again later.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.signals import request_started
from django.db import transaction
from django.db.models import F, Min, Q
from django.db.models.signals import post_save
from django.utils import timezone
from wagtail.documents import get_document_model

from pages.beside import Beside
from pages.document_text.extraction import EXTENSIONS, Extracted, extract
from search import outbox

logger = logging.getLogger(__name__)

#: Whoever began to read longer ago than this is taken for dead.
GIVEN_UP = timedelta(minutes=2)
#: A file that could not be tried is tried so often, at first after a rest, then after five times
#: that, and so on: within five hours. What a file does to each of its readers ends there too.
MOST_TRIES = 5
REST = timedelta(minutes=2)
#: Up to so many characters of a document are kept; a thick book.
LONGEST = 1_000_000
#: What a row says that waits for its first try.
WAITING = {"state": "waiting", "begun": None, "tries": 0}
#: What else is read in the same thread and by the same command: each reads what waits of other
#: files, and says how many.
others: list[Callable[[], int]] = []


def texts_of(documents) -> dict[int, str]:
    """What these documents (primary keys) say, as far as it has been read."""
    from pages.models import DocumentText

    rows = DocumentText.objects.filter(document__in=documents, state=DocumentText.State.READY)
    return dict(rows.values_list("document_id", "text"))


def state_of(document) -> str:
    """Where the reading of a document stands, in words; "" for a kind that is never read."""
    from pages.models import DocumentText

    if document.file_extension.lower() not in EXTENSIONS:
        return ""
    row = DocumentText.objects.filter(document=document.pk).first()
    return (row or DocumentText()).get_state_display()


def forgive() -> None:
    """Has those that could not be read wait for another try."""
    from pages.models import DocumentText

    DocumentText.objects.filter(state=DocumentText.State.UNREADABLE).update(**WAITING)


def note(document) -> None:
    """Has a document read if its file is another than the one that was read."""
    from pages.models import DocumentText

    name = document.file.name or ""
    known = DocumentText.objects.filter(document=document.pk).first()
    if known and known.file_name == name:
        return
    DocumentText.objects.update_or_create(
        document=document,
        defaults={"file_name": name, **WAITING},
    )
    transaction.on_commit(read_beside, robust=True)


def read_waiting() -> int:
    """Reads every document that waits, one after the other; how many."""
    _note_unknown()
    done = 0
    while row := _claim():
        try:
            _read(row)
            done += 1
        except Exception:  # each storage has its own; the others are still read
            logger.warning("Document %s is not read yet", row.document_id, exc_info=True)
            rest = REST * 5 ** min(row.tries - 1, MOST_TRIES)
            _same(row).update(begun=timezone.now() + rest - GIVEN_UP)
    return done + sum(read() for read in others)


def _note_unknown() -> None:
    """Documents from before there were such rows, or that were stored without telling."""
    from pages.models import DocumentText

    known = DocumentText.objects.filter(file_name=F("document__file")).values("document")
    for document in get_document_model().objects.exclude(pk__in=known).order_by("pk"):
        note(document)


def _claim():
    """A waiting row that nobody else reads from now on, or None."""
    from pages.models import DocumentText

    now = timezone.now()
    free = DocumentText.objects.filter(
        Q(begun=None) | Q(begun__lt=now - GIVEN_UP), state=DocumentText.State.WAITING
    )
    for pk in free.order_by("pk").values_list("pk", flat=True)[:20]:
        if free.filter(pk=pk).update(begun=now, tries=F("tries") + 1):
            return DocumentText.objects.select_related("document").get(pk=pk)
    return None


def _same(row):
    """The row, if its file was not replaced meanwhile: that one waits to be read."""
    return type(row).objects.filter(pk=row.pk, file_name=row.file_name)


def _read(row) -> None:
    """Reads a document, or raises whatever kept it from being tried."""
    document = row.document
    found = Extracted("unreadable", why="tried too often")
    if row.tries <= MOST_TRIES:
        with document.open_file() as file:
            found = extract(file, document.file_extension.lower())
    if found.why:
        logger.info("Document %s cannot be searched: %s", document.pk, found.why)
    from pages.findables import pages_with  # asks the registry of what can be found

    with transaction.atomic():
        if _same(row).update(state=found.state, text=found.text[:LONGEST], begun=None):
            outbox.add(*pages_with(document))


def _rest() -> float | None:
    """Seconds until the next of those that wait may be tried, or None when none waits."""
    from pages.models import DocumentText

    waiting = DocumentText.objects.filter(state=DocumentText.State.WAITING, begun__isnull=False)
    begun = waiting.aggregate(first=Min("begun"))["first"]
    return begun and max(1, (begun + GIVEN_UP - timezone.now()).total_seconds() + 1)


# --- Beside the requests -------------------------------------------------------------------------


def _read_and_rest() -> float | None:
    read_waiting()
    return _rest()


_beside = Beside(_read_and_rest, "documents")


def read_beside(**_kwargs) -> None:
    """Has a thread read what waits: the one that does already, or a new one."""
    request_started.disconnect(dispatch_uid="read documents")  # the first one has come
    if settings.READ_DOCUMENTS_BESIDE:
        _beside.ask()


def listen() -> None:
    """Hears of documents that are stored, and of the first request of this process."""
    post_save.connect(_stored, sender=get_document_model(), dispatch_uid="document text")
    request_started.connect(read_beside, dispatch_uid="read documents")


def _stored(instance, **kwargs):
    if not kwargs.get("raw"):
        note(instance)

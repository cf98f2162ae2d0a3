"""Reads documents after they were stored, beside the requests, and remembers what they say.

Each document has a row in DocumentText. Storing a file leaves that row waiting; a thread reads
what waits once the transaction is committed. Nothing is lost when the process dies meanwhile:
the first request of the next one goes on, and so does `manage.py read_documents`.
"""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q
from django.db.models.signals import post_save
from django.utils import timezone
from wagtail.documents import get_document_model

from pages.document_text.extraction import EXTENSIONS, extract
from search import outbox

logger = logging.getLogger(__name__)

#: Whoever began to read longer ago than this is taken for dead.
GIVEN_UP = timedelta(minutes=2)
#: Up to so many characters of a document are kept; a thick book.
LONGEST = 1_000_000


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


def note(document) -> None:
    """Has a document read if its file is another than the one that was read."""
    from pages.models import DocumentText

    name = document.file.name or ""
    known = DocumentText.objects.filter(document=document.pk).first()
    if known and known.file_name == name:
        return
    DocumentText.objects.update_or_create(
        document=document,
        defaults={"file_name": name, "state": DocumentText.State.WAITING, "begun": None},
    )
    transaction.on_commit(read_beside, robust=True)


def read_waiting() -> int:
    """Reads every document that waits, one after the other; how many."""
    _note_unknown()
    done = 0
    while row := _claim():
        _read(row)
        done += 1
    return done


def read_again() -> int:
    """Has what could not be read wait once more: how many."""
    from pages.models import DocumentText

    unreadable = DocumentText.objects.filter(state=DocumentText.State.UNREADABLE)
    return unreadable.update(state=DocumentText.State.WAITING, begun=None)


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
        if free.filter(pk=pk).update(begun=now):
            return DocumentText.objects.select_related("document").get(pk=pk)
    return None


def _read(row) -> None:
    document = row.document
    extension = document.file_extension.lower()
    state, text = row.State.UNREADABLE, ""
    try:
        with document.open_file() as file:
            found = extract(file, extension)
        state, text = found.state, found.text[:LONGEST]
        if found.why:
            logger.info("Document %s cannot be searched: %s", document.pk, found.why)
    except FileNotFoundError as error:
        logger.warning("The file of document %s is gone: %s", document.pk, error)
    except Exception:
        # Nothing is known of the file: it goes on waiting, until GIVEN_UP from now.
        logger.exception("The file of document %s could not be read this time.", document.pk)
        return
    from pages.findables import pages_with  # asks the registry of what can be found

    with transaction.atomic():
        # Not if the file was replaced meanwhile: that one waits to be read.
        same = type(row).objects.filter(pk=row.pk, file_name=row.file_name)
        if same.update(state=state, text=text, begun=None):
            outbox.add(*pages_with(document))


# --- Beside the requests -------------------------------------------------------------------------

_reader: threading.Thread | None = None
_asked = threading.Event()
_starting = threading.Lock()


def read_beside(**_kwargs) -> None:
    """Has a thread read what waits: the one that does already, or a new one."""
    global _reader
    request_started.disconnect(dispatch_uid="read documents")  # the first one has come
    if not settings.READ_DOCUMENTS_BESIDE:
        return
    with _starting:
        _asked.set()
        if _reader is None:
            _reader = threading.Thread(target=_read_in_thread, daemon=True, name="documents")
            _reader.start()


def _read_in_thread() -> None:
    global _reader
    while True:
        _asked.clear()
        try:
            close_old_connections()
            read_waiting()
        except Exception:
            logger.exception("Documents could not be read; they wait for the next time.")
        with _starting:
            if not _asked.is_set():
                _reader = None
                break
    connection.close()


def listen() -> None:
    """Hears of documents that are stored, and of the first request of this process."""
    post_save.connect(_stored, sender=get_document_model(), dispatch_uid="document text")
    request_started.connect(read_beside, dispatch_uid="read documents")


def _stored(instance, **kwargs):
    if not kwargs.get("raw"):
        note(instance)

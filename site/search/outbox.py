"""What is yet to be indexed, written down in the transaction that changed it.

Signals come before the commit, and a transaction may still be rolled back: writing to an
index then would show what never was. So a change leaves a row in `OutboxEntry`, which lives
and dies with its transaction, and the rows are worked off when it is committed. Should the
process die in between, or another be writing, the rows wait for the next drain: that of the
next change, of the next search, or of `drain_search_outbox`.

A row is worked off in up to two steps: an object that a `Source` answers for becomes rows of
Findable, which leave entries of their own; indexed objects, Findables too, go to the index.
"""

import logging
import time
from collections import defaultdict
from contextlib import suppress

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from modelsearch.backends import get_search_backend
from modelsearch.index import class_is_indexed

from pages.beside import Beside
from search.index_folder import IndexBusyError, IndexNotWritableError, IndexUnavailableError

logger = logging.getLogger(__name__)

BATCH = 500  # entries worked off in one step
FEW = 20  # and of those, while somebody waits, objects to make rows of
WAIT = 2.0  # seconds to wait for another writer before the work is left for later
#: Seconds after which a request that saved something, and one that searches, begin no other step.
TO_SAVE, TO_SEARCH = 1.0, 0.5


def add(*objects: models.Model) -> None:
    """Notes that these objects were saved or deleted; they are seen to after the commit."""
    note(*objects)
    # Once for each change: the first to run does the work, and the others find nothing left.
    transaction.on_commit(_drain_first, robust=True)


def note(*objects: models.Model) -> None:
    """Leaves entries for these objects to a drain that is under way, or that follows."""
    from search.model_index import indexed_root
    from search.models import OutboxEntry

    OutboxEntry.objects.bulk_create(
        OutboxEntry(root=indexed_root(type(item))._meta.label_lower, key=str(item.pk))
        for item in objects
    )


def _drain_first() -> None:
    """Indexes what was saved; of very much at once, the first part, and a thread does the rest."""
    if settings.INDEX_BESIDE:
        _drain_within(TO_SAVE)
    else:
        drain()


def _drain_within(seconds: float) -> None:
    drain(seconds, wait=min(seconds * 2, WAIT))
    if settings.INDEX_BESIDE and _something_waits():
        _beside.ask()


def drain(seconds: float | None = None, wait: float | None = None) -> int:
    """Works off all entries, or begins no step after so many seconds; says how many were done.

    `wait` is for how long another writer is waited for. When the index or the database fails, the
    entries stay for the next time. An object that fails by itself is logged and passed over, or
    nothing after it would ever be found.
    """
    from search.models import OutboxEntry

    if not _something_waits():
        return 0
    backend = get_search_backend()
    start = time.monotonic()
    # A transaction may call us many times; it waits for another writer only once.
    wait = 0 if start < _patience.get("over", 0) else WAIT if wait is None else wait
    done, written, few = 0, {}, BATCH if seconds is None else FEW
    try:
        # The lock comes before the reading: whoever writes last has read last.
        with backend.lock(wait):
            while entries := _next(few):
                written |= _work_off(backend, entries)
                OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
                done += len(entries)
                if seconds is not None and time.monotonic() - start > seconds:
                    break
    except IndexBusyError:
        _patience["over"] = time.monotonic() + 2 * WAIT
        logger.info("The search index is busy; its outbox waits for the next drain.")
    except IndexNotWritableError as error:
        logger.error("%s The search outbox waits.", error)
    except _LostIndexError as lost:
        # A rebuild reads everything anew, then drains the outbox itself.
        lost.index.heal()
    for index in written.values():
        index.merge_aside()
    return done


def _next(few: int) -> list:
    """The entries of one step: what it did is done, whatever becomes of the next."""
    from search.models import Findable, OutboxEntry

    entries = list(OutboxEntry.objects.order_by("pk")[:BATCH])
    rows = Findable._meta.label_lower
    sources = [at for at, entry in enumerate(entries) if entry.root != rows]
    return entries[: sources[few]] if len(sources) > few else entries


def catch_up(root: type[models.Model]) -> set[str]:
    """What a search does first: works off some of what waits, and gives the keys that still do.

    The index, and for Findable the rows too, may hold old words under these keys of `root`:
    what they say must not be shown. Never raises for what fails by the way.
    """
    if not _something_waits():
        return set()
    # What is not committed must not be indexed.
    if not connection.in_atomic_block:
        try:
            _drain_within(TO_SEARCH)
        except Exception:
            logger.exception("The search outbox could not be drained.")
    return pending_keys(root)


def _something_waits() -> bool:
    """Each search asks it first: the ORM's `exists()` takes longer to say it than to know it."""
    from search.models import OutboxEntry

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {OutboxEntry._meta.db_table} LIMIT 1")
        return cursor.fetchone() is not None


def pending_keys(root: type[models.Model]) -> set[str]:
    """The keys of the objects of this root model that were changed and not yet indexed.

    For Findable also those of the rows whose source was changed.
    """
    from search import sources
    from search.models import Findable, OutboxEntry

    waiting = defaultdict(set)
    for label, key in OutboxEntry.objects.values_list("root", "key").distinct():
        waiting[label].add(key)
    keys = set(waiting[root._meta.label_lower])
    if root is Findable and waiting:
        rows = Findable.objects.filter(sources.rows_of(waiting)).values_list("pk", flat=True)
        keys.update(map(str, rows))
    return keys


_patience: dict[str, float] = {}


def _drain_rest() -> None:
    drain()


_beside = Beside(_drain_rest, "search outbox")


class _LostIndexError(Exception):
    def __init__(self, index):
        super().__init__(str(index))
        self.index = index


def _work_off(backend, entries) -> dict:
    """Indexes what the entries stand for; gives the indexes written to, by root."""
    written = {}
    keys = defaultdict(set)
    for entry in entries:
        keys[entry.root].add(entry.key)
    for label, wanted in keys.items():
        try:
            root = apps.get_model(label)
        except LookupError:  # a model that has been removed since
            continue
        try:
            found, missing = _refresh(root, wanted)
        except IntegrityError:
            # Deleted between the reading and the writing: it is missing the next time.
            found, missing = _refresh(root, wanted)
        if not class_is_indexed(root):
            continue
        index = backend.get_index_for_model(root)
        indexed = [item for item in found if class_is_indexed(type(item))]
        try:
            index.write(indexed, missing)
        except IndexUnavailableError as error:
            logger.info("%s", error)
            raise _LostIndexError(index) from error
        written[root] = index
    return written


def _refresh(root, wanted: set[str]) -> tuple[list[models.Model], set[str]]:
    """Makes the rows of these keys true again: the objects there are, and the keys of no object."""
    from search import sources

    found = _load(root, wanted)
    missing = wanted - {str(item.pk) for item in found}
    with transaction.atomic():
        sources.refresh(root, found, missing)
    return found, missing


def _load(root: type[models.Model], keys: set[str]) -> list[models.Model]:
    """The objects of these keys that still exist, each as its own most specific type."""
    usable = []
    for key in keys:
        with suppress(ValidationError, ValueError):
            usable.append(root._meta.pk.to_python(key))
    queryset = root._default_manager.filter(pk__in=usable)
    if hasattr(queryset, "specific"):
        return list(queryset.specific())
    if hasattr(root, "get_indexed_instance"):
        return [item.get_indexed_instance() or item for item in queryset]
    return list(queryset)

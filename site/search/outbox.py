"""What is yet to be indexed, written down in the transaction that changed it.

Signals come before the commit, and a transaction may still be rolled back: writing to an
index then would show what never was. So a change leaves a row in `OutboxEntry`, which lives
and dies with its transaction, and the rows are worked off when it is committed. Should the
process die in between, the rows wait for the next drain, or `drain_search_outbox`.

A row is worked off in up to two steps: an object that a `Source` answers for becomes rows of
Findable, which leave entries of their own; indexed objects, Findables too, go to the index.
"""

import logging
import time
from collections import defaultdict
from contextlib import suppress

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from modelsearch.backends import get_search_backend
from modelsearch.index import class_is_indexed

from search.whoosh_index import IndexBusyError, IndexUnavailableError

logger = logging.getLogger(__name__)

BATCH = 500  # entries worked off in one step
WAIT = 2.0  # seconds to wait for another writer before the work is left for later


def add(*objects: models.Model) -> None:
    """Notes that these objects were saved or deleted; they are seen to after the commit."""
    note(*objects)
    # Once for each change: the first to run does the work, and the others find nothing left.
    transaction.on_commit(drain, robust=True)


def note(*objects: models.Model) -> None:
    """Leaves entries for these objects to a drain that is under way, or that follows."""
    from search.model_index import indexed_root
    from search.models import OutboxEntry

    OutboxEntry.objects.bulk_create(
        OutboxEntry(root=indexed_root(type(item))._meta.label_lower, key=str(item.pk))
        for item in objects
    )


def settle(root: type[models.Model]) -> set[str]:
    """Works off what is pending, if that can be done now; the keys of this root that wait on.

    Within a transaction nothing is worked off: what it changed may still be rolled back.
    """
    from search.models import OutboxEntry

    waiting = OutboxEntry.objects.values_list("root", "key").order_by()
    entries = list(waiting)
    if entries and not connection.in_atomic_block:
        drain()
        entries = list(waiting.all())
    return {key for label, key in entries if label == root._meta.label_lower}


def drain() -> int:
    """Works off all entries, and says how many.

    When the index or the database fails, the entries stay for the next time. An object that
    fails by itself is logged and passed over, or nothing after it would ever be found.
    """
    from search.models import OutboxEntry

    if not OutboxEntry.objects.exists():
        return 0
    backend = get_search_backend()
    # A transaction may call us many times; it waits for another writer only once.
    wait = 0 if time.monotonic() < _patience.get("over", 0) else WAIT
    done = 0
    try:
        # The lock comes before the reading: whoever writes last has read last.
        with backend.lock(wait):
            while entries := list(OutboxEntry.objects.order_by("pk")[:BATCH]):
                _work_off(backend, entries)
                OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
                done += len(entries)
    except IndexBusyError:
        _patience["over"] = time.monotonic() + 2 * WAIT
        logger.warning("The search index is busy; its outbox waits for the next change.")
    except _LostIndexError as lost:
        # A rebuild reads everything anew, then drains the outbox itself.
        lost.index.heal()
    return done


_patience: dict[str, float] = {}


class _LostIndexError(Exception):
    def __init__(self, index):
        super().__init__(str(index))
        self.index = index


def _work_off(backend, entries) -> None:
    from search import sources

    keys = defaultdict(set)
    for entry in entries:
        keys[entry.root].add(entry.key)
    for label, wanted in keys.items():
        try:
            root = apps.get_model(label)
        except LookupError:  # a model that has been removed since
            continue
        found = _load(root, wanted)
        missing = wanted - {str(item.pk) for item in found}
        with transaction.atomic():
            sources.refresh(root, found, missing)
        if not class_is_indexed(root):
            continue
        index = backend.get_index_for_model(root)
        indexed = [item for item in found if class_is_indexed(type(item))]
        try:
            index.write(indexed, missing)
        except IndexUnavailableError as error:
            logger.info("%s", error)
            raise _LostIndexError(index) from error


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

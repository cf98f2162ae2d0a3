"""The index half of the Whoosh backend: which index a model has, what an object says, writing.

One index serves a root model and all models made from it. Documents are made of the search
fields, their words analysed in the language of the object.
"""

import logging
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

from django.db import OperationalError, close_old_connections, connection, models, transaction
from django.db.models import Manager, QuerySet
from modelsearch.backends.base import BaseIndex
from modelsearch.index import (
    AutocompleteField,
    RelatedFields,
    SearchField,
    class_is_indexed,
    get_indexed_models,
)

from search import analysis
from search.fields import ColumnField, TermsField, WordsField
from search.index_folder import IndexBusyError
from search.ranked import KEY_COLUMN

logger = logging.getLogger(__name__)

WAIT = 10.0  # seconds a writer waits for another
CHUNK = 500  # objects read from the database at a time
#: Up to so many objects a lost index is rebuilt by the request that misses it (about a
#: second); beyond, a thread does it and the database answers meanwhile.
REBUILT_AT_ONCE = 1_000
#: Seconds after which a rebuild that did not help is tried again.
PATIENCE = 60
#: Documents that a thread beside the requests goes through to merge segments: some seconds of
#: work. `drain_search_outbox` merges bigger ones.
MERGED_ASIDE = 5_000


@cache
def fields_of(model) -> dict[str, SearchField | AutocompleteField]:
    """The searchable fields of a model by their names in the index, related ones included."""
    found = {}

    def walk(search_fields, path):
        for field in search_fields:
            name = "__".join([*path, field.field_name])
            if isinstance(field, SearchField):
                found[f"s__{name}"] = field
            elif isinstance(field, AutocompleteField):
                found[f"a__{name}"] = field
            elif isinstance(field, RelatedFields):
                walk(field.fields, [*path, field.field_name])

    walk(model.get_search_fields(), [])
    return found


@cache
def indexed_root(model) -> type:
    """The highest indexed model that this one is made from; the model itself if none is."""
    above = [parent for parent in model._meta.get_parent_list() if class_is_indexed(parent)]
    return above[-1] if above else model


@cache
def family(model) -> list[type]:
    """The indexed models that are this model or made from it, itself first."""
    return sorted(
        (one for one in get_indexed_models() if issubclass(one, model)),
        key=lambda one: one is not model,
    )


@cache
def shape_of(root) -> tuple[tuple[str, ...], dict[str, str]]:
    """The fields of the index of a root model, and its columns with their kinds."""
    key = root._meta.pk
    while isinstance(key, models.ForeignKey):
        key = key.target_field
    columns = {KEY_COLUMN: "number" if isinstance(key, models.IntegerField) else "word"}
    for model in family(root):
        for field in _columns_of(model):
            columns[ColumnField.PREFIX + field.field_name] = field.column_kind(model)
    names = {name for model in family(root) for name in fields_of(model)}
    return tuple(sorted(names)), columns


def _columns_of(model) -> list[ColumnField]:
    return [field for field in model.get_search_fields() if isinstance(field, ColumnField)]


def document_of(obj) -> dict:
    """What an object says: space-parted terms by index field, and the values of its columns."""
    language = getattr(obj, "language", None)
    document: dict[str, list[str]] = {}

    def walk(part, search_fields, path):
        for field in search_fields:
            if isinstance(field, RelatedFields):
                for related in _related(field.get_value(part)):
                    walk(related, field.fields, [*path, field.field_name])
            elif isinstance(field, (SearchField, AutocompleteField)):
                name = "__".join([*path, field.field_name])
                text = _text(field.get_value(part))
                if isinstance(field, (TermsField, WordsField)):
                    document.setdefault(f"s__{name}", []).append(text)
                elif isinstance(field, SearchField):
                    found = analysis.terms(text, language)
                    document.setdefault(f"s__{name}", []).extend(found)
                else:
                    document.setdefault(f"a__{name}", []).extend(analysis.words(text))

    walk(obj, obj.get_search_fields(), [])
    said = {name: joined for name, found in document.items() if (joined := " ".join(found))}
    for field in _columns_of(type(obj)):
        said[ColumnField.PREFIX + field.field_name] = field.column_value(obj)
    return said


@contextmanager
def failing_alone(obj) -> Iterator[None]:
    """Lets an object that cannot be indexed stay as it was, and all the others go on.

    The database's own trouble is no fault of the object's: it is raised, to be tried again.
    """
    try:
        # A savepoint keeps a transaction around us whole; without one there is nothing to keep.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            yield
    except OperationalError:
        raise
    except Exception:
        logger.exception("%s %s cannot be indexed.", obj._meta.label, obj.pk)


def _related(value) -> Iterable:
    if value is None:
        return []
    if isinstance(value, Manager):
        return value.all()
    return [value() if callable(value) else value]


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple, QuerySet)):
        return " ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_text(item) for item in value.values())
    return str(value)


class WhooshModelIndex(BaseIndex):
    """The index of one root model and all models made from it."""

    def __init__(self, backend, root):
        super().__init__(backend)
        self.root = root
        names, columns = shape_of(root)
        #: Where the engine keeps this index; `search.engines` says what it offers.
        self.files = backend.open_files(root, names, columns, f"2.{analysis.VERSION}")
        self._writer = None

    def __str__(self):
        return self.get_key()

    def get_key(self):
        return self.root._meta.label_lower

    def add_items(self, model, items):
        if not model.get_search_fields():
            return
        if self._writer is not None:  # a rebuild, which has the index to itself
            self._put(self._writer, items)
        elif self.backend.outbox:
            self.backend.outbox.add(*items)
        elif items:
            with self.backend.lock():
                self.write(items, [])

    def delete_item(self, item):
        if self.backend.outbox:
            self.backend.outbox.add(item)
        else:
            with self.backend.lock():
                self.write([], [item.pk])

    def refresh(self):
        """Makes what has been saved findable, also within a transaction that is still open."""
        if self.backend.outbox:
            self.backend.outbox.drain()

    def reset(self):
        with self.backend.lock(), self.files.writing(anew=True):
            pass

    def write(self, items: Iterable, missing: Iterable) -> None:
        """Writes objects and removes missing keys in one step, under the backend's lock."""
        with self.files.writing() as writer:
            self._put(writer, items)
            for key in missing:
                writer.remove(str(key))

    def merge_aside(self) -> None:
        """Has small segments merged, if there are too many, without keeping the caller waiting."""
        if self.files.is_crowded(MERGED_ASIDE):
            threading.Thread(target=self.merge, args=(MERGED_ASIDE,), daemon=True).start()

    def merge(self, most: int = sys.maxsize) -> None:
        """Merges segments, of up to so many documents at a time, until they are few."""
        try:
            while self.files.is_crowded(most) and self.files.merge(self.backend.lock, most):
                pass
        except IndexBusyError:
            pass  # whoever is at it merges, and the next write tries again
        except OSError as error:  # no room, say
            logger.error("The segments of %s could not be merged: %s.", self.get_key(), error)
        except Exception:
            logger.exception("The segments of %s could not be merged.", self.get_key())

    def _put(self, writer, items: Iterable) -> None:
        for item in items:
            document = None
            with failing_alone(item):
                document = document_of(item)
            if document is not None:
                writer.put(str(item.pk), document)

    @contextmanager
    def rebuilding(self, wait: float = WAIT) -> Iterator[None]:
        """Takes everything added meanwhile as the whole new index; the old one serves on."""
        with self.backend.lock(wait), self.files.writing(anew=True) as writer:
            self._writer = writer
            try:
                yield
            finally:
                self._writer = None
        # What was saved while we were building waits in the outbox.
        self.refresh()

    def rebuild(self, wait: float = WAIT) -> None:
        """Builds the index from the database."""
        with self.rebuilding(wait):
            for model in family(self.root):
                for chunk in _chunks(model.get_indexed_objects()):
                    self.add_items(model, chunk)

    def heal(self) -> bool:
        """Has a lost index rebuilt; True when that is already done."""
        now, key = time.monotonic(), (self.backend.path, self.root)
        with _healing_lock:
            if key in _healing:
                return False
            if now - _failed.get(key, -PATIENCE) < PATIENCE:
                return False
            if now - _healed.get(key, -PATIENCE) < PATIENCE and self.files.is_ready():
                logger.error("The rebuilt index of %s still cannot be read.", self.get_key())
                return False
            _healed[key] = now
            _healing.add(key)
        # The first building of a new site's index is no fault to warn of.
        level = logging.WARNING if self.files.exists() else logging.INFO
        logger.log(level, "The search index of %s is being built.", self.get_key())
        try:
            total = sum(model.get_indexed_objects().count() for model in family(self.root))
        except Exception:
            _healing.discard(key)
            raise
        if total > REBUILT_AT_ONCE:
            threading.Thread(target=self._heal_now, kwargs={"own": True}, daemon=True).start()
            return False
        return self._heal_now()

    def _heal_now(self, own: bool = False) -> bool:
        try:
            self.rebuild(wait=0)
            return True
        except IndexBusyError:
            return False  # somebody else is at it
        except Exception:
            logger.exception("The search index of %s could not be rebuilt.", self.get_key())
            _failed[self.backend.path, self.root] = time.monotonic()
            return False
        finally:
            _healing.discard((self.backend.path, self.root))
            if own:  # this thread's own connection
                close_old_connections()
                connection.close()


#: When each index was last rebuilt because it was lost, and when that last failed.
_healed: dict = {}
_failed: dict = {}
#: Those that a thread of this process is at.
_healing: set = set()
_healing_lock = threading.Lock()


def _chunks(queryset) -> Iterator[list]:
    """The objects of a queryset, some at a time, however many there are."""
    queryset, last = queryset.order_by("pk"), None
    while True:
        chunk = list((queryset if last is None else queryset.filter(pk__gt=last))[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1].pk


class WhooshRebuilder:
    """What `update_index` drives: everything added between start and finish is the new index."""

    def __init__(self, index):
        self.index = index
        self._work = index.rebuilding()

    def start(self):
        self._work.__enter__()
        return self.index

    def finish(self):
        self._work.__exit__(None, None, None)

"""Wagtail's and modelsearch's searches on Whoosh: index, compiler, results, backend.

Whoosh ranks primary keys; the database filters, orders, slices and counts the objects behind
them. What may be filtered on is therefore all that the ORM can say, and rights, deletions and
moves count at once, whatever the index still holds.

    WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backend", "PATH": "var/index"}}

PATH    the folder of the indexes, one for each root model; private and disposable
OUTBOX  True (default): writes wait in `search.outbox` until the transaction is committed;
        False: they are made at once, for a project that does without that table
"""

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.models import Count, F, Lookup, Manager, Q, QuerySet
from django.db.models.fields.related import ForeignObject
from django.db.models.sql.where import NothingNode, WhereNode
from modelsearch.backends.base import (
    BaseIndex,
    BaseSearchBackend,
    BaseSearchQueryCompiler,
    BaseSearchResults,
    FilterFieldError,
)
from modelsearch.backends.database import fallback
from modelsearch.index import (
    AutocompleteField,
    RelatedFields,
    SearchField,
    class_is_indexed,
    get_indexed_models,
)
from modelsearch.query import (
    And,
    Boost,
    Fuzzy,
    MatchAll,
    Not,
    Or,
    Phrase,
    PlainText,
    SearchQuery,
)

from search import analysis
from search.fields import TermsField, WordsField
from search.whoosh_index import (
    IndexBusyError,
    IndexUnavailableError,
    WhooshIndex,
    Writer,
    query,
    writing_lock,
)

logger = logging.getLogger(__name__)

WAIT = 10.0  # seconds a writer waits for another
CHUNK = 500  # objects read from the database at a time
#: Up to so many objects a lost index is rebuilt by the request that misses it (about a
#: second); beyond, a thread does it and the database answers meanwhile.
REBUILT_AT_ONCE = 1_000
#: Seconds after which a rebuild that did not help is tried again.
PATIENCE = 60


class Prefix(SearchQuery):
    """Words that begin with this; modelsearch has no such query."""

    def __init__(self, beginning: str):
        self.beginning = beginning

    def __repr__(self):
        return f"<Prefix {self.beginning!r}>"


class AmongKeys(Lookup):
    """`pk IN (…)` with all keys in one parameter, so that their number knows no limit."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        while isinstance(field, ForeignObject):
            field = field.target_field
        keys = [field.get_db_prep_value(field.to_python(key), connection) for key in self.rhs]
        if connection.vendor == "postgresql":
            kind = field.rel_db_type(connection)
            return f"{column} = ANY(%s::{kind}[])", [*params, keys]
        if connection.vendor == "sqlite":
            return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(keys)]
        marks = ", ".join(["%s"] * len(keys))
        return f"{column} IN ({marks})", [*params, *keys]


# --- Index -------------------------------------------------------------------------------------


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


def indexed_root(model) -> type:
    """The highest indexed model that this one is made from; the model itself if none is."""
    above = [parent for parent in model._meta.get_parent_list() if class_is_indexed(parent)]
    return above[-1] if above else model


def family(model) -> list[type]:
    """The indexed models that are this model or made from it, itself first."""
    return sorted(
        (one for one in get_indexed_models() if issubclass(one, model)),
        key=lambda one: one is not model,
    )


def document_of(obj) -> dict[str, str]:
    """What an object says, as space-parted terms by index field."""
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
    return {name: joined for name, found in document.items() if (joined := " ".join(found))}


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
        names = {name for model in family(root) for name in fields_of(model)}
        self.files = WhooshIndex(
            backend.path / root._meta.label_lower,
            tuple(sorted(names)),
            version=f"1.{analysis.VERSION}",
        )
        self._writer: Writer | None = None

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

    def _put(self, writer: Writer, items: Iterable) -> None:
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
            if now - _healed.get(key, -PATIENCE) < PATIENCE and self.files.is_ready():
                logger.error("The rebuilt index of %s still cannot be read.", self.get_key())
                return False
            _healed[key] = now
        # The first building of a new site's index is no fault to warn of.
        level = logging.WARNING if self.files.path.exists() else logging.INFO
        logger.log(level, "The search index of %s is being built.", self.get_key())
        total = sum(model.get_indexed_objects().count() for model in family(self.root))
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
            return False
        finally:
            if own:  # this thread's own connection
                close_old_connections()
                connection.close()


_healed: dict = {}
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


# --- Query compilers -----------------------------------------------------------------------------


class WhooshSearchQueryCompiler(BaseSearchQueryCompiler):
    """Whole words, in any of their forms in our languages."""

    DEFAULT_OPERATOR = "and"
    HANDLES_ORDER_BY_EXPRESSIONS = True
    PREFIX = "s__"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        #: What this query has found, kept for the slices and counts made from one search.
        self.ranking: list[tuple[str, float]] | None = None
        self.degraded = False
        # A search on a parent model also looks into the fields of the models made from it.
        self.boosts: dict[str, float] = {}
        self.beginnings: list[str] = []
        self.ready = False
        for model in family(self.queryset.model):
            for name, field in fields_of(model).items():
                if self.fields and name.partition("__")[2] not in self.fields:
                    continue
                if isinstance(field, WordsField):
                    self.beginnings.append(name)
                elif name.startswith(self.PREFIX):
                    self.boosts.setdefault(name, getattr(field, "boost", None) or 1.0)
                    self.ready = self.ready or isinstance(field, TermsField)

    def _get_filters_from_where_node(self, where_node, check_only=False):
        # The database does the filtering, so what isn't a plain lookup (Exists, for one) is
        # welcome; plain lookups keep the contract that their field is declared.
        plain = isinstance(where_node, (WhereNode, NothingNode)) or (
            isinstance(where_node, Lookup) and hasattr(_column(where_node), "target")
        )
        if plain:
            return super()._get_filters_from_where_node(where_node, check_only=check_only)

    def compile(self) -> query.Query | None:
        """The question for Whoosh; None for everything."""
        compiled = self._compile(self.query, 1.0)
        return None if isinstance(compiled, query.Every) else compiled.normalize()

    def _compile(self, wanted, boost: float) -> query.Query:
        if isinstance(wanted, PlainText):
            words = self._words(wanted.query_string, boost * wanted.boost)
            return _join(words, wanted.operator)
        if isinstance(wanted, Phrase):
            return _either(
                query.Phrase(name, reading, boost=boost * weight)
                if len(reading) > 1
                else query.Term(name, reading[0], boost=boost * weight)
                for name, weight in self.boosts.items()
                for reading in self._readings(wanted.query_string)
                if reading
            )
        if isinstance(wanted, Fuzzy):
            words = [
                _either(
                    query.FuzzyTerm(name, term, boost=boost * weight, prefixlength=1)
                    for name, weight in self.boosts.items()
                    for term in forms
                )
                for forms in self._forms(wanted.query_string)
            ]
            return _join(words, wanted.operator)
        if isinstance(wanted, Prefix):
            names = self.beginnings or list(self.boosts)
            return _either(query.Prefix(name, wanted.beginning, boost=boost) for name in names)
        if isinstance(wanted, Boost):
            return self._compile(wanted.subquery, boost * wanted.boost)
        if isinstance(wanted, MatchAll):
            return query.Every()
        if isinstance(wanted, Not):
            inner = self._compile(wanted.subquery, boost)
            if isinstance(inner, query.Every):
                return query.NullQuery
            if inner == query.NullQuery:
                return query.Every()
            return query.AndNot(query.Every(), inner)
        if isinstance(wanted, (And, Or)):
            parts = [self._compile(part, boost) for part in wanted.subqueries]
            return _join(parts, "and" if isinstance(wanted, And) else "or")
        raise NotImplementedError(
            f"`{type(wanted).__name__}` is not a query that the Whoosh backend knows."
        )

    def _words(self, text: str, boost: float) -> list[query.Query]:
        """For each word that is needed, a query for its forms in all fields."""
        return [
            _either(
                query.Term(name, term, boost=boost * weight)
                for name, weight in self.boosts.items()
                for term in forms
            )
            for forms in self._forms(text)
        ]

    def _forms(self, text: str) -> list[list[str]]:
        if self.ready:
            return [[term] for term in text.split()]
        return [analysis.variants(word) for word in analysis.needed(analysis.words(text))]

    def _readings(self, text: str) -> list[list[str]]:
        return [text.split()] if self.ready else analysis.readings(text)


class WhooshAutocompleteQueryCompiler(WhooshSearchQueryCompiler):
    """Beginnings of words, as they are written."""

    PREFIX = "a__"

    def _words(self, text, boost):
        return [
            _either(
                query.Prefix(name, word, boost=boost * weight)
                for name, weight in self.boosts.items()
            )
            for word in analysis.words(text)
        ]


def _column(lookup: Lookup):
    lhs = lookup.lhs
    return getattr(lhs, "lhs", lhs)  # a part of a date stands around its column


def _either(queries: Iterable[query.Query]) -> query.Query:
    queries = list(queries)
    return query.Or(queries) if queries else query.NullQuery


def _join(parts: list[query.Query], operator: str) -> query.Query:
    """All or any of the parts; Every and NullQuery are settled here, before Whoosh sees them."""
    some = [part for part in parts if part != query.NullQuery]
    rest = [part for part in some if not isinstance(part, query.Every)]
    if operator == "or":
        return query.Every() if len(rest) < len(some) else _either(rest)
    if len(some) < len(parts) or not parts:
        return query.NullQuery
    return query.And(rest) if rest else query.Every()


# --- Results -------------------------------------------------------------------------------------


class WhooshSearchResults(BaseSearchResults):
    """Objects in the order of their rank, or of their queryset if that was asked for."""

    supports_facet = True

    @property
    def degraded(self) -> bool:
        """Whether the index was of no use and the database had to answer by itself."""
        self._matching()
        return self.query_compiler.degraded

    def ranked_values(self, *fields: str) -> list[tuple]:
        """(score, *values) of every hit, best first: all that grouping and counting need."""
        queryset, scores = self._matching()
        rows = queryset.order_by("-pk").values_list("pk", *fields)
        if scores is None:
            return [(0.0, *row[1:]) for row in rows]
        found = {str(row[0]): row[1:] for row in rows}
        return [(score, *found[key]) for key, score in scores.items() if key in found]

    def facet(self, field_name):
        if self.query_compiler._get_filterable_field(field_name) is None:
            model = self.query_compiler.queryset.model.__name__
            raise FilterFieldError(
                f'Cannot facet search results with field "{field_name}". Please add '
                f"index.FilterField('{field_name}') to {model}.search_fields.",
                field_name=field_name,
            )
        queryset, _ = self._matching()
        counted = queryset.order_by().values(field_name).annotate(count=Count("pk"))
        return OrderedDict(
            counted.order_by("-count").values_list(field_name, "count")  # commonest first
        )

    def _do_count(self):
        queryset, scores = self._matching()
        if scores is None or not self.query_compiler.order_by_relevance:
            return queryset[self.start : self.stop].count()
        return len(self._visible_keys()[self.start : self.stop])

    def _do_search(self):
        queryset, scores = self._matching()
        if scores is not None and self.query_compiler.order_by_relevance:
            keys = self._visible_keys()[self.start : self.stop]
            everything = self.query_compiler.queryset.order_by()
            wanted = everything.filter(AmongKeys(F("pk"), keys)) if keys else []
            found = {str(item.pk): item for item in wanted}
            items = [found[key] for key in keys if key in found]
        else:
            if not self.query_compiler.order_by_relevance and not queryset.query.order_by:
                queryset = queryset.order_by("-pk")  # the same order from one page to the next
            items = list(queryset[self.start : self.stop])
        if self._score_field:
            for item in items:
                setattr(item, self._score_field, (scores or {}).get(str(item.pk)))
        return items

    def _visible_keys(self) -> list[str]:
        """The keys of all hits that the queryset lets through, best first."""
        compiler = self.query_compiler
        if not hasattr(compiler, "visible_keys"):
            queryset, scores = self._matching()
            let_through = {str(pk) for pk in queryset.order_by().values_list("pk", flat=True)}
            compiler.visible_keys = [key for key in scores if key in let_through]
        return compiler.visible_keys

    def _matching(self) -> tuple[QuerySet, dict[str, float] | None]:
        """The queryset narrowed to what matches, and the scores by key where there are any."""
        compiler = self.query_compiler
        if not hasattr(compiler, "matching"):
            compiler.matching = self._match()
        return compiler.matching

    def _match(self):
        compiler, queryset = self.query_compiler, self.query_compiler.queryset
        wanted = compiler.compile()
        if wanted is None:
            return queryset, None
        if wanted == query.NullQuery:
            return queryset.none(), None
        index = self.backend.get_index_for_model(queryset.model)
        try:
            try:
                scores = dict(index.files.search(wanted))
            except IndexUnavailableError as error:
                logger.info("%s", error)
                if not index.heal():
                    raise
                scores = dict(index.files.search(wanted))
        except IndexUnavailableError:
            compiler.degraded = True
            return self._database_search(queryset), None
        if not scores:
            return queryset.none(), None
        return queryset.filter(AmongKeys(F("pk"), list(scores))), scores

    def _database_search(self, queryset):
        """What the database finds by itself: words anywhere in plain fields, not ranked."""
        compiler = PlainCompiler(
            queryset,
            self.query_compiler.query,
            fields=self.query_compiler.fields,
            order_by_relevance=False,
        )
        found = compiler.build_database_filter(compiler.query)
        if found == fallback.MATCH_ALL:
            return queryset
        if found == fallback.MATCH_NONE or not compiler.fields_names:
            return queryset.none()
        return queryset.filter(found)


class PlainCompiler(fallback.DatabaseSearchQueryCompiler):
    """modelsearch's search without an index, taught the queries that are ours."""

    def check_boost(self, query, boost=1.0):
        """Ranking is lost without an index; saying so at every search helps nobody."""

    def build_database_filter(self, query, boost=1.0):
        if isinstance(query, Prefix):
            return self.build_single_term_filter(query.beginning)
        if isinstance(query, Fuzzy):
            query = PlainText(query.query_string, operator=query.operator)
        if isinstance(query, PlainText) and not query.query_string.split():
            return fallback.MATCH_NONE
        return super().build_database_filter(query, boost=boost) or Q()


# --- Backend -------------------------------------------------------------------------------------


class WhooshSearchBackend(BaseSearchBackend):
    query_compiler_class = WhooshSearchQueryCompiler
    autocomplete_query_compiler_class = WhooshAutocompleteQueryCompiler
    index_class = WhooshModelIndex
    results_class = WhooshSearchResults
    rebuilder_class = WhooshRebuilder

    def __init__(self, params):
        super().__init__(params)
        if not params.get("PATH"):
            raise ImproperlyConfigured(
                "The Whoosh search backend needs PATH, the folder its indexes are kept in."
            )
        self.path = Path(params["PATH"])
        self.outbox = None
        if params.get("OUTBOX", True):
            from search import outbox  # needs the app's tables, which a backend alone hasn't

            self.outbox = outbox

    def get_index_for_model(self, model):
        return self.index_class(self, indexed_root(model))

    def lock(self, wait: float = WAIT):
        """The lock that every writer of these indexes holds."""
        return writing_lock(self.path, wait)


SearchBackend = WhooshSearchBackend

"""Wagtail's and modelsearch's searches on Whoosh: results and backend.

Their queries are compiled in `search.compilers`; their index half is `search.model_index`.

The index ranks primary keys; the database filters and orders the objects behind them. What
may be filtered on is therefore all that the ORM can say, and rights, deletions and moves count
at once, whatever the index still holds. Only where a whole model is searched, or the part of it
that has certain values for good (`ColumnField(settled=True)`), the index counts and slices by
itself.

    WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backend", "PATH": "var/index"}}

PATH       the folder of the indexes, one for each root model; private and disposable
OUTBOX     True (default): writes wait in `search.outbox` until the transaction is committed;
           False: they are made at once, for a project that does without that table
MEMORY_MB  what one process may remember of all indexes, in megabytes (default 64)
"""

import logging
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, F, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.db.models.sql.where import AND
from modelsearch.backends.base import BaseSearchBackend, BaseSearchResults, FilterFieldError
from modelsearch.backends.database import fallback

from search.compilers import (
    PlainCompiler,
    WhooshAutocompleteQueryCompiler,
    WhooshSearchQueryCompiler,
)
from search.fields import ColumnField
from search.index_folder import IndexUnavailableError, writing_lock
from search.model_index import WAIT, WhooshModelIndex, WhooshRebuilder, indexed_root
from search.native_memory import memory
from search.queries import AmongKeys
from search.ranked import Ranked
from search.whoosh_index import WhooshIndex, query

logger = logging.getLogger(__name__)

# --- Results -------------------------------------------------------------------------------------


class WhooshSearchResults(BaseSearchResults):
    """Objects in the order of their rank, or of their queryset if that was asked for."""

    supports_facet = True

    @property
    def degraded(self) -> bool:
        """Whether the index was of no use and the database had to answer by itself."""
        self._found()
        return self.query_compiler.degraded

    def selection(self) -> Ranked | None:
        """All documents of the index that match, in arrays; None if the index is of no use.

        What waits in the outbox is worked off first, or left out where that cannot be done.
        The queryset's filters have no say in it, nor do rights: the caller masks what may not
        be seen, and what is no more in the database.
        """
        if not hasattr(self.query_compiler, "selection"):
            outdated = self._outdated()
            ranked = self._rank()
            if ranked is not None and outdated:
                ranked = ranked.without(outdated)
            self.query_compiler.selection = ranked
        return self.query_compiler.selection

    def ranked_values(self, *fields: str) -> list[tuple]:
        """(score, *values) of every hit, best first: all that grouping and counting need."""
        queryset, ranked = self._matching(), self._found()[1]
        rows = queryset.order_by("-pk").values_list("pk", *fields)
        if ranked is None:
            return [(0.0, *row[1:]) for row in rows]
        found = {row[0]: row[1:] for row in rows}
        hits = zip(*_best(queryset.model, ranked), strict=True)
        return [(score, *found[key]) for key, score in hits if key in found]

    def facet(self, field_name):
        if self.query_compiler._get_filterable_field(field_name) is None:
            model = self.query_compiler.queryset.model.__name__
            raise FilterFieldError(
                f'Cannot facet search results with field "{field_name}". Please add '
                f"index.FilterField('{field_name}') to {model}.search_fields.",
                field_name=field_name,
            )
        counted = self._matching().order_by().values(field_name).annotate(count=Count("pk"))
        return OrderedDict(
            counted.order_by("-count").values_list(field_name, "count")  # commonest first
        )

    def _do_count(self):
        if self._found()[1] is None or not self.query_compiler.order_by_relevance:
            return self._matching()[self.start : self.stop].count()
        return len(range(len(self._visible()))[self.start : self.stop])

    def _do_search(self):
        queryset, ranked = self._found()
        scores = {}
        if ranked is not None and self.query_compiler.order_by_relevance:
            keys, best = _best(queryset.model, self._visible(), self.stop)
            keys, best = keys[self.start :], best[self.start :]
            scores = dict(zip(keys, best, strict=True))
            everything = self.query_compiler.queryset.order_by()
            wanted = everything.filter(AmongKeys(F("pk"), keys)) if keys else []
            found = {item.pk: item for item in wanted}
            items = [found[key] for key in keys if key in found]
        else:
            queryset = self._matching()
            if not self.query_compiler.order_by_relevance and not queryset.query.order_by:
                queryset = queryset.order_by("-pk")  # the same order from one page to the next
            items = list(queryset[self.start : self.stop])
            if self._score_field and ranked is not None:
                ranked = ranked.among([item.pk for item in items])
                scores = dict(zip(*_best(queryset.model, ranked), strict=True))
        if self._score_field:
            for item in items:
                setattr(item, self._score_field, scores.get(item.pk))
        return items

    def _visible(self) -> Ranked:
        """All hits that the queryset lets through."""
        compiler = self.query_compiler
        if not hasattr(compiler, "visible"):
            compiler.visible = self._found()[1]
            filters = _settled_filters(compiler.queryset)
            if filters is None or (filters and not compiler.visible.has_columns):
                let_through = self._matching().order_by().values_list("pk", flat=True)
                compiler.visible = compiler.visible.among(let_through)
                filters = []
            for name, values in filters:
                compiler.visible = compiler.visible.having(name, values)
        return compiler.visible

    def _matching(self) -> QuerySet:
        """The queryset narrowed to what matches."""
        queryset, ranked = self._found()
        return queryset if ranked is None else queryset.filter(AmongKeys(F("pk"), ranked))

    def _found(self) -> tuple[QuerySet, Ranked | None]:
        """What the index found of the queryset; None if that one says by itself what matches."""
        compiler = self.query_compiler
        if not hasattr(compiler, "found"):
            compiler.found = self._find()
        return compiler.found

    def _find(self):
        queryset, outdated = self.query_compiler.queryset, self._outdated()
        if outdated:
            queryset = queryset.exclude(AmongKeys(F("pk"), list(outdated)))
        wanted = self.query_compiler.compile()
        if wanted is None:
            return queryset, None
        if wanted == query.NullQuery:
            return queryset.none(), None
        ranked = self.selection()
        if ranked is None:
            return self._database_search(queryset), None
        if not len(ranked):
            return queryset.none(), None
        return queryset, ranked

    def _outdated(self) -> set[str]:
        """The keys of what the index does not know as it is now, and could not be told."""
        compiler, outbox = self.query_compiler, self.backend.outbox
        if not hasattr(compiler, "outdated"):
            root = indexed_root(compiler.queryset.model)
            compiler.outdated = outbox.catch_up(root) if outbox else set()
        return compiler.outdated

    def _rank(self) -> Ranked | None:
        wanted = self.query_compiler.compile() or query.Every()
        index = self.backend.get_index_for_model(self.query_compiler.queryset.model)
        try:
            try:
                return index.files.rank(wanted)
            except IndexUnavailableError as error:
                logger.info("%s", error)
                if not index.heal():
                    raise
                return index.files.rank(wanted)
        except IndexUnavailableError:
            self.query_compiler.degraded = True
            return None

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


def _best(model, ranked: Ranked, count: int | None = None) -> tuple[list, list[float]]:
    """The primary keys and scores of the best so many, best first."""
    best = ranked.top(count)
    keys = ranked.keys[best].tolist()
    if keys and isinstance(keys[0], str):
        keys = list(map(model._meta.pk.to_python, keys))
    return keys, ranked.scores[best].tolist()


def _settled_filters(queryset: QuerySet) -> list[tuple[str, Collection]] | None:
    """(column, values) that the queryset asks for, of which the index knows all for good.

    None of them, if it is all that the index is about; None, if the database has to answer.
    """
    asked, root = queryset.query, indexed_root(queryset.model)
    if queryset.model is not root or asked.combinator or asked.is_sliced:
        return None
    if len(asked.alias_map) > 1 or asked.where.negated or asked.where.connector != AND:
        return None
    filters = [_settled_filter(lookup, root) for lookup in asked.where.children]
    return None if None in filters else filters


def _settled_filter(lookup, root) -> tuple[str, Collection] | None:
    if type(lookup) not in (Exact, In) or not isinstance(lookup.lhs, Col):
        return None
    values = lookup.rhs if type(lookup) is In else [lookup.rhs]
    plain = isinstance(values, list | tuple | set | frozenset)
    if not plain or not all(isinstance(value, str | int) for value in values):
        return None
    name = lookup.lhs.target.name
    for field in root.get_search_fields():
        if isinstance(field, ColumnField) and field.settled and field.field_name == name:
            return f"{ColumnField.PREFIX}{name}", values
    return None


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
        memory.limit = int(params.get("MEMORY_MB", 64) * 2**20)
        self.outbox = None
        if params.get("OUTBOX", True):
            from search import outbox  # needs the app's tables, which a backend alone hasn't

            self.outbox = outbox

    def get_index_for_model(self, model):
        return self.index_class(self, indexed_root(model))

    def open_files(self, root, names: tuple[str, ...], columns: dict[str, str], version: str):
        """Where the index of a root model is kept: what another engine has in its own way.

        `names` are its fields of terms; `columns`, with their kinds, are for who can use them.
        """
        return WhooshIndex(self.path / root._meta.label_lower, names, version, columns)

    def lock(self, wait: float = WAIT):
        """The lock that every writer of these indexes holds."""
        return writing_lock(self.path, wait)


SearchBackend = WhooshSearchBackend

"""Wagtail's and modelsearch's searches on Whoosh: compiler, results, backend.

Their index half is `search.model_index`.

The index ranks primary keys; the database filters and orders the objects behind them. What
may be filtered on is therefore all that the ORM can say, and rights, deletions and moves count
at once, whatever the index still holds. Only where a whole model is searched, without any
filter, the index counts and slices by itself.

    WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backend", "PATH": "var/index"}}

PATH       the folder of the indexes, one for each root model; private and disposable
OUTBOX     True (default): writes wait in `search.outbox` until the transaction is committed;
           False: they are made at once, for a project that does without that table
MEMORY_MB  what one process may remember of all indexes, in megabytes (default 64)
"""

import logging
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, F, Lookup, Q, QuerySet
from django.db.models.sql.where import NothingNode, WhereNode
from modelsearch.backends.base import (
    BaseSearchBackend,
    BaseSearchQueryCompiler,
    BaseSearchResults,
    FilterFieldError,
)
from modelsearch.backends.database import fallback
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText

from search import analysis
from search.fields import TermsField, WordsField
from search.model_index import (
    WAIT,
    WhooshModelIndex,
    WhooshRebuilder,
    family,
    fields_of,
    indexed_root,
)
from search.native import Ranked
from search.native_memory import memory
from search.queries import AmongKeys, Prefix
from search.whoosh_index import (
    Beginning,
    IndexUnavailableError,
    WhooshIndex,
    query,
    writing_lock,
)

logger = logging.getLogger(__name__)

# --- Query compilers -----------------------------------------------------------------------------


class WhooshSearchQueryCompiler(BaseSearchQueryCompiler):
    """Whole words, in any of their forms in our languages."""

    DEFAULT_OPERATOR = "and"
    HANDLES_ORDER_BY_EXPRESSIONS = True
    PREFIX = "s__"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.degraded = False
        # A search on a parent model also looks into the fields of the models made from it.
        self.boosts: dict[str, float] = {}
        self.beginnings: list[str] = []
        self.ready = False
        for model in family(self.queryset.model):
            fields = fields_of(model)
            for name, field in fields.items():
                if self.fields and name.partition("__")[2] not in self.fields:
                    continue
                if isinstance(field, WordsField):
                    self.beginnings.append(name)
                elif name.startswith(self.PREFIX):
                    # A field that is completed has no weight but that it is searched with.
                    searched = fields.get(f"s__{name[len(self.PREFIX) :]}", field)
                    self.boosts.setdefault(name, getattr(searched, "boost", None) or 1.0)
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
        if not hasattr(self, "compiled"):
            compiled = self._compile(self.query, 1.0)
            self.compiled = None if isinstance(compiled, query.Every) else compiled
        return self.compiled

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
            return _either(Beginning(name, wanted.beginning, boost=boost) for name in names)
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
                Beginning(name, word, boost=boost * weight) for name, weight in self.boosts.items()
            )
            for word in analysis.words(text)
        ]


def _column(lookup: Lookup):
    lhs = lookup.lhs
    return getattr(lhs, "lhs", lhs)  # a part of a date stands around its column


def _either(queries: Iterable[query.Query]) -> query.Query:
    return _several(query.Or, list(queries))


def _several(kind: type, parts: list[query.Query]) -> query.Query:
    """Whoosh's Or or And of these parts; none and one are no such thing."""
    if len(parts) == 1:
        return parts[0]
    return kind(parts) if parts else query.NullQuery


def _flat(kind: type, parts: list[query.Query]) -> list[query.Query]:
    """The parts, and those of parts of the same kind, each once.

    Whoosh's own `normalize` does as much and more, and takes longer than the search.
    """
    inner = (part.subqueries if type(part) is kind else [part] for part in parts)
    return list(dict.fromkeys(one for some in inner for one in some))


def _join(parts: list[query.Query], operator: str) -> query.Query:
    """All or any of the parts; Every and NullQuery are settled here, before Whoosh sees them."""
    some = [part for part in parts if part != query.NullQuery]
    rest = [part for part in some if not isinstance(part, query.Every)]
    if operator == "or":
        return query.Every() if len(rest) < len(some) else _either(_flat(query.Or, rest))
    if len(some) < len(parts) or not parts:
        return query.NullQuery
    return _several(query.And, _flat(query.And, rest)) if rest else query.Every()


# --- Results -------------------------------------------------------------------------------------


class WhooshSearchResults(BaseSearchResults):
    """Objects in the order of their rank, or of their queryset if that was asked for."""

    supports_facet = True

    @property
    def degraded(self) -> bool:
        """Whether the index was of no use and the database had to answer by itself."""
        self._matching()
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
        queryset, ranked = self._matching()
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
        queryset, _ = self._matching()
        counted = queryset.order_by().values(field_name).annotate(count=Count("pk"))
        return OrderedDict(
            counted.order_by("-count").values_list(field_name, "count")  # commonest first
        )

    def _do_count(self):
        queryset, ranked = self._matching()
        if ranked is None or not self.query_compiler.order_by_relevance:
            return queryset[self.start : self.stop].count()
        return len(range(len(self._visible()))[self.start : self.stop])

    def _do_search(self):
        queryset, ranked = self._matching()
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
            queryset, compiler.visible = self._matching()
            if not _is_whole(compiler.queryset):
                let_through = queryset.order_by().values_list("pk", flat=True)
                compiler.visible = compiler.visible.among(let_through)
        return compiler.visible

    def _matching(self) -> tuple[QuerySet, Ranked | None]:
        """The queryset narrowed to what matches, and what was found, if words were asked for."""
        compiler = self.query_compiler
        if not hasattr(compiler, "matching"):
            compiler.matching = self._match()
        return compiler.matching

    def _match(self):
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
        return queryset.filter(AmongKeys(F("pk"), ranked)), ranked

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


def _is_whole(queryset: QuerySet) -> bool:
    """Whether the queryset is all that its index is about."""
    asked = queryset.query
    return (
        queryset.model is indexed_root(queryset.model)
        and not asked.where
        and not asked.combinator
        and not asked.is_sliced
        and len(asked.alias_map) <= 1
    )


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

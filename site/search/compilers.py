"""From Wagtail's and modelsearch's queries to Whoosh's, and to the database's where need be."""

from collections.abc import Iterable

from django.db.models import Lookup, Q
from django.db.models.sql.where import NothingNode, WhereNode
from modelsearch.backends.base import BaseSearchQueryCompiler
from modelsearch.backends.database import fallback
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText

from search import analysis
from search.fields import TermsField, WordsField
from search.model_index import family, fields_of
from search.queries import Prefix
from search.whoosh_index import Beginning, query


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

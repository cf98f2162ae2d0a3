"""Search fields of our own: of words that are ready, and of values kept beside the index."""

from datetime import date

from django.db import models
from modelsearch.index import FilterField, SearchField


class TermsField(SearchField):
    """A field of terms made by `search.analysis.terms`, parted by spaces.

    Any engine can index it as it is; ours takes queries on it as terms too.
    """


class WordsField(SearchField):
    """A field of folded words, not stemmed, for looking up beginnings (`word*`)."""


class ColumnField(FilterField):
    """A field that can be filtered on, and whose values the index holds too, as a column.

    `Snapshot.column("c__" + name)` gives them for all documents at once, to be filtered, counted
    and sorted by without the database. Numbers and dates (as ordinals of their days) stay
    numbers; anything else is text. With `several` the field holds a list, of texts.

    The column is as true as the index: it may be relied on only for rows whose every change
    is noted in the outbox (a queryset's `update()` isn't), and never for who may see what.
    A `settled` one is what an object keeps as long as it lives: a queryset that is filtered by
    nothing else is searched without the database.
    """

    PREFIX = "c__"

    def __init__(self, field_name, several: bool = False, settled: bool = False, **kwargs):
        super().__init__(field_name, **kwargs)
        self.several, self.settled = several, settled

    def column_kind(self, model) -> str:
        """What sort of column it is; see `ValuesColumn`."""
        field = model._meta.get_field(self.field_name)
        while isinstance(field, models.ForeignKey):
            field = field.target_field
        if self.several:
            return "words"
        numbers = (models.IntegerField, models.DateField)
        if isinstance(field, numbers) and not isinstance(field, models.DateTimeField):
            return "number"
        return "word"

    def column_value(self, obj) -> int | str | list[str] | None:
        """What the column holds for this object; None for nothing."""
        value = getattr(obj, type(obj)._meta.get_field(self.field_name).attname)
        if self.several:
            return [str(one) for one in value or ()]
        if isinstance(value, date):
            return value.toordinal()
        return value if value is None or isinstance(value, int) else str(value)

"""Two questions that modelsearch and Django lack: by the beginning of a word, among many keys."""

import json

from django.db.models import IntegerField, Lookup
from django.db.models.fields.related import ForeignObject
from modelsearch.query import SearchQuery


class Prefix(SearchQuery):
    """Words that begin with this; modelsearch has no such query."""

    def __init__(self, beginning: str):
        self.beginning = beginning

    def __repr__(self):
        return f"<Prefix {self.beginning!r}>"


class AmongKeys(Lookup):
    """`pk IN (…)` with all keys in one parameter, so that their number knows no limit.

    The right side is keys, or what has them as its array `keys`, which is then made only for
    a query that is really asked.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        while isinstance(field, ForeignObject):
            field = field.target_field
        keys = self.rhs.keys.tolist() if hasattr(self.rhs, "keys") else self.rhs
        if isinstance(field, IntegerField):
            keys = list(map(int, keys))
        else:
            keys = [field.get_db_prep_value(field.to_python(key), connection) for key in keys]
        if connection.vendor == "postgresql":
            kind = field.rel_db_type(connection)
            return f"{column} = ANY(%s::{kind}[])", [*params, keys]
        if connection.vendor == "sqlite":
            return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(keys)]
        marks = ", ".join(["%s"] * len(keys))
        return f"{column} IN ({marks})", [*params, *keys]

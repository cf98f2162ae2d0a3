"""PostgreSQL's full text search as the engine: terms in a `tsvector` of Wagtail's own table.

A vector is written out, term by term with place and weight, and read as it stands: none of
PostgreSQL's parsers and dictionaries has a say, so that every engine finds the same. Of one
object all is in the column `body`, whose GIN index then answers any question in one go.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from wagtail.search.models import IndexEntry

from search.backend import WhooshSearchBackend
from search.engines import EngineFiles, fingerprint, shared_lock
from search.fields import ColumnField, WordsField
from search.index_folder import IndexUnavailableError
from search.model_index import WAIT, family, fields_of
from search.whoosh_index import query

_TABLE = IndexEntry._meta.db_table
#: PostgreSQL's limits: the last place it can tell, places of one term, bytes of a vector.
LAST_PLACE, MOST_PLACES, MOST_BYTES = 16_383, 255, 900_000
CHUNK = 200  # rows written in one statement
_LEAVES = (query.Term, query.Prefix, query.Phrase)
_GAP = 2  # places left free between fields, so that no phrase runs from one into the next


class Labels:
    """How the fields of an index are told apart in one vector: by a sign and a weight.

    Stems stand as they are, whole words after "=", words to be completed after "~". There are
    four weights, and the fields of the least boost share the last.
    """

    def __init__(self, models: list[type]):
        fields, boosts = {}, {}
        for model in models:
            fields |= fields_of(model)
        for name, field in fields.items():
            boosts[name] = max(boosts.get(name, 0), getattr(field, "boost", None) or 1.0)
        ranks = sorted({boosts[name] for name in fields if name.startswith("s__")}, reverse=True)
        self._of = {}
        signs = defaultdict(list)
        for name, field in sorted(fields.items(), key=lambda item: -boosts[item[0]]):
            sign = "=" if isinstance(field, WordsField) else "~" if name.startswith("a__") else ""
            signs[sign].append(name)
            self._of[name] = (sign, "ABCD"[min(len(signs[sign]), 4) - 1])
        self._letters = {
            sign: {self._of[name][1] for name in names} for sign, names in signs.items()
        }
        best = ranks[0] if ranks else 1.0
        by_letter = {self._of[name][1]: boosts[name] / best for name in reversed(signs[""])}
        #: What a term counts for by its weight, for D, C, B and A.
        self.weights = [by_letter.get(letter, 0.0) for letter in "DCBA"]

    def of(self, field: str) -> tuple[str, str]:
        """(sign, weight) of a field's terms."""
        return self._of[field]

    def suffix(self, sign: str, letters: set[str], beginning: bool = False) -> str:
        """What follows a term that is looked for under these weights."""
        chosen = "" if letters >= self._letters[sign] else "".join(sorted(letters))
        return f":{'*' if beginning else ''}{chosen}".rstrip(":")


def vector(document: dict[str, str], labels: Labels) -> str:
    """A document as the text of a tsvector; of what is too long for one, the beginning."""
    places = defaultdict(list)
    size, place = 0, 0
    for name, text in document.items():
        if name.startswith(ColumnField.PREFIX):
            continue  # the table of the model has it
        sign, letter = labels.of(name)
        for term in text.split():
            place += 1
            lexeme = _quote(sign + term)
            found = places.get(lexeme)
            if found is None:
                size += len(lexeme.encode()) + 4
            if size > MOST_BYTES:
                break
            found = places[lexeme]
            if place <= LAST_PLACE and len(found) < MOST_PLACES:
                found.append(f"{place}{letter}")
                size += 2
        place += _GAP
    return " ".join(
        f"{lexeme}:{','.join(found)}" if found else lexeme for lexeme, found in places.items()
    )


def tsquery(wanted: query.Query, labels: Labels) -> str:
    """The text of a tsquery that asks the same; boosts of parts of the question are lost."""
    if isinstance(wanted, _LEAVES):
        return _leaves([wanted], labels)[0]
    if isinstance(wanted, query.Or):
        leaves = [
            part for part in wanted if isinstance(part, query.Term | query.Prefix | query.Phrase)
        ]
        rest = [part for part in wanted if part not in leaves]
        found = _leaves(leaves, labels) + [tsquery(part, labels) for part in rest]
        return f"({' | '.join(found)})"
    if isinstance(wanted, query.And):
        return f"({' & '.join(tsquery(part, labels) for part in wanted)})"
    if isinstance(wanted, query.AndNot):
        without = f"!({tsquery(wanted.b, labels)})"
        if isinstance(wanted.a, query.Every):
            return without
        return f"({tsquery(wanted.a, labels)} & {without})"
    if isinstance(wanted, query.Not):
        return f"!({tsquery(wanted.query, labels)})"
    raise NotImplementedError(
        f"`{type(wanted).__name__}` is not a query that the PostgreSQL engine knows."
    )


def _leaves(parts: list[query.Query], labels: Labels) -> list[str]:
    """The parts as text, those that differ by their field only as one."""
    letters = defaultdict(set)
    for part in parts:
        sign, letter = labels.of(part.fieldname)
        words = tuple(part.words) if isinstance(part, query.Phrase) else (part.text,)
        letters[sign, words, isinstance(part, query.Prefix)].add(letter)
    found = []
    for (sign, words, starts), own in letters.items():
        suffix = labels.suffix(sign, own, starts)
        found.append(f"({' <-> '.join(f'{_quote(sign + word)}{suffix}' for word in words)})")
    return found


def _quote(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


class PostgresFiles(EngineFiles):
    """The entries of one root model, all under its content type."""

    def __init__(self, root: type, fingerprint: str):
        self.root = root
        self.labels = Labels(family(root))
        # An entry without terms says which version built the others.
        self._ready_key = f"ready {fingerprint}"

    @property
    def _entries(self):
        own = ContentType.objects.get_for_model(self.root, for_concrete_model=False)
        return IndexEntry.objects.filter(content_type=own)

    def exists(self) -> bool:
        return self._entries.filter(object_id__startswith="ready ").exists()

    def is_ready(self) -> bool:
        return self._entries.filter(object_id=self._ready_key).exists()

    def search(self, wanted: query.Query) -> list[tuple[str, float]]:
        if not self.is_ready():
            raise IndexUnavailableError(f"The entries of {self.root.__name__} have not been built.")
        with connection.cursor() as cursor:
            cursor.execute(*self.statement(wanted))
            return cursor.fetchall()

    def statement(self, wanted: query.Query) -> tuple[str, list]:
        """The SQL that answers, and its parameters."""
        own = ContentType.objects.get_for_model(self.root, for_concrete_model=False)
        # Its length counts for little (1), as it does with BM25.
        sql = (
            "SELECT object_id, ts_rank(%s::float4[], body, asked, 1) AS score"
            f" FROM {_TABLE}, CAST(%s AS tsquery) AS asked"
            " WHERE body @@ asked AND content_type_id = %s AND object_id NOT LIKE 'ready %%'"
            " ORDER BY score DESC, id DESC"
        )
        if isinstance(wanted, query.Every):
            sql = (
                f"SELECT object_id, 1.0 FROM {_TABLE} WHERE content_type_id = %s"
                " AND object_id NOT LIKE 'ready %%' ORDER BY id DESC"
            )
            return sql, [own.pk]
        return sql, [self.labels.weights, tsquery(wanted, self.labels), own.pk]

    @contextmanager
    def writing(self, *, anew: bool = False) -> Iterator["Writer"]:
        if not anew and not self.is_ready():
            raise IndexUnavailableError(f"The entries of {self.root.__name__} have not been built.")
        own = ContentType.objects.get_for_model(self.root, for_concrete_model=False)
        with transaction.atomic():
            if anew:
                self._entries._raw_delete(using=connection.alias)
            writer = Writer(own.pk, self.labels)
            yield writer
            if anew:
                writer.put(self._ready_key, {})
            writer.flush()
            if anew:
                _settle()


def _settle() -> None:
    """Puts in order what a rebuild has left to do later, or the GIN index would not be used.

    Its list of pending entries is as long as the table, and the planner knows nothing yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list(indexrelid) FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam"
            " WHERE indrelid = %s::regclass AND amname = 'gin'",
            [_TABLE],
        )
        cursor.execute(f"ANALYZE {_TABLE}")


class Writer:
    """Adds and removes entries, each key at most once."""

    def __init__(self, content_type: int, labels: Labels):
        self._content_type, self._labels = content_type, labels
        self._waiting: dict[str, str] = {}
        self._seen: set[str] = set()

    def put(self, key: str, document: dict[str, str]) -> None:
        if key in self._seen:
            return
        self._seen.add(key)
        self._waiting[key] = vector(document, self._labels)
        if len(self._waiting) >= CHUNK:
            self.flush()

    def remove(self, key: str) -> None:
        entries = IndexEntry.objects.filter(content_type=self._content_type, object_id=key)
        entries._raw_delete(using=connection.alias)

    def flush(self) -> None:
        """Writes what has been put."""
        rows = [(self._content_type, key, body) for key, body in self._waiting.items()]
        self._waiting.clear()
        if not rows:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_TABLE} (content_type_id, object_id, title, autocomplete, body,"
                " title_norm, title_text, body_text) VALUES "
                + ", ".join(["(%s, %s, '', '', %s::tsvector, 1.0, '', '')"] * len(rows))
                + " ON CONFLICT (content_type_id, object_id) DO UPDATE SET body = EXCLUDED.body",
                [value for row in rows for value in row],
            )


class PostgresSearchBackend(WhooshSearchBackend):
    """As the Whoosh backend, with its terms in PostgreSQL."""

    def __init__(self, params):
        if connection.vendor != "postgresql":
            raise ImproperlyConfigured("Full text search in the database needs PostgreSQL.")
        super().__init__(params | {"PATH": params.get("PATH") or "."})

    def open_files(self, root, names, columns, version):
        return PostgresFiles(root, fingerprint(names, version))

    def lock(self, wait: float = WAIT):
        return shared_lock(self.path, wait)


SearchBackend = PostgresSearchBackend

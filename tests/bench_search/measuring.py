"""Fills an index with invented sections and asks it what every engine is asked."""

import math
import os
import random
import sqlite3
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.db import connection, transaction
from modelsearch.backends import get_search_backend
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.scoring import BM25F

from search import analysis
from search.finding import to_search_query
from search.models import Findable, Kind, OutboxEntry
from search.query import parse
from tests import base
from tests.bench_search.generator import Entry, entries, entries_of, vocabulary

CORPUS = os.environ.get("CORPUS", "")
A_PAGE = 100  # rows of one page: what is visible is asked by page
KINDS = (Kind.MINUTES, Kind.DECISION, Kind.ACTION, Kind.DOCUMENT)
FIELDS = ("title_terms", "heading_terms", "text_terms")


def corpus(number: int) -> Iterator[Entry]:
    """So many sections: those of the folder CORPUS, or invented ones of TEXT_WORDS on average."""
    if CORPUS:
        return entries_of(Path(CORPUS), number, os.environ.get("CORPUS_LANGUAGE", "fr"))
    return entries(number, mean=int(os.environ.get("TEXT_WORDS", "150")))


@cache
def words_by_frequency() -> list[str]:
    """Words of the corpus, commonest first, for questions to be made of."""
    if not CORPUS:
        return vocabulary("fr")
    counts = Counter(word for entry in corpus(2_000) for word in set(analysis.words(entry.text)))
    usable = [word for word, _ in counts.most_common() if word.isalpha() and len(word) > 2]
    return [word for word in usable if word not in analysis.STOP_WORDS]


def fill(number: int, workgroup) -> float:
    """So many rows of Findable on real pages, and their index; seconds that building it took."""
    pages = [base.make_minutes(workgroup, f"Page {n}") for n in range(math.ceil(number / A_PAGE))]
    Findable.objects.all().delete()
    rows = []
    for at, entry in enumerate(corpus(number)):
        page = pages[at // A_PAGE]
        row = Findable(
            source_type="minutes.minutespage",
            source_id=page.pk,
            part=f"s{at}",
            kind=KINDS[at % 7 % 4],
            language=entry.language,
            page_id=page.pk,
            workgroup_id=workgroup.pk,
            title=entry.title,
            heading=entry.heading,
            text=entry.text,
            date=page.meeting_date,
        )
        row.analyse()
        row.name_thing()
        rows.append(row)
    Findable.objects.bulk_create(rows, batch_size=500)
    OutboxEntry.objects.all().delete()
    start = time.perf_counter()
    get_search_backend().get_index_for_model(Findable).rebuild()
    taken = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return taken


def queries(number: int = 5, seed: int = 5) -> dict[str, list[tuple[str, str]]]:
    """(what is typed, the same for FTS5) by kind; so many of each."""
    dice = random.Random(seed)
    # Ours asks for no stop word beside others; FTS5 would.
    words = [word for word in words_by_frequency() if word not in analysis.STOP_WORDS]
    found = [analysis.words(entry.text) for entry in corpus(50) if entry.language == "fr" or CORPUS]
    texts = [text for text in found if len(text) > 2]

    def word(low, high):
        return words[min(dice.randint(low, high), len(words) - 1)]

    asked: dict[str, list[tuple[str, str]]] = {
        kind: [] for kind in ("one word", "several", "OR", "phrase", "prefix", "filtered")
    }
    for _ in range(number):
        rare, common, other = word(30, 3_000), word(5, 200), word(5, 200)
        text = dice.choice(texts)
        at = dice.randrange(len(text) - 2)
        phrase = " ".join(text[at : at + 2])
        asked["one word"].append((rare, fts_word(rare)))
        asked["several"].append((f"{common} {other}", f"{fts_word(common)} AND {fts_word(other)}"))
        asked["OR"].append((f"{rare} OR {common}", f"{fts_word(rare)} OR {fts_word(common)}"))
        asked["phrase"].append((f'"{phrase}"', _fts_phrase(phrase)))
        asked["prefix"].append((f"{rare[:4]}*", f'"{rare[:4]}" *'))
        asked["filtered"].append((f"{common} type:action", fts_word(common)))
    return asked


def _forms(text: str) -> list[str]:
    return [" ".join(reading) for reading in analysis.readings(text)]


def fts_word(word: str) -> str:
    return "(" + " OR ".join(f'"{form}"' for form in _forms(word)) + ")"


def _fts_phrase(phrase: str) -> str:
    return " OR ".join(f'"{form}"' for form in _forms(phrase))


class Fts:
    """SQLite's own full text search, raw: the same terms in a table of its own, in a file."""

    def __init__(self, path):
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA cache_size=-200000")
        self.db.execute(f"CREATE VIRTUAL TABLE terms USING fts5({', '.join(FIELDS)}, words)")
        self.db.execute("CREATE TABLE kinds (id INTEGER PRIMARY KEY, kind TEXT)")
        rows = Findable.objects.values_list("pk", *FIELDS, "words", "kind")
        for pk, *terms, kind in rows.iterator(chunk_size=2_000):
            self.db.execute(
                "INSERT INTO terms (rowid, title_terms, heading_terms, text_terms, words)"
                " VALUES (?, ?, ?, ?, ?)",
                (pk, *terms),
            )
            self.db.execute("INSERT INTO kinds VALUES (?, ?)", (pk, kind))
        self.db.execute("INSERT INTO terms (terms) VALUES ('optimize')")
        self.db.execute("CREATE INDEX by_kind ON kinds (kind)")
        self.db.execute("ANALYZE")
        self.db.commit()

    def ask(self, match: str, kind: str | None = None) -> tuple[int, list[int]]:
        """(how many, the 20 best)."""
        columns = "words" if match.endswith("*") else " ".join(FIELDS)
        match = f"{{{columns}}} : ({match})"
        tables = "terms" if kind is None else "terms JOIN kinds ON kinds.id = terms.rowid"
        more = "" if kind is None else " AND kinds.kind = ?"
        args = (match,) if kind is None else (match, kind)
        best = self.db.execute(
            f"SELECT terms.rowid FROM {tables} WHERE terms MATCH ?{more}"
            " ORDER BY bm25(terms, 4, 2, 1, 0) LIMIT 20",
            args,
        ).fetchall()
        count = self.db.execute(
            f"SELECT count(*) FROM {tables} WHERE terms MATCH ?{more}", args
        ).fetchone()[0]
        return count, [row[0] for row in best]


def ours(typed: str) -> tuple[int, list[int]]:
    """(how many, the 20 best) from the parsed query, as the results page asks the index.

    The fields are those that FTS5 has: keywords are left out.
    """
    words = parse(typed)
    return rank(to_search_query(words.tree), words.kinds)


def rank(wanted, kinds=()) -> tuple[int, list[int]]:
    index = get_search_backend().get_index_for_model(Findable)
    ranked = index.files.rank(_compiled(wanted))
    if not kinds:
        return len(ranked), ranked.keys[ranked.top(20)].tolist()
    column = ranked.column("c__kind")
    mask = column.codes == column.words.index(kinds[0])
    return int(mask.sum()), ranked.keys[ranked.top(20, mask)].tolist()


def _compiled(wanted):
    backend = get_search_backend()
    fields = [*FIELDS, "words"]
    return backend.query_compiler_class(Findable.objects.all(), wanted, fields=fields).compile()


class Whoosh:
    """Whoosh's own searcher on the same files, kept open."""

    def __init__(self):
        files = get_search_backend().get_index_for_model(Findable).files
        index = FileIndex(FileStorage(str(files.path)), schema=files.schema)
        self.searcher = index.searcher(weighting=BM25F())

    def ask(self, wanted) -> tuple[int, list[int]]:
        """(how many, the 20 best, by Whoosh's numbers of documents)."""
        found = self.searcher.search(_compiled(wanted).normalize(), limit=20)
        return len(found), [number for _, number in found.top_n]


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Lets the database work on one question so long; raises OperationalError then."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(seconds * 1_000)}")
        try:
            with transaction.atomic():
                yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
        return
    timer = threading.Timer(seconds, connection.connection.interrupt)
    timer.start()
    try:
        with transaction.atomic():
            yield
    finally:
        timer.cancel()


def by_turns(calls: Iterable[Callable], rounds: int) -> list[list[float]]:
    """The milliseconds of each call, in turns, so that a busy machine slows all alike."""
    calls = list(calls)
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for at, call in enumerate(calls):
            start = time.perf_counter()
            call()
            taken[at].append((time.perf_counter() - start) * 1_000)
    return taken


def p95(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


def median(taken: Iterable[float]) -> float:
    return statistics.median(taken)

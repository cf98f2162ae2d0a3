"""`make bench-search`: ours beside raw FTS5, Whoosh's searcher and Wagtail's own, in one run.

SIZES           how many sections, such as 1000,10000,100000
TEXT_WORDS      how many words they have on average (150)
CORPUS          a folder of text files to take them from instead; CORPUS_LANGUAGE (fr) is theirs
DATABASE_URL    on PostgreSQL, Wagtail's own backend is PostgreSQL's

Nothing here fails on a time.
"""

import os
import random
import time
from itertools import islice
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.urls import reverse
from modelsearch.backends import get_search_backend

from search import analysis, outbox
from search.finding import to_search_query
from search.models import Findable
from search.native_memory import memory
from search.query import parse
from tests import base
from tests.bench_search import measuring
from tests.bench_search.measuring import by_turns, median, p95

pytestmark = pytest.mark.django_db
SIZES = [int(size) for size in os.environ.get("SIZES", "10000,100000").split(",")]
ROUNDS = 11
#: Seconds that one question may take Wagtail's own backend, and building its index; it is left out
#: where it takes longer.
A_MINUTE = 60


@pytest.mark.parametrize("size", SIZES)
def test_search(size, workgroup, client, settings, tmp_path):
    ours = settings.WAGTAILSEARCH_BACKENDS
    words = sum(len(entry.text.split()) for entry in measuring.corpus(size))
    print(f"\n\n=== {size} sections, {words:,} words, {connection.vendor} ===")
    page = base.make_minutes(workgroup, "Une page")
    text = base.make_text("Un texte")
    outbox.drain()
    empty = milliseconds_of_saving(page)
    built = measuring.fill(size, workgroup)
    folder = Path(settings.WAGTAILSEARCH_BACKENDS["default"]["PATH"])
    bytes_of_index = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"index: built in {built:.1f} s, {bytes_of_index / 2**20:.1f} MB")
    fts = measuring.Fts(tmp_path / "fts.sqlite3")
    core(fts)
    cold(fts)
    print(f"memory of the native caches: {memory.nbytes / 2**20:.1f} MB")
    # The terms that it is given are ready: it is not to stem them once more.
    simple = {"BACKEND": "wagtail.search.backends.database", "SEARCH_CONFIG": "simple"}
    settings.WAGTAILSEARCH_BACKENDS = ours | {"wagtail": simple}
    whole_calls()
    settings.WAGTAILSEARCH_BACKENDS = ours  # a page saved is not to be written to both
    pages(client, text)
    saved = milliseconds_of_saving(page)
    print(
        f"saving and indexing a page: index empty {empty:.1f} ms, full {saved:.1f} ms, "
        f"more {saved - empty:+.1f} ms"
    )


def core(fts):
    """From the parsed query to the 20 best and the exact count, asked first and asked again.

    Whoosh's own searcher filters by terms alone, which kinds are not.
    """
    whoosh = measuring.Whoosh()
    heads = ("ours: first", "again", "p95", "FTS5: first", "again", "p95", "Whoosh")
    print(f"{'ranking core, ms':15}" + "".join(f"{head:>12}" for head in heads) + "  ours / FTS5")
    for kind, asked in measuring.queries().items():
        own, other, third, same = Taken(), Taken(), Taken(), 0
        for typed, match in asked:
            words = parse(typed)
            wanted, kinds = to_search_query(words.tree), words.kinds
            calls = [
                lambda wanted=wanted, kinds=kinds: measuring.rank(wanted, kinds),
                lambda match=match, kinds=kinds: fts.ask(match, *kinds),
            ]
            if not kinds:
                calls.append(lambda wanted=wanted: whoosh.ask(wanted))
            for taken, each in zip((own, other, third), by_turns(calls, ROUNDS), strict=False):
                taken.add(each)
            same += len({call()[0] for call in calls}) == 1
        beside = f"{median(third.again):12.3f}" if third.again else f"{'-':>12}"
        print(
            f"{kind:15}{own}{other}{beside}{median(own.again) / median(other.again):13.2f}"
            f"  counts the same: {same} of {len(asked)}"
        )


class Taken:
    """Milliseconds of questions asked for the first time, and again."""

    def __init__(self):
        self.first, self.again = [], []

    def add(self, taken: list[float]) -> None:
        self.first.append(taken[0])
        self.again += taken[1:]

    def __str__(self):
        figures = (median(self.first), median(self.again), p95(self.again))
        return "".join(f"{figure:12.3f}" for figure in figures)


def cold(fts):
    """Words that nobody has asked for."""
    typed = " ".join(typed for asked in measuring.queries().values() for typed, _ in asked)
    known = set(analysis.words(typed))
    words = [word for word in measuring.words_by_frequency()[100:8_000] if word not in known]
    own, other = [], []
    for word in random.Random(11).sample(words, min(300, len(words))):
        wanted, match = to_search_query(parse(word).tree), measuring.fts_word(word)
        first, second = by_turns(
            (lambda w=wanted: measuring.rank(w), lambda m=match: fts.ask(m)), 1
        )
        own += first
        other += second
    print(
        f"{len(own)} words never asked: ours {median(own):.3f} ms, p95 {p95(own):.3f}; FTS5"
        f" {median(other):.3f} ms, p95 {p95(other):.3f}; ratio {median(own) / median(other):.2f}"
    )


def whole_calls():
    """With 20 objects from the database and the count: the same query for both backends."""
    backend, wagtail = get_search_backend(), get_search_backend("wagtail")
    if not index_for(wagtail):
        print("Wagtail's own backend: left out, its index takes more than a minute")
        return

    def call(engine, wanted, kinds):
        rows = Findable.objects.filter(kind=kinds[0]) if kinds else Findable.objects.all()
        found = engine.search(wanted, rows)
        return found.count(), len(list(found[:20]))

    heads = ("ours", "p95", "Wagtail", "p95")
    print(f"{'whole call, ms':15}" + "".join(f"{head:>12}" for head in heads) + "  Wagtail / ours")
    every = []  # (ours, Wagtail's) of each question of any kind
    for kind, asked in measuring.queries().items():
        if kind == "prefix":  # which Wagtail has for completion only
            continue
        own, other, same = [], [], 0
        for typed, _ in asked:
            words = parse(typed)
            wanted, kinds = to_search_query(words.tree), words.kinds
            calls = [
                lambda engine=engine, wanted=wanted, kinds=kinds: call(engine, wanted, kinds)
                for engine in (backend, wagtail)
            ]
            try:
                with measuring.interrupted_after(A_MINUTE):
                    same += calls[0]() == calls[1]()
                first, second = by_turns(calls, 5)
            except OperationalError:
                first, second = *by_turns(calls[:1], 5), [A_MINUTE * 1_000]
            own += first
            other += second
            every.append((median(first), median(second)))
        over = sum(theirs == A_MINUTE * 1_000 for _, theirs in every[-len(asked) :])
        note = f"; {over} took Wagtail's over a minute, counted as one" if over else ""
        print(
            f"{kind:15}{median(own):12.2f}{p95(own):12.2f}{median(other):12.2f}{p95(other):12.2f}"
            f"{median(other) / median(own):16.0f}  counts the same: {same} of {len(asked)}{note}"
        )
    own, other = (median(taken) for taken in zip(*every, strict=True))
    ratios = median(theirs / ours for ours, theirs in every)
    print(
        f"median of all {len(every)} questions: ours {own:.2f} ms, Wagtail's {other:.2f} ms, ratio"
        f" {other / own:.0f}; median of their ratios {ratios:.0f}"
    )
    if connection.vendor == "postgresql":
        wanted = to_search_query(parse(measuring.queries()["one word"][0][0]).tree)
        compiler = wagtail.query_compiler_class(Findable.objects.all(), wanted)
        print(compiler.search(wagtail.config, 0, 20, None).explain())


def index_for(wagtail) -> bool:
    """Gives Wagtail's own backend the same rows; False if that takes more than a minute."""
    index, start = wagtail.get_index_for_model(Findable), time.perf_counter()
    rows = Findable.objects.iterator(chunk_size=500)
    while some := list(islice(rows, 500)):
        index.add_items(Findable, some)
        if time.perf_counter() - start > A_MINUTE:
            return False
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"Wagtail's index: built in {time.perf_counter() - start:.1f} s")
    return True


def pages(client, text):
    """The whole results page beside a plain page, caches cold."""

    def get(url):
        cache.clear()
        assert client.get(url).status_code == 200

    asked = [typed for kind in measuring.queries(2).values() for typed, _ in kind]
    urls = [f"{reverse('search')}?q={typed}" for typed in asked]
    calls = [lambda url=url: get(url) for url in urls] + [lambda: get(text.url)] * len(urls)
    taken = by_turns(calls, 4)
    results = [each for one in taken[: len(urls)] for each in one[1:]]
    plain = [each for one in taken[len(urls) :] for each in one[1:]]
    print(
        f"results page: median {median(results):.1f} ms, p95 {p95(results):.1f} ms; text page:"
        f" median {median(plain):.1f} ms, p95 {p95(plain):.1f} ms; ratio of p95"
        f" {p95(results) / p95(plain):.2f}"
    )


def milliseconds_of_saving(page) -> float:
    """The median time of publishing a page and having it found."""
    taken = []
    for number in range(9):
        page.body = [base.text_block(f"Zanzibar{number}.")]
        start = time.perf_counter()
        page.save_revision().publish()
        outbox.drain()
        taken.append((time.perf_counter() - start) * 1_000)
        assert measuring.ours(f"zanzibar{number}")[0] >= 1
    return median(taken[1:])

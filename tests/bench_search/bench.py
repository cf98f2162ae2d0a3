"""`make bench-search`: ours beside raw FTS5 and Wagtail's own backend, in one run.

SIZES=1000,10000,100000 chooses how many sections; with DATABASE_URL on PostgreSQL, Wagtail's
backend is PostgreSQL's. Nothing here fails on a time.
"""

import os
import random
import time
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from modelsearch.backends import get_search_backend
from modelsearch.query import MATCH_ALL, Or, Phrase, PlainText

from search import outbox
from search.finding import to_search_query
from search.models import Findable
from search.native_memory import memory
from search.query import parse
from tests import base
from tests.bench_search import measuring
from tests.bench_search.generator import vocabulary
from tests.bench_search.measuring import by_turns, median, p95

pytestmark = pytest.mark.django_db
SIZES = [int(size) for size in os.environ.get("SIZES", "10000,100000").split(",")]
ROUNDS = 11
#: Wagtail's own backend is measured up to this many: beyond, it takes minutes.
MOST_FOR_WAGTAIL = 10_000


@pytest.mark.parametrize("size", SIZES)
def test_search(size, workgroup, client, settings, tmp_path):
    settings.WAGTAILSEARCH_BACKENDS = settings.WAGTAILSEARCH_BACKENDS | {
        "wagtail": {"BACKEND": "wagtail.search.backends.database"}
    }
    print(f"\n\n=== {size} sections, {connection.vendor} ===")
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
    if size <= MOST_FOR_WAGTAIL:
        whole_calls()
    else:
        print("Wagtail's own backend: left out, it takes minutes at this size")
    pages(client, text)
    saved = milliseconds_of_saving(page)
    print(
        f"saving and indexing a page: index empty {empty:.1f} ms, full {saved:.1f} ms, "
        f"more {saved - empty:+.1f} ms"
    )


def core(fts):
    """From the parsed query to the 20 best and the exact count, asked before."""
    print(f"{'ranking core, warm':22}{'ours':>9}{'p95':>9}{'FTS5':>9}{'p95':>9}   ratio  counts")
    for kind, asked in measuring.queries().items():
        own, other, same = [], [], 0
        for typed, match in asked:
            words = parse(typed)
            wanted, kinds = to_search_query(words.tree), words.kinds
            calls = (
                lambda wanted=wanted, kinds=kinds: measuring.rank(wanted, kinds),
                lambda match=match, kinds=kinds: fts.ask(match, *kinds),
            )
            same += calls[0]()[0] == calls[1]()[0]
            first, second = by_turns(calls, ROUNDS)
            own += first[1:]
            other += second[1:]
        print(
            f"{kind:22}{median(own):9.3f}{p95(own):9.3f}"
            f"{median(other):9.3f}{p95(other):9.3f}{median(own) / median(other):8.2f}"
            f"  {same} of {len(asked)} the same"
        )


def cold(fts):
    """Words that nobody has asked for."""
    dice, words = random.Random(11), vocabulary("nl")
    own, other = [], []
    for word in dice.sample(words[100:8_000], 300):
        wanted = to_search_query(parse(word).tree)
        match = measuring.fts_word(word)
        first, second = by_turns(
            (
                lambda wanted=wanted: measuring.rank(wanted),
                lambda match=match: fts.ask(match),
            ),
            1,
        )
        own += first
        other += second
    print(
        f"{'300 cold words':22}{median(own):9.3f}{p95(own):9.3f}"
        f"{median(other):9.3f}{p95(other):9.3f}{median(own) / median(other):8.2f}"
    )


def whole_calls():
    """With 20 objects from the database and the count."""
    backend, wagtail = get_search_backend(), get_search_backend("wagtail")
    start = time.perf_counter()
    rows = list(Findable.objects.all())
    index = wagtail.get_index_for_model(Findable)
    for at in range(0, len(rows), 500):
        index.add_items(Findable, rows[at : at + 500])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"Wagtail's index: built in {time.perf_counter() - start:.1f} s")

    def call(engine, wanted, kinds):
        rows = Findable.objects.filter(kind=kinds[0]) if kinds else Findable.objects.all()
        found = engine.search(wanted, rows)
        return len(list(found[:20])), found.count()

    print(f"{'whole call':22}{'ours':>9}{'p95':>9}{'Wagtail':>9}{'p95':>9}   Wagtail / ours")
    for kind, asked in measuring.queries(3).items():
        if kind == "prefix":  # which Wagtail has for completion only
            continue
        own, other = [], []
        for typed, _ in asked:
            words = parse(typed)
            wanted, kinds = to_search_query(words.tree), words.kinds
            plain = wagtail_query(kind, typed)
            rounds = 5
            first, second = by_turns(
                (
                    lambda wanted=wanted, kinds=kinds: call(backend, wanted, kinds),
                    lambda plain=plain, kinds=kinds: call(wagtail, plain, kinds),
                ),
                rounds,
            )
            own += first[1:]
            other += second[1:]
        print(
            f"{kind:22}{median(own):9.2f}{p95(own):9.2f}{median(other):9.2f}{p95(other):9.2f}"
            f"{median(other) / median(own):12.0f}"
        )
    if connection.vendor == "postgresql":
        compiler = wagtail.query_compiler_class(
            Findable.objects.all(), PlainText(measuring.queries()["one word"][0][0])
        )
        config = compiler.get_config(wagtail) if hasattr(compiler, "get_config") else None
        print(compiler.search(config, 0, 20, None).explain())


def wagtail_query(kind, typed):
    words = [word for word in typed.replace('"', "").split() if ":" not in word and word != "OR"]
    if kind == "OR":
        return Or([PlainText(word) for word in words])
    return Phrase(" ".join(words)) if kind == "phrase" else PlainText(" ".join(words) or MATCH_ALL)


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

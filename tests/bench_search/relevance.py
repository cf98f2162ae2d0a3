"""How well searches of the demo are answered: nDCG@10 of forty judged questions.

    python -m pytest tests/bench_search/relevance.py -s

prints ours beside Wagtail's own backend of the database chosen by DATABASE_URL. The judgements are
tests/search/relevance.toml. All engines search the same rows; what they rank is taken together
into results as the search page shows them, so that ten sections of one page are one result.
"""

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from modelsearch.backends import get_search_backend
from modelsearch.index import SearchField
from modelsearch.utils import parse_query_string
from wagtail.models import Page

from accounts.models import User
from discussion.models import PageComment
from home.demo import filling, lookup
from search import outbox, sources
from search.asked import Asked
from search.finding import Search
from search.models import Findable, Kind, OutboxEntry
from search.spelling import did_you_mean
from tests.bench_search.generator import SYLLABLES, entries, vocabulary

JUDGEMENTS = Path(__file__).parents[1] / "search" / "relevance.toml"
DEPTH = 10


@dataclass(frozen=True)
class Judged:
    """One question, and what answers it: grades of 1 to 3 by name; see relevance.toml."""

    ask: str
    kind: str
    language: str
    good: dict[str, int]
    meant: str = ""
    opens: str = ""

    def ndcg(self, found: list["Found"]) -> float:
        """The gain of the first ten results, as a part of the best there could be."""
        grades, left = [], dict(self.good)
        for one in found[:DEPTH]:
            name = next((name for name in left if one.is_called(name)), None)
            grades.append(left.pop(name) if name else 0)  # what comes twice counts once
        best = sorted(self.good.values(), reverse=True)[:DEPTH]
        return _gain(grades) / _gain(best)


def _gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(at + 2) for at, grade in enumerate(grades))


@dataclass(frozen=True)
class Found:
    """One result: the row that it opens at, and its name in the judgements."""

    row: Findable
    name: str

    def is_called(self, name: str) -> bool:
        kind, _, rest = name.partition(" ")
        if kind in (Kind.DECISION, Kind.ACTION):
            return self.row.kind == kind and rest.casefold() in self.row.text.casefold()
        return self.name == name


def judged() -> list[Judged]:
    return [Judged(**one) for one in tomllib.loads(JUDGEMENTS.read_text("utf-8"))["queries"]]


class Demo:
    """Knows the demo's objects by their names in the judgements."""

    documents: ClassVar = {title: Path(file).stem for file, title in filling.DOCUMENTS.values()}

    @cached_property
    def reader(self) -> User:
        """Somebody who sees all of it, as Wagtail's own backend does by itself."""
        return User.objects.get(is_superuser=True)

    @cached_property
    def slugs(self) -> dict[int, str]:
        return dict(Page.objects.values_list("pk", "slug"))

    @cached_property
    def comments(self) -> dict[int, str]:
        tokens = {
            lookup.token_of(one["id"]): one["id"] for one in lookup.read("comments")["comments"]
        }
        return {pk: tokens[token] for pk, token in PageComment.objects.values_list("pk", "token")}

    def found(self, row: Findable) -> Found:
        if row.kind in (Kind.PERSON, Kind.KEYWORD):
            return Found(row, f"{row.kind} {row.anchor}")
        if row.kind == Kind.COMMENT:
            return Found(row, f"comment {self.comments[row.source_id]}")
        if row.kind == Kind.DOCUMENT:
            return Found(row, f"document {self.documents.get(row.title, row.part)}")
        if row.kind in (Kind.DECISION, Kind.ACTION):
            return Found(row, f"{row.kind} of {self.slugs[row.page_id]}")
        return Found(row, f"page {self.slugs[row.page_id]}")


def ours(demo: Demo, typed: str, corrected: bool = False) -> list[Found]:
    """The first ten, nothing hidden; of the spelling that is offered, if `corrected`."""
    search = Search(Asked.of(QueryDict(urlencode({"q": typed}))), demo.reader)
    if corrected and (offered := did_you_mean(search)):
        return ours(demo, parse_qs(urlsplit(offered.url).query)["q"][0])
    keys = [keys[0] for keys in search.found.things(0, DEPTH)]
    rows = Findable.objects.in_bulk(keys)
    return [demo.found(rows[key]) for key in keys]


class Wagtail:
    """Wagtail's own backend as a site would set it up: plain texts with labels of keywords.

    The words of a whole page are in the row of the page, so that none is missed because a page
    is found by its sections.
    """

    FIELDS = (("title", 4), ("heading", 2), ("text", 1), ("words", 1), ("keyword_words", 3))

    def __init__(self, demo: Demo, monkeypatch, settings):
        self.demo = demo
        settings.WAGTAILSEARCH_BACKENDS = settings.WAGTAILSEARCH_BACKENDS | {
            "wagtail": {"BACKEND": "wagtail.search.backends.database"}
        }
        self.fields = [SearchField(name, boost=boost) for name, boost in self.FIELDS]
        self.monkeypatch = monkeypatch
        self.backend = get_search_backend("wagtail")
        with monkeypatch.context() as patch:
            patch.setattr(Findable, "search_fields", self.fields)
            index = self.backend.get_index_for_model(Findable)
            index.add_items(Findable, list(Findable.objects.all()))

    def __call__(self, typed: str) -> list[Found]:
        with self.monkeypatch.context() as patch:
            patch.setattr(Findable, "search_fields", self.fields)
            _, wanted = parse_query_string(typed, operator="and")
            rows = list(self.backend.search(wanted, Findable, operator="and")[:500])
        things = {row.thing: row for row in reversed(rows)}
        best = [row for row in rows if things[row.thing] is row]
        return [self.demo.found(row) for row in best[:DEPTH]]


def index_demo() -> None:
    """Makes all of the demo findable, each object once, however often filling it was saved."""
    OutboxEntry.objects.all().delete()
    call_command("update_index", verbosity=0)
    sources.refresh_everything()


def add_invented(number: int = 500, asked: int = 4) -> list[Judged]:
    """Adds so many invented texts beside the demo's, and asks for a dozen that are among them.

    By the title, by three words that follow each other and by two of its rarest words.
    """
    about = Page.objects.get(slug="about-this-site")
    rows, texts = [], list(entries(number))
    for at, entry in enumerate(texts):
        row = Findable(
            source_type="home.textpage",
            source_id=about.pk,
            page_id=about.pk,
            part=f"invented-{at}",
            kind=Kind.DOCUMENT,
            language=entry.language,
            title=entry.title,
            text=entry.text,
        )
        row.analyse()
        row.name_thing()
        rows.append(row)
    Findable.objects.bulk_create(rows, batch_size=100)
    outbox.note(*rows)
    rank = {word: at for language in SYLLABLES for at, word in enumerate(vocabulary(language))}
    wanted = []
    for at, entry in enumerate(texts[: 3 * asked]):
        words = entry.text.split()
        rarest = sorted(set(words), key=lambda word: -rank[word])[:2]
        ask = (entry.title, f'"{" ".join(words[1:4])}"', " ".join(rarest))[at % 3]
        good = {f"document invented-{at}": 3}
        wanted.append(Judged(ask, "invented", entry.language, good))
    return wanted


def mean(values: Iterable[float]) -> float:
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def compare(demo: Demo, asked: list[Judged], monkeypatch, settings) -> dict[str, list[float]]:
    """The nDCG of each question, by engine; all is printed."""
    wagtail = Wagtail(demo, monkeypatch, settings)
    lists = {
        "ours": [ours(demo, one.ask) for one in asked],
        "did you mean": [ours(demo, one.ask, corrected=True) for one in asked],
        "Wagtail": [wagtail(one.ask) for one in asked],
    }
    figures = {
        name: [one.ndcg(found) for one, found in zip(asked, each, strict=True)]
        for name, each in lists.items()
    }
    print(f"\n\nnDCG@{DEPTH} over {Findable.objects.count()} rows, {connection.vendor}")
    print(" " * 46 + "".join(f"{name:>14}" for name in figures))
    kinds = [one.kind for one in asked]
    of_judged = set(kinds) - {"invented"}
    some = {kind: {kind} for kind in dict.fromkeys(kinds)}
    for name, chosen in (
        some | {"judged, but typos": of_judged - {"typo"}, "judged": of_judged}
    ).items():
        rows = [at for at, kind in enumerate(kinds) if kind in chosen]
        values = [mean(each[at] for at in rows) for each in figures.values()]
        print(f"{name:40}{len(rows):6}" + "".join(f"{value:14.3f}" for value in values))
    for at, one in enumerate(asked):
        found = ", ".join(found.name for found in lists["ours"][at][:5])
        values = "".join(f"{each[at]:7.3f}" for each in figures.values())
        print(f"  {one.kind:10}{one.ask[:34]:34}{values}  {found}")
    opened = [
        found[0].row.heading == one.opens
        for one, found in zip(asked, lists["ours"], strict=True)
        if one.opens and found
    ]
    print(f"opened at the right heading: {sum(opened)} of {len(opened)}")
    return figures


@pytest.mark.django_db
def test_relevance(monkeypatch, settings):
    filling.fill()
    index_demo()
    asked = judged() + add_invented()
    outbox.drain()
    compare(Demo(), asked, monkeypatch, settings)

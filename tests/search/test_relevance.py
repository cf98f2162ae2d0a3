"""Forty questions to the demo, judged before anything was tuned: nDCG@10, ours and Wagtail's.

`pytest tests/search/test_relevance.py -s` prints the figures; on PostgreSQL Wagtail's backend is
PostgreSQL's.
"""

import math
import tomllib
from pathlib import Path
from statistics import mean
from urllib.parse import parse_qs, urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from modelsearch.backends import get_search_backend
from modelsearch.query import Phrase, PlainText
from wagtail.models import Page

from accounts.visibility import visible_pages
from home.demo.filling import fill
from minutes.models import ArticlePage, MinutesPage
from search import outbox
from search.asked import Asked
from search.finding import Search
from search.models import Kind
from search.spelling import did_you_mean

QUESTIONS = tomllib.loads(Path(__file__).with_name("relevance.toml").read_text())
STRANGER = AnonymousUser()
NAMED = {Kind.PERSON: "person:", Kind.KEYWORD: "keyword:"}


def ours(typed: str) -> list[str]:
    return _names(_search(typed))


def ours_corrected(typed: str) -> list[str]:
    """What is found after one click on the spelling that is offered."""
    search = _search(typed)
    correction = did_you_mean(search)
    if correction is None:
        return _names(search)
    return ours(parse_qs(correction.url.lstrip("?"))["q"][0])


def _search(typed: str) -> Search:
    return Search(Asked.of(QueryDict(urlencode({"q": typed}))), STRANGER)


def _names(search: Search) -> list[str]:
    hits = search.hits(0, 40)
    slugs = dict(Page.objects.values_list("pk", "slug"))
    return [
        f"{NAMED[hit.row.kind]}{hit.row.anchor}"
        if hit.row.kind in NAMED
        else slugs.get(hit.row.page_id, "")
        for hit in hits
    ]


def wagtails(typed: str) -> list[str]:
    """The pages that Wagtail's own backend finds, of the two types that most are of."""
    asked = Phrase(typed.strip('"')) if typed.startswith('"') else PlainText(typed)
    found = []
    for model in (MinutesPage, ArticlePage):
        pages = model.objects.filter(pk__in=visible_pages(STRANGER).values("pk"))
        found.append(
            [page.slug for page in get_search_backend("wagtail").search(asked, pages)[:20]]
        )
    # Two rankings laid into each other, as neither backend compares scores of types.
    longest = max(map(len, found))
    return [slugs[at] for at in range(longest) for slugs in found if at < len(slugs)]


def ndcg(names: list[str], best: dict[str, int]) -> float:
    """nDCG@10 (Järvelin and Kekäläinen 2002) with gains 2^g - 1; a thing counts once."""
    names = list(dict.fromkeys(names))[:10]
    gained = sum((2 ** best.get(name, 0) - 1) / math.log2(at + 2) for at, name in enumerate(names))
    grades = sorted(best.values(), reverse=True)[:10]
    return gained / sum((2**grade - 1) / math.log2(at + 2) for at, grade in enumerate(grades))


@pytest.mark.django_db
def test_it_answers_at_least_as_well_as_wagtails_own(settings):
    settings.WAGTAILSEARCH_BACKENDS = settings.WAGTAILSEARCH_BACKENDS | {
        "wagtail": {"BACKEND": "wagtail.search.backends.database"}
    }
    fill()
    outbox.drain()
    for model in (MinutesPage, ArticlePage):
        index = get_search_backend("wagtail").get_index_for_model(model)
        index.add_items(model, list(model.objects.live()))
    assert sum(map(len, QUESTIONS.values())) == 40
    own, theirs = {}, {}
    for kind, questions in QUESTIONS.items():
        answer = ours_corrected if kind == "typo" else ours
        own[kind] = mean(ndcg(answer(each["q"]), each["best"]) for each in questions)
        theirs[kind] = mean(ndcg(wagtails(each["q"]), each["best"]) for each in questions)
    print(f"\nnDCG@10 of 40 questions{'ours':>18}{f'Wagtail ({connection.vendor})':>24}")
    for kind in QUESTIONS:
        print(f"{kind:24}{own[kind]:17.2f}{theirs[kind]:24.2f}")
    print(f"{'all':24}{mean(own.values()):17.2f}{mean(theirs.values()):24.2f}")
    assert mean(own.values()) >= mean(theirs.values())
    for each in QUESTIONS["title"]:
        assert next(iter(each["best"])) in ours(each["q"])[:3], each["q"]

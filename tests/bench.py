"""How fast things are, as ratios between things measured side by side in one run: `make bench`.

Nothing here fails on a time: machines are noisy, and a figure is for reading.
"""

import statistics
import time

import pytest
from django.core.cache import cache
from django.urls import reverse

from search import outbox
from tests import base
from tests.test_query_counts import fill

pytestmark = pytest.mark.django_db
ROUNDS = 9


def milliseconds(client, url):
    """The median time of a page, caches cold, after one round that is thrown away."""
    taken = []
    for _ in range(ROUNDS + 1):
        cache.clear()
        start = time.perf_counter()
        assert client.get(url).status_code == 200
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[1:])


def line(what, first, second, unit="ms"):
    print(f"{what:58} {first:8.1f} {unit} {second:8.1f} {unit}   ratio {second / first:5.2f}")


def test_pages_with_one_and_with_two_hundred(client, workgroup):
    minutes = base.make_minutes(workgroup, ordinal=4)
    roster, article = base.make_roster(workgroup), base.make_article(workgroup)
    fill([minutes, roster, article], 1)
    outbox.drain()
    urls = {
        "minutes: 1, then 200 comments, keywords and people": minutes.url,
        "roster: the same": roster.url,
        "glossary: 1, then 200 keywords": reverse("glossary"),
        "search for a word in all comments: 1, then 200 hits": reverse("search") + "?q=commentaire",
    }
    print()
    few = {what: milliseconds(client, url) for what, url in urls.items()}
    fill([minutes, roster, article], 199, start=1)
    outbox.drain()
    for what, url in urls.items():
        line(what, few[what], milliseconds(client, url))


def test_posting_into_a_short_and_a_long_thread(workgroup):
    def posting(parent):
        taken = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            base.make_comment(minutes, "Un mot de plus.", parent=parent)
            taken.append((time.perf_counter() - start) * 1000)
        return statistics.median(taken)

    minutes = base.make_minutes(workgroup)
    first = base.make_comment(minutes)
    short = posting(first)
    for _ in range(1000):
        base.make_comment(minutes, parent=first)
    line("posting a reply: thread of 10, then of 1,000", short, posting(first))

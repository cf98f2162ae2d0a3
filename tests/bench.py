"""How fast things are, as ratios between things measured side by side in one run: `make bench`.

Nothing here fails on a time: machines are noisy, and a figure is for reading.
"""

import itertools
import random
import re
import statistics
import time
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils.html import escape
from modelsearch.backends import get_search_backend

from glossary.linking import Term, TermIndex, link_terms, word
from search import analysis, outbox
from search.models import Findable, Kind
from tests import base
from tests.glossary.filling import fill_topic
from tests.test_query_counts import fill, queries_of

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


def milliseconds_of_an_edit(page):
    """The median time of publishing a page again and having it indexed, as its request does."""
    taken = []
    for number in range(ROUNDS):
        page.body = [base.text_block(f"Le budget, {number}.")]
        start = time.perf_counter()
        page.save_revision().publish()
        outbox.drain()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def fill_index(number):
    """So many more rows to be found, their words common and rare, and an index that has them."""
    dice = random.Random(number)
    words = [
        "".join(dice.choice("bdfglmnprstv") + dice.choice("aeiou") for _ in range(3))
        for _ in range(20_000)
    ]
    weights = list(itertools.accumulate(1 / (at + 10) for at in range(len(words))))
    rows = []
    for at in range(number):
        text = dice.choices(words, cum_weights=weights, k=int(dice.lognormvariate(4, 0.8)) + 3)
        terms = " ".join(text)
        rows.append(
            Findable(
                source_type="a.filling",
                source_id=at,
                kind=Kind.COMMENT,
                language="fr",
                title=text[0],
                title_terms=text[0],
                text_terms=terms,
                words=" ".join(dict.fromkeys(text)),
            )
        )
    Findable.objects.bulk_create(rows, batch_size=500)
    get_search_backend().get_index_for_model(Findable).rebuild()


def test_an_edit_with_an_empty_and_a_large_index(workgroup):
    page = base.make_minutes(workgroup)
    outbox.drain()
    empty = milliseconds_of_an_edit(page)
    fill_index(10_000)
    line(
        "publishing a page again: index empty, then of 10,000", empty, milliseconds_of_an_edit(page)
    )


@pytest.mark.parametrize("who", ["stranger", "member"])
def test_a_keyword_with_twenty_and_with_five_thousand_uses(who, as_user, member, workgroup):
    closed = base.make_workgroup("Groupe fermé", private_to="Groupe fermé")
    groups = [workgroup, base.make_workgroup("Groupe des prix"), closed]
    beside = [base.make_keyword(f"mot {i}") for i in range(40)]
    few, many = (base.make_keyword(name, synonyms=["portage"]) for name in ("peu", "beaucoup"))
    fill_topic(few, groups, 20, beside)
    fill_topic(many, groups, 5000, beside)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = as_user(member if who == "member" else None)
    urls = [keyword.get_absolute_url() for keyword in (few, many)]
    for url in urls:
        client.get(url)  # content types are read once in a process's life
    asked = [len(queries_of(client, url)) for url in urls]
    line(f"keyword with 20, then 5,000 uses, {who}", *milliseconds_of_each(client, urls))
    line("  questions to the database", *asked, unit="  ")


def milliseconds_of_each(client, urls):
    """The median time of each page, taken in turns, so that a busy machine slows all alike."""
    taken = {url: [] for url in urls}
    for _ in range(ROUNDS + 1):
        for url in urls:
            cache.clear()
            start = time.perf_counter()
            assert client.get(url).status_code == 200
            taken[url].append((time.perf_counter() - start) * 1000)
    return [statistics.median(each[1:]) for each in taken.values()]


def test_linking_ten_thousand_words_with_two_thousand_terms():
    texts = sorted(Path("home/demo").glob("*/*.md"))
    paragraphs = [p for text in texts for p in text.read_text().split("\n\n") if len(p) > 60]
    dice = random.Random(1)
    words = sorted(set(re.findall(r"[^\W\d_]{4,}", " ".join(paragraphs))))
    page = ""
    while len(page.split()) < 10_000:
        page += f"<p>{escape(dice.choice(paragraphs))}</p>\n"
    # A sixth of the terms stand in these texts; each is looked for alone and in a phrase.
    labels = dice.sample(words, 333) + [
        "".join(dice.choice("bdfglmnprstv") + dice.choice("aeiou") for _ in range(4))
        for _ in range(1667)
    ]
    terms = [Term(at, [word, f"{word} {dice.choice(words)}"]) for at, word in enumerate(labels)]
    links = {term.key: f"/fr/mots-cles/{term.key}/" for term in terms}

    def taken(index=None):
        if index is None:
            index = TermIndex(terms, "fr")
            analysis.stem.cache_clear()
            word.cache_clear()
        start = time.process_time()
        _html, linked = link_terms(page, index, links)
        assert len(linked) > 100
        return (time.process_time() - start) * 1000

    index = TermIndex(terms, "fr")
    cold = statistics.median(taken() for _ in range(ROUNDS))
    warm = statistics.median(taken(index) for _ in range(ROUNDS + 1))
    print()
    line("linking 10,000 words, 2,000 terms: words new, then known", cold, warm)

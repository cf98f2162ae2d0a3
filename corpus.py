"""Makes rows of Findable of invented entries, on pages that can be opened."""

import math
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection, transaction

from glossary.models import PageKeyword
from minutes.models import MinutesPage
from search.models import Findable, OutboxEntry
from tests import base
from tests.bench_search.generator import PEOPLE, Entry

A_PAGE = 100  # entries of one page: what is visible is asked by page
GROUPS = 5
KEYWORDS = 30
BATCH = 500


def pages_for(number: int) -> list[tuple]:
    """(page, key of its workgroup, keys of its keywords) for so many entries, in several workgroups."""
    with transaction.atomic():
        groups = [base.make_workgroup(f"Groupe {at}", slug=f"bench-{at}") for at in range(GROUPS)]
        keywords = [base.make_keyword(f"mot bench {at}") for at in range(KEYWORDS)]
        pages, uses = [], []
        for at in range(math.ceil(number / A_PAGE)):
            page = MinutesPage(title=f"Page {at}", slug=f"bench-page-{at}", language="fr")
            groups[at % GROUPS].add_child(instance=page)
            own = [keywords[(at * step) % KEYWORDS] for step in (1, 7)]
            uses += [PageKeyword(tag=tag, content_object=page) for tag in dict.fromkeys(own)]
            pages.append((page, groups[at % GROUPS].pk, sorted({tag.pk for tag in own})))
        PageKeyword.objects.bulk_create(uses, batch_size=BATCH)
        Findable.objects.all().delete()
        OutboxEntry.objects.all().delete()
    return pages


def fill(entries: Iterable[Entry], number: int) -> None:
    """One row for each of up to `number` entries, and nothing else to be found."""
    pages = pages_for(number)
    for some in _batches(_rows(entries, pages)):
        Findable.objects.bulk_create(some)
    analyse_tables()


def _rows(entries: Iterable[Entry], pages: list[tuple]) -> Iterator[Findable]:
    for at, entry in enumerate(entries):
        page, group, keywords = pages[at // A_PAGE]
        row = Findable(
            source_type="minutes.minutespage",
            source_id=page.pk,
            part=f"s{at}",
            kind=entry.kind,
            language=entry.language,
            page_id=page.pk,
            workgroup_id=group,
            title=entry.title,
            heading=entry.heading,
            text=entry.text,
            date=entry.day,
            keyword_ids=keywords,
            person_names=[f"Personne {who % PEOPLE}" for who in entry.people],
        )
        row.analyse()
        row.name_thing()
        yield row


def _batches(rows: Iterable, size: int = BATCH) -> Iterator[list]:
    rows = iter(rows)
    while some := list(islice(rows, size)):
        yield some


def analyse_tables() -> None:
    """Tells the database how its tables are filled."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

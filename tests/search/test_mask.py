"""The mask of a search: exact, closed to what it does not know, and light on the database."""

import re

import numpy as np
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.visibility import visible_pages
from discussion.models import PageComment
from search import outbox, sources
from search.asked import Asked
from search.finding import Search
from search.matched import COLUMNS, Matched
from search.models import Findable
from tests import base

pytestmark = pytest.mark.django_db
EVERYTHING = np.arange(1, 50_000)
WORDS = "réunion OU noor OU portage mot:portage groupe:couveuse"
MINUTES, COMMENT = "minutes.minutespage", "discussion.pagecomment"


@pytest.fixture
def world(make_minutes, private_workgroup):
    keyword = base.make_keyword("portage")
    owner = base.make_person("Noor Peeters")
    body = [("action", {"text": "<p>À faire.</p>", "owner": owner, "due": None})]
    for group in (None, private_workgroup):
        page = make_minutes(under=group, title="Réunion", keywords=[keyword.name], body=body)
        base.make_comment(page, "Une réunion.", keywords=[keyword])
    make_minutes(title="Réunion", live=False)
    outbox.drain()


def depth_of(sql):
    deepest = depth = 0
    for sign in re.sub(r"'[^']*'", "", sql):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        deepest = max(deepest, depth)
    return deepest


@pytest.mark.parametrize("few", [0, 2_000])
def test_it_lets_through_what_the_rule_says(
    few, world, monkeypatch, stranger, member, group_member, admin
):
    monkeypatch.setattr(sources, "_FEW", few)
    numbers = []
    for user in (stranger, member, group_member, admin):
        mask = sources.Mask(user)
        shown = set(EVERYTHING[mask.visible(MINUTES, EVERYTHING)].tolist())
        assert shown == set(visible_pages(user).values_list("pk", flat=True))
        shown = set(EVERYTHING[mask.visible(COMMENT, EVERYTHING)].tolist())
        assert shown == set(PageComment.objects.visible_to(user).values_list("pk", flat=True))
        numbers.append(len(shown))
    assert numbers == [1, 1, 2, 2]


def test_it_hides_what_no_source_answers_for(world, admin):
    def shown():
        rows = [(1.0, *row) for row in Findable.objects.values_list(*COLUMNS)]
        return sources.Mask(admin).rows(Matched.from_rows(rows)).sum()

    before = shown()
    assert before
    odd = {"title": "Réunion", "language": "fr", "kind": "text"}
    Findable.objects.create(source_type="odd.thing", source_id=1, **odd)
    Findable.objects.create(source_type=MINUTES, source_id=49_999, **odd)  # that there is not
    assert shown() == before


def test_it_asks_once_about_what_it_was_asked_before(world, member, django_assert_num_queries):
    mask = sources.Mask(member)
    mask.visible(MINUTES, EVERYTHING[:100])
    with django_assert_num_queries(0):
        mask.visible("minutes.articlepage", EVERYTHING[5:50])
    with django_assert_num_queries(1):
        mask.visible(MINUTES, EVERYTHING[:200])


def test_no_query_of_a_search_is_nested_deep(world, member, admin):
    """SQLite before 3.46 gives up near twenty parentheses within one another, of such queries."""
    for user in (member, admin):
        with CaptureQueriesContext(connection) as queries:
            assert Search(Asked.of(QueryDict("q=" + WORDS)), user).page(1).object_list
        assert max(depth_of(query["sql"]) for query in queries.captured_queries) <= 15

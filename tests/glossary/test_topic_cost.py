"""The page of a keyword asks the same number of questions, however often it is used."""

import pytest

from glossary.models import KeywordFollow
from tests import base
from tests.glossary.filling import fill_topic
from tests.test_query_counts import MOST, queries_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["stranger", "member"])
def test_it_costs_the_same_with_twenty_and_with_three_hundred_uses(
    who, member, as_user, workgroup, private_workgroup
):
    groups = [workgroup, base.make_workgroup("Groupe des prix"), private_workgroup]
    beside = [base.make_keyword(f"mot {i}") for i in range(30)]
    keywords = [base.make_keyword(name, synonyms=["portage"]) for name in ("peu", "beaucoup")]
    for keyword, number in zip(keywords, (20, 300), strict=True):
        fill_topic(keyword, groups, number, beside)
        KeywordFollow.objects.create(keyword=keyword, user=member)
    client = as_user(member if who == "member" else None)
    client.get(keywords[0].get_absolute_url())  # reads the content types, once in a process's life
    few, many = (queries_of(client, keyword.get_absolute_url()) for keyword in keywords)
    assert len(few) == len(many) <= MOST
    filtered = queries_of(client, f"{keywords[1].get_absolute_url()}?sorte=minutes&page=2")
    assert len(filtered) <= len(many)
    shown = client.get(keywords[1].get_absolute_url()).context
    assert len(shown["entries"]) == 20
    assert {entry.kind for entry in shown["entries"]} >= {"minutes", "decision", "comment"}
    assert any("<mark>portage</mark>" in entry.passage for entry in shown["entries"])

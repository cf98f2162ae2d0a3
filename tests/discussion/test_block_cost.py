"""A discussion costs the same questions however long it is, and few."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_comments_xtd.models import XtdComment

from discussion.models import CommentFile, PageComment
from tests import base

pytestmark = pytest.mark.django_db
MOST = 6
#: What only a discussion asks about.
TABLES = ("discussion_", "django_comment")


def fill(page, number):
    """Comments by as many members, in threads of ten, each with a keyword and a document."""
    start, keywords = None, [base.make_keyword(f"mot {page.pk} {n}") for n in range(5)]
    for n in range(number):
        start = None if n % 10 == 0 else start
        comment = base.make_comment(
            page, f"Mot {n}", parent=start, user=base.make_user(f"Membre {page.pk} {n}")
        )
        comment.keywords.add(keywords[n % 5])
        CommentFile.objects.create(comment=comment, file="a", name="a.txt", kind="txt", size=1)
        start = start or comment


def asked(client, page, *among):
    cache.clear()
    client.get(page.url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page.url).status_code == 200
    every = [query["sql"] for query in queries.captured_queries]
    return len(every), [sql for sql in every if any(table in sql for table in among)]


@pytest.mark.parametrize("who", ["stranger", "member", "moderator"])
def test_it_asks_as_few_questions_of_many_comments(request, who, as_user, workgroup):
    client = as_user(None if who == "stranger" else request.getfixturevalue(who))
    few, many = base.make_minutes(workgroup), base.make_minutes(workgroup)
    fill(few, 20)
    fill(many, 400)
    (number, own), (number_of_many, own_of_many) = (
        asked(client, page, *TABLES) for page in (few, many)
    )
    assert number == number_of_many
    assert 0 < len(own_of_many) == len(own) <= MOST, "\n".join(own)


@pytest.mark.urls("tests.discussion.stock_urls")
def test_the_packages_tree_asks_for_each_comment(workgroup, member, rf):
    """The control: what the stock package's tag asks of the same comments."""
    from django.template import Context, Template

    page = base.make_minutes(workgroup)
    fill(page, 60)
    tree = Template("{% load comments comments_xtd %}{% render_xtdcomment_tree for page %}")
    request = rf.get("/")
    request.user = member
    with CaptureQueriesContext(connection) as queries:
        tree.render(Context({"page": page, "request": request, "user": member}))
    assert XtdComment.objects.count() == PageComment.objects.count() == 60
    assert len(queries) > 2 * 60

"""A discussion costs the same questions however long it is, and few."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_comments_xtd.models import XtdComment

from discussion.models import PageComment
from tests import base
from tests.discussion.filling import full_discussion

pytestmark = pytest.mark.django_db
MOST = 6
#: What only a discussion asks about; and what asks whether a keyword is used in one, and who reads.
TABLES = ("discussion_", "django_comment")
OTHERS = ("glossary_keywordsuggestion", 'SELECT "accounts_user"."id"')


def asked(client, page, *among):
    client.get(page.url)  # a member's first visit is written down
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page.url).status_code == 200
    every = [query["sql"] for query in queries.captured_queries]
    every_own = [sql for sql in every if any(table in sql for table in among)]
    own = [sql for sql in every_own if not any(other in sql for other in OTHERS)]
    return len(every), own


@pytest.mark.parametrize("who", ["stranger", "member", "moderator"])
def test_it_asks_as_few_questions_of_many_comments(request, who, as_user, workgroup):
    client = as_user(None if who == "stranger" else request.getfixturevalue(who))
    few, many = base.make_minutes(workgroup), base.make_minutes(workgroup)
    full_discussion(few, 20)
    full_discussion(many, 2_000)
    base.make_comment(few, "Il attend.", state="held")
    base.make_comment(many, "Il attend.", state="held")
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
    full_discussion(page, 60)
    tree = Template("{% load comments comments_xtd %}{% render_xtdcomment_tree for page %}")
    request = rf.get("/")
    request.user = member
    with CaptureQueriesContext(connection) as queries:
        tree.render(Context({"page": page, "request": request, "user": member}))
    assert XtdComment.objects.count() == PageComment.objects.count() == 60
    assert len(queries) > 2 * 60

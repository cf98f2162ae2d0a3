"""How fast discussions are, as ratios between things measured side by side: `make bench`."""

import statistics
import time

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import prefetch_related_objects
from django.template import Context, Template
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext, _TestState

from accounts.duties import with_duties
from accounts.models import User
from discussion.context import discussion_of
from discussion.threads import with_keywords
from glossary import mentions
from pages import stencils
from tests import base
from tests.bench import ROUNDS, line
from tests.discussion.filling import full_discussion, many_comments, many_members

pytestmark = pytest.mark.django_db


def median(work, rounds=ROUNDS):
    """Milliseconds, after one round that is thrown away; and how many questions were asked."""
    taken = []
    for _ in range(rounds + 1):
        cache.clear()
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    with CaptureQueriesContext(connection) as queries:
        work()
    return statistics.median(taken[1:]), len(queries)


@pytest.fixture
def as_served(monkeypatch):
    """Templates are rendered as they are served: without the signal that tests listen to."""
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)


@pytest.mark.urls("tests.discussion.stock_urls")
@pytest.mark.usefixtures("as_served")
def test_two_thousand_comments_shown_by_twenty_threads(workgroup, member, rf):
    """Ours shows 20 threads: a hundred comments, each with a keyword, reactions and a document,
    and the form, to a member as sign-in gives them; a page does the same. The package's tag shows
    all comments, without any of that: it has no paging. Templates stay compiled and DEBUG is
    off, as in production; Django's cache is empty at each view.
    """
    page = base.make_minutes(workgroup)
    full_discussion(page, 2_000)
    request = rf.get(page.url)
    request.user, request.session = with_duties(User.objects).get(pk=member.pk), {}
    block = get_template("discussion/_thread.html")

    def ours():
        discussion = discussion_of(page, request)
        comments = discussion["comments"]
        _of_page, said = mentions.keywords_around(page, request, comments)
        with_keywords(comments, said)
        spoken = {keyword for keywords in said.values() for keyword in keywords}
        prefetch_related_objects(list(spoken), "labels")
        return block.render({"discussion": discussion, "page": page}, request)

    tree = Template("{% load comments comments_xtd %}{% render_xtdcomment_tree for page %}")

    def stock():
        return tree.render(Context({"page": page, "request": request, "user": member}))

    def ours_at_first():
        stencils._stencil.cache_clear()
        return ours()

    shown = ours()
    assert shown.count("data-comment ") == shown.count('rel="tag"') == 100
    assert shown.count('class="file-name"') == 100 and "<textarea" in shown
    own, questions = median(ours)
    first, _ = median(ours_at_first)
    theirs, their_questions = median(stock, rounds=1)
    print()
    line("the block, 2,000 comments: 20 threads, the package's all", own, theirs)
    line("the block: in a process that has shown one, in a new one", own, first)
    print(f"  questions: {questions}, the package's {their_questions}")
    alone = base.make_minutes(workgroup)
    full_discussion(alone, 20)
    page = alone
    few, _ = median(ours)
    line("the block: 20 comments in all, then a hundred of 2,000", few, own)


def test_posting_into_an_empty_and_a_very_long_thread(as_user, workgroup, settings):
    """Both through the whole view, as a browser sends it."""
    settings.COMMENTS_AN_HOUR = settings.COMMENTS_AN_HOUR_TRUSTED = 10_000
    page = base.make_minutes(workgroup)
    users = many_members(100)
    client = as_user(base.make_user("Qui écrit"))
    starts = [base.make_comment(page, "Un fil vide."), None]
    starts[1] = many_comments(page, 10_000, per_thread=10_000, users=users)[0]
    taken, asked = ([], []), [0, 0]
    for number in range(ROUNDS * 3):
        for which, start in enumerate(starts):
            data = base.comment_form_data(page, reply_to=start.pk, comment=f"Un mot {number}.")
            begun = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                response = client.post(f"/fr/commentaires/page/{page.pk}/", data)
            assert response.status_code == 302
            taken[which].append((time.perf_counter() - begun) * 1000)
            asked[which] = len(queries)
    print()
    line(
        f"posting into an empty thread, into one of 10,000 ({connection.vendor})",
        *(statistics.median(each[2:]) for each in taken),
    )
    print(f"  questions: {asked[0]}, {asked[1]}")

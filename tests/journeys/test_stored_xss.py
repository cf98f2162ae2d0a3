"""Nothing that a commenter writes runs in a reader's browser, nor in a moderator's."""

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils.safestring import mark_safe
from playwright.sync_api import expect

from discussion.models import PageComment
from discussion.posting import confirmation_path
from discussion.templatetags import writing_tags
from glossary import chronicle
from home import overview
from search import finding
from tests import base
from tests.journeys import hostile_words
from tests.journeys.hostile_words import A_PAGE, WORD
from tests.journeys.watching import Watch


@pytest.fixture
def vectors():
    return hostile_words.vectors()


@pytest.fixture
def watch(open_browser, live_server, settings, monkeypatch):
    """Opens a Watch for a stranger or a user. Pages are long, so that few are loaded."""
    settings.COMMENT_REPLIES_SHOWN = settings.COMMENTS_SHOWN = A_PAGE
    monkeypatch.setattr(finding, "PER_PAGE", A_PAGE)
    monkeypatch.setattr(chronicle, "PER_PAGE", A_PAGE)
    monkeypatch.setattr(overview, "COMMENTS", 1_000_000)
    monkeypatch.setattr(overview, "KEYWORDS", 1_000_000)

    def open_for(user=None):
        page = open_browser()
        if user:
            client = base.sign_in(Client(), user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            page.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
        return Watch(page, live_server.url)

    return open_for


def pages_of(address, number, of=A_PAGE, name="page"):
    """The addresses of a list of so many things."""
    mark = "&" if "?" in address else "?"
    return [f"{address}{mark}{name}={page + 1}" for page in range(-(-number // of))]


def public(stored):
    """(place, address) of the pages that everybody sees."""
    for page in stored.pages:
        yield "page", page.url
        start = page.comments.earliest("pk")
        yield "thread", reverse("comment_thread", args=[start.pk])
    yield "page", stored.many[0].page.url
    things = 2 * PageComment.objects.count()
    for address in pages_of(f"{reverse('search')}?q={WORD}", things):
        yield "search", address
    for address in pages_of(stored.keyword.get_absolute_url(), PageComment.objects.count()):
        yield "keyword", address
    yield "home", base.home().url
    yield "glossary", reverse("glossary")
    for pending in stored.pending:
        yield "confirmation", confirmation_path(pending)


def test_nothing_runs(vectors, watch, admin, capsys):
    import time
    t=time.time()
    stored = hostile_words.store(vectors)
    print("store", time.time()-t)
    stranger, author, moderator = watch(), watch(stored.author), watch(admin)
    for place, address in public(stored):
        t=time.time()
        stranger.look(place, address)
        print(place, round(time.time()-t,2), stranger.fire)
    for comment in stored.many:
        author.look("edit", reverse("comment_edit", args=[comment.pk]))
        author.look("delete", reverse("comment_delete", args=[comment.pk]))
        moderator.look("report", reverse("comment_report", args=[comment.pk]))
        moderator.look("moderation", reverse("comments:inspect", args=[comment.pk]), strict=False)
    for address in pages_of(
        reverse("comments:index"), PageComment.objects.count(), of=50, name="p"
    ):
        moderator.look("list", address, strict=False)
    with capsys.disabled():
        print(f"\n{len(vectors)} vectors")
        for one in (stranger, author, moderator):
            print(one.told())
    for one in (stranger, author, moderator):
        assert not one.strange
        assert not one.ran and not one.refused and not one.elsewhere

"""Nothing that a commenter writes runs in a reader's browser, nor in a moderator's."""

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils.safestring import mark_safe

from discussion import feeds as discussion_feeds
from discussion import letters
from discussion.models import PageComment
from discussion.posting import confirmation_path
from discussion.templatetags import writing_tags
from glossary import chronicle
from glossary import feeds as glossary_feeds
from home import overview
from pages import stencils
from search import finding
from tests import base
from tests.journeys import hostile_words
from tests.journeys.hostile_words import A_PAGE, WORD
from tests.journeys.watching import Watch

#: How many stand on a page of the controls, and what ends whatever one of them began.
FEW = 50
ENDING = "--></script></style></textarea></title></select></noscript></template></svg></math>"
#: So many such pages, from all over the vectors, show that the controls live: each takes seconds.
CONTROLS = 12
#: Where the controls show that what runs is seen.
ALIVE = ("discussion", "thread", "search", "keyword", "home", "report", "moderation")
ALIVE += ("moderation list", "feed")


@pytest.fixture
def vectors():
    return hostile_words.vectors()


@pytest.fixture
def watch(open_browser, live_server, settings, monkeypatch):
    """Opens a Watch for a stranger or a user. Pages are long, so that few are loaded."""
    settings.COMMENT_REPLIES_SHOWN = settings.COMMENTS_SHOWN = A_PAGE
    monkeypatch.setattr(finding, "PER_PAGE", A_PAGE)
    monkeypatch.setattr(chronicle, "PER_PAGE", A_PAGE)
    monkeypatch.setattr(overview, "COMMENTS", 5 * A_PAGE)
    monkeypatch.setattr(overview, "KEYWORDS", 5 * A_PAGE)

    def open_for(user=None, broken=False):
        page = open_browser()
        if user:
            client = base.sign_in(Client(), user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            page.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
        return Watch(page, live_server.url, broken)

    return open_for


def pages_of(address, number, of=A_PAGE, name="page"):
    """The addresses of a list of so many things."""
    mark = "&" if "?" in address else "?"
    return [f"{address}{mark}{name}={page + 1}" for page in range(-(-number // of))]


def for_all(stored):
    """(place, address) of what everybody sees."""
    number = PageComment.objects.count()
    for page in stored.pages:
        yield "discussion", page.url
    for address in threads(stored, A_PAGE):
        yield "thread", address
    yield "discussion", stored.many[0].page.url
    # Each comment, and the file that came with it.
    for address in pages_of(f"{reverse('search')}?q={WORD}", 2 * number):
        yield "search", address
    for address in pages_of(stored.keyword.get_absolute_url(), number):
        yield "keyword", address
    yield "home", base.home().url
    yield "glossary", reverse("glossary")
    for pending in stored.pending:
        yield "confirmation", confirmation_path(pending)


def for_author(stored):
    for comment in stored.many:
        yield "edit", reverse("comment_edit", args=[comment.pk])
        yield "delete", reverse("comment_delete", args=[comment.pk])


def for_moderators(stored):
    for comment in stored.many:
        yield "report", reverse("comment_report", args=[comment.pk])
        yield "moderation", reverse("comments:inspect", args=[comment.pk])
    for address in pages_of(reverse("comments:index"), PageComment.objects.count(), 50, "p"):
        yield "moderation list", address


def feeds(stored):
    yield reverse("keyword_feed", args=[stored.keyword.slug])
    yield f"{reverse('search_feed')}?q={WORD}"
    yield reverse("comment_feed", args=[stored.many[0].page_id])


def threads(stored, of):
    """The addresses of the comments that hold one vector each, so many to a page."""
    for page in stored.pages:
        comments = page.comments.order_by("pk")
        thread = reverse("comment_thread", args=[comments[0].pk])
        yield from pages_of(thread, comments.count(), of)


def all_there(watch, stored):
    """All that is hostile is really on the pages that were looked at."""
    shown = watch.page.locator
    watch.open("discussion", stored.pages[0].url)
    assert shown(".letter .words").count() == shown(".letter .files li").count() == A_PAGE
    assert shown(".letter .keywords li").count() > 1.5 * A_PAGE
    watch.open("search", f"{reverse('search')}?q={WORD}")
    assert shown("main li article").count() == A_PAGE
    watch.open("search", f"{reverse('search')}?q={WORD}&page=3")
    assert shown("main li article").count() == A_PAGE


def test_nothing_of_it_runs_that_would_if_it_were_not_escaped(
    vectors, watch, admin, settings, monkeypatch, capsys
):
    stored = hostile_words.store(vectors)
    lines = [f"Stored cross-site scripting, {len(vectors)} vectors:"]
    stranger = watch()
    seen = {
        stranger: for_all(stored),
        watch(stored.author): for_author(stored),
        watch(admin): for_moderators(stored),
    }
    for one, places in seen.items():
        for place, address in places:
            one.look(place, address)
    for address in feeds(stored):
        stranger.read("feed", address)
    all_there(stranger, stored)
    lines += [one.counts(place) for one in seen for place in one.loads]

    # The controls: nothing is escaped or cleaned, and fewer to a page, for one spoils another.
    monkeypatch.setattr(engines["django"].engine, "autoescape", False)
    monkeypatch.setattr(stencils, "escape", str)
    for module in (letters, writing_tags, discussion_feeds, glossary_feeds):
        monkeypatch.setattr(module, "html_of", lambda one: mark_safe(one.comment + ENDING))
    settings.COMMENT_REPLIES_SHOWN = FEW
    guarded, bare = watch(broken=True), watch(admin, broken=True)
    every = list(threads(stored, FEW))
    controls = every[:: max(1, len(every) // CONTROLS)]
    for address in controls:
        guarded.brave("thread", address)
    settings.CONTENT_SECURITY_POLICY = None
    for address in controls:
        bare.brave("thread", address)
    for place, address in [*for_all(stored), *for_moderators(stored)]:
        if place in ALIVE and not bare.ran[place]:  # that one page of a sort shows it is enough
            bare.brave(place, address)
    for address in feeds(stored):
        bare.brave("feed", address, bare.read)
    lines += ["With nothing escaped:", *(guarded.counts(place) for place in guarded.loads)]
    lines += ["And without the policy:", *(bare.counts(place) for place in bare.loads)]
    lines += [f"{len(bare.letters)} comments in which something ran"]
    with capsys.disabled():
        print("", *lines, sep="\n")

    for one in seen:
        assert not one.strange
        assert not (one.ran or one.refused or one.elsewhere)
    shown = min(len(vectors), FEW * len(controls))
    assert guarded.scripts_refused["thread"] > shown / 5
    assert not guarded.ran
    assert bare.ran["thread"] > shown / 4
    assert len(bare.letters) > shown / 6
    for place in ALIVE:
        assert bare.ran[place], place

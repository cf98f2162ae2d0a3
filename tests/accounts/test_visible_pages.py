"""The rule of who sees which page, held against the same rule said plainly, on random trees."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from wagtail.models import Page, PageViewRestriction

from accounts.visibility import SHALLOW, may_see, visible_pages
from tests import base

pytestmark = pytest.mark.django_db


def plainly_visible(page, user, pages, closed):
    """The rule as `accounts.visibility` words it, page by page and without SQL."""
    if not all(pages[path].live for path in above(page.path)):
        return False
    if user.is_superuser:
        return True
    original = [page.alias_of.path] if page.alias_of else []
    mine = set(user.groups.values_list("pk", flat=True)) if user.pk else set()
    for path in [p for place in (page.path, *original) for p in above(place)]:
        for kind, groups in closed.get(path, ()):
            if kind != PageViewRestriction.GROUPS or not groups & mine:
                return False
    return True


def above(path):
    """The paths of a page and of all above it."""
    return [path[:end] for end in range(Page.steplen, len(path) + 1, Page.steplen)]


def grow(chance, groups):
    """A tree under the home page, some of it unpublished, closed or shown twice."""
    pages = [base.home()]
    for at in range(60):
        # Often under the last one, so that the tree gets deep.
        parent = chance.choice([pages[-1], pages[-1], chance.choice(pages)])
        page = Page(title=f"Page {at}", slug=f"page-{at}", live=chance.random() > 0.08)
        if chance.random() < 0.15:
            page.alias_of = Page.objects.get(pk=chance.choice(pages).pk)
        parent.add_child(instance=page)
        pages.append(page)
    for page in chance.sample(pages[1:], 6):
        kind = chance.choice([PageViewRestriction.GROUPS] * 3 + ["login", "password"])
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind)
        restriction.groups.set(chance.sample(groups, chance.randrange(3)))


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_the_rule_says_and_nothing_else(seed, admin):
    groups = [Group.objects.create(name=name) for name in ("Un", "Deux", "Trois")]
    grow(random.Random(seed), groups)
    readers = [
        AnonymousUser(),
        admin,
        base.make_user("Sans"),
        base.make_user("Un", groups=["Un"]),
        base.make_user("Deux et trois", groups=["Deux", "Trois"]),
        base.make_user("Partie", groups=["Un"], is_active=False),
    ]
    pages = {page.path: page for page in Page.objects.select_related("alias_of")}
    closed = {}
    for row in PageViewRestriction.objects.select_related("page").prefetch_related("groups"):
        these = {group.pk for group in row.groups.all()}
        closed.setdefault(row.page.path, []).append((row.restriction_type, these))
    assert max(page.depth for page in pages.values()) > SHALLOW + 2
    seen = []
    for reader in readers:
        plain = reader if reader.is_active else AnonymousUser()
        expected = {p.pk for p in pages.values() if plainly_visible(p, plain, pages, closed)}
        assert set(visible_pages(reader).values_list("pk", flat=True)) == expected
        seen.append(len(expected))
        some = random.Random(seed).choice(list(pages.values()))
        assert may_see(some, reader) == (some.pk in expected)
    assert 0 < seen[0] < seen[1] < len(pages), "some is hidden from strangers, some from all"

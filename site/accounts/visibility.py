"""Who may see which page: the one rule that lists, feeds, search, files and comments all call.

A page is visible when it and all its ancestors are live and none of them is restricted to
groups that the reader is not in. Superusers see every live page. A restriction of Wagtail's
other kinds ("login", "password") counts as closed to everybody: sign-up is open, so a login
proves nothing, and a shared password has no owner. The rule is SQL, asked anew at each
request, so a change of rights, a move or a deletion counts at once.
"""

from django.db.models import CharField, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q
from django.db.models.functions import Left, Length
from wagtail.models import Page, PageViewRestriction

#: How deep the pages above a page are found by their addresses in the tree, which is quick;
#: those of a page that lies deeper are found by comparing it with every page.
SHALLOW = 4


def visible_to(pages, user):
    """The live pages of this queryset (of Page or a page type) that the user may read.

    What is so of all that lies under one page is asked once for that page and not again for
    each: thousands of minutes stand in a few workgroups.
    """
    closed = _closed_to(user)
    pages = pages.live()
    if closed is not None:
        pages = pages.exclude(pk__in=closed)
        # An alias shows another page, which may lie in a closed part of the tree.
        aliases = Page.objects.filter(alias_of__isnull=False)
        pages = pages.exclude(pk__in=aliases.filter(_under("alias_of__path", _pages(closed))))
    above = Left("path", Length("path") - Page.steplen)
    return pages.alias(above=above).filter(Q(depth=1) | Q(above__in=_open_above(closed)))


def _closed_to(user):
    """The keys of the pages closed to this user; None for a user to whom none is."""
    if user.is_active and user.is_superuser:
        return None
    restrictions = PageViewRestriction.objects.all()
    if user.is_active and user.pk:
        theirs = restrictions.filter(
            restriction_type=PageViewRestriction.GROUPS, groups__in=user.groups.all()
        )
        restrictions = restrictions.exclude(pk__in=theirs.values("pk"))
    return restrictions.values("page")


def _pages(keys):
    # Not by a join: SQLite would look for the restrictions of every page, one page at a time.
    return Page.objects.filter(pk__in=keys)


def _open_above(closed):
    """The paths of the pages under which a page may be seen; they do not depend on it."""
    unpublished = Page.objects.filter(live=False, numchild__gt=0)
    # A join and not a choice between two ways: PostgreSQL would take the one that is never gone
    # for so dear that it compiled each query for a second.
    deep = ExpressionWrapper(OuterRef("depth"), output_field=IntegerField())
    unpublished = unpublished.alias(deep=deep).filter(deep__gt=SHALLOW)
    lengths = range(Page.steplen, (SHALLOW + 1) * Page.steplen, Page.steplen)
    prefixes = [Left(OuterRef("path"), length) for length in lengths]
    holding = Page.objects.filter(
        ~_under("path", unpublished),
        ~Exists(Page.objects.filter(live=False, path__in=prefixes)),
        numchild__gt=0,
    )
    if closed is not None:
        holding = holding.filter(~_under("path", _pages(closed)))
    return holding.values("path")


def _under(path: str, those) -> Exists:
    """Whether the page at `path` is one of those pages, or lies under one of them."""
    asked = ExpressionWrapper(OuterRef(path), output_field=CharField())
    return Exists(those.alias(asked=asked).filter(asked__startswith=F("path")))


def may_see(page, user) -> bool:
    """Whether the user may read this one page."""
    return visible_to(Page.objects.filter(pk=page.pk), user).exists()


def visible_pages(user):
    """Every page the user may read, as a subquery for `page__in=`."""
    return visible_to(Page.objects.all(), user)

"""Who may see which page: the one rule that lists, feeds, search, files and comments all call.

A page is visible when it and all its ancestors are live and none of them is restricted to
groups that the reader is not in. Superusers see every live page. A restriction of Wagtail's
other kinds ("login", "password") counts as closed to everybody: sign-up is open, so a login
proves nothing, and a shared password has no owner. The rule is SQL, asked anew at each
request, so a change of rights, a move or a deletion counts at once.
"""

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from wagtail.models import Page, PageViewRestriction


def visible_to(pages, user):
    """The live pages of this queryset (of Page or a page type) that the user may read."""
    asked = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    unpublished = Page.objects.filter(live=False, numchild__gt=0).alias(asked=asked)
    pages = pages.live().filter(~Exists(unpublished.filter(asked__startswith=F("path"))))
    if user.is_active and user.is_superuser:
        return pages
    closed = PageViewRestriction.objects.all()
    if user.is_active and user.pk:
        closed = closed.exclude(
            restriction_type=PageViewRestriction.GROUPS, groups__in=user.groups.all()
        )
    # A page, or the page that it is an alias of, lies in a closed part of the tree.
    for path in ("path", "alias_of__path"):
        asked = ExpressionWrapper(OuterRef(path), output_field=CharField())
        pages = pages.filter(
            ~Exists(closed.alias(asked=asked).filter(asked__startswith=F("page__path")))
        )
    return pages


def may_see(page, user) -> bool:
    """Whether the user may read this one page."""
    return visible_to(Page.objects.filter(pk=page.pk), user).exists()


def visible_pages(user):
    """Every page the user may read, as a subquery for `page__in=`."""
    return visible_to(Page.objects.all(), user)

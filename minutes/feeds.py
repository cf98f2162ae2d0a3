"""New minutes and articles as Atom, for the reader who asks."""

from django.contrib.syndication.views import Feed
from django.http import Http404
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.visibility import visible_to
from minutes.models import ArticlePage, MinutesPage, WorkgroupPage
from pages.atom import Atom
from pages.languages import interface_language
from pages.models import SiteIdentity
from pages.serving import absolute

ENTRIES = 30


@require_safe
def feed(request, slug=None):
    """The newest minutes and articles, of every group or of one.

    A feed is made for each request: Django keeps a single one per route, and what one reader
    may see must not meet another's request in it.
    """
    return Latest()(request, slug=slug)


class Latest(Feed):
    """The feed of one request; `feed` makes it."""

    feed_type = Atom

    def get_object(self, request, slug=None):
        self.request = request
        if slug is None:
            return None
        group = visible_to(WorkgroupPage.objects.filter(slug=slug), request.user).first()
        if group is None:
            raise Http404
        return group

    def title(self, group):
        site = SiteIdentity.for_request(self.request).name
        return f"{group.heading} – {site}" if group else site

    def link(self, group):
        return absolute(group.get_url(self.request) if group else f"/{interface_language()}/")

    def feed_url(self, group):
        return absolute(self.request.path)

    def subtitle(self, group):
        return _("Derniers comptes rendus et articles")

    def items(self, group):
        found = []
        for pages in (MinutesPage.objects, ArticlePage.objects):
            pages = pages.visible_to(self.request.user).exclude(first_published_at=None)
            if group:
                pages = pages.child_of(group)
            found += pages.defer_streamfields().order_by("-first_published_at")[:ENTRIES]
        found.sort(key=lambda page: page.first_published_at.timestamp(), reverse=True)
        return found[:ENTRIES]

    def item_title(self, page):
        return page.heading

    def item_description(self, page):
        return escape(page.search_description or getattr(page, "lead", ""))  # Atom's is HTML

    def item_link(self, page):
        return absolute(page.get_url(self.request))

    def item_pubdate(self, page):
        return page.first_published_at

    def item_updateddate(self, page):
        return page.last_published_at

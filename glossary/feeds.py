"""What is tagged with a keyword as Atom, for the reader who asks."""

from django.contrib.syndication.views import Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from discussion.formatting import html_of
from discussion.models import PageComment
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage
from pages.atom import Atom
from pages.models import SiteIdentity
from pages.serving import absolute

ENTRIES = 30


class Tagged(Feed):
    """The feed of one request: the newest pages and comments that carry a keyword.

    One is made for each request; see `minutes.feeds`.
    """

    feed_type = Atom

    def __init__(self, keyword):
        self.keyword = keyword

    def get_object(self, request, **named):
        self.request = request
        return self.keyword

    def title(self, keyword):
        return f"{keyword.label} – {SiteIdentity.for_request(self.request).name}"

    def link(self, keyword):
        return absolute(keyword.get_absolute_url())

    def feed_url(self, keyword):
        return absolute(self.request.path)

    def subtitle(self, keyword):
        return keyword.definition

    def items(self, keyword):
        found = []
        for model in (MinutesPage, ArticlePage, ParticipantListPage):
            pages = model.objects.filter(keyword_uses__tag=keyword).visible_to(self.request.user)
            pages = pages.exclude(first_published_at=None).defer_streamfields()
            found += pages.order_by("-first_published_at")[:ENTRIES]
        comments = PageComment.objects.visible_to(self.request.user).filter(keywords=keyword)
        comments = comments.select_related("page").defer("user_email", "ip_address", "user_url")
        found += comments.newest_first()[:ENTRIES]
        found.sort(key=self.item_pubdate, reverse=True)
        return found[:ENTRIES]

    def item_title(self, item):
        if isinstance(item, PageComment):
            who_and_where = {"name": item.user_name, "title": item.page.title}
            return _("%(name)s, à propos de « %(title)s »") % who_and_where
        return item.heading

    def item_description(self, item):
        # Atom's summary is HTML.
        if isinstance(item, PageComment):
            return html_of(item)
        return escape(item.search_description or getattr(item, "lead", ""))

    def item_link(self, item):
        if isinstance(item, PageComment):
            return absolute(item.get_absolute_url())
        return absolute(item.get_url(self.request))

    def item_author_name(self, item):
        return item.user_name if isinstance(item, PageComment) else None

    def item_pubdate(self, item):
        return item.submit_date if isinstance(item, PageComment) else item.first_published_at

    def item_updateddate(self, item):
        return item.submit_date if isinstance(item, PageComment) else item.last_published_at

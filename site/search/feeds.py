"""What a search finds as Atom, for the reader who asks."""

from datetime import datetime, time

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from pages.atom import Atom
from pages.models import SiteIdentity
from pages.serving import absolute
from search.asked import Asked
from search.finding import Search
from search.models import Kind

ENTRIES = 30


@require_safe
@conditional_page
def feed(request):
    """The newest things that a search finds, under the parameters of the search page.

    It holds what the session may see and nothing else, so an address may be passed on. One is
    made for each request; see `minutes.feeds`.
    """
    response = Found()(request)
    # What is new may bear an older date: only what the feed says tells whether it has changed.
    response.headers.pop("Last-Modified", None)
    return response


class Found(Feed):
    """The feed of one request; `feed` makes it."""

    feed_type = Atom

    def get_object(self, request):
        self.request = request
        return Asked.of(request.GET)

    def title(self, asked):
        site = SiteIdentity.for_request(self.request).name
        words = " ".join(asked.typed[:100].split())
        return f"{_('Recherche : %(typed)s') % {'typed': words}} – {site}"

    def link(self, asked):
        return absolute(reverse("search") + asked.address())

    def feed_url(self, asked):
        return absolute(self.request.path + asked.address())

    def items(self, asked):
        if asked.is_empty:
            return []
        hits = Search(asked, self.request.user).hits(0, ENTRIES, by_date=True)
        # What has no date, as a person, is no news.
        return [hit for hit in hits if self.item_updateddate(hit)]

    def item_title(self, hit):
        row = hit.row
        title = f"{row.title} › {row.heading}" if row.heading else row.title
        return f"{Kind(row.kind).label} – {title}"

    def item_description(self, hit):
        return hit.passage  # Atom's summary is HTML

    def item_link(self, hit):
        return absolute(hit.url)

    def item_author_name(self, hit):
        return hit.row.author or None

    def item_pubdate(self, hit):
        if hit.row.date:
            return timezone.make_aware(datetime.combine(hit.row.date, time()))
        return hit.page.first_published_at if hit.page else None

    def item_updateddate(self, hit):
        is_page = hit.page and hit.row.source_id == hit.page.pk
        return (hit.page.last_published_at if is_page else None) or self.item_pubdate(hit)

"""What is said under one page as Atom, for the reader who asks."""

from django.contrib.syndication.views import Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from discussion.formatting import html_of
from discussion.threads import Conversation
from discussion.views import discussed_page
from pages.atom import Atom
from pages.models import SiteIdentity
from pages.serving import absolute

ENTRIES = 30


@require_safe
@conditional_page
def feed(request, page_id):
    """The newest comments of a page. One is made for each request; see `minutes.feeds`."""
    return Said()(request, page_id=page_id)


class Said(Feed):
    """The feed of one request; `feed` makes it."""

    feed_type = Atom

    def get_object(self, request, page_id):
        self.request = request
        return discussed_page(page_id, request.user)

    def title(self, page):
        site = SiteIdentity.for_request(self.request).name
        return f"{_('Discussion de « %(title)s »') % {'title': page.heading}} – {site}"

    def link(self, page):
        return absolute(f"{page.get_url(self.request)}#discussion")

    def feed_url(self, page):
        return absolute(self.request.path)

    def items(self, page):
        return Conversation(page).latest(ENTRIES)

    def item_title(self, comment):
        return comment.user_name

    def item_description(self, comment):
        return html_of(comment)  # Atom's summary is HTML

    def item_author_name(self, comment):
        return comment.user_name

    def item_link(self, comment):
        return absolute(comment.get_absolute_url())

    def item_pubdate(self, comment):
        return comment.submit_date

    def item_updateddate(self, comment):
        return comment.edited_at or comment.submit_date

"""What search finds of the front door and the site's own texts."""

from home.models import TextPage
from search.models import Kind
from search.pieces import page_pieces
from search.sources import PageSource, register


@register
class TextSource(PageSource):
    model = TextPage

    def pieces(self, page):
        return page_pieces(page, Kind.TEXT, body=page.body, language=page.language)

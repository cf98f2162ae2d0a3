"""What search finds of the glossary: keywords by every label, synonym and definition."""

from django.db.models import prefetch_related_objects
from wagtail.models import Page

from glossary.models import Keyword, KeywordLabel, PageKeyword
from search.models import Kind
from search.pieces import labels_of
from search.sources import Piece, Source, follow, register


@register
class KeywordSource(Source):
    """A keyword exists for a reader who may see one thing that is tagged with it."""

    model = Keyword

    def pieces(self, keyword):
        prefetch_related_objects([keyword], "labels")  # read many times below
        for language in ("fr", "nl", "en"):
            definition = getattr(keyword, f"definition_{language}")
            labels = [label for label in keyword.labels.all() if label.language == language]
            if language == "fr" or definition or labels:
                yield Piece(
                    part="" if language == "fr" else language,
                    kind=Kind.KEYWORD,
                    language=language,
                    title=keyword.label_in(language),
                    text=definition,
                    anchor=keyword.slug,
                    keywords=tuple(labels_of(keyword)),
                )

    def visible(self, user):
        seen = Keyword.objects.used_where_visible(user)
        return Keyword.objects.filter(pk__in=seen.order_by().values("pk"))

    def tagged(self, keyword_ids):
        return Keyword.objects.filter(pk__in=keyword_ids)

    def url(self, row, page_url):
        return Keyword(slug=row.anchor).get_absolute_url()


def tagged_with(keyword):
    """What carries a keyword, and so is found by its labels."""
    pages = Page.objects.filter(keyword_uses__tag=keyword)
    return [*pages, *keyword.comments.all()]


follow(Keyword, tagged_with)
follow(KeywordLabel, lambda label: [label.keyword, *tagged_with(label.keyword)])
follow(PageKeyword, lambda use: Page.objects.filter(pk=use.content_object_id))

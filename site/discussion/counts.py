"""How many comments a page has, for lists: one subquery, whatever their number."""

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce


def with_comment_count(pages):
    """Add `comment_count` (published comments) to a queryset of pages."""
    from discussion.models import PageComment

    counts = (
        PageComment.objects.published()
        .filter(page=OuterRef("pk"))
        .order_by()
        .values("page")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return pages.annotate(comment_count=Coalesce(Subquery(counts, output_field=IntegerField()), 0))

"""What search finds of the discussion: comments, by their text, author and keywords."""

from django.db.models.signals import m2m_changed
from django.utils import timezone
from wagtail.signals import page_published, post_page_move

from discussion.formatting import plain_of
from discussion.models import CommentFile, PageComment
from search import outbox
from search.models import Findable, Kind
from search.pieces import document_pieces, labels_of
from search.sources import Piece, Source, follow, register


@register
class CommentSource(Source):
    """A comment is seen while it is published and its page may be seen."""

    model = PageComment

    def pieces(self, comment):
        keywords = comment.keywords.prefetch_related("labels")
        yield Piece(
            part="",
            kind=Kind.COMMENT,
            language=comment.language,
            title=comment.page.title,
            text=plain_of(comment),
            author=comment.user_name,
            date=timezone.localdate(comment.submit_date),
            anchor=f"c{comment.pk}",
            keywords=tuple(text for keyword in keywords for text in labels_of(keyword)),
            keyword_ids=tuple(keyword.pk for keyword in keywords),
            people=(comment.user_name,),
            is_part=True,
        )
        for file in comment.files.filter(withdrawn_at=None).exclude(file=""):
            yield from document_pieces(
                f"file-{file.pk}",
                f"c{comment.pk}",
                file.text,
                title=file.name,
                language=comment.language,
                date=timezone.localdate(comment.submit_date),
            )

    def page(self, comment):
        return comment.page

    def visible(self, user):
        return PageComment.objects.visible_to(user)


def keywords_changed(instance, action, **kwargs):
    # Tags are set after the comment has been saved.
    if action.startswith("post_") and isinstance(instance, PageComment):
        outbox.add(instance)


def page_published_anew(instance, **kwargs):
    # Comments show the title of their page; few publications change it.
    shown = Findable.objects.filter(kind=Kind.COMMENT, page=instance.pk)
    renamed = shown.exclude(title=instance.title.strip()).values("source_id")
    outbox.add(*PageComment.objects.filter(pk__in=renamed))


def page_moved(instance, **kwargs):
    # All below may belong to another workgroup now.
    below = instance.get_descendants(inclusive=True)
    outbox.add(*PageComment.objects.filter(page__in=below))


# Handed over, withdrawn or read, it is told to the outbox there.
follow(CommentFile, lambda file: [file.comment] if file.comment_id else [])
m2m_changed.connect(
    keywords_changed, sender=PageComment.keywords.through, dispatch_uid="search comment keywords"
)
page_published.connect(page_published_anew, dispatch_uid="search comments page_published")
post_page_move.connect(page_moved, dispatch_uid="search comments post_page_move")

"""What search must hear of what every page may hold: its documents."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from wagtail.documents import get_document_model
from wagtail.models import Page, ReferenceIndex

from pages.models import PageAttachment
from search.sources import follow


def pages_with(document):
    """The pages that show or attach a document, and so are found by its title."""
    uses = ReferenceIndex.get_references_to(document)
    uses = uses.filter(base_content_type=ContentType.objects.get_for_model(Page))
    return (
        Page.objects.alias(key=Cast("pk", CharField()))
        .filter(Q(key__in=uses.values("object_id")) | Q(attachments__document=document))
        .distinct()
    )


follow(get_document_model(), pages_with)
# It can be saved without its page.
follow(PageAttachment, lambda attached: Page.objects.filter(pk=attached.page_id))

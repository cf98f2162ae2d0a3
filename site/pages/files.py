"""Documents and pictures: who may have one is decided by the pages that use it."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Value
from django.http import Http404
from django.utils.cache import add_never_cache_headers
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.documents import get_document_model
from wagtail.images.views.serve import ServeView
from wagtail.models import CollectionViewRestriction, ReferenceIndex

from accounts.visibility import visible_pages


def may_have(file, user) -> bool:
    """Whether the user may have this document or picture.

    Yes for those who edit pages in the back office, for what the site's own settings use (its
    logo), and for what a page that the reader may see uses, or a keyword that exists for them.
    A file that nothing uses is nobody's: no.
    """
    if user_has_any_page_permission(user):
        return True
    if _in_closed_collection(file, user):
        return False
    references = ReferenceIndex.get_references_to(file)
    pages = references.filter(
        base_content_type__app_label="wagtailcore", base_content_type__model="page"
    ).values_list("object_id", flat=True)
    ids = [int(pk) for pk in pages if pk.isdigit()]
    if ids and visible_pages(user).filter(pk__in=ids).exists():
        return True
    Keyword = apps.get_model(settings.KEYWORD_MODEL)
    keywords = references.filter(base_content_type=ContentType.objects.get_for_model(Keyword))
    ids = [int(pk) for pk in keywords.values_list("object_id", flat=True) if pk.isdigit()]
    if ids and Keyword.objects.existing_for(user).filter(pk__in=ids).exists():
        return True
    return references.filter(
        base_content_type__app_label="pages", base_content_type__model="siteidentity"
    ).exists()


def _in_closed_collection(file, user) -> bool:
    return _closing(user, Value(file.collection.path)).exists()


def closed_documents(user):
    """The documents in collections that are closed to the user: nobody's, whatever page has them.

    None for those who edit pages; see `may_have`.
    """
    path = ExpressionWrapper(OuterRef("collection__path"), CharField())
    documents = get_document_model().objects.filter(Exists(_closing(user, path)))
    return documents.none() if documents and user_has_any_page_permission(user) else documents


def _closing(user, path):
    """The restrictions on the collection at this path, or one around it, that shut the user out."""
    closing = CollectionViewRestriction.objects.alias(asked=path).filter(
        asked__startswith=F("collection__path")
    )
    if user.is_active and user.pk:
        closing = closing.exclude(
            restriction_type=CollectionViewRestriction.GROUPS, groups__in=user.groups.all()
        )
    return closing


@hooks.register("before_serve_document", order=-10)
def check_document(document, request):
    if not may_have(document, request.user):
        raise Http404


class PictureView(ServeView):
    """A picture in an agreed size, for those who may see a page that shows it."""

    def get(self, request, signature, image_id, filter_spec):
        picture = self.model.objects.filter(pk=image_id).select_related("collection").first()
        if picture is None or not may_have(picture, request.user):
            raise Http404
        response = super().get(request, signature, image_id, filter_spec)
        if not may_have(picture, AnonymousUser()):
            add_never_cache_headers(response)
        return response

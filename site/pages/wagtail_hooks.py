"""What this package changes in how Wagtail serves pages, files and links."""

from django.http import Http404
from wagtail import hooks

from accounts.visibility import may_see
from pages import files  # noqa: F401  registers the check on documents
from pages.rendering import VisiblePageLinks


@hooks.register("before_serve_page", order=-10)
def hide_what_is_closed(page, request, serve_args, serve_kwargs):
    """A page that the reader may not see answers as one that does not exist."""
    if not getattr(page, "seen_to_be_visible", False) and not may_see(page, request.user):
        raise Http404


@hooks.register("register_rich_text_features", order=10)
def links_that_keep_secrets(features):
    features.register_link_type(VisiblePageLinks)

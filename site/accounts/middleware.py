"""Who may go where in the back office."""

import re

from django.core.exceptions import PermissionDenied
from wagtail.admin.auth import user_has_any_page_permission

from accounts.duties import works_here

#: What somebody needs who works in the back office but edits no pages: the front page of it,
#: the comments, their own account.
WITHOUT_PAGES = re.compile(
    r"/admin/($|comments/|bulk/discussion/pagecomment/|account/|login/|logout/|jsi18n/"
    r"|sprite|dismissibles/)"
)


class OnlyTheirDesk:
    """Keep those who edit no pages out of Wagtail's choosers, completions and admin API.

    Wagtail guards these by the right to enter the back office alone, and they list titles and
    files of pages that a moderator may not be meant to see.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if (
            request.path.startswith("/admin/")
            and not WITHOUT_PAGES.match(request.path)
            and works_here(request.user)
            and not user_has_any_page_permission(request.user)
        ):
            raise PermissionDenied
        return self.get_response(request)

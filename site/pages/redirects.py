"""Old addresses of pages that moved, for those who may see where they went."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponsePermanentRedirect, HttpResponseRedirect
from wagtail.contrib.redirects.middleware import RedirectMiddleware, get_redirect
from wagtail.contrib.redirects.models import Redirect

from accounts.visibility import may_see


class VisibleRedirects(RedirectMiddleware):
    """Wagtail's redirects, under every language's prefix and never to what is closed."""

    def process_response(self, request, response):
        if response.status_code != 404:
            return response
        found = next(
            filter(None, (get_redirect(request, path) for path in _spellings(request))), None
        )
        if found is None or found.link is None:
            return response
        if found.redirect_page and not may_see(found.redirect_page, request.user):
            return response
        answer = HttpResponsePermanentRedirect if found.is_permanent else HttpResponseRedirect
        return answer(found.link)


def _spellings(request):
    """The address asked for, with and without its query, and its twins in other languages."""
    whole = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    for path in dict.fromkeys([whole, urlsplit(whole).path]):
        yield path
        _empty, prefix, *rest = path.split("/")
        for code, _name in settings.LANGUAGES:
            if rest and code != prefix and prefix in dict(settings.LANGUAGES):
                yield "/".join(["", code, *rest])

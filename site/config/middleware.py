"""Small guards that every request passes."""

from django.conf import settings
from django.http import Http404
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.views.defaults import page_not_found

from config.errors import bad_request


class TrustedAddress:
    """Make REMOTE_ADDR the visitor's address, as our own proxies report it.

    Each of the TRUSTED_PROXIES appends the address it saw to X-Forwarded-For, so the one to
    believe stands that many places from the end; what a visitor forged stands before it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.TRUSTED_PROXIES:
            seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            address = seen[-settings.TRUSTED_PROXIES :][0].strip()
            if len(seen) >= settings.TRUSTED_PROXIES and address:
                request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


class DesignedErrors:
    """Our own pages for addresses that lead nowhere, in development too.

    Django's technical page would list every route, which helps no reader of a demo. An address
    with a NUL byte is refused at once: no page has one, and databases choke on it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path:
            return bad_request(request)
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, Http404):
            return page_not_found(request, exception)


class NoStoreForMembers:
    """What a signed-in reader is shown is kept by no cache, shared or private."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

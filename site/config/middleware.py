"""Small guards that every request passes."""

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.utils.cache import add_never_cache_headers, patch_vary_headers


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
            if len(seen) >= settings.TRUSTED_PROXIES:
                request.META["REMOTE_ADDR"] = seen[-settings.TRUSTED_PROXIES].strip()
        return self.get_response(request)


class RefuseOddRequests:
    """Answer 400 to a NUL byte in the path: no page has one, and databases choke on it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path:
            raise SuspiciousOperation("NUL byte in the path")
        return self.get_response(request)


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

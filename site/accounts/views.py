"""Sign-in is allauth's; this leads Wagtail's own doors to it."""

from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse


def to_sign_in(request):
    """Redirect to the sign-in page, keeping where the reader wanted to go."""
    wanted = request.GET.get("next", "")
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return redirect(reverse("account_login") + query)

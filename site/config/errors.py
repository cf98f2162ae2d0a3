"""Designed answers to requests that cannot be served."""

from django.shortcuts import render


def expired_form(request, reason=""):
    """403 for a form without a good token: says what to do, and shows what was typed."""
    typed = [
        value
        for name, value in request.POST.items()
        if name in ("comment", "name", "keywords") and value
    ]
    return render(request, "403_csrf.html", {"typed": typed}, status=403)


def bad_request(request, exception=None):
    """400: an address that no page can have."""
    return render(request, "400.html", status=400)

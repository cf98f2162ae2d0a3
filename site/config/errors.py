"""Designed answers to requests that cannot be served."""

from django.shortcuts import render

#: Forms whose words somebody thought about: they can be sent again from the page that refuses.
_WRITTEN = ("comment_post", "comment_edit")
#: What a browser sends along that belongs to the old form, or would press another button.
_NOT_AGAIN = ("csrfmiddlewaretoken", "sign_in", "drop")


def expired_form(request, reason=""):
    """403 for a form without a good token: says what to do, and what was typed is still there.

    A comment can be sent again as it is; of other forms with words in them, the words are shown.
    """
    sent = [(name, value) for name, value in request.POST.items() if name not in _NOT_AGAIN]
    match = request.resolver_match
    context = {
        "again": sent if match and match.url_name in _WRITTEN else [],
        "typed": [
            value for name, value in sent if name in ("comment", "name", "keywords") and value
        ],
        "files": [file.name for file in request.FILES.values()],
    }
    return render(request, "403_csrf.html", context, status=403)


def bad_request(request, exception=None):
    """400: an address that no page can have."""
    return render(request, "400.html", status=400)

"""What a page's template needs to show its discussion."""

from django.urls import reverse

from accounts.duties import moderates
from discussion.keeping import first_form
from discussion.threads import conversation


def discussion_of(page, request, keywords=None) -> dict:
    """The discussion under a page: comments in reading order, the form, where it is sent.

    `keywords`, {comment id: [keywords]}, spares the query for them.
    """
    comments = conversation(page, keywords) if page.pk else []
    answered = _answered(comments, request)
    form = getattr(request, "comment_form", None)
    if form is None and page.pk:
        form = first_form(page, request, answered)
    return {
        "open": bool(page.pk) and page.live,
        "comments": comments,
        "count": sum(not comment.placeholder for comment in comments),
        "form": form,
        "answered": answered,
        "post_url": reverse("comment_post", args=[page.pk]) if page.pk else "",
        "can_moderate": moderates(request.user),
    }


def _answered(comments, request):
    """The comment that a reply is being written to: ?reponse=<number>, or what was posted."""
    asked = request.POST.get("reply_to") or request.GET.get("reponse") or ""
    for comment in comments:
        if str(comment.pk) == asked and not comment.placeholder:
            return comment
    return None

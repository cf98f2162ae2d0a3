"""What a page's template needs to show its discussion."""

from django.urls import reverse

from discussion.attachments import with_files
from discussion.keeping import first_form
from discussion.keys import is_key
from discussion.models import PageComment
from discussion.moderators import moderates_here
from discussion.policy import policy_of
from discussion.threads import ORDERS, Conversation
from discussion.trust import BLOCKED, may_write
from pages.rendering import once

#: Where the order is remembered that a reader has chosen.
ORDER_COOKIE = "ordre_discussion"


def discussion_of(page, request) -> dict:
    """The discussion under a page: a part of it in reading order, the form, where it is sent.

    The keywords of the comments are for the caller to give, with the page's own; see
    `threads.with_keywords`.
    """
    order = order_of(request)
    number = request.GET.get("page", 1)
    said = Conversation(page, order, number, request.user) if page.pk else None
    comments = said.comments if said else []
    if said and request.method == "GET" and page.live and not getattr(request, "is_preview", False):
        said.remember()
    with_files(comments)
    answered = _answered(page, comments, request)
    form = getattr(request, "comment_form", None)
    if form is None and page.pk:
        form = first_form(page, request, answered)
    return {
        "open": bool(page.pk) and page.live,
        **_writing(page, request, said and said.policy),
        "comments": comments,
        "count": said.count if said else 0,
        "part": said.part if said else None,
        "mark": said.mark if said else None,
        "order": order,
        "form": form,
        "answered": answered,
        "post_url": reverse("comment_post", args=[page.pk]) if page.pk else "",
        "can_moderate": moderates_here(request.user, page),
    }


def may_write_here(page, request) -> bool:
    """Whether the reader may write under this page; asked once for each request."""
    return _writing(page, request)["may_write"]


def _writing(page, request, policy=None) -> dict:
    return once(page, "_writing", request, lambda: writing(page, request.user, policy))


def writing(page, user, policy=None) -> dict:
    """Whether the reader may write here, and what they should know before they do."""
    if not (page.pk and page.live):
        return {"may_write": False, "notice": "", "sign_in": False}
    policy = policy or policy_of(page)
    if policy.may_write(user) and not may_write(user):
        return {"may_write": False, "notice": BLOCKED, "sign_in": False}
    return {
        "may_write": policy.may_write(user),
        "notice": policy.notice(user),
        "sign_in": policy.may_write(user) != policy.may_write_as_member,
    }


def order_of(request) -> str:
    """The order that the reader has asked for, now or before."""
    asked = request.GET.get("ordre") or request.COOKIES.get(ORDER_COOKIE)
    return asked if asked in ORDERS else ORDERS[0]


def _answered(page, comments, request):
    """The comment that a reply is being written to: ?reponse=<number>, or what was posted."""
    asked = request.POST.get("reply_to") or request.GET.get("reponse") or ""
    for comment in comments:
        if str(comment.pk) == asked and comment.is_shown:
            return comment
    if page.pk and is_key(asked):  # it is shown elsewhere
        return PageComment.objects.published().filter(pk=asked, page_id=page.pk).first()
    return None

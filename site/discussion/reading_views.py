"""Reading a discussion in another order, or one long thread of it."""

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from discussion.attachments import with_files
from discussion.context import ORDER_COOKIE, writing
from discussion.models import PageComment, State
from discussion.moderators import moderates_here
from discussion.threads import ORDERS, Thread
from discussion.views import discussed_page

A_YEAR = 365 * 24 * 60 * 60


@csrf_exempt  # a preference for reading, of nobody in particular
@require_POST
def order(request):
    """Remembers the order that discussions are read in, and leads back to the page."""
    chosen, back = request.POST.get("ordre"), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(f"{back if back.startswith('/') else '/'}#discussion")
    if chosen in ORDERS:
        response.set_cookie(ORDER_COOKIE, chosen, max_age=A_YEAR, samesite="Lax", httponly=True)
    return response


@require_safe
def thread(request, pk):
    """One thread by itself: where it is too long to be shown whole under its page."""
    start = get_object_or_404(PageComment.objects.exclude(state=State.HELD), pk=pk)
    page = discussed_page(start.page_id, request.user)
    if start.is_reply:
        raise Http404
    found = Thread(start, request.GET.get("page", 1), request.user)
    with_files(found.comments)
    prefetch_related_objects(found.comments, "keywords__labels")
    for comment in found.comments:
        comment.keyword_list = [keyword for keyword in comment.keywords.all() if keyword.live]
    discussion = {
        "open": page.live,
        "can_moderate": moderates_here(request.user, page),
        **writing(page, request.user),
    }
    context = {
        "page": page,
        "start": start,
        "comments": found.comments,
        "page_obj": found.part,
        "discussion": discussion,
    }
    return render(request, "discussion/thread.html", context)

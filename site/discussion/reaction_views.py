"""Saying what one makes of a comment."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from discussion import reactions
from discussion.models import PageComment, Reaction


@require_http_methods(["GET", "HEAD", "POST"])
def react(request, pk):
    """POST says or takes back `kind`; whoever comes without a form is led to the comment."""
    comment = get_object_or_404(PageComment.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return redirect(comment)
    if not request.user.is_authenticated or comment.user_id == request.user.pk:
        raise Http404
    if request.POST.get("kind") not in Reaction.Kind.values:
        raise BadRequest
    now, before = reactions.react(comment, request.user, request.POST["kind"])
    messages.success(request, _told(now, before))
    return redirect(comment)


def _told(now, before) -> str:
    """What is said now, and what for it is not any more."""
    words = {
        name: capfirst(Reaction.Kind(kind).label) if kind else ""
        for name, kind in (("now", now), ("before", before))
    }
    if now and before:
        return _("« %(before)s » retiré, « %(now)s » ajouté : un seul avis par message.") % words
    return (_("« %(now)s » ajouté.") if now else _("« %(before)s » retiré.")) % words

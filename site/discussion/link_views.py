"""Deciding by the link in a mail, without signing in: see moderation_mail."""

from django.contrib.auth import get_user_model
from django.core import signing
from django.core.exceptions import BadRequest
from django.db import transaction
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.duties import with_duties
from discussion import attachments, moderation, moderation_mail
from discussion.models import ModerationAct
from discussion.moderation_views import VERBS, around

Act = ModerationAct.Act
OFFERED = (Act.APPROVE, Act.HIDE, Act.SPAM)
_DONE = {
    Act.APPROVE: _("Le commentaire est publié."),
    Act.HIDE: _("Le commentaire reste caché."),
    Act.SPAM: _("Le commentaire est marqué indésirable."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request, token):
    """GET shows what waits, POST decides: a mail scanner that follows links does nothing."""
    link = _link(token)
    if link is None:
        return render(request, "discussion/decided.html", {"gone": True}, status=410)
    context = {"comment": link.comment, "page": link.comment.page.specific}
    seen = request.POST.get("seen", link.version)
    if request.method == "POST":
        act = request.POST.get("act")
        if act not in OFFERED:
            raise BadRequest
        with transaction.atomic():
            # Whoever comes second waits here, and then finds it decided.
            moderation.locked([link.comment.pk]).first()
            link = _link(token)
            if link and link.open:
                read = {link.comment.pk: seen}
                if moderation.acts_of([link.comment], act, link.moderator, seen=read):
                    done = {**context, "done": _DONE[act]}
                    return render(request, "discussion/decided.html", done)
    if link is None or not link.open:
        state = moderation.state_label(link.comment) if link else ""
        return render(request, "discussion/decided.html", {**context, "state": state}, status=409)
    context |= {
        "comment": link.comment,
        "changed": seen != link.comment.version,
        "files": attachments.shown_of(link.comment),
        "acts": [(act, VERBS[act]) for act in OFFERED],
        "reasons": moderation.reasons_of(link.comment),
        "reports": link.comment.reports.filter(settled_at=None),
        **around(link.comment),
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "discussion/decide.html", context, status=status)


def _link(token):
    users = with_duties(get_user_model().objects.filter(is_active=True))
    try:
        return moderation_mail.link_of(token, users)
    except (signing.BadSignature, ValueError, TypeError):
        return None

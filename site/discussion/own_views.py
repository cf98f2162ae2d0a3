"""What one may do with one's own comment: edit it for a while, delete it."""

import logging
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.visibility import visible_pages
from discussion.attachments import with_files
from discussion.formatting import render as formatted
from discussion.forms import named
from discussion.mentions import people_in
from discussion.models import CommentVersion, ModerationAct, PageComment, State
from discussion.moderation import REPORTED, locked, set_state
from discussion.policy import policy_of
from discussion.screening import screen
from discussion.trust import BLOCKED, may_write
from discussion.views import words_given_back

log = logging.getLogger(__name__)
Act = ModerationAct.Act
#: A comment in one of these is its author's to change.
THEIRS = (State.PUBLISHED, State.HELD)


class EditForm(forms.Form):
    comment = forms.CharField(
        label=gettext_lazy("Votre message"),
        max_length=settings.COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 10}),
    )


def may_delete(comment, user) -> bool:
    return bool(comment.user_id) and comment.user_id == user.pk and comment.state in THEIRS


def may_edit(comment, user) -> bool:
    """Whether this is the user’s own and young enough; an open page is for the view to ask for."""
    since = timezone.now() - timedelta(minutes=settings.COMMENT_EDIT_MINUTES)
    return may_delete(comment, user) and comment.submit_date > since


def _own(pk, user, may):
    """One's own comment on a page that one may still read; Http404 for any other."""
    comments = PageComment.objects.filter(page__in=visible_pages(user)).select_related("page")
    comment = get_object_or_404(comments, pk=pk)
    if not may_delete(comment, user):
        raise Http404
    return comment, may(comment, user)


def _back(comment):
    """To the comment, or to its page while nobody is shown it."""
    if comment.is_shown:
        return redirect(comment)
    return redirect(f"{comment.page.specific.get_url()}#discussion")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    """Change one's words; what they were before is kept for moderators."""
    try:
        comment, allowed = _own(pk, request.user, may_edit)
    except Http404:
        if not request.POST.get("comment"):
            raise
        return words_given_back(request)
    page = comment.page.specific
    policy = policy_of(page)
    form = EditForm(request.POST or None, initial={"comment": comment.comment})
    form.fields["comment"].widget.attrs |= named(request.user)
    problem = ""
    if not allowed:
        problem = _("Le temps pour modifier ce commentaire est passé. Vous pouvez y répondre.")
    elif not policy.may_write(request.user):
        problem = _("La discussion est fermée : ce commentaire ne peut plus être modifié.")
    elif not may_write(request.user):
        problem = BLOCKED
    preview = ""
    if request.method == "POST" and form.is_valid() and not problem:
        text = form.cleaned_data["comment"]
        people = people_in(text, request.user)
        if "preview" in request.POST:
            preview = formatted(text, comment.language, people)
        elif text == comment.comment:
            return _back(comment)
        else:
            try:
                verdict = screen(form, page, request.user, request, policy)
                if not verdict.refused:
                    comment = _store(comment, text, people, verdict)
            except Exception:
                # Whatever it is, it must not cost the text; nothing was stored.
                log.exception("A comment could not be edited")
                problem = _("Une erreur s’est produite chez nous. Votre texte est là : réessayez.")
            else:
                for field, sentence in verdict.refused.items():
                    form.add_error(field if field in form.fields else None, sentence)
                if not verdict.refused:
                    return _edited(request, comment)
    with_files([comment])
    context = {"comment": comment, "page": page, "form": form, "preview": preview}
    wrong = problem or (form.is_bound and form.errors)
    return render(
        request,
        "discussion/edit.html",
        {**context, "problem": problem},
        status=422 if wrong else 200,
    )


def _edited(request, comment):
    if comment.state == State.HELD:
        messages.warning(request, _("Votre commentaire est modifié. Il paraîtra une fois relu."))
    else:
        messages.success(request, _("Votre commentaire est modifié."))
    return _back(comment)


def _store(comment, text, people, verdict):
    with transaction.atomic():
        now = locked([comment.pk]).get()
        CommentVersion.objects.create(comment=now, text=now.comment)
        now.comment, now.edited_at = text, timezone.now()
        now.html = formatted(text, now.language, people)
        reported = [REPORTED] if REPORTED in now.reasons else []
        now.reasons, now.spam_score = [*reported, *verdict.reasons], verdict.score
        now.save(update_fields=["comment", "html", "edited_at", "reasons", "spam_score"])
        now.mentioned.set(people)
        if verdict.state == State.HELD and now.state == State.PUBLISHED:
            # Otherwise an innocent comment could be turned into spam once it is published.
            set_state([now], Act.HOLD)
            now.state = State.HELD
    return now


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request, pk):
    """Take one's own comment away; where others have answered it, a gap stays."""
    comment, _allowed = _own(pk, request.user, may_delete)
    page = comment.page.specific
    if request.method == "POST":
        set_state([comment], Act.DELETE, moderator=request.user)
        messages.success(request, _("Votre commentaire est effacé."))
        return redirect(f"{page.get_url(request)}#discussion")
    return render(request, "discussion/delete.html", {"comment": comment, "page": page})

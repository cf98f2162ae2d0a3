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
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.visibility import visible_pages
from discussion import attachments, keeping, posting
from discussion.attachments import with_files
from discussion.enclosures import EnclosuresForm
from discussion.files.uploading import bound
from discussion.formatting import render as formatted
from discussion.forms import help_with_marks, long_or_empty, named
from discussion.mentions import people_in
from discussion.models import CommentVersion, ModerationAct, PageComment, State
from discussion.moderation import REPORTED, locked, set_state
from discussion.policy import policy_of
from discussion.screening import screen
from discussion.trust import BLOCKED, may_write
from discussion.views import files_taken, words_given_back

log = logging.getLogger(__name__)
Act = ModerationAct.Act
#: A comment in one of these is its author's to change.
THEIRS = (State.PUBLISHED, State.HELD)


class EditForm(EnclosuresForm):
    """What the comment says and what goes with it, as its author may change it."""

    comment = forms.CharField(
        label=gettext_lazy("Votre message"),
        max_length=settings.COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    field_order = ["comment", "sure", "keywords", "files"]

    def __init__(self, comment, page, user, data=None):
        self.edited, self.target_object, self.user = comment, page, user
        self.carried = list(comment.keywords.prefetch_related("labels"))
        self.shown = [keyword for keyword in self.carried if keyword.live]
        keywords = ", ".join(keyword.label for keyword in self.shown)
        super().__init__(data, initial={"comment": comment.comment, "keywords": keywords})
        self.fields["comment"].widget.attrs |= named(user)
        self.fields["comment"].help_text = help_with_marks(user)
        self.fields["comment"].error_messages |= long_or_empty()
        self.tell_limits()

    @property
    def is_changed(self) -> bool:
        """Whether a valid form says anything else than the comment does."""
        chosen = self.cleaned_data["keywords"]
        return bool(
            self.cleaned_data["comment"] != self.edited.comment
            or {*chosen.keywords, *chosen.new} != {*self.shown}
            or self.accepted
            or self.kept_files
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


@csrf_exempt  # here, for how much is read has to be bounded before the token is
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    """Change one's comment; what it was before is kept for moderators."""
    bound(request)
    return csrf_protect(_edit)(request, pk)


def _edit(request, pk):
    try:
        comment, allowed = _own(pk, request.user, may_edit)
    except Http404:
        if not request.POST.get("comment"):
            raise
        return words_given_back(request)
    page = comment.page.specific
    policy = policy_of(page)
    form = EditForm(comment, page, request.user, request.POST or None)
    problem = ""
    if not allowed:
        problem = _(
            "On modifie un commentaire pendant %(number)d minutes, et elles sont passées. "
            "Copiez ce que vous vouliez dire, et ajoutez-le en réponse."
        ) % {"number": settings.COMMENT_EDIT_MINUTES}
    elif not policy.may_write(request.user):
        problem = _(
            "La discussion est fermée : ce commentaire ne peut plus être modifié. "
            "Vous pouvez encore l’effacer."
        )
    elif not may_write(request.user):
        problem = BLOCKED
    elif form.is_bound:
        form.full_clean()
        form.kept = keeping.fetch(request.POST.get("kept_as"), page)
        with files_taken(form, request, comment):
            if "drop" in request.POST:
                if form.kept:
                    attachments.drop(form.kept, request.POST["drop"])
                form.unjudged()
            elif "preview" in request.POST:
                people = people_in(form.cleaned_data.get("comment", ""), request.user)
                form.previewed(people, comment.language)
            elif form.is_valid():
                if not form.is_changed:
                    return redirect(comment)
                try:
                    verdict = screen(form, page, request.user, request, policy)
                    if not verdict.refused:
                        comment = _store(comment, form, verdict)
                except attachments.NotAccepted as error:
                    form.add_error("files", error)
                except Exception:
                    # Whatever it is, it must not cost the text; nothing was stored.
                    log.exception("A comment could not be edited")
                    problem = _(
                        "Rien n’est changé : une erreur s’est produite chez nous. "
                        "Votre texte est là ; réessayez dans un moment."
                    )
                else:
                    if not verdict.refused:
                        return _edited(request, comment)
                    for field, sentence in verdict.refused.items():
                        form.add_error(field if field in form.fields else None, sentence)
            form = keeping.with_files(form, page)
    with_files([comment])
    context = {"comment": comment, "page": page, "form": form, "problem": problem}
    wrong = problem or (form.is_bound and form.errors)
    return render(request, "discussion/edit.html", context, status=422 if wrong else 200)


def _edited(request, comment):
    if comment.state == State.HELD:
        messages.warning(request, _("Votre commentaire est modifié. Il paraîtra une fois relu."))
    else:
        messages.success(request, _("Votre commentaire est modifié."))
    return redirect(comment)


def _store(comment, form, verdict):
    text, writer = form.cleaned_data["comment"], form.user
    chosen = form.cleaned_data["keywords"]
    words = [*(keyword.name for keyword in chosen.keywords), *chosen.new]
    people = people_in(text, writer)
    with attachments.none_left_behind(form.accepted), transaction.atomic():
        now = locked([comment.pk]).get()
        carried = list(now.keywords.all())
        CommentVersion.objects.create(
            comment=now,
            text=now.comment,
            keywords=[keyword.name for keyword in carried],
            files=[file.name for file in attachments.shown_of(now)],
        )
        now.comment, now.edited_at = text, timezone.now()
        now.html = formatted(text, now.language, people)
        reported = [REPORTED] if REPORTED in now.reasons else []
        now.reasons, now.spam_score = [*reported, *verdict.reasons], verdict.score
        now.save(update_fields=["comment", "html", "edited_at", "reasons", "spam_score"])
        now.mentioned.set(people)
        choice = posting.allowed(words, writer, [keyword.pk for keyword in carried])
        unseen = [keyword for keyword in carried if not keyword.live]
        now.keywords.set([*choice.all(now.language), *unseen])
        attachments.add(now, form.accepted)
        keeping.spend(form, comment=now)
        attachments.mind_limits(now)
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

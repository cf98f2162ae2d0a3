"""Reporting a comment, and answering reports on one's own."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from discussion import moderation, moderation_mail, reports
from discussion.models import PageComment, Report, State

ENOUGH = gettext_lazy("Vous avez déjà répondu plusieurs fois : c’est bien noté.")


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Que lui reprochez-vous ?"),
        choices=Report.Reason.choices,
        error_messages={"required": gettext_lazy("Choisissez une raison dans la liste.")},
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("En quelques mots"),
        help_text=gettext_lazy("Pour les personnes qui modèrent. Nécessaire pour « autre chose »."),
        max_length=Report._meta.get_field("words").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        data = super().clean()
        if data.get("reason") == Report.Reason.OTHER and not data.get("words"):
            self.add_error("words", _("Dites en quelques mots ce qui ne va pas."))
        return data


class AnswerForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Votre réponse"),
        help_text=gettext_lazy("Seules les personnes qui modèrent la lisent."),
        max_length=reports.MOST_WORDS,
        error_messages={"required": gettext_lazy("Écrivez votre réponse : elle est encore vide.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request, pk):
    """Say what is wrong with somebody else's comment: once each."""
    shown = PageComment.objects.visible_to(request.user).select_related("page")
    comment = get_object_or_404(shown, pk=pk)
    if not reports.may_report(comment, request.user):
        raise Http404
    if comment.reports.filter(user=request.user).exists():
        messages.info(request, _("Vous avez déjà signalé ce commentaire."))
        return redirect(comment)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reports.report(comment, request.user, **form.cleaned_data)
        except reports.TooMany:
            form.add_error(
                None,
                _(
                    "Ce signalement n’est pas parti : vous en avez envoyé beaucoup aujourd’hui. "
                    "Réessayez demain, merci."
                ),
            )
        else:
            messages.success(request, _("Merci : les personnes qui modèrent le verront."))
            comment.refresh_from_db(fields=["state"])
            if comment.state == State.PUBLISHED:
                return redirect(comment)
            return redirect(f"{comment.page.specific.get_url(request)}#discussion")
    context = {"comment": comment, "page": comment.page.specific, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "discussion/report.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, token):
    """An author answers those who moderate, by the link that the mail brought."""
    try:
        comment = moderation_mail.answered_comment(token)
    except signing.BadSignature:
        comment = None
    if comment is None:
        return render(request, "discussion/decided.html", {"gone": True}, status=410)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    sent = False
    if request.method == "POST" and form.is_valid():
        sent = reports.answer(comment, form.cleaned_data["words"])
        if not sent:
            form.add_error(None, ENOUGH)
    context = {
        "comment": comment,
        "page": comment.page.specific,
        "form": form,
        "sent": sent,
        "decided": comment.state != State.HELD,
        "own": moderation.deleted_by_author(comment),
        "reasons": moderation_mail.reasons_given(comment),
        "enough": ENOUGH,
        "left": reports.answers_left(comment),
    }
    status = 422 if form.is_bound and not sent else 200
    return render(request, "discussion/answer.html", context, status=status)

"""One comment in the back office: all there is to know before deciding, and the deciding."""

import difflib
import re
import uuid

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views import generic
from wagtail.models import Page

from accounts.duties import moderates
from discussion import moderation, moving, posting, trust
from discussion.attachments import shown_of
from discussion.models import ModerationAct, PageComment, State
from discussion.moderators import (
    discussed_pages,
    moderated_by,
    moderated_comment,
    moderated_pages,
)

Act = ModerationAct.Act
#: Earlier wordings that are shown, and comments before and after.
VERSIONS_SHOWN, NEIGHBOURS = 10, 2
MOST_WORDS = 500  # of a moderator's note
CHANGED = gettext_lazy("Le texte a changé depuis : relisez-le.")
VERBS = {
    Act.APPROVE: gettext_lazy("Approuver"),
    Act.HIDE: gettext_lazy("Masquer"),
    Act.RESTORE: gettext_lazy("Rétablir"),
    Act.SPAM: gettext_lazy("Indésirable"),
    Act.DELETE: gettext_lazy("Effacer"),
    Act.MOVE: gettext_lazy("Déplacer"),
}


def done(act, number) -> str:
    """The sentence that says what was done to so many comments."""
    sentences = {
        Act.APPROVE: ngettext(
            "%(number)d commentaire approuvé.", "%(number)d commentaires approuvés.", number
        ),
        Act.HIDE: ngettext(
            "%(number)d commentaire masqué.", "%(number)d commentaires masqués.", number
        ),
        Act.RESTORE: ngettext(
            "%(number)d commentaire rétabli.", "%(number)d commentaires rétablis.", number
        ),
        Act.SPAM: ngettext(
            "%(number)d commentaire marqué indésirable.",
            "%(number)d commentaires marqués indésirables.",
            number,
        ),
        Act.DELETE: ngettext(
            "%(number)d commentaire effacé.", "%(number)d commentaires effacés.", number
        ),
        Act.MOVE: ngettext(
            "%(number)d commentaire déplacé avec ses réponses.",
            "%(number)d commentaires déplacés avec leurs réponses.",
            number,
        ),
    }
    return sentences[act] % {"number": number}


def say_done(request, sentence, act, back="", together=False) -> None:
    """Say it, with the button that takes it back and leads `back`."""
    context = {
        "sentence": sentence,
        "act": act,
        "back": back,
        "together": together,
        "csrf_token": get_token(request),
    }
    messages.success(request, render_to_string("discussion/moderation/_done.html", context))


class MoveForm(forms.Form):
    """Where to: the pages with a discussion that the moderator sees to, by what is above them."""

    page = forms.ModelChoiceField(label=gettext_lazy("Vers la page"), queryset=None)

    def __init__(self, *args, user, away_from=None, **kwargs):
        super().__init__(*args, **kwargs)
        pages = discussed_pages(moderated_pages(user))
        if away_from:
            pages = pages.exclude(pk=away_from.pk)
        self.fields["page"].queryset = pages
        self.fields["page"].widget.choices = self._by_group(pages, away_from)

    @staticmethod
    def _by_group(pages, near):
        rows = list(pages.order_by("title").values_list("pk", "title", "path"))
        above = {path[: -Page.steplen] for _pk, _title, path in rows}
        titles = dict(Page.objects.filter(path__in=above).values_list("path", "title"))
        groups = {}
        for pk, title, path in rows:
            groups.setdefault(path[: -Page.steplen], []).append((pk, title))
        first = near.path[: -Page.steplen] if near else ""
        ordered = sorted(groups, key=lambda path: (path != first, titles[path].casefold()))
        return [("", _("Choisir une page")), *((titles[path], groups[path]) for path in ordered)]


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Votre réponse"),
        max_length=settings.COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Elle paraît sous le commentaire, signée de votre nom."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)


class CommentInspectView(generic.InspectView):
    any_permission_required = ["change"]
    template_name = "discussion/moderation/inspect.html"
    page_title = gettext_lazy("Commentaire")
    #: Filled in anew where one of them was sent and refused.
    move_form = reply_form = None

    def get_object(self, queryset=None):
        return moderated_comment(self.request.user, self.pk)

    def get_page_subtitle(self):
        return self.object.user_name

    def get_fields_context(self):
        return []

    def get_context_data(self, **kwargs):
        comment, user = self.object, self.request.user
        context = {
            "comment": comment,
            "page": comment.page.specific,
            "state": moderation.state_label(comment),
            "held": comment.state == State.HELD,
            "reasons": moderation.reasons_of(comment),
            "decisions": [(act, VERBS[act]) for act in moderation.possible(comment)],
            "keywords": [keyword.label for keyword in comment.keywords.prefetch_related("labels")],
            "files": comment.files.filter(withdrawn_at=None),
            "reports": comment.reports.select_related("user"),
            "open_reports": comment.reports.filter(settled_at=None).count(),
            "acts": history(comment),
            "record": trust.record_of(comment),
            "versions": changes(comment),
            "move_form": MoveForm(user=user, away_from=comment.page),
            "reply_form": ReplyForm(initial={"token": uuid.uuid4()}),
            "may_reply": comment.state in (State.PUBLISHED, State.HELD) and not comment.under_held,
            "next_held": moderated_by(user)
            .filter(state=State.HELD)
            .exclude(pk=comment.pk)
            .newest_first()
            .first(),
            "most_words": MOST_WORDS,
            **around(comment),
        }
        return super().get_context_data(**context | kwargs)


def around(comment) -> dict:
    """What a comment answers, and what was said just before and after it on its page."""
    rows = PageComment.objects.filter(page_id=comment.page_id).exclude(pk=comment.pk).bare()
    parent = rows.filter(pk=comment.parent_id).first() if comment.is_reply else None
    before = list(rows.filter(pk__lt=comment.pk).order_by("-pk")[:NEIGHBOURS])[::-1]
    after = list(rows.filter(pk__gt=comment.pk).order_by("pk")[:NEIGHBOURS])
    for each in filter(None, [parent, *before, *after]):
        each.state_shown = moderation.state_label(each)
    return {"parent": parent, "before": before, "after": after}


def history(comment) -> list[ModerationAct]:
    acts = list(comment.acts.select_related("moderator"))
    for act in acts:
        act.comment = comment
        act.undoable = moderation.undoable(act)
    return acts


def changes(comment) -> list[dict]:
    """What a comment was, the latest change first, each as what went and what came."""
    later = {
        "text": comment.comment,
        "keywords": [keyword.name for keyword in comment.keywords.all()],
        "files": [file.name for file in shown_of(comment)],
    }
    found = []
    for version in comment.versions.all()[:VERSIONS_SHOWN]:
        now = {name: getattr(version, name) for name in later}
        also = [
            (label, _exchanged(now[name], later[name]))
            for name, label in (("keywords", _("Mots-clés")), ("files", _("Documents")))
            if None not in (now[name], later[name])
        ]
        runs = _difference(now["text"], later["text"])
        found.append({"at": version.at, "runs": runs, "also": [one for one in also if one[1]]})
        later = now
    return found


def _exchanged(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """[("gone" | "come", name)] of what is not in both."""
    gone, come = ([name for name in a if name not in b] for a, b in ((old, new), (new, old)))
    return [("gone", name) for name in gone] + [("come", name) for name in come]


def _difference(old: str, new: str) -> list[tuple[str, str]]:
    """[("same" | "gone" | "come", words)] that turn one text into the other."""
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (old, new))
    runs = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            runs.append(("same", "".join(old[a:b])))
            continue
        runs += [(name, "".join(words)) for name, words in (("gone", old[a:b]), ("come", new[c:d]))]
    return [run for run in runs if run[1]]


# --- Acts ----------------------------------------------------------------------------------------


def _comment(request, pk):
    if not moderates(request.user):
        raise PermissionDenied
    return moderated_comment(request.user, pk)


def _back(request, comment):
    address = reverse("comments:inspect", args=[comment.pk])
    return redirect(get_valid_next_url_from_request(request) or address)


def _words(request) -> str:
    return request.POST.get("words", "").strip()[:MOST_WORDS]


@require_http_methods(["GET", "HEAD", "POST"])
def moderate(request, pk):
    """Do one act to a comment: GET asks, POST does. Leads back to ?next= or the list.

    Without ?act= it hides what is shown and restores what is not. Where the text is not the one
    that was read, it asks again.
    """
    comment = _comment(request, pk)
    usual = Act.HIDE if comment.state in (State.PUBLISHED, State.HELD) else Act.RESTORE
    act = request.POST.get("act") if request.method == "POST" else request.GET.get("act", usual)
    if act not in moderation.DECISIONS:
        raise BadRequest
    back = get_valid_next_url_from_request(request) or reverse("comments:index")
    if request.method == "POST":
        seen = {comment.pk: request.POST.get("seen")}
        acts = moderation.acts_of([comment], act, request.user, _words(request), seen=seen)
        if acts:
            say_done(request, done(act, 1), acts[0], back)
            return redirect(back)
        comment.refresh_from_db()
        if act not in moderation.possible(comment):
            messages.warning(
                request,
                _("Rien n’a changé : ce commentaire est déjà « %(state)s ».")
                % {"state": moderation.state_label(comment)},
            )
            return redirect(back)
        messages.warning(request, CHANGED)
    context = {
        "comment": comment,
        "next": back,
        "act": act,
        "verb": VERBS[act],
        "possible": act in moderation.possible(comment),
        "state": moderation.state_label(comment),
        "words": _words(request),
        "for_author": act in moderation.TOLD,
        "most_words": MOST_WORDS,
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "discussion/moderation/confirm.html", context, status=status)


@require_POST
def undo(request, pk):
    """Take back one act, or with `together` all that were done in one go with it."""
    if not moderates(request.user):
        raise PermissionDenied
    act = get_object_or_404(
        ModerationAct.objects.filter(comment__in=moderated_by(request.user)), pk=pk
    )
    acts = moderation.together(act) if request.POST.get("together") else [act]
    if act.act == Act.MOVE:  # below one another, they go back in the order they came
        acts = sorted(acts, key=lambda each: -each.pk)
    theirs = set(moderated_by(request.user).filter(acts__in=acts).values_list("pk", flat=True))
    undone = [moderation.undo(each, request.user) for each in acts if each.comment_id in theirs]
    if any(undone):
        number = len([each for each in undone if each])
        sentence = ngettext("%(number)d acte annulé.", "%(number)d actes annulés.", number)
        sentence = sentence % {"number": number}
        if any(each and each.before.get("answers") for each in undone):
            sentence += " " + _("La réponse publiée avec lui est masquée.")
        messages.success(request, sentence)
    else:
        messages.warning(request, _("Rien n’est annulé : quelque chose d’autre a été fait depuis."))
    return redirect(
        get_valid_next_url_from_request(request)
        or reverse("comments:inspect", args=[act.comment_id])
    )


@require_POST
def move(request, pk):
    comment = _comment(request, pk)
    form = MoveForm(request.POST, user=request.user, away_from=comment.page)
    if not form.is_valid():
        return _again(request, pk, move_form=form)
    page = form.cleaned_data["page"]
    act = moving.move(comment, page, request.user)
    if act:
        say_done(request, done(Act.MOVE, 1), act)
    return _back(request, comment)


@require_POST
def reply(request, pk):
    """Publish a comment that waits, and an answer to it."""
    comment = _comment(request, pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _again(request, pk, reply_form=form)
    with transaction.atomic():
        seen = {comment.pk: request.POST.get("seen")}
        acts = moderation.acts_of([comment], Act.APPROVE, request.user, seen=seen)
        comment.refresh_from_db()
        if comment.is_shown:
            answer = posting.reply(
                comment, form.cleaned_data["text"], request.user, form.cleaned_data["token"]
            )
            if acts:
                moderation.note_answer(acts[0], answer)
    if comment.state == State.HELD:
        messages.warning(request, CHANGED)
        form.add_error("text", CHANGED)
        return _again(request, pk, reply_form=form)
    if not comment.is_shown:
        form.add_error("text", _("Ce commentaire n’est plus montré : rien n’a été publié."))
        return _again(request, pk, reply_form=form)
    if acts:
        say_done(request, _("Commentaire approuvé, réponse publiée."), acts[0])
    else:
        messages.success(request, _("Réponse publiée."))
    return _back(request, comment)


def _again(request, pk, **forms):
    """The comment's page with a form as it was filled."""
    from discussion.moderation_list import CommentViewSet

    viewset = CommentViewSet()
    view = CommentInspectView(**_kwargs_of(viewset))
    view.setup(request, pk=str(pk))
    context = view.get_context_data(object=view.object, **forms)
    response = view.render_to_response(context)
    response.status_code = 422
    return response


def _kwargs_of(viewset):
    known = {**viewset.get_common_view_kwargs(), **viewset.get_inspect_view_kwargs()}
    return {key: value for key, value in known.items() if hasattr(CommentInspectView, key)}


@require_POST
def block(request, pk):
    """Let the author write no more, or again."""
    comment = _comment(request, pk)
    wanted = request.POST.get("blocked")
    if wanted not in ("yes", "no"):
        raise BadRequest
    act = trust.block(comment, wanted == "yes", request.user, _words(request))
    if act:
        blocked = wanted == "yes"
        say_done(request, _("Auteur bloqué.") if blocked else _("Auteur débloqué."), act)
    else:
        messages.warning(
            request, _("Rien n’a changé : qui modère ne se bloque pas, ou c’était déjà fait.")
        )
    return _back(request, comment)


@require_POST
def settle(request, pk):
    """Nothing is wrong with it: the open reports count no more."""
    comment = _comment(request, pk)
    seen = request.POST.get("seen")
    act = moderation.settle(comment, request.user, seen or "")
    if act:
        say_done(request, _("Signalements classés."), act)
    elif seen != comment.version:
        messages.warning(request, CHANGED)
    return _back(request, comment)

"""Where it is decided how pages are discussed: one page, a group's, or the whole site's."""

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.log_actions import log
from wagtail.models import Page

from accounts.duties import moderates
from discussion.models import DiscussionPolicy
from discussion.moderators import discussed_pages, moderated_pages
from discussion.policy import MEANINGS, Mode, told
from pages.templatetags.pages_tags import typography

#: Written into the page's history.
LOGGED = "discussion.policy"
MOST_SILENCE = 3_650  # days


class PolicyForm(forms.Form):
    """Each choice says what happens; `above` and `mode_above` are what holds without a choice."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Qui écrit ici, et qui relit"), required=False, widget=forms.RadioSelect
    )
    silence = forms.IntegerField(
        label=gettext_lazy("Fermer après tant de jours sans message"),
        help_text=gettext_lazy(
            "La discussion se ferme alors d’elle-même et reste à lire. Vide : jamais."
        ),
        min_value=1,
        max_value=MOST_SILENCE,
        required=False,
    )

    def __init__(self, *args, above, mode_above, **kwargs):
        super().__init__(*args, **kwargs)
        if above:
            inherited = _("Comme « %(title)s » : %(mode)s") % {
                "title": above.page.title,
                "mode": mode_above.label,
            }
        else:
            inherited = _("Comme partout sur le site : %(mode)s") % {"mode": mode_above.label}
        modes = [(mode.value, f"{capfirst(mode.label)} – {MEANINGS[mode]}") for mode in Mode]
        self.fields["mode"].choices = [
            (value, typography(label)) for value, label in [("", inherited), *modes]
        ]

    def clean(self):
        if self.cleaned_data.get("silence") and not self.cleaned_data.get("mode"):
            self.add_error("mode", _("Choisissez aussi qui peut écrire jusque-là."))
        return self.cleaned_data


def may_decide(user, page) -> bool:
    """Whether the user may say how this page is discussed: who moderates or publishes it."""
    return (
        moderated_pages(user).filter(pk=page.pk).exists()
        or page.permissions_for_user(user).can_publish()
    )


def choosable(user):
    """The pages that a moderator may decide about, with their depth to indent them by."""
    theirs = moderated_pages(user).filter(depth__gt=1)
    return (discussed_pages(theirs) | theirs.filter(numchild__gt=0)).order_by("path")


@require_safe
def policies(request):
    """All places where one is set, and a way to set one elsewhere."""
    if not moderates(request.user):
        raise PermissionDenied
    asked = request.GET.get("page", "")
    if asked:
        page = choosable(request.user).filter(pk=asked if asked.isdecimal() else 0).first()
        if page is None:
            raise Http404
        return redirect("comment_policy", page.pk)
    found = DiscussionPolicy.objects.filter(page__in=moderated_pages(request.user))
    pages = choosable(request.user).values_list("pk", "title", "depth")
    context = {
        "policies": [
            (policy, MEANINGS[policy.mode])
            for policy in found.select_related("page").order_by("page__path")
        ],
        "default": MEANINGS[settings.COMMENT_POLICY],
        "pages": [(pk, "\u2003" * (depth - 2) + title) for pk, title, depth in pages],
        **frame(_("Qui peut écrire")),
    }
    return render(request, "discussion/moderation/policies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request, pk):
    """How one page and all below it are discussed."""
    page = get_object_or_404(Page.objects.filter(depth__gt=1), pk=pk)
    if not may_decide(request.user, page):
        raise Http404
    rule = told(page)
    form = PolicyForm(
        request.POST if request.method == "POST" else None,
        initial={"mode": rule["own"].mode, "silence": rule["own"].silence} if rule["own"] else {},
        above=rule["above"],
        mode_above=rule["mode_above"],
    )
    if request.method == "POST" and form.is_valid():
        _store(page, form.cleaned_data, request.user)
        messages.success(request, _("La règle est enregistrée."))
        to_list = moderates(request.user)
        address = reverse("comment_policies") if to_list else page_editor(page)
        return redirect(address)
    context = {
        "page": page,
        "form": form,
        "rule": rule,
        "back": reverse("comment_policies") if moderates(request.user) else page_editor(page),
        **frame(_("Discussion de « %(title)s »") % {"title": page.title}),
    }
    status = 422 if form.is_bound else 200
    return render(request, "discussion/moderation/policy.html", context, status=status)


def page_editor(page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def _store(page, data, user):
    mode, silence = data["mode"], data["silence"]
    with transaction.atomic():
        if mode:
            DiscussionPolicy.objects.update_or_create(
                page_id=page.pk, defaults={"mode": mode, "silence": silence}
            )
        else:
            DiscussionPolicy.objects.filter(page_id=page.pk).delete()
        log(page, LOGGED, user=user, data={"mode": mode, "silence": silence})


def frame(title: str) -> dict:
    """Title, icon and breadcrumbs for `wagtailadmin/generic/base.html`."""
    return {
        "header_title": title,
        "header_icon": "comment",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Accueil")},
            {"url": reverse("comments:index"), "label": _("Commentaires")},
            {"url": "", "label": title},
        ],
    }

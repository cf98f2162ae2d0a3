"""Every act of moderation that a moderator may know of, the latest first."""

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.duties import moderates
from discussion.models import ModerationAct
from discussion.moderation import undoable
from discussion.moderators import moderated_by
from discussion.policy_views import frame

A_PAGE = 50


class ActFilter(forms.Form):
    act = forms.ChoiceField(
        label=gettext_lazy("Acte"),
        choices=[("", gettext_lazy("Tous")), *ModerationAct.Act.choices],
        required=False,
    )
    moderator = forms.ModelChoiceField(
        label=gettext_lazy("Par"), queryset=None, required=False, empty_label=gettext_lazy("Tous")
    )

    def __init__(self, *args, acts, **kwargs):
        super().__init__(*args, **kwargs)
        users = get_user_model().objects.filter(pk__in=acts.order_by().values("moderator"))
        self.fields["moderator"].queryset = users.order_by("display_name")


def known_to(user):
    """Acts on comments that the user moderates; administrators also see those that are gone."""
    theirs = Q(comment__in=moderated_by(user))
    return ModerationAct.objects.filter(theirs | Q(comment=None) if user.is_superuser else theirs)


@require_safe
def acts(request):
    if not moderates(request.user):
        raise PermissionDenied
    known = known_to(request.user)
    form = ActFilter(request.GET, acts=known)
    if form.is_valid():
        chosen = {name: value for name, value in form.cleaned_data.items() if value}
        known = known.filter(**chosen)
    known = known.select_related("moderator", "comment").order_by("-at", "-pk")
    found = Paginator(known, A_PAGE).get_page(request.GET.get("p"))
    for act in found:
        act.undoable = undoable(act)
    context = {"form": form, "page_obj": found, **frame(_("Actes de modération"))}
    return render(request, "discussion/moderation/acts.html", context)

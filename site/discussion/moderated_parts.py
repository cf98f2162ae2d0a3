"""What a group of moderators sees to, chosen in Wagtail's form of the group."""

from django import forms
from django.contrib.auth.models import Group
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from discussion.models import ModeratedPart


class ModeratedPartsForm(forms.Form):
    """A panel as Wagtail's group views want one: bound to a group, saved after it."""

    parts = forms.ModelMultipleChoiceField(
        label=_("Seulement sous ces pages"),
        queryset=Page.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Pour un groupe qui modère les commentaires. Sans choix, il les modère tous, "
            "là où ses membres peuvent lire."
        ),
    )

    def __init__(self, data=None, files=None, instance=None):
        self.group = instance or Group()
        chosen = []
        if self.group.pk:
            chosen = list(self.group.moderated.values_list("page", flat=True))
        super().__init__(data, files, prefix="moderated_parts", initial={"parts": chosen})
        # What holds other pages, the home page apart: that would be no limit.
        holds = Q(depth__gt=2, numchild__gt=0) | Q(pk__in=chosen)
        self.fields["parts"].queryset = Page.objects.filter(holds).order_by("path")

    def save(self):
        parts = self.cleaned_data["parts"]
        ModeratedPart.objects.filter(group=self.group).exclude(page__in=parts).delete()
        for page in parts:
            ModeratedPart.objects.get_or_create(group=self.group, page=page)

    def as_admin_panel(self):
        return render_to_string("discussion/moderation/_parts.html", {"form": self})

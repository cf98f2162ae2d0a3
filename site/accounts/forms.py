"""What sign-up asks beyond address and password."""

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """The name that signs one's comments."""

    display_name = forms.CharField(
        label=_("Nom affiché"),
        max_length=80,
        help_text=_("Le nom qui signera vos commentaires."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_display_name(self):
        return " ".join(self.cleaned_data["display_name"].split())

    def signup(self, request, user):
        """Called by allauth when the account is made: name, language, the Members group."""
        from django.contrib.auth.models import Group

        user.display_name = self.cleaned_data["display_name"]
        user.language = translation.get_language()
        user.save()
        user.groups.add(Group.objects.get_or_create(name="Members")[0])

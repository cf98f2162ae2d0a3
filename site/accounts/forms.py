"""What people are asked when they sign up, and may change later."""

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts.models import SIGNATURE_LENGTH, User
from pages.languages import interface_language


class DisplayNameField(forms.CharField):
    """The name that signs one's comments, without stray spaces."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("Nom affiché"),
            max_length=SIGNATURE_LENGTH,
            help_text=_("Le nom qui signe vos commentaires."),
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
            **kwargs,
        )

    def to_python(self, value):
        return " ".join(super().to_python(value).split())


class SignupForm(allauth_forms.SignupForm):
    """Name, address, password; the account is a member's, in the language of the moment."""

    display_name = DisplayNameField()

    field_order = ["display_name", "email", "password1"]

    def custom_signup(self, request, user):
        user.display_name = self.cleaned_data["display_name"]
        user.language = interface_language()
        user.save()
        user.groups.add(Group.objects.get_or_create(name="Members")[0])

    def try_save(self, request):
        if self.account_already_exists:
            # The same work as for a new account, so that the time taken tells nothing either.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class AccountForm(forms.ModelForm):
    """What members tell about themselves."""

    display_name = DisplayNameField()

    class Meta:
        model = User
        fields = ["display_name", "language"]

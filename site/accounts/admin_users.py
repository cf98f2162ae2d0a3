"""The back office's pages for accounts: display name and language; no first and last name."""

from django import forms
from django.contrib.auth.models import Group
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.users import forms as wagtail_forms
from wagtail.users.views import users

from accounts.addresses import taken_by_another, vouch_for
from accounts.forms import DisplayNameField
from accounts.models import User


class OwnNameForm(forms.ModelForm):
    """The first panel of "My account" in the back office."""

    display_name = DisplayNameField()

    class Meta:
        model = User
        fields = ["display_name"]


class AccountFields(forms.Form):
    """What both forms below have; who makes or changes an account answers for its address."""

    display_name = DisplayNameField()
    first_name = last_name = None

    field_order = ["display_name", "email", "language", "password1", "password2", "is_active"]

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if taken_by_another(email, self.instance):
            raise forms.ValidationError(_("Un compte existe déjà à cette adresse."))
        return email

    def save(self, commit=True):
        user = super().save(commit)
        if commit:
            vouch_for(user)
        return user


class UserCreationForm(AccountFields, wagtail_forms.UserCreationForm):
    """A new account, a member's unless other groups are chosen."""

    class Meta(wagtail_forms.UserCreationForm.Meta):
        fields = ["email", "display_name", "language", "is_superuser", "groups"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["groups"].initial = Group.objects.filter(name="Members")


class UserEditForm(AccountFields, wagtail_forms.UserEditForm):
    class Meta(wagtail_forms.UserEditForm.Meta):
        fields = ["email", "display_name", "language", "is_active", "is_superuser", "groups"]


class IndexView(users.IndexView):
    @cached_property
    def columns(self):
        title = self._get_title_column_class(users.UserColumn)
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="user"),
            title(
                "display_name",
                label=_("Nom affiché"),
                accessor="get_full_name",
                sort_key="display_name",
                get_url=self.get_edit_url,
                classname="name",
            ),
            Column("email", label=_("Adresse e-mail"), sort_key="email"),
            Column("groups", label=_("Groupes"), accessor=_group_names),
            BooleanColumn("is_active", label=_("Actif"), sort_key="is_active"),
            DateColumn("last_login", label=_("Dernière connexion"), sort_key="last_login"),
        ]

    def get_base_queryset(self):
        return super().get_base_queryset().prefetch_related("groups")


def _group_names(user) -> str:
    names = [group.name for group in user.groups.all()]
    return ", ".join([str(_("Administration")), *names] if user.is_superuser else names)


class UserViewSet(users.UserViewSet):
    ordering = "display_name"
    index_view_class = IndexView
    search_fields = ["display_name", "email"]
    create_template_name = "accounts/admin/create.html"
    edit_template_name = "accounts/admin/edit.html"

    def get_form_class(self, for_update=False):
        return UserEditForm if for_update else UserCreationForm

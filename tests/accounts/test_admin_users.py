"""Accounts made and changed in the back office."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client

from accounts.models import User
from tests import base

NEW = {
    "display_name": " Nora  Nouvelle ",
    "email": "Nora@Plenum.example",
    "language": "nl",
    "password1": "a-chosen-password",
    "password2": "a-chosen-password",
}


def can_sign_in(email, password):
    client = Client()
    client.post("/fr/compte/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.django_db
def test_a_new_account_can_sign_in_at_once(as_user, admin):
    client = as_user(admin)
    form = client.get("/admin/users/new/").context["form"]
    groups = [group.pk for group in form["groups"].initial]
    assert groups == [Group.objects.get(name="Members").pk]
    assert "first_name" not in form.fields

    response = client.post("/admin/users/new/", {**NEW, "groups": groups})

    assert response["Location"] == "/admin/users/"
    user = User.objects.get(email="nora@plenum.example")
    assert (user.display_name, user.language) == ("Nora Nouvelle", "nl")
    assert [group.name for group in user.groups.all()] == ["Members"]
    assert can_sign_in(user.email, NEW["password1"])
    assert not mail.outbox


@pytest.mark.django_db
@pytest.mark.parametrize(
    "field, value", [("email", "TAKEN@plenum.example"), ("password2", "other"), ("email", "")]
)
def test_a_wrong_field_is_said(as_user, admin, field, value):
    base.make_user(email="taken@plenum.example")
    response = as_user(admin).post("/admin/users/new/", {**NEW, field: value})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not User.objects.filter(email="nora@plenum.example").exists()


@pytest.mark.django_db
def test_a_changed_address_takes_the_place_of_the_old_one(as_user, admin, member):
    url = f"/admin/users/edit/{member.pk}/"
    client = as_user(admin)
    assert client.get(url).status_code == 200
    old = member.email
    data = {"display_name": "Mila", "email": "Mila@plenum.example", "language": "fr"}
    client.post(url, {**data, "is_active": "on"})
    assert can_sign_in("mila@plenum.example", base.PASSWORD)
    assert not can_sign_in(old, base.PASSWORD)
    assert EmailAddress.objects.filter(user=member).count() == 1

    client.post(url, data)  # no longer active
    assert not can_sign_in("mila@plenum.example", base.PASSWORD)


@pytest.mark.django_db
def test_the_list_shows_and_finds_display_names(as_user, admin, member, editor):
    client = as_user(admin)
    everybody = client.get("/admin/users/").content.decode()
    assert member.display_name in everybody and "Editors" in everybody
    found = client.get("/admin/users/?q=Mila").context["object_list"]
    assert list(found) == [member]


@pytest.mark.django_db
def test_editors_and_moderators_manage_no_accounts(as_user, editor, moderator, member):
    address = f"/admin/users/edit/{member.pk}/"
    assert as_user(editor).get(address).url == "/admin/"
    assert as_user(moderator).get(address).status_code == 403


@pytest.mark.django_db
def test_an_editor_changes_their_own_display_name(as_user, editor):
    client = as_user(editor)
    page = client.get("/admin/account/").content.decode()
    assert "name_email-display_name" in page and "first_name" not in page
    data = {"name_email-display_name": "Édith É.", "theme-theme": "system"}
    data |= {"theme-contrast": "system", "theme-density": "default"}
    response = client.post("/admin/account/", data)
    assert response.status_code == 302
    editor.refresh_from_db()
    assert editor.display_name == "Édith É."

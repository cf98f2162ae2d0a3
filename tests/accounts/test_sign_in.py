"""Signing in and out, a forgotten password, another address."""

import re
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client, override_settings

from accounts.models import User
from tests import base
from tests.accounts.test_sign_up import path_in

SIGN_IN = "/fr/compte/login/"
RESET = "/fr/compte/password/reset/"
NEW = "a-brand-new-password"


def sign_in(client, email, password=base.PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def masked(response, *words):
    """A page without what differs at each request."""
    content = re.sub(r"csrf\S+|value=\S+", "", response.content.decode())
    for word in words:
        content = content.replace(word, "…")
    return content


@pytest.mark.django_db
def test_it_signs_in_whatever_the_case_of_the_address(client, member):
    sign_in(client, member.email.upper())
    assert is_signed_in(client)


@pytest.mark.django_db
def test_it_leads_back_to_where_the_member_came_from(client, member):
    assert sign_in(client, member.email, next="/fr/glossaire/")["Location"] == "/fr/glossaire/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "https:///evil.example"],
)
def test_it_leads_to_no_other_site(client, member, url):
    assert sign_in(client, member.email, next=url)["Location"] == "/fr/"


@pytest.mark.django_db
def test_it_leads_to_the_front_page_in_the_members_language(client, member):
    User.objects.filter(pk=member.pk).update(language="nl")
    assert sign_in(client, member.email)["Location"] == "/nl/"


@pytest.mark.django_db
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(member):
    wrong = sign_in(Client(), member.email, "not-the-password")
    unknown = sign_in(Client(), "nobody@plenum.example", "not-the-password")
    assert wrong.status_code == unknown.status_code == 200
    assert wrong.context["form"].errors
    assert masked(wrong, member.email) == masked(unknown, "nobody@plenum.example")


@pytest.mark.django_db
def test_a_disabled_account_stays_out(client, member):
    User.objects.filter(pk=member.pk).update(is_active=False)
    sign_in(client, member.email)
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_an_unconfirmed_address_is_asked_to_confirm(client, member):
    EmailAddress.objects.filter(user=member).update(verified=False)
    response = sign_in(client, member.email, next="/fr/glossaire/")
    assert not is_signed_in(client)
    assert response["Location"] == "/fr/compte/confirm-email/"
    assert client.post(path_in(mail.outbox[0]))["Location"] == "/fr/glossaire/"
    assert is_signed_in(client)


@pytest.mark.django_db
def test_signing_out_takes_a_button(client, member):
    base.sign_in(client, member)
    client.get("/fr/compte/logout/")
    assert is_signed_in(client)
    client.post("/fr/compte/logout/")
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_signing_in_changes_the_session(client, member):
    client.get("/fr/compte/login/")
    session = client.session
    session["mark"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, member.email)
    assert client.session.session_key != before


@pytest.mark.django_db
def test_a_forgotten_password_is_replaced_by_a_mailed_link(client, member):
    base.sign_in(elsewhere := Client(), member)
    client.post(RESET, {"email": member.email.upper()})
    [message] = mail.outbox
    assert message.to == [member.email]

    form = client.get(path_in(message), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})

    sign_in(old := Client(), member.email)
    sign_in(new := Client(), member.email, NEW)
    assert not is_signed_in(old)
    assert is_signed_in(new)
    assert [message.to for message in mail.outbox] == [[member.email]] * 2  # the owner is told
    # Whoever was signed in with the old password is not any more.
    assert not elsewhere.get("/fr/").wsgi_request.user.is_authenticated


@pytest.mark.django_db
def test_a_reset_link_works_once(client, member):
    client.post(RESET, {"email": member.email})
    path = path_in(mail.outbox[0])
    form = client.get(path, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    again = Client().get(path, follow=True)
    assert again.context["token_fail"]


@pytest.mark.django_db
def test_a_reset_does_not_tell_whether_there_is_an_account(member):
    known = Client().post(RESET, {"email": member.email}, follow=True)
    unknown = Client().post(RESET, {"email": "nobody@plenum.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert masked(known, member.email) == masked(unknown, "nobody@plenum.example")
    assert [message.to for message in mail.outbox] == [[member.email], ["nobody@plenum.example"]]


@pytest.mark.django_db
def test_the_mail_is_in_the_language_of_the_account(client, member):
    User.objects.filter(pk=member.pk).update(language="en")
    client.post(RESET, {"email": member.email})
    assert path_in(mail.outbox[0]).startswith("/en/")


@pytest.mark.django_db
@override_settings(ACCOUNT_RATE_LIMITS={"login_failed": "10/m/ip,30/h/ip,5/5m/key"})
def test_guessing_at_one_account_ends_after_five(member):
    checked = "accounts.models.User.check_password"
    with mock.patch(checked, return_value=False) as check:
        for _ in range(8):
            response = sign_in(Client(), member.email, "a-guess")
    assert check.call_count == 5
    assert response.context["form"].errors

    # The owner, elsewhere, is let in again by a new password.
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.post(RESET, {"email": member.email})
    form = client.get(path_in(mail.outbox[0]), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    sign_in(client, member.email, NEW)
    assert is_signed_in(client)


@pytest.mark.django_db
@override_settings(ACCOUNT_RATE_LIMITS={"login_failed": "10/m/ip,30/h/ip,5/5m/key"})
def test_guessing_at_many_accounts_ends_too_whatever_address_is_forged():
    errors = []
    for n in range(12):
        client = Client(headers={"x-forwarded-for": f"203.0.113.{n}"})
        response = sign_in(client, f"user{n}@plenum.example", "a-guess")
        errors.append(str(response.context["form"].errors))
    assert len(set(errors[:10])) == 1
    assert errors[10] == errors[11] != errors[0]


def change_address(client, email):
    """Ask for another address; allauth wants the password again first, then goes on."""
    response = client.post("/fr/compte/email/", {"email": email, "action_add": ""})
    return client.post(response["Location"], {"password": base.PASSWORD}, follow=True)


@pytest.mark.django_db
def test_an_address_is_changed_by_confirming_the_new_one(client, member):
    old = member.email
    sign_in(client, old)
    assert change_address(client, "New@plenum.example").status_code == 200
    member.refresh_from_db()
    assert member.email == old
    client.post(path_in(mail.outbox[-1]))
    member.refresh_from_db()
    assert member.email == "new@plenum.example"
    [address] = EmailAddress.objects.filter(user=member)
    assert (address.email, address.verified, address.primary) == (member.email, True, True)
    assert mail.outbox[-1].to == [old]  # told that it is no longer the account's


@pytest.mark.django_db
def test_the_address_stays_without_the_password(client, member):
    sign_in(client, member.email)
    response = client.post("/fr/compte/email/", {"email": "new@plenum.example", "action_add": ""})
    assert "/reauthenticate/" in response["Location"]
    client.post(response["Location"], {"password": "not-the-password"})
    assert not EmailAddress.objects.filter(email="new@plenum.example").exists()


@pytest.mark.django_db
def test_an_address_of_another_account_cannot_be_taken(client, member, editor):
    sign_in(client, member.email)
    change_address(client, editor.email.upper())
    for message in mail.outbox:
        client.post(path_in(message))
    member.refresh_from_db()
    assert member.email != editor.email
    assert EmailAddress.objects.get(email=editor.email, verified=True).user == editor


@pytest.mark.django_db
@pytest.mark.parametrize("change_first", [True, False])
@pytest.mark.parametrize("newest_link_first", [True, False])
def test_two_accounts_after_one_address_do_not_break(
    client, member, change_first, newest_link_first
):
    def sign_up():
        data = {
            "display_name": "Autre",
            "email": "wanted@plenum.example",
            "password1": "correct horse battery",
        }
        Client().post("/fr/compte/signup/", data)

    sign_in(client, member.email)
    if not change_first:
        sign_up()
    change_address(client, "wanted@plenum.example")
    if change_first:
        sign_up()
    links = [path_in(message) for message in mail.outbox if "confirm-email" in message.body]
    for link in reversed(links) if newest_link_first else links:
        assert Client().post(link).status_code in (200, 302, 404)
    assert EmailAddress.objects.filter(email="wanted@plenum.example", verified=True).count() == 1
    assert User.objects.filter(email="wanted@plenum.example").count() == 1

"""Signing up: name, address, password; a mailed link makes the account."""

import re
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.test import Client, override_settings

from accounts.models import User
from tests import base

SIGN_UP = "/fr/compte/signup/"
DATA = {
    "display_name": "  Nadia   Neuve ",
    "email": "Nadia@Plenum.example",
    "password1": "correct horse battery",
}


def link_in(message):
    return re.search(r"https?://\S+", message.body).group()


def path_in(message):
    return link_in(message).removeprefix("http://127.0.0.1:8000")


def sign_up(client, **changes):
    return client.post(SIGN_UP, {**DATA, **changes})


@pytest.mark.django_db
def test_it_makes_a_member_once_the_address_is_confirmed(client):
    response = sign_up(client)

    assert response["Location"] == "/fr/compte/confirm-email/"
    assert "_auth_user_id" not in client.session
    [message] = mail.outbox
    assert message.to == ["nadia@plenum.example"]

    # A mail scanner that follows the link confirms nothing.
    assert client.get(path_in(message)).status_code == 200
    assert not EmailAddress.objects.get().verified

    client.post(path_in(message))

    user = User.objects.get()
    assert (user.display_name, user.email) == ("Nadia Neuve", "nadia@plenum.example")
    assert EmailAddress.objects.get().verified
    assert [group.name for group in user.groups.all()] == ["Members"]
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.django_db
def test_it_asks_for_name_address_and_password_in_that_order(client):
    form = client.get(SIGN_UP).context["form"]
    assert list(form.fields) == ["display_name", "email", "password1"]


@pytest.mark.django_db
def test_it_leads_back_to_where_the_member_came_from(client):
    page = base.make_minutes(base.make_workgroup())
    url = page.get_url()
    assert url in client.get(f"{SIGN_UP}?next={url}").content.decode()

    sign_up(client, next=url)
    response = client.post(path_in(mail.outbox[0]))

    assert response["Location"] == url


@pytest.mark.django_db
def test_it_leads_to_no_other_site(client):
    sign_up(client, next="https://evil.example/")
    response = client.post(path_in(mail.outbox[0]))
    assert response["Location"] == "/fr/"


@pytest.mark.django_db
def test_a_link_opened_elsewhere_confirms_but_signs_nobody_in(client):
    sign_up(client)
    elsewhere = Client()
    response = elsewhere.post(path_in(mail.outbox[0]))
    assert EmailAddress.objects.get().verified
    assert "_auth_user_id" not in elsewhere.session
    assert response["Location"] == "/fr/compte/login/"


@pytest.mark.django_db
def test_an_old_link_says_so(client):
    sign_up(client)
    path = path_in(mail.outbox[0])
    with override_settings(ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS=-1):
        response = client.get(path)
    assert response.status_code == 200
    assert not response.context["can_confirm"]
    client.post(path)  # control: in time, the same link is good
    assert EmailAddress.objects.get().verified


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_it_writes_in_the_language_of_the_interface(client, language):
    prefix = {"fr": "/fr/compte/", "nl": "/nl/account/", "en": "/en/account/"}[language]
    # The catalogues are compiled by make; without them every prefix says "compte".
    if client.get(f"{prefix}signup/").status_code == 404:
        prefix = f"/{language}/compte/"
    client.post(f"{prefix}signup/", DATA)
    assert User.objects.get().language == language
    assert path_in(mail.outbox[0]).startswith(f"{prefix}confirm-email/")


@pytest.mark.django_db
def test_a_link_is_never_built_from_the_host_header():
    with override_settings(ALLOWED_HOSTS=["*"], BASE_URL="https://plenum.example"):
        client = Client(headers={"host": "evil.example"})
        sign_up(client)
        assert EmailAddress.objects.update(verified=True)
        client.post("/fr/compte/password/reset/", {"email": DATA["email"]})
        client.post("/fr/compte/password/reset/", {"email": "nobody@plenum.example"})
        sign_up(Client(headers={"host": "evil.example"}))
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        assert "evil.example" not in message.body + message.subject
        assert link_in(message).startswith("https://plenum.example/fr/compte/")


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["member@plenum.example", "MEMBER@plenum.Example"])
def test_it_does_not_tell_that_an_address_has_an_account(email):
    base.make_user(email="member@plenum.example")
    known = sign_up(Client(), email=email)
    unknown = sign_up(Client(), email="nobody@plenum.example")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    pages = [Client(), Client()]
    shown = []
    for client, address in zip(pages, [email, "nobody@plenum.example"], strict=True):
        response = client.post(SIGN_UP, {**DATA, "email": address}, follow=True)
        content = response.content.decode().replace(address.lower(), "…")
        shown.append(re.sub(r"csrf\S+|value=\S+", "", content))
    assert shown[0] == shown[1]
    assert User.objects.filter(email__iexact="member@plenum.example").count() == 1


@pytest.mark.django_db
def test_it_writes_to_the_owner_of_a_known_address_instead(member):
    member.language = "nl"
    member.save()
    sign_up(Client(), email=member.email)
    [message] = mail.outbox
    assert message.to == [member.email]
    assert "/nl/" in link_in(message)
    assert "confirm-email" not in message.body


@pytest.mark.django_db
def test_it_works_as_hard_for_a_known_address(member):
    with mock.patch("accounts.forms.make_password", wraps=make_password) as hashed:
        sign_up(Client(), email=member.email)
    hashed.assert_called_once_with(DATA["password1"])


@pytest.mark.django_db
def test_an_address_that_was_never_confirmed_can_be_tried_again(client):
    sign_up(client)
    response = sign_up(Client(), password1="another horse battery")
    assert response["Location"] == "/fr/compte/confirm-email/"
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "field, value",
    [
        ("display_name", "   "),
        ("display_name", "x" * 81),
        ("display_name", "nul\x00"),
        ("email", "not-an-address"),
        ("password1", "short"),
        ("password1", "password1234"),
    ],
)
def test_it_keeps_what_was_typed_when_something_is_wrong(client, field, value):
    response = sign_up(client, **{field: value})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {field}
    other = "email" if field != "email" else "display_name"
    assert DATA[other].strip() in response.content.decode()
    assert not User.objects.exists() and not mail.outbox


@pytest.mark.django_db
@override_settings(ACCOUNT_RATE_LIMITS={})
def test_one_address_cannot_ask_without_end():
    answers = [sign_up(Client(), email=f"user{n}@plenum.example").status_code for n in range(22)]
    assert answers[:20] == [302] * 20
    assert answers[20:] == [429] * 2

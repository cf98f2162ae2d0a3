"""Whatever goes wrong, the text is still there, and can be sent."""

import re
from html import unescape
from smtplib import SMTPException

import pytest
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from discussion import posting, views
from discussion.models import DiscussionPolicy, PageComment, PendingComment
from discussion.screening import Verdict
from tests import base

pytestmark = pytest.mark.django_db

TEXT = "Un texte « à moi » & <à garder>,\n\nlong."


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def post(client, page, **changes):
    data = base.comment_form_data(page, **{"comment": TEXT, **changes})
    return client.post(reverse("comment_post", args=[page.pk]), data)


def send_again(client, page, response, **changes):
    """What a browser sends when the form that came back is sent as it is."""
    form = response.context["discussion"]["form"]
    data = {field.html_name: field.value() or "" for field in form if field.html_name != "files"}
    data["comment"] = textarea(response)
    return client.post(reverse("comment_post", args=[page.pk]), data | changes)


def textarea(response):
    """The message in the form, as a browser has it."""
    found = re.search(r'<textarea name="comment"[^>]*>\r?\n?(.*?)</textarea>', html(response), re.S)
    return unescape(found[1])


def html(response):
    return response.content.decode()


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("email", "faux"),
        ("keywords", ",".join("abcdefghi")),
        ("comment", "x" * 10_001),
    ],
)
def test_a_refusal_is_beside_its_field_with_all_that_was_typed(
    client, minutes, language, field, value
):
    base.make_keyword("portage")
    typed = {"name": "Odette", "email": "o@plenum.example", "keywords": "portage", field: value}
    with translation.override(language):
        response = post(client, minutes, **typed)
    assert response.status_code == 422
    page = html(response)
    at = page.index(f'name="{field}"')
    assert 'class="errorlist"' in page[at : at + 11_000]
    assert page.count('class="errorlist"') == 1
    for name, typed_value in typed.items():
        assert escape(typed_value) in page, name
    if field != "comment":
        assert textarea(response) == TEXT


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": "0"},
        {"security_hash": "x" * 40},
        {"token": "faux"},
        {"reply_to": "999999"},
        {"honeypot": "x"},
        {"kept_as": "faux", "timestamp": "0"},
    ],
)
def test_a_form_that_is_no_longer_good_comes_back_filled_and_can_be_sent(client, minutes, changes):
    response = post(client, minutes, **changes)
    assert response.status_code == 422 and textarea(response) == TEXT
    assert send_again(client, minutes, response).status_code == 302
    assert PendingComment.objects.get().comment == TEXT


def test_a_session_that_ended_meanwhile_costs_nothing(as_user, member, minutes):
    client = as_user(member)
    form = base.comment_form_data(minutes, comment=TEXT)
    form.pop("name"), form.pop("email")
    client.logout()
    response = client.post(reverse("comment_post", args=[minutes.pk]), form)
    assert response.status_code == 422 and textarea(response) == TEXT
    # They may sign in from there.
    off = send_again(client, minutes, response, sign_in="1")
    assert off.url.startswith(reverse("account_login"))


def test_a_lost_cookie_gives_a_form_that_can_be_sent(member, minutes):
    client = base.sign_in(Client(enforce_csrf_checks=True), member)
    keyword = base.make_keyword("portage")
    response = post(client, minutes, keywords="portage")
    assert response.status_code == 403
    page = html(response)
    assert escape(TEXT) in page
    data = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    again = client.post(reverse("comment_post", args=[minutes.pk]), data | {"comment": TEXT})
    assert again.status_code == 302
    comment = PageComment.objects.get()
    assert comment.comment == TEXT and list(comment.keywords.all()) == [keyword]


def test_a_lost_cookie_costs_no_edit(member, minutes):
    client = base.sign_in(Client(enforce_csrf_checks=True), member)
    comment = base.make_comment(minutes, user=member)
    address = reverse("comment_edit", args=[comment.pk])
    response = client.post(address, {"comment": TEXT})
    assert response.status_code == 403 and escape(TEXT) in html(response)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html(response))[1]
    client.post(address, {"comment": TEXT, "csrfmiddlewaretoken": token})
    comment.refresh_from_db()
    assert comment.comment == TEXT


@pytest.mark.parametrize("error", [SMTPException("no"), OSError("no"), ConnectionRefusedError()])
def test_a_mail_server_that_is_down_costs_nothing(client, minutes, monkeypatch, error):
    def refuse(*args, **kwargs):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(posting, "send_mail", refuse)
        response = post(client, minutes)
    assert response.status_code == 422 and textarea(response) == TEXT
    assert send_again(client, minutes, response).status_code == 302


def test_an_error_of_ours_costs_nothing(as_user, member, minutes):
    def fail(sender, **kwargs):
        raise RuntimeError("something nobody thought of")

    client = as_user(member)
    pre_save.connect(fail, sender=PageComment)
    try:
        response = post(client, minutes)
    finally:
        pre_save.disconnect(fail, sender=PageComment)
    assert response.status_code == 500 and textarea(response) == TEXT
    assert not PageComment.objects.exists()
    assert send_again(client, minutes, response).status_code == 302
    assert PageComment.objects.get().comment == TEXT


def test_a_discussion_closed_meanwhile_costs_nothing(as_user, member, minutes):
    DiscussionPolicy.objects.create(page=minutes, mode="closed")
    response = post(as_user(member), minutes)
    assert response.status_code == 422 and textarea(response) == TEXT
    assert not PageComment.objects.exists()


def test_nor_one_closed_before_the_link_was_opened(client, minutes, mailoutbox):
    post(client, minutes)
    link = re.search(r"https?://[^/]+(/\S+)", mailoutbox[0].body)[1]
    DiscussionPolicy.objects.create(page=minutes, mode="members")
    for response in (client.get(link), client.post(link)):
        assert response.status_code == 410 and "&lt;à garder&gt;" in html(response)
    assert not PageComment.objects.exists()


def test_what_screening_refuses_is_beside_its_field(client, minutes, monkeypatch):
    verdict = Verdict(refused={"comment": "Trop vite.", "proof": "Sans preuve."})
    monkeypatch.setattr(views, "screen", lambda *args: verdict)
    response = post(client, minutes)
    assert response.status_code == 422 and textarea(response) == TEXT
    assert "Trop vite." in html(response) and "Sans preuve." in html(response)


@pytest.mark.parametrize(("mode", "who"), [("hold", "member"), ("visitors", "visitor")])
def test_what_is_held_is_said_to_wait(client, as_user, member, minutes, mailoutbox, mode, who):
    DiscussionPolicy.objects.create(page=minutes, mode=mode)
    writer = as_user(member) if who == "member" else client
    response = post(writer, minutes)
    if who == "visitor":
        response = client.post(re.search(r"https?://[^/]+(/\S+)", mailoutbox[0].body)[1])
    assert PageComment.objects.get().state == "held"
    shown = writer.get(response.url, follow=True)
    assert shown.status_code == 200 and "une fois relu" in html(shown)
    assert "à garder" not in html(as_user().get(minutes.url))

"""The form under a page, from a visitor's or a member's hand to a published comment."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from discussion.models import PageComment, PendingComment
from discussion.posting import PENDING_PER_ADDRESS, confirmation_path
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def post(client, page, **changes):
    data = base.comment_form_data(page, **changes)
    return client.post(reverse("comment_post", args=[page.pk]), data)


def link_in(message):
    return re.search(r"https?://[^/]+(/\S+)", message.body)[1]


def test_it_holds_a_visitors_comment_until_the_mailed_link_is_used(client, minutes):
    response = post(client, minutes, comment="Bonjour.\n\nDeuxième paragraphe.")
    assert response.status_code == 302
    assert PageComment.objects.count() == 0
    assert "Deuxième paragraphe" not in client.get(minutes.url).content.decode()
    message = mail.outbox[0]
    assert message.to == ["visitor@plenum.example"]
    assert settings.BASE_URL in message.body

    link = link_in(message)
    shown = client.get(link)
    assert "Deuxième paragraphe" in shown.content.decode()
    assert PageComment.objects.count() == 0, "looking is not confirming"

    confirmed = client.post(link)
    comment = PageComment.objects.get()
    assert confirmed.url == comment.get_absolute_url()
    assert PendingComment.objects.count() == 0
    page = client.get(minutes.url).content.decode()
    assert "<p>Deuxième paragraphe.</p>" in page
    assert "visitor@plenum.example" not in page


def test_it_publishes_once_however_often_the_link_is_used(client, minutes):
    post(client, minutes)
    link = link_in(mail.outbox[0])
    client.post(link)
    again = client.post(link)
    assert again.status_code == 302
    assert client.get(link).status_code == 302
    assert PageComment.objects.count() == 1


def test_it_does_not_bring_back_a_comment_that_was_deleted(client, minutes):
    post(client, minutes)
    link = link_in(mail.outbox[0])
    client.post(link)
    PageComment.objects.all().delete()
    assert client.post(link).status_code == 410
    assert PageComment.objects.count() == 0


def test_it_refuses_a_false_or_old_link_with_a_page(client, minutes, settings):
    false = client.get(reverse("comment_confirm", args=["abc:def:ghi"]))
    assert false.status_code == 410
    assert "<h1" in false.content.decode()
    post(client, minutes)
    link = link_in(mail.outbox[0])
    assert client.get(link).status_code == 200
    settings.COMMENT_CONFIRM_DAYS = -1
    assert client.get(link).status_code == 410


def test_it_publishes_a_members_comment_at_once_under_their_own_name(client, minutes, member):
    keyword = base.make_keyword("portage", nl="payrolling")
    base.sign_in(client, member)
    response = post(client, minutes, name="La Présidente", keywords="Payrolling")
    comment = PageComment.objects.get()
    assert response.url == comment.get_absolute_url()
    assert comment.user_name == "Mila Membre"
    assert list(comment.keywords.all()) == [keyword]
    assert comment.user_email == ""


def test_it_takes_no_members_comment_from_another_site(minutes, member):
    strict = base.sign_in(Client(enforce_csrf_checks=True), member)
    assert post(strict, minutes).status_code == 403
    assert PageComment.objects.count() == 0
    # A visitor needs no token (and so no cookie): there is no authority to borrow.
    assert post(Client(enforce_csrf_checks=True), minutes).status_code == 302


def test_it_stores_a_form_sent_twice_once(client, minutes, member):
    base.sign_in(client, member)
    data = base.comment_form_data(minutes)
    url = reverse("comment_post", args=[minutes.pk])
    first, second = client.post(url, data), client.post(url, data)
    assert first.url == second.url
    assert PageComment.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "not an address"},
        {"name": ""},
        {"honeypot": "http://buy.example"},
        {"timestamp": base.seconds_ago(settings.COMMENTS_TIMEOUT + 60)},
        {"security_hash": "0" * 40},
        {"security_hash": ""},
        {"timestamp": "soon"},
        {"keywords": "un mot que personne ne connaît"},
        {"reply_to": 99999},
        {"token": "no token"},
        {"comment": "Mon texte. " + "x" * settings.COMMENT_LENGTH},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_it_gives_back_what_was_typed_when_something_is_wrong(client, minutes, wrong):
    response = post(client, minutes, **{"comment": "Mon texte.", **wrong})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Mon texte." in page
    assert PendingComment.objects.count() == 0
    assert not mail.outbox
    fixed = response.context["discussion"]["form"]
    assert fixed.general_errors or any(fixed.errors.values())


def test_it_can_be_sent_again_after_a_stale_form_came_back(client, minutes):
    stale = post(client, minutes, timestamp=base.seconds_ago(settings.COMMENTS_TIMEOUT + 60))
    form = stale.context["discussion"]["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    response = client.post(reverse("comment_post", args=[minutes.pk]), data)
    assert response.status_code == 302
    assert PendingComment.objects.count() == 1


def test_it_asks_for_a_second_look_when_sent_too_fast(client, minutes, settings):
    settings.COMMENT_MINIMUM_SECONDS = 3
    assert post(client, minutes).status_code == 422
    assert post(client, minutes, **_signed_at(minutes, 10)).status_code == 302


def test_it_keeps_the_text_when_the_mail_cannot_be_sent(client, minutes, monkeypatch):
    def broken(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("discussion.posting.send_mail", broken)
    response = post(client, minutes, comment="Je tiens à ce texte.")
    assert response.status_code == 422
    assert "Je tiens à ce texte." in response.content.decode()
    assert PendingComment.objects.count() == 0


def test_it_sends_one_address_only_so_many_mails_an_hour(client, minutes):
    for _ in range(PENDING_PER_ADDRESS):
        assert post(client, minutes).status_code == 302
    assert post(client, minutes, email="VISITOR@plenum.example").status_code == 422
    assert len(mail.outbox) == PENDING_PER_ADDRESS
    PendingComment.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert post(client, minutes).status_code == 302


def test_it_erases_what_nobody_confirmed(client, minutes, settings):
    post(client, minutes, email="old@plenum.example")
    days = timedelta(days=settings.COMMENT_CONFIRM_DAYS)
    PendingComment.objects.update(created_at=timezone.now() - days + timedelta(hours=1))
    post(client, minutes)
    assert PendingComment.objects.count() == 2
    PendingComment.objects.update(created_at=timezone.now() - days - timedelta(hours=1))
    post(client, minutes, email="new@plenum.example")
    assert PendingComment.objects.get().email == "new@plenum.example"


def test_it_links_from_the_base_url_whatever_host_was_asked(client, minutes, settings):
    settings.ALLOWED_HOSTS = ["*"]
    data = base.comment_form_data(minutes)
    client.post(reverse("comment_post", args=[minutes.pk]), data, HTTP_HOST="evil.example")
    assert "evil.example" not in mail.outbox[0].body
    assert settings.BASE_URL in mail.outbox[0].body


def test_it_writes_the_mail_in_the_language_of_the_page_that_was_read(client, minutes):
    data = base.comment_form_data(minutes)
    with translation.override("en"):
        url = reverse("comment_post", args=[minutes.pk])
    client.post(url, data)
    pending = PendingComment.objects.get()
    assert pending.interface_language == "en"
    assert confirmation_path(pending).startswith("/en/")
    assert pending.language == "en"


def test_it_publishes_on_its_own_a_reply_whose_comment_was_hidden_meanwhile(client, minutes):
    parent = base.make_comment(minutes)
    post(client, minutes, reply_to=parent.pk)
    parent.is_removed = True
    parent.save()
    client.post(link_in(mail.outbox[0]))
    comment = PageComment.objects.latest("pk")
    assert comment.comment == "Merci pour ce compte rendu."
    assert not comment.is_reply


def test_it_refuses_comments_where_no_discussion_is_held(client, workgroup, minutes):
    base.make_comment(minutes)
    data = base.comment_form_data(minutes)
    assert client.post(reverse("comment_post", args=[workgroup.pk]), data).status_code == 404
    assert client.post(reverse("comment_post", args=[minutes.pk]), data).status_code == 302
    assert client.get(reverse("comment_post", args=[minutes.pk])).status_code == 405


def _signed_at(page, seconds):
    from django.contrib.auth.models import AnonymousUser

    from discussion.forms import CommentForm

    at = base.seconds_ago(seconds)
    form = CommentForm(page, AnonymousUser())
    return {"timestamp": at, "security_hash": form.initial_security_hash(at)}

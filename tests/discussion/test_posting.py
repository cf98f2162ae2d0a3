"""The form under a page, from a visitor's or a member's hand to a published comment."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from discussion.models import PageComment, PendingComment, Tally
from discussion.posting import PENDING_PER_ADDRESS, confirmation_path
from pages.templatetags.pages_tags import paragraphs
from tests import base
from tests.base import at_once

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


def test_it_takes_keywords_between_commas_and_semicolons(client, minutes, member):
    words = [base.make_keyword(word) for word in ("couveuse", "portage", "statut social")]
    base.sign_in(client, member)
    post(client, minutes, keywords="portage; couveuse,statut social;")
    assert list(PageComment.objects.get().keywords.order_by("name")) == words


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


def test_it_ties_each_remark_to_its_field(client, minutes):
    page = post(client, minutes, keywords="inconnu").content.decode()
    field = re.search(r'<input[^>]*name="keywords"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert "id_keywords_helptext" in field and "id_keywords_error" in field
    assert 'id="id_keywords_error"' in page


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
    Tally.objects.update(until=timezone.now())  # an hour later
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
    parent.state = "hidden"
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
    by_address = client.get(reverse("comment_post", args=[minutes.pk]))
    assert by_address.url == f"{minutes.url}#repondre"
    assert client.get(reverse("comment_post", args=[workgroup.pk])).status_code == 404


# --- The same form, another text ------------------------------------------------------------------


def test_it_keeps_a_second_text_from_the_same_form(client, minutes, member):
    base.sign_in(client, member)
    data = base.comment_form_data(minutes)
    url = reverse("comment_post", args=[minutes.pk])
    client.post(url, data)
    client.post(url, data | {"comment": "Autre chose."})
    assert {comment.comment for comment in PageComment.objects.all()} == {
        data["comment"],
        "Autre chose.",
    }


def test_it_tells_a_visitor_whose_text_is_published_already(client, minutes):
    data = base.comment_form_data(minutes)
    url = reverse("comment_post", args=[minutes.pk])
    client.post(url, data)
    client.post(link_in(mail.outbox[0]))
    comment = PageComment.objects.get()
    again = client.post(url, data)
    assert again.url == comment.get_absolute_url()
    assert "déjà publié" in client.get(again.url, follow=True).content.decode()
    assert PendingComment.objects.count() == 0
    assert len(mail.outbox) == 1


def test_it_holds_a_visitors_second_text_from_a_form_that_was_confirmed(client, minutes):
    data = base.comment_form_data(minutes)
    url = reverse("comment_post", args=[minutes.pk])
    client.post(url, data)
    client.post(link_in(mail.outbox[0]))
    client.post(url, data | {"comment": "Autre chose."})
    link = link_in(mail.outbox[1])
    assert "Autre chose." in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    assert PageComment.objects.count() == 2


@pytest.mark.parametrize("change", [{"comment": "Mieux dit."}, {"email": "right@plenum.example"}])
def test_it_mails_a_correction_made_before_confirming(client, minutes, change):
    data = base.comment_form_data(minutes)
    url = reverse("comment_post", args=[minutes.pk])
    client.post(url, data)
    corrected = data | change
    client.post(url, corrected)
    assert mail.outbox[1].to == [corrected["email"]]
    assert corrected["comment"] in client.get(link_in(mail.outbox[1])).content.decode()


def test_it_takes_a_corrected_name_without_another_mail(client, minutes):
    data = base.comment_form_data(minutes)
    url = reverse("comment_post", args=[minutes.pk])
    client.post(url, data)
    client.post(url, data | {"name": "Vera Visiteuse"})
    assert PendingComment.objects.get().name == "Vera Visiteuse"
    assert len(mail.outbox) == 1


def test_a_token_known_from_elsewhere_is_no_trouble(client, minutes, workgroup, member, moderator):
    other = base.make_minutes(workgroup)
    token = base.comment_form_data(minutes)["token"]
    base.sign_in(client, member)
    assert post(client, minutes, token=token).status_code == 302
    for someone in (Client(), base.sign_in(Client(), moderator)):
        assert post(someone, minutes, token=token).status_code == 302
        assert post(someone, other, token=token).status_code == 302
    assert PageComment.objects.count() == 3
    assert PendingComment.objects.count() == 2


# --- A page closed meanwhile ----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["closed", "unpublished"])
def test_a_link_opens_no_page_that_its_reader_may_not_see(client, minutes, workgroup, how):
    minutes.title = "Ordre du jour secret"
    minutes.save_revision().publish()
    post(client, minutes)
    link = link_in(mail.outbox[0])
    if how == "closed":
        base.close(workgroup, "Groupe fermé")
    else:
        minutes.unpublish()
    shown = client.get(link)
    assert shown.status_code == 410
    assert "secret" not in shown.content.decode()
    assert client.post(link).status_code == 410
    assert PageComment.objects.count() == 0


def test_a_link_is_good_for_a_reader_of_the_closed_page(client, minutes, workgroup, group_member):
    post(client, minutes)
    link = link_in(mail.outbox[0])
    base.close(workgroup, "Groupe fermé")
    base.sign_in(client, group_member)
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 302
    assert PageComment.objects.count() == 1


# --- Keywords of closed groups --------------------------------------------------------------------


def test_a_keyword_used_where_the_writer_may_not_look_is_unknown(
    client, minutes, private_workgroup, group_member
):
    secret, unused = base.make_keyword("fusion"), base.make_keyword("statut")
    closed = base.make_minutes(private_workgroup, keywords=[secret])
    answers = [
        post(client, minutes, keywords=word).context["discussion"]["form"].errors["keywords"]
        for word in ("fusion", "zzz")
    ]
    assert answers[0][0].replace("fusion", "zzz") == answers[1][0]
    assert post(client, minutes, keywords="statut").status_code == 302
    base.make_comment(closed, keywords=[unused])
    assert post(client, minutes, keywords="statut").status_code == 422
    base.sign_in(client, group_member)
    assert post(client, minutes, keywords="fusion").status_code == 302
    assert list(PageComment.objects.latest("pk").keywords.all()) == [secret]


def test_a_keyword_that_became_private_is_not_published(client, minutes, workgroup):
    keyword, other = base.make_keyword("fusion"), base.make_keyword("statut")
    post(client, minutes, keywords="fusion, statut")
    base.make_minutes(base.make_workgroup(private_to="Groupe fermé"), keywords=[keyword])
    client.post(link_in(mail.outbox[0]))
    assert list(PageComment.objects.get().keywords.all()) == [other]


# --- Odd input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        {"timestamp": 10**400},
        {"timestamp": -(10**400)},
        {"reply_to": 2**31},
        {"reply_to": 10**30},
        {"reply_to": -(10**30)},
        {"email": "a@" + ".".join(["b" * 60] * 5) + ".example"},
    ],
    ids=lambda odd: "{}={:.12}".format(*next((name, str(value)) for name, value in odd.items())),
)
def test_it_says_what_is_wrong_with_odd_input(client, minutes, odd):
    response = post(client, minutes, **odd)
    assert response.status_code == 422
    assert PendingComment.objects.count() == 0
    form = response.context["discussion"]["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"email": "a@b.example"}
    assert client.post(reverse("comment_post", args=[minutes.pk]), data).status_code == 302


@pytest.mark.parametrize("number", [10**23, 2**63, 10**18, "²"])
def test_there_is_nothing_at_an_odd_number(client, minutes, number):
    assert client.get(f"/fr/commentaires/{number}/").status_code == 404
    assert client.post(f"/fr/commentaires/page/{number}/").status_code == 404


# --- The mail -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_it_holds_no_lock_while_the_mail_is_sent(client, minutes, monkeypatch):
    def busy(*args, **kwargs):
        open_while_sending.append(connection.in_atomic_block)
        raise TimeoutError

    open_while_sending = []
    monkeypatch.setattr("discussion.posting.send_mail", busy)
    assert post(client, minutes).status_code == 422
    assert open_while_sending == [False]
    assert PendingComment.objects.count() == 0


def test_the_mail_carries_no_words_of_the_writer(client, minutes):
    post(client, minutes, name="Gagnez http://buy.example", comment="Achetez ici.")
    assert "buy.example" not in mail.outbox[0].body
    assert "Achetez" not in mail.outbox[0].body
    assert minutes.title in mail.outbox[0].body
    assert mail.outbox[0].body.startswith("Bonjour,")


def test_it_sends_only_so_many_mails_an_hour(client, minutes, monkeypatch):
    monkeypatch.setattr("discussion.posting.PENDING_PER_HOUR", 2)
    for number in range(2):
        assert post(client, minutes, email=f"v{number}@plenum.example").status_code == 302
    response = post(client, minutes, comment="Je tiens à ce texte.")
    assert response.status_code == 422
    assert "Je tiens à ce texte." in response.content.decode()
    assert len(mail.outbox) == 2
    client.post(link_in(mail.outbox[0]))
    assert post(client, minutes).status_code == 302, "a confirmed one no longer counts"
    assert post(client, minutes).status_code == 422, "and one only"


@pytest.mark.parametrize("sent_to", ["one", "many"])
@pytest.mark.django_db(transaction=True)
def test_it_sends_only_so_many_mails_when_many_ask_at_once(minutes, monkeypatch, sent_to):
    monkeypatch.setattr("discussion.posting.PENDING_PER_HOUR", PENDING_PER_ADDRESS)
    data = [
        base.comment_form_data(minutes, email=f"v{number * (sent_to == 'many')}@plenum.example")
        for number in range(3 * PENDING_PER_ADDRESS)
    ]
    url = reverse("comment_post", args=[minutes.pk])
    answers = at_once(*(lambda each=each: Client().post(url, each).status_code for each in data))
    assert len(mail.outbox) == PendingComment.objects.count() == PENDING_PER_ADDRESS
    assert sorted(answers) == [302] * PENDING_PER_ADDRESS + [422] * 2 * PENDING_PER_ADDRESS


def test_a_mail_that_does_not_leave_does_not_count(client, minutes, monkeypatch):
    def broken(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("discussion.posting.send_mail", broken)
        for _ in range(PENDING_PER_ADDRESS + 1):
            assert "n’a pas pu être envoyé" in post(client, minutes).content.decode()
    assert post(client, minutes).status_code == 302
    assert len(mail.outbox) == 1


def test_the_same_form_sent_again_counts_once(client, minutes):
    data = base.comment_form_data(minutes)
    url = reverse("comment_post", args=[minutes.pk])
    for _ in range(PENDING_PER_ADDRESS + 1):
        assert client.post(url, data).status_code == 302
    for number in range(1, PENDING_PER_ADDRESS):
        assert post(client, minutes, comment=f"Encore {number}.").status_code == 302
    assert post(client, minutes, comment="Une de trop.").status_code == 422


def test_a_line_of_spaces_starts_a_paragraph_too():
    assert paragraphs("un\n \t\n \ndeux\ntrois", "fr") == "<p>un</p>\n<p>deux<br>trois</p>"
    assert paragraphs("un\r\n\r\n  deux", "fr") == "<p>un</p>\n<p>  deux</p>"


def _signed_at(page, seconds):
    from django.contrib.auth.models import AnonymousUser

    from discussion.forms import CommentForm

    at = base.seconds_ago(seconds)
    form = CommentForm(page, AnonymousUser())
    return {"timestamp": at, "security_hash": form.initial_security_hash(at)}

"""What waits is told to its moderators, with a link that decides without signing in."""

import re
import smtplib

import pytest
from django.contrib.auth.models import Group
from django.core import mail, signing
from django.utils import translation

from discussion import moderation, moderation_mail
from discussion.models import DiscussionPolicy, ModerationAct, PageComment, State
from tests import base

pytestmark = pytest.mark.django_db
Act = ModerationAct.Act


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup, title="Le portage en débat")


@pytest.fixture
def hold(page, django_capture_on_commit_callbacks):
    """Makes a comment that waits, as a report or an edit makes it wait."""

    def made(text="Un avis.", **changes):
        comment = base.make_comment(page, text, **changes)
        with django_capture_on_commit_callbacks(execute=True):
            moderation.set_state([comment], Act.HOLD)
        return comment

    return made


def link(number=-1):
    return re.search(
        r"https?://[^/]+(/\S+/moderer/\S+|/\S+/modereren/\S+)", mail.outbox[number].body
    )[1]


def state(comment):
    return PageComment.objects.get(pk=comment.pk).state


def test_a_posted_one_that_waits_is_told(
    as_user, moderator, member, page, django_capture_on_commit_callbacks
):
    DiscussionPolicy.objects.create(page=page, mode="hold")
    data = base.comment_form_data(page, comment="Un avis bien à moi.")
    del data["name"], data["email"]
    with django_capture_on_commit_callbacks(execute=True):
        as_user(member).post(f"/fr/commentaires/page/{page.pk}/", data)
    assert PageComment.objects.get().state == State.HELD
    [sent] = mail.outbox
    assert sent.to == [moderator.email]
    assert page.title in sent.subject and "Un avis bien à moi" not in sent.body + sent.subject


def test_a_confirmed_one_that_waits_is_told(
    client, moderator, page, django_capture_on_commit_callbacks
):
    DiscussionPolicy.objects.create(page=page, mode="visitors")
    client.post(f"/fr/commentaires/page/{page.pk}/", base.comment_form_data(page))
    [confirmation] = mail.outbox
    address = re.search(r"https?://[^/]+(\S+)", confirmation.body)[1]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address)
    assert [sent.to for sent in mail.outbox[1:]] == [[moderator.email]]


def test_a_published_one_is_not_told(
    as_user, moderator, member, page, django_capture_on_commit_callbacks
):
    data = base.comment_form_data(page)
    del data["name"], data["email"]
    with django_capture_on_commit_callbacks(execute=True):
        as_user(member).post(f"/fr/commentaires/page/{page.pk}/", data)
    assert PageComment.objects.get().state == State.PUBLISHED
    assert mail.outbox == []


def test_the_link_shows_on_get_and_decides_on_post(client, moderator, hold):
    comment = hold("Un *bel* avis.")
    url = link()
    shown = client.get(url).content.decode()
    assert "<em>bel</em>" in shown and 'value="approve"' in shown
    client.head(url)
    assert state(comment) == State.HELD  # looking changes nothing
    assert client.post(url, {}).status_code == 400
    assert client.post(url, {"act": "delete"}).status_code == 400
    assert state(comment) == State.HELD
    assert "C’est fait" in client.post(url, {"act": "approve"}).content.decode()
    assert state(comment) == State.PUBLISHED
    act = ModerationAct.objects.get(act=Act.APPROVE)
    assert act.moderator == moderator and moderation.undoable(act)


@pytest.mark.parametrize(("act", "now"), [("hide", State.HIDDEN), ("spam", State.SPAM)])
def test_it_hides_and_marks_spam(client, moderator, hold, act, now):
    comment = hold()
    client.post(link(), {"act": act})
    assert state(comment) == now


def test_it_decides_once(client, moderator, hold):
    comment = hold()
    client.post(link(), {"act": "spam"})
    for answer in (client.get(link()), client.post(link(), {"act": "approve"})):
        assert answer.status_code == 409
        assert "déjà décidé" in answer.content.decode()
    assert state(comment) == State.SPAM
    assert ModerationAct.objects.filter(act=Act.APPROVE).count() == 0


def test_what_somebody_else_decided_stands(client, moderator, admin, hold):
    comment = hold()
    moderation.set_state([comment], Act.HIDE, admin)
    assert client.post(link(), {"act": "approve"}).status_code == 409
    assert state(comment) == State.HIDDEN


def test_an_old_link_is_not_good_for_the_next_time(client, moderator, hold):
    comment = hold()
    old = link()
    client.post(old, {"act": "approve"})
    moderation.set_state([comment], Act.HOLD)
    assert client.post(old, {"act": "approve"}).status_code == 409
    assert state(comment) == State.HELD


def test_an_expired_or_false_link_is_none(client, moderator, hold, days_later):
    comment = hold()
    url = link()
    assert client.get(url[:-3] + "x/").status_code == 410
    with days_later(days=8):
        assert client.get(url).status_code == 410
        assert client.post(url, {"act": "approve"}).status_code == 410
    assert state(comment) == State.HELD
    assert client.get(url).status_code == 200  # control


@pytest.fixture
def days_later(monkeypatch):
    """Lets the signer think that so many days have passed."""
    import contextlib
    import time

    @contextlib.contextmanager
    def later(days):
        now = time.time()
        with monkeypatch.context() as patch:
            patch.setattr(signing.time, "time", lambda: now + days * 24 * 60 * 60)
            yield

    return later


def test_who_has_lost_the_duty_decides_nothing(client, moderator, hold):
    comment = hold()
    url = link()
    moderator.groups.clear()
    assert client.get(url).status_code == 410
    assert client.post(url, {"act": "approve"}).status_code == 410
    moderator.groups.add(Group.objects.get(name="Moderators"))
    assert client.get(url).status_code == 200  # control
    moderator.is_active = False
    moderator.save()
    assert client.post(url, {"act": "approve"}).status_code == 410
    assert state(comment) == State.HELD


def test_who_may_no_longer_see_the_page_is_shown_nothing(client, moderator, hold, workgroup):
    comment = hold("Secret désormais.")
    restriction = base.close(workgroup, "Groupe fermé")
    answer = client.get(link())
    assert answer.status_code == 410
    shown = answer.content.decode()
    assert "Secret désormais" not in shown and "Le portage" not in shown
    assert client.post(link(), {"act": "approve"}).status_code == 410
    assert state(comment) == State.HELD
    restriction.delete()
    assert "Secret désormais" in client.get(link()).content.decode()  # control


def test_it_is_written_in_the_moderators_language(moderator, hold):
    moderator.language = "nl"
    moderator.save()
    with translation.override("en"):
        hold()
    assert "/nl/" in mail.outbox[0].body


def test_a_subject_is_one_line_without_the_writers_words(moderator, hold, page):
    type(page).objects.filter(pk=page.pk).update(title="Titre\r\nBcc: x@evil.example")
    hold("Objet: gagnez", name="Bcc: y@evil.example")
    [sent] = mail.outbox
    assert "\n" not in sent.subject and "y@evil" not in sent.subject
    assert sent.recipients() == [moderator.email]


def test_a_flood_is_so_many_mails_and_a_word(moderator, hold, settings):
    settings.COMMENT_MODERATION_MAILS = 3
    for n in range(6):
        hold(f"Numéro {n}.")
    assert len(mail.outbox) == 3
    assert "dernier courriel" in mail.outbox[-1].body
    assert "dernier courriel" not in mail.outbox[0].body
    assert "autres commentaires attendent aussi" in mail.outbox[-1].body
    assert "?state=held" in mail.outbox[-1].body


def test_a_mail_server_that_is_down_costs_nothing(moderator, hold, monkeypatch, caplog):
    def down(*args, **kwargs):
        raise smtplib.SMTPConnectError(421, "down")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
    comment = hold()
    assert state(comment) == State.HELD
    assert "could not be sent" in caplog.text
    assert moderator.email not in caplog.text


def test_who_wrote_it_hears_nothing_as_a_moderator(moderator, admin, hold):
    hold(user=moderator)
    assert [sent.to for sent in mail.outbox] == []


def test_a_decided_one_is_told_no_more(moderator, page, django_capture_on_commit_callbacks):
    comment = base.make_comment(page)
    with django_capture_on_commit_callbacks(execute=True):
        moderation.set_state([comment], Act.HOLD)
        moderation.set_state([comment], Act.APPROVE, moderator)
    assert mail.outbox == []


def test_last_change_counts_changes_only(moderator, page, member):
    comment = base.make_comment(page, state=State.HELD)
    assert moderation_mail.last_change(comment) == 0
    ModerationAct.objects.create(comment=comment, act=Act.ANSWER)
    ModerationAct.objects.create(comment=comment, act=Act.SETTLE)
    assert moderation_mail.last_change(comment) == 0
    [act] = moderation.acts_of([comment], Act.APPROVE, moderator)
    assert moderation_mail.last_change(comment) == act.pk

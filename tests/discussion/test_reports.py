"""Members report comments; enough reports that count take one away until somebody reads it."""

import re

import pytest
from django.core import mail

from discussion import moderation, reports
from discussion.models import ModerationAct, PageComment, Report, Standing, State
from tests import base

pytestmark = pytest.mark.django_db
Act = ModerationAct.Act


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup, title="Le portage en débat")


@pytest.fixture
def comment(page):
    return base.make_comment(page, "Un avis tranché.", user=base.make_user("Otto Auteur"))


def report_url(comment):
    return f"/fr/commentaires/{comment.pk}/signaler/"


def trusted_member(name="Tina"):
    user = base.make_user(name, groups=["Members"])
    Standing.objects.create(user=user, trusted=True)
    return user


def state(comment):
    return PageComment.objects.get(pk=comment.pk).state


def test_a_member_reports_once(as_user, member, comment):
    client = as_user(member)
    assert "Un avis tranché." in client.get(report_url(comment)).content.decode()
    assert not Report.objects.exists()  # looking reports nothing
    data = {"reason": "offensive", "words": "Trop dur."}
    shown = client.post(report_url(comment), data, follow=True).content.decode()
    assert "personnes qui modèrent le verront" in shown
    report = Report.objects.get()
    assert (report.user, report.reason, report.words) == (member, "offensive", "Trop dur.")
    assert report.trusted is False
    shown = client.post(report_url(comment), {"reason": "spam"}, follow=True).content.decode()
    assert "déjà signalé" in shown
    assert Report.objects.count() == 1
    assert reports.report(comment, member, "spam") is False  # the same, past the form


def test_a_wrong_form_comes_back_filled(as_user, member, comment):
    client = as_user(member)
    for data in ({}, {"reason": "?"}, {"reason": "other"}, {"reason": "spam", "words": "x" * 501}):
        answer = client.post(report_url(comment), data)
        assert answer.status_code == 422, data
    assert "x" * 501 in answer.content.decode()
    assert not Report.objects.exists()


def test_who_may_not_report(as_user, member, comment, page, private_workgroup):
    own = base.make_comment(page, user=member)
    hidden = base.make_comment(page, state=State.HIDDEN)
    secret = base.make_comment(base.make_minutes(private_workgroup))
    for each in (own, hidden, secret):
        assert as_user(member).post(report_url(each), {"reason": "spam"}).status_code == 404
    stranger = as_user(None).post(report_url(comment), {"reason": "spam"})
    assert stranger.status_code == 302 and "login" in stranger["Location"] + "connexion"
    Standing.objects.create(user=member, blocked=True)
    assert as_user(member).post(report_url(comment), {"reason": "spam"}).status_code == 404
    assert not Report.objects.exists()


def test_the_link_is_for_others_comments(as_user, member, comment, page):
    own = base.make_comment(page, user=member)
    shown = as_user(member).get(page.url).content.decode()
    assert report_url(comment) in shown and report_url(own) not in shown
    assert report_url(comment) not in as_user(None).get(page.url).content.decode()


def test_three_that_count_take_it_away(as_user, comment, django_capture_on_commit_callbacks):
    client = as_user(None)
    for _ in range(5):  # these do not count
        reports.report(comment, base.make_user(), "spam")
    for _ in range(2):
        reports.report(comment, trusted_member(), "offensive", "Mot de Tina.")
    assert state(comment) == State.PUBLISHED
    with django_capture_on_commit_callbacks(execute=True):
        reports.report(comment, trusted_member(), "private")
    now = PageComment.objects.get(pk=comment.pk)
    assert now.state == State.HELD and now.reasons == ["reported"]
    act = ModerationAct.objects.get()
    assert (act.act, act.moderator) == (Act.HOLD, None)
    assert "Un avis tranché." not in client.get(comment.page.url).content.decode()


def test_the_author_is_told_why_and_not_by_whom(
    client, moderator, comment, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        for reason in ("offensive", "private", "offensive"):
            reports.report(comment, trusted_member(), reason, "Mot de Tina.")
    [sent] = [each for each in mail.outbox if each.to == [comment.user.email]]
    assert moderator.email in [each.to[0] for each in mail.outbox]
    assert sent.body.count("blessant") == 1 and "quelque chose de privé" in sent.body
    assert "Tina" not in sent.body + sent.subject

    url = re.search(r"https?://[^/]+(/\S+)", sent.body)[1]
    shown = client.get(url).content.decode()
    assert "Un avis tranché." in shown and "blessant" in shown and "Tina" not in shown
    assert not ModerationAct.objects.filter(act=Act.ANSWER).exists()
    assert client.post(url, {"words": ""}).status_code == 422
    assert client.post(url, {"words": "Je citais <b>un livre</b>."}).status_code == 200
    act = ModerationAct.objects.get(act=Act.ANSWER)
    assert (act.words, act.moderator) == ("Je citais <b>un livre</b>.", comment.user)
    assert state(comment) == State.HELD
    for _ in range(5):
        client.post(url, {"words": "Encore."})
    assert ModerationAct.objects.filter(act=Act.ANSWER).count() == reports.MOST_ANSWERS
    assert client.get("/fr/commentaires/signalement/false/").status_code == 410
    moderation.set_state([comment], Act.DELETE, comment.user)
    assert "Vous l’avez effacé." in client.get(url).content.decode()


def test_a_visitor_is_told_in_the_language_they_wrote_in(page, django_capture_on_commit_callbacks):
    comment = base.make_comment(page, "Hm.", language="nl", email="v@plenum.example")
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            reports.report(comment, trusted_member(), "spam")
    [sent] = mail.outbox
    assert sent.to == ["v@plenum.example"] and "/nl/" in sent.body


@pytest.mark.parametrize("settled_by", ["approve", "settle"])
def test_what_a_moderator_let_stand_needs_new_reports(comment, moderator, settled_by):
    for _ in range(3 if settled_by == "approve" else 2):
        reports.report(comment, trusted_member(), "spam")
    if settled_by == "approve":
        moderation.set_state([comment], Act.APPROVE, moderator)
    else:
        moderation.settle(comment, moderator)
    for _ in range(2):
        reports.report(comment, trusted_member(), "spam")
    assert state(comment) == State.PUBLISHED
    reports.report(comment, trusted_member(), "spam")
    assert state(comment) == State.HELD


def test_one_member_reports_so_many_a_day(as_user, member, page, settings):
    settings.COMMENT_REPORTS_A_DAY = 2
    comments = [base.make_comment(page, f"Numéro {n}.") for n in range(3)]
    client = as_user(member)
    for each in comments:
        answer = client.post(report_url(each), {"reason": "spam"})
    assert answer.status_code == 422 and "Réessayez demain" in answer.content.decode()
    assert Report.objects.count() == 2
    Report.objects.update(at="2026-01-01T00:00:00Z")
    client.post(report_url(comments[2]), {"reason": "spam"})
    assert Report.objects.count() == 3

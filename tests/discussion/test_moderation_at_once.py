"""Moderators who act in the same moment: each change happens once, and none is lost."""

import threading

import pytest
from django.core import signing
from django.db import connection
from django.test import Client

from discussion import moderation, moderation_mail, moving
from discussion.models import ModerationAct, PageComment, Report, Standing, State
from discussion.reports import report
from tests import base

pytestmark = pytest.mark.django_db(transaction=True)
Act = ModerationAct.Act
MANY = 6


def at_once(*calls):
    """What each call returned or raised, all begun together."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            gate.wait()
            answers[number] = call()
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def cast():
    page = base.make_minutes(base.make_workgroup())
    moderators = [base.make_user(f"M{n}", groups=["Moderators"]) for n in range(MANY)]
    return page, moderators


def test_the_same_act_is_done_once(cast):
    page, moderators = cast
    comment = base.make_comment(page, state=State.HELD)
    acts = at_once(*(lambda m=m: moderation.acts_of([comment], Act.APPROVE, m) for m in moderators))
    assert sorted(map(len, acts)) == [0] * (MANY - 1) + [1]
    assert ModerationAct.objects.count() == 1


def test_one_of_many_links_decides(cast):
    page, moderators = cast
    comment = base.make_comment(page, state=State.HELD)
    about = [[comment.pk, each.pk, 0, comment.version] for each in moderators]
    tokens = [signing.dumps(each, salt=moderation_mail.SALT) for each in about]
    urls = [f"/fr/commentaires/moderer/{token}/" for token in tokens]
    acts = ["approve", "spam", "hide"] * 2
    answers = at_once(
        *(lambda u=u, a=a: Client().post(u, {"act": a}) for u, a in zip(urls, acts, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (MANY - 1)
    assert ModerationAct.objects.count() == 1


def test_it_is_undone_once(cast):
    page, moderators = cast
    comment = base.make_comment(page)
    [act] = moderation.acts_of([comment], Act.HIDE, moderators[0])
    undone = at_once(*(lambda m=m: moderation.undo(act, m) for m in moderators))
    assert sum(bool(each) for each in undone) == 1
    assert PageComment.objects.get().state == State.PUBLISHED
    assert ModerationAct.objects.filter(act=Act.UNDO).count() == 1


def test_it_is_moved_once(cast):
    page, moderators = cast
    other = base.make_minutes(page.get_parent())
    comment = base.make_comment(page)
    base.make_comment(page, parent=comment)
    acts = at_once(*(lambda m=m: moving.move(comment, other, m) for m in moderators))
    assert sum(bool(each) for each in acts) == 1
    assert PageComment.objects.filter(page=other.pk, start=comment.pk).count() == 2


def test_reports_at_once_take_it_away_once(cast, settings):
    page, _moderators = cast
    settings.COMMENT_REPORTS_HIDE = MANY
    comment = base.make_comment(page)
    members = [base.make_user(f"R{n}") for n in range(MANY)]
    Standing.objects.bulk_create(Standing(user=user, trusted=True) for user in members)
    assert at_once(*(lambda u=u: report(comment, u, "spam") for u in members)) == [True] * MANY
    assert Report.objects.count() == MANY
    assert PageComment.objects.get().state == State.HELD
    assert ModerationAct.objects.filter(act=Act.HOLD).count() == 1

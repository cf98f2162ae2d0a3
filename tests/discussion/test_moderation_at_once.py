"""Moderators who act in the same moment: each change happens once, and none is lost."""

import threading
import time

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client

from discussion import moderation, moderation_mail, moving, posting
from discussion.models import ModerationAct, PageComment, Report, Standing, State, comments
from discussion.reports import report
from tests import base
from tests.base import at_once

pytestmark = pytest.mark.django_db(transaction=True)
Act = ModerationAct.Act
MANY = 6


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


# --- Answers that come in the very moment --------------------------------------------------------

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="of two that write, SQLite lets one begin"
)


def begun_before_the_other_ended(first, second):
    """What `second` returned or raised, begun when `first` was done and not yet committed."""
    known = {"pid": 0}

    def run():
        try:
            known["pid"] = asked("select pg_backend_pid()")
            known["said"] = second()
        except Exception as error:
            known["said"] = error
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        waits = "select count(*) from pg_locks where not granted and pid = %s"
        while other.is_alive() and not asked(waits, known["pid"]):
            time.sleep(0.01)
    other.join()
    return known["said"]


def asked(question, *about):
    with connection.cursor() as cursor:
        cursor.execute(question, about)
        return cursor.fetchone()[0]


@pytest.fixture(params=["lock", "control"])
def is_locked(request, monkeypatch):
    """Without the lock, as a control, an answer stays behind."""
    if request.param == "control":
        for module in (comments, posting, moderation, moving):
            monkeypatch.setattr(module, "lock_threads", lambda keys: None)
    return request.param == "lock"


def behind(page):
    """The answers that hang under nothing of their own page."""
    rows = PageComment.objects.filter(page_id=page.pk)
    return rows.exclude(parent_id__in=rows.values("pk")).exists()


@only_postgresql
@pytest.mark.parametrize("answer_first", [True, False])
def test_an_answer_is_not_left_behind_by_a_move(cast, is_locked, answer_first):
    page, [moderator, *_others] = cast
    other = base.make_minutes(page.get_parent())
    start = base.make_comment(page)
    reply = base.make_comment(page, parent=start)
    both = [
        lambda: base.make_comment(page, parent=reply),
        lambda: moving.move(start, other, moderator),
    ]
    said = begun_before_the_other_ended(*(both if answer_first else reversed(both)))
    assert behind(page) != is_locked
    # An answer that came second is refused: what it answers is no longer there.
    assert isinstance(said, ValidationError) == (is_locked and not answer_first)


@only_postgresql
@pytest.mark.parametrize("answer_first", [True, False])
def test_an_answer_to_what_is_held_is_not_shown(cast, is_locked, answer_first):
    page, _moderators = cast
    start = base.make_comment(page)
    reply = base.make_comment(page, parent=start)
    both = [lambda: base.make_comment(page, parent=reply), lambda: base.hold(start)]
    said = begun_before_the_other_ended(*(both if answer_first else reversed(both)))
    shown = PageComment.objects.published().filter(parent_id=reply.pk)
    assert shown.exists() != is_locked
    assert isinstance(said, ValidationError) == (is_locked and not answer_first)


def test_none_waits_for_the_other_for_ever(cast, settings):
    """All that locks begins with the start of the thread."""
    page, [moderator, author, *_others] = cast
    settings.COMMENT_REPORTS_HIDE = 1
    Standing.objects.create(user=author, trusted=True)
    start = base.make_comment(page)
    for _round in range(5):
        reply = base.make_comment(page, parent=start)
        [act] = moderation.acts_of([base.make_comment(page, parent=start)], Act.HIDE, moderator)
        said = at_once(
            lambda c=reply: report(c, author, "spam"),
            lambda c=reply: base.make_comment(page, parent=c),
            lambda c=reply: moderation.acts_of([start, c], Act.SPAM, moderator),
            lambda a=act: moderation.undo(a, moderator),
            lambda c=reply: moderation.settle(c, moderator),
        )
        assert {type(each) for each in said if isinstance(each, Exception)} <= {ValidationError}
        moderation.set_state([start], Act.RESTORE, moderator)

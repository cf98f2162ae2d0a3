"""Every act can be taken back, and none is lost when two moderators act at once."""

import datetime
from uuid import uuid4

import pytest
from wagtail.users.models import UserProfile

from discussion import moderation, moving, spam, trust
from discussion.models import ModerationAct, PageComment, Report, SpamExample, Standing, State
from tests import base

pytestmark = pytest.mark.django_db
Act = ModerationAct.Act


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup, title="Le portage en débat")


@pytest.fixture
def other(workgroup):
    return base.make_minutes(workgroup, title="Ailleurs")


def state(comment):
    return PageComment.objects.get(pk=comment.pk).state


def undo_url(act):
    return f"/admin/comments/acts/{act.pk}/undo/"


@pytest.mark.parametrize(
    ("act", "was", "now"),
    [
        (Act.APPROVE, State.HELD, State.PUBLISHED),
        (Act.HIDE, State.PUBLISHED, State.HIDDEN),
        (Act.HIDE, State.HELD, State.HIDDEN),
        (Act.RESTORE, State.HIDDEN, State.PUBLISHED),
        (Act.RESTORE, State.SPAM, State.PUBLISHED),
        (Act.SPAM, State.PUBLISHED, State.SPAM),
        (Act.DELETE, State.HELD, State.DELETED),
    ],
)
def test_each_act_is_undone(as_user, moderator, page, act, was, now):
    comment = base.make_comment(page, state=was)
    client = as_user(moderator)
    data = {"act": act, "seen": comment.version}
    client.post(f"/admin/comments/{comment.pk}/moderate/", data)
    assert state(comment) == now
    done = ModerationAct.objects.get()
    assert client.get(undo_url(done)).status_code == 405  # looking changes nothing
    assert state(comment) == now
    client.post(undo_url(done))
    assert state(comment) == was
    done.refresh_from_db()
    assert done.undone
    assert [each.act for each in ModerationAct.objects.order_by("pk")] == [act, Act.UNDO]
    client.post(undo_url(done))  # a second time does nothing
    assert state(comment) == was and ModerationAct.objects.count() == 2


def answered(client, page):
    """(the comment, the answer that was published with it, the act that did both)"""
    comment = base.make_comment(page, "On peut ?", state=State.HELD)
    data = {"text": "Oui.", "token": uuid4(), "seen": comment.version}
    client.post(f"/admin/comments/{comment.pk}/reply/", data)
    return comment, PageComment.objects.get(comment="Oui."), ModerationAct.objects.get()


def test_an_answer_goes_with_the_approval_that_it_came_with(as_user, moderator, page):
    client = as_user(moderator)
    comment, answer, act = answered(client, page)
    assert (state(comment), state(answer)) == (State.PUBLISHED, State.PUBLISHED)
    told = client.post(undo_url(act), follow=True).content.decode()
    assert (state(comment), state(answer)) == (State.HELD, State.HIDDEN)
    assert "La réponse publiée avec lui est masquée." in told
    # It can be brought back once the question is.
    moderation.set_state([answer], Act.RESTORE, moderator)
    assert state(answer) == State.PUBLISHED


def test_another_answer_stays_and_one_that_is_gone_stays_gone(as_user, moderator, admin, page):
    client = as_user(moderator)
    comment, answer, act = answered(client, page)
    later = base.make_comment(page, "Moi aussi.", parent=comment, user=admin)
    moderation.set_state([answer], Act.DELETE, moderator)
    told = as_user(admin).post(undo_url(act), follow=True).content.decode()
    assert (state(comment), state(answer), state(later)) == (
        State.HELD,
        State.DELETED,
        State.PUBLISHED,
    )
    assert "La réponse publiée avec lui" not in told


def test_the_message_offers_to_undo(as_user, moderator, page):
    comment = base.make_comment(page)
    client = as_user(moderator)
    back = "/admin/comments/?state=published"
    shown = client.post(
        f"/admin/comments/{comment.pk}/moderate/", {"act": "hide", "next": back}, follow=True
    ).content.decode()
    assert undo_url(ModerationAct.objects.get()) in shown
    assert 'name="next" value="/admin/comments/?state=published"' in shown


def test_what_was_done_since_is_not_lost(moderator, admin, page):
    comment = base.make_comment(page)
    [hidden] = moderation.acts_of([comment], Act.HIDE, moderator)
    [_spam] = moderation.acts_of([comment], Act.SPAM, admin)
    assert moderation.undo(hidden, moderator) is None
    assert state(comment) == State.SPAM


def test_two_moderators_do_the_same_once(moderator, admin, page):
    """Each works on what they saw; the second finds it done."""
    comment = base.make_comment(page, state=State.HELD)
    seen = PageComment.objects.get(pk=comment.pk)
    assert moderation.set_state([comment], Act.APPROVE, moderator)
    assert moderation.set_state([seen], Act.APPROVE, admin) == []
    assert ModerationAct.objects.count() == 1


def test_a_stale_form_says_that_nothing_changed(as_user, moderator, admin, page):
    comment = base.make_comment(page, state=State.HELD)
    moderation.set_state([comment], Act.SPAM, admin)
    shown = as_user(moderator).post(
        f"/admin/comments/{comment.pk}/moderate/", {"act": "approve"}, follow=True
    )
    assert "Rien n’a changé" in shown.content.decode()
    assert state(comment) == State.SPAM


def test_several_are_undone_together(as_user, moderator, page):
    comments = [base.make_comment(page, f"Numéro {n}.") for n in range(3)]
    client = as_user(moderator)
    ids = "&".join(f"id={comment.pk}" for comment in comments)
    url = f"/admin/bulk/discussion/pagecomment/spam/?{ids}&next=/admin/comments/"
    client.post(url, {"seen": base.seen(*comments)})
    assert {state(each) for each in comments} == {State.SPAM}
    # What somebody else restored meanwhile is left alone.
    moderation.set_state(comments[:1], Act.RESTORE, moderator)
    moderation.set_state(comments[:1], Act.HIDE, moderator)
    act = ModerationAct.objects.filter(act=Act.SPAM).last()
    client.post(undo_url(act), {"together": "1"})
    assert [state(each) for each in comments] == [State.HIDDEN, State.PUBLISHED, State.PUBLISHED]


def test_what_its_author_deleted_stays_deleted(as_user, moderator, member, page):
    comment = base.make_comment(page, user=member)
    [act] = moderation.acts_of([comment], Act.DELETE, member)
    assert moderation.set_state([comment], Act.RESTORE, moderator) == []
    assert moderation.undo(act, moderator) is None
    assert moderation.possible(PageComment.objects.get(pk=comment.pk)) == []
    gone = base.make_comment(page, user=member)  # control: deleted by a moderator
    moderation.set_state([gone], Act.DELETE, moderator)
    assert moderation.set_state([gone], Act.RESTORE, moderator) == [gone]


def test_what_its_author_deleted_stays_so_without_their_account(moderator, page):
    author = base.make_user("Elle part")
    own, gone = (base.make_comment(page, user=author) for _ in range(2))
    moderation.set_state([own], Act.DELETE, author)
    moderation.set_state([gone], Act.DELETE, moderator)
    author.delete()
    own, gone = (PageComment.objects.get(pk=each.pk) for each in (own, gone))
    assert (moderation.possible(own), moderation.possible(gone)) == ([], [Act.RESTORE])
    assert moderation.set_state([own, gone], Act.RESTORE, moderator) == [gone]


def test_of_several_those_their_authors_deleted_are_not_offered(as_user, moderator, member, page):
    own, gone = (base.make_comment(page, text, user=member) for text in ("À moi.", "À rétablir."))
    moderation.set_state([own], Act.DELETE, member)
    moderation.set_state([gone], Act.DELETE, moderator)
    url = f"/admin/bulk/discussion/pagecomment/restore/?id={own.pk}"
    client = as_user(moderator)
    assert "Aucun des commentaires choisis" in client.get(url).content.decode()
    both = client.get(f"{url}&id={gone.pk}").content.decode()
    assert "À rétablir." in both and "À moi." not in both


def test_in_english_undoing_is_not_called_cancelling(as_user, moderator, page):
    comment = base.make_comment(page)
    UserProfile.objects.create(user=moderator, preferred_language="en")
    moderation.set_state([comment], Act.HIDE, moderator)
    shown = as_user(moderator).get("/admin/comments/acts/").content.decode()
    assert "Undo" in shown and "Cancel" not in shown


# --- What the filter learns ----------------------------------------------------------------------


def test_judged_ones_are_examples_and_undoing_unlearns(moderator, page):
    ham = base.make_comment(page, "Merci.", state=State.HELD)
    spam = base.make_comment(page, "Casino.")
    moderation.set_state([ham], Act.APPROVE, moderator)
    [act] = moderation.acts_of([spam], Act.SPAM, moderator)
    assert dict(SpamExample.objects.values_list("text", "is_spam")) == {
        "Merci.": False,
        "Casino.": True,
    }
    moderation.undo(act, moderator)
    assert SpamExample.objects.exclude(is_spam=None).get().text == "Merci."
    assert SpamExample.objects.get(is_spam=None).text == ""  # nothing is kept of it


@pytest.fixture
def running():
    """The filter of a process that goes on, beside those that start."""
    running = spam.Filter()
    running.learn()
    return running


def thinks(learnt):
    """What a filter makes of some texts, once it has learnt."""
    learnt.learn()
    return [learnt.odds(text) for text in ("Casino.", "Loterie.", "Casino 0.", "Casino 3.")]


def test_every_process_unlearns_what_is_undone(moderator, page, running):
    comment = base.make_comment(page, "Casino.", state=State.HELD)
    nothing = thinks(running)
    [judged] = moderation.acts_of([comment], Act.SPAM, moderator)
    once = thinks(running)
    assert once == thinks(spam.Filter()) != nothing
    moderation.undo(judged, moderator)
    assert thinks(running) == thinks(spam.Filter()) == nothing
    moderation.acts_of([comment], Act.SPAM, moderator)  # and learns it again
    assert thinks(running) == thinks(spam.Filter()) == once


def test_a_judgement_that_was_stored_late_is_learnt_all_the_same(moderator, page, running):
    early, late = (base.make_comment(page, text) for text in ("Casino.", "Loterie."))
    moderation.set_state([early], Act.SPAM, moderator)
    running.learn()
    moderation.set_state([late], Act.SPAM, moderator)
    a_moment = SpamExample.objects.get(text="Casino.").at - datetime.timedelta(seconds=20)
    SpamExample.objects.filter(text="Loterie.").update(at=a_moment)
    assert thinks(running) == thinks(spam.Filter())


def test_the_oldest_go_in_every_process(moderator, page, running, monkeypatch):
    monkeypatch.setattr(spam, "MOST_EXAMPLES", 2)
    for number in range(4):
        moderation.set_state([base.make_comment(page, f"Casino {number}.")], Act.SPAM, moderator)
        assert thinks(running) == thinks(spam.Filter())


def test_a_restored_spam_becomes_a_good_example(moderator, page):
    comment = base.make_comment(page, "Vendu !")
    moderation.set_state([comment], Act.SPAM, moderator)
    [act] = moderation.acts_of([comment], Act.RESTORE, moderator)
    assert SpamExample.objects.get().is_spam is False
    moderation.undo(act, moderator)
    assert SpamExample.objects.get().is_spam is True


def test_what_the_site_or_the_author_does_teaches_nothing(member, moderator, page):
    comment = base.make_comment(page, user=member)
    moderation.set_state([comment], Act.HOLD)
    moderation.set_state([comment], Act.DELETE, member)
    moderation.set_state([base.make_comment(page)], Act.HIDE, moderator)
    assert not SpamExample.objects.exists()


# --- Reports, authors ----------------------------------------------------------------------------


def test_a_decision_settles_reports_and_undoing_opens_them(moderator, member, page):
    comment = base.make_comment(page)
    Report.objects.create(comment=comment, user=member, reason="spam")
    [act] = moderation.acts_of([comment], Act.HIDE, moderator)
    assert Report.objects.get().settled_at
    moderation.undo(act, moderator)
    assert Report.objects.get().settled_at is None
    act = moderation.settle(comment, moderator)
    assert Report.objects.get().settled_at and state(comment) == State.PUBLISHED
    moderation.undo(act, moderator)
    assert Report.objects.get().settled_at is None
    Report.objects.all().delete()
    assert moderation.settle(comment, moderator) is None


def test_blocking_is_undone(as_user, moderator, member, page):
    comment = base.make_comment(page, user=member)
    client = as_user(moderator)
    client.post(f"/admin/comments/{comment.pk}/block/", {"blocked": "yes", "words": "Insultes."})
    assert Standing.objects.get().blocked and Standing.objects.get().note == "Insultes."
    act = ModerationAct.objects.get()
    assert (act.act, act.words) == (Act.BLOCK, "Insultes.")
    client.post(undo_url(act))
    assert trust.may_write(member)
    assert client.post(f"/admin/comments/{comment.pk}/block/", {}).status_code == 400


# --- Moving --------------------------------------------------------------------------------------


def tree(page):
    rows = PageComment.objects.filter(page=page.pk).order_by("pk")
    return [(row.comment, row.parent_id, row.start, row.thread_id, row.level) for row in rows]


def test_a_move_takes_the_replies_and_comes_back(moderator, page, other):
    top = base.make_comment(page, "A", anchor="p-1", passage="Nous avons parlé.")
    one = base.make_comment(page, "B", parent=top)
    two = base.make_comment(page, "C", parent=one)
    base.make_comment(page, "D", parent=top)
    before = tree(page)

    act = moving.move(one, other, moderator)
    assert [row[0] for row in tree(page)] == ["A", "D"]
    assert tree(other) == [
        ("B", one.pk, one.pk, one.pk, 0),
        ("C", one.pk, one.pk, one.pk, 1),
    ]
    moved = PageComment.objects.get(pk=two.pk)
    assert (moved.anchor, moved.object_pk) == ("", str(other.pk))
    assert moved.content_object == other

    late = base.make_comment(other, "E", parent=moved)  # said since: it goes back too
    assert moderation.undo(act, moderator)
    assert tree(page)[:4] == before
    assert tree(page)[4] == ("E", two.pk, top.pk, top.pk, 3)
    assert tree(other) == []
    assert PageComment.objects.get(pk=late.pk).anchor == "p-1"


def test_what_it_answered_may_have_gone_elsewhere(moderator, page, other, workgroup):
    third = base.make_minutes(workgroup)
    top = base.make_comment(page, "A")
    one = base.make_comment(page, "B", parent=top)
    act = moving.move(one, other, moderator)
    moving.move(top, third, moderator)
    assert moderation.undo(act, moderator)
    assert tree(page) == [("B", one.pk, one.pk, one.pk, 0)]


def test_moved_again_the_first_move_is_not_undone(moderator, page, other, workgroup):
    third = base.make_minutes(workgroup)
    comment = base.make_comment(page)
    first = moving.move(comment, other, moderator)
    assert moving.move(comment, other, moderator) is None
    moving.move(comment, third, moderator)
    assert moderation.undo(first, moderator) is None
    assert PageComment.objects.get().page_id == third.pk


@pytest.mark.django_db(transaction=True)
def test_search_and_permalinks_follow(client, as_user, moderator):
    group = base.make_workgroup()
    page, other = base.make_minutes(group, title="Ici"), base.make_minutes(group, title="Là-bas")
    comment = base.make_comment(page, "Gardons l’hippocampe.")
    as_user(moderator).post(f"/admin/comments/{comment.pk}/move/", {"page": other.pk})
    assert "hippocampe." not in client.get(page.url).content.decode()
    assert "hippocampe." in client.get(other.url).content.decode()
    assert client.get(comment.get_absolute_url())["Location"].startswith(other.url)
    found = client.get("/fr/recherche/?q=hippocampe").content.decode()
    assert f"{other.url}#c{comment.pk}" in found and f"{page.url}#c{comment.pk}" not in found


def test_several_are_moved_and_brought_back(as_user, moderator, page, other):
    top = base.make_comment(page, "A")
    one = base.make_comment(page, "B", parent=top)
    loose = base.make_comment(page, "C")
    before = tree(page)
    client = as_user(moderator)
    url = "/admin/bulk/discussion/pagecomment/move/?next=/admin/comments/&" + "&".join(
        f"id={each.pk}" for each in (top, one, loose)
    )
    assert other.title in client.get(url).content.decode()
    assert client.post(url, {"page": ""}).status_code == 200  # asks again
    assert len(tree(page)) == 3
    assert client.post(url, {"page": other.pk})["Location"] == "/admin/comments/"
    assert [row[:3] for row in tree(other)] == [row[:3] for row in before]
    client.post(undo_url(ModerationAct.objects.last()), {"together": "1"})
    assert tree(page) == before

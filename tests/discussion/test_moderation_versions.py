"""A decision is about the text that was read: one that has changed since is shown anew."""

import re
import uuid

import pytest
from django.core import mail
from django.utils import timezone

from discussion import moderation
from discussion.models import ModerationAct, PageComment, Report, SpamExample, State
from tests import base

pytestmark = pytest.mark.django_db
Act = ModerationAct.Act
LIST = "/admin/comments/"
TOLD = "Le texte a changé depuis"
NEW = "Tout autre chose, que personne n’a lu."


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup)


@pytest.fixture
def held(page):
    return base.make_comment(page, "Ce que la personne a lu.", state=State.HELD)


@pytest.fixture
def client(as_user, moderator):
    return as_user(moderator)


def edit(comment, text=NEW):
    PageComment.objects.filter(pk=comment.pk).update(comment=text, html="")


def state(comment):
    return PageComment.objects.get(pk=comment.pk).state


def seen_in(answer):
    return re.search(r'name="seen" value="([^"]*)"', answer.content.decode())[1]


def pages_of(comment):
    """Where one comment is decided, and where that leads to."""
    yield f"{LIST}inspect/{comment.pk}/"
    yield f"{LIST}{comment.pk}/moderate/?act=approve"


@pytest.mark.parametrize("act", ["approve", "spam"])
def test_a_changed_text_is_not_decided_but_shown(client, held, act):
    for page in pages_of(held):
        edit(held, "Ce que la personne a lu.")
        seen = seen_in(client.get(page))
        edit(held)
        data = {"act": act, "seen": seen, "words": "Mon motif."}
        answer = client.post(f"{LIST}{held.pk}/moderate/", data)
        shown = answer.content.decode()
        assert answer.status_code == 409 and TOLD in shown and NEW in shown
        assert "Mon motif." in shown and state(held) == State.HELD
    assert not SpamExample.objects.exists()
    data["seen"] = seen_in(answer)  # what is shown now was read
    assert client.post(f"{LIST}{held.pk}/moderate/", data).status_code == 302
    assert state(held) == moderation.LEADS_TO[act]


def test_what_goes_with_the_text_is_read_too(client, held):
    """Its author may change its keywords and add documents, which leaves the text as it is."""
    seen = seen_in(client.get(f"{LIST}inspect/{held.pk}/"))
    PageComment.objects.filter(pk=held.pk).update(edited_at=timezone.now())
    answer = client.post(f"{LIST}{held.pk}/moderate/", {"act": "approve", "seen": seen})
    assert answer.status_code == 409 and state(held) == State.HELD


def test_a_form_that_does_not_say_what_was_read_publishes_nothing(client, held):
    assert client.post(f"{LIST}{held.pk}/moderate/", {"act": "approve"}).status_code == 409
    assert state(held) == State.HELD


@pytest.mark.parametrize("act", ["hide", "delete"])
def test_what_shows_nothing_to_anybody_is_done_all_the_same(client, held, act):
    """An author who goes on editing keeps nothing in sight by it; and it can be undone."""
    seen = seen_in(client.get(f"{LIST}inspect/{held.pk}/"))
    edit(held)
    client.post(f"{LIST}{held.pk}/moderate/", {"act": act, "seen": seen})
    assert state(held) == moderation.LEADS_TO[act]


def test_it_is_not_restored_with_another_text(client, moderator, page):
    comment = base.make_comment(page)
    moderation.set_state([comment], Act.HIDE, moderator)
    seen = seen_in(client.get(f"{LIST}inspect/{comment.pk}/"))
    edit(comment)
    data = {"act": "restore", "seen": seen}
    assert client.post(f"{LIST}{comment.pk}/moderate/", data).status_code == 409
    assert state(comment) == State.HIDDEN
    edit(comment, comment.comment)  # control: it says again what was read
    client.post(f"{LIST}{comment.pk}/moderate/", data)
    assert state(comment) == State.PUBLISHED


def test_of_several_those_that_changed_are_shown_again(client, page):
    same, changed, later = (
        base.make_comment(page, f"Le texte {n}.", state=State.HELD) for n in range(3)
    )
    address = "/admin/bulk/discussion/pagecomment/approve/"
    form = f"{address}?id=all&state=held&next={LIST}"
    later_state = PageComment.objects.filter(pk=later.pk)
    later_state.update(state=State.HIDDEN)
    seen = seen_in(client.get(form))
    later_state.update(state=State.HELD)  # as if it came only now
    edit(changed)
    answer = client.post(form, {"seen": seen}, follow=True)
    assert [state(each) for each in (same, changed, later)] == ["published", "held", "held"]
    shown = answer.content.decode()
    assert TOLD in shown and NEW in shown and "Le texte 2" not in shown
    assert f"next={LIST}" in answer.redirect_chain[-1][0].replace("%2F", "/")
    client.post(answer.redirect_chain[-1][0], {"seen": seen_in(answer)})
    assert state(changed) == State.PUBLISHED


def test_approving_with_an_answer_waits_for_the_text_to_be_read(client, held):
    page, token = f"{LIST}inspect/{held.pk}/", uuid.uuid4()
    seen = seen_in(client.get(page))
    edit(held)
    data = {"text": "Bien dit.", "token": token, "seen": seen}
    answer = client.post(f"{LIST}{held.pk}/reply/", data)
    shown = answer.content.decode()
    assert answer.status_code == 422 and TOLD in shown and NEW in shown and "Bien dit." in shown
    assert state(held) == State.HELD and PageComment.objects.count() == 1
    client.post(f"{LIST}{held.pk}/reply/", data | {"seen": seen_in(answer)})
    assert state(held) == State.PUBLISHED and PageComment.objects.count() == 2


def test_reports_of_a_text_that_changed_stay_open(client, member, page):
    comment = base.make_comment(page)
    Report.objects.create(comment=comment, user=member, reason="offensive")
    seen = seen_in(client.get(f"{LIST}inspect/{comment.pk}/"))
    edit(comment)
    answer = client.post(f"{LIST}{comment.pk}/settle/", {"seen": seen}, follow=True)
    assert TOLD in answer.content.decode() and NEW in answer.content.decode()
    assert Report.objects.filter(settled_at=None).exists()
    client.post(f"{LIST}{comment.pk}/settle/", {"seen": seen_in(answer)})
    assert not Report.objects.filter(settled_at=None).exists()


@pytest.fixture
def link(moderator, held, django_capture_on_commit_callbacks):
    PageComment.objects.filter(pk=held.pk).update(state=State.PUBLISHED)
    with django_capture_on_commit_callbacks(execute=True):
        moderation.set_state([held], Act.HOLD)
    return re.search(r"https?://[^/]+(/\S+/moderer/\S+)", mail.outbox[-1].body)[1]


@pytest.mark.parametrize("act", ["approve", "spam"])
def test_a_mailed_link_decides_what_was_shown(client, held, link, act):
    opened = client.get(link)
    assert TOLD not in opened.content.decode()
    edit(held)
    # Sent from the page that was opened, and by the link alone: it says what it was made for.
    for data in ({"act": act, "seen": seen_in(opened)}, {"act": act}):
        answer = client.post(link, data)
        shown = answer.content.decode()
        assert answer.status_code == 409 and TOLD in shown and NEW in shown
        assert state(held) == State.HELD
    assert TOLD in client.get(link).content.decode()
    client.post(link, {"act": act, "seen": seen_in(answer)})
    assert state(held) == moderation.LEADS_TO[act]


def test_a_mailed_link_hides_it_all_the_same(client, held, link):
    edit(held)
    assert "C’est fait" in client.post(link, {"act": "hide"}).content.decode()
    assert state(held) == State.HIDDEN

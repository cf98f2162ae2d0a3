"""Whoever wrote what a moderator takes away is told, once, with the reason where one is given."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from discussion import moderation
from discussion.models import ModerationAct, PageComment
from discussion.threads import Conversation
from tests import base

pytestmark = pytest.mark.django_db
Act = ModerationAct.Act
NOTE = "vous seul·e voyez encore ce message"
WHY = "Cela parle d’une personne qui n’est pas là."


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup, title="Le portage en débat")


@pytest.fixture
def own(minutes, member):
    return base.make_comment(minutes, "Ce que j’en pense.", user=member)


@pytest.fixture
def act(moderator, django_capture_on_commit_callbacks):
    """act(comment, …, act=…, words=…): a moderator does it; the mails that were sent."""

    def done(*comments, act=Act.HIDE, words="", by=moderator):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            moderation.acts_of(comments, act, by, words)
        return mail.outbox

    return done


def test_a_member_is_told_in_their_language_with_the_reason(act, own, member, minutes, settings):
    member.language = "nl"
    member.save()
    [sent] = act(own, words=WHY)
    assert sent.to == [member.email] and minutes.title in sent.subject
    with translation.override("nl"):
        assert f"{settings.BASE_URL}{minutes.get_url()}#discussion" in sent.body
    assert WHY in sent.body
    assert own.comment not in sent.body
    assert "\n\n\n" not in act(base.make_comment(minutes, user=member))[0].body.strip()
    assert "\n\n\n" not in sent.body.strip()


@pytest.mark.parametrize("was", ["published", "held"])
def test_a_visitor_is_told_at_the_address_they_gave(act, minutes, was):
    comment = base.make_comment(minutes, state=was, email="vera@plenum.example")
    [sent] = act(comment, words=WHY)
    assert sent.to == ["vera@plenum.example"] and WHY in sent.body
    assert not act(base.make_comment(minutes, email=""))


def test_several_of_one_author_are_one_mail(act, minutes, workgroup, member):
    other = base.make_minutes(workgroup, title="Une autre réunion")
    theirs = [base.make_comment(page, user=member) for page in (minutes, minutes, other)]
    of_another = base.make_comment(minutes, email="vera@plenum.example")
    sent = {message.to[0]: message.body for message in act(*theirs, of_another)}
    assert set(sent) == {member.email, "vera@plenum.example"} and len(mail.outbox) == 2
    body = sent[member.email]
    assert body.count(minutes.title) == 2 and body.count(other.title) == 1
    assert other.title not in sent["vera@plenum.example"]


def test_what_is_no_news_to_them_is_not_told(act, minutes, own, member, moderator):
    assert not act(own, act=Act.SPAM)
    assert not act(own, act=Act.DELETE)  # it was gone already
    assert not act(own, act=Act.RESTORE)
    assert act(own, act=Act.DELETE)  # control
    for comment, what, by in (
        (base.make_comment(minutes, user=member), Act.DELETE, member),
        (base.make_comment(minutes, user=moderator), Act.HIDE, moderator),
        (base.make_comment(minutes, user=member, state="held"), Act.APPROVE, moderator),
    ):
        assert not act(comment, act=what, by=by)
    hidden = base.make_comment(minutes, user=member)
    assert len(act(hidden)) == 1 and not act(hidden)
    assert not act(hidden, act=Act.DELETE)


def test_whoever_may_not_read_the_page_any_more_is_not_told_of_it(
    act, minutes, own, member, workgroup
):
    member.is_active = False
    member.save()
    assert not act(own)
    member.is_active = True
    member.save()
    restriction = base.close(workgroup, "Groupe fermé")
    for comment in (base.make_comment(minutes, user=member), base.make_comment(minutes)):
        assert not act(comment)
    restriction.delete()
    assert act(base.make_comment(minutes, user=member))  # control


def test_a_mail_that_does_not_leave_undoes_nothing(act, own, settings):
    settings.EMAIL_BACKEND = "no.such.backend"
    act(own)
    assert PageComment.objects.get().state == "hidden"


# --- On the page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("was", ["published", "held"])
def test_it_stands_beside_their_own_comment_with_the_reason(
    act, client, as_user, moderator, minutes, member, was
):
    own = base.make_comment(minutes, "Ce que j’en pense.", user=member, state=was)
    base.make_comment(minutes, "Un autre.")
    author, others = as_user(member), [client, as_user(moderator), as_user(base.make_user())]
    assert NOTE not in author.get(minutes.url).content.decode()
    act(own, words=WHY)
    for order in ("anciens", "recents", "plat"):
        shown = author.get(minutes.url, {"ordre": order}).content.decode()
        assert own.comment in shown and NOTE in shown and WHY in shown
        assert f"reponse={own.pk}" not in shown and f"/{own.pk}/effacer/" not in shown
        for other in others:
            seen = other.get(minutes.url, {"ordre": order}).content.decode()
            assert own.comment not in seen and NOTE not in seen and WHY not in seen
            assert "Un autre." in seen
    assert author.get(minutes.url, {"reponse": own.pk}).context["discussion"]["answered"] is None
    assert author.get(own.get_absolute_url()).url.endswith(f"#c{own.pk}")
    for other in others:
        assert other.get(own.get_absolute_url()).status_code == 404
    assert Conversation(minutes, user=member).count == 1
    act(own, act=Act.RESTORE)
    assert NOTE not in author.get(minutes.url).content.decode()


def test_others_still_see_the_gap_that_answers_hang_under(act, client, as_user, own, member):
    base.make_comment(own.page, "Une réponse.", parent=own)
    act(own)
    assert "Un commentaire a été retiré ici" in client.get(own.page.url).content.decode()
    shown = as_user(member).get(own.page.url).content.decode()
    assert "Un commentaire a été retiré ici" not in shown and NOTE in shown


def test_a_long_thread_by_itself_has_it_too(act, client, as_user, own, member, settings):
    settings.COMMENT_REPLIES_SHOWN = 2
    for _ in range(2):
        base.make_comment(own.page, parent=own)
    last = base.make_comment(own.page, "Et encore.", parent=own, user=member)
    act(last, words=WHY)
    thread = f"/fr/commentaires/{own.pk}/fil/"
    led = as_user(member).get(last.get_absolute_url()).url
    assert led == f"{thread}?page=2#c{last.pk}"
    shown = as_user(member).get(led).content.decode()
    assert "Et encore." in shown and WHY in shown
    assert "Et encore." not in client.get(thread).content.decode()


def test_a_note_that_was_for_moderators_only_stays_so(as_user, own, member, moderator):
    """Those of acts from before authors were told."""
    moderation.set_state([own], Act.HIDE, moderator, words=WHY)
    earlier = ModerationAct.objects.get()
    del earlier.before["told"]
    earlier.save()
    shown = as_user(member).get(own.page.url).content.decode()
    assert NOTE in shown and WHY not in shown


def test_spam_and_what_is_deleted_is_not_shown_to_whoever_wrote_it(act, as_user, own, member):
    for what in (Act.SPAM, Act.DELETE):
        act(own, act=what)
        assert own.comment not in as_user(member).get(own.page.url).content.decode()


def test_many_of_them_cost_one_question(act, as_user, minutes, member):
    def asked():
        with CaptureQueriesContext(connection) as asking:
            Conversation(minutes, user=member).comments  # noqa: B018 - it asks
        return len(asking)

    act(base.make_comment(minutes, user=member), words=WHY)
    few = asked()
    act(*(base.make_comment(minutes, user=member) for _ in range(9)), words=WHY)
    assert asked() == few


def test_moderators_know_what_an_author_reads(as_user, moderator, own):
    client = as_user(moderator)
    told = "l’auteur le lit"
    for place, is_told in (
        (f"/admin/comments/inspect/{own.pk}/", True),
        (f"/admin/comments/{own.pk}/moderate/?act=hide", True),
        (f"/admin/comments/{own.pk}/moderate/?act=spam", False),
    ):
        assert (told in client.get(place).content.decode()) == is_told, place

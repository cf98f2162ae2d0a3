"""What is new to a member since their last visit, and what waits for a moderator."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from discussion import moderation
from discussion.models import ModerationAct, PageComment, ReadMark
from tests import base

pytestmark = pytest.mark.django_db
Act = ModerationAct.Act


@pytest.fixture
def minutes(workgroup):
    page = base.make_minutes(workgroup)
    base.make_comment(page, "Il y a longtemps.")
    return page


def new(client, page, **query):
    """The texts marked as new, and how many the discussion says there are."""
    discussion = client.get(page.url, query).context["discussion"]
    shown = [comment.comment for comment in discussion["comments"] if comment.is_new]
    return shown, discussion["mark"].new


def an_hour_passes():
    for mark in ReadMark.objects.all():
        mark.at -= timedelta(hours=1)
        mark.save()


def test_nothing_is_new_at_a_first_visit(as_user, member, minutes):
    assert new(as_user(member), minutes) == ([], 0)


def test_it_marks_what_came_since_the_last_visit_while_this_one_lasts(as_user, member, minutes):
    client = as_user(member)
    client.get(minutes.url)
    an_hour_passes()
    base.make_comment(minutes, "Du neuf.")
    base.make_comment(minutes, "Le mien.", user=member)
    for _ in range(2):  # reading again in the same visit forgets nothing
        assert new(client, minutes) == (["Du neuf."], 1)
    page = client.get(minutes.url).content.decode()
    assert "1 nouveau commentaire depuis votre dernière visite" in page
    an_hour_passes()
    assert new(client, minutes) == ([], 0)


def test_it_leads_to_the_first_new_comment_wherever_it_is_shown(as_user, member, minutes, settings):
    settings.COMMENT_THREADS_SHOWN = 2
    client = as_user(member)
    client.get(minutes.url)
    an_hour_passes()
    for n in range(4):
        base.make_comment(minutes, f"Du neuf {n}")
    discussion = client.get(minutes.url).context["discussion"]
    assert discussion["mark"].new == 4
    led = client.get(f"/fr/commentaires/{discussion['mark'].first_new}/").url
    assert "Du neuf 0" in client.get(led.partition("#")[0]).content.decode()


def test_a_visit_without_news_writes_nothing(as_user, member, minutes):
    client = as_user(member)
    client.get(minutes.url)
    before = ReadMark.objects.get().at
    client.get(minutes.url)
    assert ReadMark.objects.get().at == before
    base.make_comment(minutes)
    client.get(minutes.url)
    assert ReadMark.objects.get().at > before
    assert ReadMark.objects.get().comments == 2


def test_a_stranger_and_a_page_without_comments_leave_no_mark(
    client, as_user, member, workgroup, minutes
):
    client.get(minutes.url)
    as_user(member).get(base.make_minutes(workgroup).url)
    assert not ReadMark.objects.exists()
    as_user(member).get(minutes.url)
    assert ReadMark.objects.get().user == member


def test_ones_own_comment_is_shown_while_it_waits_and_to_nobody_else(
    client, as_user, member, moderator, minutes
):
    first = minutes.comments.get()
    waiting = base.make_comment(minutes, "Il attend.", parent=first, user=member, state="held")
    alone = base.make_comment(minutes, "Il attend aussi.", user=member, state="held")
    page = as_user(member).get(minutes.url).content.decode()
    assert "Il attend." in page and "Il attend aussi." in page
    assert page.count("vous seul·e voyez ce message") == 2
    assert f"reponse={first.pk}" in page and f"reponse={waiting.pk}" not in page
    for other in (client, as_user(moderator)):
        seen = other.get(minutes.url).content.decode()
        assert "Il attend" not in seen and "Il y a longtemps." in seen
        assert other.get(alone.get_absolute_url()).status_code == 404
    for order in ("recents", "plat"):
        own = as_user(member).get(minutes.url, {"ordre": order}).content.decode()
        assert own.count("vous seul·e voyez ce message") == 2
    led = as_user(member).get(waiting.get_absolute_url()).url
    assert led.endswith(f"#c{waiting.pk}")


def test_the_mark_goes_with_its_page_and_with_its_member(as_user, member, minutes):
    as_user(member).get(minutes.url)
    assert timezone.now() - ReadMark.objects.get().first_at < timedelta(minutes=1)
    member.delete()
    assert not ReadMark.objects.exists()


# --- Published later than written ----------------------------------------------------------------


@pytest.fixture
def late(minutes):
    """Written before what everybody has read."""
    comment = base.make_comment(minutes, "Relu tard.", state="held")
    base.make_comment(minutes, "Écrit après, paru avant.")
    return comment


def decide(act, *comments, moderator):
    acts = moderation.acts_of(comments, act, moderator)
    assert acts
    return acts[0]


def test_what_is_approved_after_a_visit_is_new_at_the_next(
    as_user, member, moderator, minutes, late
):
    client, author = as_user(member), as_user(base.make_user())
    PageComment.objects.filter(pk=late.pk).update(user=int(author.session["_auth_user_id"]))
    for each in (client, author):
        assert new(each, minutes) == ([], 0)
    an_hour_passes()
    decide(Act.APPROVE, late, moderator=moderator)
    for order in ("anciens", "recents", "plat"):
        assert new(client, minutes, ordre=order) == (["Relu tard."], 1)
    mark = client.get(minutes.url).context["discussion"]["mark"]
    assert mark.first_new == late.pk
    assert new(author, minutes) == ([], 0)
    an_hour_passes()
    assert new(client, minutes) == ([], 0)


def test_what_was_read_before_it_was_held_is_no_news(as_user, member, moderator, minutes):
    client = as_user(member)
    read = base.make_comment(minutes, "Déjà lu.")
    assert new(client, minutes) == ([], 0)
    an_hour_passes()
    base.hold(read)
    decide(Act.APPROVE, read, moderator=moderator)
    act = decide(Act.HIDE, read, moderator=moderator)
    moderation.undo(act, moderator)
    assert new(client, minutes) == ([], 0)


@pytest.mark.parametrize("first", [Act.SPAM, Act.APPROVE])
def test_what_was_taken_for_something_else_first_is_new_once_it_is_there(
    as_user, member, moderator, minutes, late, first
):
    client = as_user(member)
    taken = decide(first, late, moderator=moderator)
    moderation.undo(taken, moderator)
    assert new(client, minutes) == ([], 0)
    an_hour_passes()
    decide(Act.APPROVE, late, moderator=moderator)
    assert new(client, minutes) == (["Relu tard."], 1)


def test_what_was_there_before_this_was_kept_was_published_when_it_was_written(minutes):
    before = minutes.comments.get().submit_date
    held = base.make_comment(minutes, state="held")
    PageComment.objects.update(published_at=None)
    migration = importlib.import_module("discussion.migrations.0008_published_at")
    migration.fill_comments(apps, None)
    assert PageComment.objects.get(pk=held.pk).published_at is None
    assert minutes.comments.published().get().published_at == before
    moderation.note(held, Act.HOLD, None, {})  # it was shown until then
    migration.fill_comments(apps, None)
    assert PageComment.objects.get(pk=held.pk).published_at == held.submit_date

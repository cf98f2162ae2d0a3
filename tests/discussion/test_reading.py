"""What is new to a member since their last visit, and what waits for a moderator."""

from datetime import timedelta

import pytest
from django.utils import timezone

from discussion.models import ReadMark
from tests import base

pytestmark = pytest.mark.django_db


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

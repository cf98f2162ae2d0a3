"""What answers a held comment is not shown, and so it is not found, counted or fed either."""

import importlib

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from discussion import moderation, moving
from discussion.counts import with_comment_count
from discussion.models import ModerationAct, PageComment
from discussion.passages import counts_of
from discussion.threads import Conversation
from tests import base
from tests.discussion import good_files as good
from tests.discussion.attaching import attach

pytestmark = pytest.mark.django_db
Act = ModerationAct.Act


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def under_held(page):
    rows = PageComment.objects.filter(page_id=page.pk, under_held=True)
    return set(rows.values_list("comment", flat=True))


@pytest.mark.django_db(transaction=True)
def test_it_is_nowhere_until_what_it_answers_is_decided(client, as_user, rf, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    group, member = base.make_workgroup(), base.make_user()
    moderator = base.make_user(groups=["Moderators"])
    keyword = base.make_keyword("mutualisation")
    minutes = base.make_minutes(group)
    asked = base.make_comment(minutes, "Une question.", anchor="p-a", passage="Le passage.")
    between = base.make_comment(minutes, "Entre deux.", parent=asked)
    reply = base.make_comment(
        minutes, "Gardons l’hippocampe.", parent=between, user=member, keywords=[keyword]
    )
    person = base.make_person("Mila Membre", user=member)
    (file,) = attach(reply, good.corpus()[0][::2])
    lists = ["/fr/", group.url, person.get_absolute_url(), f"{minutes.url}", feed_of(minutes)]

    def where():
        answer = client.get("/fr/recherche/?q=hippocampes").content.decode()
        yield f"#c{reply.pk}" in answer
        for place in lists:
            yield "hippocampe." in client.get(place).content.decode()
        yield client.get(keyword.get_absolute_url()).status_code == 200
        yield client.get(reply.get_absolute_url()).status_code == 302
        given = client.get(file.get_absolute_url())
        given.close()
        yield given.status_code == 200
        yield with_comment_count(Page.objects.filter(pk=minutes.pk)).get().comment_count == 3
        yield Conversation(minutes).count == 3
        yield counts_of(minutes, rf.get("/")) == {"p-a": 3}
        other = as_user(base.make_user())
        yield other.get(f"/fr/commentaires/{reply.pk}/signaler/").status_code == 200
        yield client.get(minutes.url, {"reponse": reply.pk}).context["discussion"]["answered"]

    assert all(where())  # control: it is everywhere before
    base.hold(asked)
    assert not any(where())
    with pytest.raises(ValidationError):
        base.make_comment(minutes, "Une de plus.", parent=reply)
    moderation.set_state([asked], Act.APPROVE, moderator)
    assert all(where())


def feed_of(page):
    return f"/fr/commentaires/page/{page.pk}/flux/"


def test_it_is_shown_under_the_gap_of_what_is_hidden_rather_than_held(minutes, moderator):
    asked = base.make_comment(minutes, "A")
    base.make_comment(minutes, "A1", parent=asked)
    base.hold(asked)
    assert Conversation(minutes).count == 0 and not Conversation(minutes).comments
    [act] = moderation.acts_of([asked], Act.HIDE, moderator)
    assert [c.comment for c in Conversation(minutes).comments if not c.placeholder] == ["A1"]
    moderation.undo(act, moderator)
    assert under_held(minutes) == {"A1"} and not Conversation(minutes).comments


def test_of_two_held_ones_the_other_still_counts(minutes, moderator):
    a = base.make_comment(minutes, "A")
    b = base.make_comment(minutes, "B", parent=a)
    base.make_comment(minutes, "C", parent=b)
    base.make_comment(minutes, "D", parent=a)
    base.hold(a, b)
    assert under_held(minutes) == {"B", "C", "D"}
    moderation.set_state([a], Act.APPROVE, moderator)
    assert under_held(minutes) == {"C"}
    moderation.set_state([b], Act.DELETE, moderator)
    assert not under_held(minutes)


def test_it_follows_when_it_is_moved_away_and_back(minutes, workgroup, moderator):
    other = base.make_minutes(workgroup)
    asked = base.make_comment(minutes, "A")
    reply = base.make_comment(minutes, "A1", parent=asked)
    base.make_comment(minutes, "A11", parent=reply)
    base.hold(asked)
    act = moving.move(reply, other, moderator)
    assert not under_held(other) and Conversation(other).count == 2
    assert moderation.undo(act, moderator)
    assert under_held(minutes) == {"A1", "A11"} and Conversation(minutes).count == 0


def test_a_gap_with_nothing_to_show_under_it_takes_no_place(minutes):
    gone = base.make_comment(minutes, "Effacé depuis.")
    asked = base.make_comment(minutes, "Retenu.", parent=gone)
    base.make_comment(minutes, "Sous ce qui est retenu.", parent=asked)
    PageComment.objects.filter(pk=gone.pk).update(state="deleted")
    assert Conversation(minutes).part.paginator.count == 1
    base.hold(asked)
    assert Conversation(minutes).part.paginator.count == 0


def test_one_with_a_thousand_answers_is_held_as_fast_as_one_with_two(minutes, moderator):
    costs = []
    for number in (2, 1000):
        asked = base.make_comment(minutes)
        row = base.make_comment(minutes, parent=asked)
        for _ in range(number - 1):
            row = base.make_comment(minutes, parent=row)
        with CaptureQueriesContext(connection) as asking:
            base.hold(asked)
        assert PageComment.objects.filter(start=asked.pk, under_held=True).count() == number
        costs.append(len(asking))
    assert costs[0] == costs[1]


def test_what_was_held_before_this_was_kept_is_told_by_its_migration(minutes):
    a = base.make_comment(minutes, "A", state="held")
    PageComment.objects.filter(pk=a.pk).update(state="published")
    b = base.make_comment(minutes, "B", parent=a)
    base.make_comment(minutes, "C", parent=b)
    base.make_comment(minutes, "D")
    PageComment.objects.filter(pk=a.pk).update(state="held")
    importlib.import_module("discussion.migrations.0005_under_held").fill(apps, None)
    assert under_held(minutes) == {"B", "C"}

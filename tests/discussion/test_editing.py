"""One's own comments: changed for a while, deleted at any time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from discussion import own_views
from discussion.models import CommentVersion, DiscussionPolicy, ModerationAct, PageComment, State
from discussion.moderation import set_state
from discussion.screening import Verdict
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


@pytest.fixture
def comment(minutes, member):
    return base.make_comment(minutes, "Avant.", user=member)


def edit(client, comment, text, **more):
    return client.post(reverse("comment_edit", args=[comment.pk]), {"comment": text, **more})


def test_it_changes_the_words_and_keeps_the_old_ones(as_user, member, comment):
    client = as_user(member)
    assert "Avant." in client.get(reverse("comment_edit", args=[comment.pk])).content.decode()
    response = edit(client, comment, "Après, *oui*.")
    assert response.status_code == 302 and response.url == comment.get_absolute_url()
    comment.refresh_from_db()
    assert comment.comment == "Après, *oui*."
    assert comment.html == "<p>Après, <em>oui</em>.</p>"
    assert comment.edited_at is not None
    assert [version.text for version in comment.versions.all()] == ["Avant."]
    html = as_user().get(comment.page.specific.url).content.decode()
    assert "<em>oui</em>" in html and "modifié le" in html and "Avant." not in html


def test_it_leaves_no_trace_of_an_edit_that_changed_nothing(as_user, member, comment):
    edit(as_user(member), comment, "Avant.")
    comment.refresh_from_db()
    assert comment.edited_at is None and not CommentVersion.objects.exists()


def test_it_shows_a_preview_first(as_user, member, comment):
    response = edit(as_user(member), comment, "*Après*.", preview="1")
    assert "<em>Après</em>" in response.content.decode()
    comment.refresh_from_db()
    assert comment.comment == "Avant."


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_it_refuses_beside_the_field_with_the_text_kept(as_user, member, comment, text):
    response = edit(as_user(member), comment, text)
    assert response.status_code == 422
    html = response.content.decode()
    assert "errorlist" in html and text.strip() in html
    comment.refresh_from_db()
    assert comment.comment == "Avant."


@pytest.mark.parametrize("name", ["comment_edit", "comment_delete"])
def test_it_is_for_its_author_alone(as_user, member, moderator, admin, comment, name):
    address = reverse(name, args=[comment.pk])
    for user in (None, moderator, admin):
        for answer in (as_user(user).get(address), as_user(user).post(address, {"comment": "x"})):
            assert answer.status_code == 404
    comment.refresh_from_db()
    assert (comment.comment, comment.state) == ("Avant.", State.PUBLISHED)


@pytest.mark.parametrize("name", ["comment_edit", "comment_delete"])
def test_a_visitors_comment_is_nobodys(as_user, minutes, name):
    comment = base.make_comment(minutes)
    assert as_user().get(reverse(name, args=[comment.pk])).status_code == 404


@pytest.mark.parametrize("name", ["comment_edit", "comment_delete"])
@pytest.mark.parametrize("state", [State.HIDDEN, State.SPAM, State.DELETED])
def test_it_is_not_for_what_was_taken_away(as_user, member, minutes, name, state):
    comment = base.make_comment(minutes, user=member, state=state)
    assert as_user(member).post(reverse(name, args=[comment.pk])).status_code == 404


def test_it_is_over_once_one_may_not_read_the_page(as_user, member, private_workgroup):
    comment = base.make_comment(base.make_minutes(private_workgroup), user=member)
    assert edit(as_user(member), comment, "Après.").status_code == 404


def test_it_says_when_the_time_is_over_and_keeps_the_text(as_user, member, comment, settings):
    late = timezone.now() - timedelta(minutes=settings.COMMENT_EDIT_MINUTES + 1)
    PageComment.objects.filter(pk=comment.pk).update(submit_date=late)
    response = edit(as_user(member), comment, "Trop tard.")
    assert response.status_code == 422 and "Trop tard." in response.content.decode()
    html = as_user(member).get(comment.page.specific.url).content.decode()
    assert reverse("comment_edit", args=[comment.pk]) not in html
    assert reverse("comment_delete", args=[comment.pk]) in html
    assert 'Effacer<span class="hidden-text"> votre commentaire du ' in html


def test_it_says_when_the_discussion_is_closed(as_user, member, comment):
    DiscussionPolicy.objects.create(page=comment.page, mode="closed")
    assert edit(as_user(member), comment, "Après.").status_code == 422
    comment.refresh_from_db()
    assert comment.comment == "Avant."


def test_it_holds_what_an_innocent_comment_was_turned_into(as_user, member, comment, monkeypatch):
    verdict = Verdict(State.HELD, ["links"], 0.99)
    monkeypatch.setattr(own_views, "screen", lambda *args: verdict)
    response = edit(as_user(member), comment, "Achetez !")
    assert response.url == comment.get_absolute_url()
    assert as_user(member).get(response.url).url.endswith(f"#c{comment.pk}")
    comment.refresh_from_db()
    assert (comment.state, comment.reasons) == (State.HELD, ["links"])
    assert "Achetez" not in as_user().get(comment.page.specific.url).content.decode()


def test_it_leads_to_the_page_where_what_it_answers_is_held(as_user, member, minutes):
    parent = base.make_comment(minutes, "La question.")
    reply = base.make_comment(minutes, "Ma réponse.", parent=parent, user=member)
    set_state([parent], ModerationAct.Act.HOLD)
    response = edit(as_user(member), reply, "Une autre réponse.")
    assert as_user(member).get(response.url).url == f"{minutes.url}#discussion"
    assert as_user().get(response.url).status_code == 404


def test_it_says_what_screening_refuses(as_user, member, comment, monkeypatch):
    verdict = Verdict(refused={"comment": "Trop vite."})
    monkeypatch.setattr(own_views, "screen", lambda *args: verdict)
    response = edit(as_user(member), comment, "Encore.")
    assert response.status_code == 422
    assert "Trop vite." in response.content.decode() and "Encore." in response.content.decode()


def test_it_deletes_and_leaves_a_gap_where_others_answered(as_user, member, comment):
    base.make_comment(comment.page, "Une réponse.", parent=comment)
    client = as_user(member)
    shown = client.get(reverse("comment_delete", args=[comment.pk]))
    assert "Avant." in shown.content.decode()
    client.post(reverse("comment_delete", args=[comment.pk]))
    comment.refresh_from_db()
    assert comment.state == State.DELETED
    act = ModerationAct.objects.get()
    assert (act.act, act.moderator, act.before) == (
        "delete",
        member,
        {"state": "published", "own": True},
    )
    html = as_user().get(comment.page.specific.url).content.decode()
    assert "Avant." not in html and "Une réponse." in html
    assert as_user().get(comment.get_absolute_url()).status_code == 404


def test_the_links_are_on_ones_own_letters_only(as_user, member, comment):
    other = base.make_comment(comment.page, "D’une autre.")
    html = as_user(member).get(comment.page.specific.url).content.decode()
    assert reverse("comment_edit", args=[comment.pk]) in html
    assert reverse("comment_edit", args=[other.pk]) not in html
    assert "/modifier/" not in as_user().get(comment.page.specific.url).content.decode()

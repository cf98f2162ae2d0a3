"""How a page is discussed: set here or above, told before anybody writes."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import PageLogEntry

from discussion.models import DiscussionPolicy, PageComment, State
from discussion.policy import policy_of
from tests import base

pytestmark = pytest.mark.django_db
LIST = "/admin/comments/policies/"


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup, title="Le portage en débat")


def policy_url(page):
    return f"{LIST}{page.pk}/"


def test_the_nearest_one_counts(page, workgroup, settings):
    assert policy_of(page).mode == "open"
    settings.COMMENT_POLICY = "members"
    assert policy_of(page).mode == "members"
    DiscussionPolicy.objects.create(page=base.home(), mode="hold")
    assert policy_of(page).mode == "hold"
    DiscussionPolicy.objects.create(page=workgroup, mode="closed")
    assert policy_of(page).mode == "closed"
    base.make_comment(page)  # asked together with the comments: with some it is the same
    assert policy_of(page).mode == "closed"
    DiscussionPolicy.objects.create(page=page, mode="visitors")
    assert policy_of(page).mode == "visitors"
    other = base.make_minutes(base.make_workgroup())
    assert policy_of(other).mode == "hold"


@pytest.mark.parametrize(
    ("mode", "strangers", "members"),
    [
        ("open", (True, ""), (True, "")),
        ("visitors", (True, "relus avant"), (True, "")),
        ("hold", (True, "relus avant"), (True, "relus avant")),
        ("members", (False, "seuls les membres"), (True, "")),
        ("closed", (False, "est fermée"), (False, "est fermée")),
    ],
)
def test_it_is_told_before_writing(as_user, member, page, mode, strangers, members):
    DiscussionPolicy.objects.create(page=page, mode=mode)
    everybody = [(None, strangers), (member, members)]
    comment = base.make_comment(page)
    for user, (writes, notice) in everybody:
        client = as_user(user)
        for url in (page.url, f"/fr/commentaires/{comment.pk}/fil/"):
            shown = client.get(url).content.decode()
            assert (f"reponse={comment.pk}#repondre" in shown) == writes
        shown = client.get(page.url).content.decode()
        assert ('name="comment"' in shown) == writes
        sentences = ("relus avant", "seuls les membres", "est fermée")
        assert [each for each in sentences if each in shown] == ([notice] if notice else [])


def test_a_refused_text_is_still_there(as_user, page):
    DiscussionPolicy.objects.create(page=page, mode="closed")
    data = base.comment_form_data(page, comment="Mon long texte.")
    answer = as_user(None).post(f"/fr/commentaires/page/{page.pk}/", data)
    assert answer.status_code == 422 and "Mon long texte." in answer.content.decode()
    assert not PageComment.objects.exists()


def test_silence_closes_and_says_after_how_long(as_user, page):
    DiscussionPolicy.objects.create(page=page, mode="open", silence=30)
    comment = base.make_comment(page)
    assert 'name="comment"' in as_user(None).get(page.url).content.decode()
    long_ago = timezone.now() - timedelta(days=31)
    PageComment.objects.filter(pk=comment.pk).update(submit_date=long_ago)
    shown = as_user(None).get(page.url).content.decode()
    assert "après 30 jours sans message" in shown and 'name="comment"' not in shown
    base.make_comment(page, state=State.HELD)  # nobody has seen it
    assert policy_of(page).fell_silent


# --- Setting one ---------------------------------------------------------------------------------


def test_a_moderator_sets_changes_and_removes_one(as_user, moderator, page, workgroup):
    client = as_user(moderator)
    assert client.get(LIST, {"page": workgroup.pk})["Location"] == policy_url(workgroup)
    shown = client.get(policy_url(workgroup)).content.decode()
    assert "Comme partout sur le site" in shown and "paraissent aussitôt" in shown
    assert client.post(policy_url(workgroup), {"mode": "hold", "silence": "30"})["Location"] == LIST
    policy = DiscussionPolicy.objects.get()
    assert (policy.page_id, policy.mode, policy.silence) == (workgroup.pk, "hold", 30)
    shown = client.get(LIST).content.decode()
    assert "Aucune règle" not in shown
    assert workgroup.title in shown and "30 jours de silence" in shown
    assert "un modérateur relit chaque message avant publication" in shown
    below = client.get(policy_url(page)).content.decode()
    assert "Comme «\u202fGroupe ouvert\u202f»\u202f: tous relus" in below
    assert "Règle de «\u202fGroupe ouvert\u202f»." in below
    client.post(policy_url(workgroup), {"mode": "closed"})
    assert DiscussionPolicy.objects.get().mode == "closed"
    client.post(policy_url(workgroup), {"mode": ""})
    assert not DiscussionPolicy.objects.exists()
    empty = client.get(LIST).content.decode()
    assert "Partout\u202f: Membres et visiteurs écrivent" in empty and ".." not in empty
    logged = PageLogEntry.objects.filter(page=workgroup.pk, action="discussion.policy")
    assert [entry.data["mode"] for entry in logged.order_by("pk")] == ["hold", "closed", ""]


@pytest.mark.parametrize(
    "data",
    [
        {"mode": "?"},
        {"mode": "open", "silence": "0"},
        {"mode": "open", "silence": "soon"},
        {"mode": "open", "silence": "99999999999999999999"},
        {"mode": "", "silence": "30"},
    ],
)
def test_nonsense_is_refused(as_user, moderator, workgroup, data):
    answer = as_user(moderator).post(policy_url(workgroup), data)
    assert answer.status_code == 422
    assert not DiscussionPolicy.objects.exists()


@pytest.mark.parametrize("asked", ["x", "0", str(10**30), "²"])
def test_an_odd_page_is_none(as_user, moderator, asked):
    assert as_user(moderator).get(LIST, {"page": asked}, follow=True).status_code == 404


def test_an_editor_sets_it_from_the_page(as_user, editor, page):
    client = as_user(editor)
    assert policy_url(page) in client.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert client.get(policy_url(page)).status_code == 200
    answer = client.post(policy_url(page), {"mode": "closed"})
    assert answer["Location"] == f"/admin/pages/{page.pk}/edit/"
    assert DiscussionPolicy.objects.get().mode == "closed"
    assert client.get(LIST).status_code in (302, 403)


def test_each_rule_says_what_happens(as_user, moderator, page):
    shown = as_user(moderator).get(policy_url(page)).content.decode()
    for mode, words in (
        ("open", "leurs messages paraissent aussitôt"),
        ("visitors", "Les visiteurs écrivent, un modérateur relit avant publication"),
        ("hold", "un modérateur relit chaque message avant publication"),
        ("members", "Seuls les membres écrivent"),
        ("closed", "Personne n’écrit plus"),
    ):
        assert re.search(rf'value="{mode}"[^>]*>[^<]*{words}', shown), mode


def test_the_rules_are_in_the_menu_of_those_who_moderate(as_user, moderator, editor):
    def menu(user):
        return as_user(user).get("/admin/").content.decode()

    entry = '"label": "Qui peut \\u00e9crire"'
    assert entry in menu(moderator) and entry not in menu(editor)


def test_an_editor_reads_the_rule_that_applies_beside_the_page(as_user, editor, page, workgroup):
    DiscussionPolicy.objects.create(page=workgroup, mode="visitors", silence=30)
    for edited in (page, workgroup, base.home()):
        shown = as_user(editor).get(f"/admin/pages/{edited.pk}/edit/").content.decode()
        panel = shown[shown.index("panel-discussion-rule") :]
        assert policy_url(edited) in panel
        assert ("un modérateur relit avant publication" in panel) == (edited.pk != base.home().pk)
        assert ("Règle de «\u202fGroupe ouvert\u202f»" in panel) == (edited == page)
    assert "après 30 jours sans message" in panel or edited.pk == base.home().pk
    parent = base.make_workgroup().pk
    new = as_user(editor).get(f"/admin/pages/add/minutes/minutespage/{parent}/")
    assert new.status_code == 200 and "panel-discussion-rule" not in new.content.decode()


def test_the_form_of_a_group_of_people_leads_to_the_rules(as_user, admin):
    group = Group.objects.get(name="Moderators")
    shown = as_user(admin).get(f"/admin/groups/edit/{group.pk}/").content.decode()
    assert f'href="{LIST}"' in shown[shown.index("moderated_parts") :]


def test_nobody_else_does(as_user, member, page):
    for user in (None, member):
        assert as_user(user).post(policy_url(page), {"mode": "closed"}).status_code == 302
    assert not DiscussionPolicy.objects.exists()

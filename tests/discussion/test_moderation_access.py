"""Moderators of one group see to theirs, and to nothing else, at every address."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.core import signing

from discussion import moderation_mail
from discussion.models import DiscussionPolicy, ModeratedPart, ModerationAct, PageComment, State
from discussion.moderation import acts_of, moderated_by
from discussion.moderators import moderators_of
from tests import base

pytestmark = pytest.mark.django_db
LIST = "/admin/comments/"


@pytest.fixture
def theirs(workgroup):
    page = base.make_minutes(workgroup, title="Compte rendu A")
    return base.make_comment(page, "De chez A.", state=State.HELD)


@pytest.fixture
def foreign():
    page = base.make_minutes(base.make_workgroup("Groupe B"), title="Compte rendu B")
    return base.make_comment(page, "De chez B.", state=State.HELD)


@pytest.fixture
def moderator_of_a(workgroup):
    user = base.make_user("Anna A", groups=["Modération A"])
    group = Group.objects.get(name="Modération A")
    group.permissions.set(Group.objects.get(name="Moderators").permissions.all())
    ModeratedPart.objects.create(group=group, page=workgroup)
    return type(user).objects.get(pk=user.pk)


def gets(comment, act):
    return [
        f"{LIST}inspect/{comment.pk}/",
        f"{LIST}{comment.pk}/moderate/",
        f"{LIST}policies/{comment.page_id}/",
        f"{LIST}policies/?page={comment.page_id}",
    ]


def posts(comment, act):
    return [
        (f"{LIST}{comment.pk}/moderate/", {"act": "approve", "seen": comment.version}),
        (f"{LIST}{comment.pk}/reply/", {"text": "Oui.", "token": uuid4(), "seen": comment.version}),
        (f"{LIST}{comment.pk}/block/", {"blocked": "yes"}),
        (f"{LIST}{comment.pk}/settle/", {"seen": comment.version}),
        (f"{LIST}{comment.pk}/move/", {"page": comment.page_id}),
        (f"{LIST}acts/{act.pk}/undo/", {}),
        (f"{LIST}policies/{comment.page_id}/", {"mode": "closed"}),
    ]


def test_they_are_offered_to_hide_where_they_may(as_user, moderator_of_a, theirs, foreign):
    client = as_user(moderator_of_a)
    for held, mine in ((theirs, True), (foreign, False)):
        shown = base.make_comment(held.page, "Il se voit.")
        thread = f"/fr/commentaires/{shown.pk}/fil/"
        for address in (held.page.specific.url, thread):
            assert (f"{shown.pk}/moderate/" in client.get(address).content.decode()) is mine
        asked = client.get(f"{LIST}{shown.pk}/moderate/?act=hide", follow=True)
        assert asked.status_code == (200 if mine else 404)


def test_nothing_of_another_group_exists(as_user, moderator_of_a, admin, theirs, foreign):
    client = as_user(moderator_of_a)
    [act] = acts_of([foreign], ModerationAct.Act.SPAM, admin)
    for url in gets(foreign, act):
        assert client.get(url, follow=True).status_code == 404, url
    for url, data in posts(foreign, act):
        assert client.post(url, data, follow=True).status_code == 404, url
    for action in ("approve", "hide", "restore", "spam", "delete"):
        url, seen = f"/admin/bulk/discussion/pagecomment/{action}/", {"seen": base.seen(foreign)}
        client.post(f"{url}?id={foreign.pk}", seen)
        client.post(f"{url}?id=all&state=spam", seen)
    assert PageComment.objects.get(pk=foreign.pk).state == State.SPAM
    assert not DiscussionPolicy.objects.exists()
    for url in (LIST, f"{LIST}acts/", f"{LIST}policies/", f"{LIST}inspect/{theirs.pk}/"):
        shown = client.get(url).content.decode()
        for words in ("De chez B.", "Compte rendu B", "Groupe B"):
            assert words not in shown, url
    assert f"({1})" in client.get(LIST).content.decode()  # one is held, as far as they know


def test_theirs_does(as_user, moderator_of_a, admin, theirs, foreign):
    """The control of the one above."""
    client = as_user(moderator_of_a)
    [act] = acts_of([theirs], ModerationAct.Act.SPAM, admin)
    for url in gets(theirs, act):
        assert client.get(url, follow=True).status_code == 200, url
    for url, data in posts(theirs, act):
        assert client.post(url, data).status_code in (302, 422), url
    assert "De chez A." in client.get(LIST).content.decode()
    assert client.get(f"{LIST}acts/").content.decode().count("De chez A.") > 0


def test_nothing_is_moved_to_another_group(as_user, moderator_of_a, theirs, foreign):
    client = as_user(moderator_of_a)
    where = theirs.page_id
    answer = client.post(f"{LIST}{theirs.pk}/move/", {"page": foreign.page_id})
    assert answer.status_code == 422
    bulk = f"/admin/bulk/discussion/pagecomment/move/?id={theirs.pk}"
    assert "Compte rendu B" not in client.get(bulk).content.decode()
    client.post(bulk, {"page": foreign.page_id})
    assert PageComment.objects.get(pk=theirs.pk).page_id == where


def test_a_part_is_as_closed_as_its_pages(moderator_of_a, private_workgroup):
    """A part gives no right to read."""
    secret = base.make_comment(base.make_minutes(private_workgroup))
    group = Group.objects.get(name="Modération A")
    ModeratedPart.objects.create(group=group, page=private_workgroup)
    assert not moderated_by(moderator_of_a).exists()
    moderator_of_a.groups.add(Group.objects.get(name="Groupe fermé"))
    assert list(moderated_by(type(moderator_of_a).objects.get(pk=moderator_of_a.pk))) == [secret]


def test_a_group_without_a_part_lifts_the_limit(moderator_of_a, theirs, foreign):
    assert list(moderated_by(moderator_of_a)) == [theirs]
    moderator_of_a.groups.add(Group.objects.get(name="Moderators"))
    assert set(moderated_by(moderator_of_a)) == {theirs, foreign}
    Group.objects.get(name="Moderators").permissions.clear()
    assert list(moderated_by(moderator_of_a)) == [theirs]


def test_who_hears_of_a_page(moderator, moderator_of_a, admin, member, editor, theirs, foreign):
    assert moderators_of(theirs.page) == [moderator, moderator_of_a]
    assert moderators_of(foreign.page) == [moderator]
    moderator.delete()
    assert moderators_of(foreign.page) == [admin]  # somebody has to
    admin.is_active = False
    admin.save()
    assert moderators_of(foreign.page) == []


def test_a_link_of_another_group_is_none(client, moderator_of_a, foreign, theirs):
    for comment, status in ((foreign, 410), (theirs, 200)):
        token = signing.dumps([comment.pk, moderator_of_a.pk, 0, ""], salt=moderation_mail.SALT)
        assert client.get(f"/fr/commentaires/moderer/{token}/").status_code == status


def test_the_parts_are_chosen_in_the_groups_form(as_user, admin, workgroup):
    base.make_minutes(workgroup)
    group = Group.objects.create(name="Nouvelle modération")
    client = as_user(admin)
    url = f"/admin/groups/edit/{group.pk}/"
    shown = client.get(url).content.decode()
    assert "moderated_parts-parts" in shown and workgroup.title in shown
    data = {
        "name": group.name,
        **{
            f"{prefix}-{field}": value
            for prefix in (
                "page_permissions",
                "collection_permissions",
                "document_permissions",
                "image_permissions",
            )
            for field, value in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0), ("MAX_NUM_FORMS", 99))
        },
    }
    client.post(url, data | {"moderated_parts-parts": [workgroup.pk]})
    assert ModeratedPart.objects.get().page_id == workgroup.pk
    client.post(url, data)
    assert not ModeratedPart.objects.exists()


def test_only_those_on_duty_get_anywhere(as_user, member, editor, theirs):
    for user in (None, member, editor):
        client = as_user(user)
        for url, data in posts(theirs, acts_of([], "hide") or ModerationAct(pk=1)):
            if "policies" in url and user == editor:
                continue  # editors decide about their pages
            assert client.post(url, data).status_code in (302, 403, 404), url
        for url in (LIST, f"{LIST}acts/", f"{LIST}policies/"):
            assert client.get(url).status_code in (302, 403), url
    assert PageComment.objects.get().state == State.HELD
    assert not ModerationAct.objects.exists()

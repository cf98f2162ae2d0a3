"""People whom a comment names."""

import re

import pytest
from django.urls import reverse

from discussion.mentions import MOST, people_in
from discussion.models import PageComment
from discussion.moderation import set_state
from minutes.people import Attendance
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def present(page, name):
    person = base.make_person(name)
    Attendance.objects.create(page=page, person=person, role=base.make_role())
    return person


def test_it_links_those_who_exist_for_the_writer(as_user, member, minutes):
    noor = present(minutes, "Noor Peeters")
    client = as_user(member)
    data = base.comment_form_data(minutes, comment="Merci @[Noor Peeters] et @[Personne] !")
    client.post(reverse("comment_post", args=[minutes.pk]), data)
    comment = PageComment.objects.get()
    assert list(comment.mentioned.all()) == [noor]
    assert f'<a href="{noor.get_absolute_url()}"' in comment.html
    assert "et Personne\u202f!" in comment.html and "@[" not in comment.html


def test_a_name_is_quoted_as_a_name_wherever_a_comment_is(
    as_user, member, moderator, admin, minutes, workgroup
):
    present(minutes, "Noor Peeters")
    keyword = base.make_keyword("portage")
    client, desk = as_user(member), as_user(moderator)
    text = "**Merci** @[Noor Peeters], et @[Personne] :\n\n> à suivre"
    data = base.comment_form_data(minutes, comment=text, keywords="portage")
    # A keyword that something else carries already may be used.
    base.make_comment(minutes, "Avant.", keywords=[keyword])
    client.post(reverse("comment_post", args=[minutes.pk]), data)
    comment = PageComment.objects.get(comment=text)
    set_state([base.make_comment(minutes, "Après.")], "hide", moderator)
    set_state([comment], "hide", moderator)
    set_state([comment], "restore", moderator)
    said = "Merci Noor Peeters, et Personne"
    for place, reader, address in (
        ("group", client, workgroup.url),
        ("feed", client, f"/fr/commentaires/page/{minutes.pk}/flux/"),
        ("list", desk, "/admin/comments/"),
        ("acts", desk, "/admin/comments/acts/"),
        ("beside", desk, f"/admin/comments/inspect/{PageComment.objects.last().pk}/"),
        ("keyword", client, keyword.get_absolute_url()),
        ("uses", as_user(admin), f"/admin/keywords/usage/{keyword.pk}/"),
        ("search", client, "/fr/recherche/?q=Personne"),
    ):
        answer = reader.get(address)
        shown = re.sub(r"&lt;[^&]*&gt;|<[^>]*>", "", answer.content.decode())
        shown = " ".join(shown.split())
        assert answer.status_code == 200 and said in shown, place
        assert "@[" not in shown and "**" not in shown, place


def test_it_says_beside_the_field_how_somebody_is_named(client, as_user, member, minutes):
    told = "tapez @ et le début du nom"
    assert told in as_user(member).get(minutes.url).content.decode()
    own = base.make_comment(minutes, user=member)
    edited = as_user(member).get(reverse("comment_edit", args=[own.pk]))
    assert told in edited.content.decode()
    assert told not in client.get(minutes.url).content.decode()


def test_it_does_not_tell_of_people_whom_the_writer_may_not_see(
    as_user, member, group_member, minutes, private_workgroup
):
    hidden = present(base.make_minutes(private_workgroup), "Secrète Personne")
    assert people_in("@[Secrète Personne]", member) == []
    assert people_in("@[Secrète Personne]", group_member) == [hidden]
    assert as_user(member).get(reverse("comment_people"), {"q": "Sec"}).json() == {"people": []}
    found = as_user(group_member).get(reverse("comment_people"), {"q": "Sec"}).json()
    assert found == {"people": ["Secrète Personne"]}


def test_an_edit_asks_again(as_user, member, minutes):
    noor = present(minutes, "Noor Peeters")
    comment = base.make_comment(minutes, "Merci.", user=member)
    address = reverse("comment_edit", args=[comment.pk])
    as_user(member).post(address, {"comment": "Merci @[Noor Peeters]."})
    assert list(comment.mentioned.all()) == [noor]
    as_user(member).post(address, {"comment": "Merci."})
    assert list(comment.mentioned.all()) == []


def test_names_are_suggested_to_members_by_any_word(as_user, member, minutes):
    present(minutes, "Noor Peeters")
    assert as_user().get(reverse("comment_people"), {"q": "No"}).status_code == 404
    client = as_user(member)
    for typed, found in (("no", 1), ("Pee", 1), ("eeters", 0), ("", 0), ("%", 0), ("x" * 500, 0)):
        assert len(client.get(reverse("comment_people"), {"q": typed}).json()["people"]) == found


def test_a_list_of_names_is_bounded(member, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        people_in(" ".join(f"@[P{number}]" for number in range(MOST * 10)), member)


def test_no_names_no_query(member, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert people_in("a@b.be @Noor @[]", member) == []

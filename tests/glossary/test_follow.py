"""Members follow keywords."""

import pytest
from django.urls import reverse

from glossary.models import KeywordFollow
from glossary.topic import followers_of
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def portage(workgroup):
    keyword = base.make_keyword("portage")
    base.make_minutes(workgroup, keywords=["portage"])
    return keyword


def press(client, slug="portage", **data):
    return client.post(reverse("keyword_follow", args=[slug]), data)


def said(response, client):
    return client.get(response.url).content.decode()


def test_a_member_follows_a_keyword_and_stops(portage, member, as_user):
    client = as_user(member)
    page = client.get(portage.get_absolute_url()).content.decode()
    assert "Suivre ce mot-clé" in page and "personne le suit" not in page
    answer = press(client, follow="1")
    assert answer.url == portage.get_absolute_url()
    page = said(answer, client)
    assert "Vous suivez maintenant" in page
    assert "Ne plus suivre" in page and "1 personne le suit" in page
    assert list(followers_of(portage)) == [member]
    assert "Vous ne suivez plus" in said(press(client, follow="0"), client)
    assert list(followers_of(portage)) == []


def test_it_takes_a_button_pressed_twice_as_once(portage, member, as_user):
    client = as_user(member)
    press(client, follow="1")
    press(client, follow="1")
    assert list(followers_of(portage)) == [member]


def test_it_changes_sides_when_it_is_not_told_which(portage, member, as_user):
    client = as_user(member)
    press(client)
    assert list(followers_of(portage)) == [member]
    press(client)
    assert list(followers_of(portage)) == []


def test_it_offers_strangers_to_sign_in(portage, client):
    page = client.get(portage.get_absolute_url()).content.decode()
    assert f"?next={portage.get_absolute_url()}" in page
    assert "Suivre ce mot-clé<" not in page
    answer = press(client, follow="1")
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert not KeywordFollow.objects.exists()


def test_it_counts_nobody_who_has_left(portage, member, as_user):
    KeywordFollow.objects.create(keyword=portage, user=member)
    member.is_active = False
    member.save()
    assert list(followers_of(portage)) == []
    page = as_user(None).get(portage.get_absolute_url()).content.decode()
    assert "personne le suit" not in page


def test_it_is_done_by_a_form_alone_and_one_of_ours(portage, member):
    from django.test import Client

    client = base.sign_in(Client(enforce_csrf_checks=True), member)
    assert press(client, follow="1").status_code == 403
    assert client.get(reverse("keyword_follow", args=["portage"])).status_code == 405
    assert not KeywordFollow.objects.exists()


def test_nobody_follows_what_does_not_exist_for_them(
    private_workgroup, member, group_member, as_user
):
    hidden = base.make_keyword("caché")
    base.make_minutes(private_workgroup, keywords=["caché"])
    for user in (None, member):
        assert press(as_user(user), "cache", follow="1").status_code == 404
        assert press(as_user(user), "inconnu", follow="1").status_code == 404
    insider = as_user(group_member)
    assert press(insider, "cache", follow="1").status_code == 302
    assert list(followers_of(hidden)) == [group_member]
    group_member.groups.clear()
    own_words = reverse("keyword_own_words")
    answer = press(insider, "cache", follow="0", next=own_words)
    assert answer.url == own_words
    assert list(followers_of(hidden)) == []


def test_it_leads_back_to_no_other_site(portage, member, as_user):
    answer = press(as_user(member), follow="1", next="https://example.com/")
    assert answer.url == portage.get_absolute_url()
    answer = press(as_user(member), follow="1", next="//example.com/")
    assert answer.url == portage.get_absolute_url()


def test_it_follows_the_present_keyword_for_a_merged_one(portage, member, as_user):
    base.make_keyword("ancien", merged_into=portage, live=False)
    press(as_user(member), "ancien", follow="1")
    assert list(followers_of(portage)) == [member]

"""Signing in from the form, and coming back to what was written."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from discussion import keeping
from discussion.models import KeptForm, PageComment
from tests import base

pytestmark = pytest.mark.django_db

TEXT = "Un texte auquel\n\nje *tiens*."


@pytest.fixture
def minutes(workgroup):
    return base.make_minutes(workgroup)


def off_to_sign_in(client, page, **changes):
    data = base.comment_form_data(page, sign_in="1", **{"comment": TEXT, **changes})
    response = client.post(reverse("comment_post", args=[page.pk]), data)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    return parse_qs(urlsplit(response.url).query)["next"][0]


def form_of(response):
    return response.context["discussion"]["form"]


def send(client, page, form, **changes):
    data = {field.html_name: field.value() or "" for field in form if field.html_name != "files"}
    return client.post(reverse("comment_post", args=[page.pk]), data | changes)


def test_it_keeps_all_but_name_and_address(client, minutes):
    parent = base.make_comment(minutes)
    off_to_sign_in(client, minutes, keywords="a, b", reply_to=parent.pk, anchor="p-1")
    kept = KeptForm.objects.get()
    assert kept.fields == {
        "comment": TEXT,
        "keywords": "a, b",
        "anchor": "p-1",
        "reply_to": str(parent.pk),
    }
    assert "visitor@plenum.example" not in str(kept.fields)


def test_it_keeps_so_many_an_hour_and_loses_no_text(client, minutes, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_AN_HOUR", 1)
    off_to_sign_in(client, minutes)
    data = base.comment_form_data(minutes, sign_in="1", comment=TEXT)
    response = client.post(reverse("comment_post", args=[minutes.pk]), data)
    assert response.status_code == 422 and KeptForm.objects.count() == 1
    page = response.content.decode()
    assert "trop de messages attendent. Copiez-le" in page and "je *tiens*." in page
    KeptForm.objects.update(created_at=timezone.now() - timedelta(hours=2))
    off_to_sign_in(client, minutes)


def test_one_signs_in_and_finds_it_again(client, minutes, member):
    parent = base.make_comment(minutes, "À quoi l’on répond.")
    keyword = base.make_keyword("portage")
    back = off_to_sign_in(client, minutes, keywords="portage", reply_to=parent.pk)
    login = client.post(
        reverse("account_login"), {"login": member.email, "password": base.PASSWORD, "next": back}
    )
    assert login.url == back
    response = client.get(login.url)
    form = form_of(response)
    assert form["comment"].value() == TEXT and form["keywords"].value() == "portage"
    assert "À quoi l’on répond." in response.content.decode()
    assert send(client, minutes, form).status_code == 302
    comment = PageComment.objects.get(user=member)
    assert comment.comment == TEXT and comment.parent_id == parent.pk
    assert list(comment.keywords.all()) == [keyword]
    assert not KeptForm.objects.exists()


def test_it_is_found_without_its_address_in_the_same_session(client, minutes, member):
    """A new account is confirmed by mail, and the way back is lost there."""
    off_to_sign_in(client, minutes)
    client.force_login(member)
    assert form_of(client.get(minutes.url))["comment"].value() == TEXT


def test_nobody_finds_it_without_either(client, as_user, member, minutes, workgroup):
    back = off_to_sign_in(client, minutes)
    secret = parse_qs(urlsplit(back).query)["garde"][0]
    assert not form_of(as_user(member).get(minutes.url))["comment"].value()
    other = base.make_minutes(workgroup, "Une autre page")
    for query in (f"?garde={secret}", "?garde=faux", "?garde="):
        assert not form_of(as_user(member).get(other.url + query))["comment"].value()


def test_it_is_given_up_after_some_days(client, as_user, member, minutes, settings):
    back = off_to_sign_in(client, minutes)
    old = timezone.now() - timedelta(days=settings.COMMENT_DRAFT_DAYS, minutes=1)
    KeptForm.objects.update(created_at=old)
    assert not form_of(as_user(member).get(back.split("#")[0]))["comment"].value()
    off_to_sign_in(as_user(), minutes)
    assert KeptForm.objects.count() == 1, "what nobody came back for is erased on the way"


def test_it_keeps_a_form_that_is_not_valid(client, minutes):
    off_to_sign_in(client, minutes, name="", email="faux", timestamp="x", token="x")
    assert KeptForm.objects.get().fields["comment"] == TEXT


def test_it_bounds_what_it_keeps(client, minutes, settings):
    off_to_sign_in(client, minutes, comment="x" * 50_000, keywords="y" * 5_000, reply_to="9" * 99)
    fields = KeptForm.objects.get().fields
    assert len(fields["comment"]) == 4 * settings.COMMENT_LENGTH  # too long is said, not cut
    assert len(str(fields)) < 4 * settings.COMMENT_LENGTH + 600


def test_reading_a_page_still_sets_no_cookie(client, minutes):
    assert not client.get(minutes.url).cookies


def test_it_may_not_be_used_on_a_page_one_may_not_read(client, private_workgroup):
    page = base.make_minutes(private_workgroup)
    data = base.comment_form_data(page, sign_in="1")
    response = client.post(reverse("comment_post", args=[page.pk]), data)
    assert response.status_code == 404 and not KeptForm.objects.exists()

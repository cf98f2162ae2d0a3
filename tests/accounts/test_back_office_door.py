"""Who gets into the back office, and by which door."""

import pytest

ADMIN = "/admin/"
DOORS = ["/admin/", "/admin/pages/", "/admin/users/", "/admin/comments/", "/admin/account/"]


@pytest.mark.django_db
def test_an_editor_gets_in(as_user, editor):
    assert as_user(editor).get(ADMIN).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("url", DOORS)
def test_a_member_is_told_no_once(as_user, member, url):
    client = as_user(member)
    response = client.get(url, follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) == 1
    assert "wagtailadmin" not in response.content.decode()
    assert client.get("/fr/").wsgi_request.user == member  # and stays signed in


@pytest.mark.django_db
@pytest.mark.parametrize("url", DOORS)
def test_a_stranger_is_asked_to_sign_in_and_led_back(client, editor, url):
    from tests.base import PASSWORD

    response = client.get(url, follow=True)
    door = response.redirect_chain[-1][0]
    assert door.startswith("/fr/compte/login/?next=")
    response = client.post(door, {"login": editor.email, "password": PASSWORD})
    assert response["Location"] == url


@pytest.mark.django_db
def test_a_member_who_signs_in_on_the_way_there_is_told_no(client, member):
    from tests.base import PASSWORD

    door = client.get(ADMIN, follow=True).redirect_chain[-1][0]
    response = client.post(door, {"login": member.email, "password": PASSWORD}, follow=True)
    assert response.status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "/admin/password_reset/",
        "/admin/password_reset/done/",
        "/admin/password_reset/confirm/MQ/abc-def/",
        "/admin/password_reset/complete/",
    ],
)
def test_wagtails_password_pages_lead_to_ours(client, url):
    assert client.get(url)["Location"] == "/fr/compte/password/reset/"
    assert client.post(url)["Location"] == "/fr/compte/password/reset/"


@pytest.mark.django_db
def test_wagtails_sign_in_form_takes_no_password(client, editor):
    from tests.base import PASSWORD

    client.post("/admin/login/", {"username": editor.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_who_is_in_already_is_led_on(as_user, editor):
    client = as_user(editor)
    assert client.get("/admin/login/")["Location"] == ADMIN
    assert client.get("/admin/login/?next=/admin/reports/")["Location"] == "/admin/reports/"
    assert client.get("/admin/login/?next=//evil.example/")["Location"] == ADMIN

"""What members change about themselves."""

import pytest

from accounts.models import User
from discussion.models import PageComment
from tests import base

URL = "/fr/compte/"


@pytest.mark.django_db
def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(URL)["Location"] == "/fr/compte/login/?next=/fr/compte/"


@pytest.mark.django_db
def test_a_member_changes_name_and_language(client, member):
    base.sign_in(client, member)
    page = client.get(URL).content.decode()
    assert "/fr/compte/email/" in page and "/fr/compte/password/change/" in page

    response = client.post(URL, {"display_name": " Mila  M. ", "language": "nl"})

    member.refresh_from_db()
    assert (member.display_name, member.language) == ("Mila M.", "nl")
    assert response["Location"].startswith("/nl/")


@pytest.mark.django_db
def test_what_is_refused_is_shown_again_and_not_kept(client, member):
    base.sign_in(client, member)
    response = client.post(URL, {"display_name": "  ", "language": "nl"})
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"display_name"}
    assert member.display_name in response.content.decode()  # in the page head, as it is
    member.refresh_from_db()
    assert member.language == "fr"


@pytest.mark.django_db
def test_a_member_cannot_give_themselves_rights(client, member):
    base.sign_in(client, member)
    client.post(
        URL,
        {
            "display_name": "M",
            "language": "fr",
            "is_superuser": "on",
            "groups": "1",
            "email": "x@plenum.example",
        },
    )
    user = User.objects.get(pk=member.pk)
    assert not user.is_superuser
    assert user.email == member.email
    assert [group.name for group in user.groups.all()] == ["Members"]


@pytest.mark.django_db
def test_a_name_is_no_longer_than_its_signature(client, member):
    base.sign_in(client, member)
    assert client.post(URL, {"display_name": "M" * 51, "language": "fr"}).status_code == 422
    assert client.post(URL, {"display_name": "M" * 50, "language": "fr"}).status_code == 302
    assert PageComment._meta.get_field("user_name").max_length == 50

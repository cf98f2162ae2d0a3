"""Accounts made at the command line."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from tests import base


@pytest.fixture
def made(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", base.PASSWORD)
    call_command(
        "createsuperuser", email="Boss@Plenum.example", display_name="Boss", interactive=False
    )
    return User.objects.get()


def test_a_superuser_can_sign_in_at_once(made):
    assert made.email == "boss@plenum.example"
    client = Client()
    client.post("/fr/compte/login/?next=/admin/", {"login": made.email, "password": base.PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_one_address_is_one_account(made):
    with pytest.raises(CommandError):
        call_command(
            "createsuperuser", email="BOSS@plenum.example", display_name="B", interactive=False
        )

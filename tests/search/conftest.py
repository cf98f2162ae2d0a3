"""What the search tests share: an index of their own, and something to be found."""

import pytest
from django.contrib.auth.models import AnonymousUser

from search import outbox
from tests import base


@pytest.fixture
def workgroup(db):
    """A public workgroup."""
    return base.make_workgroup("Groupe Couveuse", slug="couveuse")


@pytest.fixture
def stranger():
    return AnonymousUser()


@pytest.fixture
def make_minutes(workgroup):
    """Publishes minutes and has them indexed, as the commit of a request would."""

    def make(text="", under=None, **changes):
        body = [base.text_block(line) for line in text.splitlines()]
        changes = {"title": "4e réunion", "body": body, "meeting_date": None} | changes
        page = base.make_minutes(under or workgroup, **changes)
        outbox.drain()
        return page

    return make

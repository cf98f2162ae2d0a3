"""A meeting is found by the number and the date that stand large on its page."""

import datetime

import pytest

from search import outbox
from tests import base


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("fr", "4e réunion"),
        ("fr", "25 septembre 2025"),
        ("nl", "4e vergadering"),
        ("en", "25 september 2025"),
    ],
)
def test_it_finds_a_meeting_by_number_and_by_date(client, workgroup, language, typed):
    day = datetime.date(2025, 9, 25)
    base.make_minutes(workgroup, "À Roubaix", ordinal=4, meeting_date=day, language=language)
    base.make_minutes(workgroup, "À Namur", ordinal=5, meeting_date=datetime.date(2026, 1, 7))
    outbox.drain()
    page = client.get("/fr/recherche/", {"q": f'"{typed}"'}).content.decode()
    assert "Roubaix" in page and "Namur" not in page

"""The visit counter: people, once a day, and nothing about who they are."""

import datetime
import sqlite3

import pytest
from django.db import connection
from django.utils import timezone

from pages.models import VisitCount, VisitMark, VisitSalt
from tests import base

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def page(workgroup):
    return base.make_minutes(workgroup)


def visit(client, page, agent=BROWSER, address="192.0.2.1", **headers):
    return client.get(page.url, headers={"user-agent": agent, **headers}, REMOTE_ADDR=address)


def total(page):
    return VisitCount.objects.filter(page_id=page.pk).values_list("total", flat=True).first() or 0


def test_it_counts_each_person_once_a_day(client, page):
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        visit(client, page, address=address)
    assert total(page) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"agent": ""},
        {"agent": "curl/8.5.0"},
        {"sec-purpose": "prefetch"},
        {"sec-gpc": "1"},
        {"dnt": "1"},
    ],
    ids=["robot", "nameless", "tool", "prefetch", "gpc", "dnt"],
)
def test_it_counts_people_only(client, page, headers):
    visit(client, page, **headers)
    assert total(page) == 0
    visit(client, page)
    assert total(page) == 1


def test_it_counts_no_editor_and_no_preview(client, page, editor, as_user):
    visit(as_user(editor), page)
    page.make_preview_request()
    assert total(page) == 0


def test_it_counts_nobody_who_may_not_see_the_page(client, private_workgroup):
    secret = base.make_minutes(private_workgroup)
    visit(client, secret)
    assert total(secret) == 0


def test_it_keeps_no_address_and_no_cookie(client, page):
    response = visit(client, page)
    assert not response.cookies
    rows = str(list(VisitMark.objects.values())) + str(list(VisitCount.objects.values()))
    assert "192.0.2.1" not in rows and "Firefox" not in rows


def test_it_destroys_yesterdays_secret_with_its_marks(client, page):
    visit(client, page)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    VisitSalt.objects.update(day=yesterday)
    old = set(VisitMark.objects.values_list("pk", flat=True))
    visit(client, page)
    assert VisitSalt.objects.get().day == timezone.localdate()
    assert not old & set(VisitMark.objects.values_list("pk", flat=True))
    assert total(page) == 2


def test_it_shows_the_page_even_when_it_cannot_count(client, page, monkeypatch):
    from django.db import OperationalError

    def broken(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr("pages.visits._record", broken)
    assert visit(client, page).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one lock for all")
def test_it_does_not_make_a_reader_wait_for_another_writer(client):
    page = base.make_minutes(base.make_workgroup())
    client.get(page.url)  # what is made at a site's first request is made
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert visit(client, page).status_code == 200
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert total(page) == 0
    visit(client, page)
    assert total(page) == 1
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] == 20_000

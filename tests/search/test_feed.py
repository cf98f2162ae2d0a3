"""A search as a feed: the newest first, for the reader who asks."""

import datetime
from xml.etree import ElementTree

import pytest

from search import outbox
from tests import base

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def entries(client):
    def entries(query, url="/fr/recherche/flux/"):
        response = client.get(url + query)
        assert response.status_code == 200
        assert response["Content-Type"].startswith("application/atom+xml")
        feed = ElementTree.fromstring(response.content)
        return [entry.find(f"{ATOM}title").text for entry in feed.iter(f"{ATOM}entry")]

    return entries


def test_it_gives_the_newest_of_what_the_page_finds(make_minutes, entries):
    for year in range(1990, 2025):
        make_minutes("Le budget.", title=f"Réunion {year}", meeting_date=datetime.date(year, 1, 1))
    titles = entries("?q=budget")
    assert titles == [f"Compte rendu – Réunion {year}" for year in range(2024, 1994, -1)]
    assert entries("?q=budget&annee=1991") == ["Compte rendu – Réunion 1991"]
    assert entries("?q=introuvable") == entries("") == []


def test_it_is_well_formed_whatever_was_written_or_typed(make_minutes, entries):
    page = make_minutes("Le budget\x08 du \x1bgroupe\ufffe.", title="Réunion")
    base.make_comment(page, "Le budget\x02 aussi.", name="Anne\x0b Dupont")
    outbox.drain()
    assert len(entries("?q=budget")) == 2
    for typed in ("budget%01", "%EF%BF%BE", "budget%1B", "%EF%BF%BF+budget"):
        entries(f"?q={typed}&mot=%02&groupe=%0B")


def test_it_has_no_entry_without_a_date(make_minutes, entries):
    make_minutes("Le portage.", title="Réunion sans date")
    base.make_keyword("portage")
    outbox.drain()
    assert entries("?q=portage") == ["Compte rendu – Réunion sans date"]


def test_it_shows_what_the_session_may_see(
    make_minutes, private_workgroup, client, entries, member, group_member
):
    make_minutes("Une zibeline.", title="Réunion fermée", under=private_workgroup)
    assert entries("?q=zibeline") == []
    base.sign_in(client, member)
    assert entries("?q=zibeline") == []
    base.sign_in(client, group_member)
    assert entries("?q=zibeline") == ["Compte rendu – Réunion fermée"]


def test_it_is_linked_from_the_page_under_each_language(make_minutes, client):
    make_minutes("Le budget.")
    for page, feed in (
        ("/fr/recherche/", "/fr/recherche/flux/"),
        ("/nl/zoeken/", "/nl/zoeken/feed/"),
        ("/en/search/", "/en/search/feed/"),
    ):
        text = client.get(page + "?q=budget&type=minutes").content.decode()
        assert text.count(f'href="{feed}?q=budget&amp;type=minutes"') == 2
        assert client.get(f"{feed}?q=budget").status_code == 200


def test_it_answers_that_nothing_has_changed(make_minutes, client):
    make_minutes("Le budget.", meeting_date=datetime.date(2024, 1, 1))
    first = client.get("/fr/recherche/flux/?q=budget")
    again = client.get("/fr/recherche/flux/?q=budget", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    make_minutes("Le budget.", title="Plus ancienne", meeting_date=datetime.date(2020, 1, 1))
    again = client.get("/fr/recherche/flux/?q=budget", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize("query", ["?q=%00&annee=zz", "?q=" + "x" * 5_000, "?tri=date&page=9"])
def test_it_takes_whatever_is_asked(query, entries, db):
    assert entries(query) == []

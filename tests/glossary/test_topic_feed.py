"""The feed of a keyword: what is tagged with it, for the reader who asks."""

import datetime
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from tests import base

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def titles(client):
    response = client.get(reverse("keyword_feed", args=["portage"]))
    assert response.status_code == 200
    feed = ElementTree.fromstring(response.content)
    return [entry.find(f"{ATOM}title").text for entry in feed.iter(f"{ATOM}entry")]


@pytest.fixture
def portage():
    return base.make_keyword("portage", definition_fr="Porter un projet.")


def test_it_tells_of_pages_and_comments_newest_first(client, workgroup, portage):
    minutes = base.make_minutes(workgroup, "Réunion", keywords=["portage"])
    base.make_article(workgroup, "Article", keywords=["portage"])
    base.make_roster(workgroup, "Liste", keywords=["portage"])
    base.make_minutes(workgroup, "Autre")
    at = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    base.make_comment(minutes, "Oui & non.", keywords=[portage], name="Ada", submit_date=at)
    assert titles(client) == ["Liste", "Article", "Réunion", "Ada, à propos de « Réunion »"]
    content = client.get(reverse("keyword_feed", args=["portage"])).content.decode()
    assert "&lt;p&gt;Oui &amp;amp; non.&lt;/p&gt;" in content and "Porter un projet." in content
    assert f'href="http://127.0.0.1:8000{minutes.url}"' in content


def test_it_tells_strangers_nothing_of_private_uses(
    client, workgroup, private_workgroup, portage, group_member, as_user
):
    private = base.make_minutes(private_workgroup, "Fermée", keywords=["portage"])
    base.make_comment(private, keywords=[portage], name="Ada")
    base.make_article(workgroup, "Ouvert", keywords=["portage"])
    assert titles(client) == ["Ouvert"]
    assert titles(as_user(group_member)) == ["Ouvert", "Ada, à propos de « Fermée »", "Fermée"]


def test_the_page_names_its_feed_in_its_head(client, workgroup, portage):
    base.make_minutes(workgroup, keywords=["portage"])
    head = client.get(portage.get_absolute_url()).content.decode().partition("<body")[0]
    assert f'type="application/atom+xml" title="portage" href="{feed_address()}"' in head


def feed_address():
    return reverse("keyword_feed", args=["portage"])


def test_it_costs_the_same_with_one_and_with_forty_entries(client, workgroup, portage):
    from tests.test_query_counts import MOST, queries_of

    def add(number):
        for at in range(number):
            page = base.make_minutes(workgroup, f"Réunion {at}", keywords=["portage"])
            base.make_comment(page, keywords=[portage])

    add(1)
    client.get(feed_address())  # a process reads each content type once in its life
    few = queries_of(client, feed_address())
    add(40)
    assert len(queries_of(client, feed_address())) == len(few) <= MOST
    assert len(titles(client)) == 30

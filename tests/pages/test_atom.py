"""Feeds are read by machines, which forgive nothing."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse

from search import outbox
from tests import base

pytestmark = pytest.mark.django_db
#: Characters that a form takes and XML has no way to say.
UNSAYABLE = "\x01\x0b\x1b\x1f\ufffe"


@pytest.mark.parametrize("which", ["keyword_feed", "comment_feed", "search_feed", "feed_latest"])
def test_a_feed_leaves_out_what_xml_cannot_say(client, which):
    group = base.make_workgroup("Groupe Couveuse", slug="couveuse")
    page = base.make_minutes(group, f"Chandelle{UNSAYABLE}s")
    keyword = base.make_keyword(f"cire{UNSAYABLE}")
    comment = base.make_comment(
        page, f"Une chandelle{UNSAYABLE} allumée.", keywords=[keyword], name=f"An{UNSAYABLE}na"
    )
    outbox.drain()
    args = {"keyword_feed": [keyword.slug], "comment_feed": [comment.page_id]}
    asked = {"q": "chandelle"} if which == "search_feed" else {}
    response = client.get(reverse(which, args=args.get(which)), asked)
    assert response.status_code == 200
    said = " ".join(ElementTree.fromstring(response.content).itertext())
    assert "handelle" in said and not set(UNSAYABLE) & set(said)

"""Links between keywords in the back office: what the form refuses, and what it shows."""

import pytest
from django.urls import reverse

from tests import base
from tests.glossary.test_admin_keywords import LIST, edit_data, edit_url, errors, link

pytestmark = pytest.mark.django_db


def test_a_cycle_of_broader_keywords_is_refused_with_its_path(as_user, editor):
    a, b, c = (base.make_keyword(name) for name in ("ville", "région", "pays"))
    link(a, b)
    link(b, c)
    client = as_user(editor)
    response = client.post(edit_url(c), edit_data(c, links=[("broader", a)]))
    assert response.status_code == 200
    [row] = response.context["form"].formsets["links"].forms
    assert "pays → ville → région → pays" in str(row.errors["target"])
    assert "pays → ville → région → pays" in response.content.decode()
    assert c.links.count() == 0
    response = client.post(edit_url(a), edit_data(a, links=[("broader", c)]))
    assert response.status_code == 302, errors(response)  # a shortcut goes round nothing


@pytest.mark.parametrize("kind", ["broader", "related"])
def test_a_keyword_is_not_linked_to_itself(as_user, editor, kind):
    keyword = base.make_keyword("portage")
    response = as_user(editor).post(edit_url(keyword), edit_data(keyword, links=[(kind, keyword)]))
    [row] = response.context["form"].formsets["links"].forms
    assert row.errors["target"] and not keyword.links.exists()


def test_two_keywords_are_linked_once(as_user, editor):
    keyword, other = base.make_keyword("portage"), base.make_keyword("emploi")
    client = as_user(editor)
    twice = [("broader", other), ("related", other)]
    response = client.post(edit_url(keyword), edit_data(keyword, links=twice))
    first, second = response.context["form"].formsets["links"].forms
    assert not first.errors and second.errors["target"]
    assert client.post(edit_url(keyword), edit_data(keyword, links=twice[:1])).status_code == 302
    response = client.post(edit_url(other), edit_data(other, links=[("related", keyword)]))
    assert "de son côté" in errors(response)
    assert keyword.links.count() == 1 and other.links.count() == 0
    # It is shown there instead.
    html = client.get(edit_url(other)).content.decode()
    assert "Plus étroits" in html and f'<a href="{edit_url(keyword)}">portage</a>' in html


def test_a_merged_keyword_is_neither_linked_chosen_listed_nor_edited(as_user, editor):
    target = base.make_keyword("accompagnement")
    old = base.make_keyword("coaching", live=False, merged_into=target)
    keyword = base.make_keyword("portage")
    client = as_user(editor)
    response = client.post(edit_url(keyword), edit_data(keyword, links=[("related", old)]))
    assert "accompagnement" in errors(response)
    for url in (LIST, reverse("wagtailsnippetchoosers_glossary_keyword:choose")):
        html = client.get(url).content.decode()
        assert "accompagnement" in html and "coaching" not in html
    assert client.get(edit_url(old)).url == edit_url(target)
    assert client.post(edit_url(old), edit_data(old)).url == edit_url(target)
    old.refresh_from_db()
    assert not old.live

"""Retagging in steps: what was shown is what is done, also when it is sent twice."""

import datetime
import re

import pytest
from django.urls import reverse

from glossary.models import PageKeyword
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(workgroup):
    keyword = base.make_keyword("portage")
    for year in (2019, 2019, 2025, 2025, 2025):
        day = datetime.date(year, 5, 4)
        base.make_minutes(workgroup, meeting_date=day, keywords=["portage"])
    return keyword


def uses(keyword):
    return PageKeyword.objects.filter(tag=keyword).count()


def sent_on(html):
    """What the hidden fields of the step before would send."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_applying_twice_changes_no_more_than_was_shown(as_user, editor, keyword):
    client, url = as_user(editor), reverse("keyword_retag", args=[keyword.pk]) + "?year=2019"
    shown = client.post(url, {"step": "preview", "action": "remove", "every": "on"})
    data = sent_on(shown.content.decode()) | {"step": "apply"}
    client.post(url, data)
    assert uses(keyword) == 3
    client.post(url, data)
    client.post(url, {"step": "apply", "action": "remove", "every": "on"})
    assert uses(keyword) == 3


def test_a_use_that_came_after_the_preview_is_left_alone(as_user, editor, keyword, workgroup):
    client, url = as_user(editor), reverse("keyword_retag", args=[keyword.pk])
    shown = client.post(url, {"step": "preview", "action": "remove", "every": "on"})
    base.make_minutes(workgroup, keywords=["portage"])
    client.post(url, sent_on(shown.content.decode()) | {"step": "apply"})
    assert uses(keyword) == 1


def test_a_page_that_somebody_locked_stays_as_it_is(as_user, editor, admin, keyword):
    page = PageKeyword.objects.filter(tag=keyword).first().content_object
    page.locked, page.locked_by = True, admin
    page.save()
    client, url = as_user(editor), reverse("keyword_retag", args=[keyword.pk])
    shown = client.post(url, {"step": "preview", "action": "remove", "every": "on"})
    assert "verrouillée" in shown.content.decode()
    client.post(url, sent_on(shown.content.decode()) | {"step": "apply"})
    assert [use.content_object_id for use in PageKeyword.objects.filter(tag=keyword)] == [page.pk]

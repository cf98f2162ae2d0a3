"""Pages of several types are fetched at once."""

import pytest
from wagtail.models import Page

from home.models import TextPage
from minutes.models import ArticlePage, MinutesPage, WorkgroupPage
from pages.specific import at_once
from tests import base

pytestmark = pytest.mark.django_db


def test_it_gives_each_page_in_its_own_type_with_one_query(workgroup, django_assert_num_queries):
    base.make_minutes(workgroup, title="Réunion", language="nl")
    base.make_article(workgroup, title="Article")
    base.make_text("Texte")
    everything = Page.objects.filter(depth__gt=2).order_by("title")
    at_once(everything)  # content types are read once in a process's life
    with django_assert_num_queries(1):
        pages = at_once(everything)
        shown = [(type(page), page.heading, page.heading_language) for page in pages]
    assert shown == [
        (ArticlePage, "Article", "fr"),
        (WorkgroupPage, "Groupe ouvert", "fr"),
        (MinutesPage, "Réunion", "nl"),
        (TextPage, "Texte", "fr"),
    ]
    assert pages[0].get_url() == ArticlePage.objects.get().get_url()
    with django_assert_num_queries(1):  # a long text is fetched by who wants it
        assert "Un article." in str(pages[0].body)


def test_it_leaves_pages_of_no_type_of_ours_as_they_are():
    root = at_once(Page.objects.filter(depth=1))
    assert [type(page) for page in root] == [Page]

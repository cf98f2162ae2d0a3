"""Results that editors put first."""

import pytest
from django.urls import reverse
from wagtail.contrib.search_promotions.models import Query, QueryDailyHits, SearchPromotion

from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def promoted(as_user):
    def promoted(typed, user=None, **fields):
        response = as_user(user).get("/fr/recherche/", {"q": typed, **fields})
        titles = [each.title for each in response.context["promoted"]]
        html = response.content.decode()
        assert ("Mis en avant par la rédaction" in html) == bool(titles)
        assert all(title in html for title in titles)
        return titles

    return promoted


def promote(words, **changes):
    return SearchPromotion.objects.create(query=Query.get(words), **changes)


def test_it_shows_them_first_for_the_same_words(promoted):
    page = base.make_text("La crèche des Lilas")
    promote("Crèche  d’ici", page=page, description="Ouverte à tous.")
    for typed in ("crèche d'ici", "CRECHE ICI", "creche, ici"):
        assert promoted(typed) == ["La crèche des Lilas"]
    for typed in ("crèche", "ici crèche", "halte"):
        assert promoted(typed) == []
    assert promoted("crèche d'ici", type="text") == []


def test_it_keeps_their_order_and_takes_links_elsewhere(promoted, as_user):
    one, two = base.make_text("Une"), base.make_text("Deux")
    promote("crèche", page=one, sort_order=1)
    promote("crèche", page=two, sort_order=0)
    promote(
        "crèche",
        external_link_url="https://lilas.example/",
        external_link_text="Ailleurs",
        sort_order=2,
    )
    assert promoted("crèche") == ["Deux", "Une", "Ailleurs"]
    assert 'href="https://lilas.example/"' in (
        as_user().get("/fr/recherche/?q=creche").content.decode()
    )


def test_a_private_page_is_put_first_for_its_group_alone(
    promoted, private_workgroup, member, group_member
):
    page = base.make_minutes(private_workgroup, "Zirconium")
    promote("crèche", page=page)
    promote("crèche", page=base.make_text("Brouillon", live=False))
    assert promoted("crèche") == promoted("crèche", member) == []
    assert promoted("crèche", group_member) == ["Zirconium"]


def test_an_editor_promotes_from_a_form_that_knows_the_words(as_user, editor, promoted):
    page = base.make_text("La crèche des Lilas")
    client = as_user(editor)
    address = f"{reverse('promote')}?mots=creche"
    form = client.get(address).context["form"]
    assert form["query_string"].value() == "creche"
    response = client.post(
        reverse("promote"),
        {
            "query_string": "creche",
            "editors_picks-TOTAL_FORMS": 1,
            "editors_picks-INITIAL_FORMS": 0,
            "editors_picks-MIN_NUM_FORMS": 0,
            "editors_picks-MAX_NUM_FORMS": 1000,
            "editors_picks-0-page": page.pk,
            "editors_picks-0-external_link_url": "",
            "editors_picks-0-external_link_text": "",
            "editors_picks-0-description": "",
            "editors_picks-0-ORDER": 1,
            "editors_picks-0-DELETE": "",
        },
    )
    assert response.status_code == 302, response.context["searchpicks_formset"].errors
    assert promoted("Crèche") == ["La crèche des Lilas"]
    query = SearchPromotion.objects.get().query
    known = reverse("wagtailsearchpromotions:edit", args=[query.pk])
    assert client.get(address)["Location"] == known
    assert client.get(known).status_code == 200


def test_it_records_no_hits(promoted):
    promote("crèche", page=base.make_text("La crèche des Lilas"))
    promoted("crèche")
    assert not QueryDailyHits.objects.exists()


def test_wagtail_s_report_of_hits_is_not_in_the_menu(as_user, admin):
    html = as_user(admin).get("/admin/").content.decode()
    assert reverse("missed_queries") in html
    assert reverse("wagtailsearchpromotions:search_terms") not in html

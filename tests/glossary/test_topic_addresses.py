"""The addresses that a keyword had, and those of what was merged into it, lead to it."""

import pytest
from django.urls import reverse

from glossary.models import FormerAddress, Keyword
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def parrainage(workgroup):
    base.make_keyword("parrainage")
    base.make_minutes(workgroup, keywords=["parrainage"])
    return Keyword.objects.get(name="parrainage")


def merge(name, target):
    return base.make_keyword(name, merged_into=target, live=False)


def ask(client, slug, prefix="/fr/mots-cles/", rest=""):
    return client.get(f"{prefix}{slug}/{rest}")


def test_it_leads_from_a_merged_keyword_to_the_present_one_query_and_all(client, parrainage):
    merge("marrainage", merge("accueil", parrainage))
    for slug in ("marrainage", "accueil"):
        answer = ask(client, slug, rest="?annee=2026&sorte=minutes")
        assert answer.status_code == 301
        assert answer.url == "/fr/mots-cles/parrainage/?annee=2026&sorte=minutes"
    assert ask(client, "accueil", "/nl/trefwoorden/").url == "/nl/trefwoorden/parrainage/"
    assert ask(client, "accueil", rest="flux/").url == "/fr/mots-cles/parrainage/flux/"
    assert "max-age" in ask(client, "accueil")["Cache-Control"], "a merge can be undone"


def test_it_leads_from_a_former_address(client, parrainage):
    parrainage.slug = "compagnonnage"
    parrainage.save()
    assert ask(client, "parrainage").url == "/fr/mots-cles/compagnonnage/"
    parrainage.merged_into, parrainage.live = base.make_keyword("entraide"), False
    parrainage.save()
    assert ask(client, "parrainage").status_code == 404, "nothing carries the present one"
    base.make_minutes(base.make_workgroup(), keywords=["entraide"])
    assert ask(client, "parrainage").url == "/fr/mots-cles/entraide/"


def test_it_leads_nobody_to_what_does_not_exist_for_them(
    client, private_workgroup, group_member, as_user
):
    hidden = base.make_keyword("caché")
    base.make_minutes(private_workgroup, keywords=["caché"])
    merge("ancien", hidden)
    FormerAddress.objects.create(slug="vieux", keyword=hidden)
    none = ask(client, "jamais-vu")
    for slug in ("ancien", "vieux", "cache"):
        answer = ask(client, slug)
        assert answer.status_code == none.status_code == 404
        assert answer.content.replace(slug.encode(), b"jamais-vu") == none.content
        assert ask(client, slug, rest="flux/").status_code == 404
    assert ask(as_user(group_member), "ancien").url == hidden.get_absolute_url()
    assert ask(as_user(group_member), "vieux").url == hidden.get_absolute_url()


def test_it_ends_where_merges_go_round(client, parrainage):
    first = merge("un", parrainage)
    second = merge("deux", first)
    Keyword.objects.filter(pk=first.pk).update(merged_into=second)
    assert ask(client, "un").status_code == 404
    assert ask(client, "parrainage").status_code == 200


def test_it_is_found_by_a_live_address_before_a_former_one(client, parrainage):
    FormerAddress.objects.create(slug="parrainage", keyword=base.make_keyword("autre"))
    assert ask(client, "parrainage").status_code == 200
    assert reverse("keyword", args=["parrainage"]) == parrainage.get_absolute_url()

"""Keywords: one concept, several words for it."""

import pytest
from django.utils import translation

from glossary.models import Keyword, fold
from tests import base

pytestmark = pytest.mark.django_db


def test_it_gives_a_plain_address_to_words_with_accents(client, workgroup):
    base.make_minutes(workgroup, keywords=["économie sociale", "Économie Sociale!"])
    first, second = Keyword.objects.order_by("pk")
    assert first.slug == "economie-sociale"
    assert second.slug != first.slug
    assert client.get(first.get_absolute_url()).status_code == 200


def test_it_knows_a_concept_by_any_of_its_words(workgroup):
    keyword = base.make_keyword("accompagnement", nl="begeleiding", synonyms=["suivi"])
    for word in ("Accompagnement", "BEGELEIDING", " suivi ", "accompagnément"):
        assert Keyword.objects.named(word) == keyword
    assert Keyword.objects.named("autre") is None
    assert base.make_keyword("donneur d’ordre") == Keyword.objects.named("donneur d'ordre")
    assert fold("Être  à  l’École") == "etre a l'ecole"


def test_it_shows_a_keyword_in_the_language_of_the_interface(client, workgroup):
    keyword = base.make_keyword(
        "accompagnement",
        nl="begeleiding",
        definition_fr="Aider à avancer.",
        definition_nl="Helpen vooruitgaan.",
    )
    base.make_minutes(workgroup, keywords=["accompagnement"])
    french = client.get(keyword.get_absolute_url()).content.decode()
    assert "Aider à avancer." in french
    with translation.override("nl"):
        dutch = client.get(keyword.get_absolute_url())
    assert "begeleiding" in dutch.content.decode() and "Helpen" in dutch.content.decode()


def test_it_lists_everything_tagged_comments_too(client, workgroup):
    keyword = base.make_keyword("portage")
    minutes = base.make_minutes(workgroup, "Réunion du portage", keywords=["portage"])
    base.make_article(workgroup, "Article du portage", keywords=["portage"])
    base.make_roster(workgroup, "Liste du portage", keywords=["portage"])
    base.make_comment(minutes, "Commentaire du portage", keywords=[keyword])
    page = client.get(keyword.get_absolute_url()).content.decode()
    page = page.replace("<mark>", "").replace("</mark>", "")
    for what in ("Réunion", "Article", "Liste", "Commentaire"):
        assert f"{what} du portage" in page


def test_it_does_not_list_a_keyword_that_nothing_uses(client, workgroup):
    unused = base.make_keyword("oublié")
    assert client.get(unused.get_absolute_url()).status_code == 404
    base.make_minutes(workgroup, keywords=["oublié"])
    assert client.get(unused.get_absolute_url()).status_code == 200

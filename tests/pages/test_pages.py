"""What every page keeps to, whatever its type."""

import pytest
from django.core.exceptions import ValidationError

from pages.models import reserved_slugs
from tests import base

pytestmark = pytest.mark.django_db


def test_it_makes_of_a_copy_a_text_of_its_own(workgroup):
    original = base.make_minutes(workgroup, "Mars", source_digest="abc")
    translated = base.make_minutes(workgroup, "Maart", language="nl", translation_of=original)
    assert translated.translation_group == original.translation_group
    copy = original.copy(update_attrs={"slug": "avril", "title": "Avril"})
    assert copy.translation_group != original.translation_group
    assert copy.source_digest == ""


def test_it_parts_two_texts_when_one_is_no_longer_a_translation(workgroup, client):
    original = base.make_minutes(workgroup, "Mars")
    other = base.make_minutes(workgroup, "Maart", language="nl", translation_of=original)
    assert "Maart" in client.get(original.url).content.decode() or other.url[3:] in (
        client.get(original.url).content.decode()
    )
    other.translation_of = None
    other.save_revision().publish()
    other.refresh_from_db()
    assert other.translation_group != original.translation_group


def test_it_reserves_the_addresses_of_its_own_routes(workgroup):
    assert {"recherche", "zoeken", "search", "glossaire", "mots-cles", "compte"} <= (
        reserved_slugs()
    )
    with pytest.raises(ValidationError) as refused:
        base.make_text("Recherche", slug="recherche")
    assert "slug" in refused.value.message_dict
    assert base.make_text("Autre", slug="autre").live


@pytest.mark.parametrize("debug", [True, False])
def test_it_shows_its_own_page_for_an_unknown_address(client, settings, debug):
    settings.DEBUG = debug
    response = client.get("/fr/inconnu/")
    assert response.status_code == 404
    assert 'id="contenu"' in response.content.decode()
    assert "URLconf" not in response.content.decode()


def test_it_answers_a_nul_byte_in_the_reader_s_language(client):
    for language in ("nl", "fr", "en"):
        response = client.get(f"/{language}/x%00/")
        assert response.status_code == 400
        assert f'<html lang="{language}"' in response.content.decode()


def test_it_lists_fifty_meetings_a_page(workgroup, client):
    for number in range(1, 53):
        base.make_minutes(workgroup, f"Réunion numéro {number}", ordinal=number, meeting_date=None)
    first = client.get(workgroup.url).content.decode()
    second = client.get(workgroup.url + "?page=2").content.decode()
    assert "Réunion numéro 52" in first and "Réunion numéro 2<" not in first
    assert "Réunion numéro 2<" in second

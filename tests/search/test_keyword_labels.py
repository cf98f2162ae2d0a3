"""A keyword's labels and synonyms find what carries it, whatever language the text is in."""

import pytest
from django.urls import reverse
from django.utils import translation

from glossary.models import KeywordLabel
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def concept():
    return base.make_keyword(
        "accompagnement", nl="begeleiding", en="support", synonyms=["tutorat", "suivi"]
    )


@pytest.fixture
def tagged(concept, make_minutes):
    """French minutes whose text says none of the concept's words."""
    return make_minutes("Nous avons parlé du portage.", title="4e réunion", keywords=[concept.name])


def found(client, typed, language="fr"):
    with translation.override(language):
        url = reverse("search")
    response = client.get(url, {"q": typed})
    assert response.status_code == 200
    return [hit.row.title for hit in response.context.get("hits") or []]


def test_a_dutch_label_finds_french_minutes_on_the_dutch_page(tagged, client):
    assert client.get("/nl/zoeken/?q=begeleiding").context["total"] >= 1
    assert "4e réunion" in found(client, "begeleiding", "nl")
    assert found(client, "loopbaanadvies", "nl") == []


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("typed", ["accompagnement", "begeleiding", "support", "tutorat", "Suivi"])
def test_any_label_in_any_language_finds_what_carries_the_concept(
    typed, language, tagged, make_minutes, client
):
    make_minutes("Rien de tout cela.", title="5e réunion")
    titles = found(client, typed, language)
    assert "4e réunion" in titles
    assert "5e réunion" not in titles


def test_a_label_finds_comments_that_carry_the_concept(concept, make_minutes, client):
    page = make_minutes("Rien de tout cela.", title="5e réunion")
    assert found(client, "begeleiding", "nl") == []
    base.make_comment(page, "Une question.", keywords=[concept])
    outbox.drain()
    response = client.get("/nl/zoeken/?q=begeleiding")
    assert any("#c" in hit.url for hit in response.context["hits"])


def test_a_label_added_or_taken_away_counts_at_once(concept, tagged, client):
    assert found(client, "mentorat") == []
    label = KeywordLabel.objects.create(
        keyword=concept, language="fr", text="mentorat", kind=KeywordLabel.SYNONYM
    )
    outbox.drain()
    assert "4e réunion" in found(client, "mentorat")
    label.delete()
    outbox.drain()
    assert found(client, "mentorat") == []


def test_the_labels_of_an_unpublished_keyword_find_nothing(concept, tagged, client):
    for typed in ("begeleiding", "mot:accompagnement"):
        assert "4e réunion" in found(client, typed, "nl")
    concept.unpublish()
    outbox.drain()
    for typed in ("begeleiding", "accompagnement", "tutorat", "mot:accompagnement"):
        assert found(client, typed, "nl") == [], typed
    concept.save_revision().publish()
    outbox.drain()
    assert "4e réunion" in found(client, "begeleiding", "nl")


def test_the_labels_of_a_draft_find_nothing_until_it_is_published(concept, tagged, client):
    """What waits in a revision is not what readers are told."""
    draft = concept.get_latest_revision_as_object()
    draft.definition_fr = "Un mot inédit : marmottage."
    revision = draft.save_revision()
    outbox.drain()
    assert found(client, "marmottage") == []
    revision.publish()
    outbox.drain()
    assert found(client, "marmottage")

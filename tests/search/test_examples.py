"""Examples of how to search, where nothing was asked: each finds something for who reads it."""

import pytest

from search import outbox
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(as_user):
    """What is offered to a user, by interface language."""

    def shown(user=None, language="fr"):
        client = as_user(user)
        path = {"fr": "/fr/recherche/", "nl": "/nl/zoeken/", "en": "/en/search/"}[language]
        offered = [each.typed for each in client.get(path).context["examples"]]
        for typed in offered:
            assert client.get(path, {"q": typed}).context["total"], typed
        return offered

    return shown


@pytest.fixture
def content(make_minutes):
    words = [base.make_keyword(name) for name in ("portage", "plateau technique", "budget")]
    make_minutes("Un texte.", keywords=[words[0], words[1]])
    page = make_minutes("Een tekst.", language="nl", keywords=[words[0], words[2]])
    base.make_comment(page, "Une remarque.", name="Anne Dupont")
    outbox.drain()
    return words


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_it_shows_what_finds_something(content, shown, language):
    offered = shown(language=language)
    assert len(offered) == 9
    assert offered[0].split()[0] in ("portage", "budget") and '"plateau technique"' in offered


def test_it_has_nothing_to_show_of_an_empty_site(shown):
    assert shown() == []


def test_it_takes_no_word_of_a_private_group(
    content, shown, make_minutes, private_workgroup, group_member
):
    before = shown()
    private = base.make_keyword("axolotl")
    for _ in range(5):
        page = make_minutes("Secret.", under=private_workgroup, keywords=[private, content[2]])
        base.make_comment(page, "Aussi.", name="Aaron Secret")
    outbox.drain()
    assert shown() == before
    offered = shown(group_member)
    assert "auteur:aaron" in offered and any("axolotl" in typed for typed in offered)

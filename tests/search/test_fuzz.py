"""Whatever is typed is answered, at a bounded cost: 20,000 random queries, here a tenth of them."""

import os
import random
from urllib.parse import quote_from_bytes

import pytest
from django.urls import reverse
from whoosh import query as whoosh_query

from search import outbox
from search.backend import SearchBackend
from search.finding import to_search_query
from search.models import Findable
from search.query import LONGEST_QUERY, MOST_WORDS, parse, sought
from search.snippets import Marker
from search.whoosh_index import MOST_EXPANSIONS
from tests import base

pytestmark = pytest.mark.django_db

SOAK = bool(os.environ.get("SOAK"))
QUERIES = 20_000 if SOAK else 2_000
REQUESTS = 1_000 if SOAK else 100
WORDS = [
    "réunion",
    "budget",
    "coordinatrices",
    "vergadering",
    "meeting",
    "l’accompagnement",
    "de",
    "la",
    "het",
    "the",
    "aujourd'hui",
    "porte-parole",
    "2024",
    "4e",
    "zibeline",
    "é",
    "ß",
    "İ",
    "ﬁ",
]
SIGNS = "\"'«»“”„(){}[]<>*?~^:;/\\|&!+-=_%#@$`.,\t\n\r\x00\x01\x1b\x7f\u200b\u202e\ufeff’…"
FIELDS = [
    "auteur",
    "author",
    "mot",
    "mots",
    "keyword",
    "trefwoord",
    "type",
    "groupe",
    "group",
    "groep",
    "avant",
    "before",
    "voor",
    "après",
    "apres",
    "after",
    "na",
    "AUTEUR",
    "text_terms",
    "s__title",
    "title",
    "key",
    "path",
    "http",
]
#: One stretch of each of many scripts, by code point.
SCRIPTS = [
    (0x0370, 0x03FF), (0x0400, 0x04FF), (0x0530, 0x058F), (0x0590, 0x05FF), (0x0600, 0x06FF),
    (0x0900, 0x097F), (0x0980, 0x09FF), (0x0E00, 0x0E7F), (0x0F00, 0x0FFF), (0x10A0, 0x10FF),
    (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF), (0x1780, 0x17FF), (0x1F00, 0x1FFF),
    (0x2000, 0x206F), (0x2E80, 0x2FDF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0xD800, 0xDFFF), (0xE000, 0xE0FF), (0xFB00, 0xFDFF), (0xFF00, 0xFFEF), (0x10000, 0x103DF),
    (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0000, 0xE007F),
]  # fmt: skip


def piece(dice: random.Random) -> str:
    """Something that people, programs or attackers type."""
    kind = dice.randrange(14)
    if kind < 4:
        return dice.choice(WORDS)
    if kind == 4:
        return "".join(dice.choice(SIGNS) for _ in range(dice.randrange(1, 8)))
    if kind == 5:
        first, last = dice.choice(SCRIPTS)
        return "".join(chr(dice.randint(first, last)) for _ in range(dice.randrange(1, 12)))
    if kind == 6:
        return f"{dice.choice(FIELDS)}:{dice.choice(['', *WORDS, '2024-13', '31/02/2024', '*'])}"
    if kind == 7:
        return f'{dice.choice(FIELDS)}:"{piece(dice)}'
    if kind == 8:
        return dice.choice(["-", "--", "- ", "-(", "!"]) + piece(dice)
    if kind == 9:
        return dice.choice(
            ["OR", "OU", "OF", "AND", "NOT", "TO", "ET", "or", "~2", "^9", "[a TO z]"]
        )
    if kind == 10:
        return dice.choice(WORDS)[: dice.randrange(1, 6)] + dice.choice(
            ["*", "?", "**", "*a*", "~"]
        )
    if kind == 11:
        return f'"{piece(dice)} {piece(dice)}' + dice.choice(['"', "", "»", '"~3'])
    if kind == 12:
        return chr(dice.randrange(0x110000)) * dice.randrange(1, 4)
    return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randrange(1, 6)))


def typed(dice: random.Random) -> str:
    size = dice.random()
    if size < 0.02:  # enormous
        return (piece(dice) + dice.choice(["", " ", " -", "*", " OU "])) * dice.randrange(500, 3000)
    if size < 0.04:
        return "".join(piece(dice) for _ in range(dice.randrange(500, 1500)))
    return dice.choice(["", " "]).join(piece(dice) for _ in range(dice.randrange(9)))


@pytest.fixture
def content(make_minutes):
    """Enough to be found, and more beginnings of words than are looked up."""
    page = make_minutes(
        "La réunion parle du budget et des coordinatrices. 漢字 и слова.", title="4e réunion"
    )
    base.make_comment(page, "Het budget van de vergadering.")
    words = " ".join(f"reu{number:04}" for number in range(MOST_EXPANSIONS + 100))
    make_minutes(words, title="Beaucoup de mots")
    outbox.drain()
    return page


def leaves(wanted) -> list:
    """The terms, beginnings and phrases that Whoosh is asked for."""
    if wanted is None:
        return []
    inner = list(wanted.children())
    return [leaf for child in inner for leaf in leaves(child)] if inner else [wanted]


def test_it_answers_whatever_is_typed_within_its_caps(content, settings):
    dice = random.Random(20240305)
    backend = SearchBackend(settings.WAGTAILSEARCH_BACKENDS["default"])
    files = backend.get_index_for_model(Findable).files
    rows, found, phrases, shortened = Findable.objects.all(), 0, 0, 0
    for _ in range(QUERIES):
        asked = typed(dice)
        words = parse(asked)
        parts = list(sought(words.tree))
        assert sum(len(part.text.split()) for part in parts) <= LONGEST_QUERY, asked
        assert len(parts) <= MOST_WORDS, asked
        assert sum(len(part.text) for part in parts) <= 4 * LONGEST_QUERY, asked
        compiler = backend.search(to_search_query(words.tree), rows).query_compiler
        wanted = compiler.compile()
        # Each word in three languages, in each field.
        most = MOST_WORDS * 3 * (len(compiler.boosts) + len(compiler.beginnings))
        asked_for = leaves(wanted)
        assert len(asked_for) <= most, asked
        phrases += any(isinstance(leaf, whoosh_query.Phrase) for leaf in asked_for)
        shortened += words.shortened
        if wanted is not None and wanted != whoosh_query.NullQuery:
            found += bool(files.search(wanted))
        Marker.of(words.tree).passage("La réunion parle du budget.", "fr")
    # The fuzz is no mere noise: much is found, much is a phrase, much is too long.
    assert found > QUERIES / 50
    assert phrases > QUERIES / 50
    assert shortened > QUERIES / 100


def test_it_looks_up_so_many_words_of_one_beginning_and_no_more(content, settings):
    backend = SearchBackend(settings.WAGTAILSEARCH_BACKENDS["default"])
    index = backend.get_index_for_model(Findable)
    wanted = backend.search(to_search_query(parse("reu*").tree), Findable).query_compiler.compile()
    with index.files.open().reader() as reader:
        opened = [len(list(prefix._btexts(reader))) for prefix in leaves(wanted)]
    assert max(opened) == MOST_EXPANSIONS
    assert len(index.files.search(wanted)) == 2, "still something is found"


def test_it_never_fails_over_http(content, client):
    dice = random.Random(11)
    url, found = reverse("search"), 0
    # A failure is raised here: the client does not hide it behind a page.
    for _ in range(REQUESTS):
        names = ["q"] + [
            name
            for name in ("type", "mot", "groupe", "apres", "avant", "tri", "page", "ceci")
            if dice.random() < 0.3
        ]
        pairs = []
        for name in names * dice.choice([1, 1, 1, 3]):
            value = typed(dice)[: dice.choice([20, 300, 2000])]
            # Lone surrogates are no UTF-8; a program may send their bytes all the same.
            sent = value.encode("utf-8", "surrogatepass")
            if dice.random() < 0.05:
                sent = bytes(dice.randrange(256) for _ in range(dice.randrange(20)))
            pairs.append(f"{name}={quote_from_bytes(sent)}")
        response = client.get(url, QUERY_STRING="&".join(pairs))
        assert response.status_code == 200, pairs
        found += bool(response.context.get("total"))
    assert found > REQUESTS / 50

"""The map of keywords and the glossary in a browser, with the fonts that readers get."""

import random

import pytest

from glossary.models import Keyword, KeywordGroup, PageKeyword
from tests import base
from tests.journeys.test_accessibility import faults

MAP = "/fr/glossaire/carte/"
PARTS = ["accompagnement", "de", "coopérative", "mutualisation", "délai", "œuvre", "wij", "mmm"]


def build(number):
    """A site with so many keywords, some with long names, in groups, used together."""
    chance = random.Random(4)
    workgroup = base.make_workgroup("Groupe")
    pages = [base.make_minutes(workgroup, f"Réunion {i}") for i in range(3)]
    spoken = base.make_comment(pages[0])
    groups = [KeywordGroup.objects.create(name=f"Groupe de mots {i}") for i in range(8)]
    names = [
        f"{' '.join(chance.choices(PARTS, k=chance.randint(1, 4)))} {i}" for i in range(number)
    ]
    # All at once: each keyword saved by itself would be written to the index of search.
    keywords = Keyword.objects.bulk_create(
        Keyword(name=name, slug=f"mot-{i}", folded=name, group=chance.choice([*groups, None]))
        for i, name in enumerate(names)
    )
    PageKeyword.objects.bulk_create(
        PageKeyword(tag=keyword, content_object_id=page.pk)
        for keyword in keywords
        for page in chance.sample(pages, chance.randint(1, 3))
    )
    spoken.keywords.set(chance.sample(keywords, number // 3))


@pytest.fixture
def open_page(open_browser):
    """open_browser, with more time: a full map takes a while on a busy machine."""

    def make(**options):
        page = open_browser(**options)
        page.set_default_navigation_timeout(30_000)
        return page

    return make


@pytest.mark.parametrize("number", [1, 80])
def test_its_words_are_as_wide_as_was_reckoned(open_page, number):
    build(number)
    page = open_page()
    page.goto(MAP)
    page.evaluate("document.fonts.ready")
    found = page.evaluate(
        """() => {
          const box = (e) => { const b = e.getBBox(); return [b.x, b.y, b.width, b.height]; };
          const map = document.querySelector("[data-map] svg");
          return {
            frame: [0, 0, map.viewBox.baseVal.width, map.viewBox.baseVal.height],
            topics: [...map.querySelectorAll("[data-topic]")].map((a) => ({
              grip: box(a.querySelector("rect")), text: box(a.querySelector("text")),
            })),
          };
        }"""
    )
    assert len(found["topics"]) == min(number, 60)
    width, height = found["frame"][2:]
    for topic in found["topics"]:
        left, top, wide, high = topic["grip"]
        assert left >= 0 and top >= 0 and left + wide <= width and top + high <= height
        x, y, across, down = topic["text"]
        assert left <= x and x + across <= left + wide, topic
        # The box of a line is higher than its letters: its own leading may lie over the edge.
        assert top <= y and y + down <= top + high + 6, topic


def test_it_is_read_by_keyboard_from_the_most_used_on(open_page):
    build(12)
    page = open_page()
    page.goto(MAP)
    page.locator(".map-frame").focus()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    most = max(word.page_uses.count() + word.comments.count() for word in Keyword.objects.all())
    assert f", {most} emplois" in first
    outline = "getComputedStyle(document.activeElement.querySelector('rect')).stroke"
    assert page.evaluate(outline) != "none"
    assert page.locator(".topic.lit").count() >= 2 and page.locator(".stem.lit").count() >= 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/mots-cles/**")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_has_no_fault_that_axe_finds(open_page, theme):
    build(70)
    for width in (360, 1280):
        page = open_page(width=width, color_scheme=theme)
        refused = []
        page.on("console", lambda message, refused=refused: refused.append(message.text))
        for url in (MAP, MAP + "?groupe=rien", "/fr/glossaire/", "/fr/glossaire/?q=wij&langue=nl"):
            page.goto(url)
            assert not faults(page), url
        assert not [text for text in refused if "Content Security Policy" in text]


def test_it_never_moves_the_whole_page_sideways(open_page):
    build(70)
    page = open_page(width=320, javascript=False)
    for url in (MAP, "/fr/glossaire/", "/fr/glossaire/?q=wij"):
        page.goto(url)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, url
    page.goto(MAP)
    frame = page.locator(".map-frame")
    assert frame.evaluate("e => e.scrollWidth > e.clientWidth")
    frame.focus()
    page.keyboard.press("ArrowRight")
    for _ in range(50):  # it glides; and a page without script cannot be told to wait for it
        if frame.evaluate("e => e.scrollLeft") > 0:
            break
        page.wait_for_timeout(100)
    assert frame.evaluate("e => e.scrollLeft") > 0

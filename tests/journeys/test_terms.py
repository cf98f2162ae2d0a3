"""A reader meets a term of the glossary: with a pointer, with keys, with a finger."""

import pytest

from glossary.models import PageKeyword
from tests import base

WORDS = "Payer ensemble ce que chacun gagne."


@pytest.fixture
def minutes():
    page = base.make_minutes(
        base.make_workgroup("Groupe ouvert"),
        body=[base.text_block("Nous avons parlé du portage. " + "Et d’autre chose. " * 40)],
    )
    keyword = base.make_keyword("portage", definition_fr=WORDS)
    PageKeyword.objects.create(tag=keyword, content_object_id=page.pk)
    return page


def test_a_reader_without_script_follows_the_link(open_browser, minutes):
    page = open_browser(javascript=False)
    page.goto(minutes.url)
    term = page.locator(".prose a.term")
    described = page.locator(f"#{term.get_attribute('aria-describedby')}")
    assert described.text_content() == WORDS and not described.is_visible()
    term.click()
    page.wait_for_url("**/mots-cles/portage/")


def test_a_reader_sees_the_definition_under_the_pointer(open_browser, minutes):
    page = open_browser()
    page.goto(minutes.url)
    term, note = page.locator(".prose a.term"), page.locator(".term-note")
    assert not note.is_visible()
    before = term.bounding_box()
    term.hover()
    note.wait_for(state="visible")
    assert WORDS in note.text_content()
    assert term.bounding_box() == before, "nothing has moved"
    box = note.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10, steps=8)
    page.wait_for_timeout(600)
    assert note.is_visible(), "it stays under the pointer"
    page.keyboard.press("Escape")
    note.wait_for(state="hidden")
    term.hover()
    note.wait_for(state="visible")
    page.mouse.move(5, 5)
    note.wait_for(state="hidden")
    term.hover()
    note.get_by_role("link", include_hidden=True).click()
    page.wait_for_url("**/mots-cles/portage/")


def test_a_reader_sees_the_definition_with_the_focus(open_browser, minutes):
    page = open_browser()
    page.goto(minutes.url)
    note = page.locator(".term-note")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator("a.term:focus").count():
            break
    note.wait_for(state="visible")
    page.keyboard.press("Escape")
    note.wait_for(state="hidden")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    note.wait_for(state="visible")
    page.keyboard.press("Tab")
    note.wait_for(state="hidden")
    assert not page.locator(".term-note :focus").count()


def test_a_first_tap_tells_and_a_second_goes(open_browser, minutes):
    page = open_browser(width=360, has_touch=True, is_mobile=True)
    page.goto(minutes.url)
    term, note = page.locator(".prose a.term"), page.locator(".term-note")
    term.tap()
    note.wait_for(state="visible")
    box = note.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    page.locator(".prose").tap(position={"x": 5, "y": 250})
    note.wait_for(state="hidden")
    term.tap()
    note.wait_for(state="visible")
    term.tap()
    page.wait_for_url("**/mots-cles/portage/")

"""A visitor finds by the suggestions under the search field, and by another spelling."""

import datetime

import pytest
from playwright.sync_api import expect

from search import outbox
from tests import base
from tests.journeys.test_accessibility import faults


@pytest.fixture
def minutes():
    group = base.make_workgroup("Groupe Couveuse", slug="couveuse")
    keyword = base.make_keyword("accompagnement", nl="begeleiding")
    page = base.make_minutes(
        group,
        "Réunion de rentrée",
        keywords=[keyword],
        meeting_date=datetime.date(2024, 9, 2),
        body=[base.text_block("Le budget de l’accompagnement.")],
    )
    base.make_minutes(group, "Réunion d’été")
    outbox.drain()
    return page


@pytest.mark.parametrize("width", [1280, 360])
def test_a_visitor_chooses_a_suggestion_by_keyboard_alone(open_browser, minutes, width):
    page = open_browser(width=width, color_scheme="dark" if width == 360 else "light")
    page.goto("/fr/")
    field = page.get_by_label("Chercher dans les comptes rendus et les discussions")
    field.focus()
    options, said = page.locator("[role=option]"), page.locator(".completed [role=status]")
    page.keyboard.type("réun", delay=20)
    expect(options).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(said).to_have_text("2 suggestions ; flèches pour choisir.")
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("End")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box = page.locator(".completions").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert field.input_value() == "réun"
    page.keyboard.type("ion de rent", delay=20)
    expect(options).to_have_count(1)
    expect(said).to_have_text("Une suggestion ; flèche vers le bas pour la choisir.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{minutes.get_url()}")


def test_a_visitor_who_chooses_none_searches(open_browser, minutes):
    page = open_browser()
    page.goto("/nl/")
    page.locator("#q").focus()
    page.keyboard.type("begel", delay=20)
    option = page.locator("[role=option]")
    expect(option).to_have_text("begeleiding Trefwoord")
    page.keyboard.press("Enter")
    page.wait_for_url("**/nl/zoeken/?q=begel")


def test_a_field_in_a_workgroup_suggests_what_is_in_it(open_browser, minutes):
    base.make_minutes(base.make_workgroup("Ailleurs"), "Réunion ailleurs")
    outbox.drain()
    page = open_browser(width=360)
    page.goto(minutes.get_parent().url)
    page.get_by_label("Chercher dans ce groupe").focus()
    page.keyboard.type("réun", delay=20)
    expect(page.locator("[role=option]")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.locator("[role=option]")).to_have_count(0)


def test_a_visitor_without_script_takes_another_spelling(open_browser, minutes):
    page = open_browser(javascript=False, width=360)
    page.goto("/fr/")
    field = page.locator("#q")
    assert field.get_attribute("role") is None
    field.fill("bugdet")
    field.press("Enter")
    page.get_by_role("link", name="budget").click()
    page.wait_for_url("**/fr/recherche/?q=budget")
    expect(page.get_by_role("heading", name="Réunion de rentrée")).to_be_visible()

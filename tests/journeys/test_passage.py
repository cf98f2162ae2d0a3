"""Speaking of one passage of a text, which is then edited, and taken away."""

import re

import pytest
from playwright.sync_api import expect

from discussion.models import PageComment
from tests import base
from tests.discussion.test_passages import PARAGRAPH, body, rewrite
from tests.journeys.conftest import sign_in


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_it_is_spoken_of_edited_and_gone(open_browser, member, width, script):
    minutes = rewrite(base.make_minutes(base.make_workgroup("Groupe"), "Réunion"), body())
    page = open_browser(javascript=script, width=width)
    sign_in(page, member)
    page.goto(minutes.url)
    paragraph = page.locator(f"#{PARAGRAPH}")
    paragraph.hover()
    paragraph.get_by_role("link", name="En parler").click()
    expect(page.locator("#repondre .passage")).to_contain_text("Nous avons parlé du portage.")
    page.locator("#repondre textarea").fill("Et la suite ?")
    page.get_by_role("button", name="Envoyer le message").click()
    letter = page.locator("article.letter")
    expect(letter.locator(".passage")).to_contain_text("À propos de ce passage")
    spoken = paragraph.get_by_role("link", name=re.compile(r"En parler.*Nous.* \(1 commentaire\)"))
    expect(spoken).to_be_visible()
    letter.locator(".passage a").click()
    assert page.url.endswith(f"#{PARAGRAPH}")

    minutes = rewrite(minutes, body(text="Tout autre chose."))
    page.goto(minutes.url)
    expect(letter.locator(".passage")).to_contain_text("modifié depuis")
    expect(letter.locator(".passage")).to_contain_text("Nous avons parlé du portage.")
    expect(paragraph.locator(".count")).to_have_text("1")

    rewrite(minutes, [block for block in body() if block["type"] != "text"])
    page.goto(minutes.url)
    expect(letter.locator(".passage")).to_contain_text("qui n’est plus dans le texte")
    expect(letter).to_contain_text("Et la suite")
    assert PageComment.objects.get().anchor == PARAGRAPH
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_the_links_are_reached_with_the_keyboard_and_seen(open_browser):
    minutes = rewrite(base.make_minutes(base.make_workgroup("Groupe"), "Réunion"), body())
    page = open_browser()
    page.goto(minutes.url)
    link = page.locator(f"#{PARAGRAPH} .discuss")
    link.focus()
    expect(link).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.locator("#repondre .passage")).to_be_visible()


def test_a_headings_name_is_what_it_says(open_browser):
    minutes = rewrite(base.make_minutes(base.make_workgroup("Groupe"), "Réunion"), body())
    page = open_browser()
    page.goto(minutes.url)
    expect(page.get_by_role("heading", name="Le portage", exact=True)).to_have_count(1)

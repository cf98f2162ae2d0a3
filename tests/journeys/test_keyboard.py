"""Everything a discussion offers, done with the keyboard alone, on a wide and a narrow screen."""

import pytest
from playwright.sync_api import expect

from discussion.models import PageComment, Reaction, Report
from tests import base
from tests.journeys.conftest import link_in_mail
from tests.journeys.test_passage import PARAGRAPH, body, rewrite

MOST_STEPS = 150


@pytest.fixture
def minutes():
    return base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion ouverte")


@pytest.fixture(params=[(1280, True), (360, True), (360, False)], ids=["wide", "narrow", "bare"])
def page(request, open_browser):
    width, script = request.param
    return open_browser(width=width, javascript=script)


def reach(page, locator):
    """Tab until it has the focus; what has the focus is seen."""
    wanted = locator.element_handle()
    for _ in range(MOST_STEPS):
        if wanted.evaluate("(node) => node === document.activeElement"):
            box = wanted.bounding_box()
            assert box and box["width"] > 0 and box["height"] > 0
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{locator} is not reached")


def type_into(page, locator, text):
    reach(page, locator)
    page.keyboard.type(text)


def press(page, locator, key="Enter"):
    reach(page, locator)
    page.keyboard.press(key)


def sign_in(page, user):
    page.goto("/fr/compte/login/")
    type_into(page, page.locator("main [name=login]"), user.email)
    type_into(page, page.locator("main [name=password]"), base.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


def test_a_visitor_comments_attaches_tags_and_confirms(page, minutes, tmp_path):
    base.make_keyword("portage", offered=True, definition_fr="Porter.")
    note = tmp_path / "note.txt"
    note.write_text("Une note à lire.")
    page.goto(minutes.url)
    form = page.locator("#repondre")
    type_into(page, form.locator("[name=name]"), "Vera Visiteuse")
    type_into(page, form.locator("[name=email]"), "vera@plenum.example")
    type_into(page, form.locator("textarea"), "Merci pour ce compte rendu.")
    type_into(page, form.locator("[name=keywords]"), "portage")
    page.keyboard.press("Escape")  # what is offered to complete it
    files = form.locator("[type=file]")
    reach(page, files)
    files.set_input_files(note)  # the system's own window, which nobody drives here
    press(page, form.get_by_role("button", name="Envoyer le message"))
    expect(page.locator(".messages")).to_contain_text("Presque fini")
    page.goto(link_in_mail())
    press(page, page.locator("main form button"))
    expect(page.locator(".messages")).to_be_visible()
    comment = PageComment.objects.get()
    assert [file.name for file in comment.files.all()] == ["note.txt"]
    assert [keyword.name for keyword in comment.keywords.all()] == ["portage"]


def test_a_member_replies_agrees_edits_reports_and_deletes(page, member, minutes):
    first = base.make_comment(minutes, "Le premier.")
    sign_in(page, member)
    page.goto(minutes.url)
    press(page, page.locator(f"#c{first.pk} .actions a").first)
    type_into(page, page.locator("#repondre textarea"), "Bien vu.")
    press(page, page.locator("#repondre").get_by_role("button", name="Envoyer le message"))
    expect(page.locator("article.letter").nth(1)).to_contain_text("Bien vu.")
    reply = PageComment.objects.get(comment="Bien vu.")
    assert reply.parent_id == first.pk

    page.goto(minutes.url)
    press(page, page.locator(f"#c{first.pk} button.reaction").first, "Space")
    expect(page.locator(f"#c{first.pk} button.reaction").first).to_have_attribute(
        "aria-pressed", "true"
    )
    assert Reaction.objects.get().user == member

    page.goto(minutes.url)
    press(page, page.locator(f"#c{reply.pk}").get_by_role("link", name="Modifier"))
    page.wait_for_url("**/modifier/")
    reach(page, page.locator("main textarea"))
    page.keyboard.press("Control+End")
    page.keyboard.type(" Vraiment.")
    press(page, page.get_by_role("button", name="Enregistrer"))
    expect(page.locator(f"#c{reply.pk}")).to_contain_text("Bien vu. Vraiment.")

    press(page, page.locator(f"#c{first.pk}").get_by_role("link", name="Signaler"))
    page.wait_for_url("**/signaler/")
    press(page, page.locator("main [type=radio]").first, "Space")
    press(page, page.locator("main form button:not([type=button])").last)
    expect(page.locator(".messages")).to_be_visible()
    assert Report.objects.get().comment == first

    page.goto(minutes.url)
    press(page, page.locator(f"#c{reply.pk}").get_by_role("link", name="Effacer"))
    page.wait_for_url("**/effacer/")
    press(page, page.get_by_role("button", name="Effacer le commentaire"))
    expect(page.locator(".messages")).to_contain_text("effacé")


def test_a_passage_is_spoken_of_then_edited_and_gone(page, member, minutes):
    minutes = rewrite(minutes, body())
    sign_in(page, member)
    page.goto(minutes.url)
    press(page, page.locator(f"#{PARAGRAPH}").get_by_role("link", name="En parler"))
    page.wait_for_url("**passage=**")
    type_into(page, page.locator("#repondre textarea"), "Sur ce passage.")
    press(page, page.locator("#repondre").get_by_role("button", name="Envoyer le message"))
    letter = page.locator("article.letter")
    expect(letter).to_contain_text("À propos de ce passage")
    minutes = rewrite(minutes, body(text="Tout autre chose."))
    page.goto(minutes.url)
    expect(letter).to_contain_text("modifié depuis")
    rewrite(minutes, [block for block in body() if block["type"] != "text"])
    page.goto(minutes.url)
    expect(letter).to_contain_text("qui n’est plus dans le texte")
    expect(letter).to_contain_text("Sur ce passage.")

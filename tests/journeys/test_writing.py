"""Writing a comment: looked at first, signed in for, edited, deleted; kept on the device."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from discussion.models import PageComment
from minutes.people import Attendance
from tests import base
from tests.journeys.conftest import sign_in

TEXT = "Un *mot* doux.\n\n- un\n- deux"
#: How old a draft is, in days, and whether it is still there.
DRAFTS = [(0, True), (6.9, True), (7.1, False), (-1, False)]


@pytest.fixture
def minutes():
    return base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion ouverte")


def message(page):
    return page.locator("#repondre textarea")


def test_it_is_looked_at_and_then_sent_edited_and_deleted(page, member, minutes):
    sign_in(page, member)
    page.goto(minutes.url)
    message(page).fill(TEXT)
    page.get_by_role("button", name="Aperçu").click()
    expect(page.locator("#apercu em")).to_have_text("mot")
    assert page.locator("#apercu li").count() == 2
    assert message(page).input_value() == TEXT
    assert not PageComment.objects.exists()

    page.get_by_role("button", name="Envoyer le message").click()
    letter = page.locator("article.letter")
    expect(letter.locator("em")).to_have_text("mot")
    letter.get_by_role("link", name="Modifier votre commentaire").click()
    page.locator("main textarea").fill("Un **autre** mot.")
    page.get_by_role("button", name="Enregistrer").click()
    expect(letter.locator("strong")).to_have_text("autre")
    expect(letter).to_contain_text("modifié le")

    letter.get_by_role("link", name="Effacer votre commentaire").click()
    page.get_by_role("button", name="Effacer le commentaire").click()
    expect(page.locator(".messages")).to_contain_text("effacé")
    expect(letter).to_have_count(0)


def test_one_signs_in_from_the_form_and_finds_it_again(page, member, minutes):
    base.make_keyword("portage")
    page.goto(minutes.url)
    message(page).fill(TEXT)
    page.locator("#repondre [name=keywords]").fill("portage")
    page.locator("#repondre").get_by_role("button", name="Se connecter").click()
    page.locator("main [name=login]").fill(member.email)
    page.locator("main [name=password]").fill(base.PASSWORD)
    page.locator("main form button").click()
    expect(page.locator("#repondre")).to_contain_text("Signé Mila Membre")
    assert message(page).input_value() == TEXT
    assert page.locator("#repondre [name=keywords]").input_value() == "portage"
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator("article.letter em")).to_have_text("mot")
    assert PageComment.objects.get().user == member


def test_the_enter_key_sends_and_does_not_sign_in(page, minutes):
    page.goto(minutes.url)
    message(page).fill(TEXT)
    page.get_by_label("Votre nom").fill("Odette")
    page.get_by_label("Votre adresse e-mail").fill("odette@plenum.example")
    page.get_by_label("Votre nom").press("Enter")
    expect(page.locator(".messages")).to_contain_text("odette@plenum.example")


def drafts(page):
    return page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('draft:'))")


@pytest.mark.parametrize(("days", "stays"), DRAFTS)
def test_a_draft_lasts_seven_days(open_browser, minutes, days, stays):
    page = open_browser()
    page.goto(minutes.url)
    message(page).fill("Un brouillon.")
    page.evaluate("localStorage.setItem('draft:0', 'kept by an older script')")
    page.clock.set_fixed_time(timezone.now() + timedelta(days=days))
    page.goto("/fr/")  # another page: nothing is looked at there
    assert len(drafts(page)) == 2
    page.goto(minutes.url)
    expect(message(page)).to_have_value("Un brouillon." if stays else "")
    assert drafts(page) == ([f"draft:{minutes.pk}"] if stays else [])


def test_a_draft_goes_once_it_is_posted_in_place(open_browser, member, minutes):
    page = open_browser()
    sign_in(page, member)
    page.goto(minutes.url)
    page.evaluate("window.marked = true")
    message(page).fill("Un brouillon.")
    assert drafts(page)  # control
    page.locator("#repondre").get_by_role("button", name="Envoyer le message").click()
    expect(page.locator("[data-own] .words")).to_have_text("Un brouillon.")
    assert page.evaluate("window.marked") and drafts(page) == []
    message(page).fill("Un autre.")
    page.goto("/fr/")
    page.goto(minutes.url)
    expect(message(page)).to_have_value("Un autre.")


def test_a_draft_holds_the_message_only_and_goes_on_signing_out(open_browser, member, minutes):
    page = open_browser()
    sign_in(page, member)
    page.goto(minutes.url)
    message(page).fill("Un brouillon.")
    page.locator("#repondre [name=keywords]").fill("secret")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "Un brouillon." in kept and "secret" not in kept
    page.goto("/fr/")
    page.locator("header form[action*=logout] button").click()
    page.wait_for_load_state()
    assert "brouillon" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_draft_goes_on_signing_out_of_the_back_office(open_browser, moderator, minutes):
    page = open_browser()
    sign_in(page, moderator)
    page.goto(minutes.url)
    message(page).fill("Un brouillon.")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.goto("/admin/")
    assert drafts(page)  # control
    page.locator(".sidebar-footer button").first.click()
    page.locator("form[action='/admin/logout/'] button").click()
    page.wait_for_url("**/login/**")
    assert drafts(page) == [] and page.evaluate("localStorage.getItem('theme')") == "dark"


def test_a_look_and_a_sign_in_that_is_given_up_cost_no_draft(open_browser, minutes):
    page = open_browser()
    page.goto(minutes.url)
    message(page).fill("Un brouillon.")
    page.locator("#repondre").get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/login/**")
    page.goto(minutes.url)
    expect(message(page)).to_have_value("Un brouillon.")


def test_a_name_is_chosen_with_the_keyboard(open_browser, member, minutes):
    noor = base.make_person("Noor Peeters")
    Attendance.objects.create(page=minutes, person=noor, role=base.make_role())
    page = open_browser()
    sign_in(page, member)
    page.goto(minutes.url)
    message(page).press_sequentially("Merci @Noo")
    expect(page.locator(".people button")).to_have_text("Noor Peeters")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(message(page)).to_have_value("Merci @[Noor Peeters] ")
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator("article.letter .words a")).to_have_text("Noor Peeters")

"""A button that was pressed says so until there is an answer, and is pressed once."""

import re

import pytest
from playwright.sync_api import expect

from discussion.models import PageComment, Reaction
from tests import base
from tests.journeys.conftest import answered, sign_in

SEND = re.compile("Envoyer le message|Envoi…")


@pytest.fixture
def minutes():
    return base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion ouverte")


class Slow:
    """Holds what is posted to the site until it is let go."""

    def __init__(self, page):
        self.held, self.posts, self.free = [], 0, False
        page.route("**/commentaires/**", self._routed)

    def _routed(self, route):
        self.posts += route.request.method == "POST"
        if self.free or route.request.method != "POST":
            route.continue_()
        else:
            self.held.append(route)

    def let_go(self):
        self.free = True
        for route in self.held:
            route.continue_()


def test_a_message_is_sent_once_however_often_one_presses(open_browser, member, minutes):
    page = open_browser()
    sign_in(page, member)
    page.goto(minutes.url)
    page.locator("#repondre textarea").fill("Envoyé une fois.")
    slow, button = Slow(page), page.locator("#repondre").get_by_role("button", name=SEND)
    button.click()
    expect(button).to_have_text("Envoi…")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#repondre")).to_have_attribute("aria-busy", "true")
    button.click(force=True)
    page.locator("#repondre [name=keywords]").press("Enter")
    page.wait_for_timeout(300)
    assert slow.posts == 1
    slow.let_go()
    expect(page.get_by_text("Envoyé une fois.")).to_be_visible()
    expect(button).to_have_text("Envoyer le message")
    expect(page.locator("#repondre")).not_to_have_attribute("aria-busy", "true")
    # And another one goes as the first did.
    page.locator("#repondre textarea").fill("Et un autre.")
    button.click()
    expect(page.get_by_text("Et un autre.")).to_be_visible()
    assert slow.posts == PageComment.objects.count() == 2


def test_a_message_that_is_sent_as_any_form_says_so_too(open_browser, member, minutes):
    page = open_browser()
    page.route("**/htmx*", lambda route: route.abort())
    sign_in(page, member)
    page.goto(minutes.url)
    page.locator("#repondre textarea").fill("Envoyé une fois.")
    seen = page.evaluate("""() => {
      const form = document.querySelector("#repondre");
      const button = form.querySelector("[data-sending]");
      const presses = [];
      document.addEventListener("click", (event) => presses.push(event.defaultPrevented));
      button.click();
      button.click();
      return [button.textContent, form.getAttribute("aria-busy"), presses];
    }""")
    assert seen == ["Envoi…", "true", [False, True]]
    answered(page)
    expect(page.get_by_role("button", name=SEND)).to_have_text("Envoyer le message")
    assert PageComment.objects.get().comment == "Envoyé une fois."


def test_a_refused_message_says_it_is_ready_again(open_browser, member, minutes):
    page = open_browser()
    sign_in(page, member)
    page.goto(minutes.url)
    page.locator("#repondre textarea").fill("Avec trop de mots-clés.")
    page.locator("#repondre [name=keywords]").fill(", ".join(f"mot {n}" for n in range(9)))
    button = page.locator("#repondre").get_by_role("button", name=SEND)
    button.click()
    expect(page.locator("#repondre [role=alert]").first).to_be_visible()
    expect(button).to_have_text("Envoyer le message")
    page.locator("#repondre [name=keywords]").fill("")
    button.click()
    expect(page.locator("[data-comment] .words")).to_have_text("Avec trop de mots-clés.")


def test_a_visitor_sees_it_while_the_browser_works(open_browser, minutes):
    page = open_browser()
    page.route("**/proof-worker.js", lambda route: None)  # never done
    page.goto(minutes.url)
    page.locator("#repondre [name=name]").fill("Vera Visiteuse")
    page.locator("#repondre [name=email]").fill("vera@plenum.example")
    page.locator("#repondre textarea").fill("Merci.")
    button = page.locator("#repondre").get_by_role("button", name=SEND)
    button.click(no_wait_after=True)
    expect(button).to_have_text("Envoi…")


@pytest.mark.parametrize("how", ["Escape", "time"])
def test_a_message_that_was_stopped_can_be_sent_again(open_browser, member, minutes, how):
    page = open_browser()
    page.clock.install()
    page.route("**/htmx*", lambda route: route.abort())
    sign_in(page, member)
    page.goto(minutes.url)
    page.locator("#repondre textarea").fill("Pas tout de suite.")
    button = page.locator("#repondre").get_by_role("button", name=SEND)
    page.evaluate("addEventListener('submit', (event) => event.preventDefault(), {once: true})")
    button.click()  # as if it had been stopped: nobody tells the page
    expect(button).to_have_text("Envoi…")
    if how == "time":
        page.clock.fast_forward(31_000)
    else:
        page.keyboard.press("Escape")
    expect(button).to_have_text("Envoyer le message")
    button.click()
    expect(page.locator("[data-comment] .words")).to_have_text("Pas tout de suite.")
    assert PageComment.objects.count() == 1


def test_two_reactions_are_given_at_once(open_browser, member, minutes):
    page, comments = open_browser(), [base.make_comment(minutes, f"Le {n}.") for n in range(2)]
    sign_in(page, member)
    page.goto(minutes.url)
    slow = Slow(page)
    buttons = [page.locator(f"#r{comment.pk} [value=agree]") for comment in comments]
    buttons[0].click()
    expect(buttons[0]).to_have_attribute("aria-disabled", "true")
    slow.free = True
    buttons[1].click()
    expect(buttons[1]).to_have_attribute("aria-pressed", "true")
    assert Reaction.objects.filter(comment=comments[1]).exists()


def test_a_reaction_is_given_once_by_two_clicks(open_browser, member, minutes):
    page, comment = open_browser(), base.make_comment(minutes, "Le premier.")
    sign_in(page, member)
    page.goto(minutes.url)
    slow, button = Slow(page), page.locator(f"#r{comment.pk} [value=agree]")
    button.dblclick()
    page.wait_for_timeout(300)
    assert slow.posts == 1
    slow.let_go()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert Reaction.objects.count() == 1
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")

"""Posting and reacting without leaving the page, and what happens when that does not go."""

import re

import pytest
from playwright.sync_api import expect

from discussion.models import PageComment, PendingComment, Reaction
from glossary.models import KeywordGroup
from glossary.rules import Rank
from tests import base
from tests.discussion.test_passages import PARAGRAPH, body, rewrite
from tests.journeys.conftest import link_in_mail, sign_in


@pytest.fixture
def minutes():
    return base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion ouverte")


@pytest.fixture
def scripted(open_browser):
    return open_browser()


def stays(page):
    """Marks the page; the mark goes when another page is loaded."""
    page.evaluate("window.marked = true")


def stayed(page):
    return page.evaluate("window.marked === true")


def test_a_reply_appears_in_its_place_and_is_told(scripted, member, minutes):
    page = scripted
    first = base.make_comment(minutes, "Le premier.")
    base.make_comment(minutes, "Le second.\n\n" + "Et encore.\n\n" * 60)
    sign_in(page, member)
    page.goto(minutes.url)
    stays(page)
    page.locator(f"#c{first.pk} a[data-reply]").click()
    page.keyboard.type("Bien vu.")
    page.locator("#repondre").get_by_role("button", name="Envoyer le message").click()
    expect(page.locator(f"#c{first.pk} ~ details article .words")).to_have_text("Bien vu.")
    reply = PageComment.objects.get(comment="Bien vu.")
    assert stayed(page) and reply.parent_id == first.pk
    expect(page.locator(f"#c{reply.pk}")).to_be_focused()
    expect(page.locator(f"#c{reply.pk}")).to_be_in_viewport()
    expect(page.locator("[data-said]")).to_contain_text("Votre commentaire est publié.")
    expect(page.locator("#discussion-title")).to_contain_text("3 commentaires")
    expect(page.locator(".facts")).to_contain_text("3 commentaires")
    # The form is at its place again, empty, and good for another.
    assert page.locator("#repondre textarea").input_value() == ""
    page.locator("#repondre textarea").fill("Encore un mot.")
    page.locator("#repondre").get_by_role("button", name="Envoyer le message").click()
    expect(page.get_by_text("Encore un mot.")).to_be_visible()
    assert stayed(page) and PageComment.objects.count() == 4
    assert PageComment.objects.get(comment="Encore un mot.").parent_id != first.pk
    page.reload()
    assert page.locator("#repondre textarea").input_value() == ""


def test_a_reply_about_a_passage_is_counted_beside_it(scripted, member, minutes):
    page, minutes = scripted, rewrite(minutes, body())
    first = base.make_comment(minutes, "Sur ceci.", anchor=PARAGRAPH, passage="Nous avons parlé")
    sign_in(page, member)
    page.goto(minutes.url)
    stays(page)
    expect(page.locator(f"#{PARAGRAPH} .count")).to_have_text("1")
    page.locator(f"#c{first.pk} a[data-reply]").click()
    page.keyboard.type("Et encore sur ceci.")
    page.locator("#repondre").get_by_role("button", name="Envoyer le message").click()
    expect(page.locator(f"#{PARAGRAPH} .count")).to_have_text("2")
    assert stayed(page)


def test_a_word_of_agreement_is_counted_in_place(scripted, member, minutes):
    page = scripted
    comment = base.make_comment(minutes, "Le premier.")
    sign_in(page, member)
    page.goto(minutes.url)
    page.locator("#repondre textarea").fill("Un brouillon.")
    stays(page)
    button = page.locator(f"#r{comment.pk} [value=agree]")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(button).to_contain_text("1")
    assert stayed(page) and Reaction.objects.get().user == member
    assert page.locator("#repondre textarea").input_value() == "Un brouillon."
    other = page.locator(f"#r{comment.pk} [value=thanks]")
    other.click()
    expect(other).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_have_text("d’accord")
    expect(page.locator("[data-said]")).to_contain_text(
        re.compile("D’accord.*retiré.*Merci.*ajouté")
    )
    other.click()
    expect(other).to_have_attribute("aria-pressed", "false")
    assert not Reaction.objects.exists()


def test_a_remark_of_the_form_is_shown_with_the_text_still_there(page, member, minutes):
    base.make_comment(minutes, "Le premier.")
    sign_in(page, member)
    page.goto(minutes.url)
    page.locator("#repondre textarea").fill("Avec trop de mots-clés.")
    page.locator("#repondre [name=keywords]").fill(", ".join(f"mot {n}" for n in range(9)))
    page.locator("#repondre").get_by_role("button", name="Envoyer le message").click()
    expect(page.locator("#repondre [role=alert]").first).to_be_visible()
    assert page.locator("#repondre textarea").input_value() == "Avec trop de mots-clés."
    assert PageComment.objects.count() == 1


def posts(page):
    """The forms that this page sends from now on, each by its address."""
    sent = []
    page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url))
    return sent


def test_a_remark_is_shown_from_the_answer_that_made_it(scripted, member, minutes, settings):
    page = scripted
    first = base.make_comment(minutes, "Le premier.")
    sign_in(page, member)
    page.goto(minutes.url)
    stays(page)
    sent = posts(page)
    page.locator(f"#c{first.pk} a[data-reply]").click()
    page.keyboard.type("Avec trop de mots-clés.")
    form = page.locator("#repondre")
    form.locator("[name=keywords]").fill(", ".join(f"mot {n}" for n in range(9)))
    send = form.get_by_role("button", name="Envoyer le message")
    send.click()
    summary = form.locator("[role=alert]")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    expect(summary).to_contain_text("voyez les remarques")
    field = form.locator("[name=keywords]")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("Trop de mots-clés"))
    assert stayed(page) and len(sent) == 1
    expect(form.locator("textarea")).to_have_value("Avec trop de mots-clés.")
    # The fields are those that were there: what completes them still does.
    base.make_keyword("portage")
    field.fill("port")
    field.press("End")
    expect(page.get_by_role("option", name="portage")).to_be_visible()
    field.fill(", ".join(f"mot {n}" for n in range(10)))
    form.locator("textarea").focus()
    send.click()
    expect(summary).to_have_count(1)
    expect(summary).to_be_focused()
    # Looked at elsewhere, it is still there.
    page.goto("/fr/")
    page.goto(minutes.url)
    stays(page)
    expect(form.locator("textarea")).to_have_value("Avec trop de mots-clés.")
    page.locator(f"#c{first.pk} a[data-reply]").click()
    field.fill(", ".join(f"mot {n}" for n in range(9)))
    send.click()
    expect(summary).to_be_focused()
    field.fill("")
    send.click()
    expect(page.locator(f"#c{first.pk} ~ details .words")).to_have_text("Avec trop de mots-clés.")
    expect(form.locator("[role=alert], .errorlist, [aria-invalid]")).to_have_count(0)
    assert stayed(page) and len(sent) == 4 and PageComment.objects.count() == 2


def test_a_word_that_resembles_a_keyword_is_asked_about_in_place(scripted, member, minutes):
    page = scripted
    KeywordGroup.objects.create(name="Thèmes", created_by=Rank.MEMBER)
    base.make_keyword("accompagnement")
    sign_in(page, member)
    page.goto(minutes.url)
    stays(page)
    form = page.locator("#repondre")
    form.locator("textarea").fill("À propos.")
    form.locator("[name=keywords]").fill("accompagnements")
    send = form.get_by_role("button", name="Envoyer le message")
    send.click()
    expect(form.locator(".instead")).to_contain_text("accompagnement")
    form.get_by_label("C’est bien un autre mot").check()
    send.click()
    expect(page.locator("[data-own] .words")).to_have_text("À propos.")
    expect(form.locator(".instead, [name=sure]")).to_have_count(0)
    assert stayed(page) and PageComment.objects.get().keywords.get().name == "accompagnements"


def test_an_answer_to_what_has_gone_becomes_a_message_of_its_own(scripted, member, minutes):
    page = scripted
    first = base.make_comment(minutes, "Le premier.")
    base.make_comment(minutes, "Le second.")
    sign_in(page, member)
    page.goto(minutes.url)
    stays(page)
    page.locator(f"#c{first.pk} a[data-reply]").click()
    page.keyboard.type("Bien vu.")
    base.hold(first)
    form = page.locator("#repondre")
    form.get_by_role("button", name="Envoyer le message").click()
    expect(form.locator("[role=alert]")).to_be_focused()
    expect(form.locator("[data-reply-title]")).to_have_text("Un message, un commentaire ?")
    form.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator("[data-own] .words")).to_have_text("Bien vu.")
    assert stayed(page) and not PageComment.objects.latest("pk").is_reply


def test_a_visitor_whose_form_came_back_proves_it_again(scripted, minutes):
    page = scripted
    page.goto(minutes.url)
    stays(page)
    sent = posts(page)
    form = page.locator("#repondre")
    form.locator("[name=name]").fill("Vera Visiteuse")
    form.locator("[name=email]").fill("vera")
    form.evaluate("form => { form.noValidate = true }")
    form.locator("textarea").fill("Merci pour ce compte rendu.")
    send = form.get_by_role("button", name="Envoyer le message")
    send.click()
    expect(form.locator("[role=alert]")).to_be_focused()
    expect(form.locator("[name=email]")).to_have_attribute("aria-invalid", "true")
    form.locator("[name=email]").fill("vera@plenum.example")
    send.click()
    expect(page.locator("[data-said]")).to_contain_text("Presque fini")
    assert stayed(page) and len(sent) == 2
    assert PendingComment.objects.get().reasons == []


def test_a_session_that_ended_loses_no_word(page, member, minutes):
    base.make_comment(minutes, "Le premier.")
    sign_in(page, member)
    page.goto(minutes.url)
    page.locator("#repondre textarea").fill("Écrit avant la fin.")
    page.context.clear_cookies()
    page.locator("#repondre").get_by_role("button", name="Envoyer le message").click()
    expect(page.locator("#repondre textarea")).to_have_value("Écrit avant la fin.")
    expect(page.locator("#repondre [name=email]")).to_be_visible()
    assert PageComment.objects.count() == 1


def test_a_visitor_is_asked_nothing_and_proves_it(page, minutes, request):
    page.goto(minutes.url)
    form = page.locator("#repondre")
    form.locator("[name=name]").fill("Vera Visiteuse")
    form.locator("[name=email]").fill("vera@plenum.example")
    form.locator("textarea").fill("Merci pour ce compte rendu.")
    form.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator(".messages")).to_contain_text("Presque fini")
    with_script = request.node.callspec.params["page"]
    assert PendingComment.objects.get().reasons == ([] if with_script else ["unproven"])
    page.goto(link_in_mail())
    page.locator("main form button").click()
    told = "publié" if with_script else "une fois relu"
    expect(page.locator(".messages")).to_contain_text(told)
    assert PageComment.objects.get().state == ("published" if with_script else "held")


def test_the_work_is_what_is_asked_for(scripted, minutes, settings):
    """The script's own SHA-256, at full price."""
    page = scripted
    settings.COMMENT_PROOF_PREFIX = "000"
    page.goto(minutes.url)
    form = page.locator("#repondre")
    form.locator("[name=name]").fill("Vera Visiteuse")
    expect(page.locator("[data-proof]")).to_have_value(re.compile(r"\w{100}"))
    form.locator("[name=email]").fill("vera@plenum.example")
    form.locator("textarea").fill("Merci.")
    form.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator(".messages")).to_contain_text("Presque fini")
    assert PendingComment.objects.get().reasons == []

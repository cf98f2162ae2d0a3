"""What somebody without an account does."""

from django.core import mail
from playwright.sync_api import expect

from discussion.models import ModerationAct, PageComment
from discussion.moderation import set_state
from tests import base
from tests.journeys.conftest import link_in_mail


def test_it_lets_a_visitor_comment_and_confirm_by_mail(page, request):
    minutes = base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion ouverte")
    page.goto(minutes.url)
    page.get_by_label("Votre nom").fill("Odette Visiteuse")
    page.get_by_label("Votre adresse e-mail").fill("odette@plenum.example")
    page.get_by_label("Votre message").fill("Merci.\n\nUn second paragraphe.")
    page.get_by_role("button", name="Envoyer le message").click()
    told = page.locator(".messages").first
    expect(told).to_contain_text("odette@plenum.example")
    assert len(mail.outbox) == 1
    assert not PageComment.objects.exists()

    page.goto(link_in_mail())
    assert "Un second paragraphe." in page.locator("main").inner_text()
    page.locator("main form button:not([type=button])").click()
    if not request.node.callspec.params["page"]:  # without a script a moderator reads it first
        expect(told).to_contain_text("une fois relu")
        set_state([PageComment.objects.get()], ModerationAct.Act.APPROVE)
        page.goto(minutes.url)
    letter = page.locator("article.letter")
    expect(letter).to_be_visible()
    comment = PageComment.objects.get()
    letter = page.locator(f"#c{comment.pk}")
    assert letter.locator("p", has_text="Un second paragraphe.").count() >= 1
    assert "Odette Visiteuse" in letter.inner_text()


def test_it_keeps_what_a_visitor_typed_when_the_form_is_wrong(page):
    minutes = base.make_minutes(base.make_workgroup(), "Réunion")
    page.goto(minutes.url)
    page.get_by_label("Votre nom").fill("Odette")
    page.get_by_label("Votre adresse e-mail").fill("odette@plenum.example")
    page.get_by_label("Votre message").fill("Un texte auquel je tiens.")
    page.locator("[name=keywords]").fill("inconnu")
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator("#repondre [role=alert]").first).to_be_visible()
    assert page.get_by_label("Votre message").input_value() == "Un texte auquel je tiens."
    assert page.get_by_label("Votre nom").input_value() == "Odette"
    assert "inconnu" in page.locator("main").inner_text()
    assert not mail.outbox


def test_it_finds_minutes_and_comment_by_keyword_and_by_words(page):
    keyword = base.make_keyword("économie sociale", nl="sociale economie")
    minutes = base.make_minutes(
        base.make_workgroup("Groupe ouvert"),
        "Quatrième réunion",
        keywords=["économie sociale"],
        body=[base.text_block("Nous avons parlé d’économie sociale à Liège.")],
    )
    base.make_comment(minutes, "Une remarque sur la mutualisation.", keywords=[keyword])
    for typed in ("économie", "ECONOMIE"):
        page.goto("/fr/")
        field = page.locator("main input[name=q]").first
        field.fill(typed)
        field.press("Enter")
        page.wait_for_load_state()
        assert "Quatrième réunion" in page.locator("main").inner_text()
        assert page.locator("main mark").count() >= 1
    page.goto("/fr/recherche/?q=mutualisation")
    assert "remarque" in page.locator("main").inner_text()

    page.goto(minutes.url)
    page.locator("main").get_by_role("link", name="économie sociale", exact=True).first.click()
    page.wait_for_url(f"**{keyword.get_absolute_url()}")
    shown = page.locator("main").inner_text()
    assert "Quatrième réunion" in shown and "mutualisation" in shown


def test_it_answers_a_comment_in_its_place(page, member):
    minutes = base.make_minutes(base.make_workgroup(), "Réunion")
    first = base.make_comment(minutes, "Une question.", name="Paul")
    page.goto(minutes.url)
    page.locator(f"#c{first.pk}").get_by_role("link", name="Répondre").click()
    page.wait_for_load_state()
    assert "Paul" in page.locator("#repondre").inner_text()
    page.get_by_label("Votre nom").last.fill("Odette")
    page.get_by_label("Votre adresse e-mail").last.fill("odette@plenum.example")
    page.get_by_label("Votre message").last.fill("Une réponse.")
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator(".messages").first).to_contain_text("Presque fini")
    page.goto(link_in_mail())
    page.locator("main form button:not([type=button])").click()
    expect(page.locator(".messages").first).to_be_visible()
    reply = PageComment.objects.get(comment="Une réponse.")
    assert reply.parent_id == first.pk


def test_it_changes_the_language_and_stays_on_the_page(page):
    minutes = base.make_minutes(base.make_workgroup(), "Réunion")
    page.goto(minutes.url)
    page.locator("a[hreflang=nl]").last.click()
    page.wait_for_url("**/nl/**")
    assert page.locator("html").get_attribute("lang") == "nl"
    assert "Réunion" in page.locator("h1").inner_text()

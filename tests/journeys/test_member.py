"""What somebody with an account does."""

from django.core import mail

from accounts.models import User
from discussion.models import PageComment
from tests import base
from tests.journeys.conftest import answered, link_in_mail, sign_in


def test_it_lets_somebody_sign_up_comment_and_tag(page):
    keyword = base.make_keyword("portage", nl="payrolling")
    minutes = base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion ouverte")
    page.goto(minutes.url)
    page.locator("header").get_by_role("link", name="Se connecter").click()
    page.wait_for_load_state()
    page.locator("main a[href*=signup]").first.click()
    page.wait_for_url("**/signup/**")
    form = page.locator("main form")
    form.locator("input[type=email]").first.fill("nina@plenum.example")
    form.locator("input[name=display_name]").fill("Nina Nouvelle")
    for field in form.locator("input[type=password]").all():
        field.fill("une-phrase-assez-longue")
    form.locator("button:not([type=button])").first.click()
    page.wait_for_load_state()
    assert len(mail.outbox) == 1
    page.goto(link_in_mail())
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_load_state()
    assert User.objects.get().groups.filter(name="Members").exists()

    page.goto(minutes.url)
    page.get_by_label("Votre message").fill("Le payrolling, parlons-en.")
    page.locator("#repondre [name=keywords]").fill("Payrolling")
    page.get_by_role("button", name="Envoyer le message").click()
    answered(page)
    comment = PageComment.objects.get()
    assert list(comment.keywords.all()) == [keyword]
    letter = page.locator(f"#c{comment.pk}").inner_text()
    assert "Nina Nouvelle" in letter and "portage" in letter.lower()
    page.goto("/admin/")
    assert "/admin/" not in page.url or "Nina" in page.locator("body").inner_text()
    assert page.locator("[data-wagtail-sidebar], .sidebar, #wagtail-sidebar").count() == 0


def test_it_signs_in_and_out(page, member):
    sign_in(page, member)
    page.goto("/fr/")
    assert "Mila Membre" in page.locator("header").inner_text()
    page.locator("header form[action*=logout] button").click()
    page.wait_for_load_state()
    page.goto("/fr/")
    assert "Mila Membre" not in page.locator("body").inner_text()

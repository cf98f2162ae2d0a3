"""Moderating in a browser: the queue, one comment, the mailed link, a report, a closed page."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from discussion.models import (
    CommentVersion,
    DiscussionPolicy,
    ModerationAct,
    PageComment,
    Report,
    Standing,
)
from discussion.moderation import set_state
from tests import base
from tests.journeys.conftest import link_in_mail, sign_in
from tests.journeys.test_accessibility import OPTIONS

#: Where pictures of the rooms go that somebody wants to look at; none by itself.
PICTURES = os.environ.get("PICTURES")


def picture(page, name):
    if PICTURES:
        size = page.viewport_size
        page.set_viewport_size({**size, "height": 2600})  # the back office scrolls inside itself
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
        page.set_viewport_size(size)


def fits(page):
    """Nothing is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, wide


def usable(page, part=None):
    """Axe finds nothing wrong in a page, or in our part of one of Wagtail's."""
    found = Axe().run(page, context=part, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def minutes(db):
    group = base.make_workgroup("Prix du travail")
    base.make_minutes(group, title="Le lendemain du vote")
    return base.make_minutes(group, title="Combien vaut une journée")


@pytest.fixture
def talk(minutes, member, moderator):
    """A thread with all that a moderator may meet."""
    start = base.make_comment(minutes, "Combien demandez-vous, vous autres ?", name="Josiane")
    comment = base.make_comment(
        minutes,
        "Chez nous c’est **61 euros**, et pas un de moins.\n\n"
        "Qui travaille pour moins cher casse le marché des autres.",
        parent=start,
        user=member,
        state="held",
        reasons=["reported"],
        passage="Une journée vaut ce que l’on en vit.",
    )
    CommentVersion.objects.create(
        comment=comment, text="Chez nous c’est 58 euros, et pas un de moins."
    )
    Report.objects.create(
        comment=comment, user=moderator, reason="offensive", words="Le ton.", trusted=True
    )
    base.make_comment(minutes, "Merci pour le compte rendu.", name="Arnaud")
    set_state([base.make_comment(minutes, "Casino !", name="Win Big")], "spam", moderator)
    for n in range(4):
        base.make_comment(
            minutes, f"Encore une remarque, la numéro {n}.", name="Fatima", state="held"
        )
    return comment


@pytest.mark.parametrize("width", [1280, 360])
def test_the_queue_is_worked_through(open_browser, moderator, talk, width):
    page = open_browser(width=width)
    sign_in(page, moderator)
    page.goto("/admin/comments/")
    expect(page.get_by_text("Commentaires (5)")).to_be_attached()
    picture(page, f"queue-{width}")
    page.goto("/admin/comments/?state=held")
    page.get_by_role("link", name="Chez nous c’est", exact=False).first.click()
    expect(page.get_by_text("Le ton.")).to_be_attached()
    picture(page, f"comment-{width}")
    usable(page, ".moderated")
    page.get_by_role("button", name="Masquer", exact=True).click()
    expect(page.get_by_text("1 commentaire masqué.")).to_be_visible()
    picture(page, f"done-{width}")
    page.locator(".messages form.undo button").click()
    expect(page.get_by_text("1 acte annulé.")).to_be_visible()
    talk.refresh_from_db()
    assert talk.state == "held"
    page.get_by_label("Votre réponse").fill("On reste calme, merci.")
    page.get_by_role("button", name="Approuver et répondre").click()
    expect(page.get_by_text("Commentaire approuvé, réponse publiée.")).to_be_visible()
    page.get_by_label("Vers la page").select_option(label="Le lendemain du vote")
    page.get_by_role("button", name="Déplacer", exact=True).click()
    expect(page.get_by_text("déplacé avec ses réponses")).to_be_visible()
    talk.refresh_from_db()
    assert talk.page.title == "Le lendemain du vote" and talk.state == "published"
    page.goto("/admin/comments/acts/")
    picture(page, f"acts-{width}")
    page.goto(f"/admin/comments/{talk.pk}/moderate/?act=delete")
    picture(page, f"ask-{width}")


def test_several_at_once(open_browser, moderator, talk):
    page = open_browser()
    sign_in(page, moderator)
    page.goto("/admin/comments/?state=held")
    page.locator("thead input[type=checkbox]").check()
    page.locator(".bulk-actions-buttons").get_by_role("link", name="Indésirable").click()
    expect(page.get_by_text("la numéro 3")).to_be_visible()
    picture(page, "bulk")
    page.locator("form.moderated").get_by_role("button", name="Indésirable").click()
    expect(page.get_by_text("5 commentaires marqués indésirables.")).to_be_visible()
    page.locator(".messages form.undo button").click()
    expect(page.get_by_text("5 actes annulés.")).to_be_visible()
    assert PageComment.objects.filter(state="held").count() == 5


@pytest.mark.parametrize("width", [1280, 360])
def test_policies_are_set(open_browser, moderator, minutes, width):
    page = open_browser(width=width)
    sign_in(page, moderator)
    page.goto("/admin/comments/policies/")
    picture(page, f"policies-empty-{width}")
    page.locator("#policy-page").select_option(value=str(minutes.get_parent().pk))
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_label("Tous relus")).to_be_visible()
    picture(page, f"policy-{width}")
    usable(page, ".moderated")
    page.get_by_label("Tous relus").check()
    page.get_by_label("Fermer après tant de jours sans message").fill("90")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("90 jours de silence")).to_be_visible()
    picture(page, f"policies-{width}")
    usable(page, ".moderated")
    page.goto(minutes.url)
    expect(page.locator(".discussion .notice.matter")).to_contain_text("relus avant de paraître")
    fits(page)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_mailed_link_decides(open_browser, moderator, member, minutes, width, script):
    DiscussionPolicy.objects.create(page=minutes, mode="hold")
    page = open_browser(javascript=script, width=width)
    sign_in(page, member)
    page.goto(minutes.url)
    picture(page, f"told-{width}-{script}")
    page.locator("#repondre textarea").fill("Qu’en pensent les *autres* ?")
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator(".messages")).to_contain_text("paraîtra une fois relu")

    stranger = open_browser(javascript=script, width=width)
    stranger.goto(link_in_mail())
    expect(stranger.locator("em", has_text="autres")).to_be_visible()
    fits(stranger)
    if script:
        usable(stranger)
    picture(stranger, f"link-{width}-{script}")
    stranger.get_by_role("button", name="Approuver").click()
    expect(stranger.get_by_role("heading", name="C’est fait")).to_be_visible()
    picture(stranger, f"link-done-{width}-{script}")
    assert PageComment.objects.get().state == "published"
    stranger.goto(link_in_mail())
    expect(stranger.get_by_role("heading", name="C’est déjà décidé")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_report_is_made_and_answered(open_browser, member, minutes, settings, width, script):
    settings.COMMENT_REPORTS_HIDE = 1
    Standing.objects.create(user=member, trusted=True)
    author = base.make_user("Otto")
    base.make_comment(minutes, "Vous êtes tous des incapables.", user=author)
    page = open_browser(javascript=script, width=width)
    sign_in(page, member)
    page.goto(minutes.url)
    page.get_by_role("link", name="Signaler le commentaire de Otto").click()
    picture(page, f"report-{width}-{script}")
    fits(page)
    if script:
        usable(page)
    page.get_by_label("autre chose").check()
    page.get_by_role("button", name="Signaler").click()
    expect(page.get_by_text("Dites en quelques mots")).to_be_visible()
    page.get_by_label("blessant").check()
    page.get_by_role("button", name="Signaler").click()
    expect(page.get_by_text("personnes qui modèrent le verront")).to_be_visible()
    expect(page.get_by_text("incapables")).to_have_count(0)

    stranger = open_browser(javascript=script, width=width)
    stranger.goto(link_in_mail())
    picture(stranger, f"answer-{width}-{script}")
    fits(stranger)
    if script:
        usable(stranger)
    stranger.get_by_label("Votre réponse").fill("C’était de l’humour.")
    stranger.get_by_role("button", name="Répondre").click()
    expect(stranger.get_by_role("heading", name="Merci, c’est noté")).to_be_visible()
    assert ModerationAct.objects.get(act="answer").words == "C’était de l’humour."


@pytest.mark.parametrize("width", [1280, 360])
def test_a_closed_discussion_says_so(open_browser, minutes, talk, width):
    DiscussionPolicy.objects.create(page=minutes, mode="members")
    page = open_browser(width=width)
    page.goto(minutes.url)
    expect(page.locator(".discussion .notice.matter")).to_contain_text("seuls les membres écrivent")
    expect(page.locator(".discussion .notice.matter a")).to_be_visible()
    expect(page.locator("#repondre textarea")).to_have_count(0)
    picture(page, f"members-{width}")
    fits(page)

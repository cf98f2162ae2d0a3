"""Documents with comments, in a browser: attached, kept, fetched, and never run."""

import pytest
from playwright.sync_api import Error, expect

from discussion.models import CommentFile, ModerationAct, PageComment
from discussion.moderation import set_state
from tests import base
from tests.discussion import good_files as good
from tests.discussion import hostile_files as hostile
from tests.discussion.attaching import attach
from tests.journeys.conftest import link_in_mail, sign_in

PLAN = {"name": "Plan d’été.pdf", "mimeType": "text/html", "buffer": good.pdf("Le plan")}
PHOTO = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": good.photo(1)}
HTML = hostile.HTML
PROGRAM = {"name": "jeu.exe", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00"}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def minutes():
    return base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion ouverte")


def form(page):
    return page.locator("#repondre")


def test_a_visitor_attaches_two_and_downloads_one(page, minutes):
    page.goto(minutes.url)
    expect(form(page)).to_contain_text("Au plus 5 documents")
    page.get_by_label("Votre nom").fill("Odette")
    page.get_by_label("Votre adresse e-mail").fill("odette@plenum.example")
    page.get_by_label("Votre message").fill("Voici le plan.")
    form(page).get_by_label("Documents").set_input_files([PLAN, PROGRAM, PHOTO])
    page.get_by_role("button", name="Envoyer le message").click()
    expect(form(page).locator(".errorlist")).to_contain_text("jeu.exe")
    expect(form(page).locator(".kept-files li")).to_have_count(2)
    assert page.get_by_label("Votre message").input_value() == "Voici le plan."
    page.get_by_role("button", name="Envoyer le message").click()
    expect(page.locator(".messages")).to_contain_text("odette@plenum.example")

    page.goto(link_in_mail())
    expect(page.locator("main")).to_contain_text("Plan d’été.pdf")
    page.locator("main form button:not([type=button])").click()
    expect(page.locator(".messages").first).to_be_visible()
    # Without a script it waits for a moderator, who says yes.
    set_state(PageComment.objects.filter(state="held"), ModerationAct.Act.APPROVE)
    page.goto(minutes.url)
    letter = page.locator("article.letter")
    expect(letter.locator(".files li")).to_have_count(2)
    with page.expect_download() as download:
        letter.get_by_role("link", name="Plan d’été.pdf").click()
    assert download.value.suggested_filename == "Plan d’été.pdf"
    with open(download.value.path(), "rb") as fetched:
        assert fetched.read() == PLAN["buffer"]
    picture = letter.locator(".files img")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('.files img').naturalWidth > 0")
    assert link_in_mail(0) and CommentFile.objects.count() == 2


def test_a_member_looks_first_takes_one_out_signs_in_and_withdraws(page, member, minutes):
    page.goto(minutes.url)
    page.get_by_label("Votre message").fill("Voici le plan.")
    form(page).get_by_label("Documents").set_input_files([PLAN, PHOTO])
    page.get_by_role("button", name="Aperçu").click()
    expect(form(page).locator(".kept-files li")).to_have_count(2)
    form(page).get_by_role("button", name="Retirer photo.jpg").click()
    expect(form(page).locator(".kept-files li")).to_have_count(1)
    form(page).get_by_role("button", name="Se connecter").click()
    page.locator("main [name=login]").fill(member.email)
    page.locator("main [name=password]").fill(base.PASSWORD)
    page.locator("main form button").click()
    expect(form(page)).to_contain_text("Signé Mila Membre")
    expect(form(page).locator(".kept-files li")).to_contain_text("Plan d’été.pdf")
    page.get_by_role("button", name="Envoyer le message").click()
    letter = page.locator("article.letter")
    expect(letter.locator(".files li")).to_have_count(1)
    assert PageComment.objects.get().user == member

    letter.get_by_role("link", name="Retirer Plan d’été.pdf").click()
    page.get_by_role("button", name="Retirer le document").click()
    expect(letter).to_contain_text("Voici le plan.")
    expect(letter.locator(".files")).to_have_count(0)


def test_it_fits_a_small_screen(open_browser, member, minutes):
    comment = base.make_comment(minutes, user=member)
    wide = good.saved(good.picture(1, size=(1200, 400)), "JPEG")
    attach(comment, ("Un-nom-sans-espace-" + "x" * 90 + ".pdf", PLAN["buffer"]), ("a.jpg", wide))
    page = open_browser(width=320)
    sign_in(page, member)
    page.goto(minutes.url)
    expect(page.locator(".files li")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_nothing_that_is_let_in_runs(open_browser, minutes):
    """Each accepted kind, and every hostile picture that was made anew, opened directly."""
    comment = base.make_comment(minutes)
    kinds = {}
    for name, kind, content, _language in good.corpus():
        kinds.setdefault(kind, (name, content))
    files = [attach(comment, file)[0] for file in kinds.values()]
    remade = [item for item in hostile.corpus() if item.remade][:12]
    files += [attach(comment, (item.name, item.content))[0] for item in remade]
    # Words about a page are let in as words.
    files += attach(comment, ("cours.txt", b"Exemple : " + HTML))
    page, dialogs, downloads = open_browser(), [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("download", lambda download: downloads.append(download.suggested_filename))
    for file in files:
        try:
            response = page.goto(file.get_absolute_url())
        except Error as error:  # it is saved, not shown
            assert "ownload" in str(error) or "ERR_ABORTED" in str(error)
            continue
        assert response.headers["content-type"].startswith("image/")
        assert page.evaluate("document.scripts.length") == 0
    saved = [file for file in files if file.kind not in ("png", "jpeg", "webp")]
    page.wait_for_timeout(300)
    assert not dialogs and len(downloads) == len(saved) > 8
    # The control: the same bytes run where they are a page.
    page.route("**/controle", lambda route: route.fulfill(body=HTML, content_type="text/html"))
    page.goto("/controle")
    assert len(dialogs) == 1 and page.evaluate("document.scripts.length") == 1

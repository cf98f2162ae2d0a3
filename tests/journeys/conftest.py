"""A real Chromium for the journeys, with and without JavaScript."""

import os
import re
import shutil

import pytest
from django.core import mail
from playwright.sync_api import expect, sync_playwright

from tests import base

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# Playwright's loop runs in this thread, beside code that talks to the database on purpose.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "journeys" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and in CI the browser tests must run.")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # Some machines run tests as root, where the sandbox does not start.
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium, live_server, settings):
    """Make a page of a new visitor: open_browser(javascript=False, width=360, …)."""
    settings.BASE_URL = live_server.url
    contexts = []

    def make(javascript=True, width=1280, **options):
        context = chromium.new_context(
            java_script_enabled=javascript,
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            locale="fr-BE",
            **options,
        )
        context.set_default_timeout(15_000)  # the machine may be busy
        context.set_default_navigation_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request, open_browser):
    """A visitor's page, once with JavaScript and once without."""
    return open_browser(javascript=request.param)


def link_in_mail(number=-1) -> str:
    """The address in the newest mail."""
    return re.search(r"https?://\S+", mail.outbox[number].body)[0]


def answered(page):
    """Wait for what a comment that was sent has led to: with a script the page stays."""
    told = "[data-messages], #repondre [role=alert], #apercu"
    expect(page.locator(told).first).to_be_visible()


def sign_in(page, user):
    page.goto("/fr/compte/login/")
    page.get_by_label("E-mail").or_(page.get_by_label("Adresse e-mail")).first.fill(user.email)
    page.get_by_label("Mot de passe", exact=False).first.fill(base.PASSWORD)
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_url(lambda url: "login" not in url)

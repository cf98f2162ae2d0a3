"""What an editor does in Wagtail's back office."""

from minutes.models import MinutesPage
from tests import base
from tests.journeys.conftest import sign_in


def test_it_publishes_new_minutes_with_attendance_that_a_visitor_finds(open_browser, editor):
    group = base.make_workgroup("Groupe ouvert")
    base.make_keyword("portage", nl="payrolling")
    base.make_person("Noor Peeters")
    page = open_browser()
    sign_in(page, editor)
    page.goto(f"/admin/pages/add/minutes/minutespage/{group.pk}/")
    page.locator("#id_title").fill("Une réunion toute neuve")
    page.locator("#id_ordinal").fill("5")
    page.locator("#id_meeting_date").fill("2026-10-12")
    page.keyboard.press("Escape")
    page.locator("#id_attendance-ADD").click()
    choose(page, "person", "Noor Peeters")
    choose(page, "role", "Membres / Leden")
    page.locator("#id_attendance-0-function").fill("typographe")
    page.locator("[data-w-dropdown-target='toggle']").last.click()
    page.locator("button[name=action-publish]").click()
    page.wait_for_url("**/admin/pages/*/")
    minutes = MinutesPage.objects.get(title="Une réunion toute neuve")
    assert minutes.live
    row = minutes.attendance.get()
    assert (row.person.name, row.function) == ("Noor Peeters", "typographe")

    visitor = open_browser(javascript=False)
    visitor.goto("/fr/recherche/?q=reunion+neuve")
    assert "Une réunion toute neuve" in visitor.locator("main").inner_text()
    visitor.goto(minutes.url)
    shown = visitor.locator("main").inner_text()
    assert "Noor Peeters" in shown and "typographe" in shown


def choose(page, field, name):
    """Take a person or a role out of Wagtail's chooser, or its list."""
    row = page.locator(f"#id_attendance-0-{field}")
    if row.evaluate("field => field.tagName") == "SELECT":
        row.select_option(label=name)
        return
    page.locator(f"#id_attendance-0-{field}-chooser [data-chooser-action-choose]").last.click()
    page.locator(".modal").get_by_role("link", name=name).first.click()
    page.locator(".modal").wait_for(state="hidden")

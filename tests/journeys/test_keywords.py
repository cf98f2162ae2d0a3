"""A word's way, from a group of keywords to its page, and into another word."""

import pytest
from django.test import Client
from django.urls import reverse

from glossary.models import Keyword, KeywordGroup, KeywordSuggestion
from glossary.rules import Rank
from minutes.models import MinutesPage
from search import outbox
from tests import base
from tests.journeys.conftest import answered, sign_in


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def script(request):
    return request.param


def make_keyword_with_script(page, editor, word, group):
    page.goto("/admin/keywords/add/")
    for name, text in word.items():
        page.locator(f"#id_{name}").fill(text)
    page.locator("#id_group").select_option(label=group.name)
    page.locator("footer [data-w-dropdown-target='toggle']").last.click()
    with page.expect_navigation():
        page.locator("button[name=action-publish]").click()


def make_keyword_without_script(page, editor, word, group):
    """Wagtail shows the tabs of its forms by script only: this is the form without a browser."""
    none = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    empty = {
        f"{rows}-{key}": number for rows in ("labels", "links") for key, number in none.items()
    }
    data = {**word, **empty, "group": group.pk, "slug": "", "same_as": "", "action-publish": "1"}
    data |= {"definition_nl": "", "definition_en": "", "image": ""}
    data |= dict.fromkeys(("text", "text_nl", "text_en"), "null")
    response = base.sign_in(Client(), editor).post("/admin/keywords/add/", data)
    assert response.status_code == 302, response.context["form"].errors


def test_a_word_goes_from_a_group_to_its_page_and_into_another(
    open_browser, script, editor, member, admin
):
    group = base.make_workgroup("Groupe ouvert")
    other = base.make_keyword("entraide")
    first = base.make_minutes(
        group,
        "Première réunion",
        body=[
            ("heading", {"text": "Le coup de main", "level": "2"}),
            base.text_block("On parle du marmottage."),
            ("decision", {"text": "<p>Essayer le marmottage un an.</p>"}),
        ],
    )
    second = base.make_minutes(group, "Deuxième réunion", keywords=[other.name])

    # An editor makes the group and the word.
    desk = open_browser(javascript=script)
    sign_in(desk, editor)
    desk.goto(reverse("keyword_groups:add"))
    desk.locator("#id_name").fill("Usages de la maison")
    desk.locator("#id_created_by").select_option(label="membres")
    with desk.expect_navigation():
        desk.locator("main form button[type=submit], footer button[type=submit]").first.click()
    made = KeywordGroup.objects.get()
    assert (made.name, made.created_by) == ("Usages de la maison", Rank.MEMBER)
    word = {"name": "marmottage", "definition_fr": "Travailler à deux en silence."}
    make_keyword = make_keyword_with_script if script else make_keyword_without_script
    make_keyword(desk, editor, word, made)
    keyword = Keyword.objects.get(name="marmottage")
    assert keyword.live and keyword.group == made

    # A member tags a comment with it, and suggests it for the page.
    reader = open_browser(javascript=script)
    sign_in(reader, member)
    reader.goto(second.url)
    reader.get_by_label("Votre message").fill("Chez nous, cela marche.")
    reader.locator("#repondre [name=keywords]").fill("Marmottage")
    reader.get_by_role("button", name="Envoyer le message").click()
    answered(reader)
    assert keyword.comments.get().comment == "Chez nous, cela marche."
    reader.goto(first.url)
    reader.get_by_text("Suggérer un autre mot-clé").click()
    reader.locator("#suggestions input[name=word]").fill("marmottage")
    with reader.expect_navigation():
        reader.locator("#suggestions").get_by_role("button", name="Suggérer", exact=True).click()
    waiting = reader.locator("#suggestions")
    assert "suggéré par vous" in waiting.inner_text()
    suggestion = KeywordSuggestion.objects.get()
    assert suggestion.keyword == keyword and suggestion.suggested_by == member
    assert not first.keyword_uses.exists()

    # The editor accepts it with one click on the page.
    desk.goto(first.url)
    assert "Mila Membre" in desk.locator("#suggestions").inner_text()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Retenir").click()
    assert "marmottage" in desk.locator("main .keywords").first.inner_text()
    suggestion.refresh_from_db()
    assert suggestion.state == KeywordSuggestion.ACCEPTED

    # A visitor finds the word's page, and there the page, the comment and the timeline.
    outbox.drain()
    visitor = open_browser(javascript=script)
    visitor.goto("/fr/glossaire/")
    visitor.locator("main").get_by_role("link", name="marmottage").first.click()
    visitor.wait_for_url(f"**{keyword.get_absolute_url()}")
    told = visitor.locator("main").inner_text()
    assert "Travailler à deux en silence." in told
    timeline = visitor.locator("#chronique").inner_text()
    for found in ("Première réunion", "Chez nous, cela marche.", "Essayer le marmottage un an."):
        assert found in timeline
    assert "2026" in timeline
    visitor.locator("#chronique").locator("a[href*='sorte=comment']").first.click()
    visitor.wait_for_url("**sorte=comment**")
    narrowed = visitor.locator("#chronique ol").all_inner_texts()
    assert "Chez nous" in " ".join(narrowed) and "Première réunion" not in " ".join(narrowed)

    # The editor merges it into the other word; its old address leads there.
    merge_in_back_office(desk, keyword, other)
    visitor.goto(keyword.get_absolute_url())
    assert visitor.url.endswith(other.get_absolute_url())
    told = visitor.locator("main").inner_text()
    for found in ("entraide", "Première réunion", "Deuxième réunion", "Chez nous"):
        assert found in told
    assert MinutesPage.objects.filter(keyword_uses__tag=other).count() == 2


def merge_in_back_office(desk, source, target):
    """By the form of the back office: which word goes, which stays, then a look, then yes."""
    desk.goto(reverse("keyword_merge"))
    desk.locator("#id_source").fill(source.name)
    desk.locator("#id_target").fill(target.name)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Voir ce qui changera").click()
    assert "Pages" in desk.locator("#preview, [id*=preview]").first.inner_text()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Fusionner", exact=True).click()
    source.refresh_from_db()
    assert source.merged_into == target


def test_a_member_suggests_by_keyboard_alone(open_browser, script, member):
    """Also the list of completions, where there is one."""
    keyword = base.make_keyword("économie sociale", nl="sociale economie")
    page_of = base.make_minutes(base.make_workgroup("Groupe ouvert"), "Réunion")
    base.make_comment(page_of, "Voilà.", keywords=[keyword])
    page = open_browser(javascript=script)
    sign_in(page, member)
    page.goto(page_of.url)
    page.locator("main").get_by_role("link").last.focus()
    reach(page, "SUMMARY", "Suggérer un autre mot-clé", backwards=True)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page)["tag"] == "INPUT"
    if script:
        page.keyboard.type("sociale eco", delay=20)
        option = page.locator("#suggestions [role=option]").first
        option.wait_for()
        field = page.locator("#suggestions [role=combobox]")
        assert field.get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
        assert option.get_attribute("aria-selected") == "true"
        page.keyboard.press("Escape")
        assert field.get_attribute("aria-expanded") == "false"
        page.keyboard.type("n")
        page.locator("#suggestions [role=option]").first.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert field.input_value() == "économie sociale"
        page.keyboard.press("Enter")
    else:
        page.keyboard.type("sociale economie")
        page.keyboard.press("Enter")
    page.locator("#suggestions", has_text="suggéré par vous").wait_for()
    assert KeywordSuggestion.objects.get().keyword == keyword


def focused(page) -> dict:
    return page.evaluate(
        "({tag: document.activeElement.tagName, text: document.activeElement.textContent.trim()})"
    )


def reach(page, tag, text, backwards=False):
    """Press Tab until the focus stands there."""
    for _press in range(60):
        at = focused(page)
        if at["tag"] == tag and text in at["text"]:
            return
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"{text} cannot be reached by keyboard")


@pytest.fixture
def explained():
    """Minutes whose text mentions a term of the glossary, and the keyword."""
    keyword = base.make_keyword("mutualisation", definition_fr="Mettre ensemble un coût.")
    page = base.make_minutes(
        base.make_workgroup("Groupe ouvert"),
        "Réunion",
        keywords=[keyword.name],
        body=[base.text_block("Nous parlons de mutualisation, et encore de mutualisation.")],
    )
    return page, keyword


def term(page, keyword):
    return (
        page.locator(f"main .body a[href='{keyword.get_absolute_url()}']")
        .or_(page.locator(f"main .text a[href='{keyword.get_absolute_url()}']"))
        .first
    )


def popover(page):
    return page.locator(":popover-open", has_text="Mettre ensemble un coût.")


def test_a_term_is_explained_on_hover_and_on_focus(open_browser, explained):
    minutes, keyword = explained
    page = open_browser()
    page.goto(minutes.url)
    link = term(page, keyword)
    assert popover(page).count() == 0
    link.hover()
    popover(page).wait_for()
    page.keyboard.press("Escape")
    popover(page).wait_for(state="hidden")
    page.mouse.move(5, 5)
    link.focus()
    popover(page).wait_for()
    page.keyboard.press("Escape")
    popover(page).wait_for(state="hidden")
    assert focused(page)["text"] == "mutualisation", "the focus stays where it was"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{keyword.get_absolute_url()}")


def test_a_term_is_explained_on_tap(open_browser, explained):
    minutes, keyword = explained
    page = open_browser(width=390, has_touch=True, is_mobile=True)
    page.goto(minutes.url)
    term(page, keyword).tap()
    popover(page).wait_for()
    assert page.url.endswith(minutes.url), "a tap explains; it does not lead away"
    popover(page).locator("a").tap()
    page.wait_for_url(f"**{keyword.get_absolute_url()}")


def test_a_term_is_a_link_without_script(open_browser, explained):
    minutes, keyword = explained
    page = open_browser(javascript=False)
    page.goto(minutes.url)
    assert page.locator(f"main a[href='{keyword.get_absolute_url()}']").count() == 2, (
        "the first mention, and the keyword under the text"
    )
    assert not page.get_by_text("Mettre ensemble un coût.").first.is_visible()
    term(page, keyword).click()
    page.wait_for_url(f"**{keyword.get_absolute_url()}")
    assert "Mettre ensemble un coût." in page.locator("main").inner_text()


def test_a_member_follows_a_keyword_and_finds_it_among_their_own(page, member, explained):
    _minutes, keyword = explained
    sign_in(page, member)
    page.goto(keyword.get_absolute_url())
    page.get_by_role("button", name="Suivre ce mot-clé").click()
    page.wait_for_load_state()
    page.goto(reverse("keyword_own_words"))
    assert "mutualisation" in page.locator("main").inner_text()
    page.get_by_role("button", name="Ne plus suivre").click()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="Ne plus suivre").count() == 0


def test_a_visitor_searches_the_glossary_in_another_language_and_opens_the_map(page):
    keyword = base.make_keyword("accompagnement", nl="begeleiding")
    beside = base.make_keyword("parrainage")
    base.make_minutes(
        base.make_workgroup("Groupe ouvert"), "Réunion", keywords=[keyword.name, beside.name]
    )
    page.goto("/fr/glossaire/?langue=nl")
    page.locator("main input[name=q]").fill("begeleid")
    page.locator("main input[name=q]").press("Enter")
    page.wait_for_load_state()
    assert "begeleiding" in page.locator("main").inner_text()
    page.goto("/fr/glossaire/")
    page.locator("main").get_by_role("link", name="carte").first.click()
    page.wait_for_url("**/carte/**")
    picture = page.locator("main svg").first
    assert picture.is_visible()
    table = page.locator("main table").first.inner_text()
    assert "accompagnement" in table and "parrainage" in table

"""Every page type and error state, by axe-core: WCAG 2.2 AA, best practice, target size.

In both themes, at 360 and 1280 px, in three languages; also no sideways scrolling at 320 px,
and nothing fetched from elsewhere.
"""

import datetime
import itertools
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import translation

from glossary.models import (
    Keyword,
    KeywordFollow,
    KeywordGroup,
    KeywordLink,
    KeywordSuggestion,
    PageKeyword,
)
from minutes.models import Attendance, RosterEntry
from tests import base
from tests.journeys.conftest import sign_in

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
}

#: All combinations in `make soak`; in the suite each language, theme and width once or twice.
COMBINED = [("fr", "light", 360), ("nl", "dark", 1280), ("en", "light", 1280), ("fr", "dark", 360)]
if os.environ.get("SOAK"):
    COMBINED = list(itertools.product(["fr", "nl", "en"], ["light", "dark"], [360, 1280]))


def build():
    """One of everything that can be shown; {name: path without language}."""
    group = base.make_workgroup(
        "Groupe des prix", title_nl="Prijzengroep", title_en="Pricing group", purpose="Parler."
    )
    people = [base.make_person(f"Personne Très-Longue-{i} van der Wielen") for i in range(6)]
    keyword = base.make_keyword(
        "donneur d’ordre", nl="opdrachtgever", en="client", definition_fr="Qui passe commande."
    )
    body = [
        ("heading", {"text": "Premier point", "level": "2"}),
        base.text_block("Un texte <b>fort</b> avec une note[[La note.]] et une suite ?"),
        base.text_block("Ce qu’un donneur d’ordre paie, et la coopération.", "terms"),
        ("quotation", {"text": "Dont acte.", "speaker": people[0].name, "source": ""}),
        ("heading", {"text": "Un sous-point", "level": "3"}),
        ("decision", {"text": "<p>On garde le plancher.</p>"}),
        (
            "action",
            {
                "text": "<p>Écrire.</p>",
                "owner": people[1],
                "due": datetime.date(2026, 12, 1),
            },
        ),
        ("callout", {"title": "À noter", "text": "<p>Un encadré.</p>"}),
        ("heading", {"text": "Second point", "level": "2"}),
        base.text_block("Fin.", "zzzzz"),
        ("page", group),
    ]
    minutes = base.make_minutes(
        group,
        "Le plancher et les jokers",
        ordinal=4,
        place="Liège",
        host="La maison",
        keywords=[keyword.name],
        body=body,
    )
    base.make_minutes(group, "Avant", ordinal=3, meeting_date=datetime.date(2026, 1, 5))
    base.make_minutes(group, "Après", ordinal=5, meeting_date=datetime.date(2036, 1, 5))
    roles = list(base.Role.objects.all())
    for i, person in enumerate(people):
        Attendance.objects.create(
            page=minutes, person=person, role=roles[i], function="métier", sort_order=i
        )
    article = base.make_article(
        group,
        "Une journée",
        over_title="Débat",
        lead="Chapeau.",
        keywords=[keyword.name],
        body=body[:3],
    )
    roster = base.make_roster(group, "Les gens", intro="Voici.")
    for i, person in enumerate(people):
        RosterEntry.objects.create(page=roster, person=person, role=roles[i], sort_order=i)
    first = base.make_comment(minutes, "Une question.\n\nEncore.", keywords=[keyword])
    reply = base.make_comment(minutes, "Une réponse.", parent=first)
    for depth in range(6):
        reply = base.make_comment(minutes, f"Plus bas, {depth}.", parent=reply)
    text = base.make_text("Vie privée", show_in_menus=True)
    glossary_around(keyword, minutes, article)
    return {
        "home": "",
        "workgroup": group.slug + "/",
        "minutes": f"{group.slug}/{minutes.slug}/",
        "reply": f"{group.slug}/{minutes.slug}/?reponse={first.pk}",
        "article": f"{group.slug}/{article.slug}/",
        "roster": f"{group.slug}/{roster.slug}/",
        "text": f"{text.slug}/",
        "missing": "rien-du-tout/",
        "glossary": ("glossary",),
        "glossary in Dutch": ("glossary", "?langue=nl"),
        "glossary searched": ("glossary", "?q=donneur"),
        "map": ("keyword_map",),
        "map of a group": ("keyword_map", f"?groupe={group.slug}"),
        "keyword": ("keyword", keyword.slug),
        "keyword filtered": ("keyword", keyword.slug, "?sorte=minutes&annee=2026"),
        "keyword with nothing": ("keyword", keyword.slug, "?sorte=roster&annee=2001"),
        "person": ("person", people[0].slug),
        "search": ("search",),
        "results": ("search", "?q=plancher"),
        "nothing": ("search", "?q=introuvablement"),
        "odd query": ("search", '?q="((&page=x&type=zz'),
        "sign in": ("account_login",),
        "sign up": ("account_signup",),
        "reset": ("account_reset_password",),
        "expired link": ("comment_confirm", "a:b:c"),
    }


def glossary_around(keyword, minutes, article):
    """Groups, a long text, links and suggestions: what a keyword and a page can show of them."""
    keyword.group = KeywordGroup.objects.create(name="Thèmes", name_nl="Thema’s", name_en="Themes")
    keyword.text = "<p>Un <b>long</b> texte.</p><ul><li>Un point</li></ul>"
    keyword.save()
    broader = base.make_keyword(
        "coopération", nl="samenwerking", definition_fr="Faire à plusieurs."
    )
    places = KeywordGroup.objects.create(name="Lieux", single=True)
    beside = base.make_keyword("Liège", group=places)
    for tag in (broader, beside):
        PageKeyword.objects.create(tag=tag, content_object=article)
    KeywordLink.objects.create(keyword=keyword, target=broader, kind=KeywordLink.BROADER)
    author = base.make_user("Une Membre au Nom Assez Long", groups=["Members"])
    for word, meant in (("samenwerking", broader), ("marmottage", None)):
        KeywordSuggestion.objects.create(
            page=minutes,
            keyword=meant,
            word=word,
            folded=word,
            language="fr",
            suggested_by=author,
        )


def path_of(place, language):
    if isinstance(place, str):
        return f"/{language}/{place}"
    name, *rest = place
    query = rest.pop() if rest and rest[-1].startswith("?") else ""
    with translation.override(language):
        return reverse(name, args=rest) + query


def faults(page):
    # Colours are judged when nothing fades any more: a note half in sight has no contrast yet.
    page.evaluate("Promise.all(document.getAnimations().map((moving) => moving.finished)).then()")
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node['html'][:120]}"
        for fault in found
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_it_has_no_fault_that_axe_finds(open_browser, language, theme, width):
    places = build()
    page = open_browser(width=width, color_scheme=theme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    found = {}
    for name, place in places.items():
        page.goto(path_of(place, language))
        if wrong := faults(page):
            found[name] = wrong
        # An error state: the comment form sent empty.
        if name == "minutes":
            with page.expect_navigation():
                page.locator("#repondre").evaluate("form => setTimeout(() => form.submit())")
            if wrong := faults(page):
                found["form with errors"] = wrong
    assert not found, "\n".join(f"{name}\n  " + "\n  ".join(w) for name, w in found.items())
    elsewhere = [url for url in asked if not url.startswith(page.url[:17])]
    assert asked and not elsewhere


@pytest.mark.parametrize(("language", "theme", "width"), COMBINED)
def test_it_has_no_fault_in_what_members_and_editors_see_of_keywords(
    open_browser, language, theme, width, member, editor
):
    places = build()
    for user in (member, editor):
        KeywordFollow.objects.create(keyword=Keyword.objects.first(), user=user)
    found = {}
    for user, suggests in ((member, "suggest"), (editor, "decide")):
        page = open_browser(width=width, color_scheme=theme)
        sign_in(page, user)
        for name in ("minutes", "article", "keyword"):
            page.goto(path_of(places[name], language))
            if name == "minutes":
                page.locator("#suggestions summary").click()
                assert page.locator("#suggestions .suggested li").count() == (
                    2 if suggests == "decide" else 1
                )
            if wrong := faults(page):
                found[f"{name} to {suggests}"] = wrong
        page.goto(path_of(("keyword_own_words",), language))
        if wrong := faults(page):
            found[f"own words to {suggests}"] = wrong
    page.goto(path_of(places["minutes"], language))
    page.locator("a.term").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.locator(":popover-open").wait_for()
    if wrong := faults(page):
        found["popover"] = wrong
    assert not found, "\n".join(f"{name}\n  " + "\n  ".join(w) for name, w in found.items())


def test_it_would_find_a_fault(open_browser):
    page = open_browser()
    page.goto("/fr/")
    assert not faults(page)
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert any("image-alt" in fault for fault in faults(page))


def test_it_never_scrolls_sideways_at_320_pixels(open_browser, member):
    places = build() | {"own words": ("keyword_own_words",)}
    KeywordSuggestion.objects.update(suggested_by=member)
    page = open_browser(width=320)
    sign_in(page, member)
    wide = {}
    for name, place in places.items():
        page.goto(path_of(place, "fr"))
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            wide[name] = over
    assert wide == {}


def test_it_reaches_the_content_first_by_keyboard(open_browser):
    page = open_browser()
    page.goto("/fr/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Accès direct au contenu"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert inside

"""The keywords of a page in its form in the back office."""

import pytest
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield
from wagtail.users.models import UserProfile

from glossary.forms import KeywordWidget
from glossary.models import Keyword, KeywordGroup, Rank
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage
from tests import base

pytestmark = pytest.mark.django_db
EMPTY = inline_formset([])
PUBLISH = {"action-publish": "1"}


def data(keywords, **changes):
    """What the form of an article sends."""
    fields = {
        "title": "Un article",
        "slug": "un-article",
        "over_title": "",
        "lead": "",
        "date": "2026-03-12",
        "language": "fr",
        "translation_of": "",
        "terms_linked": "on",
        "body": streamfield([("text", rich_text("<p>Un texte.</p>"))]),
        "keywords": keywords,
        **dict.fromkeys(["authors", "related_links", "attachments", "comments"], EMPTY),
    }
    return nested_form_data(fields | changes)


def add_url(parent, end=""):
    return f"/admin/pages/add/minutes/articlepage/{parent.pk}/{end}"


def edit_url(page, end=""):
    return f"/admin/pages/{page.pk}/edit/{end}"


def names(page):
    """The keywords of a page's latest version."""
    latest = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return sorted(tag.name for tag in latest.keywords.all())


def refused(response) -> str:
    """What is said beside the keywords of a form that was not saved."""
    assert response.status_code == 200
    return str(response.context["form"].errors["keywords"])


@pytest.fixture
def desk(as_user, editor):
    return as_user(editor)


@pytest.fixture
def page(workgroup):
    return base.make_article(workgroup, slug="un-article")


# --- What is chosen ------------------------------------------------------------------------------


def test_any_word_names_its_concept_and_new_ones_are_made(desk, workgroup):
    known = base.make_keyword("accompagnement", nl="begeleiding", synonyms=["coaching"])
    sent = data('"Begeleiding", coaching, "économie sociale"', language="nl", **PUBLISH)
    response = desk.post(add_url(workgroup), sent)
    assert response.status_code == 302
    page = ArticlePage.objects.get()
    assert names(page) == ["accompagnement", "économie sociale"]
    made = Keyword.objects.exclude(pk=known.pk).get()
    assert made.live and made.group is None
    assert [(label.language, label.text) for label in made.labels.all()] == [
        ("nl", "économie sociale")
    ]


def test_the_rules_of_groups_are_said_beside_the_field(desk, workgroup, page):
    elsewhere = KeywordGroup.objects.create(name="Ailleurs", on_article=False)
    reserved = KeywordGroup.objects.create(name="Réservé", applied_by=Rank.ADMIN)
    places = KeywordGroup.objects.create(name="Lieux", single=True)
    for name, group in [
        ("ordre du jour", elsewhere),
        ("officiel", reserved),
        ("Gand", places),
        ("Namur", places),
    ]:
        base.make_keyword(name, group=group)
    base.make_keyword("brouillon", live=False)
    for words, said in [
        ('"ordre du jour",inédit', "n’est pas prévu"),
        ("officiel,inédit", "réservé"),
        ("Gand,Namur,inédit", "Un seul mot-clé du groupe"),
        ("brouillon,inédit", "n’est pas publié"),
        ("!!,inédit", "n’est pas un mot"),
        (f"{'x' * 101},inédit", "100"),
    ]:
        response = desk.post(edit_url(page), data(words, **PUBLISH))
        assert said in refused(response), words
        assert response.context["form"]["keywords"].value() == words  # as it was typed
        assert names(page) == [] and not Keyword.objects.filter(name="inédit").exists()
    assert desk.post(edit_url(page), data("Gand,inédit", **PUBLISH)).status_code == 302
    assert names(page) == ["Gand", "inédit"]


def test_what_a_page_carries_already_may_stay(desk, workgroup):
    reserved = KeywordGroup.objects.create(name="Réservé", applied_by=Rank.ADMIN)
    carried, other = (base.make_keyword(name, group=reserved) for name in ("officiel", "autre"))
    page = base.make_article(workgroup, slug="un-article", keywords=[carried])
    assert desk.post(edit_url(page), data("officiel,portage", **PUBLISH)).status_code == 302
    assert names(page) == ["officiel", "portage"]
    # Taken away in a draft and put back before it is published.
    assert desk.post(edit_url(page), data("portage")).status_code == 302
    assert names(page) == ["portage"]
    assert desk.post(edit_url(page), data("officiel,portage")).status_code == 302
    assert names(page) == ["officiel", "portage"]
    assert "réservé" in refused(desk.post(edit_url(page), data(other.name)))


def test_many_words_are_pasted(desk, page):
    words = [f"mot numéro {number}" for number in range(40)]
    base.make_keyword("mot numéro 7")
    sent = data(",".join(f'"{word}"' for word in words), keywords_sure="on", **PUBLISH)
    assert desk.post(edit_url(page), sent).status_code == 302
    assert names(page) == sorted(words)


@pytest.mark.parametrize(
    "pasted",
    ["presse à reliure; couveuses", "presse à reliure\ncouveuses;", "couveuses;presse à reliure"],
)
def test_words_pasted_with_semicolons_or_line_ends_are_as_many(desk, page, pasted):
    base.make_keyword("couveuses")
    sent = data(f'"{pasted}"', **PUBLISH)
    assert desk.post(edit_url(page), sent).status_code == 302
    assert names(page) == ["couveuses", "presse à reliure"]


def test_an_old_keyword_with_a_semicolon_stays(desk, workgroup):
    keyword = base.make_keyword("bois; métal")
    page = base.make_article(workgroup, slug="un-article", keywords=[keyword])
    assert desk.post(edit_url(page), data('"bois; métal"')).status_code == 302
    assert names(page) == ["bois; métal"] and Keyword.objects.count() == 1


def test_a_keyword_with_a_comma_is_not_cut_in_two(desk, workgroup):
    keyword = base.make_keyword("Bruxelles, capitale")
    page = base.make_article(workgroup, slug="un-article", keywords=[keyword])
    for sent in ('"Bruxelles, capitale"', '"Bruxelles,capitale"'):  # as kept, as the widget has it
        assert desk.post(edit_url(page), data(sent)).status_code == 302
        assert names(page) == ["Bruxelles, capitale"]
    assert Keyword.objects.count() == 1


# --- Words that resemble others ------------------------------------------------------------------


def test_resembling_words_are_named_in_the_language_of_the_editor(desk, page, editor):
    keyword = base.make_keyword("accompagnement", nl="begeleiding")
    profile = UserProfile.get_for_user(editor)
    profile.preferred_language = "nl"
    profile.save()
    said = refused(desk.post(edit_url(page), data("accompagnements")))
    link = f'<a href="/admin/keywords/edit/{keyword.pk}/" target="_blank">begeleiding</a>'
    assert f"“{link}” (accompagnement)" in said


def test_a_new_word_that_resembles_another_is_shown_beside_it(desk, page):
    keyword = base.make_keyword("accompagnement")
    assert 'name="keywords_sure"' not in desk.get(edit_url(page)).content.decode()
    response = desk.post(edit_url(page), data("accompagnements", lead="Déjà écrit."))
    link = f'<a href="/admin/keywords/edit/{keyword.pk}/" target="_blank">accompagnement</a>'
    assert link in refused(response)
    html = response.content.decode()
    assert link in html and 'name="keywords_sure"' in html
    assert "Déjà écrit." in html and "accompagnements" in html
    assert Keyword.objects.count() == 1
    sent = data("accompagnements", keywords_sure="on")
    assert desk.post(edit_url(page), sent).status_code == 302
    assert names(page) == ["accompagnements"]


def test_the_tick_stays_when_something_else_is_wrong(desk, page):
    base.make_keyword("accompagnement")
    sent = data("accompagnements", keywords_sure="on", title="", **PUBLISH)
    response = desk.post(edit_url(page), sent)
    assert set(response.context["form"].errors) == {"title"}
    assert response.context["form"]["keywords_sure"].value() is True
    assert 'name="keywords_sure"' in response.content.decode()


# --- When words become keywords ------------------------------------------------------------------


def test_a_form_that_fails_makes_none(desk, workgroup, page):
    for url in (edit_url(page), add_url(workgroup)):
        response = desk.post(url, data("inédit", date="pas une date", **PUBLISH))
        assert response.status_code == 200
        assert response.context["form"]["keywords"].value() == "inédit"
        assert not Keyword.objects.exists()
    assert desk.post(edit_url(page), data("inédit", **PUBLISH)).status_code == 302
    assert Keyword.objects.exists()


def test_a_draft_makes_them(desk, workgroup):
    assert desk.post(add_url(workgroup), data("inédit")).status_code == 302
    page = ArticlePage.objects.get()
    assert not page.live and names(page) == ["inédit"]
    assert desk.post(edit_url(page), data("inédit,encore")).status_code == 302
    assert names(page) == ["encore", "inédit"]


def test_a_preview_makes_none(desk, workgroup, page):
    known = base.make_keyword("portage")
    url = edit_url(page, "preview/")
    assert desk.post(url, data("inédit,portage")).json()["is_valid"]
    assert "portage" in desk.get(url).content.decode()
    url = add_url(workgroup, "preview/")
    assert desk.post(url, data("inédit,portage", slug="nouveau")).json()["is_valid"]
    assert desk.get(url).status_code == 200
    assert list(Keyword.objects.all()) == [known]


def test_the_editors_own_saving_makes_none(desk, workgroup, page):
    """The browser sends the form half a second after each change, and asks for JSON."""
    base.make_keyword("portage")
    json = {"headers": {"accept": "application/json"}}
    response = desk.post(add_url(workgroup), data("inédit,portage", slug="nouveau"), **json)
    assert response.json()["success"]
    made = ArticlePage.objects.get(slug="nouveau")
    response = desk.post(edit_url(page), data("inédit,portage", lead="Gardé."), **json)
    assert response.json()["success"]
    for each in (made, page):
        assert names(each) == ["portage"]
    assert "Gardé." in desk.get(edit_url(page)).content.decode()
    assert Keyword.objects.count() == 1
    # It tells at once what will not do; and a person who saves makes the keyword.
    base.make_keyword("accompagnement")
    response = desk.post(edit_url(page), data("accompagnements"), **json)
    assert response.status_code == 400 and not response.json()["success"]
    assert desk.post(edit_url(page), data("inédit,portage")).status_code == 302
    assert names(page) == ["inédit", "portage"]


# --- Advice --------------------------------------------------------------------------------------


def test_a_recommended_group_is_advised_without_being_asked_for(desk, workgroup):
    group = KeywordGroup.objects.create(name="Thèmes", recommended=True)
    KeywordGroup.objects.create(name="Formats", recommended=True, on_article=False)
    keyword = base.make_keyword("portage", group=group)
    without = base.make_article(workgroup, slug="un-article")
    tagged = base.make_article(workgroup, keywords=[keyword])
    html = desk.get(edit_url(without)).content.decode()
    assert "Conseillé : un mot du groupe « Thèmes »." in html and "Formats" not in html
    assert "Conseillé" in desk.get(add_url(workgroup)).content.decode()
    assert "Conseillé" not in desk.get(edit_url(tagged)).content.decode()
    assert desk.post(edit_url(without), data("")).status_code == 302
    response = desk.post(edit_url(without), data("portage", title="", **PUBLISH))
    assert "Conseillé" not in response.content.decode()  # it is chosen already


@pytest.mark.parametrize("model", [MinutesPage, ArticlePage, ParticipantListPage])
def test_each_sort_of_page_completes_with_its_own(desk, workgroup, model):
    url = f"/admin/pages/add/minutes/{model._meta.model_name}/{workgroup.pk}/"
    html = desk.get(url).content.decode()
    assert f"/admin/keywords/completions/?kind={model.keyword_kind.value}" in html
    assert KeywordWidget.kind is None  # said to that form alone


def test_two_versions_are_compared(desk, page):
    desk.post(edit_url(page), data("portage", **PUBLISH))
    first, last = page.revisions.order_by("pk").first(), page.revisions.order_by("pk").last()
    url = f"/admin/pages/{page.pk}/revisions/compare/{first.pk}...{last.pk}/"
    assert "portage" in desk.get(url).content.decode()

"""Keywords in the back office: their form, drafts and history."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from glossary.models import FormerAddress, Keyword, KeywordGroup, KeywordLabel, KeywordLink
from tests import base

LIST = "/admin/keywords/"
NEW = f"{LIST}add/"

pytestmark = pytest.mark.django_db


def label_rows(*labels):
    return [{"language": language, "text": text, "kind": kind} for language, text, kind in labels]


def link_rows(links):
    return [{"kind": kind, "target": target.pk} for kind, target in links]


def form_data(name, publish=True, **changes):
    """What the form of a keyword sends."""
    fields = {"name": name, "slug": "", "group": "", "image": "", "same_as": ""}
    fields |= {"labels": inline_formset([]), "links": inline_formset([])}
    for code in ("fr", "nl", "en"):
        fields[f"definition_{code}"] = ""
        fields["text" if code == "fr" else f"text_{code}"] = rich_text("")
    if publish:
        fields["action-publish"] = "1"
    return nested_form_data(fields | changes)


def data(name, *labels, links=(), **changes):
    """For a new keyword, with labels as (language, text, kind) and links as (kind, target)."""
    rows = {
        "labels": inline_formset(label_rows(*labels)),
        "links": inline_formset(link_rows(links)),
    }
    return form_data(name, **(rows | changes))


def edit_data(keyword, *new_labels, links=(), **changes):
    """For a keyword with its labels and links as they are, and new ones."""
    labels = list(keyword.labels.values("id", "language", "text", "kind"))
    kept = list(keyword.links.values("id", "kind", "target"))
    fields = {
        "name": keyword.name,
        "slug": keyword.slug,
        "group": keyword.group_id or "",
        "labels": inline_formset(labels + label_rows(*new_labels), initial=len(labels)),
        "links": inline_formset(kept + link_rows(links), initial=len(kept)),
    }
    return form_data(**(fields | changes))


def edit_url(keyword):
    return f"{LIST}edit/{keyword.pk}/"


def errors(response):
    """Every error of a form and its rows, as text."""
    form = response.context["form"]
    rows = [row.errors for formset in form.formsets.values() for row in formset.forms]
    return " ".join(str(each) for each in [form.errors, *rows])


def link(keyword, target, kind=KeywordLink.BROADER):
    return KeywordLink.objects.create(keyword=keyword, target=target, kind=kind)


# --- Words ---------------------------------------------------------------------------------------


def test_an_editor_makes_a_keyword(as_user, editor):
    client = as_user(editor)
    group = KeywordGroup.objects.create(name="Thèmes")
    broader = base.make_keyword("économie")
    assert client.get(NEW).status_code == 200
    response = client.post(
        NEW,
        data(
            "Économie sociale",
            ("fr", "économie sociale", "preferred"),
            ("fr", "tiers secteur", "synonym"),
            ("nl", "sociale economie", "preferred"),
            links=[("broader", broader)],
            definition_fr="Ce qui sert avant de rapporter.",
            text=rich_text("<p>Une longue histoire.</p>"),
            group=group.pk,
            same_as="https://thesaurus.example/3",
        ),
    )
    assert response.status_code == 302, errors(response)
    keyword = Keyword.objects.get(slug="economie-sociale")
    assert keyword.live and keyword.group == group
    assert keyword.labels.count() == 3
    assert [each.target for each in keyword.links.all()] == [broader]
    assert "longue histoire" in keyword.text
    assert Keyword.objects.named("TIERS SECTEUR") == keyword


@pytest.mark.parametrize("publish", [True, False])
def test_a_keyword_made_by_its_name_alone_has_a_label(as_user, editor, publish):
    client = as_user(editor)
    assert client.post(NEW, data("Économie sociale", publish=publish)).status_code == 302
    keyword = Keyword.objects.get()
    revised = keyword.get_latest_revision_as_object()
    for labels in (keyword.labels.all(), revised.labels.all()):
        assert [(label.language, label.text) for label in labels] == [("fr", "Économie sociale")]
    sent = edit_data(keyword, **{"name": "Économie douce"})
    assert client.post(edit_url(keyword), sent).status_code == 302
    assert keyword.labels.count() == 1


@pytest.mark.parametrize("sign", [",", ";", '"'])
def test_a_name_has_no_sign_that_parts_keywords(as_user, editor, sign):
    refused = as_user(editor).post(NEW, data(f"bois{sign} métal"))
    assert refused.status_code == 200 and "point-virgule" in errors(refused)
    assert not Keyword.objects.exists()


@pytest.mark.parametrize(
    "labels",
    [
        [("fr", "portage", "preferred"), ("fr", "Pôrtage", "synonym")],  # twice the same
        [("fr", "portage", "preferred"), ("fr", "couveuse", "preferred")],  # two preferred
        [("en", "coaching", "preferred")],  # another concept's
        [("fr", "…", "synonym")],  # no word
    ],
)
def test_what_the_database_would_refuse_is_said(as_user, editor, labels):
    base.make_keyword("accompagnement", en="coaching")
    response = as_user(editor).post(NEW, data("portage", *labels))
    assert response.status_code == 200
    assert any(response.context["form"].formsets["labels"].errors)
    assert Keyword.objects.count() == 1


def test_a_name_that_is_anothers_synonym_is_refused(as_user, editor):
    base.make_keyword("accompagnement", synonyms=["coaching"])
    response = as_user(editor).post(NEW, data("Coaching"))
    assert "accompagnement" in str(response.context["form"].errors["name"])


@pytest.mark.parametrize("name", ["", "   ", "!?", "Gand, Namur", 'le "mot"', "x" * 101, "a\x00b"])
@pytest.mark.parametrize("publish", [True, False])
def test_a_name_that_is_none_is_refused(as_user, editor, name, publish):
    response = as_user(editor).post(
        NEW, data(name, publish=publish, definition_fr="Une définition déjà écrite.")
    )
    assert response.status_code == 200
    assert response.context["form"].errors["name"]
    assert "Une définition déjà écrite." in response.content.decode()
    assert not Keyword.objects.exists()
    assert as_user(editor).post(NEW, data("Gand", publish=publish)).status_code == 302


def test_a_keyword_is_changed_without_quarrelling_with_itself(as_user, editor):
    keyword = base.make_keyword("portage")
    client = as_user(editor)
    assert client.get(edit_url(keyword)).status_code == 200
    response = client.post(
        edit_url(keyword), edit_data(keyword, ("fr", "portage salarial", "synonym"))
    )
    assert response.status_code == 302, errors(response)
    assert {each.text for each in keyword.labels.all()} == {"portage", "portage salarial"}


def test_a_label_may_take_the_place_of_a_deleted_one(as_user, editor):
    keyword = base.make_keyword("portage")
    [label] = keyword.labels.all()
    gone = {"id": label.pk, "language": "fr", "text": "portage", "kind": "preferred"}
    rows = inline_formset(
        [gone | {"DELETE": "on"}, {"language": "fr", "text": "Le portage", "kind": "preferred"}],
        initial=1,
    )
    response = as_user(editor).post(edit_url(keyword), edit_data(keyword, labels=rows))
    assert response.status_code == 302
    assert [each.text for each in keyword.labels.all()] == ["Le portage"]


def test_labels_and_links_may_change_places(as_user, editor):
    keyword = base.make_keyword("portage", synonyms=["portage salarial"])
    one, other = base.make_keyword("emploi"), base.make_keyword("salariat")
    links = [link(keyword, one), link(keyword, other, KeywordLink.RELATED)]
    preferred, synonym = keyword.labels.order_by("kind")
    rows = [
        {"id": preferred.pk, "language": "fr", "text": synonym.text, "kind": "preferred"},
        {"id": synonym.pk, "language": "fr", "text": preferred.text, "kind": "synonym"},
    ]
    swapped = [
        {"id": each.pk, "target": target.pk, "kind": each.kind}
        for each, target in zip(links, [other, one], strict=True)
    ]
    client = as_user(editor)
    changes = {
        "labels": inline_formset(rows, initial=2),
        "links": inline_formset(swapped, initial=2),
    }
    response = client.post(edit_url(keyword), form_data(keyword.name, **changes))
    assert response.status_code == 302, errors(response)
    keyword = Keyword.objects.get(pk=keyword.pk)
    assert keyword.label == "portage salarial"
    assert keyword.links.get(kind="broader").target == other
    # And so with what they are: the preferred one becomes the synonym.
    rows = [{**row, "kind": kind} for row, kind in zip(rows, ["synonym", "preferred"], strict=True)]
    response = client.post(
        edit_url(keyword), edit_data(keyword, labels=inline_formset(rows, initial=2))
    )
    assert response.status_code == 302, errors(response)
    assert Keyword.objects.get(pk=keyword.pk).label == "portage"


def test_an_address_is_changed_and_the_old_one_kept(as_user, editor):
    keyword = base.make_keyword("portage")
    client = as_user(editor)
    client.post(edit_url(keyword), edit_data(keyword, slug="portage-salarié"))
    assert Keyword.objects.get(pk=keyword.pk).slug == "portage-salarie"
    assert FormerAddress.objects.get().slug == "portage"
    client.post(edit_url(keyword), edit_data(keyword, slug=""))  # emptied: as it was
    assert Keyword.objects.get(pk=keyword.pk).slug == "portage-salarie"


# --- Words that resemble others ------------------------------------------------------------------


def test_a_near_duplicate_is_shown_beside_the_existing_one(as_user, editor):
    keyword = base.make_keyword("accompagnement")
    client = as_user(editor)
    assert 'name="sure"' not in client.get(NEW).content.decode()
    response = client.post(NEW, data("Accompagnements", definition_nl="Wat ik al schreef."))
    html = response.content.decode()
    assert response.status_code == 200 and Keyword.objects.count() == 1
    assert f'<a href="{edit_url(keyword)}" target="_blank">accompagnement</a>' in html
    assert 'name="sure"' in html and "Wat ik al schreef." in html
    response = client.post(NEW, data("Accompagnements", sure="on"))
    assert response.status_code == 302, errors(response)
    assert Keyword.objects.filter(name="Accompagnements").exists()


def test_a_label_that_resembles_another_keyword_is_asked_about(as_user, editor):
    base.make_keyword("accompagnement")
    keyword = base.make_keyword("coaching")
    client = as_user(editor)
    new = ("fr", "accompagnements", "synonym")
    response = client.post(edit_url(keyword), edit_data(keyword, new))
    assert response.status_code == 200 and "accompagnement</a>" in errors(response)
    assert keyword.labels.count() == 1
    assert client.post(edit_url(keyword), edit_data(keyword, new, sure="on")).status_code == 302
    assert keyword.labels.count() == 2
    # What was once said to be meant isn't asked about again.
    response = client.post(edit_url(keyword), edit_data(keyword, definition_fr="Entraînement."))
    assert response.status_code == 302, errors(response)


def test_a_name_and_its_own_label_are_asked_about_once(as_user, editor):
    base.make_keyword("accompagnement")
    labels = [("fr", "accompagnements", "preferred")]
    response = as_user(editor).post(NEW, data("Accompagnements", *labels))
    assert errors(response).count("accompagnement</a>") == 1


# --- Drafts and history --------------------------------------------------------------------------


def test_a_draft_is_not_shown_until_it_is_published(as_user, editor, workgroup):
    client, reader = as_user(editor), as_user()
    response = client.post(NEW, data("Portage", ("fr", "portage", "preferred"), publish=False))
    assert response.status_code == 302, errors(response)
    keyword = Keyword.objects.get()
    assert not keyword.live
    base.make_minutes(workgroup, keywords=[keyword])
    assert reader.get(keyword.get_absolute_url()).status_code == 404
    response = client.post(edit_url(keyword), edit_data(keyword))
    assert response.status_code == 302, errors(response)
    assert Keyword.objects.get().live
    assert reader.get(keyword.get_absolute_url()).status_code == 200
    client.post(f"{LIST}unpublish/{keyword.pk}/")
    assert reader.get(keyword.get_absolute_url()).status_code == 404


def test_a_draft_of_a_published_keyword_changes_nothing_for_readers(as_user, editor, workgroup):
    keyword = base.make_keyword("portage", definition_fr="La définition publiée.")
    base.make_minutes(workgroup, keywords=[keyword])
    client, reader = as_user(editor), as_user()
    changed = edit_data(keyword, definition_fr="La définition en brouillon.", publish=False)
    assert client.post(edit_url(keyword), changed).status_code == 302
    assert "La définition publiée." in reader.get(keyword.get_absolute_url()).content.decode()
    assert "La définition en brouillon." in client.get(edit_url(keyword)).content.decode()
    client.post(edit_url(keyword), changed | {"action-publish": "1"})
    assert "en brouillon" in reader.get(keyword.get_absolute_url()).content.decode()


def test_history_tells_and_an_older_version_is_brought_back(as_user, editor):
    client = as_user(editor)
    client.post(NEW, data("Portage", ("fr", "portage", "preferred"), definition_fr="Avant."))
    keyword = Keyword.objects.get()
    first = keyword.latest_revision
    # Swapping what is preferred, then going back: the rows change places twice.
    [label] = keyword.labels.all()
    rows = [
        {"id": label.pk, "language": "fr", "text": "portage", "kind": "synonym"},
        {"language": "fr", "text": "portage salarial", "kind": "preferred"},
    ]
    changed = {"labels": inline_formset(rows, initial=1), "definition_fr": "Après."}
    response = client.post(edit_url(keyword), edit_data(keyword, **changed))
    assert response.status_code == 302, errors(response)
    assert Keyword.objects.get().label == "portage salarial"
    html = client.get(f"{LIST}history/{keyword.pk}/").content.decode()
    assert html.count("Édith Éditrice") >= 2
    compare = f"{LIST}history/{keyword.pk}/revisions/compare/{first.pk}...latest/"
    html = client.get(compare).content.decode()
    assert "Avant." in html and "portage salarial" in html
    revert = f"{LIST}history/{keyword.pk}/revisions/{first.pk}/revert/"
    assert "Avant." in client.get(revert).content.decode()
    first.refresh_from_db()
    first.publish(user=editor)
    keyword = Keyword.objects.get()
    assert (keyword.definition_fr, keyword.label) == ("Avant.", "portage")
    assert ModelLogEntry.objects.filter(object_id=str(keyword.pk)).count() >= 4


def test_a_draft_is_previewed_with_what_is_typed(as_user, editor, workgroup):
    keyword = base.make_keyword("portage", live=False)
    base.make_minutes(workgroup, "Réunion du portage", keywords=[keyword])
    client = as_user(editor)
    preview = f"{LIST}preview/{keyword.pk}/"
    typed = edit_data(
        keyword, ("nl", "payrolling", "preferred"), definition_fr="Une définition à voir."
    )
    assert client.post(preview, typed).json() == {"is_valid": True, "is_available": True}
    html = client.get(preview).content.decode()
    assert "Une définition à voir." in html and "payrolling" in html
    keyword.refresh_from_db()
    assert keyword.definition_fr == ""
    # Before it is saved there is nothing to show, and no panel that would.
    assert client.get(NEW).status_code == 200
    client.post(f"{LIST}preview/", data("Couveuse"))
    assert client.get(f"{LIST}preview/").status_code in (302, 403)
    assert Keyword.objects.count() == 1


def test_a_new_keyword_waits_until_it_is_saved(as_user, editor):
    """What the editor sends by itself while somebody types would be a half-typed keyword."""
    client = as_user(editor)
    assert "data-w-autosave-interval" not in client.get(NEW).content.decode()
    keyword = base.make_keyword("portage")
    assert "data-w-autosave-interval" in client.get(edit_url(keyword)).content.decode()


def test_its_uses_are_listed(as_user, editor, workgroup):
    keyword, other = base.make_keyword("portage"), base.make_keyword("couveuse")
    page = base.make_minutes(workgroup, "Réunion du portage", keywords=[keyword])
    base.make_article(workgroup, "Article en brouillon", keywords=[keyword]).unpublish()
    base.make_article(workgroup, "Autre article", keywords=[other])
    base.make_comment(page, "Un mot sur le portage.", keywords=[keyword])
    base.make_comment(page, "Un mot de trop.", keywords=[keyword], is_removed=True)
    html = as_user(editor).get(f"{LIST}usage/{keyword.pk}/").content.decode()
    for what in ("Réunion du portage", "Article en brouillon", "Un mot sur le portage."):
        assert what in html
    assert f"/admin/pages/{page.pk}/edit/" in html
    assert "Autre article" not in html and "Un mot de trop" not in html
    assert "Commentaire masqué" in html
    assert f"{LIST}usage/{keyword.pk}/" in as_user(editor).get(edit_url(keyword)).content.decode()


# --- Who may -------------------------------------------------------------------------------------


def test_only_editors_work_on_keywords(as_user, editor, moderator, member):
    keyword = base.make_keyword("portage")
    group = KeywordGroup.objects.create(name="Thèmes")
    urls = [
        LIST,
        NEW,
        edit_url(keyword),
        f"{LIST}history/{keyword.pk}/",
        f"{LIST}usage/{keyword.pk}/",
        f"{LIST}unpublish/{keyword.pk}/",
        "/admin/keyword-groups/",
        "/admin/keyword-groups/new/",
        f"/admin/keyword-groups/edit/{group.pk}/",
        "/admin/keywords/completions/?term=port",
        reverse("wagtailsnippetchoosers_glossary_keyword:choose"),
    ]
    for url in urls:
        assert as_user(editor).get(url).status_code == 200, url
        for other in (moderator, member, None):
            assert as_user(other).get(url).status_code in (302, 403), url
    for other in (moderator, member, None):
        client = as_user(other)
        client.post(NEW, data("Couveuse"))
        client.post(edit_url(keyword), edit_data(keyword, name="Autre"))
        client.post(f"{LIST}unpublish/{keyword.pk}/")
    assert [(each.name, each.live) for each in Keyword.objects.all()] == [("portage", True)]
    assert "/admin/keywords/" in as_user(editor).get("/admin/").content.decode()
    assert "/admin/keywords/" not in as_user(moderator).get("/admin/").content.decode()


def test_editors_delete_nothing(as_user, editor, admin):
    keyword = base.make_keyword("portage")
    url = f"{LIST}delete/{keyword.pk}/"
    assert as_user(editor).post(url).status_code in (302, 403)
    assert Keyword.objects.exists()
    as_user(admin).post(url)
    assert not Keyword.objects.exists() and not KeywordLabel.objects.exists()

"""Editors at work in the back office: new pages, previews, lists."""

import pytest
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from accounts.models import Person
from glossary.models import Keyword
from home.models import TextPage
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage, WorkgroupPage
from minutes.people import Attendance, Role
from tests import base

EMPTY = inline_formset([])


def body(*paragraphs):
    blocks = [("heading", {"level": "2", "text": "Ordre du jour"})]
    blocks += [("text", rich_text(f"<p>{words}</p>")) for words in paragraphs]
    return streamfield(blocks)


def containers_titles(title):
    return {"title": title, "title_nl": "", "title_en": ""}


TEXT = {"language": "fr", "translation_of": "", "slug": "nouvelle-page"}
LINKS = {"related_links": EMPTY, "attachments": EMPTY, "comments": EMPTY}


def minutes_data(**changes):
    data = {
        "title": "4e réunion",
        "ordinal": "4",
        "meeting_date": "2026-03-12",
        "place": "Liège",
        "host": "La coopérative",
        "body": body("Nous avons parlé du portage."),
        "attendance": EMPTY,
        "keywords": "",
        **TEXT,
        **LINKS,
    }
    return nested_form_data(data | changes)


def new_page_data(model):
    """A form for a new page of this type, with one row of each sort in it."""
    person = base.make_person("Zoé Zébulon")
    role = base.make_role()
    base.make_keyword("portage", synonyms=["portage salarial"])
    row = inline_formset(
        [{"person": person.pk, "role": role.pk, "function": "", "organisation": ""}]
    )
    alone = inline_formset([{"person": person.pk}])
    tagged = {"keywords": "portage salarial", **LINKS}
    words = {f"intro{end}": "Bienvenue." for end in ("", "_nl", "_en")}
    purpose = {f"purpose{end}": "Raison d’être." for end in ("", "_nl", "_en")}
    slug = {"slug": "nouvelle-page", "comments": EMPTY}
    return {
        MinutesPage: minutes_data(attendance=row, **tagged),
        ArticlePage: nested_form_data(
            {
                "title": "Un article",
                "over_title": "",
                "lead": "",
                "date": "2026-03-12",
                "body": body("Un article."),
                "authors": alone,
                **TEXT,
                **tagged,
            }
        ),
        ParticipantListPage: nested_form_data(
            containers_titles("Membres") | words | slug | {"entries": row} | tagged
        ),
        WorkgroupPage: nested_form_data(
            containers_titles("Groupe") | purpose | slug | {"coordinators": alone}
        ),
        TextPage: nested_form_data(
            {"title": "À propos", "body": body("Un texte."), "comments": EMPTY, **TEXT}
        ),
    }[model]


PARENTS = {
    MinutesPage: base.make_workgroup,
    ArticlePage: base.make_workgroup,
    ParticipantListPage: base.make_workgroup,
    WorkgroupPage: base.home,
    TextPage: base.home,
}


def add_url(model, parent, end=""):
    app, name = model._meta.app_label, model._meta.model_name
    return f"/admin/pages/add/{app}/{name}/{parent.pk}/{end}"


@pytest.mark.django_db
def test_an_editor_publishes_new_minutes(as_user, editor, client, workgroup):
    noor, ali = base.make_person("Noor Peeters"), base.make_person("Ali Benali")
    members, takers = (
        Role.objects.get(label_fr="Membres / Leden"),
        Role.objects.get(is_minute_taker=True),
    )
    concept = base.make_keyword("accompagnement", synonyms=["coaching"])
    data = minutes_data(
        attendance=inline_formset(
            [
                {"person": noor.pk, "role": members.pk, "function": "graphiste", "ORDER": "1"},
                {"person": ali.pk, "role": takers.pk, "organisation": "Relais", "ORDER": "2"},
                {"person": noor.pk, "role": takers.pk, "excused": "on", "ORDER": "3"},
            ]
        ),
        keywords='"Coaching", "économie sociale"',
        **{"action-publish": "action-publish"},
    )

    editing = as_user(editor)
    assert editing.get(add_url(MinutesPage, workgroup)).status_code == 200
    response = editing.post(add_url(MinutesPage, workgroup), data)

    assert response["Location"] == f"/admin/pages/{workgroup.pk}/"
    page = MinutesPage.objects.get(slug="nouvelle-page")
    assert page.live and page.ordinal == 4 and str(page.meeting_date) == "2026-03-12"
    assert [(row.person, row.role, row.does, row.excused) for row in page.attendance.all()] == [
        (noor, members, "graphiste", False),
        (ali, takers, "Relais", False),
        (noor, takers, "", True),
    ]
    # The synonym named its concept; the word that nobody knew became a keyword.
    assert {use.tag.name for use in page.keyword_uses.all()} == {
        "accompagnement",
        "économie sociale",
    }
    assert not Keyword.objects.filter(name__iexact="coaching").exists()
    assert concept.page_uses.count() == 1

    shown = client.get(page.get_url()).content.decode()
    for words in ("parlé du portage", "Noor Peeters", "graphiste", "accompagnement"):
        assert words in shown


@pytest.mark.django_db
def test_a_draft_is_nobodys_until_it_is_published(as_user, editor, client, workgroup):
    editing = as_user(editor)
    editing.post(add_url(MinutesPage, workgroup), minutes_data())
    page = MinutesPage.objects.get(slug="nouvelle-page")
    assert not page.live
    assert client.get(page.get_url()).status_code == 404
    edit = f"/admin/pages/{page.pk}/edit/"
    assert editing.get(edit).status_code == 200
    editing.post(edit, minutes_data(**{"action-publish": "action-publish"}))
    assert client.get(page.get_url()).status_code == 200


@pytest.mark.django_db
def test_what_is_missing_is_said(as_user, editor, workgroup):
    data = minutes_data(title="", attendance=inline_formset([{"person": base.make_person().pk}]))
    response = as_user(editor).post(add_url(MinutesPage, workgroup), data)
    assert response.status_code == 200
    form = response.context["form"]
    assert "title" in form.errors
    assert "role" in form.formsets["attendance"].errors[0]
    assert not MinutesPage.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("model", PARENTS, ids=lambda model: model.__name__)
def test_a_page_is_previewed_before_it_is_ever_saved(as_user, editor, model):
    editing = as_user(editor)
    parent = PARENTS[model]()
    data = new_page_data(model)
    url = add_url(model, parent, "preview/")
    assert editing.post(url, data).json() == {"is_valid": True, "is_available": True}

    response = editing.get(url)

    assert response.status_code == 200
    shown = response.content.decode()
    assert data["title"] in shown
    if model is not TextPage:
        assert "Zoé Zébulon" in shown
    if "keywords" in data:
        assert "portage" in shown
    assert not model.objects.filter(slug="nouvelle-page").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("model", PARENTS, ids=lambda model: model.__name__)
def test_a_new_page_of_each_type_is_published(as_user, editor, client, model):
    data = new_page_data(model) | {"action-publish": "action-publish"}
    response = as_user(editor).post(add_url(model, PARENTS[model]()), data)
    assert response.status_code == 302, response.context["form"].errors
    page = model.objects.get(slug="nouvelle-page")
    assert client.get(page.get_url()).status_code == 200


@pytest.mark.django_db
def test_a_saved_page_is_previewed_with_what_was_just_typed(as_user, editor, workgroup):
    page = base.make_minutes(workgroup, slug="nouvelle-page")
    editing = as_user(editor)
    url = f"/admin/pages/{page.pk}/edit/preview/"
    role, person = base.make_role(), base.make_person("Zoé Zébulon")
    data = minutes_data(
        title="Titre tout neuf",
        attendance=inline_formset([{"person": person.pk, "role": role.pk}]),
    )
    assert editing.post(url, data).json()["is_valid"]
    shown = editing.get(url).content.decode()
    assert "Titre tout neuf" in shown and "Zoé Zébulon" in shown
    page.refresh_from_db()
    assert page.title != "Titre tout neuf"


@pytest.mark.django_db
def test_the_home_page_is_previewed_and_edited(as_user, editor):
    page = base.home()
    editing = as_user(editor)
    data = nested_form_data(
        containers_titles("Maison commune")
        | {"intro": "Bonjour.", "intro_nl": "", "intro_en": "", "slug": page.slug}
        | {"comments": EMPTY}
    )
    url = f"/admin/pages/{page.pk}/edit/preview/"
    assert editing.post(url, data).json()["is_valid"]
    assert "Maison commune" in editing.get(url).content.decode()


@pytest.mark.django_db
def test_an_editor_hides_no_comment(as_user, editor, workgroup):
    comment = base.make_comment(base.make_minutes(workgroup))
    as_user(editor).post(f"/admin/comments/{comment.pk}/moderate/", {"hidden": "yes"})
    comment.refresh_from_db()
    assert not comment.is_removed


# --- Lists ---------------------------------------------------------------------------------------


def listed(client, url, **query):
    return [str(item) for item in client.get(url, query).context["object_list"]]


@pytest.mark.django_db
def test_minutes_are_listed_by_meeting_with_number_date_and_group(as_user, editor, workgroup):
    other = base.make_workgroup("Autre groupe")
    base.make_minutes(workgroup, title="Ancien", ordinal=1, meeting_date="2025-01-10")
    base.make_minutes(workgroup, title="Récent", ordinal=7, meeting_date="2026-02-01")
    base.make_minutes(other, title="Milieu", meeting_date="2025-06-01", language="nl", live=False)
    client = as_user(editor)
    url = "/admin/minutes/"
    assert listed(client, url) == ["Récent", "Milieu", "Ancien"]
    assert listed(client, url, ordering="title") == ["Ancien", "Milieu", "Récent"]
    assert listed(client, url, ordering="-ordinal")[0] in ("Récent", "Milieu")
    assert listed(client, url, group=other.pk) == ["Milieu"]
    assert listed(client, url, language="nl") == ["Milieu"]
    assert listed(client, url, meeting_date_from="2026-01-01") == ["Récent"]
    shown = client.get(url).content.decode()
    for words in ("Autre groupe", "1er février 2026", "7"):
        assert words in shown


@pytest.mark.django_db(transaction=True)
def test_minutes_are_found_in_the_list(as_user, editor):
    base.make_minutes(base.make_workgroup(), title="Hébergement")
    base.make_minutes(base.make_workgroup(), title="Autre")
    assert listed(as_user(editor), "/admin/minutes/", q="heberg") == ["Hébergement"]


@pytest.mark.django_db
def test_people_are_listed_with_account_and_meetings(as_user, editor, member, workgroup):
    role = base.make_role()
    noor = base.make_person("Noor Peeters", user=member)
    base.make_person("Absente")
    for excused in (False, False, True):
        page = base.make_minutes(workgroup)
        Attendance.objects.create(page=page, person=noor, role=role, excused=excused)
    client = as_user(editor)
    url = "/admin/snippets/accounts/person/"
    assert listed(client, url) == ["Absente", "Noor Peeters"]
    assert listed(client, url, ordering="-meetings")[0] == "Noor Peeters"
    assert listed(client, url, account="yes") == ["Noor Peeters"]
    assert listed(client, url, account="no") == ["Absente"]
    assert listed(client, url, group=workgroup.pk) == ["Noor Peeters"]
    [person] = client.get(url, {"account": "yes"}).context["object_list"]
    assert person.meetings == 2
    assert member.display_name in client.get(url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_people_are_found_by_any_spelling(as_user, editor):
    base.make_person("Éloïse Dumont", aliases="Heloise Dumond\nLily")
    base.make_person("Autre")
    client = as_user(editor)
    for word in ("elo", "Dumont", "heloi", "lily"):
        assert listed(client, "/admin/snippets/accounts/person/", q=word) == ["Éloïse Dumont"]
        # … and so does the chooser in a page's form.
        found = client.get("/admin/snippets/choose/accounts/person/results/", {"q": word})
        assert "Éloïse Dumont" in found.content.decode()
        assert "Autre" not in found.content.decode()


@pytest.mark.django_db
def test_a_person_is_made_and_who_is_named_cannot_be_deleted(as_user, editor, admin, workgroup):
    editing = as_user(editor)
    url = "/admin/snippets/accounts/person/add/"
    assert editing.get(url).status_code == 200
    editing.post(url, {"name": "Noor Peeters", "aliases": "", "user": "", "slug": ""})
    noor = Person.objects.get()
    assert noor.slug == "noor-peeters"
    page = base.make_minutes(workgroup)
    Attendance.objects.create(page=page, person=noor, role=base.make_role())
    as_user(admin).post(f"/admin/snippets/accounts/person/delete/{noor.pk}/")
    assert Person.objects.filter(pk=noor.pk).exists()


@pytest.mark.django_db
def test_roles_are_listed_and_moved(as_user, editor):
    client = as_user(editor)
    roles = listed(client, "/admin/roles/")
    assert roles[0].startswith("Coordinateurs") and len(roles) == 6
    last = Role.objects.last()
    moved = client.post(f"/admin/roles/reorder/{last.pk}/?position=0")
    assert moved.status_code == 200
    assert listed(client, "/admin/roles/")[0] == str(last)
    data = {"label_fr": "Invités", "label_nl": "Gasten", "label_en": "Guests"}
    assert client.get("/admin/roles/new/").status_code == 200
    client.post("/admin/roles/new/", data)
    assert listed(client, "/admin/roles/")[-1] == "Invités"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    ["/admin/minutes/", "/admin/snippets/accounts/person/", "/admin/roles/", "/admin/keywords/"],
)
def test_moderators_see_no_lists_but_their_own(as_user, moderator, editor, url):
    assert as_user(moderator).get(url).status_code == 403
    assert as_user(editor).get(url).status_code == 200
    assert f'"{url}"' not in as_user(moderator).get("/admin/").content.decode()
    assert f'"{url}"' in as_user(editor).get("/admin/").content.decode()

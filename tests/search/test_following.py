"""What is found of one thing follows the changes of another."""

import pytest
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.models import Page

from glossary.merging import merge
from minutes.models import Attendance
from pages.models import PageAttachment
from search import outbox
from search.models import Findable, Kind
from tests import base

pytestmark = pytest.mark.django_db


def rows(kind, **wanted):
    return Findable.objects.filter(kind=kind, **wanted)


@pytest.fixture
def document():
    Document = get_document_model()
    return Document.objects.create(title="Ancien titre", file=ContentFile(b"x", name="x.txt"))


def test_a_comment_is_shown_under_the_new_title_of_its_page(make_minutes):
    page = make_minutes(title="Ancien titre")
    base.make_comment(page, "Une remarque.")
    outbox.drain()
    page.title = "Nouveau titre"
    page.save_revision().publish()
    outbox.drain()
    assert rows(Kind.COMMENT).get().title == "Nouveau titre"


def test_publishing_without_a_new_title_leaves_the_comments_alone(make_minutes, monkeypatch):
    page = make_minutes(title="Titre")
    base.make_comment(page, "Une remarque.")
    outbox.drain()
    noted = []
    monkeypatch.setattr(outbox, "add", lambda *objects: noted.extend(objects))
    page.save_revision().publish()
    assert {type(item).__name__ for item in noted} <= {"MinutesPage", "Page"}


def test_a_comment_moves_to_another_workgroup_with_its_page(make_minutes):
    page = make_minutes()
    base.make_comment(page, "Une remarque.")
    outbox.drain()
    other = base.make_workgroup("Autre groupe")
    Page.objects.get(pk=page.pk).move(other, pos="last-child")
    outbox.drain()
    assert set(rows(Kind.COMMENT).values_list("workgroup", flat=True)) == {other.pk}
    assert set(rows(Kind.MINUTES).values_list("workgroup", flat=True)) == {other.pk}


def test_a_deleted_keyword_finds_nothing_any_more(make_minutes):
    keyword = base.make_keyword("portage", nl="loondienst")
    page = make_minutes(keywords=[keyword])
    base.make_comment(page, "Une remarque.", keywords=[keyword])
    outbox.drain()
    assert rows(Kind.COMMENT, keyword_terms__contains="loondienst").exists()
    assert rows(Kind.MINUTES, keyword_terms__contains="loondienst").exists()
    keyword.delete()
    outbox.drain()
    assert not Findable.objects.filter(keyword_terms__contains="loondienst").exists()


def test_a_renamed_document_is_found_by_its_new_title(make_minutes, document):
    shown = make_minutes(title="Montré", body=[("document", document)])
    attached = make_minutes(title="Joint")
    PageAttachment.objects.create(page_id=attached.pk, document=document)
    outbox.drain()
    assert set(rows(Kind.DOCUMENT, title="Ancien titre").values_list("page", flat=True)) == {
        shown.pk,
        attached.pk,
    }
    document.title = "Nouveau titre"
    document.save()
    outbox.drain()
    assert set(rows(Kind.DOCUMENT).values_list("title", flat=True)) == {"Nouveau titre"}
    document.delete()
    outbox.drain()
    assert not rows(Kind.DOCUMENT).exists()


def test_an_action_names_its_owner_as_now_spelled(make_minutes):
    owner = base.make_person("Ancien Nom")
    make_minutes(body=[("action", {"text": "<p>À faire.</p>", "owner": owner, "due": None})])
    assert "Ancien Nom" in rows(Kind.ACTION).get().text
    owner.name = "Nouveau Nom"
    owner.save()
    outbox.drain()
    assert "Nouveau Nom" in rows(Kind.ACTION).get().text


def test_the_keywords_and_people_of_a_row_are_those_of_its_page_as_it_is_now(make_minutes):
    portage, coaching = base.make_keyword("portage"), base.make_keyword("coaching")
    page = make_minutes(keywords=[portage])
    base.make_comment(page, "Une remarque.", name="Anne", keywords=[portage])
    person = base.make_person("Paul Ancien")
    came = Attendance.objects.create(page=page, person=person, role=base.make_role())
    outbox.drain()
    for kind, people in ((Kind.MINUTES, ["Paul Ancien"]), (Kind.COMMENT, ["Anne"])):
        row = rows(kind).get()
        assert (row.keyword_ids, row.person_names) == ([portage.pk], people)
    merge(portage, coaching)
    person.name = "Paul Nouveau"
    person.save()
    outbox.drain()
    assert {tuple(row.keyword_ids) for row in rows(Kind.MINUTES) | rows(Kind.COMMENT)} == {
        (coaching.pk,)
    }
    assert rows(Kind.MINUTES).get().person_names == ["Paul Nouveau"]
    came.excused = True
    came.save()
    outbox.drain()
    assert rows(Kind.MINUTES).get().person_names == []


def test_an_action_is_its_owners_and_not_of_all_who_came(make_minutes):
    owner = base.make_person("Noor Peeters")
    page = make_minutes(body=[("action", {"text": "<p>À faire.</p>", "owner": owner, "due": None})])
    Attendance.objects.create(
        page=page, person=base.make_person("Paul Petit"), role=base.make_role()
    )
    outbox.drain()
    assert rows(Kind.ACTION).get().person_names == ["Noor Peeters"]
    assert rows(Kind.MINUTES).get().person_names == ["Paul Petit"]


def test_a_renamed_role_is_found_by_its_new_label(make_minutes):
    page = make_minutes()
    role = base.make_role()
    Attendance.objects.create(page=page, person=base.make_person("Anne Dupont"), role=role)
    outbox.drain()
    role.label_fr = "Zibelines"
    role.save()
    outbox.drain()
    assert Findable.objects.filter(source_id=page.pk, words__contains="zibelines").exists()

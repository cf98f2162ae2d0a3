"""Changing the keywords of many pages, published and drafted, at once."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision

from glossary.retagging import retag
from glossary.uses import PageKeyword
from minutes.models import MinutesPage
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db


def tags(page):
    return set(
        PageKeyword.objects.filter(content_object=page.pk).values_list("tag__name", flat=True)
    )


def drafted(page):
    draft = MinutesPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return sorted(use.tag.name for use in draft.keyword_uses.all())


def with_draft(page, *names):
    """Gives a page an unpublished draft that carries exactly these keywords."""
    draft = MinutesPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.keywords.set(names)
    draft.title = "Brouillon"
    draft.save_revision()


def publish_draft(page):
    MinutesPage.objects.get(pk=page.pk).latest_revision.publish()


def test_it_adds_and_removes_on_live_pages(workgroup, editor):
    old, new = base.make_keyword("portage"), base.make_keyword("couveuse")
    tagged = base.make_minutes(workgroup, keywords=["portage"])
    other = base.make_minutes(workgroup, keywords=["portage"])
    assert retag([tagged], add=[new], remove=[old], user=editor) == 1
    assert tags(tagged) == {"couveuse"}
    assert tags(other) == {"portage"}
    assert retag([tagged.pk], add=[new], remove=[old]) == 0
    entry = PageLogEntry.objects.get(page=tagged.pk, action="glossary.retag")
    assert (entry.user, entry.data) == (editor, {"added": ["couveuse"], "removed": ["portage"]})


def test_it_shows_the_same_in_the_editor_and_keeps_it_when_published_again(
    workgroup, as_user, editor
):
    old, new = base.make_keyword("portage"), base.make_keyword("couveuse")
    page = base.make_minutes(workgroup, keywords=["portage"])
    retag([page], add=[new], remove=[old])
    assert drafted(page) == ["couveuse"]
    form = as_user(editor).get(f"/admin/pages/{page.pk}/edit/").context["form"]
    assert [tag.name for tag in form.initial["keywords"]] == ["couveuse"]
    publish_draft(page)  # the revision itself, as a workflow or a timetable would
    assert tags(page) == {"couveuse"}


def test_it_changes_a_newer_draft_too_so_that_publishing_keeps_it(workgroup):
    old, new = base.make_keyword("portage"), base.make_keyword("couveuse")
    base.make_keyword("climat")
    page = base.make_minutes(workgroup, keywords=["portage"])
    with_draft(page, "portage", "climat")
    retag([page], add=[new], remove=[old])
    assert tags(page) == {"couveuse"}
    assert drafted(page) == ["climat", "couveuse"]
    publish_draft(page)
    assert tags(page) == {"climat", "couveuse"}
    assert MinutesPage.objects.get(pk=page.pk).title == "Brouillon"


def test_it_adds_nothing_twice_to_a_draft(workgroup):
    new = base.make_keyword("couveuse")
    page = base.make_minutes(workgroup)
    with_draft(page, "couveuse")
    assert retag([page], add=[new]) == 1  # the live page
    assert drafted(page) == ["couveuse"]
    publish_draft(page)
    assert PageKeyword.objects.filter(content_object=page.pk).count() == 1


def test_it_changes_what_waits_for_its_hour(workgroup):
    new = base.make_keyword("couveuse")
    page = base.make_minutes(workgroup)
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    scheduled = MinutesPage.objects.get(pk=page.pk)
    scheduled.go_live_at = tomorrow
    scheduled.save_revision(approved_go_live_at=tomorrow).publish()
    with_draft(page)
    retag([page], add=[new])
    waiting = Revision.page_revisions.get(object_id=str(page.pk), approved_go_live_at__isnull=False)
    assert waiting.pk != MinutesPage.objects.get(pk=page.pk).latest_revision_id
    assert [use["tag"] for use in waiting.content["keyword_uses"]] == [new.pk]


def test_it_changes_pages_that_were_never_published(workgroup):
    new = base.make_keyword("couveuse")
    page = base.make_minutes(workgroup, live=False)
    assert retag([page], add=[new]) == 1
    assert tags(page) == {"couveuse"}
    publish_draft(page)
    assert tags(page) == {"couveuse"}


def test_it_keeps_an_alias_like_its_original(workgroup):
    new = base.make_keyword("couveuse")
    page = base.make_minutes(workgroup)
    alias = page.create_alias(parent=base.make_workgroup())
    retag([alias], add=[new])
    assert tags(page) == tags(alias) == {"couveuse"}


def test_search_hears_of_it(workgroup, client):
    new = base.make_keyword("couveuse", nl="broedplaats")
    page = base.make_minutes(workgroup, "Rencontre")

    def found():
        outbox.drain()
        return "Rencontre" in client.get("/fr/recherche/", {"q": "broedplaats"}).content.decode()

    assert not found()
    retag([page], add=[new])
    assert found()


def test_wagtail_knows_the_new_references(workgroup):
    old, new = base.make_keyword("portage"), base.make_keyword("couveuse")
    page = base.make_minutes(workgroup, keywords=["portage"])
    MinutesPage.objects.get(pk=page.pk).save()

    def known():
        references = ReferenceIndex.objects.filter(
            object_id=str(page.pk), content_path__startswith="keyword_uses"
        )
        return set(references.values_list("to_object_id", "content_path", "content_path_hash"))

    ReferenceIndex.create_or_update_for_object(MinutesPage.objects.get(pk=page.pk))
    assert {row[0] for row in known()} == {str(old.pk)}
    retag([page], add=[new], remove=[old])
    ours = known()
    assert {row[0] for row in ours} == {str(new.pk)}
    ReferenceIndex.create_or_update_for_object(MinutesPage.objects.get(pk=page.pk))
    assert known() == ours


def test_it_asks_as_many_questions_for_one_page_as_for_many(workgroup):
    pages = [base.make_minutes(workgroup) for _ in range(12)]
    one, two = base.make_keyword("portage"), base.make_keyword("couveuse")
    retag(pages[:1], add=[base.make_keyword("ce qui n’est demandé qu’une fois")])
    with CaptureQueriesContext(connection) as few:
        assert retag(pages[:1], add=[one]) == 1
    with CaptureQueriesContext(connection) as many:
        assert retag(pages, add=[two]) == 12
    assert len(many) == len(few)
    assert Page.objects.filter(keyword_uses__tag=two).count() == 12

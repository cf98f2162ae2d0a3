"""The outbox: what was committed is found at once, what was rolled back never."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from minutes.models import MinutesPage
from search import outbox
from search.models import Findable, OutboxEntry
from search.whoosh_index import query


def indexed(model, term, field="s__title"):
    """How many documents the index itself holds for a term; the database is not asked."""
    return len(
        get_search_backend().get_index_for_model(model).files.search(query.Term(field, term))
    )


@pytest.fixture
def publish(workgroup):
    def publish(title):
        return workgroup.add_child(instance=MinutesPage(title=title, slug=title.lower()))

    return publish


def test_it_finds_a_committed_page_at_once_and_a_rolled_back_one_never(
    publish, django_capture_on_commit_callbacks
):
    outbox.drain()
    with django_capture_on_commit_callbacks(execute=True):
        publish("Gardee")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            publish("Perdue")
            assert OutboxEntry.objects.count() > 1
            1 / 0  # noqa: B018
    assert indexed(Page, "gard") == 1
    assert Findable.objects.filter(title="Gardee").exists()
    assert indexed(Page, "perdu") == 0
    assert not Findable.objects.filter(title="Perdue").exists()
    assert not OutboxEntry.objects.exists()


def test_it_leaves_its_work_for_later_when_another_process_is_writing(publish, monkeypatch):
    outbox.drain()
    publish("Tardive")
    backend = get_search_backend()
    with backend.lock():
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "WAIT", 0.05)
            assert outbox.drain() == 0
        assert OutboxEntry.objects.exists()
    call_command("drain_search_outbox", stdout=StringIO())
    assert not OutboxEntry.objects.exists()
    assert indexed(Page, "tardiv") == 1


def test_it_keeps_what_fails_for_the_next_time(publish, monkeypatch):
    outbox.drain()
    publish("Fragile")
    with monkeypatch.context() as patch:
        patch.setattr("search.sources.refresh", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            outbox.drain()
    assert OutboxEntry.objects.exists()
    outbox.drain()
    assert Findable.objects.filter(title="Fragile").exists()


def test_it_passes_over_models_that_are_no_more(db):
    OutboxEntry.objects.create(root="ancien.modele", key="1")
    OutboxEntry.objects.create(root="wagtailcore.page", key="pas un nombre")
    outbox.drain()
    assert not OutboxEntry.objects.exists()


def test_it_removes_from_the_index_what_is_deleted(publish):
    page = publish("Passagere")
    outbox.drain()
    assert indexed(Findable, "passager", "s__title_terms") == 1
    page.delete()
    assert not Findable.objects.filter(title="Passagere").exists()
    outbox.drain()
    assert indexed(Findable, "passager", "s__title_terms") == 0
    assert indexed(Page, "passager") == 0


@pytest.mark.django_db(transaction=True)
def test_it_finds_what_was_saved_outside_a_transaction(publish, caplog):
    publish("Une")
    caplog.clear()
    publish("Autonome")
    # It does its own work in one go; it never waits for itself.
    assert not caplog.records
    assert not OutboxEntry.objects.exists()
    assert indexed(Page, "autonom") == 1
    assert indexed(Findable, "autonom", "s__title_terms") == 1


@pytest.mark.django_db(transaction=True)
def test_it_loses_nothing_when_several_write_at_once(transactional_db):
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Racine", slug="racine")
    outbox.drain()
    pages = [root.add_child(instance=Page(title=f"Page {n}", slug=f"p{n}")) for n in range(4)]

    def rename(page):
        for turn in range(3):
            page.title = f"Tour {turn}"
            page.save()
        connection.close()

    threads = [threading.Thread(target=rename, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.drain()
    assert indexed(Page, "2") == 4
    assert indexed(Page, "1") == 0
    assert not OutboxEntry.objects.exists()

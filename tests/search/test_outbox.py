"""The outbox: what was committed is found at once, what was rolled back never."""

import threading
from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from minutes.findables import MinutesSource
from minutes.models import MinutesPage
from search import model_index, outbox
from search.models import Findable, OutboxEntry
from search.whoosh_index import query
from tests import base


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


class TestMuchAtOnce:
    """Very much that waits keeps nobody waiting, and what a step did is done."""

    @pytest.fixture
    def waiting(self, publish, monkeypatch):
        outbox.drain()
        monkeypatch.setattr(outbox, "FEW", 2)
        for number in range(4):
            publish(f"Beaucoup{number}")
        return OutboxEntry.objects.count()

    def test_a_request_does_a_first_step_and_a_thread_the_rest(
        self, waiting, monkeypatch, settings
    ):
        asked = []
        monkeypatch.setattr(outbox, "TO_SAVE", 0)
        monkeypatch.setattr(outbox._beside, "ask", lambda: asked.append(True))
        settings.INDEX_BESIDE = True
        outbox._drain_first()
        assert asked
        # An object left entries for the rows that it became.
        assert 0 < OutboxEntry.objects.exclude(root="search.findable").count() < waiting
        outbox.drain()
        asked.clear()
        outbox._drain_first()
        assert not asked

    def test_a_search_does_a_step_and_shows_nothing_of_the_rest(
        self, waiting, monkeypatch, stranger
    ):
        monkeypatch.setattr(outbox, "TO_SEARCH", 0)
        monkeypatch.setattr(outbox, "connection", Mock(wraps=connection, in_atomic_block=False))
        assert outbox.catch_up(Findable)
        assert 0 < OutboxEntry.objects.exclude(root="search.findable").count() < waiting

    def test_what_a_step_did_stays_when_the_next_one_fails(self, waiting, monkeypatch):
        work, steps = outbox._work_off, []

        def failing_later(*args):
            steps.append(args)
            if len(steps) > 1:
                raise KeyboardInterrupt
            return work(*args)

        monkeypatch.setattr(outbox, "_work_off", failing_later)
        with pytest.raises(KeyboardInterrupt):
            outbox.drain(60)
        assert OutboxEntry.objects.exclude(root="search.findable").count() < waiting


def failing_for(title):
    """MinutesSource.pieces, but it raises for the page of this title."""
    whole = MinutesSource.pieces

    def pieces(self, page):
        if page.title == title:
            raise ValueError("no pieces")
        return whole(self, page)

    return pieces


@pytest.mark.parametrize(
    "transactions",
    ["the test's", pytest.param("real", marks=pytest.mark.django_db(transaction=True))],
)
def test_it_goes_on_after_an_object_that_cannot_be_cut_into_pieces(
    publish, monkeypatch, caplog, transactions
):
    monkeypatch.setattr(MinutesSource, "pieces", failing_for("Maudite"))
    bad = publish("Maudite")
    good = publish("Benie")
    base.make_comment(good, "Une remarque.")
    outbox.drain()
    assert not OutboxEntry.objects.exists()
    assert not Findable.objects.filter(title="Maudite").exists()
    assert Findable.objects.filter(title="Benie").count() == 2, "the page and its comment"
    assert indexed(Findable, "ben", "s__title_terms") == 1
    assert f"minutes.MinutesPage {bad.pk}" in caplog.text


def test_it_shows_no_old_words_of_what_cannot_be_cut_into_pieces_any_more(publish, monkeypatch):
    page = publish("Ancienne")
    outbox.drain()
    assert indexed(Findable, "ancien", "s__title_terms") == 1
    monkeypatch.setattr(MinutesSource, "pieces", failing_for("Nouvelle"))
    page.title = "Nouvelle"
    page.save()
    outbox.drain()
    assert not Findable.objects.filter(source_id=page.pk).exists()
    assert indexed(Findable, "ancien", "s__title_terms") == 0


def test_it_goes_on_after_an_object_that_makes_no_document(publish, monkeypatch, caplog):
    document_of = model_index.document_of

    def failing(obj):
        if getattr(obj, "title", "") == "Maudite":
            raise ValueError("no document")
        return document_of(obj)

    monkeypatch.setattr(model_index, "document_of", failing)
    publish("Maudite")
    publish("Benie")
    outbox.drain()
    assert not OutboxEntry.objects.exists()
    assert indexed(Page, "ben") == 1
    index = get_search_backend().get_index_for_model(Page)
    index.rebuild()  # it isn't in the way of a rebuild either
    assert indexed(Page, "ben") == 1
    assert indexed(Page, "maud") == 0
    assert "cannot be indexed" in caplog.text


def test_it_keeps_everything_when_it_is_the_database_that_fails(publish, monkeypatch):
    outbox.drain()
    publish("Fragile")
    with monkeypatch.context() as patch:
        patch.setattr(MinutesSource, "pieces", Mock(side_effect=OperationalError("locked")))
        with pytest.raises(OperationalError):
            outbox.drain()
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

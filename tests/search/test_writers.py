"""Many write and search at once: what is refused now is indexed next, and nothing old is shown."""

import gc
import random
import sys
from contextlib import contextmanager, nullcontext
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from modelsearch.backends import get_search_backend
from wagtail.models import Page

from minutes.models import MinutesPage
from search import outbox, sources
from search.models import Findable, OutboxEntry
from search.ranked import KEY_COLUMN
from search.whoosh_index import KEY, WhooshIndex, query
from tests import base


@pytest.fixture
def other_writer(monkeypatch):
    """Holds the lock as another process would, and makes ours impatient."""
    monkeypatch.setattr(outbox, "WAIT", 0.05)
    monkeypatch.setattr(outbox, "_patience", {})
    return lambda: get_search_backend().lock()


def total(client, typed):
    return client.get("/fr/recherche/", {"q": typed}).context["total"]


@pytest.mark.django_db(transaction=True)
class TestAfterARefusal:
    def test_it_finds_at_the_next_search_what_could_not_be_indexed_at_once(
        self, workgroup, client, other_writer
    ):
        with other_writer():
            base.make_minutes(workgroup, "Tardive")
            assert OutboxEntry.objects.exists()
            assert client.get("/fr/recherche/", {"q": "tardive"}).status_code == 200
        assert total(client, "tardive") == 1
        assert Page.objects.search("tardive").count() == 1
        assert not OutboxEntry.objects.exists()

    def test_it_shows_no_words_that_were_changed_and_not_yet_indexed(
        self, workgroup, client, other_writer
    ):
        page = base.make_minutes(workgroup, "Ancienne", body=[base.text_block("Un secret.")])
        other = base.make_minutes(workgroup, "Autre", body=[base.text_block("Un secret.")])
        assert total(client, "secret") == 2
        with other_writer():
            page.body = [base.text_block("Rien.")]
            page.save_revision().publish()
            for typed in ("secret", "ancienne", "type:cr"):
                response = client.get("/fr/recherche/", {"q": typed})
                assert page.url not in response.content.decode(), typed
            assert total(client, "secret") == 1
            assert Page.objects.search("secret").count() == 1
            assert outbox.pending_keys(Page) == {str(page.pk)}
        assert total(client, "secret") == 1
        assert total(client, "ancienne") == 1
        other.delete()
        assert total(client, "secret") == 0

    def test_it_indexes_nothing_for_a_search_in_an_open_transaction(self, workgroup, client):
        page = base.make_minutes(workgroup, "Gardee")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            page.title = "Perdue"
            page.save_revision().publish()
            assert Page.objects.search("gardee").count() == 0, "it is being changed"
            1 / 0  # noqa: B018
        files = get_search_backend().get_index_for_model(Findable).files
        assert files.search(query.Term("s__title_terms", "perdu")) == []
        assert total(client, "gardee") == 1

    def test_it_serves_when_the_outbox_cannot_be_worked_off(self, workgroup, client, monkeypatch):
        base.make_minutes(workgroup, "Sereine")
        with monkeypatch.context() as patch:
            patch.setattr("search.sources.refresh", lambda *args: 1 / 0)
            base.make_minutes(workgroup, "Agitee")
            assert total(client, "sereine") == 1
            assert total(client, "agitee") == 0
        assert total(client, "agitee") == 1

    def test_it_tidies_up_by_command(self, workgroup, monkeypatch):
        monkeypatch.setattr("search.model_index.WhooshModelIndex.merge_aside", lambda self: None)
        files = get_search_backend().get_index_for_model(Findable).files
        for number in range(12):
            base.make_minutes(workgroup, f"Page {number}")
        before = len(files.open()._segments())
        call_command("drain_search_outbox", stdout=StringIO())
        assert len(files.open()._segments()) < before


@pytest.mark.django_db
def test_it_takes_the_deletion_of_what_it_is_indexing(workgroup, monkeypatch):
    page = base.make_minutes(workgroup, "Fugitive")
    outbox.drain()
    load, refresh, deleted = outbox._load, sources.refresh, []

    def load_then_delete(root, wanted):
        found = load(root, wanted)
        if not deleted:
            deleted.append(page.pk)
            MinutesPage.objects.get(pk=page.pk).delete()
        return found

    def refuse_what_is_gone(root, found, missing):
        if page.pk in {item.pk for item in found if isinstance(item, MinutesPage)}:
            raise IntegrityError("the page is gone")
        refresh(root, found, missing)

    monkeypatch.setattr(outbox, "_load", load_then_delete)
    monkeypatch.setattr(sources, "refresh", refuse_what_is_gone)
    outbox.note(page)
    outbox.drain()
    assert not OutboxEntry.objects.exists()
    assert not Findable.objects.filter(title="Fugitive").exists()


class TestMerging:
    @pytest.fixture
    def files(self, tmp_path):
        files = WhooshIndex(tmp_path / "index", ("s__t",), "1", {KEY_COLUMN: "word"})
        with files.writing(anew=True):
            pass
        return files

    @pytest.mark.parametrize("seed", range(3))
    def test_it_keeps_what_is_written_while_segments_are_merged(self, files, seed):
        dice, texts, merged = random.Random(seed), {}, 0

        def edit():
            with files.writing() as writer:
                for key in {str(dice.randrange(60)) for _ in range(dice.randint(1, 4))}:
                    if dice.random() < 0.3:
                        writer.remove(key)
                        texts.pop(key, None)
                    else:
                        texts[key] = str(dice.randrange(10**6))
                        writer.put(key, {"s__t": f"{texts[key]} commun"})

        @contextmanager
        def lock():
            for _ in range(dice.randint(0, 3)):
                edit()  # they had the lock first
            yield

        for _ in range(120):
            edit()
            merged += files.merge(lock, 5000)
            found = [key for key, _ in files.search(query.Term("s__t", "commun"))]
            assert sorted(found) == sorted(texts)
        for key, text in texts.items():
            assert [found for found, _ in files.search(query.Term("s__t", text))] == [key]
        assert merged > 5
        assert len(files.open()._segments()) < 24
        assert not (files.path / "merging").exists()

    def test_it_drops_what_it_merged_when_the_index_was_built_anew(self, files):
        for key in range(8):
            with files.writing() as writer:
                writer.put(str(key), {"s__t": "ancien"})

        @contextmanager
        def lock():
            with files.writing(anew=True) as writer:
                writer.put("1", {"s__t": "nouveau"})
            yield

        assert not files.merge(lock, 5000)
        assert files.search(query.Term("s__t", "ancien")) == []
        assert len(files.search(query.Term("s__t", "nouveau"))) == 1

    def test_it_merges_no_more_than_it_may(self, files):
        for key in range(8):
            with files.writing() as writer:
                for part in range(4):
                    writer.put(f"{key}-{part}", {"s__t": "mot"})
        assert not files.is_crowded(7)
        assert files.is_crowded(32)

    def test_it_removes_what_killed_writers_left_and_no_more(self, files):
        with files.writing() as writer:
            writer.put("1", {"s__t": "mot"})
        reader = files.open().reader()
        kept = {file.name for file in files.path.iterdir() if file.suffix != ".toc"}
        left = ["_MAIN_7.toc.1795398381.62", "MAIN_abc.seg", "MAIN_abc.trm", "MAIN.tmp/x.ctmp"]
        for name in [*left, "merging/MAIN_1.toc"]:
            (files.path / name).parent.mkdir(exist_ok=True)
            (files.path / name).write_bytes(b"half")
        with files.writing() as writer:
            writer.put("2", {"s__t": "mot"})
        names = {file.name for file in files.path.iterdir()}
        assert kept <= names
        assert not {name.partition("/")[0] for name in left} & names
        assert "merging" not in names
        assert list(reader.postings(KEY, "1").all_ids()) == [0]
        reader.close()

    def test_it_leaves_no_file_open_when_a_segment_is_gone(self, files, monkeypatch):
        for key in range(9):
            with files.writing() as writer:
                writer.put(str(key), {"s__t": "mot"})

        def gone(*args):
            raise FileNotFoundError("it was replaced meanwhile")

        with monkeypatch.context() as patch:
            patch.setattr("search.merging.SegmentReader", gone)
            assert files.merge(nullcontext, sys.maxsize) is False
            gc.collect()  # an open file would be told, and fail the test
        assert files.merge(nullcontext, sys.maxsize) is True

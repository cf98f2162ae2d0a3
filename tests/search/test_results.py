"""Results from arrays: counted and sliced by the index, true to the database."""

from datetime import date

import pytest
from django.db import transaction
from modelsearch.query import MATCH_ALL, PlainText
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from minutes.models import MinutesPage
from search import outbox
from search.models import Findable, OutboxEntry
from tests import base


def search(query, queryset, **options):
    return get_search_backend().search(query, queryset, **options)


def heading(text):
    return ("heading", {"text": text, "level": "2"})


def decision(text):
    return ("decision", {"text": f"<p>{text}</p>"})


@pytest.fixture
def pages(workgroup):
    """Thirty minutes on a budget, indexed."""
    made = [
        workgroup.add_child(instance=MinutesPage(title=f"Budget {number}", slug=f"b{number}"))
        for number in range(30)
    ]
    outbox.drain()
    return made


class TestWholeModels:
    def test_it_asks_the_database_for_no_more_than_the_objects(
        self, pages, django_assert_num_queries
    ):
        found = search("budget", Page)
        # What waits in the outbox, then twenty objects.
        with django_assert_num_queries(2):
            assert found.count() == 30
            best = list(found[:20])
        with django_assert_num_queries(1):
            rest = list(found[20:])
        assert {page.pk for page in best + rest} == {page.pk for page in pages}
        assert len(best) == 20
        # All score the same: the newest comes first.
        assert [page.pk for page in best + rest] == sorted((p.pk for p in pages), reverse=True)

    def test_it_leaves_out_what_is_gone_without_a_word(self, pages):
        gone = Findable.objects.filter(page__in=[pages[3], pages[29]])
        gone._raw_delete("default")
        found = [row.page_id for row in search(PlainText("budget"), Findable)]
        assert len(found) == 28
        assert pages[29].pk not in found

    def test_it_leaves_out_what_waits_while_the_transaction_is_open(self, pages):
        pages[7].title = "Autre chose"
        pages[7].save()
        assert OutboxEntry.objects.exists()
        found = search("budget", Page)
        assert found.count() == 29
        assert pages[7].pk not in [page.pk for page in found]
        outbox.drain()
        assert search("budget", Page).count() == 29
        assert search("autre chose", Page).count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_it_works_off_what_waits_where_it_can(self, transactional_db):
        root = Page.objects.filter(depth=1).first() or Page.add_root(title="Racine", slug="r")
        outbox.drain()
        with transaction.atomic():
            page = root.add_child(instance=Page(title="Attendue", slug="attendue"))
            assert search("attendue", Page).count() == 0
        Page.objects.filter(pk=page.pk).update(title="Arrivee")
        outbox.note(page)  # as a process would leave it that died before its drain
        assert search("arrivee", Page).count() == 1
        assert not OutboxEntry.objects.exists()


class TestFilteredModels:
    def test_it_asks_once_more_which_keys_pass(self, pages, django_assert_num_queries):
        some = Page.objects.filter(pk__lt=pages[10].pk)
        with django_assert_num_queries(3):
            found = search("budget", some)
            assert found.count() == 10
            assert [page.pk for page in found[:2]] == [pages[9].pk, pages[8].pk]


class TestSelection:
    def test_it_gives_the_columns_of_all_that_was_found(self, workgroup, make_minutes):
        make_minutes("Le budget.", title="Budget", meeting_date=date(2024, 5, 12))
        make_minutes("Rien.", title="Autre", language="nl")
        minutes = make_minutes(body=[heading("Budget"), decision("Oui")])
        ranked = search(PlainText("budget"), Findable).selection()
        rows = {row.pk: row for row in Findable.objects.all()}
        assert 0 < len(ranked) < len(rows)
        for name in ("kind", "language", "thing", "source_type"):
            codes, words, _ = ranked.column(f"c__{name}")
            found = [words[code] for code in codes.tolist()]
            assert found == [getattr(rows[key], name) for key in ranked.keys.tolist()]
        for name in ("source_id", "page_id", "workgroup_id"):
            codes = ranked.column(f"c__{name.removesuffix('_id') if name != 'source_id' else name}")
            assert codes.codes.tolist() == [
                getattr(rows[key], name) for key in ranked.keys.tolist()
            ]
        days = ranked.column("c__date").codes.tolist()
        assert date(2024, 5, 12).toordinal() in days
        assert minutes.pk in ranked.column("c__page").codes

    def test_it_takes_the_sections_of_a_page_for_one_thing_and_a_decision_for_its_own(
        self, make_minutes
    ):
        body = [heading("Budget"), decision("Oui"), base.text_block("x")]
        page = make_minutes(title="Budget", body=body)
        things = Findable.objects.filter(page=page).values_list("kind", "thing")
        source = f"minutes.minutespage:{page.pk}"
        assert set(things.filter(kind="minutes")) == {("minutes", source)}
        assert things.filter(kind="minutes").count() == 2
        (taken,) = things.filter(kind="decision").values_list("thing", flat=True)
        assert taken.startswith(f"{source}:")

    def test_it_selects_everything_when_no_word_is_asked_for(self, pages):
        assert len(search(MATCH_ALL, Page).selection()) == Page.objects.count()
        assert len(search("introuvable", Page).selection()) == 0

    def test_it_has_nothing_to_say_without_an_index(self, pages, index_folder, monkeypatch):
        for ready in index_folder.glob("*/ready-*"):
            ready.unlink()
        monkeypatch.setattr("search.model_index.WhooshModelIndex.heal", lambda self: False)
        results = search("budget", Page)
        assert results.selection() is None
        assert results.degraded

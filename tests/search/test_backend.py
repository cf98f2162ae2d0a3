"""The Whoosh backend under Wagtail's own searches."""

import os
import shutil

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db.models import F, Q
from modelsearch.backends.base import FilterFieldError
from modelsearch.query import MATCH_ALL, Boost, Fuzzy, Not, Phrase, PlainText
from wagtail.documents.models import Document
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from accounts.visibility import visible_pages
from minutes.models import MinutesPage
from search import outbox
from search.backend import WhooshSearchBackend
from search.models import Findable, Kind
from search.queries import Prefix
from tests import base


def titles(results):
    return [item.title for item in results]


@pytest.fixture
def pages(workgroup):
    """Four minutes that share words; indexed."""
    for number, (title, text) in enumerate(
        [
            ("Réunion du plateau technique", "Le budget et les coordinatrices."),
            ("Budget de l’année", "La réunion parle du plateau, technique d’abord."),
            ("Assemblée", "Rien de tout cela."),
            ("Vergadering", "De vergaderingen van de groep."),
        ]
    ):
        workgroup.add_child(
            instance=MinutesPage(
                title=title,
                slug=f"m{number}",
                language="nl" if title == "Vergadering" else "fr",
                body=[("text", f"<p>{text}</p>")],
            )
        )
    outbox.drain()
    return workgroup.get_children()


class TestSearch:
    def test_it_finds_pages_by_title_and_text_whatever_accents_and_endings(self, pages):
        assert set(titles(Page.objects.search("REUNIONS"))) == {
            "Réunion du plateau technique",
            "Budget de l’année",
        }
        assert titles(Page.objects.search("coordinateur")) == ["Réunion du plateau technique"]
        assert titles(MinutesPage.objects.search("vergadering")) == ["Vergadering"]

    def test_it_ranks_a_title_above_a_text(self, pages):
        assert titles(Page.objects.search("budget"))[0] == "Budget de l’année"

    def test_it_joins_words_by_and_unless_asked_for_or(self, pages):
        assert Page.objects.search("réunion assemblée").count() == 0
        assert Page.objects.search("réunion assemblée", operator="or").count() == 3

    def test_it_takes_wagtails_queries(self, pages):
        def found(query):
            return set(titles(MinutesPage.objects.search(query)))

        assert found(Phrase("plateau technique")) == {
            "Réunion du plateau technique",
            "Budget de l’année",
        }
        assert found(Phrase("technique plateau")) == set()
        assert found(PlainText("réunion") & ~PlainText("coordinatrice")) == {"Budget de l’année"}
        assert found(PlainText("assemblée") | PlainText("vergadering")) == {
            "Assemblée",
            "Vergadering",
        }
        assert found(Not(PlainText("réunion"))) == {"Assemblée", "Vergadering"}
        assert len(found(MATCH_ALL)) == 4
        assert found(Not(MATCH_ALL)) == set()
        assert found(Fuzzy("budjet")) == {"Budget de l’année", "Réunion du plateau technique"}
        assert found(Prefix("assembl")) == {"Assemblée"}
        boosted = PlainText("assemblée") | Boost(PlainText("vergadering"), 5)
        assert titles(MinutesPage.objects.search(boosted))[0] == "Vergadering"

    def test_it_finds_stop_words_alone(self, pages):
        assert Page.objects.search("de la").count() > 0

    def test_it_completes_words(self, pages):
        assert titles(Page.objects.autocomplete("assemb")) == ["Assemblée"]
        # What is called so comes before what says so.
        found = ["Réunion du plateau technique", "Budget de l’année"]
        assert titles(Page.objects.autocomplete("plat réun")) == found

    def test_it_finds_nothing_by_signs(self, pages):
        for typed in ("?!", "  ", "«»"):
            assert Page.objects.search(typed).count() == 0

    def test_it_lets_the_database_filter_order_slice_and_count(self, pages, stranger):
        found = MinutesPage.objects.filter(language="fr").search("réunion OU budget", operator="or")
        assert found.count() == 2
        by_title = MinutesPage.objects.order_by(F("title").desc()).search(
            "budget réunion", operator="or", order_by_relevance=False
        )
        assert titles(by_title) == ["Réunion du plateau technique", "Budget de l’année"]
        assert titles(by_title[1:]) == ["Budget de l’année"]
        assert visible_pages(stranger).search("budget").count() == 2
        with pytest.raises(FilterFieldError, match=r"index\.FilterField"):
            MinutesPage.objects.filter(place="Namur").search("budget").count()

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"kind": Kind.MINUTES}, 2),
            ({"kind": Kind.PERSON}, 0),
            ({"kind__in": [Kind.MINUTES, Kind.PERSON], "source_type": "minutes.minutespage"}, 2),
            ({"kind": Kind.MINUTES, "source_id__in": []}, 0),
        ],
    )
    def test_it_filters_by_what_an_object_keeps_for_life_without_the_database(
        self, pages, filters, found, django_assert_num_queries
    ):
        wanted = Findable.objects.filter(**filters)
        with django_assert_num_queries(1):  # what waits to be indexed
            results = get_search_backend().search("plateau", wanted)
            assert results.count() == found
        assert len(results) == found
        assert {row.kind for row in results} <= {Kind.MINUTES}

    @pytest.mark.parametrize(
        "filters",
        [
            Q(language="nl"),
            ~Q(kind=Kind.MINUTES),
            Q(kind=Kind.MINUTES) | Q(language="nl"),
            Q(kind=Kind.MINUTES, language="nl"),
            Q(kind__in=Findable.objects.filter(language="nl").values("kind")),
            Q(kind=F("source_type")),
        ],
    )
    def test_it_asks_the_database_for_all_other_filters(self, pages, filters):
        known = Findable.objects.filter(kind=Kind.MINUTES)
        known.update(language="nl", source_type="minutes")  # which the index is not told of
        known.first().delete()
        wanted = Findable.objects.filter(filters)
        found = get_search_backend().search("plateau", wanted)
        assert found.count() == len(found)
        assert {row.pk for row in found} == {row.pk for row in wanted if "plateau" in row.words}

    def test_it_counts_facets_and_gives_scores(self, pages):
        found = MinutesPage.objects.search("budget vergadering", operator="or")
        assert dict(found.facet("language")) == {"fr": 2, "nl": 1}
        assert all(page.score > 0 for page in found.annotate_score("score"))

    def test_it_answers_in_as_many_queries_whatever_is_found(
        self, pages, workgroup, django_assert_num_queries
    ):
        for number in range(40):
            workgroup.add_child(instance=MinutesPage(title=f"Budget {number}", slug=f"b{number}"))
        outbox.drain()
        for typed, count in (("assemblée", 1), ("budget", 42)):
            with django_assert_num_queries(3):  # what waits in the outbox, then who, then what
                found = MinutesPage.objects.search(typed)
                assert found.count() == count
                assert len(found[:20]) == min(count, 20)

    # Wagtail leaves the temporary file of a thumbnail that it could not make unclosed.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    def test_it_serves_the_back_office(self, pages, client, admin):
        base.sign_in(client, admin)
        get_image_model().objects.create(title="Photo du plateau", width=1, height=1, file="x.png")
        Document.objects.create(title="Budget signé", file="x.pdf")
        outbox.drain()
        for url, title in (
            ("/admin/pages/search/?q=budget", "Budget de l’année"),
            ("/admin/choose-page/search/?q=assembl", "Assemblée"),
            ("/admin/images/?q=plateau", "Photo du plateau"),
            ("/admin/images/chooser/results/?q=plateau", "Photo du plateau"),
            ("/admin/documents/chooser/results/?q=budget", "Budget signé"),
        ):
            response = client.get(url)
            assert response.status_code == 200, url
            assert title in response.content.decode(), url

    def test_it_finds_pages_in_the_back_office_by_what_they_say(self, pages, client, admin):
        base.sign_in(client, admin)
        found = client.get("/admin/pages/search/?q=coordinatr").content.decode()
        assert "Réunion du plateau technique" in found and "Assemblée" not in found


class TestWriting:
    def test_it_follows_changes_and_deletions(self, pages):
        page = MinutesPage.objects.get(title="Assemblée")
        page.title = "Conseil"
        page.save()
        outbox.drain()
        assert Page.objects.search("assemblée").count() == 0
        assert titles(Page.objects.search("conseil")) == ["Conseil"]
        key = page.pk
        page.delete()
        outbox.drain()
        index = get_search_backend().get_index_for_model(Page)
        everything = get_search_backend().search("conseil", Page).query_compiler.compile()
        assert str(key) not in [found for found, _ in index.files.search(everything)]

    def test_it_is_rebuilt_by_the_commands(self, pages, index_folder):
        shutil.rmtree(index_folder)
        call_command("wagtail_update_index", verbosity=0)
        assert get_search_backend().get_index_for_model(Page).files.is_ready()
        assert Page.objects.search("assemblée").count() == 1

    def test_it_clears_away_what_a_killed_writer_left(self, pages, index_folder):
        left = index_folder / "wagtailcore.page" / "_MAIN_7.toc.1795398381.62"
        left.write_bytes(b"half")
        MinutesPage.objects.get(title="Assemblée").save()
        outbox.drain()
        assert not left.exists()

    def test_it_keeps_its_folder_to_itself(self, pages, index_folder):
        for folder, _, _ in os.walk(index_folder):
            assert os.stat(folder).st_mode & 0o077 == 0

    def test_it_needs_a_folder(self):
        with pytest.raises(ImproperlyConfigured, match="PATH"):
            WhooshSearchBackend({})

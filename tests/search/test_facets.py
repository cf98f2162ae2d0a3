"""The lists beside the results: what they count, what they link to, and whom they name."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import translation

from minutes.models import Attendance
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client):
    def ask(query="", language="fr"):
        with translation.override(language):
            response = client.get(f"/{language}/{PATHS[language]}/{query}")
        assert response.status_code == 200
        response.text_found = response.content.decode()
        context = response.context
        response.titles = {hit.row.title for hit in context.get("hits") or []}
        response.facets = {
            facet.name: {entry.label: entry for entry in facet.entries}
            for facet in context.get("facets") or []
        }
        response.counts = {
            name: {label: entry.count for label, entry in entries.items()}
            for name, entries in response.facets.items()
        }
        response.chips = {chip.label: chip.url for chip in context.get("chips") or []}
        return response

    return ask


PATHS = {"fr": "recherche", "nl": "zoeken", "en": "search"}


@pytest.fixture
def meetings(make_minutes):
    """Three meetings that speak of a budget, each with its year, keywords, people and language."""
    portage = base.make_keyword("portage", nl="loondienst")
    coaching = base.make_keyword("coaching")
    anne, paul = base.make_person("Anne Dupont"), base.make_person("Paul Petit")
    made = []
    for year, language, keywords, people in (
        (2023, "fr", [portage], [anne]),
        (2024, "fr", [portage, coaching], [anne, paul]),
        (2024, "nl", [coaching], [paul]),
    ):
        page = make_minutes(
            "Le budget.",
            title=f"Réunion {len(made)}",
            language=language,
            meeting_date=datetime.date(year, 3, 5),
            keywords=[keyword.name for keyword in keywords],
        )
        for person in people:
            Attendance.objects.create(page=page, person=person, role=base.make_role())
        made.append(page)
    outbox.drain()
    return made


def test_it_counts_each_value_of_each_facet(meetings, ask):
    counts = ask("?q=budget").counts
    assert counts["year"] == {"2024": 2, "2023": 1}
    assert counts["keyword"] == {"portage": 2, "coaching": 2}
    assert counts["person"] == {"Anne Dupont": 2, "Paul Petit": 2}
    assert counts["language"] == {"français": 2, "néerlandais": 1}
    assert counts["kind"] == {"Compte rendu": 3}


def test_it_counts_a_facet_under_the_choices_of_all_others(meetings, ask):
    found = ask("?q=budget&annee=2024&personne=Anne+Dupont")
    assert found.titles == {"Réunion 1"}
    assert found.counts["year"] == {"2024": 1, "2023": 1}
    assert found.counts["person"] == {"Anne Dupont": 1, "Paul Petit": 2}
    assert found.counts["keyword"] == {"coaching": 1, "portage": 1}


def test_it_takes_several_values_of_one_facet_and_all_facets(meetings, ask):
    assert ask("?q=budget&annee=2023&annee=2024&langue=nl").titles == {"Réunion 2"}
    assert ask("?q=budget&mot=portage&mot=coaching").context["total"] == 3
    assert ask("?q=budget&mot=portage&mot=inconnu").context["total"] == 2


def test_its_links_add_and_take_away_one_value_and_keep_the_rest(meetings, ask):
    found = ask("?q=budget&annee=2024&tri=date&exact=1&page=1")
    added = parse_qs(urlsplit(found.facets["keyword"]["portage"].url).query)
    assert added == {
        "q": ["budget"], "annee": ["2024"], "mot": ["portage"], "tri": ["date"], "exact": ["1"]
    }  # fmt: skip
    assert "annee" not in parse_qs(urlsplit(found.chips["2024"]).query)
    assert found.facets["year"]["2024"].url == found.chips["2024"]
    assert 'aria-current="true"' in found.text_found


def test_every_link_of_a_facet_gives_what_its_number_says(meetings, ask):
    start = "?q=budget&annee=2024"
    for entries in ask(start).facets.values():
        for entry in entries.values():
            found = ask(entry.url)
            if not entry.chosen and "annee=2024&annee=2023" not in entry.url:
                assert found.context["total"] == entry.count, entry.url


def test_its_form_keeps_what_was_chosen(meetings, ask):
    page = ask("?q=budget&annee=2024&mot=portage&personne=Anne+Dupont&tri=date").text_found
    for name, value in (
        ("annee", "2024"), ("mot", "portage"), ("personne", "Anne Dupont"), ("tri", "date"),
    ):  # fmt: skip
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_it_names_keywords_in_the_language_of_the_reader(meetings, ask):
    assert set(ask("?q=budget", "nl").counts["keyword"]) == {"loondienst", "coaching"}


def test_long_facets_show_ten_and_fold_the_rest(make_minutes, ask):
    names = [f"mot numéro {number}" for number in range(15)]
    make_minutes("Le budget.", keywords=[base.make_keyword(name).name for name in names])
    found = ask("?q=budget")
    (facet,) = [facet for facet in found.context["facets"] if facet.name == "keyword"]
    assert (len(facet.top), len(facet.more)) == (10, 5)
    assert "plus…" in found.text_found
    chosen = facet.more[-1]
    (facet,) = [facet for facet in ask(chosen.url).context["facets"] if facet.name == "keyword"]
    assert facet.top[0].label == chosen.label, "what was chosen is never folded away"


@pytest.mark.parametrize("known", [True, False])
def test_a_name_that_there_is_not_is_told(known, meetings, ask):
    name = "portage" if known else "zzz"
    for query in (f"?q=budget+mot:{name}", f"?q=budget&mot={name}"):
        found = ask(query)
        assert ("n’est le nom d’aucun" in found.text_found) != known
        assert bool(found.context["total"]) == known


def test_a_kind_that_there_is_not_is_told_and_does_not_count(meetings, ask):
    found = ask("?q=budget+type:girafe+langue:klingon&type=girafe&annee=abc&langue=tlh")
    assert found.context["total"] == 3
    for told in ("girafe » n’est ni", "klingon » n’est ni"):
        assert told in found.text_found
    assert not found.chips


def test_filters_among_the_words_can_be_turned_round(meetings, ask):
    assert ask("?q=budget+-mot:portage").titles == {"Réunion 2"}
    assert ask("?q=budget+-langue:néerlandais").titles == {"Réunion 0", "Réunion 1"}
    assert ask("?q=budget+-après:2024").titles == {"Réunion 0"}
    assert ask("?q=budget+-groupe:couveuse").context["total"] == 0
    assert ask("?q=budget+-type:compte-rendu").context["total"] == 0
    assert ask("?q=-type:person+-type:mot+budget").context["total"] == 3


def test_a_workgroup_has_its_own_field_and_the_way_out(meetings, ask, workgroup, client):
    page = client.get(workgroup.url).content.decode()
    assert f'<input type="hidden" name="groupe" value="{workgroup.slug}">' in page
    found = ask(f"?q=budget&groupe={workgroup.slug}")
    assert found.context["total"] == 3
    assert "Chercher partout" in found.text_found
    assert found.context["addresses"]["everywhere"] == "?q=budget"


class TestNarrowSearch:
    def test_it_says_by_which_keyword_more_was_found(self, meetings, ask):
        found = ask("?q=loondienst", "nl")
        assert {"Réunion 0", "Réunion 1"} <= found.titles
        assert [name.text for name in found.context["widening"]] == ["loondienst"]
        assert "/nl/trefwoorden/portage/" in found.text_found

    def test_each_result_says_which_keyword_it_was_found_by(self, meetings, ask, make_minutes):
        make_minutes("Le portage.", title="Réunion 9", keywords=["portage"])

        def found_by(query, language="fr"):
            hits = ask(query, language).context["hits"]
            return {hit.row.title: [name.text for name in hit.found_by] for hit in hits}

        assert found_by("?q=portage&type=minutes") == {
            "Réunion 9": [], "Réunion 0": ["portage"], "Réunion 1": ["portage"]
        }  # fmt: skip
        assert found_by("?q=loondienst&type=minutes")["Réunion 0"] == ["portage"]
        assert found_by("?q=budget") == {"Réunion 0": [], "Réunion 1": [], "Réunion 2": []}

    def test_it_offers_what_says_the_words_itself(self, meetings, ask, make_minutes):
        make_minutes("Une loondienst.", title="Réunion 9")
        wide = ask("?q=loondienst")
        narrow = ask(wide.context["addresses"]["exact"])
        assert wide.titles - narrow.titles == {"Réunion 0", "Réunion 1"}
        assert "Réunion 9" in narrow.titles
        assert not narrow.context["widening"]
        assert narrow.context["addresses"]["wide"] == "?q=loondienst"

    def test_the_beginning_of_a_word_is_narrowed_too(self, meetings, ask):
        assert ask("?q=loond*&type=minutes").context["total"] == 2
        assert ask("?q=loond*&type=minutes&exact=1").context["total"] == 0

    def test_a_label_of_several_words_is_known_without_quotes(self, make_minutes, ask):
        keyword = base.make_keyword("donneur d’ordre")
        make_minutes("Rien de tel.", keywords=[keyword.name])
        found = ask("?q=le+donneur+d'ordre")
        assert [name.text for name in found.context["widening"]] == ["donneur d’ordre"]

    def test_it_says_nothing_of_words_that_no_keyword_has(self, meetings, ask):
        assert not ask("?q=budget").context["widening"]


class TestRights:
    """What stands in a private group alone is named to its members and to nobody else."""

    @pytest.fixture
    def secret(self, meetings, private_workgroup, make_minutes):
        keyword = base.make_keyword("zibeline", nl="sabelmarter")
        page = make_minutes(
            "Le budget.",
            under=private_workgroup,
            title="Réunion fermée",
            meeting_date=datetime.date(1999, 1, 1),
            keywords=[keyword.name],
        )
        person = base.make_person("Paule Secrète")
        Attendance.objects.create(page=page, person=person, role=base.make_role())
        base.make_comment(page, "Le budget !", name="Autrice Cachée")
        outbox.drain()
        return page

    def test_facets_name_private_things_to_the_group_alone(
        self, secret, ask, client, member, group_member
    ):
        private = ("zibeline", "Paule Secrète", "Autrice Cachée", "Groupe fermé", "1999")
        for user in (None, member):
            if user:
                base.sign_in(client, user)
            found = ask("?q=budget")
            labels = {label for entries in found.counts.values() for label in entries}
            assert not labels & set(private)
            assert "2024" in labels
            assert not any(word in found.text_found for word in private)
        base.sign_in(client, group_member)
        labels = {label for entries in ask("?q=budget").counts.values() for label in entries}
        assert set(private) <= labels

    @pytest.mark.parametrize(
        "query",
        [
            "?q=budget+mot:{}",
            "?q=budget&mot={}",
            "?q=-mot:{}+budget",
            "?q={}",
            "?q=budget&groupe={}",
            "?q=budget+groupe:{}",
            "?q=budget&personne={}",
        ],
    )
    def test_a_private_name_is_as_unknown_as_one_that_there_is_not(
        self, query, secret, ask, client, group_member
    ):
        names = {"groupe": "groupe-ferme", "personne": "Paule Secrète"}
        asked_for = next((name for sign, name in names.items() if sign in query), "zibeline")

        def bare(name):
            page = ask(query.format(name)).text_found
            for said in (name, name.replace(" ", "+").replace("è", "%C3%A8")):
                page = page.replace(said, "…")
            return page

        def without_token(page):
            return page.split("<main", 1)[1].split("</main>")[0]

        odd = "inconnu" if asked_for != "Paule Secrète" else "Inconnue Dupré"
        private, none = without_token(bare(asked_for)), without_token(bare(odd))
        if asked_for == "Paule Secrète":
            none = none.replace("Inconnue+Dupr%C3%A9", "…")
        assert private == none
        base.sign_in(client, group_member)
        assert without_token(bare(asked_for)) != without_token(bare(odd))

    def test_a_keyword_counts_where_it_may_be_seen_and_nowhere_else(
        self, secret, ask, client, group_member, make_minutes
    ):
        make_minutes("Le budget.", title="Réunion 8", keywords=["zibeline"])
        assert ask("?q=budget").counts["keyword"]["zibeline"] == 1
        base.sign_in(client, group_member)
        assert ask("?q=budget").counts["keyword"]["zibeline"] == 2

    def test_an_unpublished_keyword_is_not_named(self, meetings, ask):
        from glossary.models import Keyword

        assert "portage" in ask("?q=budget").counts["keyword"]
        Keyword.objects.get(name="portage").unpublish()
        assert "portage" not in ask("?q=budget").counts.get("keyword", {})

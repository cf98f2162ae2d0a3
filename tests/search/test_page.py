"""The search page: what is found, by whom, and how it is shown."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, PageViewRestriction

from discussion.models import PageComment
from glossary.models import Keyword, KeywordLabel, PageKeyword
from minutes.models import Attendance
from search import outbox
from search.models import Findable
from tests import base

BODY = [
    ("text", "<p>Tour de table et bonnes nouvelles.</p>"),
    ("heading", {"text": "Le plateau technique", "level": "2"}),
    ("text", "<p>Les coordinatrices parlent de l’accompagnement &amp; du budget.</p>"),
    ("decision", {"text": "<p>Acheter une presse typographique.</p>"}),
    ("heading", {"text": "Divers", "level": "2"}),
    ("text", "<p>La couveuse fête ses dix ans.</p>"),
    ("action", {"text": "<p>Réserver la grande salle.</p>", "owner": None, "due": None}),
]


@pytest.fixture
def minutes(make_minutes):
    return make_minutes(title="4e réunion du groupe", meeting_date="2024-03-05", body=BODY)


@pytest.fixture
def look_for(client):
    def look_for(typed="", **fields):
        response = client.get("/fr/recherche/", {"q": typed, **fields})
        assert response.status_code == 200
        response.text_found = response.content.decode()
        response.titles = [hit.row.title for hit in response.context.get("hits") or []]
        response.facets = {
            facet.name: {entry.label: entry.count for entry in facet.entries}
            for facet in response.context.get("facets") or []
        }
        return response

    return look_for


def comment_on(page, text, **changes):
    comment = base.make_comment(page, text, name="Anne Dupont", **changes)
    outbox.drain()
    return comment


def tag(page, name, **labels):
    keyword = Keyword.objects.create(name=name, slug=name)
    for language, text in labels.items():
        KeywordLabel.objects.create(keyword=keyword, language=language, text=text)
    PageKeyword.objects.create(tag=keyword, content_object=Page.objects.get(pk=page.pk))
    outbox.drain()
    return keyword


class TestFinding:
    @pytest.mark.parametrize(
        "typed",
        ["réunion", "REUNIONS", "coordinateur", "accompagné budget", '"tour de table"', "accomp*"],
    )
    def test_it_finds_minutes_with_and_without_accents(self, minutes, look_for, typed):
        found = look_for(typed)
        assert found.context["total"] == 1
        assert found.titles == ["4e réunion du groupe"]

    def test_it_leaves_out_a_page_that_says_the_word_anywhere(self, make_minutes, look_for):
        under = [
            ("heading", {"text": "Le budget", "level": "2"}),
            ("text", "<p>Il est voté.</p>"),
            ("heading", {"text": "Divers", "level": "2"}),
            ("text", "<p>Un subside.</p>"),
        ]
        make_minutes(title="Avec", body=under)
        make_minutes(title="Sans", body=under[:2])
        assert set(look_for("budget").titles) == {"Avec", "Sans"}
        for typed in ("budget -subside", "-subside budget", "budget -subside -introuvable"):
            assert look_for(typed).titles == ["Sans"], typed
        assert look_for("budget -introuvable").context["total"] == 2
        assert "Avec" not in look_for("-subside").titles

    def test_it_opens_a_section_where_its_words_stand(self, minutes, look_for):
        (hit,) = look_for("coordinatrice").context["hits"]
        heading = minutes.body[1]
        assert hit.url.endswith(f"#b-{heading.id[:8]}")
        assert hit.heading == "Le plateau technique"

    def test_it_shows_a_page_once_with_its_other_passages(self, make_minutes, look_for):
        make_minutes(
            body=[
                block
                for title in ("Un", "Deux", "Trois")
                for block in (
                    ("heading", {"text": title, "level": "2"}),
                    ("text", "<p>Le budget.</p>"),
                )
            ]
        )
        found = look_for("budget")
        assert found.context["total"] == 1
        assert len(found.context["hits"][0].others) >= 2

    def test_it_finds_a_page_by_words_of_several_sections(self, minutes, look_for):
        found = look_for("coordinatrices couveuse nouvelles")
        assert found.context["total"] == 1
        assert "<mark>" in found.context["hits"][0].passage

    def test_it_finds_decisions_and_actions_as_such(self, minutes, look_for):
        (hit,) = look_for("presse typographique", type="decision").context["hits"]
        assert hit.kind == "Décision"
        assert hit.url.endswith(f"#b-{minutes.body[3].id[:8]}")
        assert look_for("type:action réserver").context["total"] == 1

    def test_it_finds_comments_people_workgroups_and_keywords(self, minutes, look_for):
        comment = comment_on(minutes, "Et la machine à café ?")
        role = base.make_role("Rédaction")
        person = base.make_person("Zoé Lambert", aliases="Zoë Lambert")
        Attendance.objects.create(page=minutes, person=person, role=role)
        keyword = tag(minutes, "portage", nl="loondienst")
        outbox.drain()
        for typed, kind, url in (
            ("machine café", "comment", f"#c{comment.pk}"),
            ("zoe lambert", "person", person.get_absolute_url()),
            ("couveuse", "workgroup", "/couveuse/"),
            ("loondienst", "keyword", keyword.get_absolute_url()),
        ):
            (hit,) = look_for(typed, type=kind).context["hits"]
            assert hit.url.endswith(url), typed
        assert "minutes" in {hit.row.kind for hit in look_for("zoé").context["hits"]}

    def test_it_finds_what_carries_a_keyword_by_any_of_its_labels(self, minutes, look_for):
        tag(minutes, "accompagnement-pro", fr="Accompagnement", nl="Begeleiding")
        for typed in ("mot:begeleiding", "keyword:ACCOMPAGNEMENT", 'trefwoord:"begeleiding"'):
            assert "minutes" in {hit.row.kind for hit in look_for(typed).context["hits"]}
        assert look_for("begeleiding", type="minutes").context["total"] == 1
        assert look_for("", mot="inconnu").context["total"] == 0

    def test_it_finds_comments_that_carry_a_keyword(self, minutes, look_for):
        keyword = tag(minutes, "portage")
        comment = comment_on(minutes, "Une remarque.")
        comment.keywords.add(keyword)
        outbox.drain()
        assert look_for("mot:portage", type="comment").context["total"] == 1

    def test_it_filters_by_group_author_and_date(self, minutes, make_minutes, look_for):
        make_minutes(title="5e réunion", meeting_date="2025-01-10")
        comment_on(minutes, "Une réunion de plus.")
        assert look_for("réunion", type="minutes", groupe="couveuse").context["total"] == 2
        assert look_for("réunion groupe:inconnu").context["total"] == 0
        assert look_for("réunion auteur:dupont").titles == ["4e réunion du groupe"]
        assert look_for("réunion", type="minutes", avant="2025-01-10").titles == [
            "4e réunion du groupe"
        ]
        assert look_for("réunion type:minutes après:2025").titles == ["5e réunion"]
        by_date = look_for("réunion", type="minutes", tri="date")
        assert by_date.titles == ["5e réunion", "4e réunion du groupe"]

    def test_it_says_so_when_nothing_was_found(self, minutes, look_for):
        found = look_for("introuvable")
        assert "Rien n’a été trouvé" in found.text_found

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            (
                {"q": "budget auteur:personne", "annee": ""},
                "Sans «\u202fauteur:personne\u202f»\u202f:",
            ),
            ({"q": "budget avant:2001"}, "Sans «\u202favant:2001\u202f»\u202f:"),
            ({"q": "budget", "annee": "1999"}, "Sans aucun filtre\u202f:"),
            ({"q": "budget auteur:personne", "annee": "1999"}, "Sans aucun filtre\u202f:"),
        ],
    )
    def test_it_says_what_the_words_find_without_filters(self, minutes, look_for, fields, sentence):
        found = look_for(fields.pop("q"), **fields)
        assert found.context["total"] == 0
        assert "Rien sous ces filtres" in found.text_found
        assert sentence in found.text_found and "1 résultat" in found.text_found
        address = found.context["addresses"]["unfiltered"]
        assert address == "?q=budget"

    @pytest.mark.parametrize(
        "fields", [{"q": "introuvable", "annee": "2024"}, {"q": "introuvable auteur:personne"}]
    )
    def test_it_blames_no_filter_where_the_words_find_nothing(self, minutes, look_for, fields):
        found = look_for(fields.pop("q"), **fields)
        assert "Rien n’a été trouvé" in found.text_found
        assert "filtres" not in found.text_found.partition("</form>")[2].replace(
            "Filtres choisis", ""
        )

    def test_it_finds_in_the_chosen_group_alone(self, make_minutes, look_for):
        for title in ("Logement", "Logement et énergie"):
            group = base.make_workgroup(title, slug=title.lower().replace(" ", "-"))
            make_minutes(title=f"Réunion {title}", under=group)
        chosen = look_for("réunion", groupe="logement")
        assert chosen.titles == ["Réunion Logement"]
        assert look_for("réunion groupe:energie").titles == ["Réunion Logement et énergie"]

    def test_it_finds_in_a_group_whose_slug_has_capitals(self, make_minutes, look_for, client):
        for title, slug in (("Logement", "Logement-A"), ("Logement A et B", "logement-ab")):
            make_minutes(title=f"Réunion {slug}", under=base.make_workgroup(title, slug=slug))
        for said in ("Logement-A", "logement-a"):
            found = look_for("réunion", groupe=said)
            assert found.titles == ["Réunion Logement-A"]
            assert found.text_found.count(" selected") == 1
            suggested = client.get(
                "/fr/recherche/suggestions/", {"q": "réunion", "groupe": said}
            ).json()["suggestions"]
            assert [each["label"] for each in suggested] == ["Réunion Logement-A"]

    def test_it_counts_each_kind_and_all_of_them(self, minutes, look_for):
        comment_on(minutes, "Quelle réunion !")
        found = look_for("réunion", type="comment")
        assert found.facets["kind"] == {"Compte rendu": 1, "Commentaire": 1}
        assert found.context["total"] == 1

    def test_it_turns_pages(self, make_minutes, look_for):
        for number in range(25):
            make_minutes(title=f"Budget {number}")
        assert len(look_for("budget").context["hits"]) == 20
        assert len(look_for("budget", page=2).context["hits"]) == 5
        for page in ("abc", "99", "-1", ""):
            assert look_for("budget", page=page).context["total"] == 25


class TestShowing:
    def test_it_marks_words_and_lets_no_html_through(self, make_minutes, look_for):
        make_minutes(title="<b>Réunion</b>", text="Dire &lt;script&gt;alert(1)&lt;/script&gt; fort")
        page = look_for("réunion fort").text_found
        assert "<mark>Réunion</mark>" in page
        assert "<mark>fort</mark>" in page
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<b>" not in page

    def test_it_shows_kind_date_and_path(self, minutes, look_for):
        page = look_for("coordinatrice").text_found
        assert "Compte rendu" in page
        assert "5 mars 2024" in page
        assert "Groupe Couveuse" in page

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "introuvable",
            '"',
            "-",
            "((((",
            "OU OU",
            "\x00",
            "budget\x00réunion",
            "x" * 10_000,
            "mot " * 2_500,
            "é" * 10_000,
            "type:rien",
            "avant:demain",
            "auteur:%",
            "mot:'\"",
            "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 漢字 ‮",
        ],
    )
    def test_it_helps_whatever_is_typed_and_keeps_it(self, minutes, look_for, typed):
        page = look_for(typed, page="abc", avant="hier", apres="\x00", mot="x" * 500, type="rien")
        kept = page.context["typed"]
        assert kept.replace("\x00", " ")[:300] == typed.replace("\x00", " ")[:300]

    def test_it_says_that_a_long_search_was_shortened(self, minutes, look_for):
        assert "trop longue" in look_for("réunion " * 100).text_found

    def test_it_answers_under_every_languages_own_address(self, minutes, client):
        for lang in ("fr", "nl", "en"):
            with translation.override(lang):
                url = reverse("search")
            response = client.get(url, {"q": "réunion"})
            assert response.status_code == 200, url
            assert f'<html lang="{lang}"' in response.content.decode()
            assert f'href="/{lang}/' in response.content.decode()

    def test_it_takes_no_posts(self, client, db):
        assert client.post("/fr/recherche/", {"q": "x"}).status_code == 405

    def test_it_says_so_while_the_index_is_lost(self, minutes, look_for, index_folder, monkeypatch):
        import shutil

        shutil.rmtree(index_folder)
        monkeypatch.setattr("search.model_index.WhooshModelIndex.heal", lambda self: False)
        for fields in ({}, {"exact": "1"}):
            page = look_for("coordinateur", **fields)
            assert page.titles == ["4e réunion du groupe"]
            assert "reconstruction" in page.text_found
        assert look_for("coordinateur", exact="1", annee="2023").context["total"] == 0


class TestRights:
    """A word that stands in private things only; found by a member, unknown to strangers."""

    SECRET = "zibeline"

    @pytest.fixture
    def secrets(self, private_workgroup, make_minutes):
        page = make_minutes(
            f"Ici la {self.SECRET} du groupe.", under=private_workgroup, title=f"La {self.SECRET}"
        )
        comment_on(page, f"Une {self.SECRET} !")
        tag(page, f"{self.SECRET}-mot", fr=self.SECRET)
        person = base.make_person(f"Paul {self.SECRET.title()}")
        role = base.make_role("Membres")
        Attendance.objects.create(page=page, person=person, role=role)
        outbox.drain()
        return page

    def test_it_shows_private_things_to_the_group_and_to_nobody_else(
        self, secrets, look_for, client, member, group_member
    ):
        for typed, kind in (
            (self.SECRET, "Compte rendu"),
            (f"mot:{self.SECRET}", "Mot-clé"),
            (f"{self.SECRET[:5]}*", "Personne"),
            ("auteur:dupont", "Commentaire"),
        ):
            for user in (None, member):
                client.logout()
                if user:
                    base.sign_in(client, user)
                found = look_for(typed)
                assert found.context["total"] == 0
                assert not found.facets
                assert "Groupe fermé" not in found.text_found
            base.sign_in(client, group_member)
            assert kind in look_for(typed).facets["kind"], typed
            client.logout()
        base.sign_in(client, group_member)
        kinds = look_for(self.SECRET).facets["kind"]
        assert set(kinds) == {"Compte rendu", "Commentaire", "Personne", "Mot-clé"}

    def test_it_follows_rights_at_once_without_indexing(
        self, minutes, look_for, workgroup, django_assert_num_queries
    ):
        assert look_for("coordinateur").context["total"] == 1
        PageViewRestriction.objects.create(
            page=workgroup, restriction_type=PageViewRestriction.LOGIN
        )
        assert look_for("coordinateur").context["total"] == 0

    def test_it_follows_moves_unpublishing_and_deletion_at_once(
        self, minutes, look_for, private_workgroup
    ):
        assert look_for("coordinateur").context["total"] == 1
        page = Page.objects.get(pk=minutes.pk)
        page.move(private_workgroup, pos="last-child")
        assert look_for("coordinateur").context["total"] == 0
        outbox.drain()
        assert Findable.objects.filter(page=page, workgroup=private_workgroup).exists()
        page.specific.delete()
        assert look_for("coordinateur").context["total"] == 0

    def test_it_hides_hidden_comments_at_once(self, minutes, look_for):
        comment = comment_on(minutes, "Une remarque sur les castors")
        assert look_for("castor").context["total"] == 1
        PageComment.objects.filter(pk=comment.pk).update(state="hidden")
        assert look_for("castor").context["total"] == 0

    def test_it_hides_drafts(self, make_minutes, look_for):
        make_minutes("Un brouillon sur les loutres", live=False)
        assert Findable.objects.filter(text__contains="loutres").exists()
        assert look_for("loutre").context["total"] == 0


class TestCost:
    def test_it_asks_as_many_questions_whatever_is_found(
        self, make_minutes, look_for, django_assert_max_num_queries, client, member
    ):
        def ask():
            from django.core.cache import cache

            cache.clear()
            with django_assert_max_num_queries(100) as asked:
                total = look_for("budget").context["total"]
            return total, len(asked)

        page = make_minutes("Le budget", title="Budget")
        comment_on(page, "Le budget !")
        ask()  # content types and the like are read once in a process
        for user in (AnonymousUser(), member):
            if user.pk:
                base.sign_in(client, user)
            few = ask()
            for number in range(30):
                page = make_minutes("Le budget de l’année", title=f"Budget {number}")
                comment_on(page, "Encore le budget")
            many = ask()
            assert many[0] >= few[0] + 60
            assert many[1] <= few[1]  # of few hits the words are compared with those of texts


def test_its_dates_are_written_as_everywhere_on_the_site(client, minutes):
    outbox.drain()
    page = client.get("/en/search/", {"q": "typographique", "apres": "2024-01-02"}).content.decode()
    assert "5 March 2024</time>" in page and "2 January 2024" in page
    offered = client.get("/en/search/suggestions/", {"q": "4e réunion"}).json()["suggestions"]
    assert "5 March 2024" in str(offered)

"""Searches that found nothing: what is counted of them, and the editors' report."""

import datetime

import pytest
from django.db import DatabaseError
from django.urls import reverse
from wagtail.contrib.search_promotions.models import Query, SearchPromotion

from glossary.models import KeywordLabel
from search import missed, outbox
from search.models import MissedQuery
from tests import base

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
REPORT = "/admin/reports/searches/"


@pytest.fixture
def look_for(as_user):
    def look_for(typed, user=None, address="/fr/recherche/", agent=FIREFOX, headers=(), **fields):
        return as_user(user).get(
            address, {"q": typed, **fields}, headers={"user-agent": agent, **dict(headers)}
        )

    return look_for


def counted():
    return {(row.words, row.language): row.times for row in MissedQuery.objects.all()}


class TestCounting:
    def test_it_counts_by_folded_words_and_language(self, look_for, member):
        for typed in ("Crèche", "creche ", "CRÈCHE !"):
            look_for(typed)
        look_for("crèche", member)
        look_for("crèche", address="/nl/zoeken/")
        assert counted() == {("creche", "fr"): 4, ("creche", "nl"): 1}

    def test_it_keeps_the_days_and_nothing_of_who_asked(self, look_for, member):
        look_for("crèche", member)
        row = MissedQuery.objects.values().get()
        days = {"first_day", "last_day", "handled_day"}
        assert row.keys() == {"id", "words", "language", "times"} | days
        MissedQuery.objects.update(first_day="2026-01-01", last_day="2026-01-01")
        look_for("crèche", member)
        row = MissedQuery.objects.get()
        assert row.first_day == datetime.date(2026, 1, 1) < row.last_day

    @pytest.mark.parametrize(
        ("typed", "fields"),
        [
            ("portage", {}),  # it is found
            ("crèche", {"type": "minutes"}),
            ("crèche", {"apres": "2024"}),
            ("crèche type:article", {}),
            ("crèche avant:2024", {}),
            ("x", {}),
            ("x" * 101, {}),
            ("moi@plenum.example", {}),
            ("0475 12 34 56", {}),
            ("-crèche", {}),
            ("***", {}),
            ("", {}),
        ],
    )
    def test_it_counts_no_other_search(self, make_minutes, look_for, typed, fields):
        make_minutes("Le portage.")
        assert look_for(typed, **fields).status_code == 200
        assert counted() == {}

    @pytest.mark.parametrize(
        "odd",
        [
            {"agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
            {"agent": ""},
            {"headers": {"Sec-GPC": "1"}},
            {"headers": {"Sec-Purpose": "prefetch"}},
        ],
    )
    def test_it_counts_people_only(self, look_for, odd):
        look_for("crèche", **odd)
        assert counted() == {}
        look_for("crèche")
        assert counted() == {("creche", "fr"): 1}

    def test_it_counts_nobody_who_works_here(self, look_for, editor):
        look_for("crèche", editor)
        assert counted() == {}

    def test_a_member_s_search_of_what_only_they_see_is_none(
        self, private_workgroup, make_minutes, look_for, group_member
    ):
        make_minutes("Le zirconium.", under=private_workgroup)
        look_for("zirconium", group_member)
        assert counted() == {}
        look_for("zirconium")
        assert counted() == {("zirconium", "fr"): 1}

    def test_it_keeps_a_bounded_number_for_half_a_year(self, look_for, monkeypatch):
        monkeypatch.setattr(missed, "MOST_ROWS", 20)
        for number in range(19):
            look_for(f"crèche {chr(97 + number)}b")
        look_for("crèche ab")
        look_for("halte")
        assert len(counted()) == 20
        look_for("garderie")
        assert len(counted()) == 19
        assert counted().keys() >= {("garderie", "fr"), ("creche ab", "fr")}
        MissedQuery.objects.filter(words="halte").update(last_day="2025-01-01")
        assert not missed.recent().filter(words="halte")
        look_for("accueil")
        assert ("halte", "fr") not in counted()

    def test_a_database_that_cannot_be_written_to_never_costs_the_page(self, look_for, monkeypatch):
        def fail(*args):
            raise DatabaseError

        monkeypatch.setattr(missed, "_count", fail)
        assert look_for("crèche").status_code == 200


class TestReport:
    @pytest.fixture
    def row(self):
        day = datetime.date.today()
        return MissedQuery.objects.create(
            words="creche", language="fr", times=7, first_day=day, last_day=day
        )

    def test_editors_see_it_and_others_do_not(self, row, as_user, editor, admin, moderator, member):
        for user in (editor, admin):
            html = as_user(user).get(REPORT).content.decode()
            assert "creche" in html and "En faire un synonyme" in html
            assert "Mettre une page en avant" in html
            assert REPORT in as_user(user).get("/admin/").content.decode()
        assert as_user(moderator).get(REPORT).status_code == 403
        assert REPORT not in as_user(moderator).get("/admin/").content.decode()
        for door in ("/admin/searchpicks/", "/admin/searchpicks/promote/", reverse("promote")):
            assert as_user(moderator).get(door).status_code == 403
        assert as_user(member).get(REPORT).status_code in (302, 403, 404)

    def test_it_filters_and_exports(self, row, as_user, editor):
        MissedQuery.objects.create(
            words="kribbe", language="nl", first_day=row.last_day, last_day=row.last_day
        )
        client = as_user(editor)
        html = client.get(REPORT, {"language": "nl"}).content.decode()
        assert "kribbe" in html and "creche" not in html
        html = client.get(f"{REPORT}results/", {"q": "crec"}).content.decode()
        assert "kribbe" not in html and "creche" in html
        csv = client.get(REPORT, {"export": "csv"})
        lines = b"".join(csv.streaming_content).decode().split()
        assert [line for line in lines if line.startswith("creche,fr,7,")]
        assert [line for line in lines if line.startswith("kribbe,nl,1,")]

    def shown(self, client, **parameters):
        page = client.get(REPORT, parameters)
        assert page.status_code == 200
        return [row.words for row in page.context["object_list"]]

    def synonym_form(self, row, client):
        """Where the row's button leads."""
        response = client.get(REPORT)
        buttons = (
            response.context["table"]
            .columns["remedies"]
            .get_buttons(row, {"request": response.wsgi_request})
        )
        (address,) = {button.url for button in buttons if "synonym" in button.url}
        return address

    def test_a_word_becomes_a_synonym_in_one_step(self, row, as_user, editor, make_minutes):
        keyword = base.make_keyword("accueil des enfants")
        make_minutes("Autre chose.", keywords=[keyword])
        client = as_user(editor)
        address = self.synonym_form(row, client)
        form = client.get(address).context["form"]
        assert (form["text"].value(), form["language"].value()) == ("creche", "fr")
        data = {"text": "crèche", "language": "fr", "other": "Accueil des enfants"}
        response = client.post(address, data, follow=True)
        assert response.redirect_chain == [(REPORT, 302)]
        html = response.content.decode()
        assert "« crèche » est maintenant un synonyme de « accueil des enfants »." in html
        assert reverse("keywords:edit", args=[keyword.pk]) in html
        label = KeywordLabel.objects.get(text="crèche")
        assert (label.keyword, label.kind, label.language) == (keyword, "synonym", "fr")
        outbox.drain()
        assert client.get("/fr/recherche/", {"q": "crèche"}).context["total"] == 2
        assert self.shown(client) == []
        assert self.shown(client, handled="True") == ["creche"]

    def test_a_handled_row_comes_back_when_it_is_missed_again(self, row, as_user, editor, look_for):
        client = as_user(editor)
        assert client.get(reverse("missed_ignore", args=[row.pk])).status_code == 405
        response = client.post(reverse("missed_ignore", args=[row.pk]), follow=True)
        assert "« creche » est mis de côté." in response.content.decode()
        look_for("crèche")
        assert self.shown(client) == []
        assert self.shown(client, handled="True") == ["creche"]
        yesterday = row.last_day - datetime.timedelta(days=1)
        MissedQuery.objects.update(last_day=yesterday, handled_day=yesterday)
        assert self.shown(client) == []
        look_for("crèche")
        assert self.shown(client) == ["creche"]
        assert self.shown(client, handled="True") == []

    def test_the_report_offers_to_put_a_row_aside(self, row, as_user, editor, moderator, member):
        address = reverse("missed_ignore", args=[row.pk])
        assert address in as_user(editor).get(REPORT).content.decode()
        assert as_user(moderator).post(address).status_code == 403
        assert as_user(member).post(address).status_code in (302, 403, 404)
        assert not MissedQuery.objects.exclude(handled_day=None).exists()

    def test_what_has_a_promoted_result_is_handled(self, row, as_user, editor):
        client = as_user(editor)
        query = Query.get("Crèche !")
        promotion = SearchPromotion.objects.create(query=query, page=base.make_text("Les Lilas"))
        assert self.shown(client) == []
        assert self.shown(client, handled="True") == ["creche"]
        promotion.delete()
        assert self.shown(client) == ["creche"]

    def test_what_everybody_would_now_find_is_handled(
        self, row, as_user, editor, make_minutes, private_workgroup, group_member
    ):
        make_minutes("La crèche.", under=private_workgroup)
        client = as_user(editor)
        assert self.shown(client) == ["creche"]
        make_minutes("La crèche.")
        assert self.shown(client) == []
        assert self.shown(client, handled="True") == ["creche"]

    def test_it_leads_to_the_search_in_the_language_of_the_words(self, row, as_user, editor):
        MissedQuery.objects.create(
            words="kribbe", language="nl", first_day=row.last_day, last_day=row.last_day
        )
        html = as_user(editor).get(REPORT).content.decode()
        assert "/nl/zoeken/?q=kribbe" in html and "/fr/recherche/?q=creche" in html

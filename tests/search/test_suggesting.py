"""Suggestions while typing: what begins so, and is there for this reader."""

import pytest
from wagtail.models import PageViewRestriction

from minutes.models import Attendance
from search import outbox
from search.suggesting import MOST
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def suggested(as_user):
    def suggested(typed, user=None, language="fr", **fields):
        word = {"fr": "recherche", "nl": "zoeken", "en": "search"}[language]
        end = "suggesties" if language == "nl" else "suggestions"
        response = as_user(user).get(f"/{language}/{word}/{end}/", {"q": typed, **fields})
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        return response.json()["suggestions"]

    return suggested


def labels(suggestions):
    return [each["label"] for each in suggestions]


def test_it_suggests_pages_by_the_beginnings_of_their_words(make_minutes, suggested, workgroup):
    page = make_minutes("Un budget.", title="Réunion de l’été", meeting_date="2024-07-01")
    for typed in ("reu", "RÉUNION", "ete", "reunion de l’é", "été réu"):
        assert labels(suggested(typed)) == ["Réunion de l’été"], typed
    for typed in ("budget", "union", "été hiver", "é", "", "  ", "\x00", "*" * 500):
        assert suggested(typed) == [], typed
    (suggestion,) = suggested("reu")
    assert suggestion["url"] == page.get_url()
    assert suggestion["language"] == "fr"
    assert "1er juillet 2024" in suggestion["kind"]


def test_it_suggests_keywords_by_any_of_their_words(workgroup, suggested):
    keyword = base.make_keyword(
        "accompagnement", nl="begeleiding", en="support", synonyms=["parrainage"]
    )
    base.make_minutes(workgroup, keywords=[keyword])
    outbox.drain()
    for typed in ("accomp", "begel", "supp", "parrain"):
        (suggestion,) = suggested(typed)
        assert (suggestion["label"], suggestion["language"]) == ("accompagnement", "fr")
        (suggestion,) = suggested(typed, language="nl")
        assert (suggestion["label"], suggestion["language"]) == ("begeleiding", "nl")
        assert suggestion["url"] == f"/nl/trefwoorden/{keyword.slug}/"


def test_it_suggests_people_and_workgroups(workgroup, suggested):
    workgroup.title_nl = "Werkgroep Broedplaats"
    workgroup.save_revision().publish()
    person = base.make_person("Claire Vandenbroeck", aliases="Clara V.")
    page = base.make_minutes(workgroup)
    Attendance.objects.create(page=page, person=person, role=base.make_role())
    outbox.drain()
    assert labels(suggested("vandenb")) == labels(suggested("clara")) == ["Claire Vandenbroeck"]
    assert suggested("clai")[0]["url"] == person.get_absolute_url()
    assert labels(suggested("couv")) == labels(suggested("broed")) == ["Groupe Couveuse"]
    assert labels(suggested("couv", language="nl")) == ["Werkgroep Broedplaats"]


def test_it_suggests_few_of_each_sort_and_those_that_begin_so_first(make_minutes, suggested):
    for number in range(12):
        make_minutes(title=f"Le budget {number}")
    make_minutes(title="Budget 2024")
    keyword = base.make_keyword("budget")
    make_minutes(title="Autre chose", keywords=[keyword])
    found = suggested("budg")
    assert len(found) == MOST
    assert labels(found)[:2] == ["budget", "Budget 2024"]


def also(suggestions):
    return [(each["label"], each["also"]) for each in suggestions]


def test_it_says_the_name_that_was_typed(workgroup, suggested):
    keyword = base.make_keyword(
        "accompagnement", nl="begeleiding", synonyms=["guide parrain", "parrainage"]
    )
    page = base.make_minutes(workgroup, keywords=[keyword])
    person = base.make_person("Claire Vandenbroeck", aliases="Clara V.\nMevrouw Peeters")
    Attendance.objects.create(page=page, person=person, role=base.make_role())
    workgroup.title_nl = "Werkgroep Broedplaats"
    workgroup.save_revision().publish()
    outbox.drain()
    assert also(suggested("accomp")) == [("accompagnement", "")]
    assert also(suggested("begel")) == [("accompagnement", "begeleiding")]
    assert also(suggested("parrain")) == [("accompagnement", "parrainage")]
    assert also(suggested("parrain gui")) == [("accompagnement", "guide parrain")]
    assert also(suggested("parrain", language="nl")) == [("begeleiding", "parrainage")]
    assert also(suggested("acc", language="nl")) == [("begeleiding", "accompagnement")]
    # Words of several names together are none of them.
    assert also(suggested("begeleiding parrain")) == [("accompagnement", "")]
    assert also(suggested("peet")) == [("Claire Vandenbroeck", "Mevrouw Peeters")]
    assert also(suggested("cla")) == [("Claire Vandenbroeck", "")]
    assert also(suggested("broed")) == [("Groupe Couveuse", "Werkgroep Broedplaats")]


def test_keywords_read_as_typed_come_first_then_those_called_so(workgroup, suggested):
    many = [base.make_keyword(f"le soutien {number}") for number in range(30)]
    first = base.make_keyword("soutien", nl="bijstand")
    second = base.make_keyword("bourse", nl="soutien-beurs", synonyms=["soutien financier"])
    third = base.make_keyword("prise en charge")
    fourth = base.make_keyword("charge reprise en prise")
    base.make_minutes(workgroup, keywords=[third, second, first, *many, fourth])
    outbox.drain()
    assert labels(suggested("sout"))[:2] == ["soutien", "bourse"]
    assert labels(suggested("sout", language="nl"))[:2] == ["soutien-beurs", "bijstand"]
    assert labels(suggested("soutien fi")) == ["bourse"]
    assert labels(suggested("prise en ch"))[0] == "prise en charge"


def test_it_stays_in_a_workgroup(make_minutes, suggested):
    make_minutes(title="Réunion d’ici")
    make_minutes(title="Réunion de là", under=base.make_workgroup("Ailleurs", slug="ailleurs"))
    assert len(suggested("réunion")) == 2
    assert labels(suggested("réunion", groupe="couveuse")) == ["Réunion d’ici"]
    assert suggested("réunion", groupe="nulle-part") == []


def test_it_answers_without_an_index(make_minutes, suggested, index_folder, monkeypatch):
    make_minutes(title="Réunion d’ici")
    monkeypatch.setattr("search.model_index.WhooshModelIndex.heal", lambda self: False)
    for file in index_folder.rglob("ready-*"):
        file.unlink()
    assert labels(suggested("réun")) == ["Réunion d’ici"]


class TestPrivate:
    """What is in a private group is suggested to its members, and to nobody else."""

    @pytest.fixture(autouse=True)
    def page(self, private_workgroup):
        person = base.make_person("Wilhelmina Quackelbeen")
        keyword = base.make_keyword("molybdène", synonyms=["wolfram"])
        page = base.make_minutes(private_workgroup, title="Zirconium", keywords=[keyword])
        Attendance.objects.create(page=page, person=person, role=base.make_role())
        outbox.drain()
        return page

    @pytest.mark.parametrize("typed", ["zirc", "molyb", "wolf", "quack", "ferme"])
    def test_it_stays_with_the_group(
        self, suggested, member, editor, moderator, group_member, typed
    ):
        for user in (None, member, editor, moderator):
            assert suggested(typed, user) == []
        assert len(suggested(typed, group_member)) == 1

    def test_it_follows_a_move(self, page, suggested, workgroup, group_member):
        page.move(workgroup, pos="last-child")
        outbox.drain()
        for typed in ("zirc", "molyb", "quack"):
            assert len(suggested(typed)) == 1, typed
        base.close(workgroup, "Groupe fermé")
        for typed in ("zirc", "molyb", "quack"):
            assert suggested(typed) == [], typed
            assert len(suggested(typed, group_member)) == 1, typed
        PageViewRestriction.objects.filter(page=workgroup).delete()
        page.unpublish()
        assert suggested("zirc", group_member) == []

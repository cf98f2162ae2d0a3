"""Did you mean: another spelling of a search that found nothing, of words the reader may see."""

import pytest
from wagtail.models import PageViewRestriction

from minutes.models import Attendance
from search import outbox, spelling
from tests import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(as_user):
    """(the text offered, its changed words, its address), or None; in the interface's French."""

    def offered(typed, user=None, **fields):
        response = as_user(user).get("/fr/recherche/", {"q": typed, **fields})
        correction = response.context["did_you_mean"]
        if correction is None:
            assert "Vouliez-vous dire" not in response.content.decode()
            return None
        assert "Vouliez-vous dire" in response.content.decode()
        text = "".join(part for part, _ in correction.parts)
        return text, [part for part, changed in correction.parts if changed], correction.url

    return offered


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acompagnement", "accompagnement"),
        ("accompagnemnet", "accompagnement"),
        ("kouveuse", "couveuse"),
        ("reuniom", "réunion"),
        ("sahle", "salle"),
        ("l’acompagnement budjet", "l’accompagnement budget"),
        ('"plateau tecnique"', '"plateau technique"'),
        ("budjet -sahle", "budget -sahle"),  # what is not wanted is left alone
        ("abcdefgh", None),
        ("xalla", None),  # two letters of five
        ("mot:acompagnement", None),
        ("acompagnem*", None),
    ],
)
def test_it_offers_the_spelling_of_a_text(make_minutes, offered, typed, meant):
    make_minutes("L’accompagnement de la couveuse : le budget, une réunion, le plateau technique.")
    make_minutes("La salle et son budget.")
    text, _, _ = offered(typed) or (None, [], "")
    assert text == meant


def test_it_keeps_filters_and_says_which_word_it_changed(make_minutes, offered):
    make_minutes("Le budget de l’accompagnement.", meeting_date="2024-03-05")
    text, changed, url = offered("budget acompagnement", annee="2024", tri="date")
    assert (text, changed) == ("budget accompagnement", ["accompagnement"])
    assert url == "?q=budget+accompagnement&annee=2024&tri=date"


def test_it_offers_nothing_where_enough_was_found(make_minutes, offered):
    for _ in range(3):
        make_minutes("Le portage des acteurs.")
    for _ in range(30):
        make_minutes("Le partage des outils.")
    assert offered("portage") is None


def test_it_offers_what_finds_far_more_than_a_slip_in_one_text(make_minutes, offered):
    make_minutes("Un acompagnement.")
    assert offered("acompagnement") is None
    for _ in range(10):
        make_minutes("Un accompagnement.")
    spelling._vocabulary = None
    assert offered("acompagnement")[0] == "accompagnement"


def test_it_offers_nothing_for_a_word_that_a_text_has_in_another_form(make_minutes, offered):
    make_minutes("We walked through the rooms.")
    for _ in range(30):
        make_minutes("Un warning pour tous.")
    assert offered("walking") is None  # found, as "walked"
    assert offered("warming")[0] == "warning"


def test_it_takes_no_short_word_for_one_that_begins_otherwise(make_minutes, offered):
    make_minutes("Un cent pour la salle.")
    assert offered("rent") is None
    assert offered("cebt")[0] == "cent"
    assert offered("ecnt")[0] == "cent"  # two letters that changed places


def test_it_offers_a_name_as_it_is_written(make_minutes, offered):
    make_minutes("Une journée à Roubaix.")
    assert offered("Rouabix")[1] == ["Roubaix"]


def test_it_offers_a_synonym_of_a_keyword(make_minutes, offered, workgroup):
    keyword = base.make_keyword("portage", synonyms=["parrainage"])
    base.make_minutes(workgroup, keywords=[keyword])
    outbox.drain()
    assert offered("parainage")[0] == "parrainage"


def test_it_asks_for_few_searches(make_minutes, offered, monkeypatch):
    make_minutes("Mare mari mars mark marc.")
    tried, search = [], spelling.Search
    monkeypatch.setattr(
        spelling, "Search", lambda *args, **kwargs: tried.append(args) or search(*args, **kwargs)
    )
    assert offered("marx -marche " + "abcdefgh " * 30) is None
    assert 0 < len(tried) <= spelling.MOST_SEARCHES


def test_it_reads_the_names_of_all_and_the_newest_texts_of_each_group(
    make_minutes, offered, monkeypatch, private_workgroup
):
    monkeypatch.setattr(spelling, "MOST_ROWS", 2)
    make_minutes("Le parrainage.", title="Une couveuse")
    make_minutes("Autre chose.", under=base.make_workgroup("Autre", slug="autre"))
    for _ in range(3):
        make_minutes("Secret.", under=private_workgroup)
    outbox.drain()
    assert offered("parainage")[0] == "parrainage"
    for _ in range(2):
        make_minutes("Un budget.")
    spelling._vocabulary = None
    assert offered("parainage") is None  # there are newer ones in its group
    assert offered("kouveuse")[0] == "couveuse"


def test_one_thread_reads_the_words_and_others_go_on_with_the_old(make_minutes, monkeypatch):
    make_minutes("Un mot.")
    old = spelling.vocabulary()
    monkeypatch.setattr(spelling, "_vocabulary", (0, old))
    with spelling._reading:
        assert spelling.vocabulary() is old
    assert spelling.vocabulary() is not old


class TestPrivate:
    """A word of a private text is offered to those who may read it, and to nobody else."""

    @pytest.fixture
    def minutes(self, private_workgroup, make_minutes):
        return make_minutes("Le zirconium nous est confié.", under=private_workgroup)

    @pytest.mark.parametrize(
        "typed", ["zirconum", "zirkonium", "confie zirconum", "zirconum OU xyzzyx"]
    )
    def test_it_stays_with_the_group(
        self, minutes, offered, member, editor, moderator, group_member, typed
    ):
        for user in (None, member, editor, moderator):
            assert offered(typed, user) is None
        assert "zirconium" in offered(typed, group_member)[0]

    def test_it_follows_a_page_that_is_closed(self, make_minutes, offered, group_member):
        page = make_minutes("Le zirconium nous est confié.")
        assert offered("zirconum")[0] == "zirconium"
        base.close(page, "Groupe fermé")
        assert offered("zirconum") is None
        assert offered("zirconum", group_member)[0] == "zirconium"
        PageViewRestriction.objects.all().delete()
        assert offered("zirconum")[0] == "zirconium"

    def test_no_form_of_a_word_that_only_a_private_text_has(
        self, private_workgroup, make_minutes, offered, group_member
    ):
        make_minutes("Les coordinatrices sont là.", under=private_workgroup)
        make_minutes("Le coordinateur est là.")
        for typed in ("coordinatrisces", "coordinatrixes"):
            assert offered(typed) is None or offered(typed)[0] == "coordinateur"
            assert offered(typed, group_member)[0] == "coordinatrices"

    def test_a_person_and_a_keyword_too(
        self, private_workgroup, offered, group_member, member, make_minutes
    ):
        person = base.make_person("Wilhelmina Quackelbeen")
        keyword = base.make_keyword("molybdène")
        page = base.make_minutes(private_workgroup, keywords=[keyword])
        Attendance.objects.create(page=page, person=person, role=base.make_role())
        outbox.drain()
        for typed, meant in (("quakelbeen", "Quackelbeen"), ("molibdene", "molybdène")):
            assert offered(typed) is None
            assert offered(typed, member) is None
            assert offered(typed, group_member)[0] == meant

    def test_what_is_hidden_bears_on_nothing_that_is_offered(
        self, private_workgroup, make_minutes, offered, group_member
    ):
        make_minutes("Le partage des outils.")
        before = offered("parfage")
        assert before[0] == "partage"
        for _ in range(3):  # the word that is typed, and others as near and more frequent
            make_minutes("Parfage parhage parjage parkage parlage.", under=private_workgroup)
        spelling._vocabulary = None
        assert offered("parfage") == before
        assert offered("parfage", group_member) is None

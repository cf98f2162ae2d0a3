"""The list of keywords in the back office, and completion while somebody types."""

import datetime

import pytest
from django.utils import timezone
from wagtail.users.models import UserProfile

from glossary.backoffice.keywords import state
from glossary.models import KeywordGroup, Rank
from tests import base

LIST = "/admin/keywords/"
COMPLETE = "/admin/keywords/completions/"


def listed(client, **query):
    return [keyword.name for keyword in client.get(LIST, query).context["object_list"]]


@pytest.mark.django_db
def test_the_list_tells_labels_group_and_uses(as_user, editor, workgroup):
    group = KeywordGroup.objects.create(name="Thèmes")
    used = base.make_keyword("portage", nl="payrolling", synonyms=["portage salarial"], group=group)
    base.make_keyword("couveuse")
    page = base.make_minutes(workgroup, keywords=[used])
    base.make_minutes(workgroup, keywords=[used])
    for _ in range(3):
        base.make_comment(page, keywords=[used])
    client = as_user(editor)
    response = client.get(LIST)
    shown = {word.name: word for word in response.context["object_list"]}
    assert list(shown) == ["couveuse", "portage"]
    assert (shown["portage"].page_count, shown["portage"].comment_count) == (2, 3)
    assert (shown["couveuse"].page_count, shown["couveuse"].comment_count) == (0, 0)
    html = response.content.decode()
    for word in ("payrolling", "portage salarial", "Thèmes"):
        assert word in html
    assert listed(client, ordering="-page_count") == ["portage", "couveuse"]
    assert listed(client, ordering="-comment_count") == ["portage", "couveuse"]


@pytest.mark.django_db
def test_the_list_stands_as_people_read_it(as_user, editor):
    for name in ("zèle", "École", "abri", "Eau"):
        base.make_keyword(name)
    client = as_user(editor)
    assert listed(client) == ["abri", "Eau", "École", "zèle"]
    assert listed(client, ordering="-folded") == ["zèle", "École", "Eau", "abri"]
    assert "ordering=-folded" in client.get(LIST).content.decode()


@pytest.mark.django_db
def test_groups_are_named_in_the_language_of_the_editor(as_user, editor):
    group = KeywordGroup.objects.create(name="Thèmes", name_nl="Onderwerpen")
    keyword = base.make_keyword("portage", group=group)
    profile = UserProfile.get_for_user(editor)
    profile.preferred_language = "nl"
    profile.save()
    client = as_user(editor)
    for url in (LIST, f"{LIST}edit/{keyword.pk}/", "/admin/keyword-groups/"):
        told = client.get(url).content.decode()
        assert "Onderwerpen" in told and "Thèmes" not in told, url


@pytest.mark.django_db(transaction=True)
def test_the_list_is_searched_by_label_and_synonym(as_user, editor):
    base.make_keyword("accompagnement", nl="begeleiding", synonyms=["coaching", "épaulement"])
    base.make_keyword("couveuse")
    client = as_user(editor)
    for word in ("accomp", "begel", "COACH", "epaul", "ÉPAUL"):
        assert listed(client, q=word) == ["accompagnement"]
    assert listed(client, q="accomp", ordering="-folded") == ["accompagnement"]
    assert listed(client, q="accomp", used="no") == ["accompagnement"]
    assert listed(client, q="accomp", used="yes") == []


@pytest.mark.django_db
def test_the_list_tells_what_is_published(as_user, editor):
    base.make_keyword("publié")
    base.make_keyword("retiré").unpublish()
    changed = base.make_keyword("changé")
    changed.definition_fr = "Nouvelle."
    changed.save_revision()
    waiting = base.make_keyword("attendu", live=False)
    waiting.go_live_at = timezone.now() + datetime.timedelta(days=1)
    waiting.save_revision().publish()
    shown = as_user(editor).get(LIST).context["object_list"]
    assert {each.name: state(each) for each in shown} == {
        "publié": "publié",
        "retiré": "brouillon",
        "changé": "publié, avec brouillon",
        "attendu": "programmé",
    }


@pytest.mark.django_db
def test_the_list_is_filtered(as_user, editor, workgroup):
    group = KeywordGroup.objects.create(name="Thèmes")
    used = base.make_keyword("portage", nl="payrolling", group=group, definition_nl="Werk.")
    said = base.make_keyword("atelier", en="workshop")
    base.make_keyword("couveuse", live=False)
    page = base.make_minutes(workgroup, keywords=[used])
    base.make_comment(page, keywords=[said])
    client = as_user(editor)
    everything = ["atelier", "couveuse", "portage"]
    assert listed(client) == everything
    for query, expected in [
        ({"group": group.pk}, ["portage"]),
        ({"group": "null"}, ["atelier", "couveuse"]),
        ({"lacks": "fr"}, []),
        ({"lacks": "nl"}, ["atelier", "couveuse"]),
        ({"lacks": "en"}, ["couveuse", "portage"]),
        ({"defined": "yes"}, ["portage"]),
        ({"defined": "no"}, ["atelier", "couveuse"]),
        ({"used": "yes"}, ["atelier", "portage"]),
        ({"used": "no"}, ["couveuse"]),
        ({"live": "True"}, ["atelier", "portage"]),
        ({"live": "False"}, ["couveuse"]),
        ({"lacks": "nl", "used": "yes"}, ["atelier"]),
        ({"lacks": "xx"}, everything),  # not a language: not a filter
        ({"group": "9999999"}, everything),
    ]:
        assert listed(client, **query) == expected, query


@pytest.mark.django_db
def test_a_long_list_costs_no_more_than_a_short_one(
    as_user, editor, workgroup, django_assert_max_num_queries
):
    group = KeywordGroup.objects.create(name="Thèmes")
    client = as_user(editor)
    client.get(LIST)
    for number in range(30):
        base.make_keyword(f"mot {number}", nl=f"woord {number}", group=group)
    with django_assert_max_num_queries(25):
        response = client.get(LIST)
    assert len(response.context["object_list"]) == 30


# --- Completion ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_completes_from_every_label(as_user, editor, member):
    group = KeywordGroup.objects.create(name="Thèmes")
    base.make_keyword("économie sociale", nl="sociale economie", synonyms=["tiers secteur"])
    base.make_keyword("couveuse", group=group)
    client = as_user(editor)
    for term, label in {
        "econ": "économie sociale",
        "économie": "économie sociale",
        "SOCIALE E": "sociale economie (économie sociale)",
        "tiers": "tiers secteur (économie sociale)",
        "secteur": "tiers secteur (économie sociale)",
    }.items():
        found = client.get(COMPLETE, {"term": term}).json()
        assert found == [{"label": label, "value": "économie sociale"}], term
    [found] = client.get(COMPLETE, {"term": "couv"}).json()
    assert found == {"label": "couveuse (Thèmes)", "value": "couveuse"}
    for term in ("", "\x00", "xyz", "%", "'", "x" * 5000):
        assert client.get(COMPLETE, {"term": term}).json() == []
    assert client.get(COMPLETE).json() == []
    assert as_user(member).get(COMPLETE, {"term": "econ"}).status_code == 302
    assert as_user().get(COMPLETE, {"term": "econ"}).status_code == 302


@pytest.mark.django_db
def test_it_completes_what_may_be_chosen_here(as_user, editor):
    here = KeywordGroup.objects.create(name="Ici", on_article=False)
    reserved = KeywordGroup.objects.create(name="Réservé", applied_by=Rank.ADMIN)
    base.make_keyword("mot d’ici", group=here)
    base.make_keyword("mot réservé", group=reserved)
    base.make_keyword("mot libre")
    base.make_keyword("mot en brouillon", live=False)
    base.make_keyword("mot fondu", live=False, merged_into=base.make_keyword("lieu"))
    client = as_user(editor)

    def offered(**query):
        return {each["value"] for each in client.get(COMPLETE, {"term": "mot", **query}).json()}

    assert offered(kind="minutes") == {"mot d’ici", "mot libre"}
    assert offered(kind="article") == {"mot libre"}
    assert offered() == offered(kind="nonsense") == {"mot d’ici", "mot libre", "mot réservé"}


@pytest.mark.django_db
def test_what_begins_with_the_letters_comes_first(as_user, editor):
    for number in range(15):
        base.make_keyword(f"a un art {number:02}")
    base.make_keyword("zoo", synonyms=["art animalier"])
    base.make_keyword("artisanat")
    found = as_user(editor).get(COMPLETE, {"term": "art"}).json()
    assert [each["value"] for each in found][:3] == ["artisanat", "zoo", "a un art 00"]
    assert len(found) == 10

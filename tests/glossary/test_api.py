"""Keywords as data: what other programs are told, and what they are not."""

from itertools import pairwise

import pytest
from rdflib import RDF, SKOS, Graph, URIRef

from glossary.models import FormerAddress, Keyword, KeywordGroup, KeywordLink
from tests import base

LIST = "/api/keywords/"


def slugs(response):
    assert response.status_code == 200, response.content
    return [item["slug"] for item in response.json()["items"]]


@pytest.fixture
def words(workgroup, private_workgroup):
    """portage (open) under économie (open), secret (closed) beside it; nobody uses couveuse."""
    group = KeywordGroup.objects.create(name="Thèmes", name_nl="Thema’s", single=True)
    made = {
        "portage": base.make_keyword(
            "portage", nl="payrolling", synonyms=["portage salarial"], group=group
        ),
        "économie": base.make_keyword("économie", definition_fr="Le ménage de la maison."),
        "secret": base.make_keyword("secret"),
        "couveuse": base.make_keyword("couveuse"),
    }
    link = KeywordLink.objects.create
    link(keyword=made["portage"], target=made["économie"], kind="broader")
    link(keyword=made["portage"], target=made["secret"], kind="related")
    link(keyword=made["secret"], target=made["économie"], kind="broader")
    base.make_minutes(workgroup, keywords=[made["portage"], made["économie"]])
    base.make_minutes(private_workgroup, keywords=[made["secret"], made["portage"]])
    return made


@pytest.mark.django_db
def test_it_lists_what_exists_for_the_asker(as_user, words, group_member):
    assert slugs(as_user().get(LIST)) == ["economie", "portage"]
    assert slugs(as_user(group_member).get(LIST)) == ["economie", "portage", "secret"]


@pytest.mark.django_db
def test_a_keyword_says_its_words_links_rules_and_uses(as_user, words, group_member):
    url = f"{LIST}portage/"
    found = as_user().get(url, {"langue": "fr"}).json()
    assert found["id"] == "http://127.0.0.1:8000/api/keywords/portage/"
    assert found["url"] == "http://127.0.0.1:8000/fr/mots-cles/portage/"
    assert found["labels"] == {
        "fr": {"preferred": "portage", "synonyms": ["portage salarial"]},
        "nl": {"preferred": "payrolling", "synonyms": []},
    }
    assert found["group"]["name"] == "Thèmes"
    assert "Un texte porte au plus un mot-clé de ce groupe." in found["group"]["rules"]
    assert [each["slug"] for each in found["broader"]] == ["economie"]
    assert found["related"] == [] and found["uses"] == 1
    inside = as_user(group_member).get(url).json()
    assert [each["slug"] for each in inside["related"]] == ["secret"] and inside["uses"] == 2
    above = as_user().get(f"{LIST}economie/").json()
    assert [each["slug"] for each in above["narrower"]] == ["portage"]
    assert above["definitions"] == {"fr": "Le ménage de la maison."}


@pytest.mark.django_db
def test_words_are_in_the_language_asked_for(as_user, words):
    dutch = as_user().get(f"{LIST}portage/", {"langue": "nl"}).json()
    assert (dutch["label"], dutch["language"]) == ("payrolling", "nl")
    assert dutch["url"].endswith("/nl/trefwoorden/portage/")
    assert dutch["group"]["label"] == "Thema’s"
    by_header = as_user().get(f"{LIST}portage/", headers={"Accept-Language": "nl"}).json()
    assert by_header["label"] == "payrolling"


@pytest.mark.django_db
def test_it_finds_by_any_label_and_by_group(as_user, words):
    client = as_user()
    assert slugs(client.get(LIST, {"q": "PAYROLL"})) == ["portage"]
    assert slugs(client.get(LIST, {"q": "economie"})) == ["economie"]
    assert slugs(client.get(LIST, {"q": "secret"})) == []
    assert slugs(client.get(LIST, {"groupe": "Thema’s"})) == ["portage"]
    assert slugs(client.get(LIST, {"groupe": "Personne"})) == []


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["secret", "couveuse", "jamais"])
def test_what_does_not_exist_for_the_asker_is_not_there(as_user, words, slug):
    response = as_user().get(f"{LIST}{slug}/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"]
    assert as_user().get(f"{LIST}portage/").status_code == 200


@pytest.mark.django_db
def test_former_and_merged_addresses_lead_on(as_user, words):
    merged = base.make_keyword("portage de salaire", live=False)
    Keyword.objects.filter(pk=merged.pk).update(merged_into=words["portage"])
    closed = base.make_keyword("cachotterie", live=False)
    Keyword.objects.filter(pk=closed.pk).update(merged_into=words["secret"])
    FormerAddress.objects.create(slug="vieux", keyword=words["portage"])
    client = as_user()
    for old in ("portage-de-salaire", "vieux"):
        response = client.get(f"{LIST}{old}/", {"langue": "nl"})
        assert response.status_code == 301
        assert response["Location"] == f"{LIST}portage/?langue=nl"
    assert client.get(f"{LIST}cachotterie/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "2"},
        {"page": "x"},
        {"langue": "de"},
        {"format": "exe"},
        {"q": "x" * 101},
        {"q": "a\x00b"},
        {"limit": "5"},
    ],
)
def test_a_bad_parameter_is_said_in_a_sentence(as_user, words, query):
    response = as_user().get(LIST, query)
    assert response.status_code == 400
    assert response.json()["detail"].endswith(".")
    assert as_user().get(LIST, {"page": "1", "langue": "en"}).status_code == 200


@pytest.mark.django_db
def test_only_reading_is_allowed(as_user, words):
    assert as_user().post(LIST).status_code == 405
    assert as_user().head(LIST).status_code == 200


def make_many(workgroup, number):
    group = KeywordGroup.objects.get_or_create(name="Beaucoup")[0]
    made = [
        base.make_keyword(f"mot {at:03}", nl=f"woord {at}", group=group) for at in range(number)
    ]
    for one, other in pairwise(made):
        KeywordLink.objects.create(keyword=one, target=other, kind="broader")
    base.make_minutes(workgroup, keywords=made)
    return made


@pytest.mark.django_db
def test_long_lists_come_in_pages(as_user, workgroup):
    make_many(workgroup, 51)
    first = as_user().get(LIST, {"q": "mot", "langue": "fr"}).json()
    assert first["count"] == 51 and len(first["items"]) == 50
    assert first["previous"] is None
    assert first["next"].startswith("http://127.0.0.1:8000/api/keywords/?")
    rest = as_user().get(first["next"].removeprefix("http://127.0.0.1:8000")).json()
    assert [item["slug"] for item in rest["items"]] == ["mot-050"]
    assert rest["next"] is None and "page=1" in rest["previous"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{}, {"format": "ttl"}])
def test_it_costs_the_same_for_one_keyword_and_for_many(
    as_user, workgroup, django_assert_max_num_queries, member, query
):
    client = as_user(member)
    make_many(workgroup, 3)
    with django_assert_max_num_queries(25) as few:
        assert client.get(LIST, query).status_code == 200
    Keyword.objects.all().delete()
    make_many(workgroup, 45)
    with django_assert_max_num_queries(25) as many:
        assert client.get(LIST, query).status_code == 200
    assert len(many) == len(few) <= 10


@pytest.mark.django_db
def test_a_copy_is_good_only_after_asking(as_user, words, member):
    client = as_user()
    first = client.get(LIST)
    assert first["Cache-Control"] == "no-cache" and "Accept" in first["Vary"]
    again = client.get(LIST, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    words["portage"].definition_fr = "Autre chose."
    words["portage"].save()
    changed = client.get(LIST, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "no-store" in as_user(member).get(LIST)["Cache-Control"]


@pytest.mark.django_db
def test_who_asks_for_skos_gets_what_exists_for_them(as_user, words, group_member):
    secret = URIRef("http://127.0.0.1:8000/api/keywords/secret/")
    portage = URIRef("http://127.0.0.1:8000/api/keywords/portage/")
    response = as_user().get(LIST, {"format": "ttl"})
    assert response["Content-Type"] == "text/turtle; charset=utf-8"
    assert "secret" not in response.content.decode()
    graph = Graph().parse(data=response.content, format="turtle")
    assert (portage, RDF.type, SKOS.Concept) in graph
    inside = as_user(group_member).get(LIST, headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=inside.content, format="turtle")
    assert (portage, SKOS.related, secret) in graph
    one = as_user().get(f"{LIST}portage/", headers={"Accept": "application/rdf+xml"})
    assert one["Content-Type"].startswith("application/rdf+xml")
    assert b"economie" in one.content and b"secret" not in one.content
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert as_user().get(LIST, headers={"Accept": browser}).json()["count"] == 2


@pytest.mark.django_db
def test_what_is_kept_for_one_reader_is_not_told_to_another(as_user, words, group_member):
    query = {"format": "ttl"}
    assert b"secret" in as_user(group_member).get(LIST, query).content
    assert b"secret" not in as_user().get(LIST, query).content
    assert b"secret" in as_user(group_member).get(LIST, query).content

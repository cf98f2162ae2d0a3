"""Keywords in the back office."""

import pytest
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from glossary.models import Keyword
from tests import base

LIST = "/admin/keywords/"


def data(name, *labels, **changes):
    rows = [{"language": language, "text": text, "kind": kind} for language, text, kind in labels]
    definitions = {f"definition_{code}": "" for code in ("fr", "nl", "en")}
    fields = {"name": name, "slug": "", **definitions, "labels": inline_formset(rows)}
    return nested_form_data(fields | changes)


@pytest.mark.django_db
def test_an_editor_makes_a_keyword(as_user, editor):
    client = as_user(editor)
    assert client.get(f"{LIST}new/").status_code == 200
    response = client.post(
        f"{LIST}new/",
        data(
            "Économie sociale",
            ("fr", "économie sociale", "preferred"),
            ("fr", "tiers secteur", "synonym"),
            ("nl", "sociale economie", "preferred"),
            definition_fr="Ce qui sert avant de rapporter.",
        ),
    )
    assert response.status_code == 302, response.context["form"].errors
    keyword = Keyword.objects.get()
    assert keyword.slug == "economie-sociale"
    assert keyword.labels.count() == 3
    assert Keyword.objects.named("TIERS SECTEUR") == keyword


@pytest.mark.django_db
@pytest.mark.parametrize(
    "labels",
    [
        [("fr", "portage", "preferred"), ("fr", "Pôrtage", "synonym")],  # twice the same
        [("fr", "portage", "preferred"), ("fr", "couveuse", "preferred")],  # two preferred
        [("en", "coaching", "preferred")],  # another concept's
    ],
)
def test_what_the_database_would_refuse_is_said(as_user, editor, labels):
    base.make_keyword("accompagnement", en="coaching")
    response = as_user(editor).post(f"{LIST}new/", data("portage", *labels))
    assert response.status_code == 200
    assert any(response.context["form"].formsets["labels"].errors)
    assert Keyword.objects.count() == 1


@pytest.mark.django_db
def test_a_name_that_is_anothers_synonym_is_refused(as_user, editor):
    base.make_keyword("accompagnement", synonyms=["coaching"])
    response = as_user(editor).post(f"{LIST}new/", data("Coaching"))
    assert "accompagnement" in str(response.context["form"].errors["name"])


@pytest.mark.django_db
def test_a_keyword_is_changed_without_quarrelling_with_itself(as_user, editor):
    keyword = base.make_keyword("portage")
    url = f"{LIST}edit/{keyword.pk}/"
    client = as_user(editor)
    assert client.get(url).status_code == 200
    [label] = keyword.labels.all()
    rows = inline_formset(
        [
            {"id": label.pk, "language": "fr", "text": "portage", "kind": "preferred"},
            {"language": "fr", "text": "portage salarial", "kind": "synonym"},
        ],
        initial=1,
    )
    response = client.post(url, data("portage", slug="portage", labels=rows))
    assert response.status_code == 302, response.context["form"].formsets["labels"].errors
    assert {each.text for each in keyword.labels.all()} == {"portage", "portage salarial"}


@pytest.mark.django_db
def test_a_label_may_take_the_place_of_a_deleted_one(as_user, editor):
    keyword = base.make_keyword("portage")
    [label] = keyword.labels.all()
    gone = {"id": label.pk, "language": "fr", "text": "portage", "kind": "preferred"}
    rows = inline_formset(
        [gone | {"DELETE": "on"}, {"language": "fr", "text": "Le portage", "kind": "preferred"}],
        initial=1,
    )
    response = as_user(editor).post(
        f"{LIST}edit/{keyword.pk}/", data("portage", slug="portage", labels=rows)
    )
    assert response.status_code == 302
    assert [each.text for each in keyword.labels.all()] == ["Le portage"]


@pytest.mark.django_db
def test_the_list_tells_labels_and_uses(as_user, editor, workgroup):
    used = base.make_keyword("portage", nl="payrolling", synonyms=["portage salarial"])
    base.make_keyword("couveuse")
    page = base.make_minutes(workgroup, keywords=[used])
    base.make_minutes(workgroup, keywords=[used])
    for _ in range(3):
        base.make_comment(page, keywords=[used])
    client = as_user(editor)
    shown = {word.name: word for word in client.get(LIST).context["object_list"]}
    assert list(shown) == ["couveuse", "portage"]
    assert (shown["portage"].page_count, shown["portage"].comment_count) == (2, 3)
    assert (shown["couveuse"].page_count, shown["couveuse"].comment_count) == (0, 0)
    html = client.get(LIST).content.decode()
    assert "payrolling" in html and "portage salarial" in html
    busiest = client.get(LIST, {"ordering": "-page_count"}).context["object_list"]
    assert busiest[0] == used


@pytest.mark.django_db(transaction=True)
def test_the_list_is_searched_by_label_and_synonym(as_user, editor):
    base.make_keyword("accompagnement", nl="begeleiding", synonyms=["coaching"])
    base.make_keyword("couveuse")
    client = as_user(editor)
    for word in ("accomp", "begel", "COACH"):
        found = client.get(LIST, {"q": word}).context["object_list"]
        assert [keyword.name for keyword in found] == ["accompagnement"]


@pytest.mark.django_db
def test_the_page_form_completes_from_every_label(as_user, editor, member):
    base.make_keyword("économie sociale", nl="sociale economie", synonyms=["tiers secteur"])
    base.make_keyword("couveuse")
    client = as_user(editor)
    url = "/admin/keywords/completions/"
    for term in ("econ", "SOCIALE E", "tiers", "économie"):
        assert client.get(url, {"term": term}).json() == ["économie sociale"]
    for term in ("", "\x00", "xyz", "%", "'", "x" * 5000):
        assert client.get(url, {"term": term}).json() == []
    assert client.get(url).json() == []
    assert as_user(member).get(url, {"term": "econ"}).status_code == 302
    assert as_user().get(url, {"term": "econ"}).status_code == 302

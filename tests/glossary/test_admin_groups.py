"""Keyword groups in the back office."""

import pytest

from glossary.models import KeywordGroup, Rank
from tests import base

LIST = "/admin/keyword-groups/"
NEW = f"{LIST}new/"
EVERYWHERE = {f"on_{kind}": "on" for kind in ("minutes", "article", "roster", "comment")}

pytestmark = pytest.mark.django_db


def data(name, **changes):
    fields = {"name": name, "applied_by": Rank.VISITOR, "created_by": Rank.EDITOR, **EVERYWHERE}
    fields |= {f"name_{code}": "" for code in ("nl", "en")}
    fields |= {"description": "", "description_nl": "", "description_en": ""}
    return fields | changes


def test_an_editor_makes_a_group_and_changes_its_rules(as_user, editor):
    client = as_user(editor)
    assert client.get(NEW).status_code == 200
    sent = data("Lieux", name_nl="Plaatsen", single="on", created_by=Rank.MEMBER)
    del sent["on_comment"]
    assert client.post(NEW, sent).status_code == 302
    group = KeywordGroup.objects.get()
    assert (group.single, group.recommended, group.on_comment) == (True, False, False)
    assert group.created_by == Rank.MEMBER and group.name_nl == "Plaatsen"
    client.post(NEW, data("Thèmes"))
    assert [each.name for each in KeywordGroup.objects.all()] == ["Lieux", "Thèmes"]  # as made
    url = f"{LIST}edit/{group.pk}/"
    assert "Plaatsen" in client.get(url).content.decode()
    assert client.post(url, data("Endroits", recommended="on")).status_code == 302
    group.refresh_from_db()
    assert (group.name, group.single, group.recommended) == ("Endroits", False, True)
    history = client.get(f"{LIST}history/{group.pk}/").content.decode()
    assert history.count("Édith Éditrice") >= 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "themes"}, "name"),  # there is one but for its accent
        ({"name": "x" * 101}, "name"),
        ({"applied_by": Rank.ADMIN}, "created_by"),  # what they make they could not apply
        ({"applied_by": "9"}, "applied_by"),
        ({f"on_{kind}": "" for kind in ("minutes", "article", "roster", "comment")}, "on_minutes"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(as_user, editor, changes, field):
    KeywordGroup.objects.create(name="Thèmes")
    sent = data("Lieux", description="Ce que j’ai déjà écrit.") | changes
    sent = {name: value for name, value in sent.items() if value or not name.startswith("on_")}
    client = as_user(editor)
    response = client.post(NEW, sent)
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {field}
    assert "Ce que j’ai déjà écrit." in response.content.decode()
    assert KeywordGroup.objects.count() == 1
    assert client.post(NEW, data("Lieux")).status_code == 302


def test_the_list_tells_the_rules_in_words(as_user, editor):
    group = KeywordGroup.objects.create(
        name="Lieux", single=True, recommended=True, on_comment=False, created_by=Rank.MEMBER
    )
    base.make_keyword("Gand", group=group)
    namur = base.make_keyword("Namur", group=group)
    base.make_keyword("Namen", group=group, live=False, merged_into=namur)
    KeywordGroup.objects.create(name="Vide")
    response = as_user(editor).get(LIST)
    assert {each.name: each.number for each in response.context["object_list"]} == {
        "Lieux": 2,
        "Vide": 0,
    }
    html = response.content.decode()
    assert (
        "un seul par texte · conseillé · sur : comptes rendus, articles, listes de participants"
        " · employés par : visiteurs · créés par : membres" in html
    )
    assert "plusieurs par texte · partout" in html

"""The care of the glossary in the back office: doubles, merging, renaming, retagging."""

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupPagePermission

from glossary.merging import merge
from glossary.models import (
    DistinctKeywords,
    Keyword,
    KeywordFollow,
    KeywordGroup,
    KeywordMerge,
)
from glossary.uses import PageKeyword
from tests import base

pytestmark = pytest.mark.django_db
CARE, MERGE, DISTINCT = (f"/admin/keywords/care/{rest}" for rest in ("", "merge/", "distinct/"))


def tags(page):
    uses = PageKeyword.objects.filter(content_object=page.pk)
    return sorted(uses.values_list("tag__name", flat=True))


def retag_url(keyword):
    return reverse("keyword_retag", args=[keyword.pk])


# --- The overview ------------------------------------------------------------------------------


def test_only_who_keeps_the_glossary_enters(as_user, editor, member, moderator):
    one, two = base.make_keyword("portage"), base.make_keyword("couveuse")
    done = merge(base.make_keyword("autre"), one)
    undo = reverse("keyword_merge_undo", args=[done.pk])
    for url in (CARE, MERGE, retag_url(one)):
        assert as_user(editor).get(url).status_code == 200
        for user in (None, member):
            assert as_user(user).get(url).status_code == 302
        assert as_user(moderator).get(url).status_code in (302, 403)
    for url, data in (
        (MERGE, {"source": "portage", "target": "couveuse"}),
        (DISTINCT, {"keyword": [one.pk, two.pk]}),
        (undo, {}),
    ):
        for user in (None, member, moderator):
            assert as_user(user).post(url, data).status_code in (302, 403)
    assert not DistinctKeywords.objects.exists()
    assert not KeywordMerge.objects.exclude(pk=done.pk).exists()
    assert not KeywordMerge.objects.filter(undone_at__isnull=False).exists()


def test_the_list_of_keywords_leads_to_merging_and_retagging(as_user, editor):
    keyword = base.make_keyword("portage & co")
    html = as_user(editor).get("/admin/keywords/").content.decode()
    assert f"{MERGE}?source=portage+%26+co" in html
    assert retag_url(keyword) in html


def test_it_shows_words_that_are_alike_until_they_are_told_apart(as_user, editor, workgroup):
    one = base.make_keyword("accompagnement")
    two = base.make_keyword("acompagnement")
    base.make_keyword("budget")
    base.make_minutes(workgroup, keywords=["acompagnement"])
    client = as_user(editor)
    [pair] = client.get(CARE).context["pairs"]
    assert (pair.first, pair.second, pair.second.page_count) == (one, two, 1)
    html = client.get(CARE).content.decode()
    assert f"{MERGE}?source=acompagnement&amp;target=accompagnement" in html
    assert f"{MERGE}?source=accompagnement&amp;target=acompagnement" in html
    for _twice in range(2):
        assert client.post(DISTINCT, {"keyword": [two.pk, one.pk]}).status_code == 302
    assert client.get(CARE).context["pairs"] == []
    assert DistinctKeywords.objects.get().said_by == editor
    for wrong in ([one.pk], ["x", "²"], [one.pk, 999_999], ["9" * 40, "\x00"]):
        assert client.post(DISTINCT, {"keyword": wrong}).status_code == 400


def test_it_counts_what_is_to_complete_and_leads_to_the_lists(as_user, editor, workgroup):
    group = KeywordGroup.objects.create(name="Thèmes")
    base.make_keyword("complet", nl="volledig", en="complete", group=group, definition_fr="Bien.")
    base.make_keyword("vide")
    base.make_minutes(workgroup, keywords=["complet"])
    client = as_user(editor)
    rows = client.get(CARE).context["to_complete"]
    assert [number for _what, number, _url in rows] == [1, 1, 0, 1, 1, 1]
    for _what, number, url in rows:
        names = [each.name for each in client.get(url).context["object_list"]]
        assert names == ["vide"] * number


def test_it_names_keywords_that_are_on_too_many_pages(as_user, editor, workgroup):
    often, seldom = base.make_keyword("partout"), base.make_keyword("rare")
    for number in range(4):
        base.make_minutes(workgroup, keywords=["partout"] if number else ["partout", "rare"])
    context = as_user(editor).get(CARE).context
    assert [each.name for each in context["overused"]] == [often.name]
    assert context["overused"][0].percent == 100
    assert seldom not in context["overused"]


def test_the_overview_asks_as_much_of_many_keywords_as_of_few(as_user, editor, workgroup):
    def grow(numbers):
        for number in numbers:
            one = base.make_keyword(f"accompagnement {'abcdefghij'[number]}")
            base.make_minutes(workgroup, keywords=[one])
            merge(base.make_keyword(f"fondu {number}"), one, editor)

    client = as_user(editor)
    grow(range(2))
    client.get(CARE)
    with CaptureQueriesContext(connection) as few:
        client.get(CARE)
    grow(range(2, 10))
    with CaptureQueriesContext(connection) as many:
        client.get(CARE)
    assert len(many) == len(few)


# --- Merging -----------------------------------------------------------------------------------


def test_an_editor_sees_what_would_move_and_merges(as_user, editor, workgroup, member):
    source = base.make_keyword("suivi", nl="opvolging", definition_fr="Suivre.")
    target = base.make_keyword("accompagnement")
    base.make_minutes(workgroup, keywords=["suivi"])
    both = base.make_minutes(workgroup, keywords=["suivi", "accompagnement"])
    base.make_comment(both, keywords=[source])
    KeywordFollow.objects.create(keyword=source, user=member)
    client = as_user(editor)
    begun = client.get(MERGE, {"source": "suivi"})
    assert begun.context["form"]["source"].value() == "suivi"
    assert not begun.context["form"].errors and "moves" not in begun.context
    # By any of its words, and nothing is done by looking.
    shown = client.get(MERGE, {"source": "Opvolging", "target": "Accompagnement"})
    moves = [(moved, already) for _name, moved, already in shown.context["moves"]]
    assert moves == [(1, 1), (1, 0), (1, 0), (1, 0)]  # pages, comments, followers, addresses
    assert [label.text for label in shown.context["words"]] == ["suivi", "opvolging"]
    assert "définition" in shown.context["cautions"][0]
    assert Keyword.objects.unmerged().count() == 2
    response = client.post(MERGE, {"source": "suivi", "target": "accompagnement"})
    assert response.url == CARE
    assert Keyword.objects.unmerged().get() == target
    assert tags(both) == ["accompagnement"]
    assert KeywordMerge.objects.get().by == editor


def test_the_old_address_leads_to_the_keyword_it_was_merged_into(as_user, editor, workgroup):
    source, target = base.make_keyword("suivi"), base.make_keyword("accompagnement")
    base.make_minutes(workgroup, keywords=["suivi"])
    assert as_user().get(source.get_absolute_url()).status_code == 200
    as_user(editor).post(MERGE, {"source": "suivi", "target": "accompagnement"})
    response = as_user().get(source.get_absolute_url(), follow=True)
    assert response.redirect_chain[-1][0].endswith(target.get_absolute_url())
    assert response.status_code == 200


def test_a_merge_of_keywords_that_share_a_label_is_of_those_named(as_user, editor):
    base.make_keyword("premier", nl="zelfde")
    base.make_keyword("second", nl="zelfde")
    client = as_user(editor)
    assert client.post(MERGE, {"source": "second", "target": "premier"}).status_code == 302
    assert Keyword.objects.unmerged().get().name == "premier"


@pytest.mark.parametrize(
    "source,target,field,said",
    [
        ("suivi", "suivi", "target", "lui-même"),
        ("suivi", "rien de tel", "target", "rien de tel"),
        ("", "accompagnement", "source", ""),
        ("suivi", "brouillon", "target", "publié"),
        ("\x00", "accompagnement", "source", ""),
        ("x" * 500, "accompagnement", "source", ""),
    ],
)
def test_what_cannot_be_merged_is_said_beside_the_field(
    as_user, editor, source, target, field, said
):
    base.make_keyword("suivi")
    base.make_keyword("accompagnement")
    base.make_keyword("brouillon", live=False)
    for send in (as_user(editor).get, as_user(editor).post):
        response = send(MERGE, {"source": source, "target": target})
        assert response.status_code == 200
        assert said in str(response.context["form"].errors[field])
        assert response.context["form"]["source"].value() == source
    assert Keyword.objects.unmerged().count() == 3


def test_a_merge_warns_of_groups_that_allow_one_keyword_only(as_user, editor, workgroup):
    group = KeywordGroup.objects.create(name="Thèmes", single=True)
    base.make_keyword("suivi")
    base.make_keyword("accompagnement", group=group)
    base.make_keyword("budget", group=group)
    base.make_minutes(workgroup, keywords=["suivi", "budget"])
    shown = as_user(editor).get(MERGE, {"source": "suivi", "target": "accompagnement"})
    assert any("« Thèmes »" in caution for caution in shown.context["cautions"])
    other = as_user(editor).get(MERGE, {"source": "accompagnement", "target": "suivi"})
    assert not any("« Thèmes »" in caution for caution in other.context["cautions"])


def test_an_editor_undoes_a_merge_and_is_told_when_it_is_too_late(as_user, editor, workgroup):
    source, target = base.make_keyword("suivi"), base.make_keyword("accompagnement")
    page = base.make_minutes(workgroup, keywords=["suivi"])
    done = merge(source, target, editor)
    client = as_user(editor)
    url = reverse("keyword_merge_undo", args=[done.pk])
    assert url in client.get(CARE).content.decode()
    assert client.get(url).status_code == 405
    client.post(url)
    assert tags(page) == ["suivi"]
    html = client.get(CARE).content.decode()
    assert url not in html and "déjà été annulée" in html
    again = client.post(url, follow=True).content.decode()
    assert "déjà été annulée" in again
    assert tags(page) == ["suivi"]


# --- Renaming ----------------------------------------------------------------------------------


def test_a_renamed_keyword_keeps_its_uses_and_its_old_address(as_user, workgroup):
    keyword = base.make_keyword("suivi")
    page = base.make_minutes(workgroup, keywords=["suivi"])
    old = keyword.get_absolute_url()
    keyword.name, keyword.slug = "accompagnement", "accompagnement"
    keyword.save()
    assert tags(page) == ["accompagnement"]
    response = as_user().get(old, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[-1][0].endswith("/accompagnement/")


# --- Retagging and splitting -------------------------------------------------------------------


@pytest.fixture
def uses(workgroup):
    """A keyword on two minutes, an article and a comment, of two groups and two years."""
    keyword = base.make_keyword("portage", nl="payroll", synonyms=["portage salarial"])
    other = base.make_workgroup("Autre groupe")
    first = base.make_minutes(workgroup, "Première", keywords=["portage"])
    second = base.make_minutes(
        other, "Seconde", keywords=["portage"], meeting_date=datetime.date(2025, 2, 1)
    )
    article = base.make_article(workgroup, "Article", keywords=["portage"])
    comment = base.make_comment(first, keywords=[keyword])
    return {
        "keyword": keyword,
        "first": first,
        "second": second,
        "article": article,
        "comment": comment,
        "other": other,
    }


def sent(*things, **changes):
    keys = [f"{'c' if hasattr(thing, 'comment') else 'p'}{thing.pk}" for thing in things]
    return {"step": "preview", "use": keys, "action": "add", "word": ""} | changes


def test_it_lists_all_uses_and_filters_them(as_user, editor, uses):
    client, url = as_user(editor), retag_url(uses["keyword"])
    assert client.get(url).context["found"] == 4
    for filtered, number in (
        ({"kind": "comment"}, 1),
        ({"kind": "minutes"}, 2),
        ({"group": uses["other"].pk}, 1),
        ({"year": 2025}, 1),
        ({"kind": "minutes", "year": 2025, "group": uses["other"].pk}, 1),
        ({"kind": "roster"}, 0),
        ({"year": "\x00", "group": "x"}, 0),
    ):
        assert client.get(url, filtered).context["found"] == number


def test_nothing_changes_before_it_was_shown_and_confirmed(as_user, editor, uses):
    new = base.make_keyword("couveuse")
    client, url = as_user(editor), retag_url(uses["keyword"])
    data = sent(uses["first"], uses["comment"], action="replace", word="Couveuse")
    shown = client.post(url, data)
    assert len(shown.context["plan"].changed) == 2
    assert f"p{uses['first'].pk}" in dict(shown.context["sent"])["uses"].split()
    assert tags(uses["first"]) == ["portage"]
    assert client.post(url, data | {"step": "apply"}).status_code == 302
    assert tags(uses["first"]) == ["couveuse"]
    assert [*uses["comment"].keywords.all()] == [new]
    assert tags(uses["second"]) == tags(uses["article"]) == ["portage"]


def test_the_preview_names_the_keyword_that_the_word_means(as_user, editor, uses):
    base.make_keyword("couveuse", synonyms=["incubateur"])
    data = sent(uses["first"], word="incubateur")
    told = as_user(editor).post(retag_url(uses["keyword"]), data).content.decode()
    assert "Il garde « portage » et reçoit « couveuse »." in told


@pytest.mark.parametrize(
    "action,expected", [("add", ["couveuse", "portage"]), ("remove", []), ("replace", ["couveuse"])]
)
def test_all_that_was_found_is_changed(as_user, editor, uses, action, expected):
    base.make_keyword("couveuse")
    url = f"{retag_url(uses['keyword'])}?kind=minutes"
    data = sent(action=action, word="couveuse", every="on", step="apply")
    as_user(editor).post(url, data)
    assert tags(uses["first"]) == tags(uses["second"]) == expected
    assert tags(uses["article"]) == ["portage"]
    assert uses["comment"].keywords.count() == 1


def test_a_split_makes_a_keyword_and_gives_it_labels(as_user, editor, uses):
    keyword = uses["keyword"]
    group = KeywordGroup.objects.create(name="Thèmes")
    Keyword.objects.filter(pk=keyword.pk).update(group=group)
    draft = Keyword.objects.get(pk=keyword.pk)
    draft.definition_fr = "À relire."
    draft.save_revision()
    labels = {label.text: label.pk for label in keyword.labels.all()}
    data = sent(
        uses["second"],
        action="replace",
        word="portage salarial",
        labels=[labels["portage salarial"], labels["payroll"]],
        sure="on",
    )
    client, url = as_user(editor), retag_url(keyword)
    shown = client.post(url, data)
    assert shown.context["form"].makes_keyword
    told = shown.content.decode()
    assert "1 emploi changera" in told and "Ces intitulés passent avec lui" in told
    assert all(
        word in told.split("passent avec lui")[1] for word in ("payroll (nl)", "salarial (fr)")
    )
    client.post(url, data | {"step": "apply"})
    made = Keyword.objects.get(name="portage salarial")
    assert made.group == group and Keyword.objects.named("payroll") == made
    assert tags(uses["second"]) == ["portage salarial"]
    assert tags(uses["first"]) == ["portage"]
    Keyword.objects.get(pk=keyword.pk).latest_revision.publish()
    assert [label.text for label in keyword.labels.all()] == ["portage"]


def test_the_rules_of_groups_hold_and_it_says_which(as_user, editor, uses):
    group = KeywordGroup.objects.create(name="Lieux", single=True, on_comment=False)
    base.make_keyword("Liège", group=group)
    base.make_keyword("Namur", group=group)
    crowded = base.make_minutes(uses["other"], keywords=["portage", "Namur"])
    client, url = as_user(editor), retag_url(uses["keyword"])
    data = sent(action="add", word="Liège", every="on")
    shown = client.post(url, data)
    assert len(shown.context["plan"].changed) == 3
    html = shown.content.decode()
    assert "« Lieux », qui n’en permet qu’un" in html and "ne le prévoient pas ici" in html
    client.post(url, data | {"step": "apply"})
    assert tags(crowded) == ["Namur", "portage"]
    assert tags(uses["first"]) == ["Liège", "portage"]
    assert uses["comment"].keywords.count() == 1
    # The keyword that is replaced makes room.
    client.post(
        retag_url(Keyword.objects.get(name="Namur")),
        sent(crowded, action="replace", word="Liège", step="apply"),
    )
    assert tags(crowded) == ["Liège", "portage"]


@pytest.mark.parametrize(
    "changes,field,said",
    [
        ({"word": ""}, "word", "Écrivez"),
        ({"word": "Portage"}, "word", "lui-même"),
        ({"word": "acompagnement"}, "word", "« accompagnement »"),
        ({"word": "brouillon"}, "word", "publié"),
        ({"action": "x", "word": "couveuse"}, "action", ""),
        ({"use": [], "word": "couveuse"}, "__all__", "Cochez"),
        ({"use": ["p999999", "x", "\x00"], "word": "couveuse"}, "__all__", "Cochez"),
        ({"word": "y" * 200}, "word", ""),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    as_user, editor, uses, changes, field, said
):
    base.make_keyword("accompagnement")
    base.make_keyword("brouillon", live=False)
    for step in ("preview", "apply"):
        data = sent(uses["first"], **changes) | {"step": step}
        response = as_user(editor).post(retag_url(uses["keyword"]), data)
        assert response.status_code == 200
        assert said in str(response.context["form"].errors[field])
        html = response.content.decode()
        if "use" not in changes:
            assert f'id="use-p{uses["first"].pk}" checked' in html
        if changes.get("word") and len(changes["word"]) < 100:
            assert f'value="{changes["word"]}"' in html
    assert tags(uses["first"]) == ["portage"]
    assert Keyword.objects.count() == 3


def test_going_back_to_the_choice_keeps_it(as_user, editor, uses):
    data = sent(uses["first"], action="remove", word="couveuse", step="edit")
    response = as_user(editor).post(retag_url(uses["keyword"]), data)
    html = response.content.decode()
    assert f'id="use-p{uses["first"].pk}" checked' in html and 'value="couveuse"' in html
    assert not response.context["form"].errors


def test_pages_that_an_editor_may_not_publish_are_not_shown(as_user, uses):
    keeper = base.make_user("Kim")
    keeper.user_permissions.add(
        *Permission.objects.filter(
            codename__in=["access_admin", "change_keyword"],
        )
    )
    group = Group.objects.create(name="Un seul groupe de travail")
    for verb in ("change", "publish"):
        permission = Permission.objects.get(
            codename=f"{verb}_page", content_type__app_label="wagtailcore"
        )
        GroupPagePermission.objects.create(
            group=group, page_id=uses["other"].pk, permission=permission
        )
    keeper.groups.add(group)
    url = retag_url(uses["keyword"])
    response = as_user(keeper).get(url)
    assert response.context["found"] == 1
    assert "Seconde" in response.content.decode() and "Première" not in response.content.decode()
    as_user(keeper).post(url, sent(uses["first"], action="remove", every="on", step="apply"))
    assert tags(uses["second"]) == [] and tags(uses["first"]) == ["portage"]


def test_retagging_asks_as_much_for_many_uses_as_for_few(as_user, editor, workgroup):
    keyword = base.make_keyword("portage")
    base.make_keyword("couveuse")
    client, url = as_user(editor), retag_url(keyword)

    def cost(number):
        for _each in range(number):
            page = base.make_minutes(workgroup, keywords=["portage"])
            base.make_comment(page, keywords=[keyword])
        with CaptureQueriesContext(connection) as listing:
            client.get(url)
        with CaptureQueriesContext(connection) as doing:
            client.post(url, sent(action="add", word="couveuse", every="on", step="preview"))
        return len(listing), len(doing)

    cost(1)
    assert cost(1) == cost(8)


def test_merges_and_retagging_are_told_in_the_histories(as_user, editor, uses):
    base.make_keyword("couveuse")
    client = as_user(editor)
    client.post(retag_url(uses["keyword"]), sent(uses["first"], word="couveuse", step="apply"))
    page = client.get(f"/admin/pages/{uses['first'].pk}/history/").content.decode()
    assert "Mots-clés changés en série : + couveuse" in page
    merge(Keyword.objects.get(name="couveuse"), uses["keyword"], editor)
    history = client.get(f"/admin/keywords/history/{uses['keyword'].pk}/").content.decode()
    assert "« couveuse » fusionné dans « portage »" in history

"""The rules of keyword groups: who may tag what with which keywords, and make new ones."""

import pytest
from django.contrib.auth.models import AnonymousUser

from glossary.models import KeywordGroup, Kind
from glossary.rules import Rank, applicable, choose, rank_of
from tests import base

pytestmark = pytest.mark.django_db
STRANGER = AnonymousUser()


def make_group(name="Thèmes", **rules):
    return KeywordGroup.objects.create(name=name, **rules)


def chosen(words, user=STRANGER, kind=Kind.COMMENT, **more):
    return choose(words, user=user, kind=kind, **more)


def test_it_ranks_people(member, editor, moderator, admin):
    ranks = [rank_of(user) for user in (STRANGER, member, moderator, editor, admin)]
    assert ranks == [Rank.VISITOR, Rank.MEMBER, Rank.MEMBER, Rank.EDITOR, Rank.ADMIN]


def test_it_takes_any_label_in_any_language_once():
    keyword = base.make_keyword("accompagnement", nl="begeleiding", synonyms=["suivi"])
    choice = chosen(["Begeleiding", "SUIVI", " accompagnement "])
    assert choice.keywords == [keyword]
    assert not choice.problems and not choice.new


@pytest.mark.parametrize("lowest", [Rank.VISITOR, Rank.MEMBER, Rank.EDITOR, Rank.ADMIN])
def test_it_lets_those_apply_who_may(lowest, member, editor, admin):
    base.make_keyword("portage", group=make_group(applied_by=lowest))
    for user in (STRANGER, member, editor, admin):
        refused = bool(chosen(["portage"], user).problems)
        listed = applicable(user, Kind.COMMENT).named("portage")
        assert refused == (rank_of(user) < lowest)
        assert bool(listed) is not refused


@pytest.mark.parametrize("lowest", [Rank.VISITOR, Rank.MEMBER, Rank.EDITOR, Rank.ADMIN])
def test_it_lets_those_create_who_may(lowest, member, editor, admin):
    group = make_group(created_by=lowest)
    for user in (STRANGER, member):
        choice = chosen(["inédit"], user)
        assert bool(choice.new) == (rank_of(user) >= lowest) == (not choice.problems)
        if choice.new:
            assert choice.all("fr")[0].group == group
            choice.keywords.clear()
            group.keywords.all().delete()
    # Editors may always; their words wait for a group unless they choose one.
    for user in (editor, admin):
        assert chosen(["inédit"], user).new == ["inédit"]


@pytest.mark.parametrize("kind", Kind)
def test_it_keeps_to_the_kinds_of_thing(kind, editor):
    base.make_keyword("portage", group=make_group(**{f"on_{kind}": False}))
    assert chosen(["portage"], editor, kind).problems
    others = [other for other in Kind if other != kind]
    assert all(not chosen(["portage"], editor, other).problems for other in others)


def test_it_allows_one_of_a_single_group(editor):
    group = make_group("Lieux", single=True)
    for name in ("Gand", "Namur"):
        base.make_keyword(name, group=group)
    base.make_keyword("portage", group=make_group())
    assert not chosen(["Gand", "portage"], editor).problems
    assert "Gand" in str(chosen(["Gand", "Namur"], editor).problems[0])


def test_it_advises_a_recommended_group(member):
    group = make_group(recommended=True)
    base.make_keyword("portage", group=group)
    base.make_keyword("atelier")
    assert chosen(["atelier"], member).advised == [group]
    assert chosen(["portage"], member).advised == []


def test_it_keeps_what_a_thing_carries_already(editor):
    keyword = base.make_keyword("portage", group=make_group(applied_by=Rank.ADMIN))
    assert chosen(["portage"], editor).problems
    assert not chosen(["portage"], editor, kept=[keyword.pk]).problems


def test_it_shows_what_a_new_word_resembles(editor):
    keyword = base.make_keyword("accompagnement")
    choice = chosen(["accompagnements"], editor)
    assert choice.similar == [("accompagnements", [keyword])] and choice.problems
    assert not chosen(["accompagnements"], editor, sure=True).problems
    assert not chosen(["couveuse"], editor).problems


def test_it_does_not_give_away_a_private_word(member, group_member, workgroup, private_workgroup):
    base.make_keyword("secret")
    base.make_minutes(private_workgroup, keywords=["secret"])
    hidden, unknown = chosen(["secret"], member), chosen(["inconnu"], member)
    assert str(hidden.problems[0]).replace("secret", "inconnu") == str(unknown.problems[0])
    assert chosen(["secret"], group_member).keywords


def test_it_refuses_a_draft(editor):
    keyword = base.make_keyword("portage")
    assert not chosen(["portage"], editor).problems
    keyword.unpublish()
    assert chosen(["portage"], editor).problems

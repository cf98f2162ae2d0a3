"""Merging one keyword into another, and taking it back."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wagtail.models import ModelLogEntry, PageLogEntry, Revision

from discussion.models import PageComment, PendingComment
from glossary.merging import merge, undo
from glossary.models import (
    FormerAddress,
    Keyword,
    KeywordFollow,
    KeywordLabel,
    KeywordLink,
    KeywordSuggestion,
)
from glossary.relations import broader_by_keyword, cycle_through
from glossary.uses import PageKeyword
from minutes.models import MinutesPage
from search import outbox
from tests import base

pytestmark = pytest.mark.django_db


def link(keyword, target, kind=KeywordLink.BROADER):
    return KeywordLink.objects.create(keyword=keyword, target=target, kind=kind)


def suggest(page, keyword, user, word=""):
    word = word or keyword.name
    return KeywordSuggestion.objects.create(
        page_id=page.pk, keyword=keyword, word=word, folded=word, language="fr", suggested_by=user
    )


def pending(page, *keywords):
    waiting = PendingComment.objects.create(
        page_id=page.pk,
        name="V",
        email="v@plenum.example",
        comment="…",
        language="fr",
        interface_language="fr",
        token=uuid.uuid4(),
    )
    waiting.keywords.set(keywords)
    return waiting


def with_draft(page, *names):
    draft = MinutesPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    draft.keywords.set(names)
    draft.save_revision()


def state():
    """All that a merge touches, as a reader or an editor would find it."""
    drafts = {}
    for page in MinutesPage.objects.all():
        draft = page.get_latest_revision_as_object()
        drafts[page.pk] = sorted(use.tag.name for use in draft.keyword_uses.all())
    rows = {
        "uses": PageKeyword.objects.values_list("content_object_id", "tag__name"),
        "comments": PageComment.keywords.through.objects.values_list(
            "pagecomment_id", "keyword__name"
        ),
        "pending": PendingComment.keywords.through.objects.values_list(
            "pendingcomment_id", "keyword__name"
        ),
        "follows": KeywordFollow.objects.values_list("keyword__name", "user_id", "since"),
        "suggestions": KeywordSuggestion.objects.values_list(
            "pk", "keyword__name", "page_id", "suggested_by_id", "word", "state", "suggested_at"
        ),
        "links": KeywordLink.objects.values_list("keyword__name", "target__name", "kind"),
        "labels": KeywordLabel.objects.values_list("keyword__name", "language", "text", "kind"),
        "addresses": FormerAddress.objects.values_list("slug", "keyword__name"),
        "keywords": Keyword.objects.values_list("name", "slug", "live", "merged_into__name"),
    }
    return {name: sorted(found, key=str) for name, found in rows.items()} | {"drafts": drafts}


def tags(page):
    uses = PageKeyword.objects.filter(content_object=page.pk)
    return sorted(uses.values_list("tag__name", flat=True))


@pytest.fixture
def two():
    return base.make_keyword("suivi"), base.make_keyword("accompagnement")


# --- What moves --------------------------------------------------------------------------------


def test_every_use_moves_and_none_is_doubled(two, workgroup, member, editor):
    source, target = two
    only = base.make_minutes(workgroup, keywords=["suivi"])
    both = base.make_minutes(workgroup, keywords=["suivi", "accompagnement"])
    comment = base.make_comment(only, keywords=[source])
    commented = base.make_comment(only, keywords=[source, target])
    waits = pending(only, source, target)
    for keyword in two:
        KeywordFollow.objects.create(keyword=keyword, user=member)
    KeywordFollow.objects.create(keyword=source, user=editor)
    third = base.make_minutes(workgroup)
    suggest(third, source, member)
    done = merge(source, target, editor)
    assert tags(only) == tags(both) == ["accompagnement"]
    assert [*comment.keywords.all()] == [*commented.keywords.all()] == [target]
    assert [*waits.keywords.all()] == [target]
    assert {follow.user for follow in target.follows.all()} == {member, editor}
    assert not source.follows.exists()
    assert [each.page_id for each in target.suggestions.all()] == [third.pk]
    source.refresh_from_db()
    assert (source.live, source.merged_into) == (False, target)
    assert (done.source, done.target, done.by) == (source, target, editor)
    assert Keyword.objects.unmerged().get() == target
    actions = ModelLogEntry.objects.filter(action="glossary.merge")
    assert {entry.object_id for entry in actions} == {str(source.pk), str(target.pk)}


def test_its_words_become_synonyms_or_the_word_of_a_language_that_had_none():
    source = base.make_keyword("suivi", nl="opvolging", en="coaching", synonyms=["guidance"])
    target = base.make_keyword("accompagnement", nl="begeleiding", synonyms=["Guidance"])
    merge(source, target)
    words = {(each.language, each.text, each.kind) for each in target.labels.all()}
    assert words == {
        ("fr", "accompagnement", "preferred"),
        ("fr", "Guidance", "synonym"),
        ("fr", "suivi", "synonym"),
        ("nl", "begeleiding", "preferred"),
        ("nl", "opvolging", "synonym"),
        ("en", "coaching", "preferred"),
    }
    for word in ("suivi", "opvolging", "coaching"):
        assert Keyword.objects.named(word) == target


def test_a_keyword_without_labels_keeps_the_name_it_is_shown_by():
    source, target = base.make_keyword("suivi"), Keyword.objects.create(name="accompagnement")
    bare = Keyword.objects.create(name="guidance")
    merge(source, target)
    merge(bare, target)
    assert target.label == "accompagnement"
    assert Keyword.objects.named("suivi") == Keyword.objects.named("guidance") == target


def test_former_addresses_and_earlier_merges_follow(two):
    source, target = two
    first = base.make_keyword("coaching")
    merge(first, source)
    source.refresh_from_db()
    source.slug = "suivi-nouveau"
    source.save()
    merge(source, target)
    first.refresh_from_db()
    assert first.merged_into == target
    assert [each.slug for each in target.former_addresses.all()] == ["suivi"]


def test_links_move_without_loops_doubles_or_cycles(two):
    source, target = two
    wide, narrow, beside, twice = (base.make_keyword(name) for name in "abcd")
    link(source, wide)
    link(narrow, source)
    link(source, beside, KeywordLink.RELATED)
    link(source, target, KeywordLink.RELATED)
    link(source, twice)
    link(twice, target, KeywordLink.RELATED)
    cycle = base.make_keyword("e")
    link(source, cycle)
    link(cycle, base.make_keyword("f"))
    link(Keyword.objects.get(name="f"), target)
    before = state()
    done = merge(source, target)
    found = {(each.keyword.name, each.target.name, each.kind) for each in KeywordLink.objects.all()}
    assert found == {
        ("accompagnement", "a", "broader"),
        ("b", "accompagnement", "broader"),
        ("accompagnement", "c", "related"),
        ("d", "accompagnement", "related"),
        ("e", "f", "broader"),
        ("f", "accompagnement", "broader"),
    }
    undo(done)
    assert state() == before


def test_search_finds_pages_by_the_words_of_both(workgroup, client):
    source = base.make_keyword("suivi", nl="opvolging")
    target = base.make_keyword("accompagnement", nl="begeleiding")
    base.make_minutes(workgroup, "Rencontre", keywords=["suivi"])

    def found(word):
        outbox.drain()
        return "Rencontre" in client.get("/fr/recherche/", {"q": word}).content.decode()

    assert found("opvolging") and not found("begeleiding")
    done = merge(source, target)
    assert found("opvolging") and found("begeleiding")
    undo(done)
    assert found("opvolging") and not found("begeleiding")


# --- Drafts and old revisions ------------------------------------------------------------------


def test_a_draft_that_names_the_source_is_published_with_the_target(two, workgroup):
    page = base.make_minutes(workgroup, keywords=["accompagnement"])
    with_draft(page, "suivi", "accompagnement")
    other = base.make_minutes(workgroup)
    with_draft(other, "suivi")
    merge(*two)
    for each in (page, other):
        MinutesPage.objects.get(pk=each.pk).latest_revision.publish()
        assert tags(each) == ["accompagnement"]
        assert PageKeyword.objects.filter(content_object=each.pk).count() == 1


def test_an_old_revision_is_reverted_to_with_the_target(two, workgroup, as_user, editor):
    page = base.make_minutes(workgroup, keywords=["suivi"])
    old = Revision.page_revisions.get(object_id=str(page.pk))
    page = MinutesPage.objects.get(pk=page.pk)
    page.keywords.clear()
    page.save_revision().publish()
    merge(*two)
    shown = as_user(editor).get(f"/admin/pages/{page.pk}/revisions/{old.pk}/revert/")
    assert [tag.name for tag in shown.context["form"].initial["keywords"]] == ["accompagnement"]
    old.publish()
    assert tags(page) == ["accompagnement"]


def test_undoing_gives_back_what_was_published_since_from_drafts(two, workgroup):
    source, target = two
    page = base.make_minutes(workgroup, keywords=["suivi"])
    both = base.make_minutes(workgroup, keywords=["suivi", "accompagnement"])
    done = merge(source, target)
    for each in (page, both):  # saved and left as drafts, with the target by now
        draft = MinutesPage.objects.get(pk=each.pk)
        draft.keywords.set(["accompagnement"])
        draft.save_revision()
    undo(done)
    for each in (page, both):
        MinutesPage.objects.get(pk=each.pk).latest_revision.publish()
    assert tags(page) == ["suivi"]
    assert tags(both) == ["accompagnement", "suivi"]


def test_the_draft_of_a_keyword_keeps_the_words_and_links_it_got(two):
    source, target = two
    link(source, base.make_keyword("a"))
    neighbour = base.make_keyword("b")
    link(neighbour, source)
    for keyword in (target, neighbour):
        keyword.definition_fr = "À relire."
        keyword.save_revision()
    before = state()
    done = merge(source, target)
    for name in ("accompagnement", "b"):
        Keyword.objects.get(name=name).latest_revision.publish()
    merged = Keyword.objects.get(name="accompagnement")
    assert merged.definition_fr == "À relire."
    assert {each.text for each in merged.labels.all()} == {"accompagnement", "suivi"}
    links = KeywordLink.objects.values_list("keyword__name", "target__name")
    assert set(links) == {("accompagnement", "a"), ("b", "accompagnement")}
    undo(done)
    assert state() == before


def test_a_merged_keyword_cannot_be_published_again(two):
    source, target = two
    revision = source.save_revision()
    merge(source, target)
    Revision.objects.get(pk=revision.pk).publish()
    source.refresh_from_db()
    assert (source.live, source.merged_into) == (False, target)


# --- What is refused ---------------------------------------------------------------------------


def test_it_refuses_what_makes_no_sense(two):
    source, target = two
    draft = base.make_keyword("brouillon", live=False)
    gone = base.make_keyword("parti")
    merge(gone, target)
    refused = [(source, source), (gone, source), (source, gone), (source, draft)]
    messages = set()
    for one, other in refused:
        with pytest.raises(ValidationError) as refusal:
            merge(one, other)
        messages |= {*refusal.value.messages}
    assert len(messages) == 3  # a merged one on either side is told alike
    merge(draft, source)  # a draft may be merged away
    assert Keyword.objects.unmerged().count() == 2


def test_it_is_undone_once_and_within_thirty_days(two):
    source, target = two
    done = merge(source, target)
    undo(done)
    with pytest.raises(ValidationError, match="déjà"):
        undo(done)
    again = merge(source, target)
    again.at = timezone.now() - datetime.timedelta(days=31)
    again.save()
    with pytest.raises(ValidationError, match="30 jours"):
        undo(again)
    again.at = timezone.now() - datetime.timedelta(days=29)
    again.save()
    undo(again)


def test_later_merges_are_undone_first(two, workgroup):
    source, target = two
    third, fourth = base.make_keyword("guidance"), base.make_keyword("aide")
    page = base.make_minutes(workgroup, keywords=["suivi", "guidance"])
    before = state()
    first = merge(source, target)
    second = merge(third, target)
    last = merge(target, fourth)
    with pytest.raises(ValidationError, match="« aide »"):
        undo(first)
    undo(last)
    with pytest.raises(ValidationError, match="« guidance »"):
        undo(first)
    undo(second)
    undo(first)
    assert tags(page) == ["guidance", "suivi"]
    assert state() == before


def test_what_was_given_to_the_target_since_stays_with_it(two, workgroup, member):
    source, target = two
    moved = base.make_minutes(workgroup, keywords=["suivi"])
    removed = base.make_minutes(workgroup, keywords=["suivi"])
    done = merge(source, target)
    since = base.make_minutes(workgroup, keywords=["accompagnement"])
    comment = base.make_comment(since, keywords=[target])
    KeywordFollow.objects.create(keyword=target, user=member)
    PageKeyword.objects.filter(content_object=removed.pk).delete()
    undo(done)
    assert tags(moved) == ["suivi"]
    assert tags(since) == ["accompagnement"]
    assert tags(removed) == []
    assert [*comment.keywords.all()] == [target]
    assert target.follows.count() == 1 and not source.follows.exists()


def test_undoing_survives_that_people_and_pages_are_gone(two, workgroup, member):
    source, target = two
    page = base.make_minutes(workgroup, keywords=["suivi"])
    for keyword in two:
        KeywordFollow.objects.create(keyword=keyword, user=member)
        suggest(base.make_minutes(workgroup), keyword, member)
    done = merge(source, target)
    member.delete()
    page.delete()
    undo(done)
    assert Keyword.objects.unmerged().count() == 2
    assert not KeywordFollow.objects.exists() and not PageKeyword.objects.exists()


def test_it_asks_as_many_questions_for_one_use_as_for_many(workgroup):
    def cost(name, number):
        source, target = base.make_keyword(name), base.make_keyword(f"{name}s bis")
        for _each in range(number):
            page = base.make_minutes(workgroup, keywords=[name])
            base.make_comment(page, keywords=[source])
        with CaptureQueriesContext(connection) as merging:
            done = merge(source, target)
        with CaptureQueriesContext(connection) as undoing:
            undo(done)
        return len(merging), len(undoing)

    cost("a", 1)  # what is only ever asked once
    assert cost("b", 1) == cost("c", 8)
    assert not PageLogEntry.objects.filter(action="glossary.retag").exists()


# --- Properties --------------------------------------------------------------------------------

SOME = st.sets(st.sampled_from(["suivi", "accompagnement", "autre"]))
LABELS = st.lists(
    st.tuples(st.sampled_from(["fr", "nl", "en"]), st.sampled_from(["un", "deux", "trois"])),
    max_size=4,
    unique=True,
)
LINKS = st.lists(
    st.tuples(
        st.sampled_from([(0, 1), (1, 0), (0, 2), (2, 0), (0, 3), (3, 0), (1, 2), (3, 1), (2, 3)]),
        st.sampled_from(["broader", "related"]),
    ),
    max_size=6,
    unique_by=lambda each: each[0],
)


@settings(max_examples=25)
@example(  # what stood between the two already, in both directions
    pages=[({"suivi", "accompagnement"}, {"suivi"})],
    comments=[],
    follows=[],
    suggested=[],
    labels=([("en", "deux")], [("fr", "deux")]),
    links=[((1, 0), "broader"), ((0, 1), "related"), ((3, 0), "related")],
)
@given(
    pages=st.lists(st.tuples(SOME, st.none() | SOME), min_size=1, max_size=3),
    comments=st.lists(SOME, max_size=3),
    follows=st.lists(SOME, max_size=2),
    suggested=st.lists(st.sets(st.sampled_from([0, 1]), max_size=2), max_size=2),
    labels=st.tuples(LABELS, LABELS),
    links=LINKS,
)
def test_no_use_is_lost_none_doubled_and_undoing_restores_all(
    pages, comments, follows, suggested, labels, links
):
    with transaction.atomic():
        _check(pages, comments, follows, suggested, labels, links)
        transaction.set_rollback(True)


def _check(pages, comments, follows, suggested, labels, links):
    group = base.make_workgroup()
    words = [
        Keyword.objects.create(name=name) for name in ("suivi", "accompagnement", "autre", "x")
    ]
    source, target = words[:2]
    known = {each.name: each for each in words}
    for keyword, said in zip(words, labels, strict=False):
        preferred = set()
        for language, text in said:
            kind = "synonym" if language in preferred else "preferred"
            preferred.add(language)
            KeywordLabel.objects.create(keyword=keyword, language=language, text=text, kind=kind)
    for (one, other), kind in links:
        way = cycle_through(words[one].pk, [words[other].pk], broader_by_keyword())
        if kind == "related" or not way:
            link(words[one], words[other], kind)
    made = []
    for live, draft in pages:
        page = base.make_minutes(group, keywords=sorted(live))
        made.append(page)
        if draft is not None:
            with_draft(page, *sorted(draft))
    for carried in comments:
        base.make_comment(made[0], keywords=[known[name] for name in carried])
        pending(made[0], *(known[name] for name in carried))
    for carried in follows:
        user = base.make_user()
        for name in carried:
            KeywordFollow.objects.create(keyword=known[name], user=user)
    user = base.make_user()
    for page, which in zip(made, suggested, strict=False):
        for one in which:
            suggest(page, words[one], user)
    before = state()
    done = merge(source, target)
    after = state()

    def moved(rows, at):
        swap = {"suivi": "accompagnement"}
        return sorted(
            {(*row[:at], swap.get(row[at], row[at]), *row[at + 1 :]) for row in rows}, key=str
        )

    for name, at in (("uses", 1), ("comments", 1), ("pending", 1)):
        assert after[name] == moved(before[name], at)
    heads = [row[:2] for row in before["follows"]]
    assert [row[:2] for row in after["follows"]] == moved(heads, 0)
    kept = [(row[1], row[2]) for row in before["suggestions"]]
    assert sorted((row[1], row[2]) for row in after["suggestions"]) == moved(kept, 0)
    for pk, names in before["drafts"].items():
        assert after["drafts"][pk] == sorted(
            {"accompagnement" if name == "suivi" else name for name in names}
        )
    said = {(row[1], row[2]) for row in before["labels"] if row[0] == "suivi"}
    assert said <= {(row[1], row[2]) for row in after["labels"] if row[0] == "accompagnement"}
    assert Keyword.objects.named("suivi") == target
    assert not [row for row in after["links"] if "suivi" in row[:2] or row[0] == row[1]]
    undo(done)
    assert state() == before

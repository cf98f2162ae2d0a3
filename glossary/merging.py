"""Merges one keyword into another, and undoes it for a while.

After a merge everything that said the source says the target: pages, comments, followers,
suggestions that wait, links, words and former addresses. The source keeps its row, its words
and its address, which leads to the target; it is live no more.

Revisions are not rewritten. What was drafted or published with the source before is read as
carrying the target (`retagging.current_uses`), so that old revisions, too, may be published.

`KeywordMerge.moved` says what was done, in ids:

    pages, comments, pending   {"moved": ids, "both": ids}: those that carried the source
                               only, and those that carried the target as well
    drafts                     the same for pages with a draft that is still unpublished, and
                               "none": those of pages.moved whose draft named neither
    follows      {"moved": ids of rows, "both": [fields of rows]}
    suggestions  {"moved": ids of rows, "both": [fields of rows]}; the waiting ones
    links        {"moved": [fields of rows, as before], "both": [fields of rows]}: "both" were
                 links between the two, said already, or would have made a cycle
    labels       [[language, text]], made on the target
    addresses    ids of FormerAddress rows that followed
    merged       ids of keywords that had been merged into the source
    live         whether the source was published
"""

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from discussion.models import PageComment, PendingComment
from glossary.models import FormerAddress, Keyword, KeywordLabel, KeywordLink, fold
from glossary.retagging import change_drafts, refer
from glossary.takeover import (
    add_to_draft,
    copy_labels,
    fields_of,
    give_links_back,
    move_links,
    take_words_from_draft,
)
from glossary.uses import KeywordFollow, KeywordMerge, KeywordSuggestion, PageKeyword

UNDO_DAYS = 30
MERGED, UNMERGED = "glossary.merge", "glossary.unmerge"

#: The rows that tie comments to keywords: (name in `moved`, model, field of the comment).
_COMMENTS = [
    ("comments", PageComment.keywords.through, "pagecomment_id"),
    ("pending", PendingComment.keywords.through, "pendingcomment_id"),
]


@transaction.atomic
def merge(source: Keyword, target: Keyword, user=None) -> KeywordMerge:
    """Merges `source` into `target`; raises ValidationError where that makes no sense."""
    source, target = _locked(source.pk, target.pk)
    if problem := why_not_merge(source, target):
        raise ValidationError(problem)
    pages = _move_pages(source, target)
    moved = {
        "drafts": _drafts_naming(source, target, pages),
        "pages": pages,
        **{name: _move_tags(rows, key, source, target) for name, rows, key in _COMMENTS},
        "follows": _move_rows(KeywordFollow.objects, "user_id", source, target),
        "suggestions": _move_rows(_waiting(), "page_id", source, target),
        "links": move_links(source, target),
        "labels": copy_labels(source, target),
        "addresses": _move_all(FormerAddress.objects.filter(keyword=source), keyword=target),
        "merged": _move_all(Keyword.objects.filter(merged_into=source), merged_into=target),
        "live": source.live,
    }
    add_to_draft(target, moved)
    source.revisions.update(approved_go_live_at=None)  # its hour has passed
    source.live, source.merged_into = False, target
    done = KeywordMerge.objects.create(source=source, target=target, by=user, moved=moved)
    _tell(done, [*pages["moved"], *pages["both"]], MERGED, user)
    return done


def why_not_merge(source: Keyword, target: Keyword) -> str:
    """Why one keyword cannot be merged into another, "" where it can."""
    if source.pk == target.pk:
        return _("Un mot-clé ne peut pas être fusionné avec lui-même.")
    for keyword in (source, target):
        if keyword.merged_into_id:
            return _("« %(name)s » a déjà été fusionné dans un autre mot-clé.") % {
                "name": keyword.name
            }
    if not target.live:
        return _("« %(name)s » n’est pas publié : publiez-le d’abord.") % {"name": target.name}
    return ""


def preview(source: Keyword, target: Keyword) -> list[tuple[int, int]]:
    """How many things would move, and how many say both already: pages, comments, comments to
    confirm, followers, waiting suggestions, links, former addresses."""
    ties = [
        (PageKeyword.objects, "tag_id", "content_object_id"),
        *((rows._default_manager, "keyword_id", key) for _name, rows, key in _COMMENTS),
        (KeywordFollow.objects, "keyword_id", "user_id"),
        (_waiting(), "keyword_id", "page_id"),
    ]
    found = []
    for rows, keyword, key in ties:
        of_target = rows.order_by().filter(**{keyword: target.pk}).values(key)
        of_source = rows.order_by().filter(**{keyword: source.pk})
        both = of_source.filter(**{f"{key}__in": of_target}).count()
        found.append((of_source.count() - both, both))
    links = KeywordLink.objects.filter(Q(keyword=source) | Q(target=source))
    between = links.filter(Q(keyword=target) | Q(target=target)).count()
    addresses = source.former_addresses.count() + 1  # its own
    return [*found, (links.count() - between, between), (addresses, 0)]


@transaction.atomic
def undo(merge: KeywordMerge, user=None) -> None:
    """Gives back to the source what moved; raises ValidationError where it is too late.

    What carried both keeps both, what was given to the target since stays with the target,
    and what has been taken from the target since does not come back.
    """
    source, target = _locked(merge.source_id, merge.target_id)
    merge.refresh_from_db()
    merge.source, merge.target = source, target
    if problem := why_not_undo(merge, standing()):
        raise ValidationError(problem)
    moved = merge.moved
    words = {(language, fold(text)) for language, text in moved["labels"]}
    take_words_from_draft(target, words, {fields["id"] for fields in moved["links"]["moved"]})
    labels = KeywordLabel.objects.filter(keyword=target)
    for language, text in moved["labels"]:
        labels.filter(language=language, folded=fold(text)).delete()
    pages = _give_pages_back(moved, source, target)
    for name, rows, key in _COMMENTS:
        _give_tags_back(rows, key, moved[name], source, target)
    for model, name in ((KeywordFollow, "follows"), (KeywordSuggestion, "suggestions")):
        rows = model.objects.filter(pk__in=moved[name]["moved"], keyword=target)
        rows.update(keyword=source)
        again = [model(**fields) for fields in _still_possible(model, moved[name]["both"])]
        model.objects.bulk_create(again, ignore_conflicts=True)
    addresses = FormerAddress.objects.filter(pk__in=moved["addresses"], keyword=target)
    addresses.update(keyword=source)
    merged = Keyword.objects.filter(pk__in=moved["merged"], merged_into=target)
    merged.update(merged_into=source)
    source.live, source.merged_into = moved["live"], None
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    _tell(merge, pages, UNMERGED, user)
    give_links_back(moved["links"], source, target)


def standing() -> list[KeywordMerge]:
    """The merges that have not been undone and may yet be, or have just ceased to be."""
    after = timezone.now() - datetime.timedelta(days=UNDO_DAYS + 1)
    known = KeywordMerge.objects.filter(undone_at=None, at__gte=after)
    return list(known.select_related("source", "target").order_by("pk"))


def undo_until(merge: KeywordMerge) -> datetime.datetime:
    return merge.at + datetime.timedelta(days=UNDO_DAYS)


def why_not_undo(merge: KeywordMerge, others: Iterable[KeywordMerge]) -> str:
    """Why a merge cannot be undone, "" where it can; `others` is what `standing` gives."""
    if merge.undone_at:
        return _("Cette fusion a déjà été annulée.")
    if timezone.now() > undo_until(merge):
        return _("Une fusion ne peut être annulée que pendant %(days)d jours.") % {
            "days": UNDO_DAYS
        }
    later = [other for other in others if other.pk > merge.pk]
    for other in sorted(later, key=lambda other: other.pk, reverse=True):
        if other.source_id == merge.target_id:
            return _(
                "« %(name)s » a été fusionné depuis dans « %(into)s » :"
                " annulez d’abord cette fusion-là."
            ) % {"name": other.source.name, "into": other.target.name}
        # What the later one found on the target may have come from the earlier one.
        if other.target_id == merge.target_id:
            return _(
                "« %(name)s » a été fusionné depuis dans le même mot-clé :"
                " annulez d’abord cette fusion-là."
            ) % {"name": other.source.name}
    return ""


def _locked(source_id, target_id) -> tuple[Keyword, Keyword]:
    """The two as they are now, held until the end of the transaction, always in one order."""
    both = Keyword.objects.select_for_update().filter(pk__in=[source_id, target_id])
    found = {keyword.pk: keyword for keyword in both.order_by("pk")}
    if not {source_id, target_id} <= found.keys():
        raise ValidationError(_("Ce mot-clé n’existe plus."))
    return found[source_id], found[target_id]


def _tell(done, page_ids, action, user) -> None:
    """Saves both keywords, of which search and caches hear, and writes it in their histories."""
    refer(page_ids)
    for keyword in (done.source, done.target):
        keyword.save(update_fields=["live", "merged_into"])
        log(
            instance=keyword,
            action=action,
            user=user,
            data={"source": done.source.name, "target": done.target.name},
        )


# --- Pages and comments ------------------------------------------------------------------------


def _move_pages(source, target) -> dict:
    return _move_tags(PageKeyword, "content_object_id", source, target, field="tag_id")


def _move_tags(rows, key, source, target, field="keyword_id") -> dict:
    """Moves rows that tie things to keywords; those that both are tied to lose one."""
    every = rows._default_manager.order_by(key)
    has_target = every.order_by().filter(**{field: target.pk}).values(key)
    of_source = every.filter(**{field: source.pk})
    both = list(of_source.filter(**{f"{key}__in": has_target}).values_list(key, flat=True))
    doubled = of_source.order_by().filter(**{f"{key}__in": has_target})
    doubled._raw_delete(doubled.db)
    moved = list(of_source.values_list(key, flat=True))
    of_source.order_by().update(**{field: target.pk})
    return {"moved": moved, "both": both}


def _give_tags_back(rows, key, moved, source, target, field="keyword_id") -> None:
    of_target = rows._default_manager.filter(**{field: target.pk})
    still = of_target.filter(**{f"{key}__in": moved["both"]}).values_list(key, flat=True)
    again = [rows(**{key: pk, field: source.pk}) for pk in still]
    of_target.filter(**{f"{key}__in": moved["moved"]}).update(**{field: source.pk})
    rows._default_manager.bulk_create(again, ignore_conflicts=True)


def _drafts_naming(source, target, pages) -> dict:
    """What the revisions say that are yet to be published; see the docstring of the module."""
    into = {source.pk: source.pk, target.pk: target.pk}
    earlier = Keyword.objects.filter(merged_into__in=into)
    into.update(earlier.values_list("pk", "merged_into"))
    drafted = Page.objects.filter(has_unpublished_changes=True)
    drafts = Revision.page_revisions.filter(pk__in=drafted.values("latest_revision"))
    found = {"moved": [], "both": [], "none": []}
    for key, uses in drafts.values_list("object_id", "content__keyword_uses"):
        named = {into.get(use["tag"]) for use in uses or []}
        if source.pk in named:
            found["both" if target.pk in named else "moved"].append(int(key))
        else:
            found["none"].append(int(key))
    found["none"] = [page for page in found["none"] if page in {*pages["moved"], *pages["both"]}]
    return {name: sorted(ids) for name, ids in found.items()}


def _give_pages_back(moved, source, target) -> list[int]:
    """Gives pages and drafts back; the ids of the pages that carried the source."""
    pages, drafts = moved["pages"], moved["drafts"]
    _give_tags_back(PageKeyword, "content_object_id", pages, source, target, field="tag_id")
    # A draft of then says what a draft should carry better than the published page does.
    drafted = {*drafts["moved"], *drafts["both"], *drafts["none"]}
    only = {*pages["moved"]} - drafted | {*drafts["moved"]}
    both = {*pages["both"]} - drafted | {*drafts["both"]}

    def anew(page, tags):
        if target.pk not in tags:
            return tags
        if page in only:
            return [source.pk if tag == target.pk else tag for tag in tags]
        return [*tags, source.pk]

    change_drafts(sorted(only | both), anew)
    return sorted({*pages["moved"], *pages["both"]})


# --- Followers and suggestions -----------------------------------------------------------------


def _waiting():
    return KeywordSuggestion.objects.filter(state=KeywordSuggestion.WAITING)


def _move_rows(rows, key, source, target) -> dict:
    """Moves rows of which a keyword has one per `key`; those that are doubled are taken out."""
    has_target = rows.filter(keyword=target).values(key)
    doubled = rows.filter(keyword=source, **{f"{key}__in": has_target}).order_by("pk")
    both = [fields_of(row) for row in doubled]
    rows.filter(pk__in=[fields["id"] for fields in both]).delete()
    return {"moved": _move_all(rows.filter(keyword=source), keyword=target), "both": both}


def _move_all(rows, **change) -> list[int]:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.filter(pk__in=ids).update(**change)
    return ids


def _still_possible(model, rows: list[dict]) -> list[dict]:
    """Those of whom everything that they point at is still there."""
    for field in model._meta.concrete_fields:
        if field.is_relation:
            wanted = {row[field.attname] for row in rows}
            known = field.related_model._default_manager.filter(pk__in=wanted - {None})
            there = {None, *known.values_list("pk", flat=True)}
            rows = [row for row in rows if row[field.attname] in there]
    return rows

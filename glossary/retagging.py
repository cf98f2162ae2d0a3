"""Changes the keywords of many pages at once, in what is published and in what is drafted.

A page's keywords lie in three places: the rows of PageKeyword, which readers see; the content
of its latest revision, which an editor goes on with; and that of a revision that waits for
its hour. All three are changed, or a draft published later would take the change back.
"""

from collections.abc import Callable, Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.log_actions import get_active_log_context
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision

from glossary.models import Keyword
from glossary.uses import PageKeyword
from search import outbox

LOG_ACTION = "glossary.retag"
CHUNK = 200  # pages changed in one step: their revisions are in memory together
#: Where Wagtail's index of references notes a page's keywords.
_REFERENCE = "keyword_uses.item.tag"


def retag(pages, *, add=(), remove=(), user=None) -> int:
    """Adds and removes keywords on these pages (pages or their ids); how many were changed.

    `add` and `remove` are Keywords; one that is in both is added. What stands on an alias is
    that of its original, so the original and all its aliases are changed. The rules of the
    keywords' groups are not asked: see `glossary.rules`.
    """
    wanted = {getattr(page, "pk", page) for page in pages}
    added = [keyword.pk for keyword in add]
    removed = [keyword.pk for keyword in remove if keyword.pk not in added]
    wanted |= set(
        Page.objects.filter(pk__in=wanted, alias_of__isnull=False).values_list(
            "alias_of", flat=True
        )
    )
    words = {
        "added": [keyword.name for keyword in add],
        "removed": [keyword.name for keyword in remove if keyword.pk in removed],
    }
    ids, changed = sorted(wanted), 0
    with transaction.atomic():
        for at in range(0, len(ids), CHUNK):
            done = _retag_some(_with_aliases(ids[at : at + CHUNK]), added, removed)
            refer(done)
            outbox.add(*Page.objects.filter(pk__in=done).only("pk"))
            log(done, LOG_ACTION, words, user)
            changed += len(done)
    return changed


def _with_aliases(page_ids) -> list[int]:
    """These pages, the originals of those that are aliases, and every alias of them."""
    aliases = Page.objects.filter(pk__in=page_ids, alias_of__isnull=False)
    originals = {*page_ids, *aliases.values_list("alias_of", flat=True)}
    every = Page.objects.filter(Q(pk__in=originals) | Q(alias_of__in=originals))
    return list(every.values_list("pk", flat=True))


def _retag_some(page_ids, added, removed) -> set[int]:
    """The ids of those pages that were changed."""
    uses = PageKeyword.objects.filter(content_object__in=page_ids)
    carried = set(
        uses.filter(tag__in=[*added, *removed]).values_list("content_object_id", "tag_id")
    )
    missing = [(page, tag) for page in page_ids for tag in added if (page, tag) not in carried]
    gone = [(page, tag) for page, tag in carried if tag in removed]
    # Raw, for the signals of each row would have the search index told page by page.
    stale = uses.filter(tag__in=removed)
    stale._raw_delete(stale.db)
    PageKeyword.objects.bulk_create(
        (PageKeyword(content_object_id=page, tag_id=tag) for page, tag in missing),
        ignore_conflicts=True,
    )
    rows = {
        (page, tag): pk
        for page, tag, pk in uses.filter(tag__in=added).values_list(
            "content_object_id", "tag_id", "pk"
        )
    }

    def anew(page, tags):
        return [*(tag for tag in tags if tag not in removed), *(t for t in added if t not in tags)]

    drafts = change_drafts(page_ids, anew, rows)
    return {page for page, _tag in [*missing, *gone]} | drafts


# --- Drafts ------------------------------------------------------------------------------------


def drafts_of(page_ids: Iterable[int]):
    """The revisions of these pages that may still be published: the latest, and the scheduled."""
    latest = Page.objects.filter(pk__in=page_ids, latest_revision__isnull=False)
    keys = [str(pk) for pk in page_ids]
    revisions = Revision.page_revisions.filter(object_id__in=keys)
    scheduled = revisions.filter(approved_go_live_at__isnull=False)
    return revisions.filter(
        Q(pk__in=latest.values("latest_revision")) | Q(pk__in=scheduled.values("pk"))
    )


def change_drafts(
    page_ids: Iterable[int], anew: Callable[[int, list[int]], list[int]], rows=None
) -> set[int]:
    """Gives the drafts of these pages other keywords; the ids of the pages concerned.

    `anew(page id, ids of the draft's keywords)` gives the ids that it should have; `rows` the
    keys of PageKeyword rows by (page id, keyword id).
    """
    page_ids, touched = list(page_ids), set()
    for at in range(0, len(page_ids), CHUNK):
        revisions = drafts_of(page_ids[at : at + CHUNK])
        changed = []
        revisions = list(revisions.only("pk", "object_id", "content"))
        named = {use["tag"] for each in revisions for use in each.content.get("keyword_uses", [])}
        merged = _merged(named)
        for revision in revisions:
            page = int(revision.object_id)
            stored = revision.content.get("keyword_uses", [])
            uses = current_uses(stored, merged)
            tags = anew(page, [use["tag"] for use in uses])
            if set(tags) in ({use["tag"] for use in uses}, {use["tag"] for use in stored}):
                continue
            known = {use["tag"]: use for use in uses}
            revision.content["keyword_uses"] = [
                known.get(tag)
                or {"pk": (rows or {}).get((page, tag)), "tag": tag, "content_object": page}
                for tag in tags
            ]
            changed.append(revision)
            touched.add(page)
        Revision.objects.bulk_update(changed, ["content"], batch_size=20)
    return touched


def current_uses(uses: list[dict], merged: dict[int, int] | None = None) -> list[dict]:
    """A revision's uses of keywords (as modelcluster stores them), with merged keywords resolved.

    A keyword that was merged since stands for the one it was merged into; each comes once.
    `merged`, {id: id it was merged into}, is asked of the database where it is not given.
    """
    if merged is None:
        merged = _merged({use["tag"] for use in uses})
    if not merged:
        return uses
    resolved = {}
    # Those that name the keyword itself first: they are the rows that are there already.
    for use in sorted(uses, key=lambda use: use["tag"] in merged):
        tag = merged.get(use["tag"], use["tag"])
        resolved.setdefault(tag, {**use, "tag": tag})
    return list(resolved.values())


def _merged(keyword_ids) -> dict[int, int]:
    known = Keyword.objects.filter(pk__in=keyword_ids, merged_into__isnull=False)
    return dict(known.values_list("pk", "merged_into"))


# --- Who hears of it ---------------------------------------------------------------------------


def refer(page_ids: Iterable[int]) -> None:
    """Makes Wagtail's index of references true again, which hears of no rows written in bulk."""
    page_ids = list(page_ids)
    for at in range(0, len(page_ids), CHUNK):
        _refer_some(page_ids[at : at + CHUNK])


def _refer_some(page_ids) -> None:
    base = ContentType.objects.get_for_model(Page)
    target = ContentType.objects.get_for_model(Keyword)
    known = ReferenceIndex.objects.filter(
        base_content_type=base,
        to_content_type=target,
        model_path=_REFERENCE,
        object_id__in=[str(pk) for pk in page_ids],
    )
    known._raw_delete(known.db)
    types = dict(Page.objects.filter(pk__in=page_ids).values_list("pk", "content_type"))
    rows = PageKeyword.objects.filter(content_object__in=page_ids)
    references = []
    for pk, page, tag in rows.values_list("pk", "content_object_id", "tag_id"):
        path = f"keyword_uses.{pk}.tag"
        references.append(
            ReferenceIndex(
                base_content_type=base,
                content_type_id=types[page],
                object_id=str(page),
                to_content_type=target,
                to_object_id=str(tag),
                model_path=_REFERENCE,
                content_path=path,
                content_path_hash=ReferenceIndex._get_content_path_hash(path),
            )
        )
    ReferenceIndex.objects.bulk_create(references, ignore_conflicts=True)


def log(page_ids: Iterable[int], action: str, data: dict, user=None) -> None:
    """An entry for each page in its history, as `wagtail.log_actions.log` writes one."""
    context, now = get_active_log_context(), timezone.now()
    pages = Page.objects.filter(pk__in=page_ids).only("pk", "content_type", "draft_title", "title")
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            content_type_id=page.content_type_id,
            label=page.draft_title or page.title,
            action=action,
            timestamp=now,
            uuid=context.uuid,
            user=user or context.user,
            page=page,
            data=data,
            revision_id=None,
            content_changed=True,
        )
        for page in pages
    )

"""Moving a comment, and all that answers it, to the discussion of another page."""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Page

from discussion.models import MOST_LEVEL, ModerationAct, PageComment, lock_threads
from discussion.moderation import note
from discussion.threads import mark_under_held


def move(comment, page, moderator, at=None) -> ModerationAct | None:
    """The comment starts a thread of its own under that page; its replies go with it.

    Returns what was done, which moderation.undo takes; None when it is there already or gone.
    Numbers stay, so permalinks and the order of writing do. A passage it spoke of stays behind.
    """
    with transaction.atomic():
        lock_threads([comment.pk])
        branch = _branch(comment.pk)
        if not branch or branch[0].page_id == page.pk:
            return None
        top = branch[0]
        before = {"page": top.page_id, "anchor": top.anchor}
        if top.is_reply:
            before["parent"] = top.parent_id
        _place(branch, page, None, "")
        return note(top, ModerationAct.Act.MOVE, moderator, before | {"to": page.pk}, at=at)


def move_back(comment, before) -> bool:
    """Undo a move: under what it answered, if that is where it was; else as a thread there."""
    lock_threads([comment.pk, before.get("parent")])
    branch = _branch(comment.pk)
    page = Page.objects.filter(pk=before["page"]).first()
    if not branch or page is None or branch[0].page_id != before.get("to"):
        return False
    parent = PageComment.objects.filter(pk=before.get("parent"), page=page).first()
    _place(branch, page, parent, before["anchor"])
    return True


def _branch(pk) -> list[PageComment]:
    """The comment and all under it, locked, itself first.

    A reply's number is higher than that of what it answers: one look in that order finds all.
    """
    top = PageComment.objects.filter(pk=pk)
    rows = PageComment.objects.select_for_update(of=("self",)).filter(
        page__in=top.values("page"), start__in=top.values("start"), pk__gte=pk
    )
    branch, keys = [], set()
    for row in rows.select_related("page").order_by("pk"):
        if row.pk == pk or row.parent_id in keys:
            keys.add(row.pk)
            branch.append(row)
    return branch


def _place(branch, page, parent, anchor) -> None:
    """Put a branch under a comment of this page, or as a thread of its own."""
    top = branch[0]
    start = parent.start if parent else top.pk
    deeper = (parent.level + 1 if parent else 0) - top.level
    kind = ContentType.objects.get_for_id(page.content_type_id)
    top.parent_id = parent.pk if parent else top.pk
    for row in branch:
        row.page, row.content_type, row.object_pk = page, kind, str(page.pk)
        row.start = row.thread_id = start
        row.level = max(0, min(row.level + deeper, MOST_LEVEL))
        row.anchor = parent.anchor if parent else anchor
        # One by one: search hears of each.
        row.save(
            update_fields=[
                "page", "content_type", "object_pk", "start", "thread_id", "level", "parent_id",
                "anchor",
            ]
        )  # fmt: skip
    mark_under_held([start])

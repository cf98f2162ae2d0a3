"""Hiding comments and showing them again: the one way to do it, and who may do it to which."""

from django.db import transaction

from accounts.duties import moderates
from accounts.visibility import visible_pages
from discussion.models import ModerationAct, PageComment


def moderated_by(user):
    """The comments that the user may hide or restore, whatever their state.

    Moderators hold the right over what they may read: not over the discussions of a group
    that is closed to them.
    """
    if not moderates(user):
        return PageComment.objects.none()
    return PageComment.objects.filter(page__in=visible_pages(user))


def set_hidden(comments, hidden: bool, moderator) -> list[PageComment]:
    """Hide or restore these comments; returns those whose state has changed.

    Each change leaves a ModerationAct. Replies keep a state of their own, and each comment is
    saved by itself, so that search hears of it.
    """
    act = ModerationAct.HIDE if hidden else ModerationAct.RESTORE
    with transaction.atomic():
        changed = list(
            PageComment.objects.select_for_update().filter(
                pk__in=[comment.pk for comment in comments], is_removed=not hidden
            )
        )
        for comment in changed:
            comment.is_removed = hidden
            comment.save(update_fields=["is_removed"])
            ModerationAct.objects.create(comment=comment, moderator=moderator, act=act)
    return changed

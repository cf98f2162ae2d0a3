"""What becomes of comments: the one way to change it, and who may change which."""

from django.db import transaction

from accounts.duties import moderates
from accounts.visibility import visible_pages
from discussion.models import ModerationAct, PageComment, State

#: The state that each act leads to.
LEADS_TO = {
    ModerationAct.Act.HOLD: State.HELD,
    ModerationAct.Act.APPROVE: State.PUBLISHED,
    ModerationAct.Act.RESTORE: State.PUBLISHED,
    ModerationAct.Act.HIDE: State.HIDDEN,
    ModerationAct.Act.SPAM: State.SPAM,
    ModerationAct.Act.DELETE: State.DELETED,
}


def moderated_by(user):
    """The comments that the user may moderate, whatever their state.

    Moderators hold the right over what they may read: not over the discussions of a group
    that is closed to them.
    """
    if not moderates(user):
        return PageComment.objects.none()
    return PageComment.objects.filter(page__in=visible_pages(user))


def set_state(comments, act, moderator=None, words="") -> list[PageComment]:
    """Do this act to these comments; returns those whose state has changed.

    Each change leaves a ModerationAct. Replies keep a state of their own, and each comment is
    saved by itself, so that search hears of it. `moderator` is None for what the site does.
    """
    state = LEADS_TO[act]
    with transaction.atomic():
        changed = list(
            PageComment.objects.select_for_update(of=("self",))
            .filter(pk__in=[comment.pk for comment in comments])
            .exclude(state=state)
            .order_by("pk")  # two moderators lock in one order
        )
        for comment in changed:
            before = {"state": comment.state}
            comment.state = state
            comment.save(update_fields=["state"])
            ModerationAct.objects.create(
                comment=comment, moderator=moderator, act=act, before=before, words=words
            )
    return changed


def set_hidden(comments, hidden: bool, moderator) -> list[PageComment]:
    """Hide or restore these comments; returns those whose state has changed."""
    act = ModerationAct.HIDE if hidden else ModerationAct.RESTORE
    return set_state(comments, act, moderator)

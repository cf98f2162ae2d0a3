"""Members say that a comment should not stand; enough of them take it away until it is read."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from discussion import moderation_mail
from discussion.models import ModerationAct, Report
from discussion.moderation import REPORTED, locked, note, set_state
from discussion.trust import may_write, trusted

#: How often an author answers about one comment, and how much.
MOST_ANSWERS, MOST_WORDS = 3, 1_000


class TooMany(Exception):
    """This member has reported enough for a day."""


def may_report(comment, user) -> bool:
    """Whether a member may: others' comments, while these are shown and they may write."""
    return (
        user.is_authenticated
        and comment.is_shown
        and comment.user_id != user.pk
        and may_write(user)
    )


def report(comment, user, reason, words="") -> bool:
    """Store what a member says of a comment; False when they had said something already.

    Raises TooMany. Where that makes enough open reports of trusted members, the comment is
    held, and its author told; reports that a moderator has settled count no more.
    """
    with transaction.atomic():
        # One report after the other, on a comment and of a member: limits are exact.
        comment = locked([comment.pk]).get()
        get_user_model().objects.select_for_update().get(pk=user.pk)
        theirs = Report.objects.filter(user=user)
        if theirs.filter(comment=comment).exists():
            return False
        since = timezone.now() - timedelta(days=1)
        if theirs.filter(at__gt=since).count() >= settings.COMMENT_REPORTS_A_DAY:
            raise TooMany
        Report.objects.create(
            comment=comment, user=user, reason=reason, words=words, trusted=trusted(user)
        )
        counted = comment.reports.filter(settled_at=None, trusted=True).count()
        if counted >= settings.COMMENT_REPORTS_HIDE:
            act = ModerationAct.Act.HOLD
            if set_state([comment], act, reason=REPORTED):
                moderation_mail.when_reported(comment)
        return True


def answers_left(comment) -> int:
    """How many more answers the author may give about this comment."""
    given = comment.acts.filter(act=ModerationAct.Act.ANSWER).count()
    return max(0, MOST_ANSWERS - given)


def answer(comment, words) -> bool:
    """Keep what an author answers, for moderators; False when there were enough answers."""
    with transaction.atomic():
        comment = locked([comment.pk]).get()
        if not answers_left(comment):
            return False
        note(comment, ModerationAct.Act.ANSWER, comment.user, {}, words)
        return True

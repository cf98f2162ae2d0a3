"""How far a member has read a discussion, and so what is new to them."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, F, Max, Q, Subquery, When
from django.utils import timezone

from discussion.models import PageComment, ReadMark

#: What is read within this time is one visit: what was new at its beginning stays so.
VISIT = timedelta(minutes=30)


class Mark(NamedTuple):
    """What a member's ReadMark says at this visit; for a first visit nothing is new."""

    seen: int | None = None
    at: datetime | None = None
    #: How many comments are new, and the first of them.
    new: int = 0
    first_new: int | None = None
    #: Comments with a higher number are new; None where nothing is.
    new_after: int | None = None

    def is_new(self, comment: PageComment, user) -> bool:
        return (
            self.new_after is not None
            and comment.pk > self.new_after
            and comment.user_id != user.pk
        )


def columns(page, user) -> dict:
    """What an aggregate over the comments of a page has to ask to make a Mark of."""
    if user is None:
        return {}
    mark = ReadMark.objects.filter(user=user, page=page.pk)
    return {
        "seen": Max(Subquery(mark.values("seen")[:1])),
        "at": Max(Subquery(mark.values("at")[:1])),
        "new_after": Max(_new_after(page, user)),
    }


def is_new(page, user) -> Q:
    """Whether a comment is new to this member."""
    if user is None:
        return Q(pk__in=())
    return Q(pk__gt=_new_after(page, user)) & (Q(user=None) | ~Q(user=user))


def _new_after(page, user) -> Subquery:
    mark = ReadMark.objects.filter(user=user, page=page.pk)
    earlier = When(at__lt=timezone.now() - VISIT, then="seen")
    return Subquery(mark.values(since=Case(earlier, default="new_after"))[:1])


def remember(page, user, mark: Mark, newest: int | None, comments: int) -> None:
    """The member has been here: what there was until now is no news at the next visit."""
    if newest is None or user is None:
        return
    now = timezone.now()
    if mark.at is None:
        ReadMark.objects.get_or_create(
            user=user,
            page_id=page.pk,
            defaults={"new_after": newest, "seen": newest, "comments": comments, "at": now},
        )
    elif newest != mark.seen or now - mark.at > VISIT:
        # A visit that finds nothing more writes nothing: reading is mostly that.
        ReadMark.objects.filter(user=user, page=page.pk).update(
            new_after=Case(When(at__lt=now - VISIT, then=F("seen")), default=F("new_after")),
            seen=newest,
            comments=comments,
            at=now,
        )

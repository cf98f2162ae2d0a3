"""Who has earned trust by good use, and who may not write: what moderators decided comes first."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.duties import moderates
from discussion.models import ModerationAct, PageComment, ReadMark, Report, Standing, State
from discussion.moderation import Act, note

#: What somebody is told who may not write.
BLOCKED = _(
    "Une personne qui modère a décidé que vous ne pouvez plus écrire ici. "
    "Si c’est une erreur, dites-le à qui tient ce site."
)
#: What a moderator took away for good reason.
TAKEN_AWAY = (State.HIDDEN, State.SPAM)


def standing_of(user, email="") -> Standing:
    """What moderators decided about a member, or about a visitor's address; never None."""
    if user.is_authenticated:
        found = Standing.objects.filter(user=user).first()
    else:
        found = Standing.objects.filter(email=email.lower()).first() if email else None
    return found or Standing()


def author_of(comment) -> dict:
    """What tells the author of a comment, as Standing's and PageComment's fields name it."""
    if comment.user_id:
        return {"user_id": comment.user_id}
    return {"email": comment.user_email.lower()} if comment.user_email else {}


def by_same_author(comment):
    """All comments of whoever wrote this one; none for a visitor without an address."""
    if comment.user_id:
        return PageComment.objects.filter(user=comment.user_id)
    if not comment.user_email:
        return PageComment.objects.none()
    return PageComment.objects.filter(user=None, user_email__iexact=comment.user_email)


def trusted(user) -> bool:
    """Whether a member's reports count and their comments need no second look.

    Worked out from what they wrote and read and for how long, unless a moderator decided it;
    what was taken away lately, or is, costs it.
    """
    if not user.is_authenticated or not user.is_active:
        return False
    standing = standing_of(user)
    if standing.blocked:
        return False
    if standing.trusted is not None:
        return standing.trusted
    now = timezone.now()
    if user.date_joined > now - timedelta(days=settings.COMMENT_TRUST_DAYS):
        return False
    lately = now - timedelta(days=settings.COMMENT_TRUST_MEMORY_DAYS)
    written = PageComment.objects.filter(user=user).aggregate(
        published=Count("pk", filter=Q(state=State.PUBLISHED)),
        taken=Count("pk", filter=Q(state__in=TAKEN_AWAY, submit_date__gt=lately)),
    )
    read = ReadMark.objects.filter(user=user).aggregate(
        pages=Count("pk"), comments=Sum("comments", default=0)
    )
    return (
        written["published"] >= settings.COMMENT_TRUST_COMMENTS
        and not written["taken"]
        and read["pages"] >= settings.COMMENT_TRUST_PAGES
        and read["comments"] >= settings.COMMENT_TRUST_READ
    )


class Record(NamedTuple):
    """What moderators should know of an author."""

    published: int
    held: int
    hidden: int
    spam: int
    deleted: int
    #: Reports against their comments: all, and those that a moderator agreed with.
    reports: int
    upheld: int
    #: Since when there is an account, or a first comment.
    since: object
    trusted: bool
    blocked: bool
    #: Whether there is anything to know them by: some visitors' addresses are gone.
    known: bool


def record_of(comment) -> Record:
    """The record of whoever wrote this: five queries at most."""
    theirs = by_same_author(comment)
    states = dict(theirs.order_by().values_list("state").annotate(number=Count("pk")))
    about = Report.objects.filter(comment__in=theirs).aggregate(
        all=Count("pk"),
        upheld=Count(
            "pk",
            filter=Q(settled_at__isnull=False, comment__state__in=(*TAKEN_AWAY, State.DELETED)),
        ),
    )
    author = comment.user
    first = theirs.order_by("submit_date").values_list("submit_date", flat=True).first()
    known = author_of(comment)
    standing = Standing.objects.filter(**known).first() if known else None
    return Record(
        published=states.get(State.PUBLISHED, 0),
        held=states.get(State.HELD, 0),
        hidden=states.get(State.HIDDEN, 0),
        spam=states.get(State.SPAM, 0),
        deleted=states.get(State.DELETED, 0),
        reports=about["all"],
        upheld=about["upheld"],
        since=author.date_joined if author else first,
        trusted=bool(author) and trusted(author),
        blocked=bool(standing and standing.blocked),
        known=bool(known),
    )


def block(comment, blocked: bool, moderator, words="") -> ModerationAct | None:
    """Let whoever wrote this write no more, or again; None when nothing changed by it."""
    with transaction.atomic():
        if not set_blocked(comment, blocked, words):
            return None
        act = Act.BLOCK if blocked else Act.UNBLOCK
        return note(comment, act, moderator, {"blocked": not blocked}, words)


def set_blocked(comment, blocked: bool, words="") -> bool:
    """Whether that changed anything. Moderators and administrators are not blocked."""
    known = author_of(comment)
    if not known or (blocked and comment.user_id and moderates(comment.user)):
        return False
    standing, _new = Standing.objects.select_for_update().get_or_create(**known)
    if standing.blocked == blocked:
        return False
    standing.blocked, standing.note = blocked, words[:300]
    standing.save(update_fields=["blocked", "note"])
    return True


def may_write(user, email="") -> bool:
    """Whether a moderator has not put a stop to it."""
    fetched = getattr(user, "blocked", None)  # see accounts.duties.with_duties
    return not (standing_of(user, email).blocked if fetched is None else fetched)

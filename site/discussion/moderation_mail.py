"""Mail to moderators about what waits for them, with a link that decides it."""

import logging
from collections import defaultdict
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.visibility import may_see
from discussion.models import ModerationAct, PageComment, State
from discussion.moderators import moderated_by, moderators_of
from discussion.tallies import within
from pages.serving import absolute

log = logging.getLogger(__name__)
Act = ModerationAct.Act
SALT = "discussion.moderate"
ANSWER_SALT = "discussion.answer"
AN_HOUR = 60 * 60
#: Acts that change nothing of the comment itself.
BESIDE_IT = (Act.ANSWER, Act.SETTLE, Act.BLOCK, Act.UNBLOCK)


def when_held(comment) -> None:
    """A comment waits from now on: once that is stored, its moderators hear of it.

    A mail that does not leave is logged; the comment waits in their list all the same.
    """
    transaction.on_commit(partial(_tell, comment.pk), robust=True)


def _tell(pk):
    comment = PageComment.objects.select_related("page").filter(pk=pk, state=State.HELD).first()
    if comment is None:
        return
    page = comment.page.specific
    mails = []
    for moderator in moderators_of(comment.page):
        most, what = settings.COMMENT_MODERATION_MAILS, ("mail of moderation", moderator.pk)
        if moderator.pk != comment.user_id and within(most, AN_HOUR, *what):
            last = not within(most - 1, AN_HOUR, *what, "but one")
            mails.append(_about(comment, page, moderator, last))
    _send(mails)


def _about(comment, page, moderator, last) -> EmailMessage:
    about = [comment.pk, moderator.pk, last_change(comment), comment.version]
    token = signing.dumps(about, salt=SALT)
    with translation.override(moderator.language):
        context = {
            "page": page,
            "url": settings.BASE_URL + reverse("comment_decide", args=[token]),
            "list_url": f"{settings.BASE_URL}{reverse('comments:index')}?state=held",
            "days": settings.COMMENT_CONFIRM_DAYS,
            "others": moderated_by(moderator).filter(state=State.HELD).count() - 1,
            "reported": "reported" in comment.reasons,
            "last": last,
        }
        return _mail("held", context, moderator.email)


def _mail(name, context, to) -> EmailMessage:
    subject = render_to_string(f"discussion/mail/{name}_subject.txt", context)
    body = render_to_string(f"discussion/mail/{name}.txt", context)
    # A subject is one line, whatever a title holds.
    return EmailMessage(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [to])


def _send(mails) -> None:
    """All by one connection; one that fails does not keep the others back."""
    if not mails:
        return
    try:
        with get_connection() as connection:
            for mail in mails:
                try:
                    connection.send_messages([mail])
                except Exception:
                    log.exception("A mail about moderation could not be sent")
    except Exception:
        log.exception("No mail about moderation could be sent")


# --- The link in it ----------------------------------------------------------------------------


class Link(NamedTuple):
    comment: PageComment
    moderator: object
    #: Whether nothing has been decided since it was sent.
    open: bool
    #: Which version of its text there was then.
    version: str


def last_change(comment) -> int:
    """The number of the last act that changed the comment; 0 for none."""
    changes = comment.acts.exclude(act__in=BESIDE_IT).order_by("-pk")
    return changes.values_list("pk", flat=True).first() or 0


def link_of(token: str, moderators) -> Link | None:
    """What a link is about, while it is good and the moderator still is one there.

    Raises signing.BadSignature for a false or an old one.
    """
    good_for = timedelta(days=settings.COMMENT_CONFIRM_DAYS)
    key, moderator_key, change, version = signing.loads(token, salt=SALT, max_age=good_for)
    moderator = moderators.filter(pk=moderator_key).first()
    if moderator is None:
        return None
    comment = moderated_by(moderator).select_related("page").filter(pk=key).first()
    if comment is None:
        return None
    is_open = comment.state == State.HELD and last_change(comment) == change
    return Link(comment, moderator, is_open, version)


# --- To an author ------------------------------------------------------------------------------


def when_reported(comment) -> None:
    """Reports have taken a comment away: its author hears of it, and may answer."""
    transaction.on_commit(partial(_tell_author, comment.pk), robust=True)


def _tell_author(pk):
    comment = PageComment.objects.select_related("page", "user").get(pk=pk)
    address = _address_of(comment)
    if not address:
        return
    token = signing.dumps(comment.pk, salt=ANSWER_SALT)
    with translation.override(_language_of(comment)):
        context = {
            "page": comment.page.specific,
            "url": settings.BASE_URL + reverse("comment_answer", args=[token]),
            "days": settings.COMMENT_ANSWER_DAYS,
            "reasons": reasons_given(comment),
        }
        _send([_mail("reported", context, address)])


def _address_of(comment) -> str:
    """Where its author is written to; "" for nobody, or for whom its page is not there."""
    author = comment.user or AnonymousUser()
    if (comment.user and not author.is_active) or not may_see(comment.page, author):
        return ""
    return comment.user.email if comment.user else comment.user_email


def _language_of(comment) -> str:
    return comment.user.language if comment.user else comment.language


def when_taken_away(acts) -> None:
    """A moderator has hidden or deleted these: each author hears of theirs, by one mail."""
    if acts:
        keys = [act.pk for act in acts]
        transaction.on_commit(partial(_tell_authors, keys), robust=True)


def _tell_authors(keys):
    acts = ModerationAct.objects.filter(pk__in=keys, comment__isnull=False).order_by("comment")
    theirs = defaultdict(list)
    for act in acts.select_related("comment__page", "comment__user"):
        if address := _address_of(act.comment):
            theirs[address].append(act)
    _send([_of_taken_away(address, acts) for address, acts in theirs.items()])


def _of_taken_away(address, acts) -> EmailMessage:
    first = acts[0].comment
    with translation.override(_language_of(first)):
        pages = [act.comment.page.specific for act in acts]
        context = {
            "pages": [(page.heading, absolute(f"{page.get_url()}#discussion")) for page in pages],
            "words": acts[0].words,
            "still_there": first.user_id and acts[0].act == Act.HIDE,
        }
        return _mail("taken_away", context, address)


def reasons_given(comment) -> list[str]:
    """Why it was reported, each reason once, without who gave it."""
    reports = comment.reports.filter(settled_at=None).order_by("reason", "pk")
    return list(dict.fromkeys(report.get_reason_display() for report in reports))


def answered_comment(token: str) -> PageComment | None:
    """The comment that a link to its author is about; raises signing.BadSignature as above."""
    good_for = timedelta(days=settings.COMMENT_ANSWER_DAYS)
    key = signing.loads(token, salt=ANSWER_SALT, max_age=good_for)
    comment = PageComment.objects.select_related("page", "user").filter(pk=key).first()
    if comment and comment.user and not may_see(comment.page, comment.user):
        return None
    return comment

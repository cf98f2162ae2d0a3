"""From a valid form to a published comment."""

import uuid
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import SIGNATURE_LENGTH
from accounts.visibility import may_see
from discussion import attachments, keeping, moderation_mail, tallies
from discussion.enclosures import KIND
from discussion.formatting import render
from discussion.mentions import people_in
from discussion.models import PageComment, PendingComment, State, lock_threads
from discussion.policy import policy_of
from discussion.screening import Verdict

SALT = "discussion.confirm"
AN_HOUR = 60 * 60
#: How many unconfirmed comments one address may be asked about in an hour.
PENDING_PER_ADDRESS = 3
#: And all addresses together: somebody who makes them up must not make a spammer of the site.
PENDING_PER_HOUR = 200


class TooMany(Exception):
    """One address has been sent enough confirmation mails for now."""


class Busy(Exception):
    """So many comments wait for a confirmation that no more mails are sent for now."""


def publish(form, user, verdict=Verdict()) -> PageComment:  # noqa: B008 - it does not change
    """Store a member's comment; the same form sent twice gives the same comment."""
    data = form.cleaned_data
    chosen = data["keywords"]
    token = form.token_of(user)
    try:
        with attachments.none_left_behind(form.accepted), transaction.atomic():
            comment = _create(
                page=form.target_object,
                token=token,
                user=user,
                name=user.get_full_name(),
                comment=data["comment"],
                language=translation.get_language(),
                parent_id=data["reply_to"],
                anchor=data["anchor"],
                passage=form.passage,
                state=verdict.state,
                reasons=verdict.reasons,
                spam_score=verdict.score,
                # Asked again in here: somebody else may just have made the same new keyword.
                words=[*(keyword.name for keyword in chosen.keywords), *chosen.new],
                writer=user,
            )
            attachments.store(form.accepted, comment=comment)
            keeping.spend(form, comment=comment)
            return comment
    except IntegrityError:
        published = PageComment.objects.filter(token=token).first()
        if published is None:
            raise
        return published


def reply(parent, text, user, token) -> PageComment:
    """Store a member's answer that comes from another form than the page's; sent twice, once."""
    token = uuid.uuid5(token, f"{parent.pk} {user.pk} {text}")
    with transaction.atomic():
        return PageComment.objects.filter(token=token).first() or _create(
            page=parent.page.specific,
            token=token,
            user=user,
            name=user.get_full_name(),
            comment=text,
            language=translation.get_language(),
            parent_id=parent.pk,
            words=[],
            writer=user,
        )


def hold(form, page, verdict=Verdict()) -> PageComment | None:  # noqa: B008 - as above
    """Keep a visitor's comment aside and mail the link that confirms it.

    Returns the comment when it has been confirmed already: then there is nothing to keep. Raises
    TooMany, Busy, or what the mail server raised: then nothing is kept. What others never
    confirmed in time is erased on the way.
    """
    data = form.cleaned_data
    email = data["email"].lower()
    token = form.token_of(AnonymousUser())
    language = translation.get_language()
    too_old = timezone.now() - timedelta(days=settings.COMMENT_CONFIRM_DAYS)
    PendingComment.objects.filter(created_at__lt=too_old).delete()
    published = PageComment.objects.filter(token=token).first()
    if published is not None:
        return published
    is_new = not PendingComment.objects.filter(token=token).exists()
    # Before the transaction: nobody else's mail waits for its end.
    counted, sent = _counted(email) if is_new else (), False
    try:
        with attachments.none_left_behind(form.accepted), transaction.atomic():
            pending, is_new = PendingComment.objects.update_or_create(
                token=token,
                defaults={
                    "page": page,
                    "parent_id": data["reply_to"],
                    "name": data["name"],
                    "email": email,
                    "comment": data["comment"],
                    "language": language,
                    "interface_language": language,
                    "anchor": data["anchor"],
                    "passage": form.passage,
                    "reasons": verdict.reasons,
                    "spam_score": verdict.score,
                    "new_keywords": data["keywords"].new,
                },
            )
            pending.keywords.set(data["keywords"].keywords)
            if is_new:  # sent again, it has them already
                attachments.store(form.accepted, pending=pending)
            keeping.spend(form, pending=pending)
        if is_new:
            # After the transaction: a mail server takes its time, and SQLite has one writer.
            try:
                _mail_link(pending)
                sent = True
            except Exception:
                keeping.give_back(form, pending)
                raise
    finally:
        if not sent:
            for what in counted:
                tallies.give_back(*what)
    return None


def _limits(email) -> tuple:
    return ("mail to confirm", email), ("mails to confirm",)


def _counted(email) -> tuple:
    """One mail more, to this address and to all: what was counted. Raises TooMany or Busy."""
    own, every = _limits(email)
    if not tallies.within(PENDING_PER_ADDRESS, AN_HOUR, *own):
        raise TooMany
    if not tallies.within(PENDING_PER_HOUR, AN_HOUR, *every):
        tallies.give_back(*own)
        raise Busy
    return own, every


def confirmation_path(pending) -> str:
    """The address, without host, of the page that confirms this comment."""
    with translation.override(pending.interface_language):
        return reverse("comment_confirm", args=[signing.dumps(pending.token.hex, salt=SALT)])


def token_of(signed: str) -> str:
    """The token in a confirmation link; raises signing.BadSignature for a false or old one."""
    return signing.loads(signed, salt=SALT, max_age=timedelta(days=settings.COMMENT_CONFIRM_DAYS))


def waiting(token: str, user, comments=PendingComment.objects) -> PendingComment | None:
    """The comment that waits under this token, while the reader may speak on its page."""
    pending = comments.filter(token=token).first()
    if pending and may_see(pending.page, user) and pending.page.specific.discussed:
        return pending
    return None


def confirm(token: str, user) -> PageComment | None:
    """Publish the comment that waits under this token; None when there is none for the reader.

    Safe to call twice, also at the same time.
    """
    with transaction.atomic():
        pending = waiting(token, user, PendingComment.objects.select_for_update())
        if pending is None:
            return PageComment.objects.filter(token=token).first()
        held = will_wait(pending)
        lock_threads([pending.parent_id])  # or it may go between this question and its answer
        parent = PageComment.objects.published().filter(pk=pending.parent_id, page=pending.page_id)
        comment = _create(
            page=pending.page.specific,
            token=pending.token,
            user=None,
            name=pending.name,
            email=pending.email,
            comment=pending.comment,
            language=pending.language,
            # The comment it answered may have gone meanwhile: then it stands on its own.
            parent_id=pending.parent_id if parent.exists() else 0,
            anchor=pending.anchor,
            passage=pending.passage,
            # The verdict of when it was sent, and the policy of now.
            state=State.HELD if held else State.PUBLISHED,
            reasons=pending.reasons,
            spam_score=pending.spam_score,
            # Meanwhile a keyword may be used where the writer may not look, and nowhere else,
            # or its group have other rules.
            words=words_of(pending),
            writer=user,
        )
        attachments.hand_over(pending, comment=comment)
        pending.delete()
        if pending.created_at > timezone.now() - timedelta(seconds=AN_HOUR):
            for what in _limits(pending.email):
                tallies.give_back(*what)
        return comment


def will_wait(pending) -> bool:
    """Whether a moderator reads it first: the verdict of when it was sent, or the policy now."""
    return bool(pending.reasons) or policy_of(pending.page).holds(AnonymousUser())


def words_of(pending) -> list[str]:
    """The keywords that a comment asks for, existing and new ones, as words."""
    return [*pending.keywords.values_list("name", flat=True), *pending.new_keywords]


def allowed(words, writer, kept=()):
    """What the keyword groups' rules allow of these words by now, as a `Choice`; the rest goes.

    `kept` are the ids of keywords that the comment has already.
    """
    objects = apps.get_model(settings.KEYWORD_MODEL).objects

    def choose(words):
        return objects.choose(words, user=writer, kind=KIND, sure=True, kept=kept)

    choice = choose(words)
    if choice.problems:
        fitting = []
        for word in words:
            if not choose([*fitting, word]).problems:
                fitting.append(word)
        choice = choose(fitting)
    return choice


def _create(*, page, words, writer, name, email="", **fields):
    people = people_in(fields["comment"], writer)
    comment = PageComment.objects.create(
        page_id=page.pk,
        html=render(fields["comment"], fields["language"], people),
        content_type=ContentType.objects.get_for_model(page),
        object_pk=str(page.pk),
        site_id=settings.SITE_ID,
        user_name=name[:SIGNATURE_LENGTH],
        user_email=email,
        **fields,
    )
    if comment.state == State.HELD:
        moderation_mail.when_held(comment)
    if people:
        comment.mentioned.set(people)
    if words:
        # Only now that the comment is stored do new words become keywords.
        comment.keywords.set(allowed(words, writer).all(comment.language))
    return comment


def _mail_link(pending):
    with translation.override(pending.interface_language):
        context = {
            "pending": pending,
            "page": pending.page.specific,
            "url": settings.BASE_URL + confirmation_path(pending),
            "days": settings.COMMENT_CONFIRM_DAYS,
        }
        subject = " ".join(render_to_string("discussion/mail/confirm_subject.txt", context).split())
        body = render_to_string("discussion/mail/confirm.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [pending.email])

"""From a valid form to a published comment."""

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from discussion.models import PageComment, PendingComment

SALT = "discussion.confirm"
#: How many unconfirmed comments one address may be asked about in an hour.
PENDING_PER_ADDRESS = 3


class TooMany(Exception):
    """One address has been sent enough confirmation mails for now."""


def publish(form, user) -> PageComment:
    """Store a member's comment; the same form sent twice gives the same comment."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            return _create(
                page=form.target_object,
                token=data["token"],
                user=user,
                name=user.get_full_name(),
                comment=data["comment"],
                language=translation.get_language(),
                parent_id=data["reply_to"],
                anchor=data["anchor"],
                keywords=data["keywords"],
            )
    except IntegrityError:
        return PageComment.objects.get(token=data["token"], user=user)


def hold(form, page) -> PendingComment:
    """Keep a visitor's comment aside and mail the link that confirms it.

    Raises TooMany, or what the mail server raised: then nothing is kept. What others never
    confirmed in time is erased on the way.
    """
    data = form.cleaned_data
    language = translation.get_language()
    with transaction.atomic():
        too_old = timezone.now() - timedelta(days=settings.COMMENT_CONFIRM_DAYS)
        PendingComment.objects.filter(created_at__lt=too_old).delete()
        pending = PendingComment.objects.filter(token=data["token"], page=page).first()
        if pending is None:
            an_hour_ago = timezone.now() - timedelta(hours=1)
            recent = PendingComment.objects.filter(
                email__iexact=data["email"], created_at__gt=an_hour_ago
            )
            if recent.count() >= PENDING_PER_ADDRESS:
                raise TooMany
            pending = PendingComment.objects.create(
                page=page,
                token=data["token"],
                parent_id=data["reply_to"],
                name=data["name"],
                email=data["email"].lower(),
                comment=data["comment"],
                language=language,
                interface_language=language,
                anchor=data["anchor"],
            )
            pending.keywords.set(data["keywords"])
            _mail_link(pending)
    return pending


def confirmation_path(pending) -> str:
    """The address, without host, of the page that confirms this comment."""
    with translation.override(pending.interface_language):
        return reverse("comment_confirm", args=[signing.dumps(pending.token.hex, salt=SALT)])


def token_of(signed: str) -> str:
    """The token in a confirmation link; raises signing.BadSignature for a false or old one."""
    return signing.loads(signed, salt=SALT, max_age=timedelta(days=settings.COMMENT_CONFIRM_DAYS))


def confirm(token: str) -> PageComment | None:
    """Publish the comment that waits under this token; None when there is none any more.

    Safe to call twice, also at the same time.
    """
    with transaction.atomic():
        pending = PendingComment.objects.select_for_update().filter(token=token).first()
        if pending is None:
            return PageComment.objects.filter(token=token).first()
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
            keywords=list(pending.keywords.all()),
        )
        pending.delete()
        return comment


def _create(*, page, keywords, name, email="", **fields):
    comment = PageComment.objects.create(
        page_id=page.pk,
        content_type=ContentType.objects.get_for_model(page),
        object_pk=str(page.pk),
        site_id=settings.SITE_ID,
        user_name=name[:50],
        user_email=email,
        **fields,
    )
    if keywords:
        comment.keywords.set(keywords)
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

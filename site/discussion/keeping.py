"""A form that is kept while its writer signs in, and the form that a page starts with."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from discussion import attachments
from discussion.forms import CommentForm
from discussion.models import KeptForm

#: What is kept of a form: no name and no address.
FIELDS = ("comment", "keywords", "anchor", "reply_to")
#: How many are kept in an hour, whoever asks: anybody may, and each may be long.
MOST_AN_HOUR = 200
#: The key in the session: {page's number as text: secret}.
IN_SESSION = "kept_forms"


def keep(form, files, page) -> KeptForm | None:
    """Keep what was typed, as it was typed, and the files; what nobody came back for goes.

    None when as many have been kept in an hour as are.
    """
    now = timezone.now()
    KeptForm.objects.filter(
        created_at__lt=now - timedelta(days=settings.COMMENT_DRAFT_DAYS)
    ).delete()
    fields = {name: form.data.get(name, "") for name in FIELDS}
    fields["comment"] = fields["comment"][: settings.COMMENT_LENGTH]
    fields["keywords"] = fields["keywords"][: form.fields["keywords"].max_length]
    fields["anchor"] = fields["anchor"][: form.fields["anchor"].max_length]
    fields["reply_to"] = fields["reply_to"][:10]
    kept = fetch(form.data.get("kept_as"), page)
    recent = KeptForm.objects.filter(created_at__gt=now - timedelta(hours=1))
    if not kept and recent.count() >= MOST_AN_HOUR:
        return None
    with transaction.atomic():
        if kept:
            kept.fields = fields
            kept.save(update_fields=["fields"])
        else:
            kept = KeptForm.objects.create(page_id=page.pk, fields=fields)
        if files:
            attachments.store(files, kept=kept)
    return kept


def fetch(secret, page) -> KeptForm | None:
    """The form kept under this secret for this page, while it is good."""
    try:
        secret = uuid.UUID(str(secret))
    except ValueError:
        return None
    since = timezone.now() - timedelta(days=settings.COMMENT_DRAFT_DAYS)
    return KeptForm.objects.filter(secret=secret, page_id=page.pk, created_at__gte=since).first()


def spend(form, **owner) -> None:
    """The comment is stored: its kept files are its own from now on, and the form goes."""
    kept = fetch(form.data.get("kept_as"), form.target_object)
    if kept:
        attachments.hand_over(kept, **owner)
        kept.delete()


def remember(request, kept) -> None:
    """Also in the session, which lives through a sign-in: a mailed confirmation loses addresses."""
    request.session[IN_SESSION] = {
        **request.session.get(IN_SESSION, {}),
        str(kept.page_id): str(kept.secret),
    }


def first_form(page, request, answered=None) -> CommentForm:
    """The form as a page first shows it: empty, with what was kept, or about a passage."""
    secret = request.GET.get("garde")
    if not secret and request.user.is_authenticated:
        secret = request.session.get(IN_SESSION, {}).get(str(page.pk))
    kept = fetch(secret, page) if secret else None
    initial = {"anchor": request.GET.get("passage", "")[:80]}
    if kept:
        initial |= {**kept.fields, "kept_as": kept.secret}
    if answered:
        initial["reply_to"] = answered.pk
    form = CommentForm(page, request.user, initial=initial)
    form.kept = kept
    return form

"""A form that is kept while its writer signs in, and the form that a page starts with."""

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from discussion import attachments
from discussion.forms import CommentForm
from discussion.models import KeptForm

log = logging.getLogger(__name__)

#: What is kept of a form: no name and no address.
FIELDS = ("comment", "keywords", "anchor", "reply_to")
ANCHOR_LENGTH = 80
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
    fields["comment"] = fields["comment"][: 4 * settings.COMMENT_LENGTH]  # too long is no loss
    fields["keywords"] = fields["keywords"][: form.fields["keywords"].max_length]
    fields["anchor"] = fields["anchor"][:ANCHOR_LENGTH]
    fields["reply_to"] = fields["reply_to"][:10]
    kept = fetch(form.data.get("kept_as"), page)
    recent = KeptForm.objects.filter(created_at__gt=now - timedelta(hours=1))
    if not kept and recent.count() >= MOST_AN_HOUR:
        return None
    with attachments.none_left_behind(files), transaction.atomic():
        if kept:
            kept.fields = fields
            kept.save(update_fields=["fields"])
        else:
            kept = KeptForm.objects.create(page_id=page.pk, fields=fields)
        if files:
            attachments.store(files, kept=kept)
    return kept


def with_files(form, page):
    """The form as it is shown again: a browser chooses no file by itself, so what it sent is kept.

    Where it cannot be kept, that is said at the field.
    """
    if not form.accepted:
        return form
    kept = None
    try:
        kept = keep(form, form.accepted, page)
    except Exception:  # a full disk, a locked database: the text still has to be shown
        log.exception("Files could not be kept")
    if kept is None:
        again = gettext("Vos documents n’ont pas pu être gardés : choisissez-les à nouveau.")
        form.add_error("files", again)
    else:
        form.kept = kept
        form.data = form.data.copy()
        form.data["kept_as"] = str(kept.secret)
    form.accepted = ()
    return form


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


def give_back(form, pending) -> None:
    """The comment is not stored after all: its files are with a form again."""
    with transaction.atomic():
        if pending.files.exists():
            form.kept = KeptForm.objects.create(page_id=pending.page_id)
            attachments.hand_over(pending, kept=form.kept)
            form.accepted = ()
            form.data = form.data.copy()
            form.data["kept_as"] = str(form.kept.secret)
        pending.delete()


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
    initial = {**kept.fields, "kept_as": kept.secret} if kept else {}
    if passage := request.GET.get("passage"):  # asked for since
        initial |= {"anchor": passage[:ANCHOR_LENGTH], "reply_to": 0}
    if answered:
        initial["reply_to"] = answered.pk
    form = CommentForm(page, request.user, initial=initial)
    form.kept = kept
    return form

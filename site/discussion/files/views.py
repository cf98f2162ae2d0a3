"""Gives out attached files, and lets authors take theirs away."""

import logging

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.visibility import may_see
from discussion.attachments import SMALL, withdraw
from discussion.files.kinds import KINDS
from discussion.models import CommentFile
from discussion.moderation import moderated_by
from discussion.own_views import may_delete

log = logging.getLogger(__name__)


def _fetched(key, user) -> CommentFile:
    """The file, for those who may read its comment just now; Http404 for everybody else.

    That is whoever may read the page where the comment is published, its author while it waits,
    and its moderators. What belongs to no comment yet is nobody's.
    """
    files = CommentFile.objects.filter(key=key, comment__isnull=False, withdrawn_at=None)
    files = files.exclude(file="").defer("text").select_related("comment__page")
    file = files.first()
    if file is None or not may_see(file.comment.page, user):
        raise Http404
    comment = file.comment
    if comment.is_shown or may_delete(comment, user):
        return file
    if moderated_by(user).filter(pk=comment.pk).exists():
        return file
    raise Http404


@require_safe
def download(request, key, name=""):
    """The file, whatever name its address ends in; a small picture for `?petite`."""
    file = _fetched(key, request.user)
    kind = KINDS.get(file.kind)
    if kind is None:
        raise Http404
    small = kind.is_image and "petite" in request.GET
    etag = f'"{file.digest}{SMALL if small else ""}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _opened(file.file.name + SMALL if small else file.file.name)
        response["Content-Type"] = kind.mime
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=not kind.is_image, filename=file.name
        )
    response["ETag"] = etag
    # Asked for again each time: rights end.
    patch_cache_control(response, private=True, no_cache=True)
    response["Accept-Ranges"] = "none"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "DENY"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _opened(path) -> FileResponse:
    try:
        return FileResponse(default_storage.open(path))
    except FileNotFoundError as error:
        log.error("The file %s of a comment is not on the disk", path)
        raise Http404 from error


@require_http_methods(["GET", "HEAD", "POST"])
def take_away(request, key):
    """GET asks, POST takes one's own file away for good."""
    file = _fetched(key, request.user)
    if not may_delete(file.comment, request.user):
        raise Http404
    page = file.comment.page.specific
    back = f"{page.get_url(request)}#c{file.comment_id}"
    if request.method == "POST":
        withdraw(file)
        messages.success(request, _("Le document est retiré."))
        return redirect(back)
    context = {"file": file, "comment": file.comment, "page": page, "back": back}
    return render(request, "discussion/withdraw.html", context)

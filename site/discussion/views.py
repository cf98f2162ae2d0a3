"""Post, confirm, point at a comment."""

import logging
from smtplib import SMTPException

from django.contrib import messages
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.visibility import may_see, visible_pages
from discussion import posting
from discussion.forms import CommentForm
from discussion.models import PageComment

log = logging.getLogger(__name__)


def discussed_page(page_id, user):
    """The page, when the reader may see it and it can be discussed; Http404 otherwise."""
    page = get_object_or_404(visible_pages(user), pk=page_id).specific
    if not page.discussed:
        raise Http404
    return page


@csrf_exempt  # for visitors only, see below
@require_http_methods(["GET", "HEAD", "POST"])
def comment_post(request, page_id):
    """Publish a member's comment or hold a visitor's; else show the page, form filled.

    Whoever comes here without a form (by the address of a refused one) is led to the page.

    A visitor's post carries no authority that another site could borrow, and the form is
    signed; so reading a page sets no cookie. A member's post is checked like any other.
    """
    if request.method != "POST":
        return redirect(discussed_page(page_id, request.user).get_url(request) + "#repondre")
    if request.user.is_authenticated:
        return csrf_protect(_post)(request, page_id)
    return _post(request, page_id)


def _post(request, page_id):
    page = discussed_page(page_id, request.user)
    form = CommentForm(page, request.user, data=request.POST)
    if form.is_valid():
        if request.user.is_authenticated:
            comment = posting.publish(form, request.user)
            messages.success(request, _("Votre commentaire est publié."))
            return redirect(comment)
        try:
            published = posting.hold(form, page)
        except posting.TooMany:
            form.add_error(
                "email",
                _("Des messages attendent déjà une confirmation à cette adresse : confirmez-les."),
            )
        except (posting.Busy, SMTPException, OSError):
            log.exception("A confirmation mail could not be sent")
            form.add_error(
                None,
                _("Le courriel de confirmation n’a pas pu partir. Réessayez dans un moment."),
            )
        else:
            if published:
                messages.success(request, _("Ce commentaire est déjà publié."))
                return redirect(published)
            messages.warning(
                request,
                _("Presque fini : ouvrez le lien que nous venons d’envoyer à %(email)s.")
                % {"email": form.cleaned_data["email"]},
            )
            return redirect(f"{page.get_url(request)}#discussion")
    request.comment_form = form.with_fresh_security()
    response = page.serve(request)
    response.status_code = 422
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def comment_confirm(request, token):
    """GET shows what waits, POST publishes it: a mail scanner that follows links does neither."""
    try:
        key = posting.token_of(token)
    except signing.BadSignature:
        return render(request, "discussion/expired.html", status=410)
    if request.method == "POST":
        comment = posting.confirm(key, request.user)
        if comment is None:
            return render(request, "discussion/expired.html", status=410)
        messages.success(request, _("Merci : votre commentaire est publié."))
        return redirect(comment)
    comment = PageComment.objects.filter(token=key).first()
    if comment is not None:
        return redirect(comment)
    pending = posting.waiting(key, request.user)
    if pending is None:
        return render(request, "discussion/expired.html", status=410)
    context = {
        "pending": pending,
        "page": pending.page.specific,
        "keywords": posting.allowed(posting.words_of(pending), request.user),
    }
    return render(request, "discussion/confirm.html", context)


@require_safe
def comment(request, pk):
    """The permalink: wherever the page is by now, for those who may see it."""
    found = get_object_or_404(PageComment.objects.published().select_related("page"), pk=pk)
    if not may_see(found.page, request.user):
        raise Http404
    return redirect(f"{found.page.specific.get_url(request)}#c{found.pk}")

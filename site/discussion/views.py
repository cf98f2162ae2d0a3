"""Post, confirm, point at a comment."""

import logging
from contextlib import contextmanager
from smtplib import SMTPException
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.visibility import may_see, visible_pages
from discussion import attachments, keeping, posting
from discussion.context import order_of
from discussion.files.uploading import bound
from discussion.formatting import render as formatted
from discussion.forms import CommentForm
from discussion.mentions import people_in
from discussion.models import PageComment, State
from discussion.policy import policy_of
from discussion.screening import files_within_limits, screen, sender_of
from discussion.threads import place_of
from discussion.trust import BLOCKED, may_write

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
    bound(request)
    try:
        if request.user.is_authenticated:
            return csrf_protect(_post)(request, page_id)
        return _post(request, page_id)
    except Http404:
        if not request.POST.get("comment"):
            raise
        return words_given_back(request)


def words_given_back(request):
    """404 for a page that is not theirs to discuss, or no more, with what they had written."""
    return render(
        request, "discussion/given_back.html", {"typed": request.POST["comment"]}, status=404
    )


def _comes_from_elsewhere(request) -> bool:
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(origin).netloc != request.get_host()


def _post(request, page_id):
    page = discussed_page(page_id, request.user)
    policy = policy_of(page)
    form = CommentForm(page, request.user, data=request.POST)
    form.kept = keeping.fetch(request.POST.get("kept_as"), page)
    signs_in = "sign_in" in request.POST and not request.user.is_authenticated
    if signs_in and _comes_from_elsewhere(request):
        raise Http404  # another site may not put words into a session
    if not policy.may_write(request.user) and not signs_in:
        told = policy.notice(request.user)
        form.add_error(None, f"{told} {_('Votre texte est encore là : copiez-le.')}")
        return _again(request, page, form)
    form.full_clean()
    if not may_write(request.user, form.cleaned_data.get("email", "")):
        form.add_error("email" if "email" in form.fields else None, BLOCKED)
    with files_taken(form, request):
        return _answer(request, page, policy, form, signs_in)


def _answer(request, page, policy, form, signs_in):
    if "drop" in request.POST:
        if form.kept:
            attachments.drop(form.kept, request.POST["drop"])
        return _again(request, page, form.with_fresh_security().unjudged(), status=200)
    if signs_in:
        return _sign_in(request, page, form)
    if "preview" in request.POST:
        people = people_in(form.cleaned_data.get("comment", ""), request.user)
        return _again(request, page, form.with_fresh_security().previewed(people), status=200)
    if form.is_valid():
        try:
            verdict = screen(form, page, request.user, request, policy)
            for field, sentence in verdict.refused.items():
                form.add_error(field if field in form.fields else None, sentence)
            if not verdict.refused and (answer := _stored(request, page, form, verdict)):
                return answer
        except Exception:
            # Whatever it is, it must not cost the text; nothing was stored.
            log.exception("A comment could not be stored")
            form.add_error(
                None,
                _(
                    "Votre message n’est pas parti : une erreur s’est produite chez nous. "
                    "Votre texte est là ; réessayez dans un moment."
                ),
            )
            return _again(request, page, form.with_fresh_security(), status=500)
    return _again(request, page, form.with_fresh_security())


@contextmanager
def files_taken(form, request, comment=None):
    """Look at the files that came for this comment; what is refused is said at their field.

    In it is what is done with the form. Files that were kept nowhere count for nothing.
    """
    who = sender_of(request)
    try:
        uploads = request.FILES.getlist("files")
        if uploads and not files_within_limits(request):
            uploads = []
            form.add_error(
                "files",
                _(
                    "Ces documents n’ont pas été pris : il y en a eu beaucoup de vous en une "
                    "heure. Réessayez dans une heure, ou envoyez le message sans eux."
                ),
            )
        form.accepted = attachments.checked(uploads, form.kept, comment, who)
    except ValidationError as error:
        form.add_error("files", error)
        form.accepted = error.accepted
    let_in = form.accepted
    try:
        yield
    finally:
        attachments.give_back(let_in, who)


def _stored(request, page, form, verdict):
    """The answer once the comment is stored; None when the form has to say why it is not."""
    if request.user.is_authenticated:
        return _thanks(
            request,
            posting.publish(form, request.user, verdict),
            _("Votre commentaire est publié."),
        )
    try:
        published = posting.hold(form, page, verdict)
    except posting.TooMany:
        form.add_error(
            "email",
            _(
                "Plusieurs messages de cette adresse attendent déjà d’être confirmés. Ouvrez les "
                "courriels reçus et confirmez-les, puis envoyez celui-ci."
            ),
        )
    except (posting.Busy, SMTPException, OSError):
        log.exception("A confirmation mail could not be sent")
        form.add_error(
            None,
            _(
                "Votre message n’est pas parti : le courriel de confirmation n’a pas pu être "
                "envoyé. Vérifiez l’adresse, puis réessayez dans un moment."
            ),
        )
    else:
        if published:
            return _thanks(request, published, _("Ce commentaire est déjà publié."))
        messages.warning(
            request,
            _("Presque fini : ouvrez le lien que nous venons d’envoyer à %(email)s.")
            % {"email": form.cleaned_data["email"]},
        )
        return redirect(f"{page.get_url(request)}#discussion")
    return None


def _thanks(request, comment, sentence):
    """To the comment; to its page where a visitor's is not shown yet, or one no more."""
    if comment.is_shown:
        messages.success(request, sentence)
        return redirect(comment)
    if comment.state == State.HELD:
        messages.warning(request, _("Merci : votre commentaire paraîtra une fois relu."))
        if comment.user_id:  # to whom it is shown
            return redirect(comment)
    return redirect(f"{comment.page.specific.get_url(request)}#discussion")


def _again(request, page, form, status=422):
    """The page with the form as it was filled."""
    request.comment_form = keeping.with_files(form, page)
    response = page.serve(request)
    response.status_code = status
    return response


def _sign_in(request, page, form):
    """Off to sign in, and back to the form with what was typed."""
    kept = keeping.keep(form, form.accepted, page)
    if kept is None:
        form.add_error(
            None,
            _(
                "Votre message n’a pas pu être gardé pendant que vous vous connectez : trop de "
                "messages attendent. Copiez-le, connectez-vous, puis collez-le ici."
            ),
        )
        return _again(request, page, form.with_fresh_security())
    keeping.remember(request, kept)
    query = {"garde": str(kept.secret)}
    if reply_to := form.cleaned_data.get("reply_to"):
        query["reponse"] = reply_to
    back = f"{page.get_url(request)}?{urlencode(query)}#repondre"
    return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


@require_http_methods(["GET", "HEAD", "POST"])
def comment_confirm(request, token):
    """GET shows what waits, POST publishes it: a mail scanner that follows links does neither."""
    try:
        key = posting.token_of(token)
    except signing.BadSignature:
        return render(request, "discussion/expired.html", status=410)
    pending = posting.waiting(key, request.user)
    if pending and not (
        policy_of(pending.page).may_write(AnonymousUser())
        and may_write(AnonymousUser(), pending.email)
    ):
        # Closed meanwhile, or closed to them: nothing is published, and nothing is lost.
        return render(request, "discussion/expired.html", {"typed": pending.comment}, status=410)
    if request.method == "POST":
        comment = posting.confirm(key, request.user)
        if comment is None:
            return render(request, "discussion/expired.html", status=410)
        return _thanks(request, comment, _("Merci : votre commentaire est publié."))
    comment = PageComment.objects.filter(token=key).first()
    if comment is not None:
        return _thanks(request, comment, _("Ce commentaire est déjà publié."))
    if pending is None:
        return render(request, "discussion/expired.html", status=410)
    context = {
        "pending": pending,
        "page": pending.page.specific,
        "words": formatted(
            pending.comment, pending.language, people_in(pending.comment, request.user)
        ),
        "files": attachments.shown_of(pending),
        "will_wait": posting.will_wait(pending),
        "keywords": posting.allowed(posting.words_of(pending), request.user),
    }
    return render(request, "discussion/confirm.html", context)


@require_safe
def comment(request, pk):
    """The permalink: wherever the page is by now, for those who may see it."""
    found = get_object_or_404(PageComment.objects.select_related("page"), pk=pk)
    if found.state in (State.SPAM, State.DELETED) or not may_see(found.page, request.user):
        raise Http404
    place = place_of(found, order_of(request), request.user)
    if place is None:
        if found.user_id and found.user_id == request.user.pk:  # what it answers is held
            return redirect(f"{found.page.specific.get_url(request)}#discussion")
        raise Http404
    part, of_thread = place
    if of_thread:
        address = reverse("comment_thread", args=[found.start])
    else:
        address = found.page.specific.get_url(request)
    number = max(part, of_thread)
    asked = f"?page={number}" if number > 1 else ""
    return redirect(f"{address}{asked}#c{found.pk}")

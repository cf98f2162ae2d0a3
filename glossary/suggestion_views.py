"""Suggest and decide on the page itself, complete words, and a member's own page of keywords."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.visibility import may_see, visible_pages
from glossary import rules, suggesting
from glossary.models import Keyword, KeywordFollow, KeywordLabel, KeywordSuggestion, fold
from glossary.suggesting import Ambiguous, Refused, Settled, SuggestionForm
from pages.languages import interface_language

COMPLETIONS = 10
A_PAGE = 50  # suggestions on one's own page


@require_POST
def suggest(request, page_id):
    """Keep a member's suggestion; from those who may decide, it is taken at once.

    A refused one shows the page with the form filled and the reason beside the field.
    """
    page = get_object_or_404(visible_pages(request.user), pk=page_id).specific
    if not hasattr(page, "keyword_kind"):
        raise Http404
    address = f"{page.get_url(request)}#mots-cles"
    if not request.user.is_authenticated:
        return redirect_to_login(address)
    form = SuggestionForm(request.POST, auto_id="suggestion_%s")
    if form.is_valid() and _suggested(request, page, form):
        return redirect(address)
    request.suggestion_form = form
    response = page.serve(request)
    response.status_code = 422
    return response


def _suggested(request, page, form) -> bool:
    """Whether the page may be shown again as it is; else the form says what is wrong."""
    word, sure = form.cleaned_data["word"], form.cleaned_data["sure"]
    try:
        with transaction.atomic():
            suggestion = suggesting.propose(page, request.user, word, sure)
            if suggesting.may_decide(page, request.user):
                keyword = suggesting.accept(suggestion, request.user, "new" if sure else "")
                messages.success(
                    request, _("La page porte « %(word)s ».") % {"word": keyword.label}
                )
            else:
                messages.success(
                    request,
                    _("Merci : « %(word)s » est suggéré. La rédaction décidera.") % {"word": word},
                )
    except Settled as settled:
        messages.info(request, str(settled))
    except Refused as refused:
        form.add_error("word", str(refused))
    except Ambiguous as ambiguous:
        form.alike = ambiguous.alike
        form.add_error(
            "word",
            _("« %(word)s » ressemble à %(others)s : choisissez-le, ou confirmez.")
            % {"word": word, "others": rules.quoted(ambiguous.alike)},
        )
    return not form.errors


@require_POST
def decide(request, suggestion_id):
    """Accept or refuse a suggestion, or take one's own back: `answer`, and `next` to go on to."""
    user, back = request.user, _back(request)
    if not user.is_authenticated:
        return redirect_to_login(back or reverse("keyword_own_words"))
    with transaction.atomic():
        suggestion = (
            KeywordSuggestion.objects.select_for_update(of=("self",))
            .select_related("page", "keyword", "suggested_by", "decided_by")
            .filter(pk=suggestion_id)
            .first()
        )
        decides = suggestion and suggesting.may_decide(suggestion.page, user)
        own = suggestion and suggestion.suggested_by_id == user.pk
        if not (own or decides):
            return _none_of_theirs(request, suggestion, back)
        back = back or _page_of(request, suggestion)
        if suggestion.state != suggesting.WAITING:
            messages.info(request, _said_before(suggestion))
            return redirect(back)
        answer = request.POST.get("answer")
        if answer == "withdraw" and own:
            suggestion.delete()
            messages.success(request, _("Votre suggestion est retirée."))
        elif not decides:
            raise PermissionDenied
        elif answer == "refuse":
            suggesting.refuse(suggestion, user)
            messages.success(request, _("« %(word)s » est écarté.") % {"word": suggestion.word})
        elif answer == "accept":
            try:
                with transaction.atomic():
                    keyword = suggesting.accept(suggestion, user, request.POST.get("meant", ""))
            except Ambiguous as ambiguous:
                return _ask_which(request, suggestion, ambiguous.alike, back)
            except Refused as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, _accepted(suggestion, keyword))
        else:
            messages.error(request, _("Dites s’il faut retenir ou écarter cette suggestion."))
    return redirect(back)


def _back(request) -> str:
    """Where the form says to go on to, if that is on this site; else ""."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def _page_of(request, suggestion) -> str:
    if may_see(suggestion.page, request.user):
        return f"{suggestion.page.specific.get_url(request)}#mots-cles"
    return reverse("keyword_own_words")


def _none_of_theirs(request, suggestion, back):
    """The answer about a suggestion that is not there, or that they may not decide about."""
    known = suggesting.with_known(request.user).filter(known=True)
    shown = suggestion and known.filter(pk=suggestion.pk).exists()
    if shown and may_see(suggestion.page, request.user):
        raise PermissionDenied
    if not back:
        raise Http404
    messages.info(request, _("Cette suggestion n’est plus là : elle a été retirée, ou son mot."))
    return redirect(back)


def _said_before(suggestion) -> str:
    who = suggestion.decided_by.get_full_name() if suggestion.decided_by else _("la rédaction")
    if suggestion.state == KeywordSuggestion.ACCEPTED:
        text = _("« %(word)s » a déjà été retenu par %(who)s.")
    else:
        text = _("« %(word)s » a déjà été écarté par %(who)s.")
    return text % {"word": suggestion.word, "who": who}


def _accepted(suggestion, keyword) -> str:
    label = keyword.label
    if fold(label) == fold(suggestion.word):
        return _("La page porte maintenant « %(word)s ».") % {"word": label}
    return _("La page porte maintenant « %(label)s », le mot-clé que « %(word)s » désigne.") % {
        "label": label,
        "word": suggestion.word,
    }


def _ask_which(request, suggestion, alike, back):
    for keyword in alike:
        keyword.is_closed = not suggesting.may_name(suggestion.suggested_by, keyword)
    context = {"suggestion": suggestion, "alike": alike, "back": back}
    return render(request, "glossary/which_keyword.html", context)


@require_GET
def completions(request):
    """Keywords that the reader may tag such a thing with, for ?q= typed so far.

    JSON: {"words": [{"label", "language", "also"}]}; `also` is the synonym or translation that
    was found, "" where that is the label itself. `?sorte=` is one of `rules.Kind`.
    """
    typed = fold(request.GET.get("q", "").replace("\x00", "")[:100])
    kind = request.GET.get("sorte", rules.Kind.COMMENT)
    found = []
    if typed and kind in rules.Kind.values:
        labels = KeywordLabel.objects.filter(keyword=OuterRef("pk"))
        own = labels.filter(language=interface_language())
        starts, has = Q(folded__startswith=typed), Q(folded__contains=typed)
        found = (
            rules.applicable(request.user, kind)
            .filter(has | Exists(labels.filter(has)))
            .annotate(
                place=Case(
                    When(Exists(own.filter(starts)), then=0),
                    When(Exists(own.filter(has)), then=1),
                    When(starts | Exists(labels.filter(starts)), then=2),
                    default=3,
                )
            )
            .order_by("place", "name")
            .with_labels()[:COMPLETIONS]
        )
    response = JsonResponse({"words": [_completion(keyword, typed) for keyword in found]})
    add_never_cache_headers(response)
    return response


def _completion(keyword, typed) -> dict:
    shown = keyword.label
    other = [label.text for label in keyword.labels.all() if typed in label.folded]
    also = "" if typed in fold(shown) or not other else other[0]
    return {"label": shown, "language": keyword.label_language, "also": also}


@login_required
@require_safe
def own_words(request):
    """The keywords that a member follows, and what became of their suggestions."""
    user = request.user
    existing = Keyword.objects.existing_for(user)
    follows = (
        KeywordFollow.objects.filter(user=user, keyword__in=existing.values("pk"))
        .select_related("keyword")
        .prefetch_related("keyword__labels")
        .order_by("keyword__name")
    )
    mine = (
        KeywordSuggestion.objects.filter(suggested_by=user)
        .select_related("keyword")
        .prefetch_related("keyword__labels")
        .order_by("-suggested_at", "-pk")
    )
    suggestions = Paginator(mine, A_PAGE).get_page(request.GET.get("page"))
    pages = visible_pages(user).filter(pk__in={each.page_id for each in suggestions})
    pages = {page.pk: page for page in pages.defer_streamfields().specific()}
    ids = {each.keyword_id for each in suggestions} - {None}
    known = set(existing.filter(pk__in=ids).values_list("pk", flat=True))
    for each in suggestions:
        each.shown_page = pages.get(each.page_id)
        each.shown_keyword = each.keyword if each.keyword_id in known else None
    return render(
        request, "glossary/own_words.html", {"follows": follows, "suggestions": suggestions}
    )

"""Keywords as data, for other programs to read: JSON, or SKOS for who asks for it.

Two plain views. Wagtail's own APIs are for pages, images and documents, by id and with their
rights; v2 needs Django REST framework, v3 is an API to write with, behind a token. Keywords
have slugs, and a rule of their own for whom they exist. What a user of v3 knows holds here:
{"count", "items"} around a list, and problems after RFC 9457.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from glossary.exchange import files
from glossary.exchange.vocabulary import GROUP_FIELDS, Vocabulary, gather
from glossary.models import Keyword, KeywordLabel, KeywordLink, fold
from glossary.rules import Kind, Rank
from glossary.topic import REMEMBERED, keyword_at
from pages.languages import interface_language, localised
from pages.serving import absolute

A_PAGE = 50
MOST_LETTERS = 100  # of ?q=
PARAMETERS = ("q", "langue", "groupe", "page", "format")
LANGUAGES = [code for code, _name in settings.LANGUAGES]
_RDF = {name: form for name, form in files.FORMATS.items() if form.rdf}


class BadParameterError(ValueError):
    """A parameter that cannot be meant; the message says which ones can."""


@require_safe
@conditional_page
def keywords(request):
    """The keywords that exist for the asker, by name: ?q= &langue= &groupe= &page= &format="""
    return _answer(request, _list)


@require_safe
@conditional_page
def keyword(request, slug):
    """One keyword that exists for the asker; former and merged addresses lead on."""
    return _answer(request, lambda request, form: _one(request, form, slug))


def _answer(request, view):
    """What the view says, in the language asked for; its errors as problems in JSON."""
    language = request.GET.get("langue", interface_language())
    try:
        _mind_parameters(request)
        with translation.override(language):
            response = view(request, _format_of(request))
    except BadParameterError as error:
        response = _problem(400, str(error))
    except Http404:
        # Else LocaleMiddleware would look for a page at this address under a language's prefix.
        request.urlconf = "glossary.api_urls"
        response = _problem(404, _("Aucun mot-clé à cette adresse."))
    if "Cache-Control" not in response:
        # Rights may change at any time: a copy is good only after asking.
        patch_cache_control(response, no_cache=True)
    patch_vary_headers(response, ["Accept"])
    return response


def _mind_parameters(request):
    for name, value in request.GET.items():
        if name not in PARAMETERS:
            known = ", ".join(PARAMETERS)
            raise BadParameterError(
                _("Paramètre inconnu : « %(name)s ». Il y a : %(known)s.")
                % {"name": name[:50], "known": known}
            )
        if "\x00" in value or len(value) > MOST_LETTERS:
            raise BadParameterError(
                _("« %(name)s » est trop long ou illisible : %(most)d signes au plus.")
                % {"name": name, "most": MOST_LETTERS}
            )
    for name, known in (("langue", LANGUAGES), ("format", ["json", *_RDF])):
        if request.GET.get(name, known[0]) not in known:
            raise BadParameterError(
                _("« %(name)s » vaut l’un de : %(known)s.")
                % {"name": name, "known": ", ".join(known)}
            )


def _format_of(request):
    """The RDF format asked for, by ?format= or by the Accept header; None for JSON."""
    if "format" in request.GET:
        return _RDF.get(request.GET["format"])
    types = {"application/json": None} | {form.mime_type: form for form in _RDF.values()}
    return types.get(request.get_preferred_type(list(types)))


def _list(request, form):
    found = Keyword.objects.existing_for(request.user).order_by("folded", "pk")
    found = found.select_related("group").with_labels()
    if word := fold(request.GET.get("q", "")):
        said = KeywordLabel.objects.filter(folded__contains=word)
        found = found.filter(Q(folded__contains=word) | Q(pk__in=said.values("keyword")))
    if group := request.GET.get("groupe"):
        names = ("name", "name_nl", "name_en")
        is_it = [Q(**{f"group__{name}__iexact": group}) for name in names]
        found = found.filter(is_it[0] | is_it[1] | is_it[2])
    if form:
        return _rdf(found, form)
    paginator = Paginator(found, A_PAGE)
    try:
        page = paginator.page(request.GET.get("page", 1))
    except (PageNotAnInteger, EmptyPage) as error:
        raise BadParameterError(
            _("« page » est un nombre de 1 à %(last)d.") % {"last": paginator.num_pages}
        ) from error
    return JsonResponse(
        {
            "count": paginator.count,
            "next": _page(request, page.next_page_number()) if page.has_next() else None,
            "previous": _page(request, page.previous_page_number())
            if page.has_previous()
            else None,
            "items": _as_data(list(page), request.user),
        }
    )


def _one(request, form, slug):
    found = keyword_at(slug, request.user)
    if found.slug != slug:
        query = request.META.get("QUERY_STRING")
        path = reverse("api_keyword", args=[found.slug])
        response = HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
        patch_cache_control(response, max_age=REMEMBERED)
        return response
    if form:
        around = _links([found], request.user)[1]
        return _rdf([found, *around.values()], form)
    return JsonResponse(_as_data([found], request.user)[0])


def _page(request, number):
    query = urlencode({**request.GET.dict(), "page": number})
    return absolute(f"{request.path}?{query}")


def _problem(status, sentence):
    """A problem after https://www.rfc-editor.org/rfc/rfc9457, as Wagtail's v3 says them."""
    titles = {400: "Bad Request", 404: "Not Found"}
    return JsonResponse(
        {"title": titles[status], "status": status, "detail": sentence},
        status=status,
        content_type="application/problem+json",
    )


def _rdf(found, form):
    """These keywords, and no link to any other, as SKOS."""
    vocabulary = gather(found)
    groups = [[getattr(group, name) for name in GROUP_FIELDS] for group in vocabulary.groups]
    said = repr((settings.BASE_URL, groups, vocabulary.concepts))
    data = _written(_Said(said, vocabulary), form.name)
    return HttpResponse(data, content_type=f"{form.mime_type}; charset=utf-8")


@dataclass(frozen=True)
class _Said:
    """A vocabulary by all that it says."""

    said: str
    vocabulary: Vocabulary = field(compare=False)


@lru_cache(maxsize=8)  # not Django's cache, which also counts who guesses passwords
def _written(said, format_name) -> bytes:
    """The bytes of a file; the next who may see the same gets the same."""
    return files.write(said.vocabulary, format_name)


# --- Keywords as dictionaries ------------------------------------------------------------------


def _links(keywords, user) -> tuple[list, dict]:
    """(links that touch these keywords, {id: keyword} of those at their other ends that exist
    for the user). Three queries."""
    ids = [keyword.pk for keyword in keywords]
    links = list(
        KeywordLink.objects.filter(Q(keyword__in=ids) | Q(target__in=ids))
        .order_by("pk")
        .values_list("keyword_id", "target_id", "kind")
    )
    ends = {end for link in links for end in link[:2]}
    seen = Keyword.objects.existing_for(user).filter(pk__in=ends)
    return links, {each.pk: each for each in seen.select_related("group").with_labels()}


def _as_data(keywords, user) -> list[dict]:
    """These keywords, which exist for the user, with their links to others that do."""
    links, seen = _links(keywords, user)
    ways = {keyword.pk: {"broader": [], "narrower": [], "related": []} for keyword in keywords}
    for here, there, kind in links:
        back = "narrower" if kind == KeywordLink.BROADER else "related"
        for end, other, name in ((here, there, kind), (there, here, back)):
            if end in ways and other in seen:
                ways[end][name].append(_named(seen[other]))
    return [_keyword(keyword, ways[keyword.pk]) for keyword in keywords]


def _keyword(keyword, ways) -> dict:
    labels = {code: {"preferred": None, "synonyms": []} for code in LANGUAGES}
    for label in keyword.labels.all():
        if label.kind == KeywordLabel.PREFERRED:
            labels[label.language]["preferred"] = label.text
        else:
            labels[label.language]["synonyms"].append(label.text)
    definitions = {code: getattr(keyword, f"definition_{code}") for code in LANGUAGES}
    return {
        **_named(keyword),
        "name": keyword.name,
        "labels": {code: each for code, each in labels.items() if any(each.values())},
        "definitions": {code: text for code, text in definitions.items() if text},
        "group": _group(keyword.group) if keyword.group else None,
        **ways,
        "uses": keyword.uses,
        "same_as": keyword.same_as or None,
    }


def _named(keyword) -> dict:
    return {
        "id": absolute(reverse("api_keyword", args=[keyword.slug])),
        "slug": keyword.slug,
        "label": keyword.label,
        "language": keyword.label_language,
        "url": absolute(keyword.get_absolute_url()),
    }


def _group(group) -> dict:
    """A group with its rules, each as a sentence."""
    kinds = [str(kind.label) for kind in Kind if group.is_for(kind)]
    rules = [
        _("Pour : %(kinds)s.") % {"kinds": ", ".join(kinds)} if kinds else _("Pour rien encore."),
        _("Qui peut les employer : %(who)s.") % {"who": Rank(group.applied_by).label},
        _("Qui peut en créer : %(who)s.") % {"who": Rank(group.created_by).label},
    ]
    if group.single:
        rules.append(_("Un texte porte au plus un mot-clé de ce groupe."))
    if group.recommended:
        rules.append(_("Il est conseillé d’en choisir un."))
    return {
        "name": group.name,
        "label": group.label,
        "description": localised(group, "description")[0],
        "rules": rules,
    }

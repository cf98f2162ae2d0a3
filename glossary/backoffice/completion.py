"""Completion of keywords while somebody types in the back office."""

from django.db.models import Exists, OuterRef, Q
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from glossary.models import Keyword, KeywordLabel, fold
from glossary.rules import Kind, Rank, applicable, rank_of

COMPLETIONS = 10


@require_safe
def completions(request):
    """Keywords with ?term= in any label or synonym, accents and case ignored, as JSON.

    Each is {"label": the word that matches, with what it names, "value": the keyword's name},
    words that begin with the term first. With ?kind=, those that the user may tag such a thing
    with.
    """
    term = fold(request.GET.get("term", "").replace("\x00", ""))[:100]
    kind = request.GET.get("kind")
    if not term:
        return JsonResponse([], safe=False)
    if kind in Kind:
        keywords = applicable(request.user, kind)
    else:
        keywords = Keyword.objects.filter(live=True)
        if rank_of(request.user) < Rank.EDITOR:
            keywords = keywords.nameable_by(request.user)
    labels = KeywordLabel.objects.filter(keyword=OuterRef("pk"))
    has = Q(folded__contains=term) | Exists(labels.filter(folded__contains=term))
    begins = Q(folded__startswith=term) | Exists(labels.filter(folded__startswith=term))
    found = keywords.unmerged().filter(has).with_labels().select_related("group")
    first = list(found.filter(begins).order_by("name")[:COMPLETIONS])
    rest = found.exclude(begins).order_by("name")[: COMPLETIONS - len(first)]
    return JsonResponse(
        [
            {"label": _described(keyword, term), "value": keyword.name}
            for keyword in [*first, *rest]
        ],
        safe=False,
    )


def _described(keyword, term: str) -> str:
    """The word that matches, then the keyword's name, where it is another word, and its group."""
    words = [keyword.name, *(label.text for label in keyword.labels.all())]
    matching = [word for word in words if term in fold(word)]
    word = next((word for word in matching if fold(word).startswith(term)), matching[0])
    details = [] if fold(word) == keyword.folded else [keyword.name]
    if keyword.group:
        details.append(keyword.group.label)
    return f"{word} ({', '.join(details)})" if details else word

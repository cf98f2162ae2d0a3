"""Keywords in the back office, registered with Wagtail; the views are in `glossary.backoffice`."""

from django.http import JsonResponse
from django.urls import path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from glossary.backoffice.keywords import KeywordViewSet
from glossary.models import Keyword, fold

COMPLETIONS = 10

register_snippet(KeywordViewSet)


def completions(request):
    """Names of the keywords that have ?term= in any label or synonym, accents and case ignored."""
    term = fold(request.GET.get("term", "").replace("\x00", ""))[:100]
    if not term:
        return JsonResponse([], safe=False)
    keywords = Keyword.objects.filter(labels__folded__contains=term) | Keyword.objects.filter(
        folded__contains=term
    )
    names = keywords.distinct().order_by("name").values_list("name", flat=True)[:COMPLETIONS]
    return JsonResponse(list(names), safe=False)


@hooks.register("register_admin_urls")
def completion_url():
    return [path("keywords/completions/", completions, name="keyword_completions")]

"""The search page."""

from dataclasses import asdict

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from search import missed
from search.asked import Asked
from search.examples import examples
from search.facets import Facets
from search.finding import Search
from search.promotions import promoted
from search.query import LONGEST_QUERY, MOST_WORDS
from search.spelling import did_you_mean
from search.suggesting import suggested


@require_safe
def search(request):
    """One search over everything; whatever is typed gives results or a page that helps."""
    asked = Asked.of(request.GET)
    finding = Search(asked, request.user)
    groups = asked.chosen["workgroup"]
    context = {
        "asked": asked,
        "typed": asked.typed[:LONGEST_QUERY],
        "limits": {"characters": LONGEST_QUERY, "words": MOST_WORDS},
        "workgroups": finding.workgroups.values(),
        # A list to choose one from cannot show several: they are carried along.
        "choosable": len(groups) < 2,
        "group": groups[0] if len(groups) == 1 else "",
        "carried": asked.parameters(),
    }
    if asked.is_empty:
        context["examples"] = examples(finding)
    else:
        page = finding.page(request.GET.get("page", 1))
        first = promoted(finding) if page.number == 1 else []
        if not first:
            missed.record(finding, request)
        wider = asked.unfiltered()
        facets = Facets(finding, page.object_list)
        context |= {
            "page_obj": page,
            "hits": page.object_list,
            "total": page.paginator.count,
            "total_unfiltered": 0 if page.paginator.count else finding.total_of(wider),
            "facets": facets.lists(),
            "chips": facets.chips(),
            "widening": facets.widening,
            "unknown": finding.unknown,
            "degraded": finding.degraded,
            "did_you_mean": did_you_mean(finding),
            "promoted": first,
            "addresses": {
                "everywhere": asked.address(groupe=""),
                "unfiltered": wider.address(),
                "exact": asked.address(exact="1"),
                "wide": asked.address(exact=""),
                "by_date": asked.address(tri="date"),
                "by_relevance": asked.address(tri=""),
                "feed": asked.address(tri=""),
            },
        }
    return render(request, "search/results.html", context)


@require_safe
def suggestions(request):
    """What begins as `?q=` does and is there for this reader, in the workgroup `?groupe=` if given.

    JSON: {"suggestions": [{"label", "language", "kind", "also", "url"}]}; see `Suggestion`.
    """
    asked = Asked.of(request.GET)
    group = (*asked.chosen["workgroup"], "")[0]
    found = suggested(asked.typed, request.user, group)
    response = JsonResponse({"suggestions": [asdict(each) for each in found]})
    add_never_cache_headers(response)
    return response

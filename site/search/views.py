"""The search page."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from search.finding import KIND_NAMES, Asked, Search
from search.query import LONGEST_QUERY, MOST_WORDS, parse, read_date

LONGEST_FIELD = 100  # characters of any field but the words


@require_safe
def search(request):
    """One search over everything; whatever is typed gives results or a page that helps."""
    given = {name: value.replace("\x00", " ") for name, value in request.GET.items()}
    typed = given.get("q", "")
    words = parse(typed)
    field = {name: given.get(name, "").strip()[:LONGEST_FIELD] for name in FIELDS}
    asked = Asked(
        words=words,
        kinds=[kind for kind in request.GET.getlist("type")[:20] if kind in KIND_NAMES],
        keyword=field["mot"],
        group=field["groupe"],
        after=read_date(field["apres"]),
        before=read_date(field["avant"]),
        by_date=field["tri"] == "date",
    )
    finding = Search(asked, request.user)
    dates = (field["apres"], field["avant"])
    bad_dates = [day for day in dates if day and not read_date(day)]
    context = {
        "typed": typed[:LONGEST_QUERY],
        "field": field,
        "asked": asked,
        "limits": {"characters": LONGEST_QUERY, "words": MOST_WORDS},
        "bad_dates": words.bad_dates + bad_dates,
        "workgroups": finding.workgroups.values(),
    }
    if not asked.is_empty:
        page = finding.page(given.get("page", 1))
        context |= {
            "page_obj": page,
            "hits": page.object_list,
            "total": page.paginator.count,
            "total_of_all_kinds": len(finding.found),
            "counts": finding.counts(),
            "degraded": finding.degraded,
        }
    return render(request, "search/results.html", context)


#: The fields of the form besides `q`, `type` and `page`.
FIELDS = ("mot", "groupe", "apres", "avant", "tri")

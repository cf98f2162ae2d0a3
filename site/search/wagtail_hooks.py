"""What the back office shows of search."""

from django.urls import path
from wagtail import hooks

from search.backoffice import MissedMenuItem, MissedReport, PromoteView, ignore


@hooks.register("register_admin_urls")
def missed_urls():
    results = MissedReport.as_view(results_only=True)
    return [
        path("reports/searches/", MissedReport.as_view(), name="missed_queries"),
        path("reports/searches/results/", results, name="missed_queries_results"),
        path("reports/searches/<int:pk>/ignore/", ignore, name="missed_ignore"),
        path("searchpicks/promote/", PromoteView.as_view(), name="promote"),
    ]


@hooks.register("register_reports_menu_item")
def missed_item():
    return MissedMenuItem()


@hooks.register("construct_reports_menu")
def without_hits(request, items):
    # Wagtail's report of all that was searched for: nothing of it is recorded here.
    items[:] = [item for item in items if item.name != "search-terms"]

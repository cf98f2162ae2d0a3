"""The back office's report of searches without results, and what can be done about each."""

import django_filters
from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import (
    BaseColumn,
    ButtonsColumnMixin,
    Column,
    NumberColumn,
    TitleColumn,
)
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import Button
from wagtail.contrib.search_promotions.views import CreateView
from wagtail.permission_policies import ModelPermissionPolicy

from pages.notation import date_format
from search import analysis, missed, sources
from search.models import MissedQuery
from search.promotions import promotions_for

PROMOTES = "wagtailsearchpromotions.add_searchpromotion"
SMALL = "button button-small button-secondary"
SEES_MISSED = "search.view_missedquery"


class MissedFilterSet(WagtailFilterSet):
    language = django_filters.ChoiceFilter(
        label=_("Langue"),
        choices=settings.LANGUAGES,
        empty_label=_("Toutes"),
        widget=forms.RadioSelect,
    )
    last_day = django_filters.DateFromToRangeFilter(
        label=_("La dernière fois"), widget=DateRangePickerWidget
    )
    handled = django_filters.ChoiceFilter(
        label=_("État"),
        choices=[("True", _("traitées"))],
        empty_label=_("À traiter"),
        widget=forms.RadioSelect,
    )

    class Meta:
        model = MissedQuery
        fields = []

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        is_chosen = self.form.cleaned_data["handled"]
        return queryset if is_chosen else queryset.filter(handled=False)


class Remedies(ButtonsColumnMixin, BaseColumn):
    """What an editor can do so that the next one finds something, each one click away."""

    cell_template_name = "search/backoffice/remedies.html"

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"csrf_token": get_token(parent_context["request"])}

    def get_buttons(self, instance, parent_context):
        user, words = parent_context["request"].user, instance.words
        synonym = sources.vocabulary().synonym_url(words, instance.language, user)
        if synonym:
            yield Button(_("En faire un synonyme…"), synonym, SMALL, priority=1)
        if user.has_perm(PROMOTES):
            url = f"{reverse('promote')}?{urlencode({'mots': words})}"
            yield Button(_("Mettre une page en avant…"), url, SMALL, priority=2)


def search_url(row) -> str:
    """The search for it in the language that it was typed in."""
    with override(row.language):
        return f"{reverse('search')}?{urlencode({'q': row.words})}"


class MissedReport(ReportView):
    """Words that people searched for in vain, those that most did first."""

    model = MissedQuery
    page_title = _("Recherches sans résultat")
    header_icon = "search"
    permission_policy = ModelPermissionPolicy(MissedQuery)
    permission_required = "view"
    index_url_name = "missed_queries"
    index_results_url_name = "missed_queries_results"
    filterset_class = MissedFilterSet
    is_searchable = True
    search_fields = ["words"]
    default_ordering = ["-times", "-last_day"]
    columns = [
        TitleColumn(
            "words",
            label=_("Mots cherchés"),
            sort_key="words",
            get_url=search_url,
        ),
        Column("language", label=_("Langue"), accessor="get_language_display"),
        NumberColumn("times", label=_("Fois"), sort_key="times"),
        Column(
            "last_day",
            label=_("La dernière fois"),
            accessor=lambda row: date_format(row.last_day),
            sort_key="last_day",
        ),
        Remedies("remedies", label=_("Que faire")),
    ]
    list_export = ["words", "language", "times", "first_day", "last_day"]
    export_headings = {
        "words": _("Mots cherchés"),
        "language": _("Langue"),
        "times": _("Fois"),
        "first_day": _("La première fois"),
        "last_day": _("La dernière fois"),
    }

    def get(self, request, *args, **kwargs):
        if not self.results_only:  # which are fetched with each letter typed
            missed.handle_found()
        return super().get(request, *args, **kwargs)

    def get_base_queryset(self):
        return missed.recent()

    def get_filterset_kwargs(self):
        return super().get_filterset_kwargs() | {"queryset": self.get_base_queryset()}


@require_POST
def ignore(request, pk):
    """Puts a row of the report aside."""
    if not request.user.has_perm(SEES_MISSED):
        raise PermissionDenied
    row = get_object_or_404(MissedQuery, pk=pk)
    missed.handle(MissedQuery.objects.filter(pk=pk))
    messages.success(request, gettext("« %(words)s » est mis de côté.") % {"words": row.words})
    return redirect("missed_queries")


class PromoteView(CreateView):
    """Wagtail's form for a promoted result, with ?mots= filled in; or the one there is for them."""

    add_url_name = "promote"

    def get(self, request, *args, **kwargs):
        known = promotions_for(analysis.words(request.GET.get("mots", ""))).first()
        if known:
            return redirect("wagtailsearchpromotions:edit", known.query_id)
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        return {"query_string": self.request.GET.get("mots", "")[:100]}


class MissedMenuItem(MenuItem):
    def __init__(self):
        super().__init__(
            _("Recherches sans résultat"),
            reverse("missed_queries"),
            name="missed-queries",
            icon_name="search",
            order=1300,
        )

    def is_shown(self, request):
        return request.user.has_perm(SEES_MISSED)

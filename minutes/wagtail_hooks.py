"""People, roles and meetings in the back office."""

import django_filters
from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, NumberColumn
from wagtail.admin.ui.tables.pages import (
    BulkActionsColumn,
    PageStatusColumn,
    PageTitleColumn,
    ParentPageColumn,
)
from wagtail.admin.views.pages.listing import IndexView, PageFilterSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from accounts.models import Person
from minutes.models import MinutesPage, WorkgroupPage
from minutes.people import Role
from pages.notation import date_format

register_permission_policy(Person)
register_permission_policy(Role)


def groups_by_title(request):
    return WorkgroupPage.objects.order_by("title")


# --- Minutes -----------------------------------------------------------------------------------


class MinutesFilterSet(PageFilterSet):
    group = django_filters.ModelChoiceFilter(
        label=_("Groupe de travail"), queryset=groups_by_title, method="in_group"
    )
    meeting_date = django_filters.DateFromToRangeFilter(
        label=_("Date de la réunion"), widget=DateRangePickerWidget
    )

    class Meta:
        model = MinutesPage
        fields = ["language"]

    def in_group(self, minutes, name, group):
        return minutes.child_of(group)


class MinutesIndexView(IndexView):
    def order_queryset(self, queryset):
        # Without a wish, and where no search ranks them, meetings stand as on the site.
        if self.is_explicitly_ordered or self.is_searching:
            return super().order_queryset(queryset)
        return queryset.newest_first()


class PagesMenuItem(MenuItem):
    """Shown to whoever works on pages; moderators do not."""

    def is_shown(self, request):
        return user_has_any_page_permission(request.user)


def _day(meeting) -> str:
    # Wagtail's own column would say "2 months ago".
    return date_format(meeting.meeting_date) if meeting.meeting_date else ""


class MinutesListing(PageListingViewSet):
    """All minutes of all groups, by meeting."""

    model = MinutesPage
    name = "minutes"
    icon = "calendar-check"
    menu_label = _("Comptes rendus")
    menu_order = 110
    add_to_admin_menu = True
    menu_item_class = PagesMenuItem
    index_view_class = MinutesIndexView
    filterset_class = MinutesFilterSet
    ordering = "-meeting_date"
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Titre"), sort_key="title", classname="title"),
        Column("ordinal", label=_("Numéro"), sort_key="ordinal"),
        Column("meeting_date", label=_("Réunion"), accessor=_day, sort_key="meeting_date"),
        ParentPageColumn("parent", label=_("Groupe de travail")),
        DateColumn(
            "latest_revision_created_at", label=_("Modifié"), sort_key="latest_revision_created_at"
        ),
        PageStatusColumn("status", label=_("État"), sort_key="live"),
    ]


@hooks.register("register_admin_viewset")
def minutes_listing():
    return MinutesListing()


# --- People ------------------------------------------------------------------------------------


class PersonFilterSet(WagtailFilterSet):
    account = django_filters.ChoiceFilter(
        label=_("Compte"),
        method="with_account",
        choices=[("yes", _("avec un compte")), ("no", _("sans compte"))],
        empty_label=_("Tous"),
        widget=forms.RadioSelect,
    )
    group = django_filters.ModelChoiceFilter(
        label=_("Groupe de travail"), queryset=groups_by_title, method="in_group"
    )

    class Meta:
        model = Person
        fields = []

    def with_account(self, people, name, value):
        return people.filter(user__isnull=value == "no")

    def in_group(self, people, name, group):
        """Who came, coordinates or is on a roster."""
        return people.filter(
            pk__in=Person.objects.filter(
                Q(attendances__page__path__startswith=group.path)
                | Q(roster_entries__page__path__startswith=group.path)
                | Q(coordinated__page=group)
            ).values("pk")
        )


class PersonViewSet(SnippetViewSet):
    """A snippet, so that people can be chosen by typing their name in a page's form."""

    model = Person
    icon = "group"
    menu_order = 210
    add_to_admin_menu = True
    copy_view_enabled = False
    filterset_class = PersonFilterSet
    ordering = "name"
    list_per_page = 50
    list_display = [
        "name",
        Column("user", label=_("Compte"), sort_key="user__display_name"),
        NumberColumn("meetings", label=_("Réunions"), sort_key="meetings"),
    ]

    def get_queryset(self, request):
        came = Q(attendances__excused=False)
        return Person.objects.select_related("user").annotate(
            meetings=Count("attendances__page", filter=came, distinct=True)
        )


register_snippet(PersonViewSet)


class RoleViewSet(ModelViewSet):
    """The few roles, in the order that lists are shown in."""

    model = Role
    name = "roles"
    icon = "list-ol"
    menu_order = 220
    add_to_admin_menu = True
    copy_view_enabled = False
    ordering = "sort_order"
    list_display = [
        "label_fr",
        "label_nl",
        "label_en",
        BooleanColumn("is_minute_taker", label=_("Rédige le compte rendu")),
    ]
    list_per_page = 100


@hooks.register("register_admin_viewset")
def roles():
    return RoleViewSet()

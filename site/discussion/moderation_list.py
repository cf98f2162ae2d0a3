"""The list of comments in the back office: what waits comes first, and is counted."""

import django_filters
from django import forms
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Left, Length
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import (
    BulkActionsCheckboxColumn,
    Column,
    DateColumn,
    StatusTagColumn,
    TitleColumn,
)
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from accounts.duties import moderates
from discussion.formatting import plain_of
from discussion.models import PageComment, Report, State
from discussion.moderation import (
    DECISIONS,
    POSSIBLE_FROM,
    reason_choices,
    reasons_of,
    state_label,
)
from discussion.moderation_views import VERBS, CommentInspectView
from discussion.moderators import moderated_by
from discussion.trust import by_same_author
from search.queries import AmongKeys

EXCERPT = 90  # characters
#: The states in the order of what moderators look for.
STATES = (State.HELD, State.PUBLISHED, State.HIDDEN, State.SPAM, State.DELETED)


def excerpt_of(comment) -> str:
    return Truncator(plain_of(comment)).chars(EXCERPT)


def reports_of(comment) -> str:
    """How many reports are open; a sentence, since on narrow screens no heading stands above."""
    number = comment.open_reports
    if not number:
        return ""
    return ngettext("%(number)d signalement", "%(number)d signalements", number) % {
        "number": number
    }


def keywords_of(comment) -> str:
    return ", ".join(keyword.label for keyword in comment.keywords.all())


def commented_pages(request):
    return Page.objects.filter(pk__in=moderated_by(request.user).values("page")).order_by("title")


def commented_groups(request):
    """The pages right above those that have comments."""
    above = commented_pages(request).order_by()
    return Page.objects.filter(
        path__in=above.values_list(Left("path", Length("path") - Page.steplen))
    ).order_by("title")


class CommentFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("État"), empty_label=gettext_lazy("Tous"), widget=forms.RadioSelect
    )
    reason = django_filters.ChoiceFilter(
        label=gettext_lazy("Pourquoi il attend"),
        method="for_reason",
        empty_label=gettext_lazy("Peu importe"),
    )
    reported = django_filters.ChoiceFilter(
        label=gettext_lazy("Signalements"),
        method="is_reported",
        choices=[("open", gettext_lazy("à traiter")), ("settled", gettext_lazy("classés"))],
        empty_label=gettext_lazy("Peu importe"),
        widget=forms.RadioSelect,
    )
    author = django_filters.ChoiceFilter(
        label=gettext_lazy("Écrit par"),
        method="written_by",
        choices=[("member", gettext_lazy("un membre")), ("visitor", gettext_lazy("un visiteur"))],
        empty_label=gettext_lazy("Tous"),
        widget=forms.RadioSelect,
    )
    name = django_filters.CharFilter(
        label=gettext_lazy("Nom de l’auteur"), field_name="user_name", lookup_expr="icontains"
    )
    #: By the number of one of them: a visitor's address must not stand in an address.
    same_author = django_filters.NumberFilter(
        label=gettext_lazy("Même auteur que le commentaire no"),
        method="by_the_same",
        min_value=1,
        max_value=2**31 - 1,
    )
    group = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Groupe"), queryset=commented_groups, method="in_group"
    )
    page = django_filters.ModelChoiceFilter(label=gettext_lazy("Page"), queryset=commented_pages)
    submit_date = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Date"), widget=DateRangePickerWidget
    )

    class Meta:
        model = PageComment
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        counts = moderated_by(self.request.user).order_by().values_list("state")
        counts = dict(counts.annotate(number=Count("pk")))
        self.filters["state"].extra["choices"] = [
            (state, f"{state_label(PageComment(state=state))} ({counts.get(state, 0)})")
            for state in STATES
        ]
        self.filters["reason"].extra["choices"] = reason_choices()

    def for_reason(self, comments, name, value):
        # As text: SQLite cannot look into lists.
        comments = comments.alias(why=Cast("reasons", TextField()))
        return comments.filter(why__contains=f'"{value}"')

    def is_reported(self, comments, name, value):
        reports = Report.objects.filter(settled_at__isnull=value == "open")
        return comments.filter(pk__in=reports.values("comment"))

    def written_by(self, comments, name, value):
        return comments.filter(user__isnull=value == "visitor")

    def by_the_same(self, comments, name, value):
        one = moderated_by(self.request.user).filter(pk=int(value)).first()
        return comments.filter(pk__in=by_same_author(one).values("pk")) if one else comments.none()

    def in_group(self, comments, name, group):
        return comments.filter(page__path__startswith=group.path)


class CommentIndexView(generic.IndexView):
    any_permission_required = ["change"]
    template_name = "discussion/moderation/index.html"
    page_title = gettext_lazy("Commentaires")

    def get_base_queryset(self):
        reports = Report.objects.filter(comment=OuterRef("pk"), settled_at=None).order_by()
        reports = reports.values("comment").annotate(number=Count("pk")).values("number")
        return (
            moderated_by(self.request.user)
            .annotate(open_reports=Coalesce(Subquery(reports), 0))
            .select_related("page")
            .prefetch_related("keywords__labels")
            .defer("user_email", "ip_address", "user_url")
        )

    def order_queryset(self, queryset):
        if self.is_explicitly_ordered:
            return super().order_queryset(queryset)
        # What waits for a decision: held ones, then those that somebody has reported.
        waits = Case(
            When(state=State.HELD, then=Value(0)),
            When(open_reports__gt=0, then=Value(1)),
            default=Value(2),
        )
        return queryset.order_by(waits, "-submit_date", "-pk")

    def search_queryset(self, queryset):
        """Words of the text or the author, in any of their forms."""
        if not self.is_searching:
            return queryset
        found = get_search_backend().search(self.search_query, PageComment.objects.only("pk"))
        keys = [key for _score, key in found.ranked_values("pk")]
        return queryset.filter(AmongKeys(F("pk"), keys))

    @cached_property
    def header_more_buttons(self):
        return [
            *super().header_more_buttons,
            Button(_("Actes de modération"), url=reverse("comment_acts"), icon_name="history"),
            Button(_("Qui peut écrire"), url=reverse("comment_policies"), icon_name="cog"),
        ]

    def get_list_more_buttons(self, instance):
        address = reverse("comment_moderate", args=[instance.pk])
        # The list itself, also where this is the fragment that a script asked for.
        back = {"next": f"{self.get_index_url()}?{self.request.GET.urlencode()}"}
        acts = [act for act in DECISIONS if instance.state in POSSIBLE_FROM[act]]
        if instance.state == State.DELETED:  # by whom, its own page asks
            acts = []
        return [
            *super().get_list_more_buttons(instance),
            *(
                Button(VERBS[act], url=f"{address}?{urlencode({'act': act, **back})}")
                for act in acts
            ),
        ]

    @cached_property
    def columns(self):
        title = self._get_title_column_class(TitleColumn)
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="comment"),
            title(
                "comment",
                label=_("Commentaire"),
                accessor=excerpt_of,
                get_url=self.get_inspect_url,
                get_title_id=lambda comment: f"comment_{comment.pk}_title",
            ),
            StatusTagColumn(
                "state",
                label=_("État"),
                accessor=state_label,
                primary=lambda comment: comment.state == State.HELD,
            ),
            Column("reasons", label=_("Pourquoi"), accessor=lambda one: ", ".join(reasons_of(one))),
            Column("reports", label=_("Signalements"), accessor=reports_of),
            Column("user_name", label=_("Auteur"), sort_key="user_name"),
            Column("page", label=_("Page"), accessor="page.title", sort_key="page__title"),
            Column("keywords", label=_("Mots-clés"), accessor=keywords_of, classname="extra"),
            DateColumn("submit_date", label=_("Date"), sort_key="submit_date"),
        ]  # fmt: skip


class CommentMenuItem(MenuItem):
    """Says how many comments wait, and leads to them first."""

    def render_component(self, request):
        component = super().render_component(request)
        waits = Q(state=State.HELD) | Exists(
            Report.objects.filter(comment=OuterRef("pk"), settled_at=None)
        )
        number = moderated_by(request.user).filter(waits).count()
        if number:
            component.label = f"{component.label} ({number})"
        return component

    def is_shown(self, request):
        return moderates(request.user)


class CommentViewSet(ModelViewSet):
    """A list and a page for each comment; nobody writes in another's name."""

    model = PageComment
    name = "comments"
    icon = "comment"
    menu_label = gettext_lazy("Commentaires")
    menu_order = 230
    menu_item_class = CommentMenuItem
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    sort_order_field = None
    index_view_class = CommentIndexView
    inspect_view_class = CommentInspectView
    filterset_class = CommentFilterSet
    list_per_page = 50
    form_fields = []

    def get_common_view_kwargs(self, **kwargs):
        missing = {f"{view}_url_name": None for view in ("add", "edit", "delete", "usage")}
        return super().get_common_view_kwargs(**missing, **kwargs)

    def get_urlpatterns(self):
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("inspect/<key:pk>/", self.inspect_view, name="inspect"),
        ]

    def get_permissions_to_register(self):
        return super().get_permissions_to_register().filter(codename="change_pagecomment")

    def register_admin_url_finder(self):
        """Nothing to find: there is no page to edit a comment on."""

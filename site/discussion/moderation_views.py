"""Comments in the back office: a list to look through, and two things to do. No editing."""

import django_filters
from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models.functions import Left, Length
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import (
    BulkActionsCheckboxColumn,
    Column,
    DateColumn,
    StatusTagColumn,
    TitleColumn,
)
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views import generic
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from accounts.duties import moderates
from discussion.keys import is_key
from discussion.models import PageComment, State
from discussion.moderation import moderated_by, set_hidden

EXCERPT = 90  # characters
MOST_FOUND = 1_000  # comments that a search in the list looks at


def state_of(comment) -> str:
    if comment.is_removed:
        return _("masqué")
    return _("visible") if comment.is_public else _("en attente")


def excerpt_of(comment) -> str:
    return Truncator(" ".join(comment.comment.split())).chars(EXCERPT)


def keywords_of(comment) -> str:
    return ", ".join(keyword.label for keyword in comment.keywords.all())


# --- The list ----------------------------------------------------------------------------------


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
        label=gettext_lazy("État"),
        method="in_state",
        choices=[("visible", gettext_lazy("visible")), ("hidden", gettext_lazy("masqué"))],
        empty_label=gettext_lazy("Tous"),
        widget=forms.RadioSelect,
    )
    author = django_filters.ChoiceFilter(
        label=gettext_lazy("Écrit par"),
        method="written_by",
        choices=[("member", gettext_lazy("un membre")), ("visitor", gettext_lazy("un visiteur"))],
        empty_label=gettext_lazy("Tous"),
        widget=forms.RadioSelect,
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

    def in_state(self, comments, name, value):
        if value == "hidden":
            return comments.filter(state=State.HIDDEN)
        return comments.published()

    def written_by(self, comments, name, value):
        return comments.filter(user__isnull=value == "visitor")

    def in_group(self, comments, name, group):
        return comments.filter(page__path__startswith=group.path)


class CommentIndexView(generic.IndexView):
    any_permission_required = ["change"]
    template_name = "discussion/moderation/index.html"
    page_title = gettext_lazy("Commentaires")

    def get_base_queryset(self):
        return (
            moderated_by(self.request.user)
            .select_related("page")
            .prefetch_related("keywords__labels")
            .defer("user_email", "ip_address", "user_url")
        )

    def search_queryset(self, queryset):
        """Words of the text or the author, in any of their forms."""
        if not self.is_searching:
            return queryset
        found = get_search_backend().search(self.search_query, PageComment.objects.only("pk"))
        return queryset.filter(pk__in=[comment.pk for comment in found[:MOST_FOUND]])

    def get_list_more_buttons(self, instance):
        return [
            *super().get_list_more_buttons(instance),
            Button(
                _("Rétablir") if instance.is_removed else _("Masquer"),
                url=reverse("comment_moderate", args=[instance.pk]),
                icon_name="view" if instance.is_removed else "no-view",
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
            Column("user_name", label=_("Auteur"), sort_key="user_name"),
            Column("page", label=_("Page"), accessor="page.title", sort_key="page__title"),
            Column("keywords", label=_("Mots-clés"), accessor=keywords_of),
            StatusTagColumn(
                "state",
                label=_("État"),
                accessor=state_of,
                primary=lambda comment: comment.is_public and not comment.is_removed,
            ),
            DateColumn("submit_date", label=_("Date"), sort_key="submit_date"),
        ]


# --- One comment -------------------------------------------------------------------------------


class CommentInspectView(generic.InspectView):
    any_permission_required = ["change"]
    template_name = "discussion/moderation/inspect.html"
    page_title = gettext_lazy("Commentaire")

    def get_object(self, queryset=None):
        return get_object_or_404(moderated_by(self.request.user).select_related("page"), pk=self.pk)

    def get_page_subtitle(self):
        return excerpt_of(self.object)

    def get_fields_context(self):
        return []

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            acts=self.object.acts.select_related("moderator"),
            keywords=keywords_of(self.object),
            page=self.object.page,
            state=state_of(self.object),
            **kwargs,
        )


@require_http_methods(["GET", "HEAD", "POST"])
def moderate(request, pk):
    """Hide a comment, or restore it: GET asks, POST does. Leads back to ?next= or the list."""
    if not moderates(request.user):
        raise PermissionDenied
    comment = get_object_or_404(moderated_by(request.user).select_related("page"), pk=pk)
    back = get_valid_next_url_from_request(request) or reverse("comments:index")
    if request.method == "POST":
        hidden = request.POST.get("hidden")
        if hidden not in ("yes", "no"):
            raise BadRequest
        if set_hidden([comment], hidden == "yes", request.user):
            done = _("Commentaire masqué.") if hidden == "yes" else _("Commentaire rétabli.")
            messages.success(request, done)
        return redirect(back)
    return render(request, "discussion/moderation/confirm.html", {"comment": comment, "next": back})


# --- Several at once ---------------------------------------------------------------------------


class Moderate(BulkAction):
    """Hide or restore the comments chosen in the list."""

    models = [PageComment]
    template_name = "discussion/moderation/confirm_bulk.html"
    button_class = ""
    hidden: bool

    def dispatch(self, request, *args, **kwargs):
        if not moderates(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self, model, object_ids):
        """Of the comments asked for, those that are for this moderator to change."""
        wanted = [key for key in object_ids if is_key(key)]
        return list(
            moderated_by(self.request.user)
            .filter(pk__in=wanted, state=State.PUBLISHED if self.hidden else State.HIDDEN)
            .select_related("page")
            .newest_first()
        )

    def get_all_objects_in_listing_query(self, parent_id):
        """All that the list shows: searched and filtered as it was, over all its pages."""
        listing = CommentIndexView(
            model=PageComment,
            filterset_class=CommentFilterSet,
            index_results_url_name="comments:index_results",
        )
        listing.setup(self.request)
        return listing.get_queryset().values_list("pk", flat=True)

    def get_execution_context(self):
        return {"moderator": self.request.user}

    @classmethod
    def execute_action(cls, objects, moderator=None, **kwargs):
        return len(set_hidden(objects, cls.hidden, moderator)), 0


class Hide(Moderate):
    display_name = gettext_lazy("Masquer")
    aria_label = gettext_lazy("Masquer les commentaires choisis")
    action_type = "hide"
    action_priority = 10
    classes = {"serious"}
    button_class = "serious"
    hidden = True

    def get_success_message(self, number, _children):
        return ngettext(
            "%(number)d commentaire masqué.", "%(number)d commentaires masqués.", number
        ) % {"number": number}


class Restore(Moderate):
    display_name = gettext_lazy("Rétablir")
    aria_label = gettext_lazy("Rétablir les commentaires choisis")
    action_type = "restore"
    action_priority = 20
    hidden = False

    def get_success_message(self, number, _children):
        return ngettext(
            "%(number)d commentaire rétabli.", "%(number)d commentaires rétablis.", number
        ) % {"number": number}


# --- All of it ---------------------------------------------------------------------------------


class CommentViewSet(ModelViewSet):
    """A list and a page for each comment; nobody writes in another's name."""

    model = PageComment
    name = "comments"
    icon = "comment"
    menu_label = gettext_lazy("Commentaires")
    menu_order = 230
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    sort_order_field = None
    index_view_class = CommentIndexView
    inspect_view_class = CommentInspectView
    filterset_class = CommentFilterSet
    ordering = ["-submit_date", "-pk"]
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

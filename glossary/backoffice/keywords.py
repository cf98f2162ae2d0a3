"""Keywords in the back office: their list, and what can be done with each."""

import django_filters
from django import forms
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, NumberColumn, StatusTagColumn
from wagtail.admin.widgets.button import Button
from wagtail.models import Revision
from wagtail.snippets.views.chooser import (
    BaseSnippetChooseView,
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
)
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from discussion.models import PageComment
from glossary.backoffice.keyword_form import EDIT_HANDLER
from glossary.backoffice.usage import KeywordUsageView
from glossary.models import Keyword, KeywordGroup, KeywordLabel, PageKeyword


class KeywordFilterSet(WagtailFilterSet):
    group = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Groupe"),
        queryset=KeywordGroup.objects.all(),
        null_label=gettext_lazy("sans groupe"),
    )
    lacks = django_filters.ChoiceFilter(
        label=gettext_lazy("Sans intitulé en"),
        method="lacking",
        choices=settings.LANGUAGES,
        empty_label=gettext_lazy("Tous"),
        widget=forms.RadioSelect,
    )
    defined = django_filters.ChoiceFilter(
        label=gettext_lazy("Définition"),
        method="with_definition",
        choices=[("yes", gettext_lazy("définis")), ("no", gettext_lazy("sans définition"))],
        empty_label=gettext_lazy("Tous"),
        widget=forms.RadioSelect,
    )
    used = django_filters.ChoiceFilter(
        label=gettext_lazy("Emploi"),
        method="with_use",
        choices=[("yes", gettext_lazy("employés")), ("no", gettext_lazy("jamais employés"))],
        empty_label=gettext_lazy("Tous"),
        widget=forms.RadioSelect,
    )
    live = django_filters.ChoiceFilter(
        label=gettext_lazy("État"),
        choices=[("True", gettext_lazy("publiés")), ("False", gettext_lazy("brouillons"))],
        empty_label=gettext_lazy("Tous"),
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Keyword
        fields = []

    def lacking(self, keywords, name, language):
        preferred = KeywordLabel.objects.filter(
            keyword=OuterRef("pk"), language=language, kind=KeywordLabel.PREFERRED
        )
        return keywords.filter(~Exists(preferred))

    def with_definition(self, keywords, name, value):
        blank = Q(**{f"definition_{language}": "" for language, _name in settings.LANGUAGES})
        return keywords.filter(blank) if value == "no" else keywords.exclude(blank)

    def with_use(self, keywords, name, value):
        unused = Q(page_count=0, comment_count=0)
        return keywords.filter(unused) if value == "no" else keywords.exclude(unused)


def _uses(relation, keyword_field):
    counts = (
        relation.order_by()
        .filter(**{keyword_field: OuterRef("pk")})
        .values(keyword_field)
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def _scheduled():
    """Whether a version waits for its hour; Wagtail would ask for each row apart."""
    return Exists(
        Revision.objects.filter(
            base_content_type=ContentType.objects.get_for_model(Keyword),
            object_id=Cast(OuterRef("pk"), CharField()),
            approved_go_live_at__isnull=False,
        )
    )


def state(keyword) -> str:
    """Whether a keyword of this list is published, in words."""
    if keyword.scheduled:
        return _("publié, suite programmée") if keyword.live else _("programmé")
    if not keyword.live:
        return _("brouillon")
    return _("publié, avec brouillon") if keyword.has_unpublished_changes else _("publié")


class KeywordIndexView(IndexView):
    def _get_title_column(self, field_name, **kwargs):
        column = super()._get_title_column(field_name, **kwargs)
        column.sort_key = "folded"  # as people read, not as bytes stand
        return column

    def get_base_queryset(self):
        return (
            Keyword.objects.unmerged()
            .with_labels()
            .select_related("group")
            .annotate(
                page_count=_uses(PageKeyword.objects, "tag"),
                comment_count=_uses(PageComment.keywords.through.objects, "keyword"),
                scheduled=_scheduled(),
            )
        )

    def get_list_more_buttons(self, instance):
        url = reverse("keywords:usage", args=[instance.pk])
        usage = Button(_("Emplois"), url=url, icon_name="list-ul", priority=15)
        return [*super().get_list_more_buttons(instance), usage]


class KeywordCreateView(CreateView):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        # A word half typed would be a keyword, and compared with the others.
        self.autosave_enabled = False


class KeywordEditView(EditView):
    """The form of a keyword; of one that was merged, the form of the other."""

    def get_usage_url(self):
        return None  # the panel that has it would count links between keywords only

    @cached_property
    def header_more_buttons(self):
        url = reverse("keywords:usage", args=[self.object.pk])
        usage = Button(_("Emplois"), url=url, icon_name="list-ul", priority=5)
        return [usage, *super().header_more_buttons]

    def dispatch(self, request, *args, **kwargs):
        target = self.live_object.merged_into
        if target and self.user_has_permission("change"):
            said = _("« %(old)s » a été fondu dans « %(new)s ».")
            messages.info(request, said % {"old": self.live_object.name, "new": target.name})
            return redirect(self.edit_url_name, target.pk)
        return super().dispatch(request, *args, **kwargs)


class _Unmerged(BaseSnippetChooseView):
    def get_object_list(self):
        return Keyword.objects.unmerged()


class KeywordChooseView(_Unmerged, ChooseView):
    pass


class KeywordChooseResultsView(_Unmerged, ChooseResultsView):
    pass


class KeywordChooserViewSet(SnippetChooserViewSet):
    """Chooses a keyword to link to: one that was not merged."""

    choose_view_class = KeywordChooseView
    choose_results_view_class = KeywordChooseResultsView


def _words(keyword) -> str:
    """Every label and synonym, each language's own together."""
    labels = keyword.labels.all()
    texts = {
        language: ", ".join(label.text for label in labels if label.language == language)
        for language, _name in settings.LANGUAGES
    }
    return " · ".join(f"{language.upper()} {words}" for language, words in texts.items() if words)


class KeywordViewSet(SnippetViewSet):
    model = Keyword
    url_prefix = "keywords"
    url_namespace = "keywords"
    icon = "tag"
    menu_label = gettext_lazy("Tous les mots-clés")
    copy_view_enabled = False
    index_view_class = KeywordIndexView
    add_view_class = KeywordCreateView
    edit_view_class = KeywordEditView
    usage_view_class = KeywordUsageView
    chooser_viewset_class = KeywordChooserViewSet
    edit_handler = EDIT_HANDLER
    filterset_class = KeywordFilterSet
    ordering = "folded"
    list_per_page = 50
    list_display = [
        "name",
        Column("labels", label=gettext_lazy("Mots"), accessor=_words, width="30%"),
        Column("group", label=gettext_lazy("Groupe"), sort_key="group__name", width="12%"),
        NumberColumn("page_count", label=gettext_lazy("Pages"), sort_key="page_count", width="7%"),
        NumberColumn(
            "comment_count",
            label=gettext_lazy("Commentaires"),
            sort_key="comment_count",
            width="11%",
        ),
        StatusTagColumn(
            "live",
            label=gettext_lazy("État"),
            accessor=state,
            sort_key="live",
            primary=lambda keyword: keyword.live,
            width="10%",
        ),
    ]

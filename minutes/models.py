"""Workgroups, the minutes of their meetings, their rosters and their articles."""

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Left, Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from accounts.visibility import visible_to
from discussion.counts import with_comment_count
from discussion.panels import DISCUSSION_PANELS
from glossary.forms import KEYWORD_PANELS, KeywordPageForm
from glossary.models import Keyword, Kind, PageKeyword
from glossary.retagging import current_uses
from minutes.people import (
    ArticleAuthor,
    Attendance,
    Coordinator,
    Role,
    RosterEntry,
)
from pages.languages import localised
from pages.models import RELATED_PANELS, BasePage, ContainerPage, TextMixin

__all__ = [
    "ArticleAuthor",
    "ArticlePage",
    "Attendance",
    "Coordinator",
    "MinutesPage",
    "ParticipantListPage",
    "Role",
    "RosterEntry",
    "WorkgroupPage",
]


#: The path of a page's parent, in SQL.
PARENT = Left("path", Length("path") - Page.steplen)


class ListedQuerySet(PageQuerySet):
    """Words that lists of pages are built from."""

    def visible_to(self, user):
        return visible_to(self, user)

    def for_list(self):
        """Without the long texts, with `comment_count`: what a line in a list needs."""
        return with_comment_count(self.defer_streamfields())


class MinutesQuerySet(ListedQuerySet):
    def newest_first(self):
        """By meeting date; a meeting of unknown date stands by its number in the series."""
        dated = MinutesPage.objects.annotate(of=PARENT).filter(
            of=OuterRef("parent_path"), meeting_date__isnull=False
        )
        before = dated.filter(ordinal__lt=OuterRef("ordinal")).order_by("-ordinal")
        after = dated.filter(ordinal__gt=OuterRef("ordinal")).order_by("ordinal")
        placed = Coalesce(
            "meeting_date",
            Subquery(before.values("meeting_date")[:1]),
            Subquery(after.values("meeting_date")[:1]),
        )
        return (
            self.alias(parent_path=PARENT)
            .alias(placed=placed)
            .order_by(F("placed").desc(nulls_last=True), F("ordinal").desc(nulls_last=True), "-pk")
        )

    def held(self, today=None):
        """Meetings that are not still to come."""
        return self.exclude(meeting_date__gt=today or timezone.localdate())

    def upcoming(self, today=None):
        return self.filter(meeting_date__gt=today or timezone.localdate()).order_by("meeting_date")


class Keyworded(models.Model):
    """A page that carries keywords."""

    #: What sort of thing it is for the rules of keyword groups, one of `glossary.rules.Kind`.
    keyword_kind: str
    keywords = ClusterTaggableManager(through=PageKeyword, blank=True, verbose_name=_("mots-clés"))
    base_form_class = KeywordPageForm

    class Meta:
        abstract = True

    def with_content_json(self, content):
        """In a revision, a keyword that was merged since is the one it was merged into."""
        if uses := content.get("keyword_uses"):
            content = {**content, "keyword_uses": current_uses(uses)}
        return super().with_content_json(content)

    def keywords_tagged(self, preview=False):
        """The page's published keywords; in a preview, the draft's."""
        if preview or not self.pk:
            ids = [use.tag_id for use in self.keyword_uses.all()]
            return Keyword.objects.filter(pk__in=ids, live=True)
        return Keyword.objects.filter(page_uses__content_object=self.pk, live=True)

    def keywords_shown(self, preview=False) -> list[Keyword]:
        """The same by name, without their labels."""
        return list(self.keywords_tagged(preview).order_by("name"))


class WorkgroupPage(ContainerPage):
    """A workgroup under the home page; meetings, articles and rosters live under it.

    It is made private, with all that lies under it, by Wagtail's own privacy setting: the
    groups whose members may see it.
    """

    top_level = True
    parent_page_types = ["home.HomePage"]
    subpage_types = ["minutes.MinutesPage", "minutes.ArticlePage", "minutes.ParticipantListPage"]

    purpose = models.TextField(_("raison d’être"), blank=True)
    purpose_nl = models.TextField(_("raison d’être en néerlandais"), blank=True)
    purpose_en = models.TextField(_("raison d’être en anglais"), blank=True)
    content_panels = [
        *ContainerPage.content_panels,
        MultiFieldPanel(
            [FieldPanel("purpose"), FieldPanel("purpose_nl"), FieldPanel("purpose_en")],
            _("Raison d’être"),
        ),
        InlinePanel("coordinators", label=_("Personne"), heading=_("Coordination")),
        *DISCUSSION_PANELS,
    ]
    search_fields = [
        *ContainerPage.search_fields,
        index.SearchField("purpose"),
        index.SearchField("purpose_nl"),
        index.SearchField("purpose_en"),
    ]

    class Meta:
        verbose_name = _("groupe de travail")
        verbose_name_plural = _("groupes de travail")

    @property
    def purpose_text(self):
        return localised(self, "purpose")[0]

    @property
    def purpose_language(self):
        return localised(self, "purpose")[1]

    def get_context(self, request, *args, **kwargs):
        from minutes.overview import workgroup_context

        return super().get_context(request, *args, **kwargs) | workgroup_context(self, request)


class MinutesPage(Keyworded, TextMixin, BasePage):
    """The minutes of one meeting, under its workgroup."""

    parent_page_types = ["minutes.WorkgroupPage"]
    subpage_types = []
    keyword_kind = Kind.MINUTES
    discussed = True

    ordinal = models.PositiveIntegerField(
        _("numéro de la réunion"), null=True, blank=True, help_text=_("4 pour « 4e réunion ».")
    )
    meeting_date = models.DateField(
        _("date de la réunion"),
        null=True,
        blank=True,
        help_text=_("Le jour de la réunion, pas celui de la publication ; vide si inconnu."),
    )
    place = models.CharField(_("lieu"), max_length=255, blank=True)
    host = models.CharField(_("accueil"), max_length=255, blank=True)
    #: Which text this was imported from (SHA-256 in hexadecimal), so that none comes twice.
    source_digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)

    objects = PageManager.from_queryset(MinutesQuerySet)()

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("ordinal"), FieldPanel("meeting_date")]),
                FieldRowPanel([FieldPanel("place"), FieldPanel("host")]),
            ],
            _("Réunion"),
        ),
        FieldPanel("body"),
        InlinePanel("attendance", label=_("Personne"), heading=_("Étaient présents ce jour-là")),
        *KEYWORD_PANELS,
        *RELATED_PANELS,
        *DISCUSSION_PANELS,
        TextMixin.language_panel,
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("body"),
        index.AutocompleteField("body"),  # what the admin searches
        index.SearchField("place"),
        index.FilterField("meeting_date"),
        index.FilterField("language"),
        index.RelatedFields(
            "attendance", [index.RelatedFields("person", [index.SearchField("name")])]
        ),
    ]

    class Meta:
        verbose_name = _("compte rendu")
        verbose_name_plural = _("comptes rendus")

    def get_admin_display_title(self):
        number = f"{self.ordinal}. " if self.ordinal else ""
        return number + super().get_admin_display_title()

    def get_context(self, request, *args, **kwargs):
        from minutes.overview import minutes_context

        return super().get_context(request, *args, **kwargs) | minutes_context(self, request)


class ArticlePage(Keyworded, TextMixin, BasePage):
    """A signed text, under a workgroup or the home page."""

    top_level = True
    parent_page_types = ["home.HomePage", "minutes.WorkgroupPage"]
    subpage_types = []
    keyword_kind = Kind.ARTICLE
    discussed = True

    over_title = models.CharField(_("surtitre"), max_length=255, blank=True)
    lead = models.TextField(_("chapeau"), blank=True)
    date = models.DateField(_("date"), default=timezone.localdate)

    objects = PageManager.from_queryset(ListedQuerySet)()

    content_panels = [
        FieldPanel("over_title"),
        *Page.content_panels,
        FieldPanel("lead"),
        InlinePanel("authors", label=_("Personne"), heading=_("Signature")),
        FieldPanel("date"),
        FieldPanel("body"),
        *KEYWORD_PANELS,
        *RELATED_PANELS,
        *DISCUSSION_PANELS,
        TextMixin.language_panel,
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("over_title"),
        index.SearchField("lead"),
        index.SearchField("body"),
        index.AutocompleteField("body"),  # what the admin searches
        index.FilterField("date"),
        index.FilterField("language"),
    ]

    class Meta:
        verbose_name = _("article")

    def get_context(self, request, *args, **kwargs):
        from minutes.overview import article_context

        return super().get_context(request, *args, **kwargs) | article_context(self, request)


class ParticipantListPage(Keyworded, ContainerPage):
    """A roster: the people of a workgroup by role."""

    parent_page_types = ["minutes.WorkgroupPage"]
    subpage_types = []
    keyword_kind = Kind.ROSTER
    discussed = True

    intro = models.TextField(_("introduction"), blank=True)
    intro_nl = models.TextField(_("introduction en néerlandais"), blank=True)
    intro_en = models.TextField(_("introduction en anglais"), blank=True)

    objects = PageManager.from_queryset(ListedQuerySet)()

    content_panels = [
        *ContainerPage.content_panels,
        MultiFieldPanel(
            [FieldPanel("intro"), FieldPanel("intro_nl"), FieldPanel("intro_en")],
            _("Introduction"),
        ),
        InlinePanel("entries", label=_("Personne"), heading=_("Participant·es")),
        *KEYWORD_PANELS,
        *RELATED_PANELS,
        *DISCUSSION_PANELS,
    ]
    search_fields = [
        *ContainerPage.search_fields,
        index.SearchField("intro"),
        index.RelatedFields(
            "entries", [index.RelatedFields("person", [index.SearchField("name")])]
        ),
    ]

    class Meta:
        verbose_name = _("liste de participant·es")
        verbose_name_plural = _("listes de participant·es")

    @property
    def intro_text(self):
        return localised(self, "intro")[0]

    @property
    def intro_language(self):
        return localised(self, "intro")[1]

    def get_context(self, request, *args, **kwargs):
        from minutes.overview import roster_context

        return super().get_context(request, *args, **kwargs) | roster_context(self, request)

"""What every page of the site has: words, language, neighbours, attachments, visits."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from pages.blocks import BodyBlocks
from pages.languages import localised
from pages.serving import Served


def reserved_slugs() -> set[str]:
    """First words of the addresses that our routes use, in every language."""
    words = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for name, args in ROUTES.items():
                words.add(reverse(name, args=args).split("/")[2])
    return words


#: A route for each first word that the site's own addresses start with.
ROUTES = {
    "search": [],
    "glossary": [],
    "keyword": ["x"],
    "person": ["x"],
    "comment": [1],
    "feed_latest": [],
    "account_login": [],
}


class BasePage(Served, Page):
    """A page of Plenum. Concrete page types live in the sections."""

    #: A copy is a text of its own, neither a translation nor the import of the same source.
    exclude_fields_in_copy = ["translation_group", "translation_of", "source_digest"]
    #: Whether pages of this type may stand right under the home page, beside our routes.
    top_level = False
    #: Whether a discussion can be held under pages of this type.
    discussed = False

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.top_level and self.slug in reserved_slugs():
            raise ValidationError(
                {
                    "slug": _(
                        "Cette adresse est prise par le site lui-même : choisissez-en une autre."
                    )
                }
            )

    @property
    def heading(self) -> str:
        """The title to show, in the interface's language where the page has one."""
        return self.title

    @property
    def heading_language(self) -> str:
        """The language that `heading` is written in."""
        return settings.LANGUAGE_CODE


class ContainerPage(BasePage):
    """A page that holds others and carries its few words in three languages."""

    title_nl = models.CharField(_("titre en néerlandais"), max_length=255, blank=True)
    title_en = models.CharField(_("titre en anglais"), max_length=255, blank=True)

    content_panels = [
        MultiFieldPanel(
            [FieldPanel("title"), FieldPanel("title_nl"), FieldPanel("title_en")], _("Titre")
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("title_nl"),
        index.SearchField("title_en"),
        index.AutocompleteField("title_nl"),
        index.AutocompleteField("title_en"),
    ]

    class Meta:
        abstract = True

    @property
    def heading(self):
        return localised(self, "title")[0]

    @property
    def heading_language(self):
        return localised(self, "title")[1]


class TextMixin(models.Model):
    """A text: it is written in one language, and may have translations that are pages too."""

    language = models.CharField(
        _("langue du texte"),
        max_length=5,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
    )
    #: Translations of one text share this key.
    translation_group = models.UUIDField(
        _("groupe de traductions"), default=uuid.uuid4, editable=False, db_index=True
    )
    translation_of = models.ForeignKey(
        Page,
        verbose_name=_("traduction de"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("La page dont ce texte est la traduction, s’il y en a une."),
    )
    body = StreamField(BodyBlocks(), verbose_name=_("texte"), blank=True)
    terms_linked = models.BooleanField(
        _("expliquer les mots du glossaire"),
        default=True,
        help_text=_("La première mention de chaque mot du glossaire mène à sa définition."),
    )

    language_panel = MultiFieldPanel(
        [FieldPanel("language"), PageChooserPanel("translation_of"), FieldPanel("terms_linked")],
        _("Langue"),
    )

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.translation_of_id:
            original = self.translation_of.specific
            self.translation_group = getattr(original, "translation_group", self.translation_group)
        elif type(self).objects.filter(pk=self.pk, translation_of__isnull=False).exists():
            self.translation_group = uuid.uuid4()  # it is no longer a translation of anything
        super().save(*args, **kwargs)

    @property
    def heading_language(self):
        return self.language


class RelatedPage(Orderable):
    """A link between two pages that both of them show."""

    page = ParentalKey(Page, on_delete=models.CASCADE, related_name="related_links")
    target = models.ForeignKey(
        Page, verbose_name=_("page"), on_delete=models.CASCADE, related_name="related_from"
    )

    panels = [PageChooserPanel("target")]

    class Meta(Orderable.Meta):
        verbose_name = _("page liée")
        constraints = [
            models.UniqueConstraint(fields=["page", "target"], name="related_once"),
        ]


class PageAttachment(Orderable):
    """A document that belongs to a page."""

    page = ParentalKey(Page, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "wagtaildocs.Document",
        verbose_name=_("document"),
        on_delete=models.CASCADE,
        related_name="page_attachments",
    )
    title = models.CharField(_("intitulé"), max_length=255, blank=True)

    panels = [FieldPanel("document"), FieldPanel("title")]

    class Meta(Orderable.Meta):
        verbose_name = _("document joint")

    def __str__(self):
        return self.title or self.document.title


class DocumentText(models.Model):
    """What a document says, for search: read from its file some time after that was stored."""

    class State(models.TextChoices):
        WAITING = "waiting", _("en attente de lecture")
        READY = "ready", _("texte cherchable")
        EMPTY = "empty", _("sans texte")
        UNREADABLE = "unreadable", _("texte non cherchable")

    document = models.OneToOneField(
        "wagtaildocs.Document", on_delete=models.CASCADE, related_name="read_text"
    )
    #: Which file it was read from; another one under the same title is read again.
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    text = models.TextField(blank=True)
    #: When somebody began to read it, so that two do not; None when nobody does. After a try
    #: that said nothing of the file, in the future: until then it rests.
    begun = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    #: It would show in the back office as a use of the document.
    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [models.Index(fields=["state"], name="document_text_state")]


RELATED_PANELS = [
    InlinePanel("related_links", label=_("Page liée"), heading=_("Pages liées")),
    InlinePanel("attachments", label=_("Document"), heading=_("Documents joints")),
]


@register_setting(icon="home")
class SiteIdentity(BaseSiteSetting):
    """The name over the door: who publishes this site and how to reach them."""

    name = models.CharField(_("nom"), max_length=80, default="Plenum")
    tagline = models.CharField(_("devise"), max_length=160, blank=True)
    tagline_nl = models.CharField(_("devise en néerlandais"), max_length=160, blank=True)
    tagline_en = models.CharField(_("devise en anglais"), max_length=160, blank=True)
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    contact_email = models.EmailField(_("adresse de contact"), blank=True)
    address = models.TextField(_("adresse postale"), blank=True)
    footer = models.TextField(_("pied de page"), blank=True)
    footer_nl = models.TextField(_("pied de page en néerlandais"), blank=True)
    footer_en = models.TextField(_("pied de page en anglais"), blank=True)

    panels = [
        FieldPanel("name"),
        FieldPanel("logo"),
        MultiFieldPanel(
            [FieldPanel("tagline"), FieldPanel("tagline_nl"), FieldPanel("tagline_en")],
            _("Devise"),
        ),
        MultiFieldPanel([FieldPanel("contact_email"), FieldPanel("address")], _("Contact")),
        MultiFieldPanel(
            [FieldPanel("footer"), FieldPanel("footer_nl"), FieldPanel("footer_en")],
            _("Pied de page"),
        ),
    ]

    class Meta:
        verbose_name = _("identité du site")

    @property
    def tagline_text(self):
        return localised(self, "tagline")[0]

    @property
    def footer_text(self):
        return localised(self, "footer")[0]


class VisitSalt(models.Model):
    """The one secret of today's visit marks; replaced, with all marks, when the day changes."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)


class VisitMark(models.Model):
    """Somebody came to a page today: a keyed hash that cannot be linked to another page or day."""

    mark = models.BinaryField(max_length=32)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mark", "page"], name="one_mark_a_day")]


class VisitCount(models.Model):
    """How many visits a page has had."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="visit_count")
    total = models.PositiveBigIntegerField(default=0)

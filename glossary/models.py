"""Keywords: the groups' shared vocabulary. One row is one concept, with labels per language."""

import unicodedata

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase, TagBase
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.search import index

from accounts.visibility import visible_pages
from pages.languages import interface_language

#: Apostrophes and hyphens that no keyboard has, and the ones that people type.
_TYPED = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-"})


def fold(text: str) -> str:
    """Lower case without accents, fine apostrophes or doubled spaces: how labels are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_TYPED))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


class KeywordQuerySet(models.QuerySet):
    def used_where_visible(self, user):
        """Keywords with a use that the reader may see, with `uses`, their number of such pages.

        A keyword has no rights of its own: for a reader it exists if one use is visible.
        """
        pages = visible_pages(user)
        seen = Q(page_uses__content_object__in=pages)
        comments = Q(comments__is_public=True, comments__is_removed=False, comments__page__in=pages)
        return (
            self.filter(seen | comments)
            .annotate(uses=Count("page_uses__content_object", filter=seen, distinct=True))
            .distinct()
        )

    def nameable_by(self, user):
        """Keywords that somebody may tag with: those that exist for them, and unused ones.

        One that is used only where they may not look is as unknown as a word nobody uses.
        """
        known = Q(pk__in=self.model.objects.used_where_visible(user).values("pk"))
        return self.filter(known | Q(page_uses=None, comments=None)).distinct()

    def with_labels(self):
        return self.prefetch_related("labels")

    def named(self, text: str):
        """The keyword with this name, label or synonym in any language, or None."""
        wanted = fold(text)
        match = self.filter(Q(labels__folded=wanted) | Q(folded=wanted)).order_by("pk")
        return match.distinct().first()


class Keyword(index.Indexed, TagBase, ClusterableModel):
    """A concept that pages and comments are tagged with."""

    free_tagging = True
    folded = models.CharField(max_length=200, editable=False, db_index=True, default="")
    definition_fr = models.TextField(_("définition en français"), blank=True)
    definition_nl = models.TextField(_("définition en néerlandais"), blank=True)
    definition_en = models.TextField(_("définition en anglais"), blank=True)

    objects = KeywordQuerySet.as_manager()

    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("slug")], _("Mot-clé")),
        InlinePanel("labels", label=_("Intitulé"), heading=_("Intitulés et synonymes")),
        MultiFieldPanel(
            [
                FieldPanel("definition_fr"),
                FieldPanel("definition_nl"),
                FieldPanel("definition_en"),
            ],
            _("Définition"),
        ),
    ]
    search_fields = [
        index.SearchField("name", boost=2),
        index.AutocompleteField("name"),
        index.RelatedFields("labels", [index.SearchField("text"), index.AutocompleteField("text")]),
    ]

    class Meta:
        verbose_name = _("mot-clé")
        verbose_name_plural = _("mots-clés")
        ordering = ["name"]

    def save(self, *args, **kwargs):
        self.folded = fold(self.name)
        super().save(*args, **kwargs)

    def slugify(self, tag, i=None):
        """An address in plain letters, numbered where the words alone are taken."""
        slug = slugify(tag) or "mot"
        return slug if i is None else f"{slug}-{i}"

    def get_absolute_url(self):
        return reverse("keyword", args=[self.slug])

    def label_in(self, language: str) -> str:
        """The preferred label in a language; the name where there is none."""
        for label in self.labels.all():
            if label.language == language and label.kind == KeywordLabel.PREFERRED:
                return label.text
        return self.name

    @property
    def label(self) -> str:
        return self.label_in(interface_language())

    @property
    def label_language(self) -> str:
        """The language `label` is written in."""
        language = interface_language()
        has_own = any(
            label.language == language and label.kind == KeywordLabel.PREFERRED
            for label in self.labels.all()
        )
        return language if has_own else settings.LANGUAGE_CODE

    @property
    def definition(self) -> str:
        return getattr(self, f"definition_{interface_language()}", "") or self.definition_fr

    @property
    def definition_language(self) -> str:
        language = interface_language()
        return language if getattr(self, f"definition_{language}", "") else "fr"


class KeywordLabel(models.Model):
    """A word for a concept in one language: the preferred one, or a synonym that also finds it."""

    PREFERRED, SYNONYM = "preferred", "synonym"

    keyword = ParentalKey(Keyword, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(
        _("langue"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    text = models.CharField(_("intitulé"), max_length=100)
    folded = models.CharField(max_length=200, editable=False, db_index=True)
    kind = models.CharField(
        _("sorte"),
        max_length=10,
        choices=[(PREFERRED, _("intitulé")), (SYNONYM, _("synonyme"))],
        default=PREFERRED,
    )

    panels = [FieldPanel("language"), FieldPanel("text"), FieldPanel("kind")]

    class Meta:
        verbose_name = _("intitulé")
        ordering = ["kind", "language", "text"]
        constraints = [
            models.UniqueConstraint(
                fields=["keyword", "language", "folded"], name="label_once_per_language"
            ),
            models.UniqueConstraint(
                fields=["keyword", "language"],
                condition=Q(kind="preferred"),
                name="one_preferred_label_per_language",
            ),
        ]

    def __str__(self):
        return self.text

    def save(self, *args, **kwargs):
        self.folded = fold(self.text)
        super().save(*args, **kwargs)


class PageKeyword(ItemBase):
    """A page tagged with a keyword."""

    tag = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="page_uses")
    content_object = ParentalKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="keyword_uses"
    )

    class Meta:
        verbose_name = _("mot-clé de page")
        constraints = [
            models.UniqueConstraint(fields=["tag", "content_object"], name="keyword_once_per_page")
        ]

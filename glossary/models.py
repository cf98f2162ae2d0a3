"""Keywords: the groups' shared vocabulary. One row is one concept, with labels per language."""

import unicodedata

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import TagBase
from wagtail.fields import RichTextField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin
from wagtail.search import index

from accounts.visibility import visible_pages
from glossary.rules import KeywordGroup, Kind, Rank
from glossary.uses import (
    DistinctKeywords,
    KeywordFollow,
    KeywordMerge,
    KeywordSuggestion,
    PageKeyword,
)
from pages.blocks import INLINE, LISTS
from pages.languages import interface_language, localised

__all__ = [
    "DistinctKeywords",
    "FormerAddress",
    "Keyword",
    "KeywordFollow",
    "KeywordGroup",
    "KeywordLabel",
    "KeywordLink",
    "KeywordMerge",
    "KeywordSuggestion",
    "Kind",
    "PageKeyword",
    "Rank",
    "fold",
]

#: Apostrophes and hyphens that no keyboard has, and the ones that people type.
_TYPED = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-"})


def fold(text: str) -> str:
    """Lower case without accents, fine apostrophes or doubled spaces: how labels are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_TYPED))
    # Nothing below U+0300 combines: most letters need not be asked.
    plain = [c for c in decomposed if c < "\u0300" or not unicodedata.combining(c)]
    return " ".join("".join(plain).split())


def _visible_uses(user):
    """(pages, pages with a comment) that carry the keyword OuterRef("pk") where the user looks."""
    pages = visible_pages(user).order_by()
    tagged = pages.filter(keyword_uses__tag=OuterRef("pk"))
    # From a use to its page, which ends at the first that is visible.
    spoken = pages.filter(
        comments__keywords=OuterRef("pk"),
        comments__state="published",
        comments__under_held=False,
    )
    return tagged, spoken


def _on_offer():
    """Keywords that were put into the glossary on purpose and that nothing carries.

    Being used at all takes them off: one that is used only where a reader may not look is as
    unknown to them as a word nobody uses. One that came with a text, and is on no page now, is
    not on offer either: the text may be a private draft.
    """
    on_pages = PageKeyword.objects.filter(tag=OuterRef("pk"))
    in_comments = Keyword.comments.through.objects.filter(keyword=OuterRef("pk"))
    return Q(offered=True) & ~Exists(on_pages) & ~Exists(in_comments)


#: Keywords that say what they mean, in some language.
EXPLAINED = ~Q(
    definition_fr="", definition_nl="", definition_en="", text="", text_nl="", text_en=""
)


class KeywordQuerySet(models.QuerySet):
    def used_where_visible(self, user):
        """Published keywords with a use that the reader may see; see `existing_for`."""
        tagged, spoken = _visible_uses(user)
        return self._counted(Exists(tagged) | Exists(spoken), tagged)

    def existing_for(self, user):
        """Keywords that exist for the reader, with `uses`, the number of such pages.

        A keyword has no rights of its own: for a reader it exists if it is published and one
        use is visible; or if nothing carries it yet, it is on offer and says what it means.
        """
        tagged, spoken = _visible_uses(user)
        on_offer = _on_offer() & EXPLAINED
        return self._counted(Exists(tagged) | Exists(spoken) | on_offer, tagged)

    def _counted(self, existing, tagged):
        uses = tagged.values("keyword_uses__tag").annotate(number=Count("pk")).values("number")
        return self.filter(existing, live=True).annotate(uses=Coalesce(Subquery(uses), 0))

    def nameable_by(self, user):
        """Keywords that somebody may name: those used where they look, and all on offer."""
        tagged, spoken = _visible_uses(user)
        return self.filter(Exists(tagged) | Exists(spoken) | _on_offer(), live=True)

    def unmerged(self):
        """Without those that were merged into others and live on as addresses only."""
        return self.filter(merged_into=None)

    def with_labels(self):
        return self.prefetch_related("labels")

    def named(self, text: str):
        """The keyword with this name, or else this label or synonym in any language, or None."""
        wanted = fold(text)
        match = self.unmerged().filter(Q(labels__folded=wanted) | Q(folded=wanted))
        named_first = Case(When(folded=wanted, then=0), default=1)
        return match.order_by(named_first, "pk").distinct().first()

    def choose(self, words, **who_and_where):
        """What somebody may tag a thing with; see `glossary.rules.choose`."""
        from glossary.rules import choose

        return choose(words, **who_and_where)

    def make(self, text: str, language: str, group=None, offered=False):
        """A new published keyword with its first label; `offered` if all may name it unused.

        Its name is numbered where another has it: one that the maker may not know of, or
        that was merged or withdrawn.
        """
        name, number = text, 2
        while self.model.objects.filter(name__iexact=name).exists():
            name, number = f"{text[:90]} ({number})", number + 1
        keyword = self.create(name=name, group=group, offered=offered)
        KeywordLabel.objects.create(keyword=keyword, language=language, text=text)
        return keyword


class Keyword(
    PreviewableMixin, DraftStateMixin, RevisionMixin, index.Indexed, TagBase, ClusterableModel
):
    """A concept that pages and comments are tagged with."""

    free_tagging = True
    folded = models.CharField(max_length=200, editable=False, db_index=True, default="")
    group = models.ForeignKey(
        KeywordGroup,
        verbose_name=_("groupe de mots-clés"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="keywords",
    )
    definition_fr = models.TextField(_("définition en français"), blank=True)
    definition_nl = models.TextField(_("définition en néerlandais"), blank=True)
    definition_en = models.TextField(_("définition en anglais"), blank=True)
    text = RichTextField(_("texte en français"), blank=True, features=INLINE + LISTS)
    text_nl = RichTextField(_("texte en néerlandais"), blank=True, features=INLINE + LISTS)
    text_en = RichTextField(_("texte en anglais"), blank=True, features=INLINE + LISTS)
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    same_as = models.URLField(
        _("adresse d’origine"),
        blank=True,
        max_length=500,
        help_text=_("L’adresse de ce concept dans le thésaurus dont il vient, s’il y en a un."),
    )
    #: Whether all may name it before it is used: it was put into the glossary on purpose, and
    #: did not just come with a text, which may be a private one.
    offered = models.BooleanField(default=True, editable=False)
    #: Set on a keyword that was merged into another: it keeps its name and its address, which
    #: leads to the other one, and is neither live nor listed.
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.CASCADE, related_name="merged"
    )

    objects = KeywordQuerySet.as_manager()

    search_fields = [
        index.SearchField("name", boost=2),
        index.AutocompleteField("name"),
        index.RelatedFields("labels", [index.SearchField("text"), index.AutocompleteField("text")]),
        index.FilterField("live"),
        index.FilterField("merged_into"),
        index.FilterField("group"),
        index.FilterField("folded"),
    ]

    class Meta:
        verbose_name = _("mot-clé")
        verbose_name_plural = _("mots-clés")
        ordering = ["name"]

    def save(self, *args, **kwargs):
        self.folded = fold(self.name)
        self.live = self.live and self.merged_into_id is None
        written = kwargs.get("update_fields")
        if written is not None and "slug" not in written:  # as when a draft is kept
            super().save(*args, **kwargs)
            return
        before = Keyword.objects.filter(pk=self.pk).values_list("slug", flat=True).first()
        with transaction.atomic():
            if written is None:
                self._make_room()
            super().save(*args, **kwargs)
            FormerAddress.objects.filter(slug=self.slug).delete()
            if before not in (None, self.slug):
                FormerAddress.objects.create(slug=before, keyword=self)

    def _make_room(self):
        """Take the rows away that are about to change; saving puts them back, ids and all.

        They are written one by one, and two that change places, as when a synonym becomes the
        preferred label, would meet the database's constraints half-way.
        """
        for rows in (self.labels, self.links):
            if self.pk and rows.is_deferring:
                to_come = {row.pk: model_to_dict(row) for row in rows.all()}
                for row in rows.model.objects.filter(keyword=self.pk):
                    if to_come.get(row.pk) != model_to_dict(row):
                        row.delete()

    def with_content_json(self, content):
        """A revision knows nothing of the merges that came after it."""
        from glossary.takeover import current_links

        if links := content.get("links"):
            content = {**content, "links": current_links(self.pk, links)}
        revised = super().with_content_json(content)
        revised.merged_into_id = self.merged_into_id
        return revised

    def slugify(self, tag, i=None):
        """An address in plain letters, numbered where the words alone are taken."""
        slug = slugify(tag) or "mot"
        return slug if i is None else f"{slug}-{i}"

    def get_absolute_url(self):
        return reverse("keyword", args=[self.slug])

    def get_full_url(self):
        return f"{settings.BASE_URL}{self.get_absolute_url()}" if self.slug else None

    full_url = property(get_full_url)

    @property
    def preview_modes(self):
        # One that was never saved has no use and no address to show.
        return super().preview_modes if self.pk else []

    def get_preview_template(self, request, mode_name):
        return "glossary/keyword.html"

    def get_preview_context(self, request, mode_name):
        from glossary import topic

        return super().get_preview_context(request, mode_name) | topic.context(self, request)

    def preferred_label(self, language: str):
        """The KeywordLabel preferred in a language, or None."""
        for label in self.labels.all():
            if label.language == language and label.kind == KeywordLabel.PREFERRED:
                return label
        return None

    def label_in(self, language: str) -> str:
        """The preferred label in a language; the name where there is none."""
        label = self.preferred_label(language)
        return label.text if label else self.name

    @property
    def label(self) -> str:
        return self.label_in(interface_language())

    @property
    def label_language(self) -> str:
        """The language `label` is written in."""
        language = interface_language()
        return language if self.preferred_label(language) else settings.LANGUAGE_CODE

    @property
    def definition(self) -> str:
        return getattr(self, f"definition_{interface_language()}", "") or self.definition_fr

    @property
    def definition_language(self) -> str:
        language = interface_language()
        return language if getattr(self, f"definition_{language}", "") else "fr"

    @property
    def long_text(self) -> str:
        """The long text as stored rich text, in the interface's language where there is one."""
        return localised(self, "text")[0]

    @property
    def long_text_language(self) -> str:
        return localised(self, "text")[1]


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
    linked = models.BooleanField(
        _("lié dans les textes"),
        default=True,
        help_text=_("Décochez pour un mot courant, qui dans les textes veut dire autre chose."),
    )

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


class KeywordLink(models.Model):
    """How one concept stands to another: under a broader one, or beside a related one.

    "Narrower" is "broader" read from the other end. "Related" is said once, by either of the
    two, and read from both.
    """

    BROADER, RELATED = "broader", "related"

    keyword = ParentalKey(Keyword, on_delete=models.CASCADE, related_name="links")
    target = models.ForeignKey(
        Keyword, verbose_name=_("mot-clé"), on_delete=models.CASCADE, related_name="linked_from"
    )
    kind = models.CharField(
        _("sorte"),
        max_length=10,
        choices=[(BROADER, _("plus large")), (RELATED, _("voisin"))],
        default=RELATED,
    )

    class Meta:
        verbose_name = _("lien entre mots-clés")
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["keyword", "target"], name="one_link_between_two"),
            models.CheckConstraint(condition=~Q(keyword=models.F("target")), name="not_to_itself"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.target}"


class FormerAddress(models.Model):
    """A slug that a keyword had before it was renamed; it still leads there."""

    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="former_addresses")

    class Meta:
        verbose_name = _("ancienne adresse")

    def __str__(self):
        return self.slug

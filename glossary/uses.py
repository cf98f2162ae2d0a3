"""Where keywords are used, suggested and followed, and what was merged into what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase


class PageKeyword(ItemBase):
    """A page tagged with a keyword."""

    tag = models.ForeignKey("glossary.Keyword", on_delete=models.CASCADE, related_name="page_uses")
    content_object = ParentalKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="keyword_uses"
    )

    class Meta:
        verbose_name = _("mot-clé de page")
        constraints = [
            models.UniqueConstraint(fields=["tag", "content_object"], name="keyword_once_per_page")
        ]


class KeywordSuggestion(models.Model):
    """A member's proposal that a page should carry a keyword, perhaps one that is still to be."""

    WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"

    page = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="keyword_suggestions"
    )
    #: The keyword meant; None while it is a new word.
    keyword = models.ForeignKey(
        "glossary.Keyword", null=True, on_delete=models.CASCADE, related_name="suggestions"
    )
    word = models.CharField(_("mot"), max_length=100)
    folded = models.CharField(max_length=200, editable=False)
    language = models.CharField(max_length=5)
    suggested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="keyword_suggestions"
    )
    suggested_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        max_length=10,
        choices=[(WAITING, _("en attente")), (ACCEPTED, _("retenu")), (REFUSED, _("écarté"))],
        default=WAITING,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mot-clé suggéré")
        verbose_name_plural = _("mots-clés suggérés")
        ordering = ["suggested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "keyword"],
                condition=Q(state="waiting"),
                name="one_waiting_suggestion_of_a_keyword",
            ),
            models.UniqueConstraint(
                fields=["page", "folded"],
                condition=Q(state="waiting"),
                name="one_waiting_suggestion_of_a_word",
            ),
        ]

    def __str__(self):
        return self.word


class KeywordFollow(models.Model):
    """Somebody wants to hear of what is tagged with a keyword."""

    keyword = models.ForeignKey(
        "glossary.Keyword", on_delete=models.CASCADE, related_name="follows"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="keyword_follows"
    )
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mot-clé suivi")
        constraints = [
            models.UniqueConstraint(fields=["keyword", "user"], name="follow_once"),
        ]


class KeywordMerge(models.Model):
    """One keyword was merged into another: what moved, so that it can be undone for a while."""

    source = models.ForeignKey(
        "glossary.Keyword", on_delete=models.CASCADE, related_name="merges_from"
    )
    target = models.ForeignKey(
        "glossary.Keyword", on_delete=models.CASCADE, related_name="merges_into"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    #: What moved and what was there already, by sort of thing; see `glossary.merging`.
    moved = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("fusion de mots-clés")
        verbose_name_plural = _("fusions de mots-clés")
        ordering = ["-at"]


class DistinctKeywords(models.Model):
    """Two keywords that look alike and are two concepts: somebody said so, once for all."""

    first = models.ForeignKey("glossary.Keyword", on_delete=models.CASCADE, related_name="+")
    #: Of the two, the one with the higher key.
    second = models.ForeignKey("glossary.Keyword", on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mots-clés distincts")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="told_apart_once"),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="lower_key_first"
            ),
        ]

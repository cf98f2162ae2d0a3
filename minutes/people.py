"""People in their roles: who came, who belongs, who wrote."""

from itertools import groupby

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable

from pages.languages import interface_language


class Role(Orderable):
    """In what quality people take part; the order is the one lists are shown in."""

    label_fr = models.CharField(_("intitulé en français"), max_length=120)
    label_nl = models.CharField(_("intitulé en néerlandais"), max_length=120, blank=True)
    label_en = models.CharField(_("intitulé en anglais"), max_length=120, blank=True)
    is_minute_taker = models.BooleanField(
        _("rédige le compte rendu"),
        default=False,
        help_text=_("La personne qui a ce rôle est nommée en tête du compte rendu."),
    )

    panels = [
        FieldPanel("label_fr"),
        FieldPanel("label_nl"),
        FieldPanel("label_en"),
        FieldPanel("is_minute_taker"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("rôle")
        verbose_name_plural = _("rôles")

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return getattr(self, f"label_{interface_language()}", "") or self.label_fr


class InRole(Orderable):
    """A person in a role, with what they do as said in that place."""

    person = models.ForeignKey(
        "accounts.Person", verbose_name=_("personne"), on_delete=models.PROTECT, related_name="+"
    )
    role = models.ForeignKey(
        Role, verbose_name=_("rôle"), on_delete=models.PROTECT, related_name="+"
    )
    function = models.CharField(_("fonction ou métier"), max_length=255, blank=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)

    panels = [
        FieldPanel("person"),
        FieldPanel("role"),
        FieldPanel("function"),
        FieldPanel("organisation"),
    ]

    class Meta(Orderable.Meta):
        abstract = True

    def __str__(self):
        return f"{self.person} ({self.role})"

    @property
    def does(self) -> str:
        """Function and organisation as one line."""
        return ", ".join(part for part in (self.function, self.organisation) if part)


class Attendance(InRole):
    """Somebody at a meeting, in the role and with the function said that day."""

    page = ParentalKey("minutes.MinutesPage", on_delete=models.CASCADE, related_name="attendance")
    person = models.ForeignKey(
        "accounts.Person",
        verbose_name=_("personne"),
        on_delete=models.PROTECT,
        related_name="attendances",
    )
    excused = models.BooleanField(_("excusé·e"), default=False)

    panels = [*InRole.panels, FieldPanel("excused")]

    class Meta(InRole.Meta):
        verbose_name = _("présence")
        verbose_name_plural = _("présences")


class RosterEntry(InRole):
    """Somebody on a roster."""

    page = ParentalKey(
        "minutes.ParticipantListPage", on_delete=models.CASCADE, related_name="entries"
    )
    person = models.ForeignKey(
        "accounts.Person",
        verbose_name=_("personne"),
        on_delete=models.PROTECT,
        related_name="roster_entries",
    )

    class Meta(InRole.Meta):
        verbose_name = _("participant·e")
        verbose_name_plural = _("participant·es")


class Coordinator(Orderable):
    """Somebody who coordinates a workgroup."""

    page = ParentalKey(
        "minutes.WorkgroupPage", on_delete=models.CASCADE, related_name="coordinators"
    )
    person = models.ForeignKey(
        "accounts.Person",
        verbose_name=_("personne"),
        on_delete=models.PROTECT,
        related_name="coordinated",
    )

    panels = [FieldPanel("person")]

    class Meta(Orderable.Meta):
        verbose_name = _("coordination")


class ArticleAuthor(Orderable):
    """Somebody who signs an article."""

    page = ParentalKey("minutes.ArticlePage", on_delete=models.CASCADE, related_name="authors")
    person = models.ForeignKey(
        "accounts.Person",
        verbose_name=_("personne"),
        on_delete=models.PROTECT,
        related_name="authored",
    )

    panels = [FieldPanel("person")]

    class Meta(Orderable.Meta):
        verbose_name = _("auteur")


def by_role(rows) -> list[dict]:
    """Group rows of people into [{role, people}], roles in their order, people as entered."""
    rows = sorted(rows, key=lambda row: (row.role.sort_order or 0, row.role_id))
    return [
        {"role": role, "people": list(people)}
        for role, people in groupby(rows, key=lambda row: row.role)
    ]

"""Filters of a topic by kind, workgroup and year: links with counts, and a strip of bars.

Pure: no database. What it counts is what the reader may see, gathered by `glossary.chronicle`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from search.models import Kind

#: What a filter says of things of no workgroup, or of no known date.
NONE = "-"
#: The kinds, in the order in which filters are listed and things of one day stand.
KINDS = [Kind.MINUTES, Kind.DECISION, Kind.ARTICLE, Kind.ROSTER, Kind.COMMENT]
#: How many columns and rows the strip has; older years and lesser groups are links below it.
YEARS, GROUPS = 10, 8


@dataclass(frozen=True)
class Filters:
    """What was asked for: a kind, the slug of a workgroup, a year; "" for everything."""

    sorte: str = ""
    groupe: str = ""
    annee: str = ""

    @classmethod
    def of(cls, asked: Mapping, slugs) -> "Filters":
        """The filters of a query string; those that mean nothing to this reader are left out.

        `slugs` are those of the workgroups that the reader may see.
        """
        kind, group, year = (asked.get(name, "") for name in ("sorte", "groupe", "annee"))
        is_year = len(year) == 4 and year.isascii() and year.isdigit()
        return cls(
            sorte=kind if kind in KINDS else "",
            groupe=group if group in slugs or group == NONE else "",
            annee=year if is_year or year == NONE else "",
        )

    def __bool__(self):
        return bool(self.sorte or self.groupe or self.annee)

    def url(self, **changes) -> str:
        """The same list with some filters set, or taken off with ""."""
        wanted = {name: value for name, value in {**vars(self), **changes}.items() if value}
        return f"?{urlencode(wanted)}#chronique"


@dataclass(frozen=True)
class Choice:
    """One value of a filter: where it leads, and how many things it would show."""

    label: str
    count: int
    url: str
    current: bool = False
    language: str = ""
    #: The height of its bar, as a part of the highest one's hundred.
    height: int = 0
    #: A row's bars, one for each column of the strip.
    bars: list["Choice"] = field(default_factory=list)

    @property
    def top(self) -> int:
        return 100 - self.height


class Facets:
    """The filters of one list.

    `counts` is {(kind, slug of the workgroup, year): number}, of everything; `groups` is
    {slug: workgroup}, for their names. Each filter counts under the others that are set.
    """

    def __init__(self, counts: Mapping, filters: Filters, groups: Mapping):
        self.filters, self.groups = filters, groups
        self.total = 0
        self._kinds, self._groups, self._years, self._cells = (Counter() for _each in range(4))
        for (kind, group, year), number in counts.items():
            of_kind = filters.sorte in ("", kind)
            of_group = filters.groupe in ("", group)
            of_year = filters.annee in ("", year)
            self._kinds[kind] += number * (of_group and of_year)
            self._groups[group] += number * (of_kind and of_year)
            self._years[year] += number * (of_kind and of_group)
            self._cells[group, year] += number * of_kind
            self.total += number * (of_kind and of_group and of_year)
        years = sorted(year for year in self._years if year != NONE)
        self._columns = years[-YEARS:]
        if years and int(years[-1]) - int(years[0]) < YEARS:  # short enough to show the gaps too
            self._columns = [str(year) for year in range(int(years[0]), int(years[-1]) + 1)]
        self._rows = sorted(self._groups, key=lambda slug: (slug == NONE, self.name(slug)))
        if len(self._rows) > GROUPS:
            most = sorted(self._rows, key=self._groups.get, reverse=True)[:GROUPS]
            self._rows = [slug for slug in self._rows if slug in most]
        self._highest = max(
            (self._cells[row, year] for row in self._rows for year in self._columns), default=0
        )

    def name(self, slug: str) -> str:
        return self.groups[slug].heading if slug in self.groups else _("Hors des groupes")

    # --- Values of the filters ---

    @property
    def kinds(self) -> list[Choice]:
        """Everything, then each kind that the topic has."""
        found = [(kind.value, kind.label) for kind in KINDS if kind in self._kinds]
        every = Choice(
            label=_("Tout"),
            count=sum(self._kinds.values()),
            url=self.filters.url(sorte=""),
            current=not self.filters.sorte,
        )
        return [every, *(self._choice("sorte", *each, self._kinds) for each in found)]

    @property
    def years(self) -> list[Choice]:
        """The strip's columns, oldest first; years between them without a use where they fit."""
        return [self._year(year) for year in self._columns]

    @property
    def other_years(self) -> list[Choice]:
        """Years with a use that are no column, newest first, and what has no date."""
        others = sorted(set(self._years) - set(self._columns), reverse=True)
        return [self._year(year) for year in others]

    @property
    def rows(self) -> list[Choice]:
        """The strip's rows: workgroups by name, each with a bar for each of the `years`."""
        return [
            self._group(slug, [self._bar(slug, year) for year in self._columns])
            for slug in self._rows
        ]

    @property
    def other_groups(self) -> list[Choice]:
        others = sorted(set(self._groups) - set(self._rows), key=self.name)
        return [self._group(slug) for slug in others]

    @property
    def chosen(self) -> list[Choice]:
        """The filters that are set; each leads to the list without it."""
        said = {
            "sorte": lambda value: Kind(value).label,
            "groupe": self.name,
            "annee": lambda value: _("Sans date") if value == NONE else value,
        }
        return [
            Choice(
                label=said[name](value), count=0, url=self.filters.url(**{name: ""}), current=True
            )
            for name, value in vars(self.filters).items()
            if value
        ]

    def _choice(self, name, value, label, counts, **more) -> Choice:
        """A value of a filter. What is chosen already is taken off by choosing it again."""
        current = getattr(self.filters, name) == value
        return Choice(
            label=str(label),
            count=counts[value],
            url=self.filters.url(**{name: "" if current else value}),
            current=current,
            **more,
        )

    def _year(self, year: str) -> Choice:
        label = _("sans date") if year == NONE else year
        return self._choice("annee", year, label, self._years)

    def _group(self, slug: str, bars=()) -> Choice:
        language = self.groups[slug].heading_language if slug in self.groups else ""
        return self._choice(
            "groupe", slug, self.name(slug), self._groups, language=language, bars=list(bars)
        )

    def _bar(self, slug: str, year: str) -> Choice:
        number = self._cells[slug, year]
        chosen = (self.filters.groupe, self.filters.annee)
        return Choice(
            label=f"{self.name(slug)}, {year}",
            count=number,
            url=self.filters.url(groupe=slug, annee=year),
            current=chosen[0] in ("", slug) and chosen[1] in ("", year),
            # A single use among thousands still shows.
            height=max(4, round(100 * number / self._highest)) if number else 0,
        )

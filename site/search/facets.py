"""The ways to narrow a search that was made, as lists of links with numbers, and the way back."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.notation import date_format
from search import sources
from search.asked import PARAMETERS
from search.finding import Hit, Search
from search.models import Kind
from search.snippets import Marker
from search.sources import Name

TOP = 10  # values of a facet shown at once
MOST = 60  # and all that are shown

TITLES = {
    "kind": gettext_lazy("Nature"),
    "workgroup": gettext_lazy("Groupe de travail"),
    "year": gettext_lazy("Année"),
    "keyword": gettext_lazy("Mot-clé"),
    "language": gettext_lazy("Langue"),
    "person": gettext_lazy("Personne"),
}


@dataclass(frozen=True)
class Entry:
    """One value of a facet. `url` chooses it, or takes it away where it is chosen."""

    label: str
    language: str  # that the label is written in, "" for the interface's
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    entries: list[Entry]

    @property
    def top(self) -> list[Entry]:
        """What is shown at once; a list that is hardly longer is shown whole."""
        return self.entries if len(self.entries) <= TOP + 2 else self.entries[:TOP]

    @property
    def more(self) -> list[Entry]:
        return self.entries[len(self.top) :]


@dataclass(frozen=True)
class Chip:
    """A filter that narrows the search; `url` is the search without it."""

    title: str
    label: str
    language: str
    url: str


class Facets:
    """The facets of one search, in the reader's language, naming only what is there for them.

    `hits` are those that are shown: the keywords they were found by are named too.
    """

    def __init__(self, search: Search, hits: list[Hit]):
        self.search, self.asked = search, search.asked
        for hit in self._unexplained(hits):
            hit.found_by = [
                name
                for pk in hit.row.keyword_ids
                if (name := self.keyword_names.get(pk)) and self._finds(pk, name)
            ]

    @cached_property
    def counts(self) -> dict[str, dict]:
        """By facet how many things there are of each value, the chosen ones also without any."""
        counts = {}
        for facet in PARAMETERS:
            counted = self.search.found.facet(facet)
            chosen = self.search.chosen.get(facet, frozenset()) - {None}
            counts[facet] = counted | {value: 0 for value in chosen if value not in counted}
        seen = set(self.search.visible_keywords(counts["keyword"]))
        counts["keyword"] = {pk: n for pk, n in counts["keyword"].items() if pk in seen}
        groups = self.search.workgroups
        counts["workgroup"] = {pk: n for pk, n in counts["workgroup"].items() if pk in groups}
        return counts

    @cached_property
    def shown(self) -> dict[str, list]:
        """By facet its values in the order of the list: chosen ones first where it is long."""
        shown = {}
        for facet, counts in self.counts.items():
            chosen = self.search.chosen.get(facet, ())
            values = sorted(counts, key=lambda value: (-counts[value], str(value)))
            if len(values) > TOP:
                values.sort(key=lambda value: value not in chosen)
            if facet == "kind":
                values = [kind.value for kind in Kind if kind.value in counts]
            elif facet == "year" and len(values) <= TOP:
                values.sort(reverse=True)
            shown[facet] = values[:MOST]
        return shown

    @cached_property
    def keyword_names(self) -> dict[int, Name]:
        """What the keywords are called that this page names."""
        wanted = [*self.shown["keyword"], *self.search.widening, *self._carried]
        return sources.vocabulary().names(wanted)

    @cached_property
    def widening(self) -> list[Name]:
        """The keywords by which more is found than says the words that were typed."""
        names = self.keyword_names
        return [names[pk] for pk in self.search.widening if pk in names]

    def lists(self) -> list[Facet]:
        """The facets that there is something to choose in."""
        facets = []
        for name, values in self.shown.items():
            chosen = self.search.chosen.get(name, ())
            entries = [self._entry(name, value, value in chosen) for value in values]
            entries = [entry for entry in entries if entry]
            if len(entries) > 1 or chosen or (name == "kind" and entries):
                facets.append(Facet(name, str(TITLES[name]), entries))
        return facets

    def chips(self) -> list[Chip]:
        """What narrows the search, each with the way to do without."""
        chips = [
            Chip(str(TITLES[facet]), *self._called(facet, value), self._without(facet, value))
            for facet, values in self._given.items()
            for value in values
        ]
        for name, title, day in (
            ("apres", _("À partir du"), self.asked.after),
            ("avant", _("Avant le"), self.asked.before),
        ):
            if day:
                label = date_format(day)
                chips.append(Chip(title, label, "", self.asked.address(**{name: ""})))
        return chips

    @cached_property
    def _given(self) -> dict[str, list[str]]:
        """By facet what stands in the address, each of it as the facet's links would say it."""
        given = {}
        for facet, values in self.asked.chosen.items():
            known = [self._said(facet, value) for value in self.search.chosen.get(facet, ())]
            known = [value for value in known if value]
            odd = [] if known else values  # that nothing is called by
            given[facet] = sorted(known) or odd
        return given

    def _unexplained(self, hits: list[Hit]) -> list[Hit]:
        """The hits that say none of the words; what they carry is noted, to be named."""
        odd = [hit for hit in hits if not hit.is_marked and hit.row.kind != Kind.KEYWORD]
        carried = {pk for hit in odd for pk in hit.row.keyword_ids}
        self._carried = self.search.visible_keywords(carried)
        return odd

    def _finds(self, pk: int, name: Name) -> bool:
        """Whether what carries this keyword is found by the words that were typed."""
        marker = Marker.of(self.asked.words.tree)
        return pk in self.search.widening or "<mark>" in marker.mark(name.text, name.language)

    def _entry(self, facet: str, value, chosen: bool) -> Entry | None:
        said = self._said(facet, value)
        if not said:
            return None
        given = self._given.get(facet, [])
        url = (
            self._without(facet, said)
            if chosen
            else self.asked.address(**{PARAMETERS[facet]: [*given, said]})
        )
        return Entry(*self._called(facet, said), self.counts[facet][value], url, chosen)

    def _without(self, facet: str, said: str) -> str:
        left = [value for value in self._given[facet] if value != said]
        return self.asked.address(**{PARAMETERS[facet]: left})

    def _said(self, facet: str, value) -> str:
        """How the address says a value of `Matched`; "" for what has no name for this reader."""
        if facet == "workgroup":
            group = self.search.workgroups.get(value)
            return group.slug if group else ""
        if facet == "keyword":
            name = self.keyword_names.get(value)
            return name.slug if name else ""
        return "" if value is None else str(value)

    def _called(self, facet: str, said: str) -> tuple[str, str]:
        """What a reader calls a value that the address says, and the language of that."""
        if facet == "kind":
            return str(Kind(said).label), ""
        if facet == "language":
            return str(_(dict(settings.LANGUAGES)[said])), ""
        if facet == "workgroup":
            for group in self.search.workgroups.values():
                if group.slug == said:
                    return group.heading, group.heading_language
        if facet == "keyword":
            for name in self.keyword_names.values():
                if name.slug == said:
                    return name.text, name.language
        return said, ""

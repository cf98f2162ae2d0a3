"""A search as it is asked for: what was typed, what was chosen, and the address that says so.

Pure: no database. Names of parameters are French under every language, so that an address stays
the same search for whoever it is sent to.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict

from pages.legible import legible
from search import analysis
from search.models import Kind
from search.query import LONGEST_QUERY, ParsedQuery, parse, read_date, without_filters

LONGEST_VALUE = 100  # characters of any value but the words
MOST_VALUES = 20  # of one facet

#: The parameter of each facet; it may be given more than once.
PARAMETERS = {
    "kind": "type",
    "workgroup": "groupe",
    "year": "annee",
    "keyword": "mot",
    "language": "langue",
    "person": "personne",
}

#: What people write after `type:`, by kind, in the three languages; also the kinds' own names.
KIND_NAMES = {
    Kind.MINUTES: "compte-rendu cr reunion verslag vergadering meeting",
    Kind.ARTICLE: "artikel",
    Kind.ROSTER: "liste participants deelnemers lijst",
    Kind.WORKGROUP: "groupe groep werkgroep group",
    Kind.TEXT: "page texte pagina tekst",
    Kind.COMMENT: "commentaire reactie opmerking",
    Kind.DOCUMENT: "fichier bestand file",
    Kind.PERSON: "personne persoon",
    Kind.KEYWORD: "mot-cle mot trefwoord",
    Kind.DECISION: "beslissing besluit",
    Kind.ACTION: "actie",
}

#: What people write after `langue:`.
LANGUAGE_NAMES = {
    "fr": "francais frans french",
    "nl": "neerlandais nederlands dutch",
    "en": "anglais engels english",
}


@dataclass(frozen=True)
class Asked:
    """The words, and the filters of the form; those typed among the words are in `words`."""

    typed: str
    words: ParsedQuery
    #: By facet the values chosen, as they stand in the address; see PARAMETERS.
    chosen: dict[str, list[str]] = field(default_factory=dict)
    after: date | None = None
    before: date | None = None
    #: `after` and `before` as they were given, also where they could not be read.
    given_dates: dict[str, str] = field(default_factory=dict)
    by_date: bool = False
    #: Whether things are found by what they say alone, and not by the keywords they carry.
    exact: bool = False

    @classmethod
    def of(cls, parameters: QueryDict) -> "Asked":
        """What the parameters of an address ask for; never raises, and passes over what is odd."""

        def given(name):
            return legible(parameters.get(name, "")).strip()[:LONGEST_VALUE]

        typed = legible(parameters.get("q", ""))
        chosen = {}
        for facet, name in PARAMETERS.items():
            values = [legible(value).strip() for value in parameters.getlist(name)]
            values = [value[:LONGEST_VALUE] for value in values if _is_value(facet, value)]
            chosen[facet] = list(dict.fromkeys(values))[:MOST_VALUES]
        return cls(
            typed=typed,
            words=parse(typed),
            chosen=chosen,
            after=read_date(given("apres")),
            before=read_date(given("avant")),
            given_dates={"apres": given("apres"), "avant": given("avant")},
            by_date=given("tri") == "date",
            exact=given("exact") == "1",
        )

    @property
    def is_filtered(self) -> bool:
        """Whether the form narrows the search."""
        return any(self.chosen.values()) or bool(self.after or self.before)

    @property
    def is_empty(self) -> bool:
        return self.words.is_empty and not self.is_filtered

    @cached_property
    def bad_dates(self) -> list[str]:
        form = [day for day in self.given_dates.values() if day and not read_date(day)]
        return [*self.words.bad_dates, *form]

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds that were typed among the words."""
        return [kind for name in self.words.kinds if (kind := kind_named(name))]

    @cached_property
    def languages(self) -> list[str]:
        return [code for name in self.words.languages if (code := language_named(name))]

    @cached_property
    def not_understood(self) -> list[str]:
        """Kinds and languages that were typed and do not exist; they do not narrow the search."""
        words, without = self.words, self.words.without
        kinds = [name for name in [*words.kinds, *without.kinds] if not kind_named(name)]
        languages = [*words.languages, *without.languages]
        return kinds + [name for name in languages if not language_named(name)]

    @cached_property
    def typed_filters(self) -> list[str]:
        """The filters that stand among the words, as they were typed."""
        return without_filters(self.typed)[1]

    def unfiltered(self) -> "Asked":
        """The same words without any filter, of the form or typed."""
        typed = without_filters(self.typed)[0]
        return Asked(typed, parse(typed), by_date=self.by_date, exact=self.exact)

    def parameters(self, **changes) -> list[tuple[str, str]]:
        """The parameters of the address of this search, with these changes to their values.

        Named by parameter: a string, a list of strings, or nothing to leave it out.
        """
        values = {
            "q": self.typed[:LONGEST_QUERY].strip(),
            **{name: self.chosen.get(facet, []) for facet, name in PARAMETERS.items()},
            "apres": self.after.isoformat() if self.after else "",
            "avant": self.before.isoformat() if self.before else "",
            "tri": "date" if self.by_date else "",
            "exact": "1" if self.exact else "",
            **changes,
        }
        return [
            (name, one)
            for name, value in values.items()
            for one in (value if isinstance(value, list) else [value])
            if one
        ]

    def address(self, **changes) -> str:
        """The address of this search, relative to the page; see `parameters`."""
        return "?" + urlencode(self.parameters(**changes))


def kind_named(name: str) -> str:
    """The kind that a word after `type:` means, "" if it means none."""
    wanted = analysis.terms(name, "fr")
    for kind, names in KIND_NAMES.items():
        for known in [kind.value, str(kind.label), *names.split()]:
            if wanted and analysis.terms(known, "fr") == wanted:
                return kind.value
    return ""


def language_named(name: str) -> str:
    """The language that a word after `langue:` means, "" if it means none."""
    wanted = analysis.fold(name)
    for code, names in LANGUAGE_NAMES.items():
        if wanted in (code, *names.split()):
            return code
    return ""


def _is_value(facet: str, value: str) -> bool:
    if facet == "kind":
        return value in KIND_NAMES
    if facet == "language":
        return value in dict(settings.LANGUAGES)
    if facet == "year":
        return value.isascii() and value.isdigit() and len(value) == 4
    return bool(value)

"""Reads what people type into the search field. Pure: no database, no search engine.

    plateau technique         both words
    "plateau technique"       the phrase; « … » and “…” too
    plateau OU OR OF atelier  one of them
    -atelier                  without it
    accompagn*                words that begin so
    mot:portage type:commentaire groupe:couveuse auteur:claire langue:nl avant:2024 après:2023-05
                              filters, under their French, Dutch and English names
    -mot:portage              all but what the filter lets through

Whatever is typed can be read: what makes no sense as a command is looked for as words.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from search import analysis
from search.analysis import Token

LONGEST_QUERY = 300  # characters
MOST_WORDS = 32
MOST_FILTERS = 10  # of one sort
LONGEST_RUN = 5  # words of a keyword's label that is looked for among those typed
SHORTEST_PREFIX = 2  # letters; "a*" would be nearly everything


@dataclass(frozen=True)
class Word:
    """A word that a text must have, in any of its forms."""

    text: str


@dataclass(frozen=True)
class Phrase:
    """Words that must follow each other."""

    text: str


@dataclass(frozen=True)
class Prefix:
    """The beginning of a word."""

    text: str


@dataclass(frozen=True)
class Not:
    """What a text must not have."""

    part: "Node"


@dataclass(frozen=True)
class All:
    """Parts that are all needed."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Any:
    """Parts of which one is enough."""

    parts: tuple["Node", ...]


Node = Word | Phrase | Prefix | Not | All | Any


@dataclass
class Filters:
    """The values of filters by name, as typed."""

    keywords: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    @property
    def are_none(self) -> bool:
        return not any((self.keywords, self.kinds, self.groups, self.authors, self.languages))


@dataclass
class ParsedQuery(Filters):
    """What was asked for: words in a tree, filters by name, and what had to be left out."""

    tree: Node | None = None
    #: Filters that were turned round: what they let through is not wanted.
    without: Filters = field(default_factory=Filters)
    before: date | None = None
    after: date | None = None
    #: What may be the name of a keyword: phrases, and words that follow each other, as typed.
    runs: list[str] = field(default_factory=list)
    shortened: bool = False
    bad_dates: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return (
            self.tree is None
            and self.are_none
            and self.without.are_none
            and not (self.before or self.after)
        )


_FIELDS = {
    name: field_name
    for field_name, names in {
        "keywords": "mot mots keyword keywords trefwoord trefwoorden",
        "kinds": "type nature soort kind",
        "groups": "groupe group groep",
        "authors": "auteur author",
        "languages": "langue taal language",
        "before": "avant before voor",
        "after": "apres after na",
    }.items()
    for name in names.split()
}
_OR = ("OR", "OU", "OF")
_QUOTES = str.maketrans('«»“”„‟"', '"""""""')
_CHUNK = re.compile(
    r"""
    (?P<minus>-)?
    (?: (?P<field>\w+):(?!//) (?: "(?P<quoted_value>[^"]*)"? | (?P<value>[^\s"]+) )
      | "(?P<phrase>[^"]*)"?
      | (?P<plain>[^\s"]+)
    )""",
    re.VERBOSE,
)
# A bare word may hold what joins words; all other signs part them.
_BARE = re.compile(r"[\w'’ʼ-]+\*?")


def parse(typed: str) -> ParsedQuery:
    """What a reader asked for; never raises."""
    query = ParsedQuery(shortened=len(typed.strip()) > LONGEST_QUERY)
    text = _readable(typed)
    parts: list[Node] = []
    left, either = MOST_WORDS, False
    said: list[str] = [""]
    for chunk in _CHUNK.finditer(text):
        if chunk["plain"] in _OR and not chunk["minus"]:
            either = bool(parts)
            said.append("")
            continue
        if chunk["field"] and _set_filter(query, chunk):
            either = False
            continue
        if chunk["phrase"] is not None and not chunk["minus"]:
            query.runs.append(chunk["phrase"].strip())
            said.append("")
        elif chunk["minus"] or "*" in chunk.group():
            said.append("")
        else:
            said[-1] += f" {chunk.group()}"
        for node in _nodes(chunk):
            found = analysis.words(node.text)
            if len(found) > left:
                query.shortened = True
                found = found[:left]
                if not found:
                    break
                node = Phrase(" ".join(found)) if len(found) > 1 else Word(found[0])
            left -= len(found)
            if chunk["minus"]:
                node = Not(node)
            if either:
                last = parts.pop()
                node = Any((*(last.parts if isinstance(last, Any) else (last,)), node))
            parts.append(node)
            either = False
    if parts:
        query.tree = parts[0] if len(parts) == 1 else All(tuple(parts))
    query.runs += (run for part in said for run in _runs(part))
    return query


def read_date(typed: str) -> date | None:
    """The first day of what was typed: 2024, 2024-05, 2024-05-12, 12/05/2024 or 12.5.2024."""
    typed = typed.strip()
    if match := re.fullmatch(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", typed, re.ASCII):
        year, month, day = match.groups()
    elif match := re.fullmatch(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})", typed, re.ASCII):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None


def plain_words(typed: str) -> tuple[str, list[Token]]:
    """What was typed as it is read, and its whole words that are wanted, with their places."""
    text, found = _readable(typed), []
    for chunk in _CHUNK.finditer(text):
        if chunk["minus"] or chunk["plain"] in _OR or "*" in chunk.group():
            continue
        if not (chunk["field"] and _set_filter(ParsedQuery(), chunk)):
            words, at = analysis.tokens(chunk.group()), chunk.start()
            found += [Token(at + word.start, at + word.end, word.word) for word in words]
    return text, found[:MOST_WORDS]


def without_filters(typed: str) -> tuple[str, list[str]]:
    """What was typed but for its filters, and those as they were typed."""
    left, filters = [], []
    for chunk in _CHUNK.finditer(_readable(typed)):
        is_filter = chunk["field"] and _set_filter(ParsedQuery(), chunk)
        (filters if is_filter else left).append(chunk.group())
    return " ".join(left), filters


def sought(node: Node | None) -> Iterator[Word | Phrase | Prefix]:
    """The words, phrases and beginnings that a hit may show, for marking them."""
    if isinstance(node, (All, Any)):
        for part in node.parts:
            yield from sought(part)
    elif node is not None and not isinstance(node, Not):
        yield node


def _readable(typed: str) -> str:
    """As much as is read of what was typed, without signs that nobody sees."""
    # Within a word a sign of format, as a soft hyphen, is nothing; control characters part words.
    kinds = {"Cf": "", "Cc": " ", "Co": " ", "Cn": " ", "Cs": " "}
    text = "".join(kinds.get(unicodedata.category(sign), sign) for sign in typed)
    text = unicodedata.normalize("NFC", text[: LONGEST_QUERY + 1]).translate(_QUOTES).strip()
    return text[:LONGEST_QUERY]


def _set_filter(query: ParsedQuery, chunk: re.Match) -> bool:
    name = _FIELDS.get(analysis.fold(chunk["field"]))
    value = (chunk["value"] or chunk["quoted_value"] or "").strip()
    if name is None or not value:
        return False
    if name in ("before", "after"):
        day = read_date(value)
        if not day:
            query.bad_dates.append(value)
        elif (name == "before") == bool(chunk["minus"]):  # not before a day is from it on
            query.after = day
        else:
            query.before = day
    else:
        values = getattr(query.without if chunk["minus"] else query, name)
        if len(values) < MOST_FILTERS:
            values.append(value)
        else:
            query.shortened = True
    return True


def _runs(text: str) -> Iterator[str]:
    """The words of a text that follow each other, up to LONGEST_RUN, as they are written."""
    found = list(analysis.tokens(text))[:MOST_WORDS]
    for at, first in enumerate(found):
        for last in found[at : at + LONGEST_RUN]:
            yield text[first.start : last.end]


def _nodes(chunk: re.Match) -> Iterator[Word | Phrase | Prefix]:
    if chunk["phrase"] is not None:
        found = analysis.words(chunk["phrase"])
        if found:
            yield Phrase(chunk["phrase"].strip()) if len(found) > 1 else Word(found[0])
        return
    plain = chunk["plain"] or chunk.group().lstrip("-").replace('"', " ")
    for bare in _BARE.findall(plain):
        found = analysis.words(bare)
        if not found:
            continue
        if bare.endswith("*") and len(found) == 1 and len(found[0]) >= SHORTEST_PREFIX:
            yield Prefix(found[0])
        else:
            # "porte-parole" is written as one word and indexed as two that follow each other.
            yield Phrase(bare.rstrip("*")) if len(found) > 1 else Word(found[0])

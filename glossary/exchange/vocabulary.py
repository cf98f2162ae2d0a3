"""The glossary between the database and a file: concepts and groups, free of any format.

`gather` makes a Vocabulary of keywords; `skos` and `tables` write one and read one;
`planning` compares one with the glossary, and `storing` carries the plan out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings

from glossary.exchange.texts import portable
from glossary.models import Keyword, KeywordGroup, KeywordLabel, KeywordLink

LANGUAGES = [code for code, _name in settings.LANGUAGES]
#: Characters that XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: What a group says besides its keywords, in the order of its form.
GROUP_FIELDS = [
    *(f"{name}{end}" for name in ("name", "description") for end in ("", "_nl", "_en")),
    "single",
    "recommended",
    "on_minutes",
    "on_article",
    "on_roster",
    "on_comment",
    "applied_by",
    "created_by",
    "sort_order",
]


class Problem(NamedTuple):
    """Why a file is not taken: where in it, and a sentence for its reader."""

    where: str
    sentence: str
    at: int = 0  # what problems are put in order by


class UnreadableFileError(ValueError):
    """A file that holds no vocabulary; the message is a sentence, `line` where in the file."""

    def __init__(self, sentence: str, line: int | None = None):
        super().__init__(sentence)
        self.line = line


@dataclass
class Concept:
    """One keyword as a file says it. Dictionaries are by language: fr, nl, en."""

    #: What other concepts of the same file call it by: an address, or a slug or name.
    key: str
    #: Where it stands in the file, in words for sentences about it, and as a number.
    where: str = ""
    at: int = 0
    #: Its slug on this site, where the file says one.
    slug: str = ""
    #: Its name, where the file says one; else that of its labels, see `word`.
    name: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, list[str]] = field(default_factory=dict)
    #: Of its labels and synonyms, those that texts do not link.
    unlinked: dict[str, list[str]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    #: Long texts, as HTML with whole addresses and without the editor's keys.
    texts: dict[str, str] = field(default_factory=dict)
    group: str = ""
    same_as: str = ""
    broader: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    #: Written by others: what does not fit here is left out and said, rather than refused.
    foreign: bool = False

    @property
    def label(self) -> str:
        """The preferred label that names it where nothing else does."""
        return next((self.labels[code] for code in LANGUAGES if self.labels.get(code)), "")

    @property
    def word(self) -> str:
        """What it is called."""
        return self.name or self.label

    def words(self) -> list[str]:
        """Its name, and every label and synonym."""
        synonyms = [text for texts in self.synonyms.values() for text in texts]
        return [word for word in (self.name, *self.labels.values(), *synonyms) if word]


@dataclass
class Vocabulary:
    """What a file holds, with what is wrong with it and what was left out of it."""

    concepts: list[Concept] = field(default_factory=list)
    #: Groups with their rules, as unsaved rows.
    groups: list[KeywordGroup] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Whether links name keywords by any word of theirs, as people do in a table.
    links_by_word: bool = False

    def refuse(self, where: str, sentence: str, at: int = 0) -> None:
        self.problems.append(Problem(where, sentence, at))


def gather(keywords: Iterable[Keyword], groups: Iterable[KeywordGroup] | None = None) -> Vocabulary:
    """These keywords as a Vocabulary, with the links among them and to no others.

    Labels should be prefetched and groups joined. `groups` are those to tell of, by default
    those that the keywords are in. Links in texts become whole addresses; those to pages that
    a stranger may not see lose them. A handful of queries, however many keywords.
    """
    keywords = sorted(keywords, key=lambda keyword: keyword.slug)
    concepts = {keyword.pk: _concept(keyword) for keyword in keywords}
    links = KeywordLink.objects.values_list("keyword_id", "target_id", "kind")
    for here, there, kind in links.order_by("pk"):
        if here in concepts and there in concepts:
            said = concepts[here].broader if kind == KeywordLink.BROADER else concepts[here].related
            said.append(concepts[there].key)
    _make_portable(list(concepts.values()))
    if groups is None:
        groups = {keyword.group.name: keyword.group for keyword in keywords if keyword.group}
        groups = groups.values()
    groups = sorted((_group(group) for group in groups), key=lambda group: group.name)
    return Vocabulary(list(concepts.values()), groups)


def gather_all() -> Vocabulary:
    """The whole glossary as editors see it: every published keyword, and every group."""
    keywords = Keyword.objects.unmerged().filter(live=True).select_related("group").with_labels()
    return gather(keywords, KeywordGroup.objects.all())


def line(text: str) -> str:
    """Text of one line: no control characters, single spaces, none at the ends."""
    return " ".join(_NOT_XML.sub("", text).split())


def lines(text: str) -> str:
    """Text of several lines, each ended by a newline alone."""
    return _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _concept(keyword) -> Concept:
    concept = Concept(
        key=keyword.slug,
        slug=keyword.slug,
        name=line(keyword.name),
        group=line(keyword.group.name) if keyword.group else "",
        same_as=keyword.same_as,
        definitions=_said(keyword, "definition_fr", "definition_nl", "definition_en"),
        texts=_said(keyword, "text", "text_nl", "text_en"),
    )
    for label in sorted(keyword.labels.all(), key=lambda each: each.text):
        if label.kind == KeywordLabel.PREFERRED:
            concept.labels[label.language] = line(label.text)
        else:
            concept.synonyms.setdefault(label.language, []).append(line(label.text))
        if not label.linked:
            concept.unlinked.setdefault(label.language, []).append(line(label.text))
    return concept


def _said(instance, *fields) -> dict[str, str]:
    """{language: text} of the fields, given in the order of LANGUAGES, that say something."""
    found = zip(LANGUAGES, (lines(getattr(instance, name)) for name in fields), strict=True)
    return {code: text for code, text in found if text}


def _group(group) -> KeywordGroup:
    """A copy of a group as any format can hold it."""
    copy = KeywordGroup(**{name: getattr(group, name) for name in GROUP_FIELDS})
    for name in GROUP_FIELDS[:3]:
        setattr(copy, name, line(getattr(copy, name)))
    for name in GROUP_FIELDS[3:6]:
        setattr(copy, name, lines(getattr(copy, name)))
    return copy


def _make_portable(concepts: list[Concept]) -> None:
    holders = [(concept, code) for concept in concepts for code in concept.texts]
    texts = portable([concept.texts[code] for concept, code in holders])
    for (concept, code), text in zip(holders, texts, strict=True):
        concept.texts[code] = text

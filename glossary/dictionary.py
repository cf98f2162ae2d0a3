"""The glossary as a dictionary sets it: its entries in one language, from A to Z.

It counts in thousands of words, so that keywords and labels are read as plain rows here; only
those on the page of the list that is shown become models.
"""

import re
import string
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.conf import settings

from glossary.models import Keyword, KeywordLabel, fold

#: The index of letters. What begins with a digit or a sign stands under the last one.
LETTERS = (*string.ascii_uppercase, "#")

#: Letters that have no accent to take off, as a dictionary spells them.
_SPELT = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


class Concept(NamedTuple):
    """A keyword's row. The definitions are read for a search only."""

    pk: int
    name: str
    folded: str
    group_id: int | None
    definitions: tuple[str, ...] = ()


class Label(NamedTuple):
    keyword_id: int
    language: str
    kind: str
    text: str
    folded: str


@dataclass
class Entry:
    """A word of the dictionary: a keyword's own, or a synonym that sends the reader to it."""

    word: str
    folded: str
    language: str  # of the word; another than the dictionary's where it has none for the concept
    concept: Concept
    #: The entry to look under instead; None for a keyword's own.
    see: "Entry | None" = None
    #: In a search: the label that was found, where it is not the word itself.
    found_by: Label | None = None
    key: tuple[bool, str, str] = field(init=False)

    def __post_init__(self):
        self.key = sort_key(self.word, self.folded)

    @property
    def letter(self) -> str:
        """The letter of the index that it stands under."""
        sign, plain, _word = self.key
        return "#" if sign else plain[0].upper()


def sort_key(word: str, folded: str | None = None) -> tuple[bool, str, str]:
    """Where a word stands from A to Z: accents, capitals and punctuation do not count.

    Word by word, as dictionaries do: "avance de fonds" before "avancement". Digits come last.
    """
    folded = fold(word) if folded is None else folded
    plain = re.sub(r"[\W_]+", " ", folded.translate(_SPELT)).strip()
    return not plain or plain[0] not in string.ascii_lowercase, plain, word


def concepts(user, with_definitions=False) -> list[Concept]:
    """The keywords that the reader can meet. One query."""
    told = [f"definition_{code}" for code, _name in settings.LANGUAGES if with_definitions]
    rows = Keyword.objects.existing_for(user).order_by("pk")
    rows = rows.values_list("pk", "name", "folded", "group_id", *told)
    return [Concept(*row[:4], definitions=row[4:]) for row in rows]


def labels_by_keyword() -> dict[int, list[Label]]:
    """The labels of all published keywords, by keyword id; the preferred ones first. One query."""
    labels = defaultdict(list)
    rows = KeywordLabel.objects.filter(keyword__live=True).order_by("kind", "pk")
    for row in rows.values_list(*Label._fields):
        labels[row[0]].append(Label._make(row))
    return labels


def entry_of(concept: Concept, labels: Iterable[Label], language: str) -> Entry:
    """A keyword's own entry: its preferred label in a language; where there is none, its name."""
    named = settings.LANGUAGE_CODE
    for label in labels:
        if label.kind == KeywordLabel.PREFERRED:
            if label.language == language:
                return Entry(label.text, label.folded, language, concept)
            if label.text == concept.name:
                named = label.language
    return Entry(concept.name, concept.folded, named, concept)


def entries(concepts: Iterable[Concept], labels: dict, language: str) -> list[Entry]:
    """Every word of the dictionary of one language, in order; `labels` by keyword id."""
    found = []
    for concept in concepts:
        known = labels.get(concept.pk, ())
        own = entry_of(concept, known, language)
        found.append(own)
        for label in known:
            if label.language == language and label.folded != own.folded:
                found.append(Entry(label.text, label.folded, language, concept, see=own))
    return sorted(found, key=lambda entry: entry.key)


def matching(concepts: Iterable[Concept], labels: dict, language: str, typed: str) -> list[Entry]:
    """The entries of the keywords in which all the words typed occur, accents ignored.

    They are looked for in labels and synonyms of every language, then in the definitions;
    those found by a label come first.
    """
    words = fold(typed).split()
    found = []
    for concept in concepts:
        known = labels.get(concept.pk, ())
        entry = entry_of(concept, known, language)
        if _holds(entry.folded, words):
            found.append((0, entry))
        elif label := next((label for label in known if _holds(label.folded, words)), None):
            entry.found_by = label
            found.append((0, entry))
        else:
            everything = [label.folded for label in known]
            everything += [entry.folded, *map(fold, concept.definitions)]
            if _holds(" ".join(everything), words):
                found.append((1, entry))
    found.sort(key=lambda pair: (pair[0], pair[1].key))
    return [entry for _rank, entry in found]


def definition_of(keyword: Keyword, language: str) -> tuple[str, str]:
    """(definition, its language): in the language asked for, else in the first that has one."""
    for code in (language, *dict(settings.LANGUAGES)):
        if definition := getattr(keyword, f"definition_{code}"):
            return definition, code
    return "", language


def _holds(folded: str, words: list[str]) -> bool:
    return all(word in folded for word in words)

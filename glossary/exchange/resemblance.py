"""New words beside the existing ones that they resemble, before they are made."""

from typing import NamedTuple

from glossary.exchange.planning import Plan
from glossary.likeness import near_pairs
from glossary.models import Keyword


class _Word(NamedTuple):
    language: str
    text: str


class _Words(list):
    def all(self):
        return self


class _NewKeyword(NamedTuple):
    """A concept of a file as `near_pairs` reads a keyword."""

    pk: int
    name: str
    labels: _Words


def resembling(plan: Plan) -> list[tuple[str, str]]:
    """(new word, existing or other new word that it resembles), of what a plan would make.

    The other word is followed by its keyword, where that has another name.

    One query, and one for labels; none where nothing is made.
    """
    if not plan.created:
        return []
    new = []
    for number, change in enumerate(plan.created, 1):
        concept = change.concept
        words = _Words(_Word(code, text) for code, text in concept.labels.items())
        words += (_Word(code, each) for code, texts in concept.synonyms.items() for each in texts)
        new.append(_NewKeyword(-number, concept.name, words))
    known = Keyword.objects.unmerged().with_labels()
    found = []
    for first, second, (word, other) in near_pairs([*known, *new]):
        if first.pk < 0:
            found.append((word, _with_name(other, second)))
        elif second.pk < 0:
            found.append((other, _with_name(word, first)))
    return found


def _with_name(word, keyword):
    return word if word == keyword.name else f"{word} ({keyword.name})"

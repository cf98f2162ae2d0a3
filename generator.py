"""Texts for measuring search: words that nobody wrote, as often as words are. Pure and seeded.

Three invented languages with the letters of ours; the n-th word comes in proportion to
1 / (n + 2.7) ** 1.07 (Zipf's law with Mandelbrot's correction). Texts are as long as sections,
comments and decisions of meetings are together: logarithmically normal, half of them under 135
words, the mean about 220. A folder of text files can take their place.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import NamedTuple

#: Raise it when the same seed would give other entries: corpora made before are then made anew.
VERSION = 2
SYLLABLES = {
    "fr": ("bcdfglmnprstv", ("a", "e", "i", "o", "u", "ou", "eau", "ai")),
    "nl": ("bdghkmnprstvw", ("aa", "e", "ee", "ie", "o", "oe", "ui", "ij")),
    "en": ("bcdfhklmnprstw", ("a", "ea", "i", "oo", "o", "u", "igh", "er")),
}
WORDS = 40_000  # in each language
LANGUAGES = {"fr": 6, "nl": 3, "en": 1}  # how many of ten entries
KINDS = {"minutes": 60, "comment": 18, "decision": 9, "action": 8, "document": 5}  # of a hundred
PEOPLE = 60
#: Words in one entry of a file, cut at the end of a paragraph.
LONGEST_SECTION = 450


class Entry(NamedTuple):
    """One thing to be found, as a row of Findable has it; `people` by number."""

    language: str
    kind: str
    day: date
    title: str
    heading: str
    text: str
    people: tuple[int, ...]


def vocabulary(language: str, number: int = WORDS) -> list[str]:
    """The words of a language, each once, commonest first; common ones are short."""
    consonants, vowels = SYLLABLES[language]
    pairs = [c + v for c in consonants for v in vowels]
    words, at = {}, 0
    while len(words) < number:
        at += 1
        left, word = at * 7919 % (len(pairs) ** 3) if at > len(pairs) else at, ""
        while left:
            left, digit = divmod(left, len(pairs))
            word += pairs[digit]
        words.setdefault(word, None)
    return list(words)


def entries(number: int, seed: int = 1) -> Iterator[Entry]:
    """So many entries; the same for the same seed."""
    dice = random.Random(seed)
    words = {language: vocabulary(language) for language in SYLLABLES}
    weights = list(accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(1, WORDS + 1)))
    for _ in range(number):
        language = dice.choices(list(LANGUAGES), LANGUAGES.values())[0]

        def some(count, language=language):
            return " ".join(dice.choices(words[language], cum_weights=weights, k=count))

        length = min(4_000, max(5, int(dice.lognormvariate(4.9, 1.0))))
        yield _dressed(dice, language, some(4), some(3), some(length))


def entries_of(folder: Path, language: str = "fr", seed: int = 1) -> Iterator[Entry]:
    """The sections of all text files below a folder, in the order of their names."""
    dice = random.Random(seed)
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".txt", ".md")):
        section: list[str] = []
        paragraphs = path.read_text(encoding="utf-8", errors="replace").split("\n\n")
        for at, paragraph in enumerate(paragraphs):
            section += paragraph.split()
            if section and (len(section) >= LONGEST_SECTION or at == len(paragraphs) - 1):
                heading, text = " ".join(section[:5]), " ".join(section)
                yield _dressed(dice, language, path.stem.replace("-", " "), heading, text)
                section = []


def _dressed(dice, language, title, heading, text) -> Entry:
    kind = dice.choices(list(KINDS), KINDS.values())[0]
    day = date(2018, 1, 1) + timedelta(days=dice.randrange(3_000))
    people = tuple(sorted(dice.sample(range(PEOPLE), dice.randrange(4))))
    return Entry(language, kind, day, title, heading, text, people)


def first(number: int, folder: Path | None = None, language: str = "fr") -> Iterator[Entry]:
    """So many entries: the folder's, as far as they go, or invented ones."""
    return islice(entries_of(folder, language), number) if folder else entries(number)

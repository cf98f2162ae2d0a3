"""Texts for measuring search: words that nobody wrote, as often as words are. Pure and seeded.

Three invented languages with the letters of ours; the n-th word comes in proportion to
1 / (n + 2.7) ** 1.07 (Zipf's law with Mandelbrot's correction). How long texts are is
logarithmically normal, as it is of sections of meetings: of a mean of 150 words, half have under
100. A folder of text files can take their place.
"""

import math
import random
from collections.abc import Iterator
from itertools import accumulate, islice
from pathlib import Path
from typing import NamedTuple

SYLLABLES = {
    "fr": ("bcdfglmnprstv", ("a", "e", "i", "o", "u", "ou", "eau", "ai")),
    "nl": ("bdghkmnprstvw", ("aa", "e", "ee", "ie", "o", "oe", "ui", "ij")),
    "en": ("bcdfhklmnprstw", ("a", "ea", "i", "oo", "o", "u", "igh", "er")),
}
WORDS = 40_000  # in each language
SPREAD = 0.9  # the standard deviation of the logarithms of lengths
LONGEST = 5_000  # words of one section
#: Words in one section of a file, which ends with a paragraph.
SECTION = 450


class Entry(NamedTuple):
    """One section: its language and its ready words."""

    language: str
    title: str
    heading: str
    text: str


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


def entries(number: int, seed: int = 1, mean: int = 150) -> Iterator[Entry]:
    """So many sections, of `mean` words on average; the same for the same arguments."""
    dice = random.Random(seed)
    words = {language: vocabulary(language) for language in SYLLABLES}
    weights = list(accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(1, WORDS + 1)))
    centre = math.log(mean) - SPREAD**2 / 2
    for _ in range(number):
        language = dice.choices(("fr", "nl", "en"), (6, 3, 1))[0]

        def some(count, language=language):
            return " ".join(dice.choices(words[language], cum_weights=weights, k=count))

        length = min(LONGEST, max(8, int(dice.lognormvariate(centre, SPREAD))))
        yield Entry(language, some(4), some(3), some(length))


def entries_of(folder: Path, number: int, language: str = "fr") -> Iterator[Entry]:
    """Up to so many sections of the text files below a folder, in the order of their names."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".txt", ".md"))
    return islice((each for path in paths for each in _sections(path, language)), number)


def _sections(path: Path, language: str) -> Iterator[Entry]:
    paragraphs = path.read_text(encoding="utf-8", errors="replace").split("\n\n")
    section: list[str] = []
    for at, paragraph in enumerate(paragraphs, 1):
        section += paragraph.split()
        if section and (len(section) >= SECTION or at == len(paragraphs)):
            yield Entry(language, path.stem, " ".join(section[:3]), " ".join(section))
            section = []

"""Texts for measuring search: words that nobody wrote, as often as words are. Pure and seeded.

Three invented languages with the letters of ours; the n-th word comes in proportion to
1 / (n + 2.7) ** 1.07 (Zipf's law with Mandelbrot's correction), and texts are as long as
sections of meetings are, logarithmically normal.
"""

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

SYLLABLES = {
    "fr": ("bcdfglmnprstv", ("a", "e", "i", "o", "u", "ou", "eau", "ai")),
    "nl": ("bdghkmnprstvw", ("aa", "e", "ee", "ie", "o", "oe", "ui", "ij")),
    "en": ("bcdfhklmnprstw", ("a", "ea", "i", "oo", "o", "u", "igh", "er")),
}
WORDS = 40_000  # in each language


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


def entries(number: int, seed: int = 1) -> Iterator[Entry]:
    """So many sections; the same for the same seed."""
    dice = random.Random(seed)
    words = {language: vocabulary(language) for language in SYLLABLES}
    weights = list(accumulate(1 / (rank + 2.7) ** 1.07 for rank in range(1, WORDS + 1)))
    for _ in range(number):
        language = dice.choices(("fr", "nl", "en"), (6, 3, 1))[0]

        def some(count, language=language):
            return " ".join(dice.choices(words[language], cum_weights=weights, k=count))

        length = min(2_500, max(8, int(dice.lognormvariate(4.6, 0.9))))
        yield Entry(language, some(4), some(3), some(length))

"""Turns text into the terms that are indexed and looked for: pure functions, no database.

A text is analysed by its own language, a query in all three. Cutting text into words and
folding them is the same for every language, so that a word's position is too and a phrase
can be read in each; only the stem differs. Folding comes before stemming: what is typed
without accents then meets what is written with them, whatever the stemmer makes of either.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer

#: Raise it when the same text would give other terms: indexes made before are then rebuilt.
VERSION = 2
LANGUAGES = ("fr", "nl", "en")
LONGEST_TERM = 64  # characters; longer "words" are noise such as keys and encoded data

_STEMMERS = {"fr": "french", "nl": "dutch", "en": "english"}
_APOSTROPHES = "'’ʼ"
#: Signs that nobody sees, within words: soft hyphens, joiners, zero-width spaces.
_UNSEEN = "\u00ad\u200b-\u200d\u2060\ufeff"
_WORD = re.compile(rf"[^\W_]+(?:(?:[{_APOSTROPHES}]|[{_UNSEEN}]+)[^\W_]+)*")
_ELISION = re.compile(
    rf"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)[{_APOSTROPHES}](?=\w)", re.IGNORECASE
)
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s$", re.IGNORECASE)
# Letters that Unicode doesn't take apart into a plain letter and an accent.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})
# Snowball knows "-ée" by its accent, which folding has taken away.
_FEMININE = re.compile(r"ee(s?)$")

_FRENCH = (
    "au aux avec ce ceci cela celle celles celui ces cet cette ceux chez comme dans de des"
    " du elle elles en et eux il ils je la le les leur leurs lui ma mes moi mon ne nos notre"
    " nous on ont ou par pour qu que quel quelle quelles quels qui sa sans se ses si sont sur"
    " ta te tes toi ton tu un une vos votre vous"
)
_DUTCH = (
    "aan al als bij dat de deze die dit door een en er het hij hoe hun ik in is je jij maar"
    " me men met mij na naar niet nog of om onder ons onze ook op te tegen tot uit u uw was"
    " wat we wel werd wie wij ze zich zij zijn zo zonder zou"
)
_ENGLISH = (
    "a an and are at be been but by for from had has have he her his i if it its my no not"
    " of or our she so than that the their them then there these they this those to us was"
    " were what when which who will with would you your"
)
#: Words that carry no subject in one language and none in the others either: "car", "son" or
#: "van" are left out because each is somebody's subject. Folded, as they are compared.
STOP_WORDS = frozenset(f"{_FRENCH} {_DUTCH} {_ENGLISH}".split())


class Token(NamedTuple):
    """A word of a text: where it stands, and its folded form."""

    start: int
    end: int
    word: str


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """The word without case, accents, ligatures and anything but letters and digits."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(letter for letter in letters if letter.isalnum())[:LONGEST_TERM]


def tokens(text: str) -> Iterator[Token]:
    """The words of an NFC text, each with its place; elided articles belong to no word."""
    for match in _WORD.finditer(text):
        start, end = match.span()
        if elision := _ELISION.match(match.group()):
            start += elision.end()
        word = fold(_POSSESSIVE.sub("", text[start:end]))
        if word:
            yield Token(start, end, word)


def words(text: str) -> list[str]:
    """The folded words of a text, in order, not stemmed."""
    return [token.word for token in tokens(unicodedata.normalize("NFC", text))]


def terms(text: str, language: str) -> list[str]:
    """What a text in this language is indexed under: one term for each word, in order."""
    return [stem(word, language) for word in words(text)]


def readings(text: str) -> list[list[str]]:
    """What a query looks for: its terms in each language, readings that agree given once."""
    found = words(text)
    every = [[stem(word, language) for word in found] for language in LANGUAGES]
    return [reading for at, reading in enumerate(every) if reading not in every[:at]]


def variants(word: str) -> list[str]:
    """The terms that one folded word can stand for, by language; each once."""
    return list(dict.fromkeys(stem(word, language) for language in LANGUAGES))


def needed(found: list[str]) -> list[str]:
    """The words of a query that a text must have: all but stop words, or all if all are."""
    return [word for word in found if word not in STOP_WORDS] or found


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; a language that is not ours is read as the first of ours."""
    if len(word) < 3 or not word.isalpha():
        return word
    if language not in _STEMMERS:
        language = LANGUAGES[0]
    if language == "fr":
        word = _FEMININE.sub(r"e\1", word)
    return _stemmer(language).stemWord(word) or word


_local = threading.local()


def _stemmer(language: str) -> Stemmer.Stemmer:
    # One for each thread: a stemmer keeps its working buffer between calls.
    stemmers = _local.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(_STEMMERS[language])
    return stemmers[language]

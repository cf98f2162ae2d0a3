"""Did you mean: what was typed with a word or two spelled as texts that the reader may see do.

Candidates are words of all texts, whoever may see them. What is offered was searched for as
this reader, found something, and stands letter for letter in what was found: no word of a text
that is hidden from them comes out, and none is missing because it also stands in such a text.
"""

import math
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from django.db.models import Q
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from search import analysis
from search.analysis import Token
from search.asked import Asked
from search.finding import Search
from search.models import Findable, Kind
from search.query import parse, plain_words

#: Results up to which a spelling is offered; one that finds as little again is not.
FEW = 2
MANY_MORE = 10  # times as much is found where something was
MOST_SEARCHES = 4  # tried for one page that found nothing
MOST_CHANGED = 5  # words of a query that are looked at
CANDIDATES = 3  # of each word
SHORTEST = 3  # letters of a word that may be misspelled
LONG = 6  # letters from which two may be wrong
THINGS_READ = 5  # results in which the spelling of a word is looked for
ROWS_READ = 20

#: Texts that words are taken from, newest first: half a second's reading where all are long.
MOST_ROWS = 5_000
#: Seconds for which the words once read are good, unless reading them took a twentieth of that.
FRESH = 60
REST = 20


@dataclass(frozen=True)
class Correction:
    """Another spelling of what was typed; `url` is the search for it, relative to the page."""

    #: Its text in parts, each with whether it differs from what was typed.
    parts: list[tuple[str, bool]]
    url: str


class Vocabulary:
    """Folded words of the texts of the site, with the number of texts that have each."""

    def __init__(self, counts: Counter):
        self.counts = counts
        self._by_length = defaultdict(list)
        for word in counts:
            self._by_length[len(word)].append(word)

    @classmethod
    def read(cls) -> "Vocabulary":
        counts = Counter()
        # What stands under a heading stands in the row of its page too.
        rows = Findable.objects.filter(heading="").order_by("-pk")[:MOST_ROWS]
        for kind, said, labels in rows.values_list("kind", "words", "keyword_words").iterator():
            counts.update(said.split())
            if kind == Kind.KEYWORD:  # its synonyms, which it is found by
                counts.update(labels.split())
        return cls(counts)

    def near(self, word: str) -> list[tuple[str, int]]:
        """(word, distance) of those that this may be a misspelling of, likeliest first."""
        most = 2 if len(word) >= LONG else 1
        lengths = range(len(word) - most, len(word) + most + 1)
        words = [each for length in lengths for each in self._by_length.get(length, ())]
        if not words:
            return []
        distances = cdist([word], words, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
        found = [
            (words[at], int(distances[at]))
            for at in np.flatnonzero((distances > 0) & (distances <= most))
        ]
        own = set(analysis.variants(word))
        found = [each for each in found if not own.issuperset(analysis.variants(each[0]))]
        return sorted(found, key=lambda each: self._cost(word, *each))[:CANDIDATES]

    def options(self, word: str) -> list[tuple[float, str]]:
        """(cost, word) of what a word may stand for, itself among them."""
        if len(word) < SHORTEST or not word.isalpha() or word in analysis.STOP_WORDS:
            return [(0, word)]
        own = self.counts.get(word, 0)
        found = [
            (self._cost(word, other, distance) + (2 if own else 0), other)
            for other, distance in self.near(word)
            if self.counts[other] > own
        ]
        return [(0 if own else 3, word), *found]

    def _cost(self, word: str, other: str, distance: int) -> float:
        # People know how a word begins; and what many texts say is likelier meant.
        same_start = word[0] == other[0]
        return distance + (0 if same_start else 0.5) - 0.3 * math.log10(self.counts[other])


#: Until when, in seconds of the monotonic clock, the words that were read are good.
_vocabulary: tuple[float, Vocabulary] | None = None


def vocabulary() -> Vocabulary:
    """The words as of the last minute: read seldom, and never of consequence for who sees what."""
    global _vocabulary
    start = time.monotonic()
    if _vocabulary is None or _vocabulary[0] < start:
        read = Vocabulary.read()
        end = time.monotonic()
        _vocabulary = (end + max(FRESH, REST * (end - start)), read)
    return _vocabulary[1]


def did_you_mean(search: Search) -> Correction | None:
    """The likeliest other spelling of a search that found hardly anything, or None."""
    found = len(np.unique(search.matched.thing))
    text, tokens = plain_words(search.asked.typed)
    if found > FEW or search.degraded or not tokens:
        return None
    for words in _corrections([token.word for token in tokens]):
        corrected = _replaced(text, tokens, words)
        asked = replace(search.asked, typed=corrected, words=parse(corrected))
        other = Search(asked, search.user, mask=search.mask)
        if other.found.total < max(1, MANY_MORE * found):
            continue
        spelled = _spelled(other, tokens, words)
        if spelled is not None:
            return _correction(search.asked, text, tokens, spelled)
    return None


def _corrections(words: list[str]) -> list[list[str]]:
    """Other words in the place of these, likeliest first."""
    known = vocabulary()
    options = [known.options(word) for word in words]
    # Of many words those stay that texts have.
    open_ones = [at for at, some in enumerate(options) if len(some) > 1]
    open_ones.sort(key=lambda at: -options[at][0][0])
    for at in open_ones[MOST_CHANGED:]:
        options[at] = options[at][:1]
    every = sorted(product(*options), key=lambda choice: sum(cost for cost, _ in choice))
    chosen = ([word for _, word in choice] for choice in every)
    return [choice for choice in chosen if choice != words][:MOST_SEARCHES]


def _spelled(search: Search, tokens: list[Token], words: list[str]) -> list[str] | None:
    """The words as what was found writes them, None where one of them does not stand there."""
    keys = [keys[0] for keys in search.found.things(0, THINGS_READ)]
    things = Q(pk__in=[])
    for source, pk in Findable.objects.filter(pk__in=keys).values_list("source_type", "source_id"):
        things |= Q(source_type=source, source_id=pk)
    spelled = []
    for token, word in zip(tokens, words, strict=True):
        if token.word != word:
            has = Q(words__contains=word) | Q(keyword_words__contains=word)
            word = _as_written(word, Findable.objects.filter(things, has)[:ROWS_READ])
            if word is None:
                return None
        spelled.append(word)
    return spelled


def _as_written(word: str, rows: Iterable[Findable]) -> str | None:
    """A folded word with its accents, as one of these rows has it; None if none has it."""
    best = None
    for row in rows:
        if word in row.words.split():
            for text in map(_nfc, (row.title, row.heading, row.text)):
                for token in analysis.tokens(text):
                    written = text[token.start : token.end]
                    if token.word == word and written.isalnum():
                        if written.islower():
                            return written
                        best = written  # a name, or a word that begins a sentence
        elif word in row.keyword_words.split():
            best = best or word
    return best


def _replaced(text: str, tokens: list[Token], words: list[str]) -> str:
    return "".join(part for part, _ in _parts(text, tokens, words))


def _parts(text: str, tokens: list[Token], words: list[str]) -> Iterable[tuple[str, bool]]:
    at = 0
    for token, word in zip(tokens, words, strict=True):
        if token.word != word:
            yield text[at : token.start], False
            yield word, True
            at = token.end
    yield text[at:], False


def _correction(asked: Asked, text: str, tokens: list[Token], words: list[str]) -> Correction:
    return Correction(
        parts=[part for part in _parts(text, tokens, words) if part[0]],
        url=asked.address(q=_replaced(text, tokens, words)),
    )


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)

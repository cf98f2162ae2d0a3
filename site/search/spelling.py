"""Did you mean: what was typed with a word or two spelled as texts that the reader may see do.

The words of the site's texts are kept for all; which of the texts count is asked for each reader,
so that what is hidden from them bears neither on what is offered nor on what is not. What is
offered was searched for as this reader, found something, and stands there letter for letter.
"""

import math
import threading
import time
import unicodedata
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from django.db.models import Case, F, Q, When, Window
from django.db.models.functions import RowNumber
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from search import analysis
from search.analysis import Token
from search.asked import Asked
from search.finding import Search
from search.matched import ManyCoded, _code
from search.models import NAMED, STRETCH, Findable, Kind
from search.query import parse, plain_words
from search.sources import Mask

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

#: Texts of each workgroup that words are taken from, the newest; besides all names. For each
#: by itself: how much is written where somebody may not look leaves them no less.
MOST_ROWS = 300
LONGEST_ROW = 5_000  # different words
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
    """Folded words of the names and newest texts of the site, by text, whoever may see them."""

    def __init__(self, texts: Iterable[tuple[str, int, int | None, list[str]]]):
        """From (label of the source, primary key in it, its document's, words) of each text."""
        keys, codes, offsets, self.codes = [], array("i"), array("q", [0]), {}
        for source, pk, document, words in texts:
            keys.append((source, pk, document))
            # Coded as they come, so that no word is kept twice.
            codes.extend(self.codes.setdefault(word, len(self.codes)) for word in words)
            offsets.append(len(codes))
        sources, ids, documents = zip(*keys, strict=True) if keys else ((), (), ())
        self.source, self.document = _code(sources), _code(documents)
        self.source_ids = np.array(ids, dtype=np.int64)
        self.words: list[str] = list(self.codes)
        self._said = ManyCoded(
            np.frombuffer(offsets, np.int64), np.frombuffer(codes, np.int32), self.words
        )
        self.lengths = np.array([len(word) for word in self.words], dtype=np.int64)

    def __len__(self):
        return len(self.source_ids)

    @classmethod
    def read(cls) -> "Vocabulary":
        # What stands under a heading stands in the row of its page too, and a stretch in that of
        # its document.
        rows = Findable.objects.filter(heading="").exclude(part__contains=STRETCH)
        rank = Window(RowNumber(), partition_by="workgroup", order_by="-pk")
        newest = Q(rank__lte=MOST_ROWS)
        # Of what is older there is what it is called.
        said = Case(When(newest, then=F("words")), default=F("title_words"))
        rows = rows.alias(rank=rank).filter(newest | Q(kind__in=NAMED)).annotate(said=said)
        columns = ("source_type", "source_id", "document_id", "kind", "said", "keyword_words")

        def texts():
            for source, pk, document, kind, said, labels in rows.values_list(*columns).iterator():
                # A keyword is found by its synonyms too.
                words = f"{said} {labels if kind == Kind.KEYWORD else ''}".split()
                yield source, pk, document, list(dict.fromkeys(words))[:LONGEST_ROW]

        return cls(texts())

    def seen(self, mask: Mask) -> np.ndarray:
        """In how many texts that may be seen each word stands."""
        _, codes = self._said.pairs(mask.rows(self))
        return np.bincount(codes, minlength=len(self.words))


@dataclass(frozen=True, eq=False)
class Known:
    """The words that one reader may see, and how many texts that they may see have each."""

    vocabulary: Vocabulary
    counts: np.ndarray

    def options(self, word: str) -> list[tuple[float, str]]:
        """(cost, word) of what a word may stand for, itself first, then likeliest first."""
        if len(word) < SHORTEST or not word.isalpha() or word in analysis.STOP_WORDS:
            return [(0, word)]
        own = self._own(word)
        near = [
            (self._cost(word, other, distance, count) + (2 if own else 0), other)
            for other, distance, count in self._near(word)
            # A word that texts have is a slip only where it is all but another, far more usual one.
            if not own or (distance == 1 and count >= MANY_MORE * own)
        ]
        return [(0 if own else 3, word), *sorted(near)[:CANDIDATES]]

    def _own(self, word: str) -> int:
        """In how many texts the word stands, in any of its forms; some are counted twice."""
        forms = set(analysis.variants(word))
        return sum(
            int(self.counts[at])
            for other, at in self.vocabulary.codes.items()
            if other[:SHORTEST] == word[:SHORTEST]
            and not forms.isdisjoint(analysis.variants(other))
        )

    def _near(self, word: str) -> Iterable[tuple[str, int, int]]:
        """(word, letters that differ, texts) of those that this may be a misspelling of."""
        most = 2 if len(word) >= LONG else 1
        lengths = self.vocabulary.lengths
        alike = np.flatnonzero((self.counts > 0) & (np.abs(lengths - len(word)) <= most))
        if not len(alike):
            return
        words = [self.vocabulary.words[at] for at in alike]
        distances = cdist([word], words, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
        own = set(analysis.variants(word))
        for at in np.flatnonzero((distances > 0) & (distances <= most)):
            # Another form of the same word finds nothing else; and a short word that begins
            # otherwise is another word.
            begins = (
                most > 1 or sorted(word[:2]) == sorted(words[at][:2]) or word[0] == words[at][0]
            )
            if begins and not own.issuperset(analysis.variants(words[at])):
                yield words[at], int(distances[at]), int(self.counts[alike[at]])

    @staticmethod
    def _cost(word: str, other: str, distance: int, count: int) -> float:
        # People know how a word begins; and what many texts say is likelier meant.
        return distance + (0 if word[0] == other[0] else 0.5) - 0.3 * math.log10(count)


#: Until when, in seconds of the monotonic clock, the words that were read are good.
_vocabulary: tuple[float, Vocabulary] | None = None
_reading = threading.Lock()


def vocabulary() -> Vocabulary:
    """The words as of the last minute; who may see them is never kept."""
    global _vocabulary
    known = _vocabulary
    if known and known[0] >= time.monotonic():
        return known[1]
    # One reads; the others go on with what there was, and wait only where there was nothing.
    if not _reading.acquire(blocking=known is None):
        return known[1]
    try:
        if _vocabulary is known:
            start = time.monotonic()
            read = Vocabulary.read()
            end = time.monotonic()
            _vocabulary = (end + max(FRESH, REST * (end - start)), read)
        return _vocabulary[1]
    finally:
        _reading.release()


def did_you_mean(search: Search) -> Correction | None:
    """The likeliest other spelling of a search that found hardly anything, or None."""
    text, tokens = plain_words(search.asked.typed)
    if search.found.total > FEW or search.degraded or not tokens:
        return None
    found = len(np.unique(search.matched.thing))  # without regard to what was chosen
    if found > FEW:
        return None
    kept = vocabulary()
    known = Known(kept, kept.seen(search.mask))
    for words in _corrections([token.word for token in tokens], known):
        corrected = _replaced(text, tokens, words)
        asked = replace(search.asked, typed=corrected, words=parse(corrected))
        other = Search(asked, search.user, mask=search.mask)
        if other.found.total < max(1, MANY_MORE * found):
            continue
        spelled = _spelled(other, tokens, words)
        if spelled is not None:
            return _correction(search.asked, text, tokens, spelled)
    return None


def _corrections(words: list[str], known: Known) -> list[list[str]]:
    """Other words in the place of these, likeliest first."""
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

"""Which words are so alike that they may be the same concept: accents, endings, typing errors.

Two words are alike when, accents, case, hyphens and the order of their parts aside, each part
of the one is a part of the other: the same, or in another number or gender; and when at most
one part differs by a typing error. Families of words are not alike: "coopération" and
"coopérative" have one stem, but are two concepts. `tests/glossary/test_likeness.py` lists
what is taken for alike, and what is not.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

import numpy
from django.conf import settings
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cdist

from search import analysis

#: Letters that a part must have for one or two typing errors in it to be forgiven. Below,
#: and with more errors, too many pairs are two words ("statut", "statue"; "évaluation",
#: "évolution"). The first letter, which is seldom mistyped, must be right.
ONE_ERROR, TWO_ERRORS = 7, 12

#: How near two words are, from 0 to 1, that may mean the same; common beginnings count more.
NEAR = 0.88
MOST_LIKELY = 8

#: How French forms plurals and feminines, on folded words: the first that fits is applied.
_ENDINGS = [
    (re.compile(pattern), plain)
    for pattern, plain in [
        (r"eaux$", "eau"),
        (r"aux$", "al"),
        (r"(?<=\w[aeo]u)x$", ""),
        (r"(?<=\w\w)s$", ""),
    ]
]
_FEMININES = [
    (re.compile(pattern), plain)
    for pattern, plain in [
        (r"(?<=\w\w)trice$", "teur"),
        (r"(?<=\w\w)euse$", "eur"),
        (r"(?<=\w)ive$", "if"),
        (r"(?<=\w)(el|en|on|et)(?:l|n|t)e$", r"\1"),
        (r"(?<=\w)ere$", "er"),
        (r"(?<=\w\w)ee?$", ""),
    ]
]


class Parts(NamedTuple):
    """A label as it is compared: its parts in one order, and all its letters together."""

    language: str
    plain: tuple[str, ...]  # folded, without function words
    singular: tuple[str, ...]  # the same parts, in the singular and masculine
    letters: str
    digits: str


class Pair(NamedTuple):
    """Two keywords with labels that are alike."""

    first: object
    second: object
    words: tuple[str, str]


def similar(word: str, among) -> list:
    """The keywords of a queryset with a label that resembles this word, likeliest first.

    One query, and two more where there are any: for the keywords, and for their labels.
    """
    known = among.model.objects.filter(pk__in=among.order_by().values("pk"))
    rows = known.order_by().values_list("pk", "name", "labels__language", "labels__text")
    wanted = [parts(word, language) for language in analysis.LANGUAGES]
    distances = {}
    for pk, name, language, text in rows:
        for said, its_language in ((name, settings.LANGUAGE_CODE), (text, language)):
            if said is None:
                continue
            label = parts(said, its_language)
            for reading in wanted:
                if reading.language == its_language and (far := unlikeness(reading, label)) >= 0:
                    distances[pk] = min(far, distances.get(pk, far))
    if not distances:
        return []
    found = among.model.objects.filter(pk__in=distances).with_labels()
    return sorted(found, key=lambda keyword: (distances[keyword.pk], keyword.name))


def likely(word: str, among) -> list:
    """The keywords of a queryset that a word may be another word for, likeliest first, each with
    `near`, the label that says so.

    More than are `similar`: one part of it that is spelled nearly so, begins so or has the same
    stem will do, whatever the language. Somebody chooses among them.
    """
    wanted = _lasting(word)
    rows = among.order_by().values_list("pk", "name", "labels__text")
    found = {}  # by keyword: how near, and the label
    for pk, name, text in rows:
        for label in {name, text} - {None}:
            theirs = _lasting(label)
            near = [max((_nearness(mine, each) for each in theirs), default=0) for mine in wanted]
            score = sum(each for each in near if each >= NEAR) / max(len(wanted), len(theirs), 1)
            if score:
                found[pk] = max((score, label), found.get(pk, (0, "")))
    best = sorted(found, key=lambda pk: (-found[pk][0], found[pk][1]))[:MOST_LIKELY]
    keywords = among.model.objects.with_labels().in_bulk(best)
    for pk, keyword in keywords.items():
        keyword.near = found[pk][1]
    return [keywords[pk] for pk in best]


def _lasting(text: str) -> list[str]:
    """The words of a text that say something."""
    return [word for word in analysis.words(text) if word not in analysis.STOP_WORDS]


def _nearness(one: str, other: str) -> float:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) > 2 and longer.startswith(shorter):
        return 1
    # No stemmer changes the first letter, and stemming takes long.
    if one[0] == other[0] and set(analysis.variants(one)) & set(analysis.variants(other)):
        return 1
    return JaroWinkler.similarity(one, other)


def near_pairs(keywords: Iterable) -> list[Pair]:
    """All pairs of these keywords that are alike, by name; their labels are best prefetched."""
    keywords = {keyword.pk: keyword for keyword in keywords}
    labels = {
        (pk, text, parts(text, language))
        for pk, keyword in keywords.items()
        for language, text in [
            (settings.LANGUAGE_CODE, keyword.name),
            *((label.language, label.text) for label in keyword.labels.all()),
        ]
    }
    found = {}
    for (one, text, label), (other, other_text, other_label) in _candidates(labels):
        key = (min(one, other), max(one, other))
        if one != other and key not in found and unlikeness(label, other_label) >= 0:
            found[key] = (text, other_text) if one < other else (other_text, text)
    pairs = [Pair(keywords[one], keywords[two], words) for (one, two), words in found.items()]
    return sorted(pairs, key=lambda pair: (pair.first.name.casefold(), pair.second.name.casefold()))


def _candidates(labels):
    """Pairs of (keyword id, text, parts) of which every two that are alike are one."""
    same = defaultdict(set)  # what labels have in common when only endings differ
    by_word = defaultdict(lambda: defaultdict(set))  # word → what stands beside it → labels
    for each in labels:
        label = each[2]
        for key in (label.letters, label.plain, (label.language, label.singular)):
            same[key].add(each)
        for at, word in enumerate(label.plain):
            if _forgiven(len(word)):
                beside = label.plain[:at] + label.plain[at + 1 :]
                by_word[word][label.language, beside].add(each)
    for group in same.values():
        yield from combinations(group, 2)
    for word, other in _mistyped(by_word):
        for beside in by_word[word].keys() & by_word[other].keys():
            yield from product(by_word[word][beside], by_word[other][beside])


def _mistyped(words: Iterable[str]):
    """Pairs of words that begin alike and are at most the errors of a long word apart."""
    by_first = defaultdict(list)
    for word in words:
        by_first[word[0]].append(word)
    errors = _forgiven(TWO_ERRORS)
    for group in by_first.values():
        distances = cdist(group, group, scorer=OSA.distance, score_cutoff=errors, dtype=numpy.uint8)
        for one, other in numpy.argwhere(numpy.triu(distances <= errors, 1)):
            yield group[one], group[other]


@lru_cache(maxsize=20_000)
def parts(text: str, language: str) -> Parts:
    found = analysis.words(text)
    # "groupe A" must not become "groupe".
    plain = [word for word in found if len(word) == 1 or word not in analysis.STOP_WORDS] or found
    plain.sort()
    singular = sorted(_singular(word, language) for word in plain)
    digits = "".join(letter for word in found for letter in word if letter.isdigit())
    return Parts(language, tuple(plain), tuple(singular), "".join(found), digits)


def _singular(word: str, language: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    if language != "fr":
        # Dutch and English stems hold few families together.
        return analysis.stem(word, language)
    for rules in (_ENDINGS, _FEMININES):
        for pattern, plain in rules:
            word, done = pattern.subn(plain, word)
            if done:
                break
    return word


def unlikeness(one: Parts, other: Parts) -> int:
    """How far two labels are apart: 0 the same words, 1 another ending, 2 and 3 typing errors.

    -1 where they are not alike. Endings and errors count within one language only.
    """
    if one.plain == other.plain or one.letters == other.letters:
        return 0
    if one.language != other.language or one.digits != other.digits:
        return -1
    if one.singular == other.singular:
        return 1
    left = sorted(set(one.plain) - set(other.plain))
    right = sorted(set(other.plain) - set(one.plain))
    if len(one.plain) != len(other.plain) or len(left) != 1 or len(right) != 1:
        return -1
    (mine,), (yours,) = left, right
    errors = _forgiven(min(len(mine), len(yours)))
    if not errors or mine[0] != yours[0]:
        return -1
    far = OSA.distance(mine, yours, score_cutoff=errors)
    return far + 1 if far <= errors else -1


def _forgiven(length: int) -> int:
    """How many typing errors a part of so many letters may have."""
    return 0 if length < ONE_ERROR else 1 if length < TWO_ERRORS else 2

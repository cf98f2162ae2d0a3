"""What every engine is asked about a corpus, chosen from its own words. Pure and seeded."""

import random
from collections import Counter
from collections.abc import Iterable

from search import analysis
from tests.bench_search.generator import Entry

OF_EACH = 5
COLD = 300
FILTER = "action"  # the kind that the filtered questions ask for


def questions(sample: Iterable[Entry], seed: int = 5) -> dict[str, list[str]]:
    """By kind, what is typed: one word, several, OR, phrase, prefix, filtered, never asked.

    The sample says how many texts have a word: middling ones have 0.3 to 3 of a hundred, common
    ones 5 to 50. Words that are needed together stand in one text of the sample.
    """
    dice = random.Random(seed)
    texts, counts = [], Counter()
    for entry in sample:
        text = analysis.words(entry.text)
        texts.append(text)
        counts.update(dict.fromkeys(text))
    usable = {word for word in counts if len(word) > 2 and word.isalpha()} - analysis.STOP_WORDS
    share = {word: counts[word] / len(texts) for word in sorted(usable)}
    middling = [word for word in share if 0.003 <= share[word] <= 0.03]
    common = [word for word in share if 0.05 <= share[word] <= 0.5]
    asked: dict[str, list[str]] = {"one word": dice.sample(middling, OF_EACH)}
    asked["several"] = list(_together(dice, texts, set(common)))
    pairs = zip(dice.sample(middling, OF_EACH), dice.sample(common, OF_EACH), strict=True)
    asked["OR"] = [f"{some} OR {many}" for some, many in pairs]
    asked["phrase"] = [f'"{phrase}"' for phrase in _neighbours(dice, texts, usable)]
    long = [word for word in middling if len(word) > 4]
    asked["prefix"] = [f"{word[:4]}*" for word in dice.sample(long, OF_EACH)]
    asked["filtered"] = [f"{word} type:{FILTER}" for word in dice.sample(common, OF_EACH)]
    known = {word for one in asked.values() for typed in one for word in analysis.words(typed)}
    rest = sorted(usable - known)
    asked["never asked"] = dice.sample(rest, min(COLD, len(rest)))
    return asked


def _together(dice, texts, common):
    """Two common words of one text, OF_EACH times."""
    while True:
        found = []
        for text in dice.choices(texts, k=OF_EACH * 50):
            words = sorted(common.intersection(text))
            if len(words) > 1:
                found.append(" ".join(dice.sample(words, 2)))
        if len(found) >= OF_EACH:
            return found[:OF_EACH]


def _neighbours(dice, texts, usable):
    """Two words that follow each other in one text, OF_EACH times."""
    found = []
    while len(found) < OF_EACH:
        text = dice.choice(texts)
        at = dice.randrange(max(len(text) - 1, 1))
        pair = text[at : at + 2]
        if len(pair) == 2 and usable.issuperset(pair):
            found.append(" ".join(pair))
    return found

"""How much a text looks like spam: two classifiers that must agree by and large.

One is naive Bayes, nltk's (Bernoulli features, expected likelihood estimates), taught by a starter
set and by moderators. The other is logistic regression on words and letters, taught by the starter
set alone, once, by `teach_spam_filter`: it knows words by their parts, and what goes together.
"""

import json
import math
import threading
from collections import Counter
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np

from discussion import spam_features
from discussion.models import SpamExample
from discussion.spam_features import ending, features, places

STARTER = Path(__file__).with_name("spam_starter.json")
WEIGHTS = Path(__file__).with_name("spam_weights.npz")
#: Of what moderators judged, the newest so many are learnt, each as if it had been said so often.
MOST_EXAMPLES, WEIGHT = 2_000, 3
#: A judgement is stored a moment after it was made: so far back is looked at once more.
LATE = timedelta(minutes=5)
#: The odds from which a text is held; docs/spam.md has what they let through.
ENOUGH = 2.6
#: What the linear half is multiplied by, for both to spread as far.
LINEAR = 0.53


def likelihood(odds: float) -> float:
    """These odds as a number between 0 and 1."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, odds))))


def fingerprint() -> str:
    """What the linear half was taught by, in short."""
    read = (STARTER, spam_features.TOPICS, Path(spam_features.__file__))
    return sha256(b"".join(path.read_bytes() for path in read)).hexdigest()


@cache
def _weights() -> tuple[np.ndarray, float]:
    with np.load(WEIGHTS) as kept:
        return kept["weights"].astype(np.float64), float(kept["bias"])


class Counts:
    """How many texts there were, and in how many each feature was seen: {is it spam: …}."""

    def __init__(self):
        self.texts = Counter()
        self.seen = {True: Counter(), False: Counter()}

    def add(self, text: str, is_spam: bool, weight: int = 1) -> None:
        """Once more or, with a negative weight, once less."""
        self.texts[is_spam] += weight
        for feature in features(text):
            self.seen[is_spam][feature] += weight


@cache
def starter() -> Counts:
    """What is known before moderators have taught anything: a second or two, once in a process."""
    counts = Counts()
    for example in json.loads(STARTER.read_text()):
        counts.add(example["text"], example["spam"])
    return counts


class Filter:
    """The starter set and what moderators have judged since."""

    def __init__(self):
        self._starter, self._own = starter(), Counts()
        #: {key of a SpamExample: (when it was judged, is it spam, text)}
        self._judged = {}
        self._judged_until = None

    def learn(self) -> None:
        """What moderators judged, and took back, since the last time; one query, or two."""
        examples = SpamExample.objects.order_by("-at")
        if self._judged_until:
            examples = examples.filter(at__gt=self._judged_until - LATE)
        else:
            examples = examples.exclude(is_spam=None)[:MOST_EXAMPLES]
        known = {key: at for key, (at, _is_spam, _text) in self._judged.items()}
        rows = examples.values_list("pk", "at", "is_spam")
        fresh = [(key, at, is_spam) for key, at, is_spam in rows if known.get(key) != at]
        keys = [key for key, _at, is_spam in fresh if is_spam is not None]
        texts = SpamExample.objects.filter(pk__in=keys).values_list("pk", "text")
        texts = dict(texts) if keys else {}
        for key, at, is_spam in fresh:
            self._judged_until = max(at, self._judged_until or at)
            self._forget(key)
            if key in texts:
                self._own.add(texts[key], is_spam, WEIGHT)
                self._judged[key] = at, is_spam, texts[key]
        if len(self._judged) > MOST_EXAMPLES:
            for key in sorted(self._judged, key=self._judged.get)[:-MOST_EXAMPLES]:
                self._forget(key)

    def _forget(self, key) -> None:
        if key in self._judged:
            _at, is_spam, text = self._judged.pop(key)
            self._own.add(text, is_spam, -WEIGHT)

    def _seen(self, is_spam: bool, feature: str) -> int:
        return self._starter.seen[is_spam][feature] + self._own.seen[is_spam][feature]

    def odds(self, text: str, name: str = "") -> float:
        """How much likelier spam is than not: above 0 it is, below it is not.

        For each of both classifiers that of the whole text or that of its ending, whichever is
        higher; the sum.
        """
        parts = [
            (part, features(part, name)) for part in dict.fromkeys([text, ending(text) or text])
        ]
        bayes = max(self._bayes(found) for _, found in parts)
        return bayes + LINEAR * max(_linear(part, found) for part, found in parts)

    def _bayes(self, found: dict) -> float:
        """The logarithm (base e) of how much likelier, over the root of the number of features.

        Their chances are not independent, and a long text would be surer than it is.
        """
        # Dear to import, and only this needs it.
        from nltk.classify import NaiveBayesClassifier
        from nltk.probability import ELEProbDist, FreqDist

        kinds = (True, False)
        known = {
            feature: True
            for feature in found
            if any(self._seen(is_spam, feature) for is_spam in kinds)
        }
        texts = self._starter.texts + self._own.texts
        chances = {
            (is_spam, feature): ELEProbDist(FreqDist({True: seen, None: texts[is_spam] - seen}), 2)
            for is_spam in kinds
            for feature in known
            for seen in [self._seen(is_spam, feature)]
        }
        bayes = NaiveBayesClassifier(ELEProbDist(FreqDist(texts)), chances)
        said = bayes.prob_classify(known)
        odds = (said.logprob(True) - said.logprob(False)) * math.log(2)
        return odds / math.sqrt(len(known) + 4)


def _linear(text: str, found: dict) -> float:
    """The logarithm of the odds, by the linear half."""
    weights, bias = _weights()
    at, values = places(text, found)
    return float(weights[at] @ values) + bias


_filter: Filter | None = None
_lock = threading.Lock()


def filter_of_now() -> Filter:
    """The process's filter, knowing the starter set and all that moderators have judged."""
    global _filter
    with _lock:
        _filter = _filter or Filter()
        _filter.learn()
        return _filter

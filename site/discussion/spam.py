"""How much a text looks like spam: naive Bayes, taught by a starter set and by moderators.

The classifier is nltk's (Bernoulli features, expected likelihood estimates). A text becomes
features: its words, pairs of words, what its links say, and how it is written. The last letters
of an address ("be", "com") are left out: they would be learnt for the wrong reason.
"""

import itertools
import json
import math
import re
import threading
import unicodedata
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

from discussion.models import SpamExample

STARTER = Path(__file__).with_name("spam_starter.json")
TOPICS = Path(__file__).with_name("spam_topics.json")
#: What a text leads out of the page by.
LEADING = ("links", "mails", "phones")
#: Of what moderators judged, the newest so many are learnt, each as if it had been said so often.
MOST_EXAMPLES, WEIGHT = 2_000, 3
#: A judgement is stored a moment after it was made: so far back is looked at once more.
LATE = timedelta(minutes=5)
#: The odds from which a text is held: one that leads somewhere, as most spam does, and another;
#: of visitors, whom little is known of, and of members. docs/spam.md has what they let through.
ENOUGH = {"visitor": (0.5, 1.5), "member": (1.5, 2.0)}
#: Words and letters of a text that are looked at, whatever its length.
MOST_WORDS, MOST_LETTERS = 400, 6_000

LAST_LATIN = "\u024f"  # of the letters that French, Dutch and their neighbours are written in
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]{1,500}"
    r"|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,10}/[^\s]{0,500}",
    re.I,
)
_BARE = re.compile(r"\b[\w-]{3,63}(?:\.[\w-]{1,63}){0,4}\.(?:[a-z]{2,8})\b", re.I)
_MAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")
_PHONE = re.compile(r"(?:\+|\b00|\b0)[\d .()/-]{7,20}\d")
_MARKUP = re.compile(r"\[/?(?:url|b|i|img|link)\b|</?a\b|href\s*=", re.I)
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?")
_SPACED = re.compile(r"\b(?:\w[ .*_-]){3,20}\w\b")
_LEET = str.maketrans("01345@$", "oieasas")


def links_in(text: str) -> list[str]:
    """The addresses in a text, with or without a scheme."""
    return _LINK.findall(text)


def features(text: str, name: str = "") -> dict[str, bool]:
    """What the classifier looks at: {feature: True}."""
    found = {}
    plain = unicodedata.normalize("NFKC", text)[:MOST_LETTERS]  # it can grow tenfold
    links = links_in(plain)
    rest = _LINK.sub(" ", plain)
    mails = _MAIL.findall(rest)
    rest = _MAIL.sub(" ", rest)
    bare = _BARE.findall(rest)
    phones = _PHONE.findall(rest)
    words = [_folded(word) for word in _WORD.findall(rest)][:MOST_WORDS]
    for word in words:
        found[f"w:{word}"] = True
        if any(letter.isdigit() for letter in word) and any(map(str.isalpha, word)):
            found["odd word"] = True
            found[f"w:{word.translate(_LEET)}"] = True
    for first, second in itertools.pairwise(words):
        found[f"p:{first} {second}"] = True
    for address in links + bare + mails:
        parts = re.split(r"[^a-z0-9]+", _folded(address.split("//")[-1]))
        host_end = address.split("//")[-1].split("/")[0].rsplit(".", 1)[-1].lower()
        for part in parts:
            if len(part) > 2 and part not in (host_end, "www", "http", "https"):
                found[f"l:{part}"] = True
                found[f"w:{part}"] = True
    _say(found, "links", len(links) + len(bare))
    _say(found, "mails", len(mails))
    _say(found, "phones", len(phones))
    if _MARKUP.search(plain):
        found["markup"] = True
    if _SPACED.search(rest):
        found["spaced out"] = True
    letters = [letter for letter in rest if letter.isalpha()]
    if letters:
        foreign = sum(letter > LAST_LATIN for letter in letters)
        if foreign > len(letters) / 5:
            found["other script"] = True
        if len(letters) > 20 and sum(map(str.isupper, letters)) > len(letters) / 3:
            found["shouted"] = True
    if any(unicodedata.category(letter) == "So" for letter in rest):
        found["pictures"] = True
    if links and plain.rstrip().endswith(links[-1]):
        found["ends in a link"] = True
    if re.search(r"[$€£]\s?\d|\d\s?(?:€|\$|£|%|usd|eur)", rest, re.I):
        found["sums"] = True
    if not words or len(words) < 4:
        found["short"] = True
    _say_topics(found, words)
    if name and (links_in(name) or _BARE.search(name)):
        found["link as name"] = True
    return found


def likelihood(odds: float) -> float:
    """These odds as a number between 0 and 1."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, odds))))


def enough(text: str, name: str, is_member: bool) -> float:
    """The odds from which this text is held."""
    leading, other = ENOUGH["member" if is_member else "visitor"]
    found = features(text, name)
    return leading if any(what in found for what in (*LEADING, "link as name")) else other


@cache
def _topics() -> dict[str, list[str]]:
    """{word: [what spam in three languages it belongs to]}"""
    topics = {}
    for topic, words in json.loads(TOPICS.read_text()).items():
        for word in words.split():
            topics.setdefault(word, []).append(topic)
    return topics


def _say_topics(found, words):
    """One topic in three languages: what is learnt in one of them counts in the others."""
    spoken = Counter(topic for word in dict.fromkeys(words) for topic in _topics().get(word, ()))
    for topic, number in spoken.items():
        found[f"t:{topic}"] = True
        if number > 2:
            found[f"t:{topic} 3+"] = True
        for leading in LEADING:
            if leading in found:
                found[f"t:{topic}, {leading}"] = True


def _say(found, what, number):
    if number:
        found[what] = True
    if number > 1:
        found[f"{what} 2+"] = True
    if number > 3:
        found[f"{what} 4+"] = True


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


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

        The logarithm (base e) of that, over the square root of the number of features: their
        chances are not independent, and a long text would be surer than it is.
        """
        # Dear to import, and only this needs it.
        from nltk.classify import NaiveBayesClassifier
        from nltk.probability import ELEProbDist, FreqDist

        kinds = (True, False)
        known = {
            feature: True
            for feature in features(text, name)
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


_filter: Filter | None = None
_lock = threading.Lock()


def filter_of_now() -> Filter:
    """The process's filter, knowing the starter set and all that moderators have judged."""
    global _filter
    with _lock:
        _filter = _filter or Filter()
        _filter.learn()
        return _filter

"""What the spam filter looks at in a text.

Its words, pairs of words, what its links say, how it is written and, for the linear half, its
letters. The last letters of an address ("be", "com") are left out: they would be learnt for the
wrong reason.
"""

import itertools
import json
import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np

TOPICS = Path(__file__).with_name("spam_topics.json")
#: What a text leads out of the page by.
LEADING = ("links", "mails", "phones")
#: Words and letters of a text that are looked at, whatever its length.
MOST_WORDS, MOST_LETTERS = 400, 6_000
#: Features have so many places in the linear half; those that meet in one share its weight.
PLACES = 2**17
#: Its stretches of letters are so long.
STRETCHES = range(2, 6)

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
#: By what one is led away from the page.
_ADDRESSES = (_LINK, _MAIL, _BARE, _PHONE)
_SENTENCE_END = re.compile(r"(?<=[.!?…:])\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?")
_SPACED = re.compile(r"\b(?:\w[ .*_-]){3,20}\w\b")
_LEET = str.maketrans("01345@$", "oieasas")


def links_in(text: str) -> list[str]:
    """The addresses in a text, with or without a scheme."""
    return _LINK.findall(text)


def features(text: str, name: str = "") -> dict[str, bool]:
    """{feature: True}."""
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


def leads_away(text: str) -> bool:
    """Whether a text names an address or a number to turn to."""
    return any(pattern.search(text) for pattern in _ADDRESSES)


def ending(text: str) -> str:
    """From the sentence before its first address on, or nothing where that is about all of it.

    Spam that begins like any other comment sells there.
    """
    sentences = [part for part in _SENTENCE_END.split(text[:MOST_LETTERS]) if part.strip()]
    leading = [at for at, sentence in enumerate(sentences) if leads_away(sentence)]
    if not leading or len(sentences) < 3:
        return ""
    return " ".join(sentences[max(0, leading[0] - 1) :])


def places(text: str, found: Collection[str]) -> tuple[np.ndarray, np.ndarray]:
    """(places, values) of a text and its features, for the linear half.

    All but pairs of words, and all stretches of letters in a word: either group of length 1.
    """
    words = text[:MOST_LETTERS].lower().split()
    stretches = {
        word[start : start + long]
        for word in (f" {word} " for word in dict.fromkeys(words))
        for long in STRETCHES
        for start in range(len(word) - long + 1)
    }
    groups = [[one for one in found if not one.startswith("p:")], stretches]
    at = [zlib.crc32(one.encode()) % PLACES for group in groups for one in group]
    values = [1 / math.sqrt(len(group)) for group in groups for _ in group]
    return np.array(at, np.int64), np.array(values)


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

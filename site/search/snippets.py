"""The best passage of a text for what was looked for, as safe HTML with its words marked.

Pure: no database. Words are compared as terms, so marks ignore accents, case and endings.
"""

import unicodedata
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search import analysis
from search.query import Node, Phrase, Prefix, Word, sought

LENGTH = 240  # characters of a passage, a little more to end with a word


@dataclass(frozen=True)
class Marker:
    """Knows which words of a text were looked for."""

    words: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    #: Phrases mark their words only where they follow each other.
    phrases: tuple[tuple[str, ...], ...] = field(default=())

    @classmethod
    def of(cls, tree: Node | None) -> "Marker":
        words, prefixes, phrases = [], [], []
        for node in sought(tree):
            if isinstance(node, Word):
                words.append(node.text)
            elif isinstance(node, Prefix):
                prefixes.append(node.text)
            elif isinstance(node, Phrase):
                phrases.append(tuple(analysis.words(node.text)))
        return cls(frozenset(analysis.needed(words)), tuple(prefixes), tuple(phrases))

    def places(self, text: str, language: str) -> list[tuple[int, int, str]]:
        """(start, end, term) of each marked word of an NFC text."""
        wanted = {analysis.stem(word, language) for word in self.words}
        phrases = [tuple(analysis.stem(word, language) for word in p) for p in self.phrases]
        found = list(analysis.tokens(text))
        terms = [analysis.stem(token.word, language) for token in found]
        marked = {
            at
            for at, token in enumerate(found)
            if terms[at] in wanted or (self.prefixes and token.word.startswith(self.prefixes))
        }
        for phrase in phrases:
            for at in range(len(terms) - len(phrase) + 1):
                if tuple(terms[at : at + len(phrase)]) == phrase:
                    marked.update(range(at, at + len(phrase)))
        return [(found[at].start, found[at].end, terms[at]) for at in sorted(marked)]

    def mark(self, text: str, language: str) -> SafeString:
        """The whole text as HTML, its words marked."""
        text = unicodedata.normalize("NFC", text)
        return _marked(text, self.places(text, language), 0, len(text))

    def passage(self, text: str, language: str) -> tuple[SafeString, int]:
        """The best passage, and how many different words that were looked for it shows."""
        text = " ".join(unicodedata.normalize("NFC", text).split())
        places = self.places(text, language)
        start, shown = _best_window(places)
        start = max(0, start - LENGTH // 6) if places else 0
        end = min(len(text), start + LENGTH)
        start, end = _to_words(text, start, end)
        html = _marked(text, [p for p in places if p[0] >= start and p[1] <= end], start, end)
        before = "… " if start else ""
        after = " …" if end < len(text) else ""
        return mark_safe(f"{before}{html}{after}"), shown  # _marked escaped it


def _best_window(places: list[tuple[int, int, str]]) -> tuple[int, int]:
    """Where the window that shows most different words begins, then most words; and how many."""
    best, start, shown = (0, 0), 0, 0
    last = 0
    for first, place in enumerate(places):
        last = max(last, first)
        while last < len(places) and places[last][1] <= place[0] + LENGTH * 5 // 6:
            last += 1
        inside = places[first:last]
        worth = (len({term for _, _, term in inside}), len(inside))
        if worth > best:
            best, start, shown = worth, place[0], worth[0]
    return start, shown


def _to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The same window without half words at its ends, where there is a space to cut at."""
    if start:
        space = text.find(" ", start, start + 40)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", end - 40, end)
        end = space if space > start else end
    return start, end


def _marked(text: str, places, start: int, end: int) -> SafeString:
    parts, at = [], start
    for word_start, word_end, _ in places:
        parts.append(escape(text[at:word_start]))
        parts.append(f"<mark>{escape(text[word_start:word_end])}</mark>")
        at = word_end
    parts.append(escape(text[at:end]))
    return mark_safe("".join(parts))  # every piece of the text was escaped above

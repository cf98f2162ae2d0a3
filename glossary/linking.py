"""Finds the glossary's terms in a text and links the first mention of each. No database.

A term is found in its inflected forms (plural, feminine): words are compared by the stem that
search uses, `search.analysis.stem`, and then by their endings, because a stem also joins what
is another word: "université" and "univers", "vergadering" and "vergaderen".
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from html import escape, unescape
from html.entities import html5
from itertools import chain, pairwise, takewhile
from typing import NamedTuple

from search import analysis


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Elements whose words are somebody else's, a title, a link already or no prose at all. So are
#: those of an element with a `lang` of its own or with `data-unlinked`.
SILENT = _names(
    "a abbr blockquote button caption cite code dfn dt figcaption h1 h2 h3 h4 h5 h6 kbd label"
    " legend math object option pre q samp select sub summary sup svg th time var"
)
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
#: Elements that may stand in the middle of a word.
_INLINE = _names(
    "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small span strong sub sup"
    " time u var wbr"
)

_ATTRIBUTES = (
    r"(?:[\s/]++|[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'>][^\s>]*+|(?=>)))?+)*+"
)
#: What is not text: a comment, an element whose contents are not markup, a tag, and whatever
#: follows a tag that never ends.
_MARKUP = re.compile(
    rf"<!--.*?(?:-->|\Z)"
    rf"|<(?P<raw>script|style|textarea|title|template|noscript|iframe|xmp)\b{_ATTRIBUTES}>"
    rf".*?(?:</(?P=raw)\s*+>|\Z)"
    rf"|<[!?][^>]*+>"
    rf"|<(?P<end>/?)(?P<name>[a-z][^\s/>]*+)(?P<attributes>{_ATTRIBUTES})>"
    rf"|<(?=[a-z/!?]).*",
    re.DOTALL | re.IGNORECASE,
)
_OWN_WORDS = re.compile(r"\s(?:lang|data-unlinked)\b", re.IGNORECASE)
_TERM = re.compile(r"<a\b[^<>]*\sdata-term=\"([^\"]*)\"")
_ENTITY = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;?)")

_APOSTROPHES = "'’ʼ"
_HYPHENS = "-‐‑"
#: Letters with what may be set among them without ending the word: accents that are characters
#: of their own, and soft hyphens.
_LETTERS = r"[^\W_]++(?:[\u0300-\u036f\u00ad]++[^\W_]*+)*+"
#: A word with its inclusive endings: "patient·es", "patient(e)s", "patient.e.s".
_WORD = re.compile(
    rf"{_LETTERS}(?:[{_APOSTROPHES}]{_LETTERS})*+"
    r"(?:(?:[·•‧∙][^\W_]{1,6})+|\((?:e|n|s|en|es|le|ne|te|ère)\)s?(?![^\W_])"
    r"|\.(?:e\.?s?|n?e\.s|s)(?![^\W_]))?"
)
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s$", re.IGNORECASE)
#: What may stand between the words of a phrase, whatever stands there in its label.
_GAP = re.compile(rf"(?:\s+|[{_HYPHENS}])(?:\w{{1,7}}[{_APOSTROPHES}])?")
_ADDRESS = re.compile(r"\S*(?:://|@|\bwww\.)\S*")
#: How far a word is read into the texts beside it, when only inline tags lie between: more than
#: the longest elided article.
_REACH = 12
_MOST_KNOWN = 100_000  # forms; some ten megabytes
_SHORT = 3  # letters; so short a word has too many likenesses to be compared by its stem
#: How two forms of one noun or adjective may end after the letters that they share.
_ENDINGS = {
    "fr": re.compile(r"(?:[lnst]?e|l|u)?[sx]?"),
    "nl": re.compile(r"(?:[aeou]?[bdfgklmnprstvz])?(?:en|es|[ens])?|id"),
    "en": re.compile(r"(?:y|ie|e)?s?"),
}
_ACUTE_END = re.compile(r"ée?s?$")
#: How a word in the plural ends, folded; some words in the singular do too.
_PLURAL = {
    "fr": re.compile(r"[sx]$"),
    "nl": re.compile(r"(?:en|s)$"),
    "en": re.compile(r"(?<!s)s$"),
}
#: French: one in "i" or "u" and one in "ie" or "ue", which are seldom one noun in two genders:
#: "suivi" and "suivie", "parti" and "partie", "revenu" and "revenue".
_MASCULINE, _FEMININE = re.compile(r"[iu]s?$"), re.compile(r"[iu]es?$")
#: French endings, folded, whose feminine and masculine have different stems, and what is read
#: for both: "infirmière", "directrice", "chanteuse", "active".
_GENDERED = re.compile(r"(?<=[a-z]{3})(?:ere|trice|euse|eux|eur|ive)s?$")
_GENDERED_ENDS = ("re", "ce", "se", "x", "r", "ve", "res", "ces", "ses", "rs", "ves")
_COMMON_FORMS = {"er": "er", "tr": "teu", "eu": "eu", "iv": "if"}


def _common_form(ending: re.Match) -> str:
    return _COMMON_FORMS[ending.group()[:2]]


class Term(NamedTuple):
    """A term to look for: its key, and its words and phrases in the language of the texts."""

    key: int
    labels: Collection[str]


class _Word(NamedTuple):
    """A word as it stands in a text: `elided` is the length of its article ("l’", "d’").

    `folded` is without case and accents and, in French, of no gender where the stem has one.
    """

    elided: int
    written: str
    folded: str


@lru_cache(maxsize=50_000)
def word(raw: str, language: str) -> _Word:
    """A piece of text that `_WORD` found, as a word."""
    if raw.isalnum():
        elided, written = 0, raw
        folded = raw.lower() if raw.isascii() else analysis.fold(raw)
    else:
        composed = unicodedata.normalize("NFC", raw.replace("\u00ad", ""))
        elided, end, folded = next(analysis.tokens(composed), (0, 0, ""))
        written = _POSSESSIVE.sub("", composed[elided:end])
    if language == "fr" and folded.endswith(_GENDERED_ENDS):
        folded = _GENDERED.sub(_common_form, folded)
    return _Word(elided, written, folded)


class _Entry(NamedTuple):
    """A label, cut into words; `gaps` has what must stand between them, None for the usual."""

    key: int
    words: tuple[_Word, ...]
    gaps: tuple[str | None, ...]


class TermIndex:
    """Many terms in one language, by the stem of their first word; built once, read often.

    Labels of one letter, and those made of stop words alone, are never found. Where two terms
    have the same label, the one given first has it.
    """

    def __init__(self, terms: Iterable[Term], language: str):
        self.language = language if language in _ENDINGS else "fr"
        self._entries: dict[str, list[_Entry]] = {}
        for term in terms:
            for label in term.labels:
                self._add(term.key, unicodedata.normalize("NFC", label))
        for entries in self._entries.values():
            entries.sort(key=lambda entry: -len(entry.words))
        #: What words that were met begin; each form is looked at once for all texts.
        self._known: dict[str, tuple] = {}

    def _add(self, key, label):
        found = [(match, word(match.group(), self.language)) for match in _WORD.finditer(label)]
        found = [(match, read) for match, read in found if read.folded]
        words = tuple(read for _match, read in found)
        folded = {read.folded for read in words}
        if folded <= analysis.STOP_WORDS or (len(words) == 1 and len(words[0].folded) < 2):
            return
        between = (_gap(label, one[0], *other) for one, other in pairwise(found))
        gaps = tuple(None if _GAP.fullmatch(gap) else gap.strip() for gap in between)
        stem = self._stem(words[0])
        self._entries.setdefault(stem, []).append(_Entry(key, words, gaps))

    def found_in(self, text: str, among=None) -> Iterator[list[tuple[int, int, int]]]:
        """For each place of a plain text where terms begin, their (start, end, key), longest first.

        `among` holds the only keys to look for.
        """
        places = list(_WORD.finditer(text))
        addresses = None
        for at, place in enumerate(places):
            raw = place.group()
            known = self._known.get(raw)
            if known is None:
                if len(self._known) > _MOST_KNOWN:
                    self._known.clear()
                known = self._known[raw] = self._begun_by(raw)
            if not known:
                continue
            if addresses is None:
                addresses = _addresses(text)
            elided, entries = known
            start = place.start() + elided
            matches = [
                (start, end, entry.key)
                for entry in entries
                if (among is None or entry.key in among)
                and (end := self._end(entry, text, places, at))
                and _stands_alone(text, start, end)
                and not any(first < end and start < last for first, last in addresses)
            ]
            if matches:
                yield matches

    def _stem(self, read) -> str:
        return analysis.stem(read.folded, self.language)

    def _begun_by(self, raw) -> tuple:
        """(Length of the elided article, the labels that this word begins); () for no label."""
        read = word(raw, self.language)
        entries = self._entries.get(self._stem(read), ())
        entries = [
            entry
            for entry in entries
            if self._same(entry.words[0], read)
            and (len(entry.words) > 1 or self._same_alone(entry.words[0], read))
        ]
        return (read.elided, entries) if entries else ()

    def _same_alone(self, label: _Word, read: _Word) -> bool:
        """Whether a form of a label of one word is that word also without others beside it.

        A label in the plural is not meant in the singular: "comptes" are not what "compte" is
        in "à son compte" or "l’escalier compte".
        """
        label, read = analysis.fold(label.written), analysis.fold(read.written)
        if self.language == "fr":
            for one, other in ((label, read), (read, label)):
                if _MASCULINE.search(one) and _FEMININE.search(other):
                    return False
        plural = _PLURAL[self.language].search
        if not label.isalpha() or not plural(label) or plural(read):
            return True
        if self.language == "fr" and label.endswith("eux"):  # "heureux", but "lieux"
            return label != f"{read}x"
        return read.startswith(label)  # "français", "française"

    def _end(self, entry, text, places, at) -> int:
        """Where a label ends that begins with the word at this place; 0 if it does not."""
        if at + len(entry.words) > len(places):
            return 0
        for i, (wanted, gap) in enumerate(zip(entry.words[1:], entry.gaps, strict=True), at + 1):
            read = word(places[i].group(), self.language)
            if not self._same(wanted, read):
                return 0
            between = _gap(text, places[i - 1], places[i], read)
            if not (_GAP.fullmatch(between) if gap is None else between.strip() == gap):
                return 0
        return places[at + len(entry.words) - 1].end()

    def _same(self, label: _Word, read: _Word) -> bool:
        """Whether a word is a form of a label's word."""
        if label.folded[0] != read.folded[:1]:
            return False  # most are told apart by this; a stem begins as its word does
        if self._stem(label) != self._stem(read):
            return False
        if len(label.written) > 1 and label.written.isupper():  # an acronym
            return read.written in (label.written, f"{label.written}s")
        if min(len(label.folded), len(read.folded)) <= _SHORT or not label.folded.isalpha():
            label, read = label.written.casefold(), read.written.casefold()
            return label.removesuffix("s") == read.removesuffix("s")
        pairs = zip(label.folded, read.folded, strict=False)
        shared = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))
        ending = _ENDINGS[self.language].fullmatch
        if not (ending(label.folded[shared:]) and ending(read.folded[shared:])):
            return False
        # "marché" is not "marche"; capitals may go without their accents.
        return (
            self.language != "fr"
            or read.written.isupper()
            or bool(_ACUTE_END.search(label.written.lower()))
            == bool(_ACUTE_END.search(read.written.lower()))
        )


def mentioned(html: str, index: TermIndex) -> list[int]:
    """Keys of all terms that stand in the html where a link may, in order; also within others."""
    keys = {key: None for _node, found in _places(html, index) for _start, _end, key in found}
    return list(keys)


def link_terms(html: str, index: TermIndex, links: Mapping[int, str]) -> tuple[str, list[int]]:
    """(The html with the first mention of each term linked, keys of those linked, in order.)

    `links` has the address for each key that may be linked. Of terms that begin at one place
    the longest is taken, and the words inside it are no mention of another. Terms linked
    already, marked by `data-term`, count as mentioned: a second run changes nothing. Nothing
    but links is added; the text that readers see stays the same.
    """
    if not links:
        return html, []
    done = {match[1] for match in _TERM.finditer(html)}
    linked, parts, last = [], [], 0
    before = (None, 0)  # how far the last term reached, and in which text
    for node, found in _places(html, index, links):
        start, end, key = found[0]
        if before[0] is node and start < before[1]:
            continue
        before = (node, end)
        if str(key) in done:
            continue
        done.add(str(key))
        linked.append(key)
        start, end = node.place(start), node.place(end)
        parts += [
            html[last:start],
            f'<a class="term" href="{escape(links[key])}" data-term="{key}"'
            f' aria-describedby="terme-{key}">{html[start:end]}</a>',
        ]
        last = end
    return "".join([*parts, html[last:]]), linked


def _gap(text, before, after, read) -> str:
    """What stands between two words; the article elided from the second belongs to it."""
    return text[before.end() : after.start() + read.elided]


def _addresses(text) -> list[tuple[int, int]]:
    """Where addresses of sites and of mail stand: their words are no words."""
    if "@" in text or "://" in text or "www." in text:
        return [match.span() for match in _ADDRESS.finditer(text)]
    return []


def _stands_alone(text, start, end) -> bool:
    """Whether it is no part of a compound ("sage-femme", "porte-parole") or of a file's name."""
    joiners = f"{_HYPHENS}_."
    return not (
        (start > 1 and text[start - 1] in joiners and text[start - 2].isalnum())
        or (end + 1 < len(text) and text[end] in joiners and text[end + 1].isalnum())
    )


class _Node:
    """A run of text between two tags: its place in the html, and its words as readers see them."""

    def __init__(self, html, start, end, heard, joined):
        self.start = start
        self.heard = heard  # whether terms may be linked in it
        self.joined = joined  # whether only inline tags lie between it and the text before
        self._ends: list[int] = []  # where entities end in the plain text
        self._shifts: list[int] = []  # how much longer the source is up to there
        self.text = html[start:end]
        if "&" in self.text:
            self.text = self._plain(self.text)

    def _plain(self, source) -> str:
        parts, last, length = [], 0, 0
        for entity in _ENTITY.finditer(source):
            name = entity.group()
            if name.startswith("&#") and name.endswith(";"):
                plain = unescape(name)
            else:
                # What is only half an entity may be read in more than one way: it is no word.
                plain = html5.get(name[1:], "\ufffc") if name.endswith(";") else "\ufffc"
            parts += [source[last : entity.start()], plain]
            length += entity.start() - last + len(plain)
            last = entity.end()
            self._ends.append(length)
            self._shifts.append(last - length)
        return "".join([*parts, source[last:]])

    def place(self, at: int) -> int:
        """Where a place in the plain text is in the html."""
        before = bisect_right(self._ends, at)
        return self.start + at + (self._shifts[before - 1] if before else 0)


def _places(html, index, among=None):
    """(text, what `found_in` says of it) for each place where terms begin."""
    nodes = _nodes(html)
    for at, node in enumerate(nodes):
        if not node.heard:
            continue
        # A word that goes on beyond a tag is another word: "port<em>age</em>".
        before = nodes[at - 1].text[-_REACH:] if node.joined else ""
        after = nodes[at + 1].text[:_REACH] if at + 1 < len(nodes) and nodes[at + 1].joined else ""
        first, last = len(before), len(before) + len(node.text)
        for found in index.found_in(f"{before}{node.text}{after}", among):
            inside = [
                (start - first, end - first, key)
                for start, end, key in found
                if start >= first and end <= last
            ]
            if inside:
                yield node, inside


def _nodes(html) -> list[_Node]:
    nodes, silent, last, joined = [], [], 0, False
    for tag in chain(_MARKUP.finditer(html), [None]):
        start = tag.start() if tag else len(html)
        if start > last:
            nodes.append(_Node(html, last, start, not silent, joined))
            joined = True
        if tag is None:
            break
        last = tag.end()
        name = (tag["name"] or tag["raw"] or "").lower()
        joined = joined and (not name or name in _INLINE)
        if not tag["name"] or name in _VOID:
            continue
        if tag["end"]:
            if name in silent:
                while silent.pop() != name:
                    pass
        elif silent or name in SILENT or _OWN_WORDS.search(tag["attributes"]):
            silent.append(name)
    return nodes

"""Comparing words without regard to case, accents and punctuation."""

import re
import unicodedata

LIGATURES = {ord("ß"): "ss", ord("œ"): "oe", ord("æ"): "ae"}
# What surrounds a label or a name without being part of it: Markdown's emphasis, spaces.
AROUND = "*_ \t\xa0\u202f"


def fold_letter(letter: str) -> str:
    """One letter for one letter, so that places in folded and raw text agree."""
    bare = unicodedata.normalize("NFD", letter)[0].lower()
    return bare if len(bare) == 1 else letter


def fold_letters(text: str) -> str:
    return text.translate({ord(letter): fold_letter(letter) for letter in set(text)})


def fold(text: str) -> str:
    """The words alone: lower case, no accents, single spaces."""
    text = fold_letters(unicodedata.normalize("NFC", text))
    return " ".join(re.findall(r"\w+", text.translate(LIGATURES)))


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def singular(text: str) -> str:
    """Folded words without their plural ending: enough to compare two labels."""
    return " ".join(
        word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in fold(text).split()
    )


# Words of a name that may start with a small letter.
PARTICLES = word_set(
    "d da dal de degli del della den der des di do dos du el et in la le les op 't te ten ter van "
    "vande vanden vander von y zu"
)


def looks_like_name(text: str) -> bool:
    """One to five words, capitals where names have them, no digits."""
    words = text.split()
    if not 1 <= len(words) <= 5 or len(text) > 60:
        return False
    capitals = 0
    for word in words:
        letters = re.sub(r"['’.\-‐‑]", "", word)
        if not letters or not letters.isalpha():
            return False
        if not word[0].islower():
            capitals += 1
        elif fold(word).split()[0] not in PARTICLES and not re.match(r"[dlt]['’]\w", word):
            return False
    return capitals > 0 and fold(words[-1]) not in PARTICLES


# A handful of small words tells the three languages apart well enough for a warning.
COMMON_WORDS = {
    "fr": word_set("le la les des est une dans pour qui que sur avec pas nous sont du et"),
    "nl": word_set("het een van de en dat niet zijn voor met op wordt ook aan wij er"),
    "en": word_set("the of and to is that for with on be this are we not by will"),
}


def guess_language(text: str) -> str:
    """The language whose small words the text uses most, or "" where it is too close to call."""
    words = fold(text[:20_000]).split()
    counts = {code: sum(word in small for word in words) for code, small in COMMON_WORDS.items()}
    first, second = sorted(counts, key=counts.get, reverse=True)[:2]
    return first if counts[first] >= 10 and counts[first] > 1.5 * counts[second] else ""

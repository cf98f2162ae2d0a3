"""French spacing and quotation marks, applied when a text is shown, never to what is stored.

After the rules of the Imprimerie nationale's "Lexique": a narrow no-break space (U+202F)
before ; : ! ? and inside « », typographic apostrophes, guillemets for straight quotes.
"""

import re
from html import escape, unescape

NARROW = "\u202f"
_TAG = re.compile(r"(<[^>]*>)")
_NEVER = re.compile(r"https?://\S+|\S+@\S+|\b\w+:/+\S*")
#: A word, a closing quote or a bracket, then maybe a space, then high punctuation that ends there.
_HIGH = re.compile(r"(?<=[\w»”\"'’)\]…%€.])[ \u00a0\u202f]?([;!?:]+)(?=[\s\u00a0»”\"')\]]|$)")
_ALONE = re.compile(r"[ \u00a0]([;:!?»])")
_OPEN = re.compile(r"«[ \u00a0\u202f]?")
_CLOSE = re.compile(r"[ \u00a0\u202f]?»")
_STRAIGHT = re.compile(r'(?<![\w"])"(?=\S)([^"\n]*?\S)"(?![\w"])')
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def french(text: str) -> str:
    """Plain text with French spaces and quotes; addresses are left as they are."""
    parts, last = [], 0
    for kept in _NEVER.finditer(text):
        parts += [_french(text[last : kept.start()]), kept.group()]
        last = kept.end()
    return "".join([*parts, _french(text[last:])])


def french_html(html: str) -> str:
    """HTML with the same rules applied to its text and to nothing else."""
    return "".join(
        part if part.startswith("<") else escape(french(unescape(part)), quote=False)
        for part in _TAG.split(html)
    )


def _french(text):
    text = _STRAIGHT.sub(r"«\1»", text)
    text = _APOSTROPHE.sub("’", text)
    text = _HIGH.sub(NARROW + r"\1", text)
    text = _ALONE.sub(NARROW + r"\1", text)
    text = _OPEN.sub("«" + NARROW, text)
    return _CLOSE.sub(NARROW + "»", text)

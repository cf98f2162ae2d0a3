"""Characters that any of our formats can hold."""

import re

#: All but `Char` of XML 1.0 (section 2.2): control characters, lone surrogates, U+FFFE and U+FFFF.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(text: str) -> str:
    """The text with a space for what no feed, page or index could show."""
    return _UNFIT.sub(" ", text)

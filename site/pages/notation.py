"""Dates, sizes and quotation marks as the reader's language writes them.

Templates have them as their filters `date`, `filesizeformat` and `quoted`; see notation_tags.
"""

import math
import re

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.languages import interface_language

#: The first of a month that is spelt out.
_FIRST = re.compile(r"(?<![\d.,:/-])1 (?=[a-zéû]{3})")
_UNIT = 1024


def date_format(value, format="j F Y") -> str:
    """As Django's of this name, the day first in English too, and the first of a month as French
    has it."""
    return with_first(formats.date_format(value, format))


def with_first(text: str) -> str:
    """ "1er novembre" for "1 novembre" where the interface is French."""
    return _FIRST.sub("1er ", text) if interface_language() == "fr" else text


def quoted(words) -> str:
    """Words in the quotation marks of the interface's language."""
    return _("« %(word)s »") % {"word": words}


def size(number) -> str:
    """So many bytes, rounded up: "2,5 Mo". What is no number is nothing."""
    try:
        number = max(float(number), 0)
    except (TypeError, ValueError):
        return ""
    if number < _UNIT:
        return ngettext("%(number)d octet", "%(number)d octets", int(number)) % {
            "number": int(number)
        }
    if number < _UNIT**2:
        said, shown = _("%(number)s Ko"), math.ceil(number / _UNIT)
    elif number < _UNIT**3:
        said, shown = _("%(number)s Mo"), math.ceil(number / _UNIT**2 * 10) / 10
    else:
        said, shown = _("%(number)s Go"), math.ceil(number / _UNIT**3 * 10) / 10
    return said % {"number": formats.number_format(shown, 0 if shown == int(shown) else 1)}

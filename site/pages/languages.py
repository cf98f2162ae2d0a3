"""Which words to show: containers carry theirs in three languages, with the default to fall to."""

from django.conf import settings
from django.utils.translation import get_language


def interface_language() -> str:
    """The language code of the interface for this request: fr, nl or en."""
    return (get_language() or settings.LANGUAGE_CODE).split("-")[0]


def localised(instance, field: str) -> tuple[str, str]:
    """(words, their language) of `field`, `field_nl`, `field_en`; falls back to `field`."""
    language = interface_language()
    if language != settings.LANGUAGE_CODE:
        words = getattr(instance, f"{field}_{language}", "")
        if words:
            return words, language
    return getattr(instance, field), settings.LANGUAGE_CODE

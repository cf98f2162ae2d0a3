"""Row numbers in addresses: `<key:pk>` in a path."""

from django.urls.converters import IntConverter


class KeyConverter(IntConverter):
    """A number that every database can look up; a longer one is no address at all."""

    regex = "[0-9]{1,18}"


def is_key(text) -> bool:
    """Whether a text from outside may be looked up as a row number."""
    text = str(text)
    return text.isascii() and text.isdigit() and len(text) <= 18

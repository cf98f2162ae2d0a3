"""Read settings from the environment, and refuse nonsense in one sentence that names it."""

import os
from urllib.parse import SplitResult, urlsplit


class BadSetting(Exception):
    """A missing or wrong environment variable; the message names it and says what would do."""


def text(name: str, default: str | None = None) -> str:
    """The variable's value, stripped; `default` when unset or empty.

    Raises BadSetting when it is unset and there is no default.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise BadSetting(f"{name} is not set; it must be set when DEBUG is off.")
    return default


def flag(name: str, default: bool) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off; raises BadSetting for anything else."""
    value = text(name, "1" if default else "0").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise BadSetting(f"{name} is {value!r}; it must be 1 or 0.")


def number(name: str, default: int) -> int:
    """A whole number of zero or more; raises BadSetting for anything else."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise BadSetting(f"{name} is {value!r}; it must be a whole number.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def address(name: str, default: str | None = None) -> SplitResult:
    """A URL in its parts; raises BadSetting for one that has none, or a port that is no number."""
    value = text(name, default)
    try:
        parts = urlsplit(value)
        _ = parts.port, parts.hostname
    except ValueError as error:
        raise BadSetting(f"{name} is {value!r}; it is not an address: {error}.") from error
    return parts

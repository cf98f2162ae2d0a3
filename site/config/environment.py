"""Read settings from the environment, and refuse nonsense in one sentence that names it."""

import os
from importlib.util import find_spec
from pathlib import Path
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


#: The engines behind a server: their module, and the package that speaks with it.
_SERVERS = {
    "elasticsearch9": ("search.engines.elasticsearch", "elasticsearch", "elasticsearch>=9,<10"),
    "opensearch3": ("search.engines.opensearch", "opensearchpy", "opensearch-py>=3,<4"),
}


def search_backend(name: str, folder: Path, on_postgresql: bool) -> dict:
    """The search backend that the variable asks for, as a value of WAGTAILSEARCH_BACKENDS.

    `folder` is where what lies in files is kept. Raises BadSetting for an engine that is not
    known, that the database cannot be, or that lacks its package.
    """
    parts = address(name, "whoosh:")
    scheme, in_clear = parts.scheme.removesuffix("s"), not parts.scheme.endswith("s")
    if parts.scheme == "whoosh" and not parts.netloc:
        # What each process may keep of the index in memory.
        memory = number("SEARCH_MEMORY_MB", 64)
        path = parts.path or str(folder)
        return {"BACKEND": "search.backend", "PATH": path, "MEMORY_MB": memory}
    if parts.scheme == "database" and not (parts.netloc or parts.path):
        if not on_postgresql:
            raise BadSetting(f"{name} is database:, which needs PostgreSQL; see DATABASE_URL.")
        return {"BACKEND": "search.engines.postgresql", "PATH": str(folder)}
    if scheme in _SERVERS and parts.hostname:
        backend, module, package = _SERVERS[scheme]
        if find_spec(module) is None:
            raise BadSetting(
                f"{name} asks for {scheme}, whose package is missing: pip install '{package}'."
            )
        port = "" if parts.port else ":9200"  # without one, its client would refuse the address
        server = f"{'http' if in_clear else 'https'}://{parts.netloc}{port}"
        prefix = parts.path.strip("/") or "plenum"
        return {"BACKEND": backend, "PATH": str(folder), "URL": server, "PREFIX": prefix}
    raise BadSetting(
        f"{name} must be whoosh:, whoosh:/a/folder, database:, elasticsearch9://host:9200"
        " or opensearch3://host:9200."
    )

"""Collect every text to translate into site/locale/{nl,en}/LC_MESSAGES/django.po.

`python -m config.collect_messages`. Source texts are French, so there is no French
catalogue. Babel reads Python itself; for templates, Django turns them into Python first.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = ROOT / "site" / "locale"
FOLDERS = ["site", "home", "minutes", "glossary"]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Django's own Dutch catalogue lacks it, and what Dutch lacks would be shown in French.
BORROWED = [
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    )
]


def collect() -> Catalog:
    """A catalogue of every marked text in the code and the templates."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for message in BORROWED:
        found.add(message, locations=[("django/contrib/auth/password_validation.py", None)])
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                source = path.read_text()
            elif path.suffix in (".html", ".txt") and "templates" in path.parts:
                # Its indentation is the template's, and means nothing to Python.
                lines = templatize(path.read_text(), origin=str(path)).splitlines()
                source = "\n".join(line.strip() for line in lines)
            else:
                continue
            for message, context in _messages(source):
                found.add(message, context=context, locations=[(str(path.relative_to(ROOT)), None)])
    return found


def _messages(source):
    """(message or (singular, plural), context) for each call of a translation function."""
    lines = io.BytesIO(source.encode())
    for _line, name, given, _comments in extract_python(lines, list(KEYWORDS), [], {}):
        given = list(given) if isinstance(given, tuple) else [given]
        context = given.pop(0) if "pgettext" in name else None
        wanted = given[:2] if name.startswith("n") else given[:1]
        if all(isinstance(text, str) and text for text in wanted):
            yield (tuple(wanted) if len(wanted) == 2 else wanted[0]), context


def is_translated(message) -> bool:
    """Whether a text, and its plural where it has one, has words."""
    words = message.string
    return bool(words) and (isinstance(words, str) or all(words))


def main():
    template = collect()
    for language in ("nl", "en"):
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with path.open("rb") as lines:
                catalogue = read_po(lines, locale=language)
        else:
            catalogue = Catalog(locale=language, project="Plenum", charset="utf-8", fuzzy=False)
        catalogue.header_comment = "# Plenum: the texts of the interface. The keys are French."
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with path.open("wb") as out:
            write_po(out, catalogue, width=100, sort_output=True, include_lineno=False)
        empty = sum(1 for message in catalogue if message.id and not is_translated(message))
        print(f"{language}: {len(catalogue)} texts, {empty} without translation")


if __name__ == "__main__":
    main()

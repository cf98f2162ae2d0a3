"""Compile the catalogues in site/locale with Babel, where they changed.

`python -m config.compile_messages`: Django's own command needs GNU gettext, which a user's
machine may not have.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_messages() -> list[Path]:
    """Write each .mo that is older than its .po; returns those written."""
    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=source.parts[-3], abort_invalid=True)
        with compiled.open("wb") as out:
            write_mo(out, catalogue)
        written.append(compiled)
    return written


if __name__ == "__main__":
    for path in compile_messages():
        print(f"Compiled {path.parent.parent.name}/{path.name}")

"""`manage.py build_assets`: what the browser needs and the repository does not hold."""

from importlib.metadata import version
from pathlib import Path

import fontpkg_inter
import fontpkg_source_serif_4
from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# Latin, Latin-1, Latin Extended-A (French, Dutch, English, people's names), the comma-below
# letters, the narrow spaces French needs, punctuation, superscripts, currency, arrows, marks.
CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    *range(0x2002, 0x200B),
    *range(0x2010, 0x2028),
    *(0x02C6, 0x02DA, 0x02DC, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x2060),
    *(0x1D49, 0x2070, *range(0x2074, 0x207F), *range(0x2080, 0x208F)),
    *(0x20AC, 0x2116, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2197, 0x21A9, 0x2212, 0x2713),
]
FEATURES = [
    *("ccmp", "locl", "calt", "kern", "liga", "mark", "mkmk"),
    *("lnum", "onum", "pnum", "tnum", "ordn", "sups", "case"),
]
# Bolder or lighter than these is never asked for, and every master left out is weight saved.
WEIGHTS = (400, 700)
FONTS = {
    "source-serif-4.woff2": (fontpkg_source_serif_4, "SourceSerif4[opsz,wght].ttf"),
    "source-serif-4-italic.woff2": (fontpkg_source_serif_4, "SourceSerif4-Italic[opsz,wght].ttf"),
    "inter.woff2": (fontpkg_inter, "Inter[opsz,wght].ttf"),
}
PACKAGES = ("fontpkg-source-serif-4", "fontpkg-inter", "fonttools")


class Command(BaseCommand):
    help = "Cut the site's fonts down to the letters it uses, as woff2. Quick when already done."

    def handle(self, *args, **options):
        folder = Path(settings.VAR_DIR) / "assets" / "fonts"
        stamp = folder / "built-from.txt"
        source = "\n".join([f"{name} {version(name)}" for name in PACKAGES] + [recipe()]) + "\n"
        if stamp.exists() and stamp.read_text() == source:
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name, (package, file) in FONTS.items():
            write_subset(package.ROOT / "files" / file, folder / name)
            self.stdout.write(f"{name}: {(folder / name).stat().st_size // 1024} kB")
        # Last, so that a build broken off half-way starts again.
        stamp.write_text(source)


def recipe() -> str:
    """One line that changes whenever the subset would."""
    return f"{sorted(CHARACTERS)} {FEATURES} {WEIGHTS}"


def write_subset(source: Path, target: Path) -> None:
    """Write the variable font with our letters, features and weights; optical size stays whole."""
    font = TTFont(source)
    options = subset.Options(flavor="woff2", layout_features=FEATURES, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
    subset.save_font(font, str(target), options)

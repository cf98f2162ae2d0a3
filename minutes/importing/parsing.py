"""From a text to minutes: the one entry for plain text and Markdown."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePath

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pages.notation import date_format

from . import facts, plain
from .attendance import People
from .body import Body
from .body import plain as visible
from .files import NOT_TEXT
from .markdown import MarkdownBody, take_front_matter
from .parsed import ParsedMinutes
from .words import fold, fold_letters, guess_language

LANGUAGES = {
    "fr": gettext_lazy("français"),
    "nl": gettext_lazy("néerlandais"),
    "en": gettext_lazy("anglais"),
}
OPENING = 1000  # letters of running text in which a meeting says which one it is
MAX_TITLE = 255


def parse(text: str, filename: str = "", language: str = "fr") -> ParsedMinutes:
    """Read minutes from a text. Any text gives minutes; what was guessed is in `unsure`."""
    text = unicodedata.normalize("NFC", text.lstrip("\ufeff"))
    text = NOT_TEXT.sub(" ", "\n".join(text.splitlines()))
    parsed = ParsedMinutes(language=language)
    parsed.digest = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
    front, text = take_front_matter(text)
    if front.get("language") in LANGUAGES:
        parsed.language = front["language"]
    suffix = PurePath(filename).suffix.lower()
    is_markdown = suffix in (".md", ".markdown")
    if suffix not in (".md", ".markdown", ".txt"):
        is_markdown = bool(front) or bool(re.search(r"^#{1,6} \S", text, re.MULTILINE))
    read = read_markdown if is_markdown else read_plain
    attendance = read(text, parsed, front)
    take_people(parsed, attendance)
    opening = " ".join(visible(value) for name, value in parsed.blocks if name == "text")[:OPENING]
    find_facts(parsed, opening, filename, front)
    name_it(parsed, filename)
    check(parsed)
    return parsed


def read_markdown(text: str, parsed: ParsedMinutes, front: dict[str, str]) -> list[People]:
    reader = MarkdownBody(text, take_title="title" not in front)
    if intro := front.get("intro"):
        reader.body.line(intro)
    reader.read()
    parsed.title, parsed.blocks = reader.title, reader.body.close()
    take_facts(parsed, reader.facts)
    if reader.dead_links:
        parsed.unsure.append(
            _("Liens sans adresse complète, gardés comme simple texte : %(links)s")
            % {"links": ", ".join(dict.fromkeys(reader.dead_links))[:300]}
        )
    if reader.images:
        parsed.unsure.append(
            ngettext(
                "Une image : seul son lien est gardé.",
                "%(count)d images : seuls leurs liens sont gardés.",
                reader.images,
            )
            % {"count": reader.images}
        )
    if reader.code:
        parsed.unsure.append(_("Un passage de code est devenu un simple paragraphe."))
    return reader.attendance


def read_plain(text: str, parsed: ParsedMinutes, front: dict[str, str]) -> list[People]:
    lines, parsed.left_out = plain.without_furniture(text.split("\n"))
    if parsed.left_out:
        parsed.unsure.append(
            _("Laissé de côté, car ce n’est pas le texte : %(lines)s")
            % {"lines": " / ".join(f"« {line} »" for line in parsed.left_out)}
        )
    lines, joined = plain.unwrapped(lines)
    if joined:
        parsed.unsure.append(_("Lignes coupées à largeur fixe : recollées en paragraphes."))
    at = plain.title_line(lines) if "title" not in front else None
    if at is not None:
        parsed.title, lines = lines[at].strip(), lines[at + 1 :]
        if not facts.names_a_meeting(parsed.title) and not facts.find_date(parsed.title):
            parsed.unsure.append(_("La première ligne est prise pour titre."))
    start = 0
    while start < len(lines):
        found = facts.read_fact(lines[start].strip())
        if lines[start].strip() and not found:
            break
        take_facts(parsed, found)
        start += 1
    body, attendance = Body(), []
    if intro := front.get("intro"):
        body.line(intro)
    plain.read_body(lines[start:], body, attendance)
    parsed.blocks = body.close()
    return attendance


def take_facts(parsed: ParsedMinutes, found: dict) -> None:
    for name, value in found.items():
        setattr(parsed, name, getattr(parsed, name) or value)


def take_people(parsed: ParsedMinutes, attendance: list[People]) -> None:
    for people in attendance:
        parsed.attendance += [row for row in people.rows if row not in parsed.attendance]
        for line in people.split:
            parsed.unsure.append(_("« %(line)s » : lu comme deux personnes.") % {"line": line})
        parsed.left_out += people.empty
        for label in people.empty:
            parsed.unsure.append(_("Aucune personne sous « %(label)s ».") % {"label": label})
    handles = sum(len(people.handles) for people in attendance)
    if handles:
        parsed.unsure.append(
            ngettext(
                "Une adresse ou un identifiant @… laissé de côté dans les présences.",
                "%(count)d adresses ou identifiants @… laissés de côté dans les présences.",
                handles,
            )
            % {"count": handles}
        )
    spellings: dict[str, str] = {}
    for row in parsed.attendance:
        known = spellings.setdefault(fold(row.name), row.name)
        if known != row.name:
            note_spelling(parsed, known, row.name)
            row.name = known
    text = "\n".join(map(block_text, parsed.blocks))
    folded = fold_letters(text)
    for name in parsed.people:
        pattern = r"\b" + r"\s+".join(map(re.escape, fold_letters(name).split())) + r"\b"
        for match in re.finditer(pattern, folded):
            written = " ".join(text[slice(*match.span())].split())
            if written.lower() != name.lower() and " " in name:
                note_spelling(parsed, name, written)


def note_spelling(parsed: ParsedMinutes, name: str, other: str) -> None:
    if (name, other) not in parsed.aliases:
        parsed.aliases.append((name, other))
        parsed.unsure.append(
            _("Deux graphies d’un nom : « %(other)s » et « %(name)s » ; prises pour une personne.")
            % {"other": other, "name": name}
        )


def find_facts(parsed: ParsedMinutes, opening: str, filename: str, front: dict[str, str]) -> None:
    """Ordinal, date and place: from the front matter, else the title, else the opening lines."""
    for name in ("title", "place", "host", "slug"):
        setattr(parsed, name, front.get(name) or getattr(parsed, name))
    parsed.keywords = [
        word.strip() for word in front.get("keywords", "").split(",") if word.strip()
    ]
    unknown = set(front) - {
        "title",
        "place",
        "host",
        "slug",
        "keywords",
        "language",
        "ordinal",
        "date",
        "intro",
    }
    if unknown:
        parsed.unsure.append(
            _("En-tête non compris : %(keys)s.") % {"keys": ", ".join(sorted(unknown))}
        )
    if front.get("ordinal", "").isdecimal():
        parsed.ordinal = int(front["ordinal"])
    elif number := facts.find_ordinal(parsed.title):
        parsed.ordinal = number
    elif number := facts.find_ordinal(opening, in_prose=True):
        parsed.ordinal = number
        parsed.unsure.append(
            _("Numéro de la réunion trouvé dans le texte : %(number)d.") % {"number": number}
        )
    find_meeting_date(parsed, opening, filename, front.get("date", ""))
    if not parsed.place and (place := facts.place_in_prose(opening)):
        parsed.place = place
        parsed.unsure.append(_("Lieu trouvé dans le texte : %(place)s.") % {"place": place})


def find_meeting_date(parsed: ParsedMinutes, opening: str, filename: str, said: str) -> None:
    of_file = facts.date_of_filename(filename)
    for place in (said, parsed.title):
        if found := facts.find_date(place):
            parsed.date = parsed.date or found[0]
    if not parsed.date and (date := facts.date_in_prose(opening)):
        parsed.date = date
        parsed.unsure.append(_("Date trouvée dans le texte : %(date)s.") % {"date": in_words(date)})
    if not parsed.date and of_file:
        parsed.date = of_file
        parsed.unsure.append(
            _("Date tirée du nom du fichier : %(date)s.") % {"date": in_words(of_file)}
        )
    elif of_file and of_file != parsed.date:
        parsed.unsure.append(
            _("Le texte dit le %(date)s (gardé), le nom du fichier le %(other)s.")
            % {"date": in_words(parsed.date), "other": in_words(of_file)}
        )
    if not parsed.date:
        parsed.unsure.append(_("Date de la réunion inconnue."))


def in_words(date) -> str:
    return date_format(date)


def name_it(parsed: ParsedMinutes, filename: str) -> None:
    """Give minutes without a title one, in the language of the text."""
    if parsed.title:
        parsed.title = parsed.title[:MAX_TITLE]
        return
    with translation.override(parsed.language):
        if parsed.ordinal:
            parsed.title = ordinal_title(parsed.ordinal, parsed.language)
        elif parsed.date:
            word = {"nl": "Vergadering van", "en": "Meeting of"}.get(parsed.language, "Réunion du")
            parsed.title = f"{word} {in_words(parsed.date)}"
        else:
            parsed.title = PurePath(filename).stem.strip()[:MAX_TITLE] or "?"
    parsed.unsure.append(_("Pas de titre : nommé « %(title)s ».") % {"title": parsed.title})


def ordinal_title(number: int, language: str) -> str:
    if language == "nl":
        return f"{number}e vergadering"
    if language == "en":
        ending = (
            "th"
            if number % 100 in (11, 12, 13)
            else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        )
        return f"{number}{ending} meeting"
    return f"{number}{'re' if number == 1 else 'e'} réunion"


def check(parsed: ParsedMinutes) -> None:
    """Say what an editor would want to look at."""
    text = " ".join(map(block_text, parsed.blocks))
    guess = guess_language(text)
    if guess and guess != parsed.language:
        parsed.unsure.append(
            _("Le texte semble être en %(guess)s, il est marqué %(language)s.")
            % {
                "guess": LANGUAGES[guess],
                "language": LANGUAGES.get(parsed.language, parsed.language),
            }
        )
    if not parsed.attendance:
        parsed.unsure.append(_("Aucune liste de présences trouvée."))
    if not parsed.blocks:
        parsed.unsure.append(_("Aucun texte trouvé."))


def block_text(block) -> str:
    """The visible words of one block."""
    name, value = block
    if isinstance(value, str):
        return re.sub(r"\s+", " ", visible(re.sub(r"</(?:p|li)>", "\n", value))).strip()
    if name == "table":
        cells = [column["heading"] for column in value["columns"]]
        cells += [visible(cell) for row in value["rows"] for cell in row["values"]]
        return " ".join(cells)
    return " ".join(visible(value[part]) for part in ("text", "speaker") if value.get(part))

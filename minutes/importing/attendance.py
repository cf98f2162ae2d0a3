"""Who was there: reading lists of people under their roles.

A list comes as lines; Markdown lists are turned into the same lines first. A line names
a role ("o Membres :", "Membres : Anne, Luc"), people ("Anne Dupont, comptable", "Anne
Dupont, Luc Martin"), or is not attendance at all, which ends the list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .parsed import Attendee
from .words import AROUND, fold, looks_like_name, singular

PRESENT = re.compile(
    r"(?:(?:etaient|sont|waren) )?(?:presente?s?|presences?|aanwezig(?:en|heid|heden)?|attendance|"
    r"attendees|attending|in attendance|participante?s?|deelnemers?)"
    r"(?: presente?s?)?(?: ce jour(?: la)?| a la reunion| a la seance| today| op de vergadering)?"
    r"|(?:liste|feuille) (?:de|des) (?:presences?|presente?s|participante?s)|ont participe"
    r"|(?:personnes|membres) presente?s|aanwezig(?:e|heids) ?(?:personen|leden|lijst)"
    r"|(?:people|members|those) present|present members|list of (?:attendees|participants)"
)
EXCUSED = re.compile(
    r"(?:(?:etaient|sont) )?(?:excusee?s?|absente?s?)(?: (?:et |ou )?excusee?s?)?|se sont excuses"
    r"|(?:waren )?verontschuldigd(?:en)?|afwezig(?:en)?(?: met kennisgeving)?"
    r"|(?:apologies|regrets)(?: for absence)?(?: received)?|excused|absentees?|not present"
)
# Headings that are a role and, with people under them, a list of attendance of their own.
GROUP = re.compile(
    r"invite(?:e?s|ees)?|invited(?: guests)?|guests?|observ(?:ers?|ateurs?|atrices?)|gasten"
    r"|genodigden|waarnemers|(?:voting |tsc |board |committee |regular )?members"
    r"|membres(?: du [\w ]+)?|leden"
)
MINUTE_TAKER = re.compile(
    r"redact(?:ion|eur|rice)(?: du [\w ]+)?|secretaire(?: de seance)?|rapporteur|prise de notes?"
    r"|verslag(?:gever|geving)?|notulist|notulen|minutes(?: taken)?(?: by)?"
    r"|(?:minute|note) ?takers?|notes(?: by)?|scribe"
)
ROLE_WORDS = re.compile(
    r"\b(?:coordinat|administrat|membres?\b|leden\b|members?\b|permanents?\b|medewerkers\b|staff\b"
    r"|partenaires?\b|partners?\b|donneurs? d ordre|opdrachtgevers?\b|invites?\b|guests?\b|gasten\b"
    r"|observ|waarnemers?\b|animat|facilitat|president|voorzit|chair|benevoles?\b|vrijwilligers?\b"
    r"|volunteers?\b|salaries\b|stagiaires?\b)"
)
# A word in parentheses that says in what quality somebody came; what stands beside it is
# then where they come from: "(C4, donneur d'ordre)", "(observer/Northwind)".
QUALITY = re.compile(
    r"(?:\w+ )?(?:observer|guest|guest participant|invited guest|observateur|observatrice|invitee?"
    r"|membre|member|lid|gast|waarnemer|donneur d ordre|opdrachtgever|partenaire|partner)"
)
BULLET = re.compile(r"^\s*([o•◦▪·*+–-])\s+(?=\S)")
HANDLE = re.compile(r"(?<![\w.])@[\w-]+|<?(?:mailto:)?[\w.+-]+@[\w-]+\.[\w.-]+>?")
DASH = re.compile(r"\s+[-–—]\s+|\s*:\s+")
MAX_WORDS, MAX_LETTERS = 30, 500


def is_minute_taker(label: str) -> bool:
    return bool(MINUTE_TAKER.fullmatch(fold(label)))


def is_attendance(label: str) -> bool:
    """A heading under which people are listed."""
    words = fold(label)
    return bool(PRESENT.fullmatch(words) or EXCUSED.fullmatch(words) or GROUP.fullmatch(words))


def is_inline_attendance(line: str) -> bool:
    """ "Présents : Anne, Luc" or "Verslag: Anne": a list in one line."""
    label, colon, names = line.partition(":")
    label = label.strip(AROUND)
    return bool(
        colon
        and names.strip(AROUND)
        and (is_attendance(label) or is_minute_taker(label))
        and read_people(names.strip(AROUND))
    )


@dataclass
class People:
    """The rows a list gave, how many lines it took, and what was dropped or guessed."""

    rows: list[Attendee] = field(default_factory=list)
    taken: int = 0
    handles: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)  # lines read as several people
    empty: list[str] = field(default_factory=list)  # roles that nobody stands under


def read_attendance(lines: list[str]) -> People:
    """Read a list from its heading on, up to the first line that is no attendance."""
    people, role, excused = People(), "", False
    group_sizes: list[int] = []  # people per group of lines since the last role
    labels: list[str] = []  # roles announced since the last person
    for at, line in enumerate(map(str.strip, lines)):
        if not line:
            group_sizes.append(0)
            continue
        label, names = role_of_line(line, lines[at + 1 : at + 10])
        here = excused
        if label is not None:
            words = fold(label)
            here = bool(EXCUSED.fullmatch(words))
            if not names:  # it holds for the lines below
                excused = here or (excused and not PRESENT.fullmatch(words))
            role = "" if here or PRESENT.fullmatch(words) else label
            here = here or excused
            group_sizes = []
            if role and not names:
                labels.append(label)
        elif group_sizes and stands_apart(line, lines, at, group_sizes):
            break
        found = read_people(names or line, role, people) if names or label is None else []
        if found is None:
            break
        for row in found:
            row.minute_taker = is_minute_taker(role)
            row.excused = (row.excused or here) and not row.minute_taker
            if row not in people.rows:
                people.rows.append(row)
        group_sizes = [*group_sizes[:-1], (group_sizes or [0])[-1] + len(found)]
        if found:
            people.empty += [label for label in labels if label != role]
            labels = []
            people.taken = at + 1
    else:
        people.empty += labels
        people.taken = len(lines)
    return people


def stands_apart(line: str, lines: list[str], at: int, group_sizes: list[int]) -> bool:
    """A lone capitalised line after a list ("Accueil") is the next heading, not a person."""
    next_line = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if group_sizes[-1] or next_line or BULLET.match(line):
        return False
    rest = [text for text in lines[at + 1 : at + 10] if text.strip()]
    if not rest:
        return False
    after_a_group = any(size > 1 for size in group_sizes)
    return after_a_group or (
        role_of_line(rest[0].strip(), rest[1:])[0] is None and not read_people(rest[0])
    )


def role_of_line(line: str, following: list[str]) -> tuple[str | None, str]:
    """The role a line announces and the names it gives at once; None where it is no role."""
    bullet = BULLET.match(line)
    text = line[bullet.end() :].strip() if bullet else line
    text = text.strip(AROUND)
    next_line = next((item for item in following if item.strip()), "")
    label, colon, names = text.partition(":")
    label, names = label.strip(AROUND), names.strip(AROUND)
    words = fold(label)
    known = bool(
        PRESENT.fullmatch(words)
        or EXCUSED.fullmatch(words)
        or is_minute_taker(label)
        or (ROLE_WORDS.search(words) and not re.search(r"[,(@]", label))
    )
    if not words or len(label) > 100 or len(words.split()) > 12:
        return None, ""
    if colon and not names:
        return label, ""
    if colon and (known or (bullet and bullet[1] == "o") or not looks_like_name(label)):
        return (label, names) if read_people(names) else (None, "")
    if colon:
        return None, ""
    announces = bool(next_line) and not BULLET.match(next_line) and bool(following[0].strip())
    if bullet and announces and not re.search(r"[,(@]", text):
        return label, ""
    if known and not bullet and next_line and len(words.split()) <= 8:
        return label, ""
    return None, ""


def pieces_of(text: str) -> list[str]:
    """Split at commas and semicolons that are not inside parentheses."""
    pieces, depth = [""], 0
    for letter in text:
        depth = max(0, depth + (letter == "(") - (letter == ")"))
        if letter in ",;" and not depth:
            pieces.append("")
        else:
            pieces[-1] += letter
    return [piece.strip() for piece in pieces if piece.strip()]


def read_people(line: str, role: str = "", people: People | None = None) -> list[Attendee] | None:
    """The people a line names; None if it is no such line."""
    if len(line) > MAX_LETTERS:
        return None
    text = BULLET.sub("", line).strip()
    text = text.strip(AROUND)
    handles = HANDLE.findall(text)
    text = HANDLE.sub(" ", text).replace("<>", " ")
    text = " ".join(text.split())
    if not text or len(text.split()) > MAX_WORDS or text.endswith(("?", "!", ":")):
        return None
    rows: list[Attendee] = []
    named: list[str] = []
    for piece in pieces_of(text.rstrip(".") if not re.search(r"\b\w\.$", text) else text):
        bare, notes, tail = take_apart(piece)
        names = names_in(bare)
        single = len(bare.split()) == 1
        if names and (not rows or not single or notes or len(rows[0].name.split()) == 1):
            for name in names:
                rows.append(Attendee(name=name, role=role))
            named.append(piece)
            describe(rows[-1], notes + ([tail] if tail else []))
        elif not rows:
            return None
        else:
            describe(rows[-1], [piece])
    if (
        text.endswith(".")
        and len(rows) == 1
        and len(rows[0].name.split()) == 1
        and rows[0].function
    ):
        return None  # "Anne, qui ouvre la séance, rappelle l'ordre du jour." is a sentence
    if people is not None:
        people.handles += handles
        if len(named) == 2 and len(named) == len(rows) and not any("(" in piece for piece in named):
            people.split.append(text)
    return rows


def take_apart(piece: str) -> tuple[str, list[str], str]:
    """A piece as its name, what stands in parentheses, and what follows a dash or colon."""
    notes = [note.strip() for note in re.findall(r"\(([^()]*)(?:\)|$)", piece) if note.strip()]
    bare = re.sub(r"\s*\([^()]*(?:\)|$)\s*", " ", piece).strip()
    name, *tail = DASH.split(bare, maxsplit=1)
    return re.sub(r"[\s)\-–—:]+$", "", name), notes, "".join(tail).strip()


def names_in(text: str) -> list[str]:
    """One name, or two joined by a word: "Anne et Luc"; empty where there is none."""
    halves = re.split(r"\s+(?:et|en|and|&)\s+", text)
    if len(halves) > 1 and all(map(looks_like_name, halves)):
        return halves
    return [text] if looks_like_name(text) else []


def describe(row: Attendee, notes: list[str]) -> None:
    """Put what is said beside a name where it belongs."""
    for note in notes:
        if re.fullmatch(r"excuse(?:e|d|es)?|verontschuldigd|absente?|afwezig", fold(note)):
            row.excused = True
            continue
        parts = [part.strip() for part in re.split(r"[,/]", note) if part.strip()]
        ours = singular(row.role)
        quality = [
            part
            for part in parts
            if QUALITY.fullmatch(fold(part)) or (ours and singular(part) == ours)
        ]
        rest = [part for part in parts if part not in quality]
        if (
            quality
            and rest
            and not row.organisation
            and all(not part[0].islower() for part in rest)
        ):
            row.organisation = ", ".join(rest)
            note = ", ".join(quality)
        row.function = f"{row.function}, {note}" if row.function else note

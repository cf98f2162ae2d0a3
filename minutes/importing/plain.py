"""Plain text as a body: headings are short lines that stand alone, other lines paragraphs."""

from __future__ import annotations

import re

from .attendance import (
    BULLET,
    People,
    is_attendance,
    is_inline_attendance,
    read_attendance,
)
from .body import WHOLE_QUOTE, Body
from .facts import read_fact
from .words import fold

SKIP_LINKS = re.compile(
    r"^(acces direct au contenu|aller au contenu|skip to|naar de inhoud|direct naar)"
)
AFTERWARDS = re.compile(
    r"(nombre de visites|aantal bezoeken|number of visits)( \d+)?|un message un commentaire"
    r"|een bericht een commentaar|a message a comment|any message or comments"
)
SENTENCE_END = re.compile(r"[.!;,:…][\"»”)\]]*$")
LIST_ITEM = re.compile(r"^\s*[-–•◦▪*·]\s+(?=\S)")
MAX_LIST = 2000  # lines of one list of attendance
NUMBERED = re.compile(r"^(\d+(?:\.\d+)*)[.)]?\s")


def without_furniture(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines of the text itself, and those of the web page it was copied from."""
    dropped: list[str] = []
    for at, line in enumerate(lines[:15]):
        if SKIP_LINKS.match(fold(line)) and len(line) < 120:
            dropped += lines[: at + 1]
            lines = lines[at + 1 :]
            break
    for at, line in enumerate(lines):
        if AFTERWARDS.fullmatch(fold(line)):
            dropped += lines[at:]
            lines = lines[:at]
            break
    return lines, [line.strip() for line in dropped if line.strip()]


def unwrapped(lines: list[str]) -> tuple[list[str], bool]:
    """Lines joined into paragraphs where the text was broken at a fixed width, as in mail."""
    long = [line for line in lines if len(line.rstrip()) >= 60]
    broken = [line for line in long if not SENTENCE_END.search(line.rstrip())]
    if len(broken) < 3 or max(map(len, lines)) > 80 or len(broken) < len(long) / 2:
        return lines, False
    joined: list[str] = []
    open_line = False
    for line in lines:
        if open_line and line.strip() and not BULLET.match(line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        open_line = len(line.rstrip()) >= 50
    return joined, True


def is_heading(lines: list[str], at: int) -> bool:
    """A short line that stands alone."""
    line = lines[at].strip()
    words = line.split()
    if not 0 < len(words) <= 14 or len(line) > 100 or SENTENCE_END.search(line):
        return False
    first = next((letter for letter in line if letter.isalnum()), "")
    if not first or first.islower() or WHOLE_QUOTE.match(line) or LIST_ITEM.match(line):
        return False
    before = lines[at - 1].strip() if at else ""
    after = lines[at + 1].strip() if at + 1 < len(lines) else ""
    if not before and not after:
        return True
    if line.endswith("?"):
        return False
    # One side may be missing its blank line, if what touches it is plainly a paragraph.
    if before and after:
        return False
    long_enough = len(before) > 80 or len(after) > 40
    return long_enough and bool(SENTENCE_END.search(before or after))


def title_line(lines: list[str]) -> int | None:
    """Where the title stands: a first line like a heading, or right above a date, place or list."""
    first = [at for at, line in enumerate(lines) if line.strip()][:2]
    if len(first) < 2 or starts_attendance(lines, first[0]) or read_fact(lines[first[0]]):
        return None
    below = lines[first[1]]
    apart = [lines[first[0]], "", below]
    if read_fact(below) or starts_attendance(lines, first[1]):
        return first[0] if is_heading(apart, 0) else None
    return first[0] if is_heading(lines, first[0]) else None


def read_body(lines: list[str], body: Body, attendance: list[People]) -> None:
    """Fill the body and the lists of attendance from the lines, in order."""
    at, items = 0, []
    last = max((at for at, line in enumerate(lines) if line.strip()), default=0)

    def end_list() -> None:
        if items:
            body.bullets(items)
            items.clear()

    while at < len(lines):
        line = lines[at].strip()
        if starts_attendance(lines, at):
            people = read_attendance(lines[at : at + MAX_LIST])
            if people.rows:
                end_list()
                attendance.append(people)
                at += people.taken
                continue
        if LIST_ITEM.match(line):
            items.append(LIST_ITEM.sub("", line))
        elif line:
            end_list()
            if at < last and is_heading(lines, at):
                number = NUMBERED.match(line)
                body.heading(line, 3 if number and "." in number[1] else 2)
            else:
                body.line(line)
        at += 1
    end_list()


def starts_attendance(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    if is_inline_attendance(line):
        return True
    if not is_attendance(line.rstrip(" :")):
        return False
    return not (at and lines[at - 1].strip() and not line.endswith(":"))

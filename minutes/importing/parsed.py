"""What parsing finds in a text: plain data, no database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

Block = tuple[str, Any]


@dataclass
class Attendee:
    """One row of the attendance: somebody, under one role, as said that day."""

    name: str
    role: str = ""  # as written; empty where the list has no roles
    function: str = ""
    organisation: str = ""
    excused: bool = False
    minute_taker: bool = False


@dataclass
class ParsedMinutes:
    """Minutes as read from a text, with what was guessed or left out on the way."""

    title: str = ""
    ordinal: int | None = None
    date: datetime.date | None = None
    place: str = ""
    host: str = ""
    language: str = "fr"
    slug: str = ""
    keywords: list[str] = field(default_factory=list)
    # (name, value) as the body stores them; an action's owner is still a name.
    blocks: list[Block] = field(default_factory=list)
    attendance: list[Attendee] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)  # (name, other spelling)
    unsure: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # lines that are not the text
    digest: str = ""  # the same text gives the same digest, whatever the file is called

    @property
    def people(self) -> list[str]:
        """The names of those present or excused, each once, in order."""
        return list(dict.fromkeys(row.name for row in self.attendance))

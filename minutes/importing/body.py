"""Putting a body together, block by block."""

from __future__ import annotations

import re
from html import escape, unescape

from .facts import find_date
from .parsed import Block
from .words import looks_like_name

ADDRESS = re.compile(r"https?://[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?)\]’']")
MAX_HEADING = 255

DECISION = r"d[ée]cision|beslissing|besluit"
ACTION = r"action(?: item)?|actie|actiepunt|todo|to do|à faire|te doen"
LABELLED = re.compile(
    rf"^(?P<open><b>)?\s*(?:(?P<decision>{DECISION})|(?P<action>{ACTION}))\s*(?(open)(?:</b>)?)"
    r"\s*:\s*(?(open)(?:</b>)?)\s*",
    re.IGNORECASE,
)
BY_WHEN = re.compile(
    r"\b(pour le|avant le|d[’']ici au?|d[’']ici le|échéance|voor|tegen|vóór|before|due|by|pour|le)"
    r"\s*:?\s*$",
    re.IGNORECASE,
)
WHOLE_QUOTE = re.compile(r"^(?:\"([^\"]+)\"|“([^“”]+)”|«([^«»]+)»)$")


def with_links(text: str) -> str:
    """Plain text as HTML, web addresses made links."""
    parts, at = [], 0
    for match in ADDRESS.finditer(text):
        parts += [
            escape(text[at : match.start()]),
            f'<a href="{escape(match[0])}">',
            escape(match[0]),
            "</a>",
        ]
        at = match.end()
    return "".join([*parts, escape(text[at:])])


def plain(html: str) -> str:
    """The visible text of our own HTML."""
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br/>", "\n", html)))


class Body:
    """Collects blocks; neighbouring paragraphs and lists make one text block."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._open: list[str] = []
        self._keys = 0

    def key(self) -> str:
        """The attribute by which the editor and our anchors know a paragraph."""
        self._keys += 1
        return f'data-block-key="p{self._keys:04d}"'

    def html(self, html: str) -> None:
        """Add a paragraph or list that already carries its keys."""
        self._open.append(html)

    def add(self, name: str, value) -> None:
        self.close()
        self.blocks.append((name, value))

    def close(self) -> list[Block]:
        """End the running text block; the blocks so far."""
        if self._open:
            self.blocks.append(("text", "".join(self._open)))
            self._open = []
        return self.blocks

    def heading(self, text: str, level: int) -> None:
        if len(text) > MAX_HEADING:  # what long can't be a heading; no word of it is lost
            self.html(f"<p {self.key()}><b>{escape(text)}</b></p>")
        else:
            self.add("heading", {"text": text, "level": str(level)})

    def paragraph(self, html: str) -> None:
        """Add a paragraph; one that says "Décision :" or "Action :" becomes that block."""
        match = LABELLED.match(html)
        rest = html[match.end() :].strip() if match else ""
        if not match or not plain(rest).strip():
            self.html(f"<p {self.key()}>{html}</p>")
        elif match["decision"]:
            self.add("decision", {"text": f"<p {self.key()}>{rest}</p>"})
        else:
            text, owner, due = owner_and_date(rest)
            value = {"text": f"<p {self.key()}>{text}</p>", "owner": owner or None, "due": due}
            self.add("action", value)

    def bullets(self, items: list[str]) -> None:
        """Add a list of lines of plain text."""
        rows = "".join(f"<li {self.key()}>{with_links(item)}</li>" for item in items)
        self.html(f"<ul>{rows}</ul>")

    def line(self, text: str) -> None:
        """Add a line of plain text: a quotation when it is wholly between quote marks."""
        quote = WHOLE_QUOTE.match(text)
        if quote:
            words = next(group for group in quote.groups() if group is not None)
            self.add("quotation", {"text": words.strip(), "speaker": "", "source": ""})
        else:
            self.paragraph(with_links(text))


def owner_and_date(html: str) -> tuple[str, str, str | None]:
    """Take "(Anne Dupont, pour le 12 mars 2026)" off an action's end, if that is all it says."""
    match = re.search(r" ?\(([^()<>]{1,200})\)(\.?)$", html)
    if not match or match.start() == 0:
        return html, "", None
    inside, due = unescape(match[1]).strip(), None
    if found := find_date(inside):
        date, where = found
        if inside[where.stop :].strip(" ,;."):
            return html, "", None
        inside = inside[: where.start].rstrip(" ,;:–-")
        inside = BY_WHEN.sub("", inside).rstrip(" ,;:–-")
        due = date.isoformat()
    if inside and not looks_like_name(inside):
        return html, "", None
    return html[: match.start()] + match[2], inside, due

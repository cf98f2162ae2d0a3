"""Markdown as a body. Raw HTML is text like any other: nothing of it is trusted."""

from __future__ import annotations

import re
from html import escape

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from .attendance import (
    ROLE_WORDS,
    People,
    is_attendance,
    is_inline_attendance,
    read_attendance,
    read_people,
)
from .body import Body, plain, with_links
from .facts import read_fact
from .words import fold

# The reader drops what is nested deeper than this; its own limit is ten lists in each other.
READER = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable(
    ["table", "strikethrough"]
)
READER.disable(["html_block", "html_inline"])
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
SPEAKER = re.compile(r"(?:^|\s)(?:—|–|--)\s*([^—–\n]{2,120})$")


def take_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The "key: value" lines between two --- at the top, and the text after them."""
    match = FRONT_MATTER.match(text)
    if not match:
        return {}, text
    values = {}
    for line in filter(str.strip, match[1].split("\n")):
        key, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"\w+", key.strip()):
            return {}, text  # two rulers around some text, no front matter
        values[key.strip().lower()] = value.strip().strip("\"'")
    return values, text[match.end() :]


class MarkdownBody:
    """Walks the tree once, filling a body, the attendance, and the facts of the front lines."""

    def __init__(self, text: str, take_title: bool) -> None:
        self.nodes = list(SyntaxTreeNode(READER.parse(text)).children)
        self.body = Body()
        self.attendance: list[People] = []
        self.facts: dict = {}
        self.title = ""
        self.wants_title = take_title
        self.dead_links: list[str] = []
        self.images = 0
        self.code = 0

    def read(self) -> None:
        at, in_front = 0, True
        while at < len(self.nodes):
            node = self.nodes[at]
            if node.type == "heading":
                level = int(node.tag[1])
                if level == 1 and self.wants_title and not self.title:
                    self.title = self.text(node).replace("\n", " ").strip()
                elif taken := self.read_people_under(at, level):
                    at += taken
                    continue
                else:
                    in_front = False
                    self.heading(node, level)
            elif node.type == "paragraph":
                if not self.is_taken(node, in_front):
                    in_front = False
                    self.body.paragraph(self.inline(node))
            else:
                self.block(node)
            at += 1
        self.body.close()

    # Blocks

    def heading(self, node: SyntaxTreeNode, level: int) -> None:
        """A heading is plain text; where it links, the links stand in a line under it."""
        self.body.heading(self.text(node).replace("\n", " ").strip() or "—", 2 if level <= 2 else 3)
        links = re.findall(r"<a [^>]*>.*?</a>", self.inline(node))
        if links:
            self.body.html(f"<p {self.body.key()}>{' '.join(links)}</p>")

    def block(self, node: SyntaxTreeNode) -> None:
        if node.type in ("bullet_list", "ordered_list"):
            self.body.html(self.list_html(node))
        elif node.type == "blockquote":
            self.quotation(node)
        elif node.type in ("fence", "code_block"):
            self.code += 1
            lines = "<br/>".join(map(escape, node.content.rstrip("\n").split("\n")))
            self.body.html(f"<p {self.body.key()}>{lines}</p>")
        elif node.type == "table":
            self.table(node)

    def list_html(self, node: SyntaxTreeNode) -> str:
        tag = "ul" if node.type == "bullet_list" else "ol"
        items = []
        for item in node.children:
            key = self.body.key()
            lines, nested = [], []
            for child in item.children:
                if child.type in ("bullet_list", "ordered_list"):
                    nested.append(self.list_html(child))
                elif child.type == "paragraph":
                    lines.append(self.inline(child))
                else:
                    lines.append(escape(self.text(child)).replace("\n", "<br/>"))
            items.append(f"<li {key}>{'<br/>'.join(filter(None, lines))}{''.join(nested)}</li>")
        return f"<{tag}>{''.join(items)}</{tag}>"

    def quotation(self, node: SyntaxTreeNode) -> None:
        text = "\n\n".join(filter(None, (self.text(child) for child in node.children)))
        for link in re.findall(r'<a href="([^"]*)"', "".join(map(self.inline, node.walk()))):
            if link not in escape(text):
                text += f" ({link})"
        speaker = SPEAKER.search(text)
        if speaker and text[: speaker.start()].strip():
            text = text[: speaker.start()]
        else:
            speaker = None
        name = speaker[1].strip() if speaker else ""
        if text.strip():
            self.body.add("quotation", {"text": text.strip(), "speaker": name, "source": ""})

    def table(self, node: SyntaxTreeNode) -> None:
        rows = [
            [self.inline(cell) for cell in row.children]
            for part in node.children
            for row in part.children
        ]
        head, rows = rows[0], rows[1:]
        rich = any("<" in cell for row in rows for cell in row)
        cell = (lambda html: f"<p {self.body.key()}>{html}</p>" if html else "") if rich else plain
        value = {
            "columns": [{"type": "rich" if rich else "text", "heading": plain(c)} for c in head],
            "rows": [{"values": [cell(html) for html in row]} for row in rows],
            "caption": "",
        }
        self.body.add("table", value)

    # Running text

    def inline(self, node: SyntaxTreeNode) -> str:
        """The HTML of a paragraph, cell or heading."""
        return (
            "".join(map(self.inline, node.children))
            if node.type in ("paragraph", "heading", "inline", "th", "td")
            else self.span(node)
        )

    def span(self, node: SyntaxTreeNode) -> str:
        inside = "".join(map(self.span, node.children))
        match node.type:
            case "text":
                in_link = node.parent is not None and node.parent.type == "link"
                return escape(node.content) if in_link else with_links(node.content)
            case "code_inline" | "html_inline":
                return escape(node.content)
            case "softbreak":
                return " "
            case "hardbreak":
                return "<br/>"
            case "strong":
                return f"<b>{inside}</b>"
            case "em":
                return f"<i>{inside}</i>"
            case "s":
                return f"<s>{inside}</s>"
            case "link":
                return self.link(str(node.attrs.get("href", "")), inside)
            case "image":
                self.images += 1
                return self.link(str(node.attrs.get("src", "")), escape(node.content) or "image")
            case _:
                return inside

    def link(self, address: str, inside: str) -> str:
        if re.match(r"(?:https?://|mailto:)", address, re.IGNORECASE):
            return f'<a href="{escape(address)}">{inside}</a>'
        self.dead_links.append(address)
        return inside

    def text(self, node: SyntaxTreeNode) -> str:
        """The bare words of a node, its lines kept."""
        if node.type in ("text", "code_inline", "fence", "code_block", "html_inline"):
            return node.content.rstrip("\n")
        if node.type in ("softbreak", "hardbreak"):
            return "\n"
        apart = (
            "\n" if node.type in ("bullet_list", "ordered_list", "list_item", "blockquote") else ""
        )
        return apart.join(map(self.text, node.children))

    # Front lines and people

    def is_taken(self, node: SyntaxTreeNode, in_front: bool) -> bool:
        """A paragraph that only gives facts or people: it is no part of the body."""
        lines = [line for line in self.text(node).split("\n") if line.strip()]
        if lines and is_inline_attendance(lines[0]):
            people = read_attendance(lines)
            if people.taken == len(lines):
                self.attendance.append(people)
                return True
        facts = [read_fact(line) for line in lines]
        if in_front and facts and all(facts):
            for fact in facts:
                self.facts = fact | self.facts
            return True
        return False

    def read_people_under(self, at: int, level: int) -> int:
        """Read the list under an attendance heading; how many nodes it took, 0 if none."""
        label = self.text(self.nodes[at])
        if not is_attendance(label):
            return 0
        lines, end = [f"{label} :"], at + 1
        while end < len(self.nodes):
            node = self.nodes[end]
            if node.type == "heading":
                if int(node.tag[1]) <= level or not self.is_role(end):
                    break
                lines += ["", f"{self.text(node)} :"]
            else:
                lines += self.people_lines(node)
            end += 1
        people = read_attendance(lines)
        if not people.rows:
            return 0
        self.attendance.append(people)
        for line in lines[people.taken :]:
            if line.strip():
                self.body.line(line.strip())
        return end - at

    def is_role(self, at: int) -> bool:
        """A heading inside the attendance is a role if people follow; else the list has ended."""
        lines = []
        for node in self.nodes[at + 1 :]:
            if node.type == "heading":
                break
            lines += self.people_lines(node)
        known = bool(ROLE_WORDS.search(fold(self.text(self.nodes[at]))))
        return all(map(read_people, lines)) and (bool(lines) or known)

    def people_lines(self, node: SyntaxTreeNode) -> list[str]:
        """A list or paragraph as the lines `read_attendance` reads."""
        if node.type in ("bullet_list", "ordered_list"):
            lines = []
            for item in node.children:
                for child in item.children:
                    inner = self.people_lines(child)
                    if child.type == "paragraph" and inner:
                        inner = ["- " + " ".join(inner)]
                    lines += inner
            return lines
        return [line for line in self.text(node).split("\n") if line.strip()]

"""The demo's texts: Markdown files, read by the importer, with links between them.

Addresses in the files name things of the demo: `page:slug` is a link to a page; a paragraph
that is nothing but a link to `card:slug`, `image:name` or `document:name` is a page card, a
picture (its words are the caption) or a document. A paragraph that opens with a bold label
and a colon is a call-out. Pages are stored with the addresses as they are, and `settled`
turns them into references once everything is there.
"""

import re
import uuid
from pathlib import Path

from minutes.importing import parse
from minutes.importing.markdown import take_front_matter

FOLDER = Path(__file__).parent
# The importer keeps links only to whole addresses; .invalid is reserved and leads nowhere.
ADDRESS = "https://{}.demo.invalid/{}"
LINK = re.compile(r'<a href="https://page\.demo\.invalid/([\w-]+)">')
SPECIAL = re.compile(
    r'<p [^>]*>(?:<a href="https://(?P<kind>card|image|document)\.demo\.invalid/(?P<name>[\w-]+)">'
    r"(?P<words>.*?)</a>|<b>(?P<label>[^<]{1,60}?)\s*:</b>\s*(?P<said>.*?))</p>"
)


class Text:
    """One file: `front` holds every line of its front matter, `parsed` what the importer read."""

    def __init__(self, path: Path):
        source = re.sub(
            r"\]\((page|card|image|document):([\w-]+)\)",
            lambda match: "](" + ADDRESS.format(match[1], match[2]) + ")",
            path.read_text(encoding="utf-8"),
        )
        self.front, _body = take_front_matter(source)
        self.slug = self.front["slug"]
        self.parsed = parse(source, filename="demo.md")
        for row in self.parsed.attendance:
            row.function, _, organisation = row.function.partition(" ; ")
            row.organisation = row.organisation or organisation

    def words(self, key: str) -> list[str]:
        """A comma-separated line of the front matter."""
        return [word.strip() for word in self.front.get(key, "").split(",") if word.strip()]

    def blocks(self) -> list[dict]:
        """The body as a page stores it."""
        return [
            {"type": name, "value": value, "id": str(uuid.uuid4())}
            for name, value in self.parsed.blocks
        ]


def texts(folder: str) -> list[Text]:
    """The texts of a folder in the order of their file names, translations after originals."""
    found = [Text(path) for path in sorted((FOLDER / folder).glob("*.md"))]
    return sorted(found, key=lambda text: "translation_of" in text.front)


def settled(blocks: list[dict], page_ids: dict, file_blocks: dict) -> list[dict]:
    """The body with references to pages, pictures and documents in place of addresses.

    `file_blocks` gives, for ("image" or "document", name), a function from words to a value.
    """
    done = []
    for block in blocks:
        if block["type"] != "text":
            done.append(block | {"value": _linked(block["value"], page_ids)})
            continue
        html, at = block["value"], 0
        for match in SPECIAL.finditer(html):
            done.append(_text(html[at : match.start()], page_ids))
            done.append(_special(match, page_ids, file_blocks))
            at = match.end()
        done.append(_text(html[at:], page_ids) | {"id": block["id"]})
    return [block for block in done if block["value"] != ""]


def _special(match, page_ids, file_blocks) -> dict:
    kind, name = match["kind"], match["name"]
    if kind == "card":
        kind, value = "page", page_ids[name]
    elif kind:
        value = file_blocks[kind, name](match["words"])
    else:
        key = f'<p data-block-key="{uuid.uuid4().hex[:5]}">'
        said = _linked(match["said"], page_ids)
        kind, value = "callout", {"title": match["label"], "text": f"{key}{said}</p>"}
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def _text(html, page_ids) -> dict:
    return {"type": "text", "value": _linked(html, page_ids), "id": str(uuid.uuid4())}


def _linked(value, page_ids):
    """The value with links to pages as Wagtail stores them, however deep they lie."""
    if isinstance(value, str):
        return LINK.sub(lambda m: f'<a linktype="page" id="{page_ids[m[1]]}">', value)
    if isinstance(value, list):
        return [_linked(item, page_ids) for item in value]
    if isinstance(value, dict):
        return {key: _linked(item, page_ids) for key, item in value.items()}
    return value

"""Cuts the body of a page into what can be found: its sections, decisions and actions."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from wagtail.rich_text import get_text_for_indexing

from pages.document_text.reading import texts_of
from search.models import STRETCH, Kind
from search.sources import Piece

#: Characters of one piece of a long document: what a passage is looked for in.
LONGEST_STRETCH = 20_000


@dataclass
class Section:
    """A heading and what stands under it, up to the next; the first may have no heading."""

    block_id: str = ""
    heading: str = ""
    texts: list[str] = field(default_factory=list)
    #: (block id, kind, text, names of owners) of the decisions and actions taken in it.
    resolutions: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)
    #: (block id, document) of the documents shown in it.
    documents: list[tuple] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(text for text in self.texts if text)


def anchor_of(block_id: str) -> str:
    """The anchor that the templates give to a block."""
    return f"b-{block_id[:8]}" if block_id else ""


def sections_of(body) -> list[Section]:
    """The sections of a body (a StreamValue of BodyBlocks), in order."""
    sections = [Section()]
    for block in body:
        value, kind = block.value, block.block_type
        if kind == "heading":
            sections.append(Section(block_id=block.id or "", heading=value["text"]))
            continue
        section = sections[-1]
        if kind == "text":
            section.texts.append(plain(value))
        elif kind == "quotation":
            section.texts += [value["text"], value.get("speaker"), value.get("source")]
        elif kind == "decision":
            section.resolutions.append((block.id or "", Kind.DECISION, plain(value["text"]), ()))
        elif kind == "action":
            owner = value.get("owner")
            owners = (owner.name,) if owner else ()
            text = " — ".join(filter(None, [plain(value["text"]), *owners]))
            section.resolutions.append((block.id or "", Kind.ACTION, text, owners))
        elif kind == "image":
            image = value.get("image")
            alt = getattr(image, "contextual_alt_text", None)
            section.texts += [alt, value.get("caption"), value.get("credit")]
        elif kind == "table":
            section.texts += [
                " ".join(_cell(cell.value) for cell in row) for row in (value.rows if value else [])
            ]
        elif kind == "callout":
            section.texts += [value.get("title"), plain(value["text"])]
        elif kind == "document" and value:
            section.documents.append((block.id or "", value))
    return sections


def page_pieces(page, kind, *, lead="", body=None, people=(), **common) -> Iterator[Piece]:
    """The pieces of a page: itself with what it opens with, then each section and resolution.

    `lead` is text outside the body (who was there, a purpose…); `common` goes to every piece
    (title, language, date, author). Documents are found by their title and what they say. All carry
    the keywords of the page; its `people` are named by the page and its sections, and an action
    names its owner.
    """
    uses = keyword_uses(page)
    common = {"title": page.title, "keyword_ids": tuple(use.tag_id for use in uses), **common}
    labels = tuple(text for use in uses for text in labels_of(use.tag))
    first, *rest = sections_of(body or [])
    attachments = (
        page.attachments.select_related("document") if hasattr(page, "attachments") else ()
    )
    shown = {document.pk for part in [first, *rest] for _, document in part.documents}
    texts = texts_of(shown | {attached.document_id for attached in attachments})
    opening = "\n".join(filter(None, [first.text, lead]))
    resolved = [text for part in [first, *rest] for _, _, text, _ in part.resolutions]
    whole = [opening, *(f"{part.heading}\n{part.text}" for part in rest), *resolved]
    yield Piece(
        part="",
        kind=kind,
        text=opening,
        whole="\n".join(whole),
        keywords=labels,
        people=tuple(people),
        **common,
    )
    for number, section in enumerate([first, *rest]):
        if section.heading:
            yield Piece(
                part=section.block_id or f"section-{number}",
                kind=kind,
                heading=section.heading,
                text=section.text,
                anchor=anchor_of(section.block_id),
                is_part=True,
                people=tuple(people),
                **common,
            )
        for at, (block_id, resolution, text, owners) in enumerate(section.resolutions):
            yield Piece(
                part=block_id or f"{resolution}-{number}-{at}",
                kind=resolution,
                heading=section.heading,
                text=text,
                anchor=anchor_of(block_id),
                is_part=True,
                people=owners,
                **common,
            )
        for at, (block_id, document) in enumerate(section.documents):
            yield from document_pieces(
                block_id or f"document-{number}-{at}",
                anchor_of(block_id or section.block_id),
                texts.get(document.pk, ""),
                **{**common, "title": document.title, "document_id": document.pk},
            )
    for attached in attachments:
        yield from document_pieces(
            f"attachment-{attached.pk}",
            f"document-{attached.pk}",
            texts.get(attached.document_id, ""),
            **{**common, "title": str(attached), "document_id": attached.document_id},
        )


def document_pieces(part: str, anchor: str, text: str, **common) -> Iterator[Piece]:
    """The pieces of a document that a page shows: itself, and the stretches of a long one.

    All are one result; it shows the passage of the stretch that answers best.
    """
    first, *more = stretches(text)
    common |= {"kind": Kind.DOCUMENT, "anchor": anchor}
    yield Piece(part=part, text=first, whole=text if more else "", **common)
    for number, stretch in enumerate(more, 1):
        yield Piece(part=f"{part}{STRETCH}{number}", text=stretch, is_part=True, **common)


def stretches(text: str) -> list[str]:
    """The text in parts of up to LONGEST_STRETCH characters, cut at an end of line or a space."""
    parts = []
    while len(text) > LONGEST_STRETCH:
        half = LONGEST_STRETCH // 2
        line = text.rfind("\n", half, LONGEST_STRETCH)
        end = line if line > 0 else text.rfind(" ", half, LONGEST_STRETCH)
        end = end if end > 0 else LONGEST_STRETCH
        parts.append(text[:end])
        text = text[end:].lstrip()
    return [*parts, text]


def keyword_uses(page) -> list:
    """The rows that tie a page to the keywords that it carries."""
    return list(page.keyword_uses.all()) if hasattr(page, "keyword_uses") else []


def labels_of(keyword) -> list[str]:
    """The labels and synonyms of a published keyword, in every language."""
    if not keyword.live:
        return []
    return [keyword.name, *(label.text for label in keyword.labels.all())]


def plain(html) -> str:
    """Rich text as plain text; a footnote stands where it was called."""
    source = getattr(html, "source", html) or ""
    return get_text_for_indexing(source).replace("[[", " (").replace("]]", ")").strip()


def _cell(value) -> str:
    return plain(value) if hasattr(value, "source") else str(value if value is not None else "")

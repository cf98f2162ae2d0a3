"""The passages of a page that a discussion may speak of: headings, paragraphs, decisions…

What they are is read from the rendered body, by the anchors that pages.rendering gives.
"""

import re
from typing import NamedTuple

from django.db.models import Count
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from discussion.formatting import flat
from discussion.models import PageComment
from pages.languages import interface_language
from pages.rendering import Finished, body_of, once, render_body

#: How much of a passage is kept with a comment: what its column can hold.
LENGTH = PageComment._meta.get_field("passage").max_length
#: Words of a passage that tell its link from the others.
NAMING = 6
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ANCHOR = re.compile(r'\bid="([bp]-[\w-]{1,70})"')
_CLASS = re.compile(r'\bclass="([^"]*)"')
_VOID = {"br", "hr", "img", "input", "wbr", "source", "col", "area", "embed", "track"}
#: What is spoken of as one thing, whatever it holds.
_WHOLE = {"marginal", "speech", "callout"}
_ASIDE = re.compile(
    r'<p class="(?:kind|who-when)".*?</p>|<sup class="note-ref">.*?</sup>', re.DOTALL
)
_LIST = re.compile(r"<(?:ul|ol)\b")


class Passage(NamedTuple):
    words: str
    tag: str
    #: Where, in the html, its inside begins, and where a link about it may stand.
    start: int
    place: int


class Spoken(NamedTuple):
    """The passage of a comment, as a reader gets it."""

    words: str
    #: Whether the page still has it, and whether it still says so.
    here: bool
    same: bool


def passages_in(html: str) -> dict[str, Passage]:
    """{anchor: Passage} of what may be spoken of, in the order of the text."""
    found, open_tags, whole = {}, [], 0
    for match in _TAG.finditer(html):
        closing, tag, attributes = match[1], match[2].lower(), match[3]
        if closing:
            while any(tag == opened[0] for opened in open_tags):
                opened, anchor, start, is_whole = open_tags.pop()
                whole -= is_whole
                if opened == tag:
                    if anchor:
                        found[anchor] = _passage(html, tag, start, match)
                    break
        elif tag not in _VOID:
            classes = set((_CLASS.search(attributes) or [""] * 2)[1].split())
            anchor = (_ANCHOR.search(attributes) or [None] * 2)[1]
            is_whole = bool(classes & _WHOLE) or tag == "table"
            takes = anchor and not whole and (is_whole or tag in ("h2", "h3", "h4", "p", "li"))
            if takes and tag == "p" and classes:  # a file or another page, not a paragraph
                takes = False
            if takes:
                found[anchor] = None  # keeps its place in the order
            open_tags.append((tag, anchor if takes else None, match.end(), is_whole))
            whole += is_whole
    return {anchor: passage for anchor, passage in found.items() if passage and passage.words}


def _passage(html, tag, start, end):
    inside = html[start : end.start()]
    nested = _LIST.search(inside) if tag == "li" else None
    own = _ASIDE.sub("", inside[: nested.start()] if nested else inside)
    place = start + nested.start() if nested else end.start()
    return Passage(flat(own)[:LENGTH], tag, start, place)


def passages_of(html: str) -> dict[str, str]:
    """{anchor: its first words}."""
    return {anchor: passage.words for anchor, passage in passages_in(html).items()}


def words_at(page, anchor: str, user) -> str:
    """What a passage says to this reader; "" where there is no such passage."""
    if not anchor or not hasattr(page, "body"):
        return ""
    html = render_body(page.body, user=user, language=page.language, page=page)
    return passages_of(html).get(anchor, "")


def spoken_of(comment, page, request) -> Spoken | None:
    """The passage that a comment speaks of, and what has become of it."""
    if not comment.anchor or not comment.passage:
        return None
    by_anchor = {}
    if hasattr(page, "body"):
        make = lambda: passages_of(body_of(page, request))  # noqa: E731
        by_anchor = once(page, "_passages", request, make)
    now = by_anchor.get(comment.anchor)
    return Spoken(comment.passage, now is not None, now == comment.passage)


def counts_of(page, request) -> dict[str, int]:
    """{anchor: how many comments speak of it}; one query for each request."""

    def make():
        rows = PageComment.objects.published().filter(page_id=page.pk).exclude(anchor="")
        return dict(rows.order_by().values_list("anchor").annotate(number=Count("pk")))

    return once(page, "_passage_counts", request, make)


def finish(page, request, html) -> Finished:
    """The body with "En parler" beside each passage, and how many do.

    To those who may not write it says only where others did.
    """
    from discussion.context import may_write_here  # it stands on this module

    if request is None or getattr(request, "is_preview", False):
        return Finished(html)
    if not (getattr(page, "discussed", False) and page.pk and page.live):
        return Finished(html)
    counts, added = counts_of(page, request), []
    may_write = may_write_here(page, request)
    # A template for each would cost more than the page.
    unspoken = _link("ANCHOR", 0, "WORDS", page, may_write)
    for anchor, passage in passages_in(html).items():
        count, words = counts.get(anchor, 0), Truncator(passage.words).words(NAMING)
        if count:
            link = _link(anchor, count, words, page, may_write)
        elif may_write:
            link = unspoken.replace("ANCHOR", anchor).replace("WORDS", escape(words))
        else:
            continue
        if passage.tag.startswith("h"):
            # The heading's name stays what it says.
            added.append((passage.start - 1, f' aria-labelledby="{anchor}-name"'))
            added.append((passage.start, f'<span id="{anchor}-name">'))
            link = f"</span> {link}"
        elif passage.tag in ("div", "figure"):
            link = f'<p class="discuss-whole">{link}</p>'
        else:
            link = f" {link}"
        added.append((passage.place, link))
    parts, last = [], 0
    for place, piece in sorted(added):
        parts += [html[last:place], piece]
        last = place
    return Finished(mark_safe("".join([*parts, html[last:]])))  # anchors hold no markup


def _link(anchor, count, words, page, may_write) -> str:
    context = {
        "anchor": anchor,
        "count": count,
        "words": words,
        "page": page,
        "may_write": may_write,
        "language": interface_language(),
    }
    return render_to_string("discussion/_discuss.html", context).strip()

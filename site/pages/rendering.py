"""From a stored body to HTML: anchors on every heading and paragraph, links, footnotes."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe
from wagtail.rich_text import expand_db_html
from wagtail.rich_text.pages import PageLinkHandler

from accounts.visibility import visible_pages
from pages.typography import french_html

_LINKED = re.compile(r'linktype="page"[^>]*\bid="(\d+)"|\bid="(\d+)"[^>]*linktype="page"')
_KEYED = re.compile(r'<(p|li)\b[^>]*?data-block-key="([\w-]+)"[^>]*>')
#: A tag, which is taken first and left alone, or a note in the text between tags; a note
#: may hold tags of its own, but not those of another paragraph.
_TAG_OR_NOTE = re.compile(r"\[\[((?:(?!</?(?:p|li|ul|ol|h\d)\b)<[^>]*>|(?!\]\])[^<])+)\]\]|<[^>]*>")


class Finished(NamedTuple):
    """A body as readers get it, and what the page needs after it."""

    html: str
    after: str = ""


#: What sections do to a body once it is rendered: functions of (page, request, html). The
#: request is None where nobody asks.
finishers: list[Callable[..., Finished]] = []

#: {page id: page} that the reader of the body being rendered may see.
_targets: ContextVar[dict | None] = ContextVar("targets", default=None)


class VisiblePageLinks(PageLinkHandler):
    """Links to pages: to one that the reader may not see, only the words are left."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list):
        targets = _targets.get()
        if targets is None:  # outside a body: what a stranger may see
            targets = visible_targets({attrs.get("id") for attrs in attrs_list}, AnonymousUser())
        pages = [targets.get(str(attrs.get("id"))) for attrs in attrs_list]
        return [f'<a href="{escape(page.get_url())}">' if page else "<a>" for page in pages]


def visible_targets(ids, user, whole=False) -> dict:
    """{page id as text: page} of those pages that the user may see; no query for no ids.

    `whole` gives pages of their own type, for more than their address.
    """
    ids = {int(i) for i in ids if str(i).isdigit()}
    if not ids:
        return {}
    pages = visible_pages(user).filter(pk__in=ids)
    if whole:
        pages = pages.defer_streamfields().specific()
    return {str(page.pk): page for page in pages}


def anchor_of(block_id: str) -> str:
    """The anchor of a block: it stays the same while the text is edited."""
    return f"b-{(block_id or '')[:8]}"


def contents(body) -> list[dict]:
    """The headings of a body as [{level, text, anchor}], for a list of contents."""
    return [
        {
            "level": int(child.value["level"]),
            "text": child.value["text"],
            "anchor": anchor_of(child.id),
        }
        for child in body
        if child.block_type == "heading"
    ]


def finished(page, request) -> Finished:
    """The body of a page with all that sections do to it, worked out once for each request."""

    def make():
        found = Finished(body_of(page, request))
        for finish in finishers:
            html, after = finish(page, request, found.html)
            found = Finished(html, mark_safe(found.after + after))  # each is safe itself
        return found

    return once(page, "_finished", request, make)


def body_of(page, request) -> str:
    """The body of a page for who asks, rendered once for each request; a stranger's for None."""
    user = getattr(request, "user", None) or AnonymousUser()

    def make():
        return render_body(page.body, user=user, language=page.language, page=page, request=request)

    return once(page, "_body_html", request, make)


def once(page, name: str, request, make):
    """What `make` gives, kept on the page under a name while one request is answered."""
    known, kept = page.__dict__.get(name, (None, None))
    if request is None or known is not request:
        kept = make()
        page.__dict__[name] = (request, kept)
    return kept


def render_body(body, *, user, language, page=None, request=None) -> str:
    """The whole body as safe HTML, with its footnotes at the end."""
    cards = [child.value.pk for child in body if child.block_type == "page" and child.value]
    targets = visible_targets(_linked_ids(body), user) | visible_targets(cards, user, whole=True)
    reset = _targets.set(targets)
    try:
        context = {"page": page, "language": language, "targets": targets, "request": request}
        html = "\n".join(
            child.render(context | {"block_id": child.id, "anchor": anchor_of(child.id)})
            for child in body
        )
    finally:
        _targets.reset(reset)
    html, notes = _with_footnotes(html)
    if notes:
        html += render_to_string("pages/footnotes.html", {"notes": notes, "language": language})
    return mark_safe(html)  # made of block templates, each of which escapes


def render_text(source: str, language: str, anchor: str = "") -> str:
    """Rich text as safe HTML: links resolved, paragraphs anchored, French spacing applied."""
    html = expand_db_html(source)
    prefix = anchor.replace("b-", "p-", 1)

    def keyed(match):
        return f'<{match[1]} id="{prefix}-{match[2]}">' if prefix else f"<{match[1]}>"

    html = _KEYED.sub(keyed, html)
    if language == "fr":
        html = french_html(html)
    return mark_safe(html)  # stored rich text is cleaned by the editor's whitelist when saved


def _linked_ids(body):
    """Ids of the pages that a body links to, read from what is stored: no query."""
    for child in body:
        for source in _sources(child.value):
            for match in _LINKED.finditer(source):
                yield match[1] or match[2]


def _sources(value):
    """The rich texts inside a block's value."""
    if hasattr(value, "source"):
        yield value.source
    elif hasattr(value, "rows") and hasattr(value, "columns"):
        for row in value.rows:
            for cell in row:
                yield from _sources(cell.value)
    elif hasattr(value, "values"):
        for item in value.values():
            yield from _sources(item)


def _with_footnotes(html):
    notes = []

    def reference(match):
        if match[1] is None:
            return match[0]
        notes.append(mark_safe(match[1].strip()))  # a piece of HTML that was safe already
        number = len(notes)
        return (
            f'<sup class="note-ref"><a href="#note-{number}" id="note-ref-{number}"'
            f' role="doc-noteref">{number}</a></sup>'
        )

    return _TAG_OR_NOTE.sub(reference, html), notes

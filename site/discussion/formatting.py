"""The light markup of comments: emphasis, links, lists, quotes; from text to safe HTML, once.

Two fences: markdown-it-py, which lets no HTML through and knows a few rules of Markdown only,
then nh3, which keeps the tags below and nothing else.
"""

import re
from html import unescape

import nh3
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from discussion.models import PageComment
from pages.typography import french_html

TAGS = {"p", "br", "hr", "em", "strong", "a", "ul", "ol", "li", "blockquote"}
#: Where a link may lead. nh3 knows schemes, but not what browsers make of spaces before them.
_HREF = re.compile(r"(https?://|mailto:|/(?![/\\]))[^\s\x00-\x20]*\Z", re.IGNORECASE)
#: Where a block or a line ends.
_ENDS = re.compile(r"</(?:p|li|div|blockquote|figcaption)>|<br ?/?>")
#: "@[Noor Peeters]"
MENTION = re.compile(r"@\[([^\[\]\n]{1,120})\]")


def html_of(comment: PageComment) -> SafeString:
    """The comment as safe HTML: what is stored, made where it is not there yet."""
    if comment.html:
        return mark_safe(comment.html)  # made by render when it was stored
    return render(comment.comment, comment.language)


def render(text: str, language: str, people=()) -> SafeString:
    """Safe HTML. `people` are those whom the text mentions (see mentions.people_in)."""
    with translation.override(language):
        addresses = {person.name: person.get_absolute_url() for person in people}
    html = cleaned(_MARKDOWN.render(text, {"people": addresses}))
    if language == "fr":
        html = french_html(html)
    return mark_safe(html.strip())


def plain_of(comment: PageComment) -> str:
    """What it says in one line and without its marks: for excerpts, lists and search."""
    return MENTION.sub(r"\1", flat(html_of(comment)))


def flat(html: str) -> str:
    """HTML as one line of text: between blocks there is a space, within words there is none."""
    spaced = _ENDS.sub(" ", html)
    return " ".join(unescape(strip_tags(spaced)).split())


def cleaned(html: str) -> str:
    """HTML with the tags above only, whatever it was."""
    return nh3.clean(
        html,
        tags=TAGS,
        # "*": by itself nh3 lets titles and languages stand anywhere.
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        attribute_filter=_only_good_links,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )


def _only_good_links(tag, attribute, value):
    if attribute == "href":
        return value if _HREF.match(value) else None
    if attribute == "start":  # of a numbered list
        return value if value.isascii() and value.isdigit() else None
    return value


def _mention(state, silent):
    """A rule of Markdown: the name of somebody who is known here links to their page.

    Another one stays a name, unless it is the text of a link.
    """
    found = MENTION.match(state.src, state.pos)
    address = found and state.env.get("people", {}).get(found[1].strip())
    if not found or (not address and state.src[found.end() : found.end() + 1] == "("):
        return False
    if not silent:
        if address:
            state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = found[1].strip()
        if address:
            state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _made():
    # Without "entity": what is typed is what is shown. Nesting is bounded, as is a form's patience.
    options = {"html": False, "breaks": True, "linkify": True, "maxNesting": 20}
    markdown = MarkdownIt("zero", options).enable(
        ["newline", "emphasis", "link", "autolink", "linkify", "list", "blockquote", "hr", "escape"]
    )
    markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    markdown.validateLink = lambda address: bool(_HREF.match(address))
    markdown.inline.ruler.before("link", "mention", _mention)
    return markdown


_MARKDOWN = _made()

"""Long texts on their way out and in: HTML that means the same elsewhere, and does no harm here."""

import re

import nh3
from django.conf import settings
from django.utils import translation
from django.utils.html import linebreaks
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.rich_text import expand_db_html

from glossary.models import Keyword
from pages.serving import absolute

_TAGS = {*["p", "ul", "ol", "li", "br", "a", "b", "strong", "i", "em", "sup", "s", "del", "strike"]}
_BLOCK_KEY = re.compile(r' data-block-key="[^"]*"')
_LOCAL = re.compile(r'(<a [^>]*\bhref=")(/[^"]*)"')
_BETWEEN = "\x1e"  # a control character, which no text has left when it comes here


def portable(texts: list[str]) -> list[str]:
    """Rich texts as stored, as plain HTML: whole addresses, and no keys of the editor's.

    Links to pages that a stranger may not see lose their address. One query for each kind of
    thing that is linked to, however many texts.
    """
    joined = _BETWEEN.join(texts)
    if "linktype" in joined:
        with translation.override(settings.LANGUAGE_CODE):
            joined = expand_db_html(joined)
    joined = _LOCAL.sub(lambda match: f'{match[1]}{absolute(match[2])}"', joined)
    return [bare(clean(text)) for text in joined.split(_BETWEEN)] if texts else []


def bare(html: str) -> str:
    """Rich text without the keys that the editor gives to paragraphs."""
    return _BLOCK_KEY.sub("", html)


def clean(html: str) -> str:
    """Rich text as the editor would store it: only what its buttons can make is left."""
    # First well-formed and harmless: the converter stumbles over tags that nobody closes.
    safe = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, link_rel=None)
    for way in (safe, linebreaks(nh3.clean(html, tags=set()))):
        try:
            # Twice: what stood outside a paragraph keeps spaces that are trimmed inside one.
            return _converted(_converted(way.replace("<br>", "<br/>")))
        except AssertionError:  # tags that stand in each other as no editor puts them
            continue
    return ""


def _converted(html):
    converter = ContentstateConverter(features=Keyword._meta.get_field("text").features)
    return converter.to_database_format(converter.from_database_format(html))

"""Tags and filters that every section's templates use."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from pages.document_text import reading
from pages.languages import interface_language
from pages.rendering import finished, render_text
from pages.typography import french, french_html

register = template.Library()


@register.simple_tag(takes_context=True)
def body(context, page):
    """The body of a page as HTML: {% body page %}."""
    return finished(page, context.get("request")).html


@register.simple_tag(takes_context=True)
def after_body(context, page):
    """What the body needs to stand after it, outside the text: {% after_body page %}."""
    return finished(page, context.get("request")).after


@register.simple_tag(takes_context=True)
def rich(context, value):
    """A block's rich text with its anchors: {% rich value %} inside a block template."""
    return render_text(
        value.source, context.get("language") or interface_language(), context.get("anchor", "")
    )


@register.simple_tag
def document_text_state(document) -> str:
    """What search knows of a document, in words: {% document_text_state document as state %}."""
    return reading.state_of(document)


@register.filter
def typography(text, language=None):
    """French spacing for a French text, others as they are: {{ page.title|typography:"fr" }}."""
    if text is None:
        return ""
    if (language or interface_language()) != "fr":
        return text
    if isinstance(text, SafeString):
        return mark_safe(french_html(text))  # only spaces and quotes were changed
    return french(str(text))


@register.filter
def paragraphs(text, language=None):
    """Plain text as paragraphs: a blank line starts one, a line end is kept."""
    shown = typography(str(text).replace("\r\n", "\n").replace("\r", "\n"), language)
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", shown)]
    return mark_safe(  # every part is escaped here
        "\n".join(
            f"<p>{conditional_escape(part)}</p>".replace("\n", "<br>")
            for part in parts
            if part.strip()
        )
    )


@register.filter
def ordinal_meeting(number, language=None):
    """ "4e réunion", "4e vergadering", "4th meeting", in the interface's language."""
    if not number:
        return ""
    if (language or interface_language()) == "en":
        ending = (
            "th"
            if number % 100 in (11, 12, 13)
            else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        )
        return f"{number}{ending} meeting"
    first = pgettext("numéro de réunion", "%(number)sre réunion")
    later = pgettext("numéro de réunion", "%(number)se réunion")
    return (first if number == 1 else later) % {"number": number}


@register.filter
def initials(name):
    """ "Ada de Smet" gives "AS": the first letters of the first and the last word."""
    words = [word for word in str(name).replace("-", " ").split() if word[:1].isalpha()]
    if not words:
        return "?"
    letters = [words[0][0]] + ([words[-1][0]] if len(words) > 1 else [])
    return "".join(letters).upper()

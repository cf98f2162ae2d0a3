"""What the parts of a discussion that are about writing show."""

from django import template

from discussion.formatting import html_of
from discussion.letters import with_letters

register = template.Library()


@register.filter
def words_of(comment):
    """A comment as safe HTML."""
    return html_of(comment)


@register.simple_tag(takes_context=True)
def lettered(context, comments):
    """The comments, each with its HTML as its `letter`: {% lettered comments as written %}."""
    with_letters(comments, context)
    return comments

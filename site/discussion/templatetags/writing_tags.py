"""What the parts of a discussion that are about writing show."""

from django import template

from discussion import own_views, passages
from discussion.formatting import html_of, plain_of

register = template.Library()


@register.filter
def words_of(comment):
    """A comment as safe HTML."""
    return html_of(comment)


register.filter("plain_of", plain_of)


@register.filter
def editable_by(comment, user):
    return own_views.may_edit(comment, user)


@register.filter
def deletable_by(comment, user):
    return own_views.may_delete(comment, user)


@register.simple_tag(takes_context=True)
def spoken_of(context, comment, page):
    """The passage that a comment speaks of, or None: {% spoken_of comment page as passage %}."""
    return passages.spoken_of(comment, page, context.get("request"))

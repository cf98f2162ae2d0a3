"""Filters of every template (see settings); `date` and `filesizeformat` replace Django's own."""

from django import template
from django.template import defaultfilters

from pages import notation
from pages.templatetags.pages_tags import typography

register = template.Library()
register.filter("filesizeformat", notation.size)


@register.filter(expects_localtime=True)
def date(value, form=None):
    return notation.with_first(defaultfilters.date(value, form))


@register.filter
def quoted(words):
    """{{ keyword.label|quoted }}"""
    return typography(notation.quoted(words))

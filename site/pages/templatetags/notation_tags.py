"""Filters that stand before Django's own of the same names in every template (see settings)."""

from django import template
from django.template import defaultfilters

from pages.notation import size, with_first

register = template.Library()
register.filter("filesizeformat", size)


@register.filter(expects_localtime=True)
def date(value, form=None):
    return with_first(defaultfilters.date(value, form))

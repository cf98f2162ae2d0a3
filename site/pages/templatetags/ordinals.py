"""The number of a meeting as a figure: large in the margin, its noun small under it."""

from django import template
from django.utils.html import format_html

from pages.templatetags.pages_tags import ordinal_meeting

register = template.Library()


@register.filter
def ordinal_figure(number):
    """4 as 4<sup>e</sup> and its noun, each in a span, so that they can be set apart."""
    ordinal, _space, noun = ordinal_meeting(number).partition(" ")
    figure = str(number)
    return format_html(
        '<span class="number">{}<sup>{}</sup></span> <span class="noun">{}</span>',
        figure,
        ordinal.removeprefix(figure),
        noun,
    )

"""How attached files are told of."""

from django import template
from django.utils.translation import gettext as _

from discussion.files.kinds import KINDS

register = template.Library()


@register.filter
def is_image(file) -> bool:
    return file.kind in KINDS and KINDS[file.kind].is_image


@register.filter
def kind_label(file) -> str:
    """What sort of file it is, in a word or two."""
    label = KINDS[file.kind].label if file.kind in KINDS else ""
    return _("image %(kind)s") % {"kind": label} if is_image(file) else label

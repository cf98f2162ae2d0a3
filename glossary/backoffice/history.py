"""How the histories of pages and keywords tell of retagging and merging."""

from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter

from glossary import merging, retagging


class Retagged(LogFormatter):
    label = _("Mots-clés changés en série")

    def format_message(self, log_entry):
        changes = [
            f"{sign} {name}"
            for sign, key in (("+", "added"), ("−", "removed"))
            for name in log_entry.data.get(key, [])
        ]
        return _("Mots-clés changés en série : %(changes)s") % {"changes": ", ".join(changes)}


class Merged(LogFormatter):
    label = _("Fusion de mots-clés")

    def format_message(self, log_entry):
        return _("« %(source)s » fusionné dans « %(target)s »") % log_entry.data


class Unmerged(LogFormatter):
    label = _("Fusion de mots-clés annulée")

    def format_message(self, log_entry):
        return _("Fusion de « %(source)s » dans « %(target)s » annulée") % log_entry.data


def register(actions) -> None:
    """Declares the actions to Wagtail's `register_log_actions`."""
    actions.register_action(retagging.LOG_ACTION)(Retagged)
    actions.register_action(merging.MERGED)(Merged)
    actions.register_action(merging.UNMERGED)(Unmerged)

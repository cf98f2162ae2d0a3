"""`manage.py demo`: fill the site with the demo's content and say who can sign in."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import environment
from home.demo.filling import accounts, fill, is_filled
from pages.document_text import reading


class Command(BaseCommand):
    help = "Fills the site with a fictional cooperative; again, it keeps what people changed."

    def handle(self, **options):
        # The demo's passwords are printed for everybody to read.
        if not settings.DEBUG and not environment.flag("PLENUM_DEMO", False):
            raise CommandError(
                _("DEBUG est à 0 : un site en service n’est rempli qu’avec PLENUM_DEMO=1.")
            )
        if is_filled():
            self.stdout.write(_("La démonstration est déjà là ; rien n’est changé."))
        else:
            self.stdout.write(_("La démonstration se remplit…"))
            fill()
            reading.read_waiting()
        self.say_accounts()

    def say_accounts(self):
        """The addresses, the accounts and what each of them may do."""
        does = {
            "Editors": _("écrit et publie"),
            "Moderators": _("masque et rétablit les commentaires"),
            "Members": _("discute"),
            "Fonds de secours": _("discute, et lit le groupe privé"),
            None: _("peut tout"),
        }
        self.stdout.write("")
        self.stdout.write(_("Le site : %(url)s") % {"url": f"{settings.BASE_URL}/"})
        self.stdout.write(_("Le bureau : %(url)s") % {"url": f"{settings.BASE_URL}/admin/"})
        self.stdout.write("")
        for entry in accounts():
            line = f"  {entry['email']:26}{entry['password']:28}{does[entry.get('group')]}"
            self.stdout.write(line)

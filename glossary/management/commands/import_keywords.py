"""Takes a file into the glossary: python manage.py import_keywords FILE [--update] [--dry-run]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from glossary.exchange import files
from glossary.exchange.planning import plan
from glossary.exchange.resemblance import resembling
from glossary.exchange.storing import Refused, take_in
from glossary.exchange.vocabulary import UnreadableFileError


class Command(BaseCommand):
    help = "Takes a CSV table or a SKOS thesaurus into the glossary: all of it, or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--update", action="store_true", help="also change keywords that are there already"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be made and changed"
        )

    def handle(self, *, file, update, dry_run, **options):
        path = Path(file)
        try:
            if path.stat().st_size > files.MAX_BYTES:
                raise CommandError(files.too_long())
            vocabulary = files.read(path.read_bytes(), path.name)
            made = (plan if dry_run else take_in)(vocabulary, update=update)
            if made.problems:
                raise Refused(made)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except UnreadableFileError as error:
            where = _("ligne %(number)d") % {"number": error.line} if error.line else path.name
            raise CommandError(f"{where} : {error}") from error
        except Refused as refused:
            for problem in refused.plan.problems:
                self.stderr.write(self.style.ERROR(" : ".join(filter(None, problem[:2]))))
            raise CommandError(_("Rien n’a été importé.")) from refused
        for note in made.notes:
            self.stdout.write(note)
        if dry_run:
            for word, other in resembling(made):
                sentence = _("« %(word)s » ressemble à « %(other)s ».")
                self.stdout.write(sentence % {"word": word, "other": other})
        self.stdout.write(
            _("Ajoutés : %(created)d · mis à jour : %(changed)d · laissés : %(left)d")
            % {
                "created": len(made.created),
                "changed": len(made.changed),
                "left": len(made.left),
            }
        )

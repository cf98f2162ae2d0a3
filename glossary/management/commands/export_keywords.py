"""Writes the glossary to a file: python manage.py export_keywords [FILE] [--format ttl]"""

from pathlib import Path, PurePath

from django.core.management.base import BaseCommand, CommandError

from glossary.exchange import files
from glossary.exchange.vocabulary import gather_all


class Command(BaseCommand):
    help = "Writes every published keyword, with all groups, as SKOS or CSV."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FILE", help="without it: standard output")
        parser.add_argument(
            "--format", choices=files.FORMATS, help="by default that of the file's name, else ttl"
        )

    def handle(self, *, file, format, **options):
        if format is None:
            ending = PurePath(file or "").suffix.lower()
            format = next(
                (form.name for form in files.FORMATS.values() if ending in form.extensions), "ttl"
            )
        data = files.write(gather_all(), format)
        if file is None:
            self.stdout.write(data.decode("utf-8"), ending="")
            return
        try:
            Path(file).write_bytes(data)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error

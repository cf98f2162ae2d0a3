from django.core.management.base import BaseCommand

from pages.document_text import reading


class Command(BaseCommand):
    help = "Reads the documents whose text is not known yet, so that search finds their words."

    def add_arguments(self, parser):
        parser.add_argument(
            "--again", action="store_true", help="those that could not be read, too"
        )

    def handle(self, **options):
        if options["again"]:
            reading.forgive()
        self.stdout.write(f"{reading.read_waiting()} documents read.")

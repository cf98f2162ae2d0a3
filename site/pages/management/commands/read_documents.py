from django.core.management.base import BaseCommand

from pages.document_text import reading


class Command(BaseCommand):
    help = "Reads the documents whose text is not known yet, so that search finds their words."

    def handle(self, **options):
        self.stdout.write(f"{reading.read_waiting()} documents read.")

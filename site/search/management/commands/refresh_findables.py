from django.core.management.base import BaseCommand

from search import sources


class Command(BaseCommand):
    help = "Makes everything that the search page finds anew from the database, and indexes it."

    def handle(self, **options):
        self.stdout.write(f"{sources.refresh_everything()} objects read.")

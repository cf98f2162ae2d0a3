from django.core.management.base import BaseCommand

from search import outbox


class Command(BaseCommand):
    help = "Indexes what was saved but not yet indexed, for instance when a process was killed."

    def handle(self, **options):
        self.stdout.write(f"{outbox.drain()} changes indexed.")

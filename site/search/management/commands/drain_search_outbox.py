from django.core.management.base import BaseCommand
from modelsearch.backends import get_search_backend
from modelsearch.index import get_indexed_models

from search import outbox
from search.model_index import indexed_root


class Command(BaseCommand):
    help = (
        "Indexes what was saved but not yet indexed, for instance when a process was killed, and "
        "merges the segments of the index that are too big to be merged beside the requests."
    )

    def handle(self, **options):
        self.stdout.write(f"{outbox.drain()} changes indexed.")
        for root in {indexed_root(model) for model in get_indexed_models()}:
            get_search_backend().get_index_for_model(root).merge()

from django.core.management.base import BaseCommand

from discussion.files.purging import purge


class Command(BaseCommand):
    help = (
        "Erases the files of comments that were deleted or found to be spam long ago, what was "
        "never confirmed or sent, and files on the disk that belong to nothing. For each day."
    )

    def handle(self, **options):
        purged = purge()
        self.stdout.write(
            f"{purged.files} files of comments, {purged.unsent} comments never sent, "
            f"{purged.orphans} files of nothing erased."
        )

"""How much of a request is written to the disk before anybody has looked at it."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers


class Unread(UploadedFile):
    """A file of which only the name and the size were noted."""


class Bounded(FileUploadHandler):
    """Stands before the others, and of a request that is far too large lets them have nothing."""

    too_large = False

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        most = 2 * settings.COMMENT_FILES_MOST * settings.COMMENT_FILE_SIZE
        self.too_large = content_length > most

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        if self.too_large:
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data, start):
        return None if self.too_large else raw_data

    def file_complete(self, file_size):
        if self.too_large:
            return Unread(name=self.file_name, size=file_size)
        return None


def bound(request) -> None:
    """To be called before what was sent is read."""
    request.upload_handlers.insert(0, Bounded(request))

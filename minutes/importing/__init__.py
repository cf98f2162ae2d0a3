"""Minutes made from a file: read the file, parse its text, store it as a page.

`read_file` and `parse` know no database; `store` is where a page is made.
"""

from .files import UnreadableFile, read_file
from .parsed import Attendee, ParsedMinutes
from .parsing import parse

__all__ = ["Attendee", "ParsedMinutes", "UnreadableFile", "parse", "read_file", "store"]


def store(*args, **kwargs):
    """See `storing.store`; imported late, so that parsing needs no database."""
    from .storing import store

    return store(*args, **kwargs)

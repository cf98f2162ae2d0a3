"""The feeds of every section: Atom that any reader can take, and that stays still."""

import re
from datetime import UTC, datetime

from django.utils.feedgenerator import Atom1Feed

#: What XML 1.0 has no way to say, and Django refuses to write.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Atom(Atom1Feed):
    """Atom that leaves out what XML cannot say, and says the same of nothing each time.

    An empty feed of Django's would be updated at each reading.
    """

    def __init__(self, **said):
        super().__init__(**_sayable(said))

    def add_item(self, **said):
        super().add_item(**_sayable(said))

    def latest_post_date(self):
        dated = [item["updateddate"] for item in self.items if item["updateddate"]]
        return max(dated, default=datetime(1970, 1, 1, tzinfo=UTC))


def _sayable(said: dict) -> dict:
    return {
        name: _UNSAYABLE.sub("", value) if isinstance(value, str) else value
        for name, value in said.items()
    }

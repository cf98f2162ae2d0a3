"""What the native core remembers, in one process: least recently used goes first, by bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

#: What a key, its tuples and the headers of its arrays take besides the arrays' own bytes.
OVERHEAD = 1_400


class Memory:
    """A bounded store of immutable values, shared by all threads.

    `limit` and `nbytes` are bytes: what it may hold, and what it holds.
    """

    def __init__(self, limit: int):
        self.limit = limit
        self.nbytes = 0
        self._kept: OrderedDict[tuple, tuple[object, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, owner: int, key: Hashable, make: Callable[[], object]) -> object:
        """The value under this key, made now if it isn't here; two threads may both make it.

        A value has its `nbytes`; what it belongs to is its `owner`, a number.
        """
        place = (owner, key)
        with self._lock:
            found = self._kept.get(place)
            if found is not None:
                self._kept.move_to_end(place)
                return found[0]
        value = make()
        size = value.nbytes + OVERHEAD
        if size <= self.limit:
            with self._lock:
                _, before = self._kept.pop(place, (None, 0))
                self._kept[place] = (value, size)
                self.nbytes += size - before
                while self.nbytes > self.limit:
                    _, (_, freed) = self._kept.popitem(last=False)
                    self.nbytes -= freed
        return value

    def forget(self, owners: set[int]) -> None:
        """Drops all that belongs to these owners."""
        with self._lock:
            for place in [place for place in self._kept if place[0] in owners]:
                self.nbytes -= self._kept.pop(place)[1]


memory = Memory(64 * 2**20)

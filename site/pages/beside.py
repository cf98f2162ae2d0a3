"""Work that a thread of this process does beside the requests."""

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)


class Beside:
    """One piece of work, done by one thread at a time, and once more if asked for meanwhile.

    It says in how many seconds there is more to do, or None: the thread waits for that.
    """

    def __init__(self, work: Callable[[], float | None], name: str):
        self._work, self._name = work, name
        self._asked, self._starting = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Has the work done soon: by the thread that is at it, or by a new one."""
        with self._starting:
            self._asked.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self.run, daemon=True, name=self._name)
                self._thread.start()

    def run(self) -> None:
        """Does the work until there is no more, as the thread does."""
        while True:
            self._asked.clear()
            rest = None
            try:
                close_old_connections()
                rest = self._work()
            except Exception:
                logger.exception("The work of %r failed; it waits for the next time.", self._name)
            connection.close()
            if rest:
                self._asked.wait(rest)  # or until it is asked for
                continue
            with self._starting:
                if not self._asked.is_set():
                    self._thread = None
                    break

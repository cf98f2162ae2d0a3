"""A folder of indexes: its owner's alone, written by one process at a time, if nothing hinders."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from whoosh.util.filelock import FileLock, try_for


class IndexUnavailableError(Exception):
    """The index isn't there, is of another version, or can't be read: it needs a rebuild."""


class IndexBusyError(Exception):
    """Somebody else has been writing for longer than we may wait."""


class IndexNotWritableError(Exception):
    """Nothing can be written, for want of room or rights; what was there can still be read."""


@contextmanager
def writing_lock(folder: Path, wait: float) -> Iterator[None]:
    """Holds the one writing lock of a folder of indexes; the system frees it if we die.

    Raises IndexBusyError after `wait` seconds, and IndexNotWritableError.
    """
    try:
        make_private(folder)
        lock = acquire(folder / "writing.lock", wait)
    except OSError as error:
        if not hinders(error):
            raise
        raise IndexNotWritableError(f"{folder} cannot be written to: {error}.") from error
    try:
        yield
    finally:
        lock.release()


def acquire(file: Path, wait: float) -> FileLock:
    """A lock that is held until `release()`. Raises IndexBusyError after `wait` seconds."""
    lock = FileLock(str(file))
    if not try_for(lock.acquire, timeout=wait, delay=0.02):
        raise IndexBusyError(f"{file} is held by another process.")
    return lock


def hinders(error: Exception) -> bool:
    """Whether this says that there is no room or no right to write."""
    return isinstance(error, OSError) and error.errno in (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
    )


def make_private(folder: Path) -> None:
    """Makes a folder, if need be, that its owner alone may use."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        with suppress(PermissionError):  # somebody else's folder: its owner decides
            os.chmod(folder, 0o700)

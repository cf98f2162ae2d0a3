"""Has the text of a file read by a process that is limited and thrown away; see `child.py`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

CHILD = Path(__file__).with_name("child.py")
#: What can be read; other kinds are found by their titles.
EXTENSIONS = ("pdf", "docx", "odt", "txt", "csv", "pptx", "xlsx", "ods")
SECONDS = 20  # by the clock; the child has half of it of processor time
LONGEST_ANSWER = 8 * 1024 * 1024  # bytes


class Extracted(NamedTuple):
    """What became of a file: `state` is "ready", "empty" or "unreadable"."""

    state: str
    text: str = ""
    why: str = ""


def extract(file: BinaryIO, extension: str) -> Extracted:
    """The text of an open file, by the kind that its name says. Never raises for a bad file.

    Raises OSError where it could not be tried: no room on the disk, no process to be had.
    """
    if extension not in EXTENSIONS:
        return Extracted("empty")
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        shutil.copyfileobj(file, given)
        given.seek(0)
        try:
            subprocess.run(
                [sys.executable, "-I", "-W", "ignore", str(CHILD), extension],
                stdin=given,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={
                    name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ
                },
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Extracted("unreadable", why="time")
        answer.seek(0)
        said = answer.read(LONGEST_ANSWER)
    try:
        found = json.loads(said)
        return Extracted(found["state"], found["text"], found.get("why", ""))
    except (ValueError, KeyError, TypeError):
        return Extracted("unreadable", why="the reader was stopped")

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
LONGEST_ANSWER = 16 * 1024 * 1024  # bytes; as much as the child may write


class NotReadError(Exception):
    """The file could not be tried: of itself that says nothing, another time it may go."""


class Extracted(NamedTuple):
    """What became of a file: `state` is "ready", "empty" or "unreadable"."""

    state: str
    text: str = ""
    why: str = ""


def extract(file: BinaryIO, extension: str) -> Extracted:
    """The text of an open file, by the kind that its name says. That a file is bad is for the
    child to say; where it says nothing, this raises NotReadError, or what the system raised."""
    if extension not in EXTENSIONS:
        return Extracted("empty")
    said = run(CHILD, extension, file=file)
    try:
        found = json.loads(said)
        return Extracted(found["state"], found["text"], found.get("why", ""))
    except (ValueError, KeyError, TypeError) as error:
        raise NotReadError("the reader was stopped") from error


def run(script: Path, *arguments: str, file: BinaryIO) -> bytes:
    """What a script says of a file that it is given, in a process of its own.

    The script confines itself (see `child.confine`). Raises NotReadError when it took too long.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        shutil.copyfileobj(file, given)
        given.seek(0)
        try:
            subprocess.run(
                [sys.executable, "-I", "-W", "ignore", str(script), *arguments],
                stdin=given,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={
                    name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ
                },
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            # Of a file that keeps it busy the child says so itself; here the machine was.
            raise NotReadError("time") from error
        answer.seek(0)
        return answer.read(LONGEST_ANSWER)

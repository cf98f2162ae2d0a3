"""Looks at one file that came with a comment, as a script in a process of its own.

    python -I examiner.py KIND MOST_PIXELS < FILE

Prints one line of JSON, {"kind": …} or {"why": …}; of a picture then the bytes of what was made of
it, as long as {"length": …} says, and those of a small one. Whoever sends a file may have made it
to harm what reads it: see pages/document_text/child.py, which says how this is confined.
"""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

from discussion.files.kinds import KINDS, ZIP, Refused
from pages.document_text.child import confine

MEMORY = 1024 * 1024 * 1024  # bytes of address space: a picture is unpacked whole


def examined(data: bytes, kind: str, most_pixels: int) -> tuple[dict, bytes]:
    """What is found out of a file, and what is stored instead of it: b"" for the file itself."""
    if kind == ZIP:
        from discussion.files import office

        return {"kind": office.check(data)}, b""
    if kind == "pdf":
        from discussion.files import pdf

        pdf.check(data)
        return {"kind": kind}, b""
    from discussion.files import images

    made = images.remade(data, kind, most_pixels)
    found = {"kind": made.kind, "width": made.width, "height": made.height}
    return {**found, "length": len(made.content)}, made.content + made.small


def prepare(kind: str) -> None:
    """Imports, before the door is shut, what the readers import on their way."""
    if kind == ZIP:
        from discussion.files import office  # noqa: F401
    elif kind == "pdf":
        import pypdf  # noqa: F401

        from discussion.files import pdf  # noqa: F401
    elif KINDS[kind].is_image:
        from PIL import (  # noqa: F401
            GifImagePlugin,
            JpegImagePlugin,
            MpoImagePlugin,
            PngImagePlugin,
            WebPImagePlugin,
        )

        from discussion.files import images  # noqa: F401


def main() -> None:
    kind, most_pixels = sys.argv[1], int(sys.argv[2])
    prepare(kind)
    data = sys.stdin.buffer.read()
    confine(MEMORY)
    content = b""
    try:
        found, content = examined(data, kind, most_pixels)
    except Refused as refused:
        found = {"why": refused.why}
    except BaseException as error:  # damaged, or too much for the limits
        found = {"why": "damaged", "error": f"{type(error).__name__}: {error}"[:200]}
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + content)


if __name__ == "__main__":
    main()

"""Pictures: decoded within limits, turned the right way up, and made again from their pixels.

Nothing of the file that came is kept: no place it was taken at, no remark, no colour profile, and
nothing that was hidden behind or between the pixels.
"""

import io
from contextlib import suppress
from typing import NamedTuple

from PIL import ExifTags, Image, ImageCms

from discussion.files.kinds import Refused

LONGEST_SIDE = 2400  # pixels; more than any screen shows of a page's picture
SMALL = 320  # of the small picture under a comment: twice what is shown, for fine screens
#: A picture without loss that is heavier than this is kept with a little.
HEAVY = 6 * 1024 * 1024  # bytes
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_READERS = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}


class Picture(NamedTuple):
    """`kind` may be another than it was: a GIF becomes a PNG."""

    kind: str
    content: bytes
    small: bytes
    width: int
    height: int


def remade(data: bytes, kind: str, most_pixels: int) -> Picture:
    """The picture, made again; of a moving one, its first view. Raises Refused, or whatever
    the readers raise for a damaged one."""
    Image.MAX_IMAGE_PIXELS = None  # it is asked here, before anything is unpacked
    with Image.open(io.BytesIO(data), formats=[_READERS[kind]]) as image:
        if not 0 < image.width * image.height <= most_pixels:
            raise Refused("pixels")
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        # Shrunk first: what follows works on copies.
        picture = _bare(_shrunk(_coloured(image), LONGEST_SIDE))
        picture = _upright(picture, image)
    made, content = _packed(picture, kind)
    _kind, small = _packed(_shrunk(picture, SMALL), made, quality=80)
    return Picture(made, content, small, picture.width, picture.height)


def _upright(picture, image):
    turned = None
    with suppress(Exception):  # a note that cannot be read turns nothing
        turned = image.getexif().get(ExifTags.Base.Orientation)
    turn = _TURNS.get(turned)
    return picture.transpose(turn) if turn is not None else picture


def _coloured(image):
    """In red, green and blue of the web, or grey; with transparency where there is any."""
    clear = "transparency" in image.info or image.mode in ("LA", "PA", "RGBA", "RGBa", "La")
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        with suppress(Exception):  # a profile that cannot be read is none
            return ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    mode = "RGBA" if clear else "L" if image.mode in ("1", "L") else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _shrunk(image, side: int):
    """A copy that is no longer on a side, or the image where it is short enough."""
    share = side / max(image.size)
    if share >= 1:
        return image
    size = [max(1, round(length * share)) for length in image.size]
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _bare(image):
    """The same pixels, and nothing else that hangs on an image."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _packed(image, kind: str, quality: int = 88) -> tuple[str, bytes]:
    image.info = {}
    made = io.BytesIO()
    if kind == "jpeg":
        image.save(made, "JPEG", quality=quality, optimize=True)
    elif kind == "webp":
        image.save(made, "WEBP", quality=quality)
    else:
        kind = "png"
        image.save(made, "PNG")
        if made.tell() > HEAVY:
            return _packed(image, "webp", 90)
    return kind, made.getvalue()

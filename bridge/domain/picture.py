"""A picture that somebody uploads: what it says of itself before anything decodes it.

Only the head is read, by the letter of each format, so that a picture that would be huge, or is none, is
refused before a decoder sees it.
"""

import struct
from dataclasses import dataclass, field
from typing import Literal

from bridge.errors import BridgeError

PictureFormat = Literal["PNG", "JPEG", "WEBP"]
MAX_BYTES = 512 * 1024
MAX_PIXELS = 4_000_000
MAX_SIDE = 512  # pixels of a picture that was made anew

NO_PICTURE = "This is no PNG, JPEG or WebP picture that can be read."
TOO_LARGE = "The picture is too large: it has at most 512 KB and 4 megapixels."
ANIMATED = "The picture moves: it has to be a still one."

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
IHDR_LENGTH = 13
JPEG_HEAD = b"\xff\xd8\xff"
FRAME_MARKERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # SOFn (ITU-T T.81, table B.1)
WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
ANIMATION, FOURTEEN_BITS = 0x02, 0x3FFF


class PictureRefused(BridgeError):
    """The picture is not taken; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class PictureHead:
    """What a picture says of itself. `width` and `height` in pixels."""

    format: PictureFormat
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was made anew (PNG): nothing of the file that came is in it but what is seen."""

    png: bytes = field(repr=False)
    digest: str  # SHA-256 of it


def head_of(data: bytes) -> PictureHead:
    """The head of a picture that may be decoded. Raises PictureRefused."""
    if len(data) > MAX_BYTES:
        raise PictureRefused(TOO_LARGE)
    try:
        head = _head(data)
    except (struct.error, IndexError):
        raise PictureRefused(NO_PICTURE) from None
    if not head.width or not head.height:
        raise PictureRefused(NO_PICTURE)
    if head.width * head.height > MAX_PIXELS:
        raise PictureRefused(TOO_LARGE)
    return head


def _head(data: bytes) -> PictureHead:
    if data.startswith(PNG_HEAD):
        return _png(data)
    if data.startswith(JPEG_HEAD):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise PictureRefused(NO_PICTURE)


def _png(data: bytes) -> PictureHead:
    """PNG (third edition) §11.2.1; acTL before the pixels makes it an animation (PNG §11.3.6.1)."""
    length, kind, width, height = struct.unpack(">I4sII", data[8:24])
    if kind != b"IHDR" or length != IHDR_LENGTH:
        raise PictureRefused(NO_PICTURE)
    at = len(PNG_HEAD)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"acTL":
            raise PictureRefused(ANIMATED)
        if kind == b"IDAT":
            return PictureHead("PNG", width, height)
        at += 12 + length
    raise PictureRefused(NO_PICTURE)


def _jpeg(data: bytes) -> PictureHead:
    """ITU-T T.81 §B.2: the first frame header has the size."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise PictureRefused(NO_PICTURE)
        marker = data[at + 1]
        if marker in FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return PictureHead("JPEG", width, height)
        if marker == 0xFF:
            at += 1
        elif marker in WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]


def _webp(data: bytes) -> PictureHead:
    """RFC 9649 §2.7: a simple file, lossy or lossless, or an extended one with its canvas."""
    kind, body = data[12:16], data[20:]
    if kind == b"VP8 ":
        if body[3:6] != b"\x9d\x01\x2a":
            raise PictureRefused(NO_PICTURE)
        width, height = struct.unpack("<HH", body[6:10])
        return PictureHead("WEBP", width & FOURTEEN_BITS, height & FOURTEEN_BITS)
    if kind == b"VP8L":
        if body[0] != 0x2F:
            raise PictureRefused(NO_PICTURE)
        (bits,) = struct.unpack("<I", body[1:5])
        return PictureHead("WEBP", (bits & FOURTEEN_BITS) + 1, (bits >> 14 & FOURTEEN_BITS) + 1)
    if kind == b"VP8X":
        if body[0] & ANIMATION:
            raise PictureRefused(ANIMATED)
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
        if len(body) < 10:
            raise PictureRefused(NO_PICTURE)
        return PictureHead("WEBP", width, height)
    raise PictureRefused(NO_PICTURE)

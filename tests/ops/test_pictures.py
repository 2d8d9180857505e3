"""Uploaded pictures: what is made anew, and what never reaches a decoder or does not come back from it."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from hashlib import sha256

import pytest
from PIL import Image

from bridge.domain.picture import MAX_BYTES, MAX_PIXELS, MAX_SIDE, PNG_HEAD, PictureRefused, head_of
from bridge.ops.pictures import WORKER, Pictures

PATIENT = Pictures(within=30)  # a machine under load is slow to start a program
ONLY_SEEN = b"<script>alert(1)</script>"
ORIENTATION, RIGHT_TOP = 0x0112, 6


def picture(name: str = "PNG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """A red picture."""
    written = io.BytesIO()
    Image.new("RGB", size, (200, 0, 0)).save(written, name, **options)
    return written.getvalue()


def animated(name: str) -> bytes:
    written = io.BytesIO()
    frames = [Image.new("RGB", (16, 16), (shade, 0, 0)) for shade in (0, 250)]
    frames[0].save(written, name, save_all=True, append_images=frames[1:])
    return written.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG (PNG §5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def claiming(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG that says it is so large; the pixels are whatever they are."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG_HEAD + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def webp_canvas(width: int, height: int) -> bytes:
    """An extended WebP whose canvas says so (RFC 9649 §2.7)."""
    body = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = b"VP8X" + struct.pack("<I", 10) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def exif() -> Image.Exif:
    """Says who and where, and that the picture lies on its side."""
    said = Image.Exif()
    said[ORIENTATION] = RIGHT_TOP
    said[0x010E] = "Taken at home, 11.5564 N 104.9282 E"
    return said


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_made_anew_as_png(name: str) -> None:
    made = PATIENT.remade(picture(name))
    assert made.digest == sha256(made.png).hexdigest()
    with Image.open(io.BytesIO(made.png)) as seen:
        assert (seen.format, seen.size) == ("PNG", (64, 48))
        red, green, _, opaque = seen.convert("RGBA").getpixel((5, 5))  # type: ignore[misc]  -- of RGBA
        assert red > 190 and green < 10 and opaque == 255


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_what_can_be_seen_through_stays_so(name: str) -> None:
    written = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(written, name)
    with Image.open(io.BytesIO(PATIENT.remade(written.getvalue()).png)) as seen:
        assert seen.convert("RGBA").getpixel((3, 3))[3] == 0  # type: ignore[index]  -- of RGBA


def test_a_large_one_is_made_small() -> None:
    made = PATIENT.remade(picture("JPEG", (2000, 1000)))
    with Image.open(io.BytesIO(made.png)) as seen:
        assert seen.size == (MAX_SIDE, MAX_SIDE // 2)


@pytest.mark.parametrize("name", ["JPEG", "WEBP", "PNG"])
def test_it_is_turned_as_its_metadata_say_and_has_none(name: str) -> None:
    said = picture(name, (60, 30), exif=exif())
    assert b"Taken at home" in said
    made = PATIENT.remade(said)
    with Image.open(io.BytesIO(made.png)) as seen:
        assert seen.size == (30, 60) and not seen.getexif() and not seen.info
    assert b"home" not in made.png


def test_only_what_is_needed_to_see_it_is_in_it() -> None:
    """The chunks of PNG §11.2; no text, no profile, no time."""
    png, at, kinds = PATIENT.remade(picture(icc_profile=b"x" * 200)).png, len(PNG_HEAD), []
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        kinds.append(kind)
        at += 12 + length
    assert kinds == [b"IHDR", b"IDAT", b"IEND"] and at == len(png)


POLYGLOTS = {
    "PNG with a page after its end": picture() + ONLY_SEEN,
    "PNG with a page in a text chunk": picture()[:33] + chunk(b"tEXt", b"a\0" + ONLY_SEEN) + picture()[33:],
    "JPEG with a page in a comment": picture("JPEG", comment=ONLY_SEEN),
    "JPEG with an archive after its end": picture("JPEG") + b"PK\x03\x04" + ONLY_SEEN,
    "WebP with a chunk of its own": picture("WEBP", exif=b"Exif\0\0" + ONLY_SEEN),
}


@pytest.mark.parametrize("data", POLYGLOTS.values(), ids=list(POLYGLOTS))
def test_what_else_a_file_is_does_not_come_through(data: bytes) -> None:
    assert ONLY_SEEN in data
    try:
        assert ONLY_SEEN not in PATIENT.remade(data).png
    except PictureRefused:
        pass  # is as good


NEVER_DECODED = {
    "nothing": b"",
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "an SVG with a declaration": b"<?xml version='1.0'?><svg/>",
    "a GIF": picture("GIF"),
    "a BMP": picture("BMP"),
    "a TIFF": picture("TIFF"),
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a page that ends as a picture": ONLY_SEEN + picture(),
    "more bytes than are taken": picture() + bytes(MAX_BYTES),
    "PNG of 4 megapixels and a bit (PNG §11.2.1)": claiming(MAX_PIXELS // 1000 + 1, 1000),
    "PNG of 2^31 - 1 a side": claiming(2**31 - 1, 2**31 - 1),
    "PNG of no width": claiming(0, 5),
    "PNG whose first chunk is another": PNG_HEAD + chunk(b"IDAT", b"") + picture()[8:],
    "PNG without pixels": picture()[:33],
    "PNG whose chunk has no end": picture()[:33] + struct.pack(">I4s", 2**32 - 1, b"tEXt"),
    "PNG that ends in its head": picture()[:20],
    "an APNG (PNG §11.3.6.1)": animated("PNG"),
    "JPEG of 65535 a side (T.81 §B.2.2)": b"\xff\xd8\xff\xc0\x00\x11\x08" + b"\xff" * 4 + bytes(12),
    "JPEG without a frame": b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9",
    "JPEG that ends in its head": picture("JPEG")[:4],
    "JPEG of one byte more than its magic": b"\xff\xd8\xff",
    "WebP of 16384 a side (RFC 9649 §2.7)": webp_canvas(16384, 16384),
    "WebP that moves": animated("WEBP"),
    "WebP that ends in its head": picture("WEBP")[:22],
    "WebP of an unknown kind": b"RIFF" + bytes(4) + b"WEBPABCD" + bytes(20),
    "another RIFF": b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(20),
}


@pytest.mark.parametrize("data", NEVER_DECODED.values(), ids=list(NEVER_DECODED))
def test_what_is_no_such_picture_never_reaches_a_decoder(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pictures, "_decoded", lambda *_: pytest.fail("a decoder was asked"))
    with pytest.raises(PictureRefused):
        PATIENT.remade(data)


REFUSED_BY_THE_DECODER = {
    "a PNG that was cut off": picture(size=(900, 900))[:-60],
    "a JPEG that was cut off": picture("JPEG", size=(900, 900))[:-200],
    "a WebP that was cut off": picture("WEBP", size=(900, 900), lossless=True)[:-30],
    "a PNG with far too few pixels": claiming(1900, 1900, b"\0" * 100),
    "a PNG with a text that would be huge (a bomb)": picture()[:33]
    + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200 * 2**20)))
    + picture()[33:],
    "a WebP of a canvas alone": webp_canvas(100, 100),
    "a WebP whose canvas is smaller than its picture": webp_canvas(10, 10)
    + picture("WEBP", size=(4000, 4000))[12:],
}


@pytest.mark.parametrize("data", REFUSED_BY_THE_DECODER.values(), ids=list(REFUSED_BY_THE_DECODER))
def test_a_broken_one_is_refused(data: bytes) -> None:
    head_of(data)
    with pytest.raises(PictureRefused):
        PATIENT.remade(data)


def test_what_is_not_made_in_time_is_refused() -> None:
    with pytest.raises(PictureRefused):
        Pictures(within=0.001).remade(picture())


def test_the_decoder_has_little_memory_and_time_and_writes_no_file() -> None:
    asked = (
        "import runpy, resource, sys\n"
        f"worker = runpy.run_path({str(WORKER)!r}, run_name='worker')\n"
        "worker['limit']()\n"
        "try:\n    bytearray(600 * 2**20)\nexcept MemoryError:\n    print('memory')\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[1], resource.getrlimit(resource.RLIMIT_FSIZE)[1])\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'bridge'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", asked], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split("\n")[:3] == ["memory", "2 0", "[]"]

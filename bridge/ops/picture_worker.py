"""Decodes one picture and writes it anew as PNG, as a program of its own: `picture_worker.py FORMAT SIDE`.

It comes from standard input and goes to standard output. A decoder is a large program that reads what
strangers made, so it has a process of its own with little memory and time, and nothing of ours in it: it
is run by its path, imports nothing of bridge, and inherits neither environment nor files.
"""

import io
import resource
import sys

from PIL import Image, ImageOps

MEMORY = 512 * 1024 * 1024  # bytes of address space: the libraries have some 200 MB, 4 megapixels 16
SECONDS = 2


def limit() -> None:
    """From now on there is little of everything."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def remade(data: bytes, name: str, side: int) -> bytes:
    """The picture as PNG, no side longer than `side`: turned as its metadata say, and without any."""
    with Image.open(io.BytesIO(data), formats=(name,)) as opened:
        if getattr(opened, "is_animated", False):
            raise ValueError("it moves")
        turned = ImageOps.exif_transpose(opened).convert("RGBA")
    turned.thumbnail((side, side))
    clean = Image.frombytes("RGBA", turned.size, turned.tobytes())
    written = io.BytesIO()
    clean.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    limit()
    sys.stdout.buffer.write(remade(sys.stdin.buffer.read(), sys.argv[1], int(sys.argv[2])))

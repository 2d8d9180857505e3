"""Pictures made anew by a process of their own (`picture_worker`): it has two seconds and little memory."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from bridge.domain.picture import MAX_SIDE, NO_PICTURE, PNG_HEAD, Picture, PictureRefused, head_of

WORKER = Path(__file__).with_name("picture_worker.py")
WITHIN = 2.0  # seconds
AT_ONCE = 2  # processes; who comes meanwhile waits for them
MAX_PNG = 2 * 1024 * 1024  # bytes: 512 times 512 pixels have half of that before they are packed


class Pictures:
    """ports.PictureMaker."""

    def __init__(self, within: float = WITHIN) -> None:
        """`within`: seconds that one may take."""
        self._within = within
        self._places = BoundedSemaphore(AT_ONCE)

    def remade(self, data: bytes) -> Picture:
        """What is seen of the picture, as PNG. Raises PictureRefused."""
        head = head_of(data)
        with self._places:
            png = self._decoded(data, head.format)
        if not png.startswith(PNG_HEAD) or len(png) > MAX_PNG:
            raise PictureRefused(NO_PICTURE)
        return Picture(png, sha256(png).hexdigest())

    def _decoded(self, data: bytes, name: str) -> bytes:
        program = [sys.executable, "-I", str(WORKER), name, str(MAX_SIDE)]
        try:
            done = subprocess.run(  # noqa: S603 -- our own program; the file is data on its standard input
                program,
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._within,
                env={},
                cwd="/",
                check=True,
            )
        except (subprocess.SubprocessError, OSError):
            raise PictureRefused(NO_PICTURE) from None
        return done.stdout

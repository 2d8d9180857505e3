"""The body of a request as HTTP/1.1 carries it: with a length, or in chunks (RFC 9112 §6, §7)."""

import re
from email.message import Message
from io import BufferedIOBase

MAX_BODY_BYTES = 1024 * 1024
MAX_LINE_BYTES = 4096  # of a chunk's head, or of a trailer
MAX_TRAILERS = 64


class BadBody(Exception):
    """A body that can't be read; `status` is what to answer. The connection has to be closed after it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def read_body(file: BufferedIOBase, headers: Message) -> bytes:
    """All of the body. Raises BadBody: 400 for a wrong or short one, 413 for one that is too large."""
    coding, lengths = headers.get("Transfer-Encoding"), headers.get_all("Content-Length") or []
    if coding is not None:
        if lengths or str(coding).strip().lower() != "chunked":  # RFC 9112 §6.1
            raise BadBody(400)
        return _chunks(file)
    if not lengths:
        return b""
    if len(lengths) > 1 or not re.fullmatch(r"[0-9]{1,18}", str(lengths[0]).strip()):
        raise BadBody(400)
    return _exactly(file, int(lengths[0]), 0)


def _chunks(file: BufferedIOBase) -> bytes:
    body = b""
    while size := _chunk_size(file):
        body += _exactly(file, size, len(body))
        if file.readline(MAX_LINE_BYTES) not in (b"\r\n", b"\n"):
            raise BadBody(400)
    for _ in range(MAX_TRAILERS):
        if not file.readline(MAX_LINE_BYTES).strip():
            return body
    raise BadBody(400)


def _chunk_size(file: BufferedIOBase) -> int:
    text = file.readline(MAX_LINE_BYTES).partition(b";")[0].strip()
    if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", text):
        raise BadBody(400)
    return int(text, 16)


def _exactly(file: BufferedIOBase, size: int, before: int) -> bytes:
    """Exactly `size` bytes; together with those `before` at most MAX_BODY_BYTES."""
    if before + size > MAX_BODY_BYTES:
        raise BadBody(413)
    data = file.read(size)
    if len(data) < size:
        raise BadBody(400)
    return data

"""Bodies of requests that are on their way: nobody waits for one, and none is on its way for ever.

A body is a chain of callbacks, each in a thread that Granian lends for the piece that came; while nothing
comes, there is only an entry here. A body that is late, drips, or comes in crumbs is ended, and so are the
oldest of an address that has more than its share under way.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.ops import health
from bridge.ops.logs import logger

LOOK_EVERY = 0.25  # seconds
MAX_LARGE_UNDER_WAY = 4  # bodies of more than the usual size, in one worker
MAX_UNDER_WAY = 1024  # bodies, in one worker
MAX_SHARE = 32  # of them, of one address, once they are older than YOUNG
YOUNG = 1.0  # seconds: a burst of honest requests is through by then
SLOW_AFTER = 5.0  # seconds, from which on a body has to have come at MIN_RATE: TCP sends a lost piece again
MIN_RATE = 256  # bytes a second
LEAVING_WITHIN = 3.0  # seconds that a body has once this process is about to end
FEW_PIECES = 64
MIN_PIECE = 64  # bytes on average, of more than a few pieces


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """`size`: bytes of a body; `within`: seconds that it may take.

    `larger`: patterns of the paths that take more, and how much. Anybody can send such a body, so there are
    only a few under way.
    """

    size: int
    within: float
    larger: tuple[tuple[str, int], ...] = ()

    def may_be_larger(self, path: str, length: int) -> bool:
        """Whether a body of that many bytes is taken at this path, where few are under way."""
        return any(length <= most and re.fullmatch(pattern, path) for pattern, most in self.larger)


class Pending(Protocol):
    """Granian's future of the next piece."""

    def result(self) -> Any: ...
    def cancel(self) -> bool: ...
    def add_done_callback(self, callback: "Arrival") -> None: ...


class Directly:
    """Stands where Granian's futures have an event loop: who says that a callback is due calls it."""

    @staticmethod
    def call_soon_threadsafe(arrival: "Arrival", piece: Pending, *, context: object = None) -> None:
        """A piece came, in this thread."""
        arrival(piece)

    @staticmethod
    def call_soon(arrival: "Arrival", _piece: Pending, *, context: object = None) -> None:
        """It was there when the callback was added, or is called off: without a call inside the call."""
        arrival.at_once = True


class Arrival:
    """What happens when a piece comes."""

    __slots__ = ("_body", "at_once")

    def __init__(self, body: "Body") -> None:
        self._body = body
        self.at_once = False

    def __call__(self, piece: Pending) -> None:
        self._body.go_on(piece)


class Body:
    """One body under way. `done` is called once, with the body, or with the status of its fault."""

    def __init__(
        self,
        bodies: "Bodies",
        receive: Callable[[], Pending],
        address: Callable[[], str],
        length: int | None,
        done: Callable[[bytes, int], None],
    ) -> None:
        self.began = time.monotonic()
        self.got = 0
        self.address = address
        self._bodies = bodies
        self._receive = receive
        self._length = length  # None: chunked
        self._done = done
        self._pieces: list[bytes] = []
        self._next: Pending | None = None

    def go_on(self, piece: Pending | None = None) -> None:
        """Take this piece, and those that are there already; a callback takes the next."""
        try:
            while self in self._bodies and (piece is None or not self._taken(piece.result())):
                arrival = Arrival(self)
                self._next = piece = self._receive()
                piece.add_done_callback(arrival)
                if not arrival.at_once:
                    return
        except Exception:  # nobody above would hear of it
            logger().exception("body.failed")
            self.end(400)

    def _taken(self, message: dict[str, Any]) -> bool:
        """Whether it was the last."""
        if message["type"] != "http.request":  # the connection has gone
            return self.end(408)
        self._pieces.append(message["body"])
        self.got += len(message["body"])
        limit = self._bodies.limits.size if self._length is None else self._length
        if self.got > limit:
            return self.end(413)
        if self.got == self._length or not message["more_body"]:
            return self.end(0 if self._length in (None, self.got) else 408)
        crumbs = len(self._pieces) > FEW_PIECES and self.got < MIN_PIECE * len(self._pieces)
        return crumbs and self.end(400)

    def late(self, now: float, within: float) -> bool:
        """Whether it has taken too long, or comes too slowly."""
        age = now - self.began
        return age > within or (age > SLOW_AFTER and self.got < MIN_RATE * age)

    def end(self, fault: int) -> bool:
        """It is over, for whoever says so first; the others change nothing."""
        if self._bodies.dropped(self):
            if self._next is not None:
                self._next.cancel()
                self._next = None  # it knows us as well, and nobody collects such a circle
            self._done(b"" if fault else b"".join(self._pieces), fault)
        return True


class Bodies:
    """Those under way in this process, and the thread that looks after them."""

    def __init__(self, limits: BodyLimits) -> None:
        self.limits = limits
        self._under_way: dict[Body, None] = {}  # the oldest first

    def __contains__(self, body: Body) -> bool:
        return body in self._under_way

    def begin(
        self,
        receive: Callable[[], Pending],
        address: Callable[[], str],
        length: int | None,
        done: Callable[[bytes, int], None],
    ) -> None:
        """Read a body. `address`: whose it is, asked only where it is not there soon."""
        body = Body(self, receive, address, length, done)
        self._under_way[body] = None
        body.go_on()
        if len(self._under_way) > MAX_UNDER_WAY:
            self._make_room()

    def dropped(self, body: Body) -> bool:
        """Take it out; False where somebody else has done so."""
        return self._under_way.pop(body, body) is None

    def watch(self) -> None:
        """Look after them from now on, in a thread that is there as long as the process."""
        threading.Thread(target=self._watch, name="bodies", daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_EVERY):
            try:
                self.look(time.monotonic())
            except Exception:  # whatever it was: the next look has to come
                logger().exception("bodies.look_failed")

    def look(self, now: float) -> None:
        """End those that are late, and the oldest of whoever has more than a share."""
        within = min(self.limits.within, LEAVING_WITHIN) if health.leaving() else self.limits.within
        old: dict[str, list[Body]] = {}
        for body in list(self._under_way):
            if body.late(now, within):
                body.end(408)
            elif now - body.began > YOUNG:
                old.setdefault(body.address(), []).append(body)
        for theirs in old.values():
            for body in theirs[: max(0, len(theirs) - MAX_SHARE)]:
                body.end(408)

    def _make_room(self) -> None:
        """End the oldest of the address that has most under way."""
        theirs: dict[str, list[Body]] = {}
        for body in list(self._under_way):
            theirs.setdefault(body.address(), []).append(body)
        for body in max(theirs.values(), key=len, default=[])[:MAX_SHARE]:
            body.end(408)

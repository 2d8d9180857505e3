"""The network backend of one call: it connects only to checked addresses, and keeps the call's deadline."""

import ssl
import time
from collections.abc import Iterable, Sequence

import httpcore

from bridge.outbound.addresses import Target
from bridge.ports.outbound import FetchError

MAX_TRIES = 3  # addresses of one name


class Deadline:
    """The end of a call, on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds left, `most` at most. Raises FetchError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchError("timeout", "it took too long as a whole")
        return left if at_most is None else min(left, at_most)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, and to nothing else."""

    def __init__(self, target: Target, addresses: Sequence[str], deadline: Deadline) -> None:
        self._target = target
        self._addresses = addresses[:MAX_TRIES]
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first checked address that takes one."""
        if (host, port) != (self._target.host, self._target.port):
            raise FetchError("address", "read in two ways")
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses:
            try:
                within = self._deadline.left(timeout)
                return _DeadlineStream(self._sockets.connect_tcp(address, port, within), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or FetchError("unresolved")


class _DeadlineStream(httpcore.NetworkStream):
    """A connection whose reads and writes all end at the deadline, also where a byte comes now and then."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        # httpcore passes the connect timeout here; a handshake may take all the time that is left.
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()

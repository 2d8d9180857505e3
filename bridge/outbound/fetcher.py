"""The only code that calls addresses that clients supplied (DESIGN §6.12), on httpx.

A name is looked up once, all its addresses are checked, and the connection goes to one of those: a name that
resolves to something else a moment later (DNS rebinding) changes nothing. TLS still checks the name. No
connection and no cookie is kept for the next call.
"""

import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import httpcore
import httpx

from bridge import __version__
from bridge.errors import ConfigError
from bridge.outbound.addresses import AllowedTargets, check_address, check_resolved
from bridge.outbound.network import Deadline, PinnedBackend
from bridge.outbound.resolver import Resolve, Resolver, system_resolve
from bridge.ports.outbound import Fetched, FetchError

CONNECT_WITHIN = 2.0  # seconds for one of the addresses
MAX_ANSWER = 4096  # bytes that are read of the answer to a form
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
HEADERS = {"User-Agent": f"camdigikey-bridge/{__version__}", "Accept-Encoding": "identity"}


class GuardedFetcher:
    """ports.Fetcher. Threads may share it.

    `timeout`: seconds for a whole call, from the DNS look-up to the last byte. `ca_file`: certificates (PEM)
    to trust beside the usual ones; raises ConfigError where it can't be used. `resolve`: for tests.
    """

    def __init__(
        self,
        allowed: AllowedTargets,
        *,
        timeout: float = 5.0,
        ca_file: Path | None = None,
        resolve: Resolve = system_resolve,
    ) -> None:
        self._opened = allowed
        self._timeout = timeout
        self._ca_file = ca_file
        self._resolver = Resolver(resolve)
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        if ca_file is not None:
            _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ca_file)

    def post_form(self, address: str, form: Mapping[str, str], *, max_bytes: int = MAX_ANSWER) -> Fetched:
        """See ports.Fetcher."""
        with self._answer(address, "POST", form=dict(form)) as answer:
            return Fetched(answer.status_code, _first(answer.iter_raw(), max_bytes))

    def post(
        self, address: str, body: bytes, headers: Mapping[str, str], *, max_bytes: int = MAX_ANSWER
    ) -> Fetched:
        """See ports.Fetcher."""
        with self._answer(address, "POST", body=body, headers=headers) as answer:
            return Fetched(answer.status_code, _first(answer.iter_raw(), max_bytes))

    def get(self, address: str, *, content_types: Collection[str], max_bytes: int) -> bytes:
        """See ports.Fetcher."""
        with self._answer(address, "GET", accept=", ".join(content_types)) as answer:
            _check_answer(answer, content_types, max_bytes)
            body = _first(answer.iter_raw(), max_bytes + 1)
        if len(body) > max_bytes:
            raise FetchError("too_large", "more than the most that is read")
        return body

    @contextmanager
    def _answer(
        self,
        address: str,
        method: str,
        form: dict[str, str] | None = None,
        accept: str = "*/*",
        body: bytes | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Iterator[httpx.Response]:
        """Make one request; its body is still to be read. Raises FetchError, also for errors in the block."""
        deadline = Deadline(self._timeout)
        target = check_address(address, self._opened)
        found = self._resolver.addresses(target.host, target.port, deadline.left())
        pinned = PinnedBackend(target, check_resolved(target, found, self._opened), deadline)
        client = httpx.Client(
            transport=_Transport(pinned, self._tls()),
            trust_env=False,  # no proxy, no .netrc
            follow_redirects=False,
            timeout=httpx.Timeout(self._timeout, connect=CONNECT_WITHIN),
            headers={**headers, **HEADERS, "Accept": accept},
        )
        with _translated(), client, client.stream(method, address, data=form, content=body) as answer:
            yield answer

    def _tls(self) -> ssl.SSLContext:
        """The TLS context of all calls; made at the first one, since that takes milliseconds."""
        with self._lock:
            if self._context is None:
                context = httpx.create_ssl_context(trust_env=False)
                context.load_default_certs()  # the operating system's certificates too, beside certifi's
                if self._ca_file is not None:
                    _trust(context, self._ca_file)
                self._context = context
            return self._context


class _Transport(httpx.BaseTransport):
    """An httpx transport that uses our own network backend; httpx's own one does not allow that."""

    def __init__(self, network: httpcore.NetworkBackend, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=network, max_connections=1, max_keepalive_connections=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """See httpx."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException:
        raise FetchError("timeout", "no answer in time") from None
    except httpcore.ConnectError as error:
        if _is_about_tls(error):
            raise FetchError("tls", "no certificate that we trust, or no TLS") from None
        raise FetchError("unreachable", "no connection") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        raise FetchError("broken", "closed in the middle, or not HTTP") from None
    except (httpx.InvalidURL, httpx.HTTPError, UnicodeError):
        raise FetchError("address", "not an address that can be read") from None


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _check_answer(answer: httpx.Response, content_types: Collection[str], max_bytes: int) -> None:
    """Raises FetchError unless the answer is 200, of one of these media types, and not declared too long."""
    if answer.status_code != 200:
        raise FetchError("status", f"it answered {answer.status_code}")
    if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in content_types:
        raise FetchError("content_type", "another media type than was asked for")
    if "Content-Encoding" in answer.headers:
        raise FetchError("content_type", "compressed, which was not asked for")
    length = answer.headers.get("Content-Length", "0")
    if len(length) > 18 or (length.isdecimal() and int(length) > max_bytes):
        raise FetchError("too_large", "more than the most that is read")


def _first(pieces: Iterator[bytes], at_most: int) -> bytes:
    body = b""
    for piece in pieces:
        body += piece
        if len(body) >= at_most:
            break
    return body[:at_most]


def _trust(context: ssl.SSLContext, ca_file: Path) -> None:
    try:
        context.load_verify_locations(ca_file)
    except (OSError, ssl.SSLError) as error:
        what = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else "no certificates"
        raise ConfigError((f"outbound.ca_file: {ca_file} can't be used: {what}.",)) from None

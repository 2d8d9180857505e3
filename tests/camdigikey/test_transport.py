"""The transport against real TLS servers: whom it trusts, what it bears, what it gives up on."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bridge.camdigikey import CamDigiKey, HttpError, TimedOut, Timeouts, TransportError
from bridge.camdigikey.keystore import Keystore, load_keystore, load_trust_store, tls_context
from bridge.camdigikey.transport import MAX_ANSWER_BYTES, Dropped, HttpsTransport
from tests.camdigikey.authorities import PASSWORD, Pair, authority, certificate, keystore, server, trust_store
from tests.camdigikey.fakes import Answers
from tests.camdigikey.tls_server import TlsServer, http, serving
from tests.camdigikey.vectors import NOW as VECTORS_NOW
from tests.camdigikey.vectors import VECTORS, partner
from tests.support.socket_server import Answer
from tests.support.waiting import until

ROOT = authority("Root")
ISSUING = authority("Issuing", ROOT)
CLIENT = certificate("Client", ROOT)
STRANGER = authority("Stranger")
SERVER = server(ISSUING)
PATIENT = Timeouts(20, 20)
SHORT = Timeouts(20, 0.3)


def context(trusted: Pair = ROOT, chain: tuple[Pair, ...] = (ISSUING, ROOT), client: Pair = CLIENT) -> Any:
    store = load_keystore(keystore(client, [pair.certificate for pair in chain]), PASSWORD)
    return tls_context(store, load_trust_store(trust_store(trusted.certificate), PASSWORD))


def ask(url: str, ours: Any, timeouts: Timeouts = PATIENT, body: bytes | None = None) -> bytes:
    """One call by a transport of its own."""
    with contextlib.closing(HttpsTransport(url, ours, timeouts)) as transport:
        return transport.send("GET" if body is None else "POST", "/", body)


@contextlib.contextmanager
def talking(
    answer: Callable[[bytes], Answer] = lambda _: http(), timeouts: Timeouts = PATIENT
) -> Iterator[tuple[TlsServer, HttpsTransport]]:
    """A server, and a transport to it that it has every reason to trust."""
    with serving(SERVER, ISSUING, ROOT, answer) as there:
        transport = HttpsTransport(there.url, context(), timeouts)
        yield there, transport
        transport.close()


# -- whom it trusts --------------------------------------------------------------------------------------

TRUSTED = {
    "the root of the trust store": (SERVER, context(chain=())),
    "the root in the keystore": (SERVER, context(trusted=STRANGER)),
    "an issuing authority alone in the keystore": (SERVER, context(trusted=STRANGER, chain=(ISSUING,))),
}


@pytest.mark.parametrize(("pair", "ours"), TRUSTED.values(), ids=TRUSTED)
def test_a_server_is_trusted_by(pair: Pair, ours: ssl.SSLContext) -> None:
    with serving(pair, ISSUING, ROOT) as there:
        assert ask(there.url, ours) == b"{}"


def test_authorities_of_the_system_are_trusted_too() -> None:
    system = ssl.create_default_context().get_ca_certs(binary_form=True)
    assert set(system) <= set(context().get_ca_certs(binary_form=True))


REFUSED = {
    "its authority is a stranger": (server(STRANGER), context(), "unable to get local issuer certificate"),
    "it is another host": (server(ISSUING, "127.0.0.2"), context(), "IP address mismatch"),
    "it has a name, we asked an address": (server(ISSUING, "a.example"), context(), "IP address mismatch"),
    "it signed its certificate itself": (server(None), context(), "self-signed certificate"),
    "its certificate is over": (server(ISSUING, begins=0, ends=9), context(), "has expired"),
}


@pytest.mark.parametrize(("pair", "ours", "why"), REFUSED.values(), ids=REFUSED)
def test_a_server_is_refused_when(pair: Pair, ours: ssl.SSLContext, why: str) -> None:
    with serving(pair, ISSUING, ROOT) as there:
        with pytest.raises(TransportError, match=f"no connection: SSLCertVerificationError: .*{why}"):
            ask(there.url, ours, body=b"secret")
        assert there.requests == []


def test_a_servers_name_in_the_subject_alone_says_nothing() -> None:
    """Only subjectAltName says whose a certificate is (RFC 9525 §6.3)."""
    by_name = {"names": server(ISSUING, "localhost"), "has no names": certificate("localhost", ISSUING)}
    for pair in by_name.values():
        with serving(pair, ISSUING, ROOT) as there:
            address = there.url.replace("127.0.0.1", "localhost")
            if pair is by_name["names"]:
                assert ask(address, context()) == b"{}"
                continue
            with pytest.raises(TransportError, match="Hostname mismatch"):
                ask(address, context(), body=b"secret")
            assert there.requests == []


def test_a_client_whose_certificate_the_server_does_not_take_gets_a_transport_error() -> None:
    ours = context(client=certificate("Client", STRANGER), chain=())
    with serving(SERVER, ISSUING, ROOT) as there:
        with pytest.raises(TransportError, match=r"no (answer|connection)"):
            ask(there.url, ours, body=b"{}")
        assert there.requests == []


def test_old_tls_is_not_spoken() -> None:
    ours = context()
    assert ours.minimum_version == ssl.TLSVersion.TLSv1_2
    assert ours.verify_mode == ssl.CERT_REQUIRED and ours.check_hostname


# -- the key ---------------------------------------------------------------------------------------------


def test_the_key_reaches_tls_through_memory_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, opened = [], []
    real = ssl.SSLContext.load_cert_chain

    def load_cert_chain(self: ssl.SSLContext, certfile: str, *more: Any) -> None:
        loaded.append(os.readlink(certfile))
        real(self, certfile, *more)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", load_cert_chain)
    with _audit(lambda event, args: opened.append(args[0]) if event == "open" else None):
        context()
    assert len(loaded) == 1 and loaded[0].startswith("/memfd:")
    assert [path for path in opened if not isinstance(path, int)] == []  # a number: the memory file itself


_listeners: list[Callable[[str, Any], None]] = []


@contextlib.contextmanager
def _audit(listener: Callable[[str, Any], None]) -> Iterator[None]:
    """Hears of each file that Python opens. An audit hook stays for good, so there is one for all."""
    if not _listeners:
        _listeners.append(lambda event, args: None)
        sys.addaudithook(_hand_on)
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _hand_on(event: str, args: Any) -> None:
    for listener in tuple(_listeners):
        listener(event, args)


def test_a_key_that_is_not_its_certificates_is_refused_in_a_sentence() -> None:
    mixed = Keystore(STRANGER.key, CLIENT.certificate, ())  # type: ignore[arg-type] -- an EC key like any other
    with pytest.raises(ValueError, match="can't be used for TLS"):
        tls_context(mixed, (ROOT.certificate,))


# -- what it sends ---------------------------------------------------------------------------------------


def test_a_request_goes_out_whole_and_its_answer_comes_back() -> None:
    with serving(SERVER, ISSUING, ROOT, lambda _: http(b"answer")) as there:
        transport = HttpsTransport(there.url + "/front/", context(), PATIENT)
        assert transport.send("POST", "/api", b'{"a": 1}') == b"answer"
        assert transport.send("GET", "/certificates", None) == b"answer"
        transport.close()
    post, get = there.requests
    assert post.startswith(b"POST /front/api HTTP/1.1\r\n") and post.endswith(b'\r\n\r\n{"a": 1}')
    assert f"Host: 127.0.0.1:{there.port}".encode() in post and b"Content-Type: application/json" in post
    assert get.startswith(b"GET /front/certificates HTTP/1.1\r\n") and b"Content-Type" not in get


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "a.example",
        "https://",
        "https://a.example/?q",
        "https://a.example:99999",
        "https://a b",
    ],
)
def test_a_base_url_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError):
        HttpsTransport(url, context(), PATIENT)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with talking() as (_, transport):
        assert transport.send("GET", "/", None) == b"{}"


# -- connections -----------------------------------------------------------------------------------------


def test_a_connection_serves_again_and_again() -> None:
    with talking() as (there, transport):
        for _ in range(10):
            transport.send("POST", "/", b"{}")
        assert (there.connections, len(there.requests)) == (1, 10)


def test_threads_share_connections_but_never_one_at_a_time() -> None:
    with talking(lambda request: http(request.rpartition(b"\r\n\r\n")[2])) as (there, transport):
        bodies = [str(number).encode() for number in range(200)]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda body: transport.send("POST", "/", body), bodies)) == bodies
        assert there.connections <= 8


@pytest.mark.parametrize("head", ["Connection: close\r\n", ""])
def test_a_connection_that_the_server_closed_is_left_and_nothing_is_sent_twice(head: str) -> None:
    def answer(_: bytes) -> Answer:
        return http(head=head) if head else lambda sock: sock.sendall(http())  # says so, or just goes

    with talking(answer) as (there, transport):
        for _ in range(3):
            assert transport.send("POST", "/", b"{}") == b"{}"
            assert there.closed_by_us.acquire(timeout=20)
            until(lambda: all(_at_end(kept) for kept, _ in transport._idle), "the close does not arrive")
        assert (there.connections, len(there.requests)) == (3, 3)


def _at_end(sock: Any) -> bool:
    raw = socket.socket(fileno=os.dup(sock.fileno()))
    with raw:
        raw.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            return len(raw.recv(1, socket.MSG_PEEK)) in (0, 1)  # a close_notify alert, or the end itself
    return False


@pytest.mark.parametrize("where", ["still on the way", "in TLS's own buffer"])
def test_bytes_beyond_an_answer_never_become_the_next_one(where: str) -> None:
    forged = http(b"forged")
    if where == "still on the way":
        sent = http(b"true") + forged * 400
    else:  # http.client reads 8192 bytes at a time, and a TLS record holds 16384
        sent = http(b"true").ljust(8192, b"x") + forged
    with talking(lambda _: sent) as (_, transport):
        for _ in range(3):
            assert transport.send("POST", "/", b"{}") == b"true"


def test_one_that_lay_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.camdigikey.transport.MAX_IDLE", -1.0)
    with talking() as (there, transport):
        transport.send("GET", "/", None)
        transport.send("GET", "/", None)
        assert there.connections == 2


def test_more_than_a_thousand_open_files_do_no_harm() -> None:
    with talking() as (there, transport), contextlib.ExitStack() as files:
        for _ in range(1100):
            try:
                files.callback(os.close, os.open("/dev/null", os.O_RDONLY))
            except OSError:
                pytest.skip("this shell allows fewer open files: ulimit -n 2048")
        transport.send("GET", "/", None)
        transport.send("GET", "/", None)
        assert there.connections == 1


def test_closed_is_closed() -> None:
    with talking() as (there, transport):
        transport.send("GET", "/", None)
        transport.close()
        assert there.closed_by_us.acquire(timeout=20)
        with pytest.raises(TransportError, match="no connection"):
            transport.send("GET", "/", None)
        assert len(there.requests) == 1


# -- what it bears ---------------------------------------------------------------------------------------


def reset(sock: ssl.SSLSocket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.shutdown(socket.SHUT_RD)


BAD: dict[str, tuple[Answer, str]] = {
    "nothing": (lambda sock: None, "no answer"),
    "a reset": (reset, "no answer"),
    "no HTTP": (lambda sock: sock.sendall(b"\x00\xff garbage\r\n\r\n" * 9), "no answer: BadStatusLine"),
    "half a head": (lambda sock: sock.sendall(b"HTTP/1.1 200 OK\r\nContent-"), "is empty"),
    "an empty body": (lambda sock: sock.sendall(http(b"")), "is empty"),
    "half a body": (lambda sock: sock.sendall(http(b"x" * 99)[:-5]), "cut short"),
    "no body": (lambda sock: sock.sendall(http(b"x" * 99)[:-99]), "cut short"),
    "half a chunk": (
        lambda sock: sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"),
        "no answer: IncompleteRead",
    ),
    "no chunk's length": (
        lambda sock: sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
        "no answer",
    ),
    "a header without end": (
        lambda sock: sock.sendall(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 99999),
        "no answer: LineTooLong",
    ),
    "headers without end": (
        lambda sock: sock.sendall(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 999),
        "no answer: HTTPException",
    ),
}


@pytest.mark.parametrize(("answer", "why"), BAD.values(), ids=BAD)
def test_a_transport_error_comes_of(answer: Answer, why: str) -> None:
    with talking(lambda _: answer) as (there, transport):
        with pytest.raises(TransportError, match=why):
            transport.send("POST", "/", b"{}")
        assert len(there.requests) == 1  # and it is not asked again


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 400, 401, 404, 429, 500, 502, 503])
def test_a_status_other_than_2xx_is_an_error_with_its_number_and_no_redirect_is_followed(status: int) -> None:
    with talking(lambda _: http(b"text", f"{status} X", "Location: /elsewhere\r\n")) as (there, transport):
        with pytest.raises(HttpError) as caught:
            transport.send("POST", "/", b"{}")
        assert caught.value.status == status and len(there.requests) == 1


def test_the_largest_answer_is_taken_and_one_byte_more_is_not() -> None:
    size = [MAX_ANSWER_BYTES]
    with talking(lambda _: http(b"x" * size[0])) as (_, transport):
        assert len(transport.send("GET", "/", None)) == MAX_ANSWER_BYTES
        size[0] += 1
        with pytest.raises(TransportError, match="too large"):
            transport.send("GET", "/", None)


@pytest.mark.parametrize("chunked", [True, False])
def test_an_answer_without_end_is_given_up(chunked: bool) -> None:
    stopped = threading.Event()

    def flood(sock: ssl.SSLSocket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + b"Transfer-Encoding: chunked\r\n" * chunked + b"\r\n")
        piece = b"10000\r\n" + b"x" * 65536 + b"\r\n" if chunked else b"x" * 65536
        try:
            while True:
                sock.sendall(piece)
        except OSError:
            stopped.set()

    with talking(lambda _: flood) as (_, transport):
        with pytest.raises(TransportError, match="too large"):
            transport.send("GET", "/", None)
        assert stopped.wait(20)


# -- time ------------------------------------------------------------------------------------------------


def test_an_answer_that_does_not_come_is_given_up_in_time() -> None:
    with talking(lambda _: lambda sock: there.over.wait(20) and None, SHORT) as (there, transport):
        with pytest.raises(TimedOut, match="no answer in time"):
            transport.send("GET", "/", None)
        assert len(there.requests) == 1


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"]
)
def test_an_answer_that_drips_is_given_up_in_time(start: bytes) -> None:
    """Each byte comes well within any time that a single read is given."""

    def drip(sock: ssl.SSLSocket) -> None:
        sock.sendall(start)
        with contextlib.suppress(OSError):
            while not there.over.wait(0.02):
                sock.sendall(b"x")

    with talking(lambda _: drip, SHORT) as (there, transport):
        with pytest.raises(TimedOut, match="no answer in time"):
            transport.send("GET", "/", None)


def test_a_server_that_does_not_read_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def deaf() -> None:
            with contextlib.suppress(OSError):
                raw, _ = listener.accept()
                with there.context.wrap_socket(raw, server_side=True):
                    over.wait(20)

        with serving(SERVER, ISSUING, ROOT) as there:
            threading.Thread(target=deaf, daemon=True).start()
            url = f"https://127.0.0.1:{listener.getsockname()[1]}"
            with pytest.raises(TimedOut, match="no answer in time"):
                ask(url, context(), SHORT, b"x" * 2**25)
            over.set()


def test_a_server_that_does_not_shake_hands_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # the system accepts, nobody answers
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(TimedOut, match="no connection in time"):
            ask(url, context(), Timeouts(0.2, 20))


def test_a_name_of_many_addresses_has_one_time_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", listener.getsockname()[1]))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: [address] * 50)
        tried: list[object] = []
        real = socket.socket.connect
        monkeypatch.setattr(
            socket.socket, "connect", lambda self, address: (tried.append(address), real(self, address))[1]
        )
        with pytest.raises(TimedOut):
            ask("https://many.example", context(), Timeouts(0.2, 20))
        assert len(tried) == 1


def test_the_next_address_of_a_name_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with talking() as (there, transport):
        addresses = [("127.0.0.1", 1), ("127.0.0.1", there.port)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: found)
        assert transport.send("GET", "/", None) == b"{}"


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid", "a..example", "x" * 70 + ".example"])
def test_no_server_is_a_transport_error(host: str) -> None:
    with pytest.raises(TransportError, match="no connection"):
        ask(f"https://{host}", context())


# -- a kept connection that ends as it is used -------------------------------------------------------------


def _goes_on_the_second(answers: list[bytes]) -> Callable[[bytes], Answer]:
    """The first request of a connection is answered; the next one finds it closed, its bytes read or not."""

    def answer(request: bytes) -> Answer:
        answers.append(request)
        return reset if len(answers) == 2 else http()

    return answer


def test_a_kept_connection_that_closes_at_that_instant_is_told_apart() -> None:
    asked: list[bytes] = []
    with talking(_goes_on_the_second(asked)) as (there, transport):
        transport.send("GET", "/", None)
        with pytest.raises(Dropped):
            transport.send("GET", "/", None)
        assert transport.send("GET", "/", None) == b"{}"
        assert (there.connections, len(asked)) == (2, 3)


def test_a_new_connection_that_closes_is_no_kept_one() -> None:
    with talking(lambda _: reset) as (_, transport), pytest.raises(TransportError) as caught:
        transport.send("GET", "/", None)
    assert type(caught.value) is TransportError


@pytest.mark.parametrize("operation", ["status", "logout", "login_token", "user_access_token", "refresh"])
def test_a_call_is_repeated_once_where_nothing_is_spent_by_it(operation: str) -> None:
    chain = {"error": 0, "data": [VECTORS["certificates"][name] for name in ("signer", "issuing")]}
    posts: list[str] = []

    def answer(method: str, path: str) -> object:
        if method == "GET":
            return chain
        posts.append(path)
        return Dropped("closed")

    token = next(row["token"] for row in VECTORS["tokens"] if row["valid"])
    with CamDigiKey(partner(), transport=Answers(answer), clock=lambda: VECTORS_NOW) as camdigikey:
        with pytest.raises(Dropped):
            getattr(camdigikey, operation)(*([] if operation == "login_token" else [token]))
    assert len(posts) == (1 if operation in ("user_access_token", "refresh") else 2)


def test_a_server_is_known_by_its_subject_alternative_name_alone() -> None:
    """RFC 9525 §6.3"""
    named = certificate("127.0.0.1", ISSUING)
    with serving(named, ISSUING, ROOT) as there, pytest.raises(TransportError, match="no connection"):
        ask(there.url, context())

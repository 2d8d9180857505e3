"""Bodies that do not come, come late, or are too large, at a real `bridge run`."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
import requests

from tests.run.conftest import Bridge, Run
from tests.support.waiting import until

WITHIN = 3  # seconds; the setting
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
HALF = b"Content-Length: 50\r\n\r\na"
ASKED = urlencode({"grant_type": "authorization_code", "code": "x"}).encode()


@pytest.fixture
def bridge(run: Run) -> Bridge:
    return run(BRIDGE_SERVER__BODY_WITHIN=str(WITHIN)).ready()


Post = Callable[[bytes], socket.socket]


@pytest.fixture
def post(bridge: Bridge) -> Iterator[Post]:
    """Sends the end of a request's head, and what is given of its body; the connection stays open."""
    with ExitStack() as stack:

        def send(rest: bytes, path: bytes = b"/token") -> socket.socket:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", bridge.port), 20))
            head = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % (path, bridge.port)
            connection.sendall(head + FORM + rest)
            return connection

        yield send


def answer(connection: socket.socket) -> bytes:
    """Everything that comes until the other side closes."""
    with connection.makefile("rb") as said:
        return said.read()


def posts_work(bridge: Bridge) -> bool:
    try:
        said = requests.post(bridge.issuer + "/token", ASKED, headers={"Content-Type": "x"}, timeout=5)
    except requests.RequestException:
        return False
    return said.status_code in (400, 401)


@pytest.mark.parametrize("count", [64, 256])
def test_bodies_that_do_not_come_stop_nobody_and_end(bridge: Bridge, post: Post, count: int) -> None:
    held = [post(HALF) for _ in range(count)]
    for _ in range(8):
        for path in ("/healthz", "/.well-known/openid-configuration", "/login"):
            assert requests.get(bridge.issuer + path, timeout=2).status_code < 500
    replies = [answer(connection) for connection in held]
    statuses = {reply.split(b" ")[1] for reply in replies}
    assert statuses == {b"408", b"503"}
    assert all(b"connection: close" in reply.lower() for reply in replies)
    assert all(b"retry-after" in reply.lower() for reply in replies if b" 503 " in reply)
    until(lambda: posts_work(bridge), "posts do not work afterwards", 10)


def test_a_body_that_drips_is_late_too(bridge: Bridge, post: Post) -> None:
    connection = post(HALF)
    connection.settimeout(1)

    def answered() -> bool:
        try:
            connection.sendall(b"a")
            return connection.recv(12) == b"HTTP/1.1 408"
        except TimeoutError:
            return False

    until(answered, "it may drip for ever", 20)
    assert posts_work(bridge)


def test_a_late_body_gets_a_page_or_json_with_the_headers_of_every_answer(post: Post) -> None:
    said = answer(post(HALF))
    assert said.startswith(b"HTTP/1.1 408")
    assert b'"error":"invalid_request"' in said
    assert b"nosniff" in said


@pytest.mark.parametrize("length", [10, 65537, 200_000])
def test_a_chunked_body_is_taken_or_too_large_like_any_other(post: Post, length: int) -> None:
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (length, b"a" * length)
    said = answer(post(b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
    assert said.startswith(b"HTTP/1.1 413") is (length > 65536)
    assert length > 65536 or said.startswith(b"HTTP/1.1 40")


def test_a_body_too_large_is_refused_before_it_comes(post: Post) -> None:
    assert answer(post(b"Content-Length: 70000\r\n\r\n")).startswith(b"HTTP/1.1 413")

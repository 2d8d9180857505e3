"""Bodies that do not come, drip, come late or are too large, at a real `bridge run`, beside honest ones."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
import requests

from bridge.ops.bodies import MAX_LARGE_UNDER_WAY, MAX_SHARE
from tests.run.conftest import WORKERS, Bridge, Run
from tests.run.sockets import FORM, answer, ask, connect, files, head, posts, settled, threads
from tests.support.waiting import until

WITHIN = 3  # seconds; the setting
HALF = b"Content-Length: 50\r\n\r\na"
REFUSED = {400, 401}  # what an honest request to /token gets here: its client is not known


@pytest.fixture(scope="module")
def bridge(run_for_module: Run) -> Bridge:
    return run_for_module(BRIDGE_SERVER__BODY_WITHIN=str(WITHIN)).ready()


Post = Callable[[Bridge, bytes], socket.socket]


@pytest.fixture
def post() -> Iterator[Post]:
    """Sends the end of a request's head, and what is given of its body; the connection stays open."""
    with ExitStack() as stack:

        def send(bridge: Bridge, rest: bytes) -> socket.socket:
            connection = stack.enter_context(connect(bridge))
            connection.sendall(head(bridge, b"POST /token", FORM.strip())[:-2] + rest)
            return connection

        yield send


def dripped(connection: socket.socket, letters: int) -> float:
    """Seconds until it is answered 408, while a letter of its body goes out each second."""
    began = time.monotonic()
    connection.settimeout(1)
    for _ in range(letters):
        with suppress(OSError):
            connection.sendall(b"a")
        with suppress(TimeoutError):
            assert connection.recv(12) == b"HTTP/1.1 408"
            return time.monotonic() - began
    raise AssertionError("it may drip for ever")


def test_one_body_that_drips_leaves_files_and_threads_as_they_were(run: Run, post: Post) -> None:
    """With the settings as they are: 26 letters, one a second, once ended a worker for good."""
    bridge = run().ready()
    assert posts(bridge, 20) <= REFUSED
    before, running = files(bridge.workers()), threads(bridge.workers())
    with post(bridge, b"Content-Length: 5000\r\n\r\n") as connection:
        assert dripped(connection, 26) < 8
    until(settled(bridge, before), "files stay open")
    assert all(now <= running[pid] + 2 for pid, now in threads(bridge.workers()).items())
    assert posts(bridge, 20) <= REFUSED
    assert "worker.revived" not in bridge.said() and "exception" not in bridge.said()


@pytest.mark.parametrize("count", [16, 32, 300])
def test_slow_bodies_of_one_address_hinder_nobody_not_even_there(
    bridge: Bridge, post: Post, count: int
) -> None:
    attack(bridge, post, count)  # the first time threads begin, and open connections that they keep
    before = files(bridge.workers())
    said = attack(bridge, post, count)
    assert {text.split(b" ")[1] for text in said} == {b"408"}
    assert all(b"connection: close" in text.lower() for text in said)
    until(settled(bridge, before), "files stay open")
    assert posts(bridge, 5) <= REFUSED


def attack(bridge: Bridge, post: Post, count: int) -> list[bytes]:
    """So many bodies that do not come, and what they are answered; everybody else is answered meanwhile."""
    held = [post(bridge, HALF) for _ in range(count)]
    assert posts(bridge, 100) <= REFUSED
    for path in ("/healthz", "/.well-known/openid-configuration", "/login"):
        assert requests.get(bridge.issuer + path, timeout=2).status_code < 500
    return [answer(connection) for connection in held]


def test_an_address_keeps_no_more_than_its_share_on_the_way(run: Run, post: Post) -> None:
    bridge = run(BRIDGE_SERVER__BODY_WITHIN="60").ready()
    held = [post(bridge, HALF) for _ in range(4 * MAX_SHARE * WORKERS)]

    def ended() -> bool:
        return len(select.select(held, [], [], 0)[0]) >= len(held) - MAX_SHARE * WORKERS

    until(ended, "they hold more than a share", 4)  # long before a body is too slow


def test_other_connections_of_the_same_address_stay_open(bridge: Bridge, post: Post) -> None:
    with connect(bridge) as kept:
        kept.sendall(head(bridge, b"GET /healthz"))
        assert kept.recv(1000).startswith(b"HTTP/1.1 200")
        assert dripped(post(bridge, HALF), 20) < WITHIN + 2
        kept.sendall(head(bridge, b"GET /healthz"))
        assert kept.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_late_body_gets_json_with_the_headers_of_every_answer(bridge: Bridge, post: Post) -> None:
    said = answer(post(bridge, HALF))
    assert said.startswith(b"HTTP/1.1 408")
    assert b'"error":"invalid_request"' in said
    assert b"nosniff" in said


def test_a_body_in_crumbs_is_refused_before_it_costs_much(bridge: Bridge, post: Post) -> None:
    connection = post(bridge, b"Transfer-Encoding: chunked\r\n\r\n")
    with suppress(OSError):  # it may be closed before all is sent
        connection.sendall(b"1\r\na\r\n" * 60_000)
    assert answer(connection).startswith(b"HTTP/1.1 400")


def test_a_body_cut_off_is_forgotten_long_before_its_time_is_over(run: Run, post: Post) -> None:
    bridge = run(BRIDGE_SERVER__BODY_WITHIN="60").ready()
    assert posts(bridge, 20) <= REFUSED  # which opens the connections that are kept
    before = files(bridge.workers())
    for _ in range(50):
        post(bridge, HALF).close()
    until(settled(bridge, before), "files stay open")
    assert posts(bridge, 5) <= REFUSED


@pytest.mark.parametrize("length", [10, 65537, 200_000])
def test_a_chunked_body_is_taken_or_too_large_like_any_other(bridge: Bridge, post: Post, length: int) -> None:
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (length, b"a" * length)
    said = answer(post(bridge, b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
    assert said.startswith(b"HTTP/1.1 413") is (length > 65536)
    assert length > 65536 or said.startswith(b"HTTP/1.1 40")


def test_a_body_too_large_is_refused_before_it_comes(bridge: Bridge, post: Post) -> None:
    assert answer(post(bridge, b"Content-Length: 70000\r\n\r\n")).startswith(b"HTTP/1.1 413")


def test_a_logo_may_be_larger_and_few_such_are_under_way(bridge: Bridge) -> None:
    """RFC 9110 §15.5.14; elsewhere, or larger still, it is refused by its length alone."""
    place, size = bridge.issuer + "/admin/applications/portal/logo", 500_000
    said = requests.post(place, data=bytes(size), timeout=5, allow_redirects=False)
    assert (said.status_code, "/admin/sign-in" in said.headers["Location"]) == (303, True)
    for path, length in (("/logo", 600_000), ("/logo/", size), ("/logox", size), ("/look", size)):
        said = requests.post(place.removesuffix("/logo") + path, data=bytes(length), timeout=5)
        assert said.status_code == 413, path
    with ExitStack() as stack:
        held = [stack.enter_context(connect(bridge)) for _ in range(MAX_LARGE_UNDER_WAY * WORKERS * 4)]
        for connection in held:
            request = head(bridge, b"POST /admin/applications/portal/logo", FORM.strip())[:-2]
            connection.sendall(request + b"Content-Length: %d\r\n\r\na" % size)
        said_to = [answer(connection).split(b" ")[1] for connection in held]
    assert set(said_to) == {b"503", b"408"}
    assert said_to.count(b"408") <= MAX_LARGE_UNDER_WAY * WORKERS
    assert requests.post(place, data=bytes(size), timeout=5, allow_redirects=False).status_code == 303


def test_a_connection_serves_on_after_a_body_and_after_one_that_was_waited_for(bridge: Bridge) -> None:
    with connect(bridge) as connection:
        for expect in (b"", b"Expect: 100-continue\r\n"):
            rest = expect + b"Content-Length: 12\r\n"
            connection.sendall(head(bridge, b"POST /token", FORM.strip())[:-2] + rest + b"\r\n")
            if expect:
                assert connection.recv(1000).startswith(b"HTTP/1.1 100")
            connection.sendall(b"grant_type=x")
            assert connection.recv(9999).startswith(b"HTTP/1.1 400")
        connection.sendall(head(bridge, b"GET /healthz"))
        assert connection.recv(9999).startswith(b"HTTP/1.1 200")


def test_bodies_on_the_way_do_not_hold_up_the_end(run: Run, post: Post) -> None:
    bridge = run(BRIDGE_SERVER__BODY_WITHIN="60").ready()
    held = [post(bridge, HALF) for _ in range(8)]
    assert ask(bridge, b"GET /healthz").startswith(b"HTTP/1.1 200")
    bridge.process.terminate()
    assert {answer(connection)[:12] for connection in held} == {b"HTTP/1.1 408"}
    assert bridge.ended(9) == 0

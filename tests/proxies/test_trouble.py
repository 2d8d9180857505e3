"""What goes wrong before, behind and between: slow bodies, idle connections, long heads, a restart."""

from __future__ import annotations

import ssl
import time
from contextlib import ExitStack
from functools import partial

import pytest

from bridge.settings.tree import Server
from tests.proxies.behind import PATIENCE, Behind
from tests.proxies.kinds import KINDS, Proxy
from tests.proxies.recorder import Recorded, Recorder, record
from tests.proxies.sockets import ask, head, read
from tests.support.waiting import until

STALLED = 16
FORM = b"Content-Type: application/x-www-form-urlencoded"
BODY = b"grant_type=authorization_code&code=x"
REFUSED = (400, 401)  # what an honest request to /token gets here: its client is not known
AWAY = (502, 503)
KEPT_BY_THE_BRIDGE = Server().keep_alive


def stall(stack: ExitStack, proxy: Proxy, source: str) -> list[ssl.SSLSocket]:
    """Requests whose bodies do not come."""
    held = []
    for _ in range(STALLED):
        connection = stack.enter_context(proxy.connect(source))
        connection.sendall(head(proxy, "POST /token", FORM, b"Content-Length: 50") + b"a")
        held.append(connection)
    return held


def closed(bridge: Recorder) -> bool:
    """Whether the proxy has given a connection up."""
    return bridge.closed > 0


def post(proxy: Proxy, source: str = "127.0.0.1") -> int:
    """An honest request."""
    length = b"Content-Length: %d" % len(BODY)
    return ask(proxy, "POST /token", FORM, length, body=BODY, source=source).status


def test_slow_bodies_wait_at_the_proxy_and_hinder_nobody(recorded: Recorded) -> None:
    if not KINDS[recorded.proxy.kind].holds_bodies:
        pytest.skip("passes bodies on as they come: the test below")
    with ExitStack() as stack:
        stall(stack, recorded.proxy, "127.0.7.1")
        assert [post(recorded.proxy, source) for source in ("127.0.7.2", "127.0.7.1")] == [200, 200]
        assert recorded.bridge.connections <= len(recorded.bridge.requests) == 2


def test_with_slow_bodies_of_one_address_everybody_else_is_served_by_the_bridge(behind: Behind) -> None:
    with ExitStack() as stack:
        stall(stack, behind.proxy, "127.0.7.1")
        began = time.monotonic()
        assert {post(behind.proxy, "127.0.7.2") for _ in range(30)} <= set(REFUSED)
        assert post(behind.proxy, "127.0.7.1") in REFUSED
        assert ask(behind.proxy, "GET /").status == 200
        assert time.monotonic() - began < 10  # before a slow one is given up


def test_idle_connections_are_given_up_long_before_the_bridge_closes_them_and_slow_bodies_end() -> None:
    """All four beside each other, because it takes as long as their files say."""
    with ExitStack() as stack:
        kinds = {kind: stack.enter_context(record(kind)) for kind in KINDS}
        held = {
            kind: stall(stack, found.proxy, "127.0.7.1")
            for kind, found in kinds.items()
            if KINDS[kind].holds_bodies
        }
        for found in kinds.values():  # connections that stay open, as browsers' do
            browser = stack.enter_context(found.proxy.connect())
            browser.sendall(head(found.proxy, "GET /"))
            assert read(browser).status == 200
        began = time.monotonic()
        for kind in ("nginx", "caddy", "haproxy"):
            bridge = kinds[kind].bridge
            until(partial(closed, bridge), f"{kind} keeps it", KEPT_BY_THE_BRIDGE - 10)
        # Apache closes it when it next needs one.
        until(lambda: time.monotonic() - began > 21, "a clock that stands still", 60)
        assert post(kinds["apache"].proxy) == 200
        assert kinds["apache"].bridge.connections == 2
        for kind, connections in held.items():
            for connection in connections:
                assert connection.recv(12) in (b"", b"HTTP/1.1 408"), kind
            assert kinds[kind].bridge.connections == (2 if kind == "apache" else 1)


def test_a_head_beyond_every_limit_is_refused_in_words_and_a_large_one_is_served(behind: Behind) -> None:
    kind = KINDS[behind.proxy.kind]
    answer = ask(behind.proxy, "GET /", b"Cookie: a=" + b"a" * kind.largest)
    assert answer.status == kind.too_large
    assert answer.body
    lines = [b"Cookie: %d=%s" % (number, b"a" * 4000) for number in range(3)]
    assert ask(behind.proxy, "GET /", *lines).status == 200


def test_a_body_beyond_the_limit_is_refused(behind: Behind) -> None:
    said = behind.session().post(behind.issuer + "/token", b"a" * 70_000, timeout=PATIENCE)
    assert said.status_code == 413


def test_after_a_restart_of_the_bridge_everything_goes_on(behind: Behind) -> None:
    person, session = behind.person(), behind.session()
    behind.walk(person)
    keys = behind.issuer + "/jwks"
    assert session.get(keys, timeout=PATIENCE).status_code == 200
    behind.stop()
    assert session.get(keys, timeout=PATIENCE).status_code in AWAY
    assert post(behind.proxy) in AWAY
    behind.start()
    until(lambda: session.get(keys, timeout=PATIENCE).status_code == 200, "it stays away", 5)
    assert {post(behind.proxy) for _ in range(10)} <= set(REFUSED)
    assert behind.walk(person, prompt="none").params["code"]


def test_a_connection_that_the_bridge_closed_is_no_fault_of_the_next_request(recorded: Recorded) -> None:
    """As it does with all that are idle when it ends."""
    for _ in range(3):
        assert post(recorded.proxy) == 200
        recorded.bridge.close_connections()
        until(lambda: recorded.bridge.closed == recorded.bridge.connections, "it stays open")
    assert recorded.bridge.connections == 3

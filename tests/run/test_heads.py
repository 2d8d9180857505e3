"""What a request's head may hold at a real `bridge run`, and what of it reaches the log."""

from __future__ import annotations

import json
import time
from urllib.parse import quote

import pytest

from tests.bench.processes import cpu_seconds
from tests.run.conftest import Bridge, Run
from tests.run.sockets import ask, connect, head
from tests.support.waiting import until

KHMER = "សុភា".encode()
TIMES, MOST_CPU = 10, 0.4  # seconds in all


@pytest.fixture(scope="module")
def bridge(run_for_module: Run) -> Bridge:
    return run_for_module().ready()


@pytest.mark.parametrize(
    "cookies",
    [
        b"name=%s; bridge_lang=km" % KHMER,
        b"bridge_lang=km; name=%s" % KHMER,
        b"a=\xe1\x9e; bridge_lang=km; \xff=\xfe",
        b'x="; bridge_lang=km; y="',
        b'x=" y; bridge_lang=km; z=\\"; w="',
    ],
    ids=["before ours", "after ours", "no letters at all", "quotes on both sides", "quotes and a backslash"],
)
def test_a_cookie_of_a_sibling_site_does_not_hide_ours(bridge: Bridge, cookies: bytes) -> None:
    assert b'<html lang="en"' in ask(bridge, b"GET /")
    assert b'<html lang="km"' in ask(bridge, b"GET /", b"Cookie: " + cookies)
    first, _, second = cookies.partition(b"; ")
    assert b'<html lang="km"' in ask(bridge, b"GET /", b"Cookie: " + first, b"Cookie: " + second)


@pytest.mark.parametrize("blank", ["\u2000", "\u00a0", "\u0085", "\u200b"])
def test_a_cookie_whose_name_only_looks_like_ours_is_not_ours(bridge: Bridge, blank: str) -> None:
    """Browsers let a sibling site set one for all of us, even where the name goes on with `__Host-`."""
    cookies = b"Cookie: %sbridge_lang=km" % blank.encode()
    assert b'<html lang="en"' in ask(bridge, b"GET /", cookies)
    assert b'<html lang="km"' in ask(bridge, b"GET /", cookies.replace(b"=km", b"=en") + b"; bridge_lang=km")


BEHIND_A_PROXY = {"BRIDGE_SERVER__TRUSTED_PROXIES": '["127.0.0.1/32"]'}


def test_a_forwarded_address_counts_whatever_stands_beside_it(run: Run) -> None:
    bridge = run(**BEHIND_A_PROXY, BRIDGE_LIMITS__UNSOLICITED_PER_ADDRESS="2").ready()

    def unsolicited(forwarded: bytes) -> bytes:
        path = b"GET /camdigikey/callback?authToken=%d.a.b" % time.monotonic_ns()
        return ask(bridge, path, b"X-Forwarded-For: " + forwarded)[9:12]

    spellings = (b"203.0.113.7", b"203.0.113.7:4711", KHMER + b", 203.0.113.7:80", b"[::ffff:203.0.113.7]:9")
    assert [unsolicited(text) for text in spellings] == [b"400", b"400", b"429", b"429"]
    spellings = (b"2001:db8::7", b"[2001:db8::7]:443", b"[2001:db8::8]", b"[2001:db8:0:1::7]:443")
    assert [unsolicited(text) for text in spellings] == [b"400", b"400", b"429", b"400"]
    assert unsolicited(b"203.0.113.8") == b"400"
    assert [unsolicited(KHMER) for _ in range(3)] == [
        b"400"
    ] * 3  # not taken for absent: it would be 429 by now
    assert [unsolicited(b"127.0.0.1") for _ in range(3)] == [b"400", b"400", b"429"]


def test_a_header_whose_name_only_looks_like_another_is_not_read(run: Run) -> None:
    bridge = run(**BEHIND_A_PROXY, BRIDGE_LIMITS__UNSOLICITED_PER_ADDRESS="1").ready()
    path = b"GET /camdigikey/callback?authToken=%d.a.b"
    said = [
        ask(bridge, path % number, b"X-Forwarded-For: 203.0.113.7", b"X_Forwarded_For: 203.0.113.%d" % number)
        for number in range(2)
    ]
    assert [text[9:12] for text in said] == [b"400", b"429"]


@pytest.mark.parametrize("name", [b"Accept-Language", b"Cookie", b"X-Forwarded-For", b"If-None-Match"])
def test_a_large_head_is_refused_and_one_within_the_limit_costs_little(bridge: Bridge, name: bytes) -> None:
    assert ask(bridge, b"GET /", name + b": " + b"a;q=1," * 60_000).startswith(b"HTTP/1.1 431")
    before = cpu_seconds(bridge.workers())
    for _ in range(TIMES):
        said = ask(bridge, b"GET /", name + b": " + b"a;q=1," * 5000)
        assert said.startswith(b"HTTP/1.1 200")
    assert cpu_seconds(bridge.workers()) - before < MOST_CPU


def test_a_long_list_of_languages_is_read_from_its_beginning(bridge: Bridge) -> None:
    assert b'<html lang="km"' in ask(bridge, b"GET /", b"Accept-Language: km," + b"xx;q=0.1," * 3000)


def test_a_kept_connection_outlives_a_proxys(run: Run) -> None:
    """nginx keeps one for a minute; a request on one that we have just closed would be its 502."""
    assert run().ready().environ.get("BRIDGE_SERVER__KEEP_ALIVE") is None
    bridge = run("short", BRIDGE_SERVER__KEEP_ALIVE="5").ready()
    with connect(bridge) as connection:
        connection.sendall(head(bridge, b"GET /healthz"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        assert connection.recv(1000) == b""
        assert 4.5 < time.monotonic() - began < 8


PATHS = (
    "/client_secret=canary",
    "/callback/authToken=canary",
    "/camdigikey/callback;code=canary",
    "/canary",
    "/confirm/canary",
    "/confirm/canary/no",
    "/static/canary",
    "/oauth/token/canary",
)


def test_what_a_path_holds_is_not_written_unless_it_is_a_word_of_the_protocol(bridge: Bridge) -> None:
    for path in PATHS:
        ask(bridge, b"GET " + path.encode())
    ask(bridge, b"GET /oauth2/authorize/x")
    until(lambda: "/oauth2/authorize/***" in bridge.said(), "the address that was asked is not to be seen")
    assert "canary" not in bridge.said()
    assert '"/confirm/<key>"' in bridge.said() and '"/static/<path:filename>"' in bridge.said()


def test_no_letter_that_a_terminal_obeys_reaches_the_log(bridge: Bridge) -> None:
    nasty = "\x1b[2J\x9b31m\x85\u202e\u2028\u00ad\u200b\u180e\U000e0041"
    ask(bridge, b"GET /" + quote(nasty).encode(), b"User-Agent: " + nasty[1:].encode())
    ask(bridge, b"GET /authorize?client_id=" + quote(nasty).encode())
    ask(bridge, b"GET /end")
    until(lambda: bridge.said().count('"request"') >= 3, "no lines")
    lines = [line for line in bridge.said().splitlines() if line.startswith("{")]
    assert all(json.loads(line) for line in lines)
    assert not [letter for line in lines for letter in line if not letter.isprintable()]

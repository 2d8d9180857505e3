"""What a proxy tells the bridge of a request, whatever its client says."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from bridge.domain.network import nearest
from tests.proxies.behind import UNSOLICITED, Behind
from tests.proxies.kinds import KINDS, NAME
from tests.proxies.recorder import Recorded, record
from tests.proxies.sockets import ask, head, read
from tests.support import tools
from tests.support.waiting import until

SPOOFED = (
    b"X-Forwarded-For: 203.0.113.7",
    b"X-Forwarded-For: 203.0.113.8, 127.0.0.1",
    b"X_Forwarded_For: 203.0.113.9",
    b"X-Forwarded-Proto: http",
    b"Forwarded: for=203.0.113.10;proto=http",
)


def test_the_bridge_hears_the_host_the_address_and_the_scheme_that_the_proxy_saw(recorded: Recorded) -> None:
    place = recorded.proxy.place
    answer = ask(recorded.proxy, "GET /a%20b?c=%2F", *SPOOFED, source="127.0.5.5")
    assert (answer.status, answer.body) == (200, b"hello")
    assert recorded.bridge.requests[-1].startswith(b"GET /a%20b?c=%2F HTTP/1.1\r\n")
    headers = recorded.bridge.headers()
    assert headers.get_all("Host") == [f"{place.name}:{place.port}"]
    assert headers.get_all("X-Forwarded-For") == ["127.0.5.5"]
    assert headers.get_all("X-Forwarded-Proto") == ["https"]
    assert headers.get_all("Forwarded") is None


def test_plain_http_is_sent_to_https_and_never_reaches_the_bridge(recorded: Recorded) -> None:
    place = recorded.proxy.place
    answer = ask(recorded.proxy, "GET /authorize?a=b%2F", plain=True, host="evil.example")
    assert answer.status in (308, 200), answer.status  # Caddy serves no name but its own
    answer = ask(recorded.proxy, "GET /authorize?a=b%2F", plain=True, host=f"localhost:{place.plain_port}")
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://localhost:{place.port}/authorize?a=b%2F"
    assert recorded.bridge.requests == []


def test_connections_to_the_bridge_are_kept(recorded: Recorded) -> None:
    with recorded.proxy.connect() as browser:
        for _ in range(3):
            browser.sendall(head(recorded.proxy, "GET /"))
            assert read(browser).status == 200
    assert (len(recorded.bridge.requests), recorded.bridge.connections) == (3, 1)


def unsolicited(behind: Behind, source: str, *headers: bytes) -> int:
    """A callback without a Handoff, which counts for the address that it comes from."""
    path = f"GET /camdigikey/callback?authToken={secrets.token_urlsafe(16)}"
    return ask(behind.proxy, path, *headers, source=source).status


def test_nobody_speaks_for_another_address_and_each_counts_for_themselves(behind: Behind) -> None:
    lies = [b"X-Forwarded-For: 203.0.113.%d" % number for number in range(UNSOLICITED + 1)]
    said = [unsolicited(behind, "127.0.6.1", lie, b"Forwarded: for=192.0.2.1") for lie in lies]
    assert said == [*[400] * UNSOLICITED, 429]
    assert unsolicited(behind, "127.0.6.2") == 400
    assert unsolicited(behind, "127.0.6.1") == 429


def test_nobody_makes_the_bridge_think_of_plain_http(behind: Behind) -> None:
    said = behind.said()
    answer = ask(behind.proxy, "GET /", b"X-Forwarded-Proto: http", b"Forwarded: proto=http")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"]
    assert "proxy.suspect" not in behind.said().removeprefix(said)


# What the guide says to write where a load balancer stands before the proxy: here it is 127.0.8.8.
APPENDING = {
    "nginx": {"X-Forwarded-For $remote_addr;": "X-Forwarded-For $proxy_add_x_forwarded_for;"},
    "caddy": {
        "reverse_proxy 127.0.0.1:8080 {": "reverse_proxy 127.0.0.1:8080 {\n\t\ttrusted_proxies 127.0.8.8/32"
    },
    "haproxy": {"http-request set-header X-Forwarded-For %[src]": "option forwardfor"},
    "apache": {"    RequestHeader unset X-Forwarded-For\n": ""},
}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("192.0.2.66, 203.0.113.7:4711", "203.0.113.7"),  # what the client wrote before it
    ],
)
def test_behind_a_load_balancer_the_person_is_the_one_that_it_saw(
    appending: Recorded, written: str, address: str
) -> None:
    header = f"X-Forwarded-For: {written}".encode()
    assert ask(appending.proxy, "GET /", header, source="127.0.8.8").status == 200
    lines = appending.bridge.headers().get_all("X-Forwarded-For") or []
    trusted = [ip_network("127.0.0.1/32"), ip_network("127.0.8.8/32")]
    assert str(nearest("127.0.0.1", lines, trusted)) == address


@pytest.fixture(scope="module")
def appending(kind: str) -> Iterator[Recorded]:
    with record(kind, changes=APPENDING[kind]) as found:
        yield found


# -- logs ----------------------------------------------------------------------------------------------

CANARY = "canary-auth-token"


def test_no_log_of_the_proxy_holds_what_an_address_carries(kind: str) -> None:
    """Auth tokens and codes travel in addresses, ours to the application in Location."""
    path = f"GET /camdigikey/callback?authToken={CANARY}"
    with record(kind, head=f"Location: https://app.example/?code={CANARY}\r\n") as found:
        assert ask(found.proxy, path, f"Referer: https://x.example/?{CANARY}".encode()).status == 200
        until(lambda: "/camdigikey/callback" in found.proxy.said(), "it writes no line")
        assert CANARY not in found.proxy.said()
    with record(kind) as found:
        found.bridge.close()
        assert ask(found.proxy, path, f"Cookie: a={CANARY}".encode()).status in (502, 503)
        until(lambda: "/camdigikey/callback" in found.proxy.said(), "it writes no line")
        assert CANARY not in found.proxy.said()


# -- the files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_the_places_that_the_guide_names(kind: str) -> None:
    guide = (tools.ROOT / "docs" / "guides" / "proxies.md").read_text(encoding="utf-8")
    path = f"deploy/proxies/{KINDS[kind].file}"
    assert path in guide
    text = (tools.ROOT / path).read_text(encoding="utf-8")
    assert NAME in text and "127.0.0.1:8080" in text and "docs/guides/proxies.md" in text

"""Client and redirect_uri: until both are trusted, a page and never a redirect (DESIGN §6.1)."""

from __future__ import annotations

import json

import pytest

from bridge.domain.authorization_request import ReplyTo
from bridge.domain.encoding import base64url
from bridge.errors import ShownToUser
from bridge.oidc.authorization import registered
from bridge.oidc.authorization.parameters import MAX_LENGTH, Parameters
from bridge.oidc.authorization.target import Target, trusted_target
from tests.oidc.authorization.support import CALLBACK, STORE, Pairs, Value, client, pairs, registered_client


def target(client_id: str = "web", /, **changes: Value) -> Target:
    return target_of(pairs(changes, client_id))


def target_of(received: Pairs) -> Target:
    return trusted_target(Parameters.received(received, "query"), STORE)


def test_the_target_is_the_client_and_the_one_way_back() -> None:
    found = target(response_mode="form_post")
    assert found.client == registered_client("web")
    assert found.reply_to == ReplyTo(CALLBACK, "form_post", "st-ate")


UNTRUSTED: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
    ("RFC6749-4.1.2.1 client_id missing", "web", "unknown_client", {"client_id": None}),
    ("RFC6749-4.1.2.1 client_id empty", "web", "unknown_client", {"client_id": ""}),
    ("RFC6749-4.1.2.1 client_id unknown", "web", "unknown_client", {"client_id": "nobody"}),
    ("RFC6749-4.1.2.1 client_id in other case", "web", "unknown_client", {"client_id": "WEB"}),
    ("RFC6749-4.1.2.1 client disabled", "off", "unknown_client", {}),
    ("RFC6749-4.1.2.1 client disabled, faulty request", "off", "unknown_client", {"response_type": "token"}),
    ("RFC6749-3.1 client_id twice", "web", "bad_request", {"client_id": ["web", "web"]}),
    ("RFC6749-3.1 redirect_uri twice", "web", "bad_request", {"redirect_uri": [CALLBACK, CALLBACK]}),
    ("OIDC-3.1.2.1 redirect_uri missing", "web", "bad_redirect_uri", {"redirect_uri": None}),
    ("OIDC-3.1.2.1 redirect_uri empty", "web", "bad_redirect_uri", {"redirect_uri": ""}),
    (
        "RFC9700-2.1 another client's",
        "web",
        "bad_redirect_uri",
        {"redirect_uri": "https://second.example/cb"},
    ),
    ("RFC9700-2.1 query added", "web", "bad_redirect_uri", {"redirect_uri": CALLBACK + "&a=b"}),
    ("RFC9700-2.1 query left out", "web", "bad_redirect_uri", {"redirect_uri": "https://app.example/cb"}),
    ("RFC9700-2.1 other case", "web", "bad_redirect_uri", {"redirect_uri": CALLBACK.upper()}),
)


@pytest.mark.parametrize(
    ("client_id", "key", "changes"), [case[1:] for case in UNTRUSTED], ids=[case[0] for case in UNTRUSTED]
)
def test_what_is_not_trusted_is_a_page(client_id: str, key: str, changes: dict[str, Value]) -> None:
    with pytest.raises(ShownToUser) as caught:
        target(client_id, **changes)
    assert (caught.value.status, caught.value.key) == (400, key)
    assert (caught.value.client_id == client_id) == (key == "bad_redirect_uri")  # the page's way back


LOOPBACK_OF_ANY_PORT = (
    "http://127.0.0.1/cb",
    "http://127.0.0.1:1/cb",
    "http://127.0.0.1:65535/cb",
    "http://[::1]/cb?a",
    "http://[::1]:51004/cb?a",
)
NOT_THAT_LOOPBACK = (
    "http://127.0.0.2:5000/cb",
    "http://localhost:5000/cb",
    "http://127.0.0.1:5000/x",
    "http://127.0.0.1:5000/cb?a",
    "http://127.0.0.1:5000/cb#a",
    "http://127.0.0.1:1@evil.example/cb",
    "http://127.0.0.1:65536/cb",
    "http://127.0.0.1:0/cb",
    "http://127.0.0.1:+80/cb",
    "http://127.0.0.1:៨០/cb",
    "http://127.0.0.1:80\n/cb",
    "http://127.0.0.1:80/cb\n",
    "https://127.0.0.1:5000/cb",
    "http://[::1]:5000/cb",
    "http://[::1].evil.example:80/cb?a",
    "kh.gov.app:5000/cb",
)


@pytest.mark.parametrize("address", LOOPBACK_OF_ANY_PORT)
def test_a_native_clients_loopback_address_may_have_any_port(address: str) -> None:
    """RFC 8252 §7.3"""
    assert registered(address, registered_client("native"))


@pytest.mark.parametrize("address", NOT_THAT_LOOPBACK)
def test_of_a_loopback_address_only_the_port_may_differ(address: str) -> None:
    """RFC 8252 §7.3"""
    assert not registered(address, registered_client("native"))


def test_any_port_is_for_native_clients_alone() -> None:
    """RFC 8252 §7.3: a web client's loopback address is an address as any other."""
    addresses = ("http://127.0.0.1/cb",)
    for application_type, any_port in (("web", False), ("native", True)):
        registration = client(redirect_uris=addresses, application_type=application_type)
        assert registered("http://127.0.0.1/cb", registration)
        assert registered("http://127.0.0.1:5000/cb", registration) is any_port
    with pytest.raises(ShownToUser, match="bad_redirect_uri"):
        target("web-loopback", redirect_uri="http://127.0.0.1:5000/cb")


def test_nothing_is_registered_for_a_client_without_addresses() -> None:
    assert not registered("", client(redirect_uris=()))


def request_object(**said: object) -> str:
    body = base64url(json.dumps(said).encode())
    return f"eyJhbGciOiJub25lIn0.{body}."


def test_a_request_objects_way_back_is_taken_where_none_stands_outside() -> None:
    """OIDC Core §6.1; the refusal of such a request reaches the client that way."""
    inside = request_object(state="inside", response_mode="form_post", redirect_uri="https://evil.example/")
    found = target(state=None, request=inside)
    assert found.reply_to == ReplyTo(CALLBACK, "form_post", "inside")
    assert target(request=inside, response_mode="query").reply_to == ReplyTo(CALLBACK, "query", "st-ate")


@pytest.mark.parametrize(
    ("response_type", "asked", "mode"),
    [
        ("token", None, "fragment"),
        ("id_token", "query", "fragment"),  # query must not be used (Multiple Response Types §5)
        ("code id_token", "fragment", "fragment"),
        ("id_token token", "form_post", "form_post"),
        ("code", None, "query"),
        ("none", None, "query"),
        ("", None, "query"),
    ],
)
def test_an_error_travels_as_the_response_type_would(
    response_type: str, asked: str | None, mode: str
) -> None:
    changes = {} if asked is None else {"response_mode": asked}
    assert target(response_type=response_type, **changes).reply_to.response_mode == mode


@pytest.mark.parametrize(
    ("changes", "way"),
    [
        ({"response_mode": "fragment"}, ("query", "st-ate")),
        ({"response_mode": ["form_post", "query"]}, ("form_post", "st-ate")),
        ({"state": ["a", "b"]}, ("query", None)),
        ({"state": "x" * (MAX_LENGTH + 1)}, ("query", None)),
        ({"state": "x" * MAX_LENGTH}, ("query", "x" * MAX_LENGTH)),
        ({"state": ""}, ("query", None)),
        (
            {"state": None, "request": request_object(state={"a": 1}, response_mode=[])},
            ("query", None),
        ),
        ({"state": None, "request": request_object(state="s", response_mode="fragment")}, ("query", "s")),
        ({"state": ["", "b"], "request": request_object(state="s")}, ("query", None)),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_way_back_that_cannot_be_used_is_as_if_it_had_not_come(
    changes: dict[str, Value], way: tuple[str, str | None]
) -> None:
    reply_to = target(**changes).reply_to
    assert (reply_to.response_mode, reply_to.state) == way

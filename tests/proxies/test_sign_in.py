"""Signing in and out through each proxy: what a browser and an application see of the bridge."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

import pytest

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.oidc.authorization.parameters import MAX_LENGTHS
from tests.proxies.behind import APPLICATION, PATIENCE, Behind
from tests.proxies.kinds import NAME, Proxy
from tests.proxies.sockets import ask
from tests.support.browser import NewPage
from tests.support.person import Page
from tests.support.walks import press
from tests.support.world import CALLBACK

KHMER = "សុភា".encode()
DISCOVERY = "/.well-known/openid-configuration"


def test_an_application_finds_everything_at_the_issuers_address(behind: Behind) -> None:
    said = behind.session().get(behind.issuer + DISCOVERY, timeout=PATIENCE)
    found = said.json()
    assert found["issuer"] == behind.issuer
    assert ":" in found["issuer"].removeprefix("https://")  # it has a port
    addresses = [value for name, value in found.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(addresses) > 5
    assert all(address.startswith(behind.issuer + "/") for address in addresses)
    assert said.headers["Access-Control-Allow-Origin"] == "*"
    kept = {"If-None-Match": said.headers["ETag"]}
    assert behind.session().get(behind.issuer + DISCOVERY, headers=kept, timeout=PATIENCE).status_code == 304


def test_somebody_signs_in_and_the_application_gets_tokens(behind: Behind) -> None:
    person = behind.person()
    page = behind.walk(person)
    tokens = behind.tokens(page)
    assert tokens.status == 200, tokens.body
    assert tokens.id_token["iss"] == page.params["iss"] == behind.issuer
    status, claims = behind.userinfo(tokens["access_token"])
    assert (status, claims["sub"]) == (200, tokens.id_token["sub"])
    again = behind.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status == 200
    assert behind.walk(person, prompt="none").params["code"]  # single sign-on


def test_its_cookies_are_bound_to_the_host_and_secure(behind: Behind) -> None:
    person = behind.person()
    behind.walk(person)
    cookies = [
        line for page in person.seen for line in page.headers.get("Set-Cookie", "").split(", __Host-") if line
    ]
    names = {line.removeprefix("__Host-").partition("=")[0] for line in cookies}
    assert {"bridge_browser", "bridge_handoff", "bridge_session"} <= names
    assert all("; Secure;" in line + ";" and "; Path=/" in line and "Domain" not in line for line in cookies)
    assert {page.headers.get("Strict-Transport-Security") for page in person.seen} == {"max-age=31536000"}


LONG_STATE, LONG_PATH = MAX_LENGTHS["state"], "x" * 1800


@pytest.fixture
def far(behind: Behind) -> Client:
    """An application with a long address: with its state it is more than a header may hold."""
    redirect_uri = f"{APPLICATION}/{LONG_PATH}"
    return behind.register(
        Client(
            ClientId("far"), "Far portal", (redirect_uri,), sector_identifier="app.example", skip_consent=True
        )
    )


def test_an_answer_too_long_for_default_buffers_arrives_and_burns_no_auth_token(
    behind: Behind, far: Client
) -> None:
    """nginx takes 4 KiB of headers: beyond, it answered 502 at the callback, with the auth token burnt."""
    state, person = secrets.token_urlsafe(LONG_STATE)[:LONG_STATE], behind.person()
    page = behind.walk(person, far.client_id, state=state)
    assert urlsplit(page.url).path == "/camdigikey/callback"  # by a page there, not by a header
    assert page.params["state"] == state
    assert behind.tokens(page, far.client_id).status == 200
    assert {answer.status for answer in person.seen} <= {200, 303}
    assert max(map(head_size, person.seen)) < 4096


@pytest.mark.parametrize("length", [2800, 3000])
def test_a_state_beyond_the_limit_is_refused_at_the_application(behind: Behind, length: int) -> None:
    """nginx answered 502 at `/authorize` for 3.0 KB."""
    state, person = secrets.token_urlsafe(length)[:length], behind.person()
    page = person.get(behind.authorize_url(state=state))
    assert page.location.startswith(APPLICATION)
    assert (page.params["error"], page.params["state"]) == ("invalid_request", state)
    assert head_size(page) < 4096


def test_a_callback_with_a_long_state_is_answered_by_the_bridge(behind: Behind) -> None:
    answer = ask(
        behind.proxy,
        f"GET /camdigikey/callback?authToken=a.b.c&state={secrets.token_urlsafe(2100)}",
        source="127.0.2.1",
    )
    assert answer.status == 400
    assert b"<main " in answer.body


def head_size(page: Page) -> int:
    return sum(len(name) + len(value) + len(": \r\n") for name, value in page.headers.items())


def test_a_real_browser_signs_in_by_http2(behind: Behind, new_page: NewPage) -> None:
    page = new_page(ignore_https_errors=True)
    with behind.approving("sophea"):
        page.goto(behind.authorize_url("own"))
        protocol = page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")
        assert protocol == "h2"
        with page.expect_request(lambda request: request.url.startswith("https://own.example/cb?")) as asked:
            press(page)
    assert "code=" in asked.value.url
    names = {cookie.get("name", "") for cookie in page.context.cookies(behind.issuer)}
    assert "__Host-bridge_session" in names


def test_the_answer_and_the_sign_out_may_travel_by_forms(behind: Behind) -> None:
    person = behind.person()
    page = behind.walk(person, response_mode="form_post")
    form = page.form("continue")
    assert (form.action, form.method) == (CALLBACK, "post")
    fields = {"grant_type": "authorization_code", "code": form.fields["code"]}
    tokens = behind.tokens(page, **fields)
    assert tokens.status == 200, tokens.body
    wish = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": "https://app.example/bye",
        "state": secrets.token_urlsafe(1500),
    }
    elsewhere = {"Origin": APPLICATION, "Sec-Fetch-Site": "cross-site"}
    left = person.follow(person.post(behind.issuer + "/logout", wish, **elsewhere), until=APPLICATION)
    assert left.location.startswith("https://app.example/bye?")
    assert left.params["state"] == wish["state"]
    assert behind.userinfo(tokens["access_token"])[0] == 401
    assert behind.walk(person, prompt="none").params["error"] == "login_required"


# -- the host ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [NAME, f"{NAME}:443", NAME.upper()])
def test_an_issuer_without_a_port_is_asked_with_and_without_that_of_https(
    without_port: Proxy, host: str
) -> None:
    for path in (DISCOVERY, "/authorize?client_id=web", "/"):
        answer = ask(without_port, f"GET {path}", host=host)
        assert answer.status != 421, answer.body
    assert answer.status == 200


def test_another_host_is_not_served_in_the_issuers_name(behind: Behind) -> None:
    """By the proxy, which knows no such host, or by the bridge (RFC 9110 §15.5.20)."""
    answer = ask(behind.proxy, "GET /", host="evil.example")
    assert answer.status in (200, 421), answer.status
    assert behind.issuer.encode() not in answer.body or answer.status == 421
    assert b'id="continue"' not in answer.body


# -- what else is asked of it --------------------------------------------------------------------------


def test_a_sibling_sites_cookie_hides_none_of_ours(behind: Behind) -> None:
    for cookies in (b"name=%s; __Host-bridge_lang=km", b"__Host-bridge_lang=km; name=%s"):
        answer = ask(behind.proxy, "GET /", b"Cookie: " + cookies % KHMER)
        assert (answer.status, b'<html lang="km"' in answer.body) == (200, True), answer.body[:300]


@pytest.mark.parametrize("path", ["/", DISCOVERY, "/jwks"])
def test_a_head_is_answered_like_a_get_without_its_body(behind: Behind, path: str) -> None:
    got = behind.session().get(behind.issuer + path, timeout=PATIENCE)
    head = behind.session().head(behind.issuer + path, timeout=PATIENCE)
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_a_pages_preflight_is_answered_and_then_it_may_ask(behind: Behind) -> None:
    session, origin = behind.session(), {"Origin": APPLICATION}
    for path, method in (("/token", "POST"), ("/userinfo", "GET"), (DISCOVERY, "GET")):
        wish = {**origin, "Access-Control-Request-Method": method}
        asked = session.options(behind.issuer + path, headers=wish, timeout=PATIENCE)
        assert asked.status_code == 204, path
        assert method in asked.headers["Access-Control-Allow-Methods"]
    tokens = behind.tokens(behind.walk(behind.person()))
    bearer = {**origin, "Authorization": f"Bearer {tokens['access_token']}"}
    said = session.get(behind.issuer + "/userinfo", headers=bearer, timeout=PATIENCE)
    assert (said.status_code, said.headers["Access-Control-Allow-Origin"]) == (200, APPLICATION)

"""RP-initiated logout: whose Session, and where to afterwards (OIDC RP-Initiated Logout §2, §3)."""

from __future__ import annotations

import pytest

from bridge.domain.ids import Sid
from bridge.errors import ShownToUser
from bridge.oidc.logout import LogoutRequest, LogoutRequests
from tests.oidc.authorization.support import RegisteredClients, client, hint, hints

BYE = "https://app.example/bye?a=b"
WEB = client(post_logout_redirect_uris=(BYE,))
CLIENTS = RegisteredClients(WEB, client("second"), client("off", enabled=False))


def checked(*pairs: tuple[str, str]) -> LogoutRequest:
    return LogoutRequests(CLIENTS, hints()).check(pairs)


def test_without_anything_said_nothing_is_known() -> None:
    assert checked() == LogoutRequest(None)
    assert checked(("id_token_hint", ""), ("client_id", ""), ("post_logout_redirect_uri", "")) == checked()


def test_a_hint_names_the_client_and_the_session() -> None:
    assert checked(("id_token_hint", hint())) == LogoutRequest(WEB, Sid("sid-1"), hinted=True)


def test_a_hint_without_a_sid_names_the_client_alone() -> None:
    assert checked(("id_token_hint", hint(sid=None))) == LogoutRequest(WEB, hinted=True)


def test_a_client_may_name_itself_and_then_no_session_is_named() -> None:
    assert checked(("client_id", "web")) == LogoutRequest(WEB)


def test_a_registered_address_is_returned_to_with_state() -> None:
    assert checked(("client_id", "web"), ("post_logout_redirect_uri", BYE)).return_to == BYE
    with_state = checked(("client_id", "web"), ("post_logout_redirect_uri", BYE), ("state", "x y"))
    assert with_state.return_to == BYE + "&state=x+y"


def test_a_hint_that_nobody_can_read_loses_neither_the_client_nor_its_address() -> None:
    pairs = (("id_token_hint", "garbage"), ("client_id", "web"), ("post_logout_redirect_uri", BYE))
    assert checked(*pairs) == LogoutRequest(WEB, return_to=BYE)


@pytest.mark.parametrize("registered", ["http://127.0.0.1:9000", "http://127.0.0.1:9000/"])
@pytest.mark.parametrize("asked", ["http://127.0.0.1:9000", "http://127.0.0.1:9000/"])
def test_an_address_without_a_path_is_the_one_with_a_slash(registered: str, asked: str) -> None:
    """RFC 3986 §6.2.3; `{baseUrl}` of Spring's has none."""
    requests = LogoutRequests(RegisteredClients(client(post_logout_redirect_uris=(registered,))), hints())
    found = requests.check((("client_id", "web"), ("post_logout_redirect_uri", asked), ("state", "s")))
    assert found.return_to == f"{asked}?state=s"
    with pytest.raises(ShownToUser):
        requests.check((("client_id", "web"), ("post_logout_redirect_uri", asked.rstrip("/") + "/x")))


@pytest.mark.parametrize(
    "asked",
    [
        "http://[::1",
        "https://app.exa\nmple",
        "https://app.example\r\n",
        " https://app.example",
        "HTTPS://app.example",
        "https://APP.example",
        "https://app.example\\",
        "https://app.example#",
        "https://app.example?",
        "https://app.example:443",
        "https://a@app.example",
        "//app.example",
    ],
)
def test_an_address_is_compared_letter_by_letter_but_for_that_slash(asked: str) -> None:
    """What is compared is what is sent on: a reader of addresses would take line breaks out, or break off."""
    web = client(post_logout_redirect_uris=("https://app.example",))
    requests = LogoutRequests(RegisteredClients(web), hints())
    with pytest.raises(ShownToUser):
        requests.check((("client_id", "web"), ("post_logout_redirect_uri", asked)))


def test_a_state_without_an_address_leads_nowhere() -> None:
    assert checked(("client_id", "web"), ("state", "x")).return_to is None


REFUSED: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("RFC6749-3.1 a parameter twice", (("client_id", "web"), ("client_id", "web"))),
    ("RP-Logout-2 client unknown", (("client_id", "nobody"),)),
    ("RP-Logout-2 client disabled", (("client_id", "off"),)),
    ("RP-Logout-2 hint of nobody's", (("id_token_hint", "garbage"),)),
    ("RP-Logout-2 hint of another issuer", (("id_token_hint", hint(iss="https://evil.example")),)),
    ("RP-Logout-2 hint of a client that is gone", (("id_token_hint", hint(aud="gone")),)),
    ("RP-Logout-2 hint of a disabled client", (("id_token_hint", hint(aud="off")),)),
    ("RP-Logout-2 hint of another client", (("id_token_hint", hint()), ("client_id", "second"))),
    ("RP-Logout-3 address without a client", (("post_logout_redirect_uri", BYE),)),
    ("RP-Logout-3 not registered", (("client_id", "web"), ("post_logout_redirect_uri", BYE + "&x"))),
    ("RP-Logout-3 another client's", (("client_id", "second"), ("post_logout_redirect_uri", BYE))),
)


@pytest.mark.parametrize("pairs", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_not_trusted_is_a_page(pairs: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ShownToUser) as caught:
        checked(*pairs)
    assert (caught.value.status, caught.value.key) == (400, "logout_failed")

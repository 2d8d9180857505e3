"""The whole use case: an AuthorizationRequest, a page, or a refusal that reaches a registered address."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest, ReplyTo
from bridge.domain.ids import ClientId, Sub
from bridge.errors import ShownToUser
from bridge.oidc.authorization import RequestRefused, registered
from bridge.oidc.authorization.parameters import MAX_LENGTH, MAX_TOTAL
from tests.oidc.authorization.support import (
    CALLBACK,
    CHALLENGE,
    CLIENTS,
    STORE,
    Pairs,
    Value,
    checked,
    good,
    hint,
    requests,
)


def test_all_that_a_client_asks_for_stands_in_the_request() -> None:
    request = checked(
        response_mode="form_post",
        prompt="login consent",
        max_age="60",
        id_token_hint=hint(),
        login_hint="CDK1",
        ui_locales="km en",
        claims_locales="km",
        claims='{"userinfo": {"email": null}}',
        display="popup",
    )
    assert request == AuthorizationRequest(
        client_id=ClientId("web"),
        reply_to=ReplyTo(CALLBACK, "form_post", "st-ate"),
        scope=("openid", "profile"),
        response_type="code",
        nonce="n-once",
        code_challenge=CHALLENGE,
        prompt=frozenset({"login", "consent"}),
        max_age=60,
        required_subs=(Sub("sophea"),),
        login_hint="CDK1",
        ui_locales=("km", "en"),
        claims_locales=("km",),
        claims=ClaimsRequest({"email": ClaimRequest()}, {}),
    )


def test_what_a_client_does_not_ask_for_is_absent() -> None:
    minimal = {**dict.fromkeys(good("lenient")), "client_id": "lenient", "redirect_uri": CALLBACK}
    request = checked("lenient", **{**minimal, "response_type": "code", "scope": "openid"})
    assert request == AuthorizationRequest(ClientId("lenient"), ReplyTo(CALLBACK), ("openid",))


def test_success_and_refusal_go_the_same_way_back() -> None:
    accepted = checked(response_mode="form_post")
    with pytest.raises(RequestRefused) as caught:
        checked(response_mode="form_post", scope="profile")
    assert caught.value.reply_to == accepted.reply_to


def test_a_disabled_clients_faulty_request_is_a_page() -> None:
    """RFC 6749 §4.1.2.1: nothing goes to the address of a client that is not served."""
    with pytest.raises(ShownToUser, match="unknown_client"):
        checked("off", response_type="token")


@pytest.mark.parametrize("client_id", ["spa", "lenient-spa", "native"])
def test_a_public_client_never_goes_without_pkce(client_id: str) -> None:
    """RFC 9700 §2.1.1: whatever its registration says; anybody could use a code that it lost."""
    with pytest.raises(RequestRefused) as caught:
        checked(client_id, code_challenge=None, code_challenge_method=None)
    assert caught.value.error == "invalid_request"


def test_display_is_accepted_and_leaves_no_trace() -> None:
    """OIDC Core §3.1.2.1: all have to accept it, and our pages are the same for each."""
    assert checked(display="wap") == checked()
    assert "display" not in {field.name for field in dataclasses.fields(AuthorizationRequest)}


# Names and values that mean something, among all that means nothing.
NAMES = st.sampled_from(
    (
        *good(),
        *("response_mode", "prompt", "max_age", "claims", "id_token_hint", "login_hint", "ui_locales"),
        *("claims_locales", "display", "request", "request_uri", "registration"),
    )
)
ADDRESSES = tuple(address for client in CLIENTS for address in client.redirect_uris)
VALUES = st.sampled_from(
    (
        *(str(client.client_id) for client in CLIENTS),
        *ADDRESSES,
        *("https://evil.example/", "http://127.0.0.1:5000/cb", "http://[::1]:1/cb?a", "javascript:alert(1)"),
        *("code", "token", "code id_token", "openid", "openid email", "profile", "S256", "plain", CHALLENGE),
        *("query", "form_post", "fragment", "none", "login", "consent none", "0", "-1", "9" * 40, ""),
        *(
            "{}",
            "[]",
            '{"id_token": {"sub": {"value": "sophea"}}}',
            '{"id_token": {"acr": {"essential": true}}}',
        ),
        *("a.b.c", "eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6ImluIn0.", hint(), hint("dara", "second")),
        *("x" * (MAX_LENGTH + 1), "x" * MAX_LENGTH, "ចូលប្រើ", "a\0b\r\nLocation: x"),
    )
)
ANY_PAIRS = st.lists(st.tuples(NAMES | st.text(), VALUES | st.text()), max_size=12).map(tuple)


@st.composite
def nearly_good(draw: st.DrawFn) -> Pairs:
    """A good request of some client, with some parameters changed, left out or added."""
    client_id = str(draw(st.sampled_from(CLIENTS)).client_id)
    values: dict[str, Value] = good(client_id) | draw(st.dictionaries(NAMES, VALUES | st.none(), max_size=3))
    kept = tuple((name, value) for name, value in values.items() if isinstance(value, str))
    return (*kept, *draw(st.lists(st.tuples(NAMES | st.text(), VALUES), max_size=1)))


@given(ANY_PAIRS | nearly_good())
def test_whatever_comes_is_a_request_a_page_or_a_refusal_to_a_registered_address(pairs: Pairs) -> None:
    try:
        reply_to = requests().check(pairs, "query").reply_to
    except ShownToUser as error:
        assert error.status == 400
        return
    except RequestRefused as error:
        reply_to = error.reply_to
    client = STORE.get(dict(pairs)["client_id"])
    assert client is not None
    assert client.enabled
    assert registered(reply_to.redirect_uri, client)
    assert reply_to.redirect_uri == dict(pairs)["redirect_uri"]
    assert len(reply_to.state or "") <= MAX_LENGTH


@given(nearly_good())
def test_what_is_accepted_keeps_the_rules(pairs: Pairs) -> None:
    try:
        request = requests().check(pairs, "form")
    except (ShownToUser, RequestRefused):
        return
    values, client = dict(pairs), STORE.get(request.client_id)
    assert len(values) == len(pairs)
    assert sum(map(len, values.values())) <= MAX_TOTAL
    assert values["response_type"] == "code"
    assert "openid" in request.scope
    assert not {"request", "request_uri", "registration"} & {name for name, value in values.items() if value}
    assert client is not None
    assert request.code_challenge or not (client.public or client.require_pkce)
    assert request.prompt == {"none"} or "none" not in request.prompt

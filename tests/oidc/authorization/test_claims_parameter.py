"""The `claims` parameter (OIDC Core §5.5)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.claims_parameter import claims_request

WISHES = (
    '{"userinfo": {"name": null, "email": {"essential": true}}, "id_token": {"acr": {"values": ["a", 1]}}}'
)
SINGLE = '{"id_token": {"sub": {"value": "x"}, "auth_time": {"essential": false, "other": 1}}, "more": 3}'


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        (None, ClaimsRequest()),
        ("{}", ClaimsRequest()),
        ('{"userinfo": null, "id_token": {}}', ClaimsRequest()),
        (
            WISHES,
            ClaimsRequest(
                {"name": ClaimRequest(), "email": ClaimRequest(essential=True)},
                {"acr": ClaimRequest(values=("a", 1))},
            ),
        ),
        (SINGLE, ClaimsRequest({}, {"sub": ClaimRequest(values=("x",)), "auth_time": ClaimRequest()})),
    ],
)
def test_claims_are_read_by_name(text: str | None, request_: ClaimsRequest) -> None:
    assert claims_request(text) == request_


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        '"name"',
        "1e999",
        "[" * 5000,
        '{"userinfo": []}',
        '{"id_token": "sub"}',
        '{"userinfo": {"name": "x"}}',
        '{"userinfo": {"name": {"essential": 1}}}',
        '{"userinfo": {"name": {"values": "x"}}}',
        '{"userinfo": {"name": {"value": {}}}}',
        '{"userinfo": {"name": {"values": [[]]}}}',
        r'{"id_token": {"sub": {"value": "\ud800"}}}',
        r'{"userinfo": {"\udfff": null}}',
    ],
    ids=lambda text: f"OIDC-5.5 {text[:50]}".replace("\\", "/"),
)
def test_what_is_not_of_the_form_is_an_invalid_request(text: str) -> None:
    with pytest.raises(ReturnedToClient) as caught:
        claims_request(text)
    assert caught.value.error == "invalid_request"


NAMES = st.text() | st.sampled_from(("value", "values", "essential"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
    max_leaves=15,
)
PARTS = st.dictionaries(st.sampled_from(("userinfo", "id_token")), st.dictionaries(NAMES, JSON) | JSON)


@given(st.text() | JSON.map(json.dumps) | PARTS.map(json.dumps))
def test_any_text_is_a_claims_request_or_an_invalid_request(text: str) -> None:
    try:
        assert isinstance(claims_request(text), ClaimsRequest)
    except ReturnedToClient as error:
        assert error.error == "invalid_request"

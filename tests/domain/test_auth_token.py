"""The auth token of a callback: burnt, hashed and sent on in one form (DESIGN §6.22)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.auth_token import MAX_LENGTH, canonical_auth_token, spent_form

JWT = "eyJ0eXAiOiAiSldUIn0=.eyJqdGkiOiAxfQ==.c2lnbmVk"


def test_a_token_stays_what_it_is() -> None:
    assert canonical_auth_token(JWT) == JWT
    assert canonical_auth_token("an-opaque_token~1+/==") == "an-opaque_token~1+/=="


def test_one_that_is_percent_encoded_once_more_is_the_same_token() -> None:
    assert canonical_auth_token("%65" + JWT[1:]) == JWT
    assert canonical_auth_token(quote("a+b/c==", safe="")) == "a+b/c=="


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b",
        "a%",
        "%2565",
        "%E1%9E",
        "\u1780",
        "a\r\nb",
        "a" * (MAX_LENGTH + 1),
        "a.b.c\x00",
    ],
)
def test_what_has_another_spelling_or_none_is_refused(text: str) -> None:
    assert canonical_auth_token(text) is None


@pytest.mark.parametrize("signature", ["c2lnbmVk", "c2lnbmVk==", "c2lnbmVl", "YW5vdGhlcg", "a+/="])
def test_of_a_jwt_the_signature_is_not_what_is_burnt(signature: str) -> None:
    signed, _, _ = JWT.rpartition(".")
    assert spent_form(f"{signed}.{signature}") == signed


@pytest.mark.parametrize("token", ["opaque", "a.b", "a.b.c.d"])
def test_what_is_no_jwt_is_burnt_whole(token: str) -> None:
    assert spent_form(token) == token


@given(st.text(max_size=60))
def test_whatever_comes_is_canonical_or_refused(text: str) -> None:
    found = canonical_auth_token(text)
    if found is not None:
        assert canonical_auth_token(found) == found
        assert "%" not in found

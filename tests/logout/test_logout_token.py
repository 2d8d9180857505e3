"""The logout token: what stands in it and what may not (OIDC Back-Channel Logout 1.0 §2.4)."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from bridge.domain.client import SIGNING_ALGS, SigningAlg
from bridge.oidc.keys import Keys, TokenInvalid
from bridge.oidc.logout_token import logout_token
from tests.outbound import house

NOW = 1_790_000_000


@pytest.fixture(scope="module")
def keys() -> Keys:
    return house.keys()


def made(keys: Keys, sub: str = "sub-1", sid: str = "sid-1", alg: SigningAlg = "ES256") -> str:
    return logout_token(
        issuer=house.ISSUER,
        client_id="client-1",
        sub=sub,
        sid=sid,
        alg=alg,
        now=NOW,
        jti="jti-1",
        signer=keys,
    )


@pytest.mark.parametrize("alg", SIGNING_ALGS)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_it_says_whose_session_ended_and_nothing_more(keys: Keys, alg: SigningAlg) -> None:
    text = made(keys, alg=alg)
    token = jwt.decode(text, KeySet.import_key_set(keys.jwks()), algorithms=[alg])
    assert token.claims == {
        "iss": house.ISSUER,
        "sub": "sub-1",
        "sid": "sid-1",
        "aud": "client-1",
        "iat": NOW,
        "exp": NOW + 120,
        "jti": "jti-1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    header = extract_compact(text.encode()).headers()
    assert (header["typ"], header["alg"]) == ("logout+jwt", alg)
    assert header["kid"] in {key["kid"] for key in keys.jwks()["keys"]}


@pytest.mark.parametrize(("named", "left_out"), [({"sub": ""}, "sub"), ({"sid": ""}, "sid")])
def test_what_is_not_known_is_left_out(keys: Keys, named: dict[str, str], left_out: str) -> None:
    claims: dict[str, Any] = keys.verify(made(keys, **named), "logout+jwt")
    assert left_out not in claims
    assert {"sub", "sid"} - {left_out} <= claims.keys()


def test_without_person_and_session_there_is_none(keys: Keys) -> None:
    with pytest.raises(ValueError, match="a person or a session"):
        made(keys, sub="", sid="")


def test_it_is_no_id_token_to_us(keys: Keys) -> None:
    with pytest.raises(TokenInvalid):
        keys.verify(made(keys))

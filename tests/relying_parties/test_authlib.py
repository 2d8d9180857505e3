"""Authlib's client signs a person in, from the discovery address alone."""

from __future__ import annotations

from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.live import Live
from tests.support.world import VERIFIER


def test_authlib_completes_a_login_and_checks_the_id_token(live: Live) -> None:
    application = live.applications["portal"]
    endpoints = application.discovery()
    session = OAuth2Session(
        application.client_id,
        application.secret,
        scope="openid profile email",
        redirect_uri=application.redirect_uri,
        code_challenge_method="S256",
    )
    address, state = session.create_authorization_url(
        endpoints["authorization_endpoint"], code_verifier=VERIFIER, nonce="n-1"
    )
    page = live.walk(address)
    tokens = session.fetch_token(
        endpoints["token_endpoint"], authorization_response=page.location, state=state, code_verifier=VERIFIER
    )
    keys = KeySet.import_key_set(application.get(endpoints["jwks_uri"]))
    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": live.issuer},
        aud={"essential": True, "value": application.client_id},
        nonce={"essential": True, "value": "n-1"},
    ).validate(token.claims)
    userinfo = session.get(endpoints["userinfo_endpoint"]).json()
    assert userinfo["sub"] == token.claims["sub"]
    assert userinfo["name#km"]
    assert session.refresh_token(endpoints["token_endpoint"])["id_token"]

"""Authlib's client signs a person in, and acts for itself, from the discovery address alone."""

from __future__ import annotations

from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.relying_parties.machine import OWN_SCOPE, machine
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


def test_authlib_acts_for_itself_and_gives_its_token_back(live: Live) -> None:
    """RFC 6749 §4.4, RFC 7662, RFC 7009."""
    client_id = machine(live).client_id
    endpoints = live.applications["portal"].discovery()
    session = OAuth2Session(client_id, live.world.secrets[client_id], scope=OWN_SCOPE)
    tokens = session.fetch_token(endpoints["token_endpoint"], grant_type="client_credentials")
    assert (tokens["scope"], tokens["token_type"]) == (OWN_SCOPE, "Bearer")

    def introspected() -> dict[str, object]:
        said = session.introspect_token(endpoints["introspection_endpoint"], token=tokens["access_token"])
        found: dict[str, object] = said.json()
        return found

    assert introspected()["active"] is True
    session.revoke_token(
        endpoints["revocation_endpoint"], token=tokens["access_token"], token_type_hint="access_token"
    ).raise_for_status()
    assert introspected() == {"active": False}


def test_authlib_gives_a_persons_refresh_token_back(live: Live) -> None:
    """RFC 7009 §2.1: what was given on it is dead with it."""
    world, endpoints = live.world, live.applications["portal"].discovery()
    tokens = world.tokens(live.walk(world.authorize_url("portal")), "portal")
    session = OAuth2Session("portal", world.secrets["portal"])
    assert world.userinfo(tokens["access_token"])[0] == 200
    session.revoke_token(
        endpoints["revocation_endpoint"], token=tokens["refresh_token"], token_type_hint="refresh_token"
    ).raise_for_status()
    assert world.userinfo(tokens["access_token"])[0] == 401
    said = world.token("portal", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (said.status, said["error"]) == (400, "invalid_grant")

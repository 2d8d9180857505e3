"""Tokens of the administration API: one kind is taken, and every other is refused alike (RFC 6750 §3.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.admin_scopes import API_PATH
from bridge.domain.client import Client
from bridge.domain.grant import Origin
from bridge.domain.ids import GrantId
from bridge.domain.principal import ClientPrincipal
from bridge.domain.token import AccessToken
from bridge.oidc.api_tokens import ApiTokens
from bridge.oidc.errors import OAuthError
from tests.oidc.house import ISSUER, NOW, House, jwt_part

READ, CLIENTS = "bridge.admin.read", "bridge.admin.clients"
API = ISSUER + API_PATH
ROBOT: dict[str, Any] = {"scope": (READ, CLIENTS), "grant_types": ("client_credentials",)}


def robot(house: House, **changes: Any) -> Client:
    """The client `machine` with scopes of administration, which it is while the test lasts."""
    return house.change("machine", **{**ROBOT, **changes})


def token(house: House, scope: str | None = None) -> str:
    said = house.token("machine", grant_type="client_credentials", scope=scope)
    assert said.status == 200, said.body
    text: str = said["access_token"]
    return text


def read(house: House, text: str) -> tuple[Client, frozenset[str]]:
    s = house.services
    return ApiTokens(s.tokens, s.clients, ISSUER, s.clock).read(f"Bearer {text}")


def test_a_token_of_scopes_of_administration_is_for_the_api_alone(house: House) -> None:
    """RFC 8707 §2: whoever it is shown to can't use it elsewhere, and nothing else is taken there."""
    robot(house)
    text = token(house)
    assert house.introspect(text, "machine")["aud"] == API
    client, scopes = read(house, text)
    assert (client.client_id, scopes) == ("machine", {READ, CLIENTS})
    assert house.userinfo(text).refusal == (403, "insufficient_scope")


def test_a_jwt_says_for_whom_it_is(house: House) -> None:
    """RFC 9068 §2.2."""
    robot(house, access_token_format="at+jwt")
    text = token(house, READ)
    assert jwt_part(text, 1)["aud"] == API
    assert read(house, text)[1] == {READ}


def test_it_has_what_was_asked_and_what_the_client_still_may(house: House) -> None:
    """RFC 6749 §3.3; a scope that was taken back is gone from tokens that live."""
    robot(house)
    narrow, wide = token(house, READ), token(house)
    assert read(house, narrow)[1] == {READ}
    robot(house, scope=(CLIENTS,))
    assert read(house, wide)[1] == {CLIENTS}
    assert read(house, narrow)[1] == frozenset()


def other_scope(house: House) -> str:
    robot(house, scope=("registry.read",))
    text = token(house)
    robot(house)
    return text


def mixed_scope(house: House) -> str:
    """Which checks at registration let nobody have."""
    robot(house, scope=(READ, "registry.read"))
    return token(house)


def persons(house: House, **changes: Any) -> str:
    text: str = house.tokens("web", **changes)["access_token"]
    return text


def of_a_person_for_the_api(house: House) -> str:
    """Of a client that may act for itself, too."""
    house.change("web", grant_types=("authorization_code", "refresh_token", "client_credentials"))
    return persons(house, resources=(API,), scope=("openid", READ))


def for_two(house: House) -> str:
    """A token for the API and for somebody else."""
    robot(house)
    now, grant_id = int(house.clock), GrantId("grant-for-two")
    grant = replace(
        house.grant("machine"),
        id=grant_id,
        origin=Origin("client", grant_id),
        principal=ClientPrincipal(),
        scope=(READ,),
        resources=(API, "https://other.example"),
    )
    house.services.grants.open(grant, now)
    text = f"{grant_id}.secret"
    record = AccessToken(grant_id, grant.client_id, (READ,), now, now + 600, aud=grant.resources)
    assert house.services.tokens.mint(grant, (text, record), None)
    return text


def refresh_token(house: House) -> str:
    text: str = house.tokens("web")["refresh_token"]
    return text


def expired(house: House) -> str:
    robot(house)
    text = token(house)
    house.clock = NOW + 601
    return text


def revoked(house: House) -> str:
    robot(house)
    text = token(house)
    assert house.revoke(text, "machine").status == 200
    return text


def ended(house: House) -> str:
    robot(house)
    text = token(house)
    house.services.grants.end(GrantId(text.split(".")[0]), NOW)
    return text


def of_a_client_that(**changes: Any) -> Callable[[House], str]:
    def became(house: House) -> str:
        robot(house)
        text = token(house)
        robot(house, **changes)
        return text

    return became


def deleted(house: House) -> str:
    client = robot(house)
    text = token(house)
    house.services.clients.remove(client.client_id)
    return text


TOKENS: Mapping[str, Callable[[House], str]] = {
    "RFC8707-2 of another audience": other_scope,
    "RFC8707-2 of a client that has other scopes too": mixed_scope,
    "RFC8707-2 for two": for_two,
    "RFC6750-3.1 of a person": persons,
    "RFC8707-2 of a person, for the API": of_a_person_for_the_api,
    "RFC6750-2 a refresh token": refresh_token,
    "RFC6750-3.1 expired": expired,
    "RFC7009-2.1 revoked": revoked,
    "RFC6749-4.1.2 of a Grant that ended": ended,
    "RFC6750-3.1 of a disabled client": of_a_client_that(enabled=False),
    "RFC6749-4.4 of a client that may no longer act for itself": of_a_client_that(
        grant_types=("authorization_code",)
    ),
    "RFC6749-4.4 of a client that is public now": of_a_client_that(token_endpoint_auth_method="none"),
    "RFC7591-5 of an earlier client of the same id": of_a_client_that(client_id_issued_at=NOW + 31),
    "RFC7592-2.3 of a deleted client": deleted,
    "RFC6750-2.1 none of ours": lambda house: "made-up.token",
    "RFC6750-2.1 two": lambda house: f"{token(house)},Bearer {token(house)}",
    "RFC6750-2.1 too long": lambda house: "a." + "b" * 9000,
    "RFC6750-2.1 not ASCII": lambda house: "ក.ខ",
}


@pytest.mark.parametrize("id", TOKENS)
def test_every_other_token_is_refused_by_the_same_sentence(house: House, id: str) -> None:
    text = TOKENS[id](house)
    with pytest.raises(OAuthError) as refused:
        read(house, text)
    assert (refused.value.status, refused.value.error) == (401, "invalid_token")
    assert (
        'Bearer realm="CamDigiKey bridge", error="invalid_token"' in refused.value.headers["WWW-Authenticate"]
    )


HEADERS: Mapping[str, str | None] = {
    "RFC6750-3.1 none": None,
    "RFC6750-3.1 empty": "",
    "RFC7235-2.1 another scheme": "Basic bWFjaGluZTpzZWNyZXQ=",
    "RFC6750-2.1 no token": "Bearer ",
}


@pytest.mark.parametrize("id", HEADERS)
def test_who_brings_no_token_is_asked_for_one(house: House, id: str) -> None:
    s = house.services
    with pytest.raises(OAuthError) as refused:
        ApiTokens(s.tokens, s.clients, ISSUER, s.clock).read(HEADERS[id])
    assert (refused.value.status, refused.value.error) == (401, None)
    assert refused.value.headers["WWW-Authenticate"] == 'Bearer realm="CamDigiKey bridge"'

"""grant_type=client_credentials (RFC 6749 §4.4): a client acts for itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bridge.domain.ids import ClientId, GrantId
from bridge.domain.principal import ClientPrincipal
from tests.oidc.house import ISSUER, NOW, OWN_SCOPES, House, Said, jwt_part
from tests.support.round_trips import count_round_trips


def call(house: House, client_id: str = "machine", scope: str | None = None) -> Said:
    return house.token(client_id, grant_type="client_credentials", scope=scope)


def test_a_client_gets_an_access_token_and_nothing_of_a_person(house: House) -> None:
    """RFC 6749 §4.4.3: no refresh token; OIDC Core §2: no ID token, for nobody was signed in."""
    said = call(house)
    assert said.status == 200
    assert set(said.body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 600)
    assert said.headers["Cache-Control"] == "no-store"
    assert said.answer.client_id == "machine"


def test_its_grant_is_the_clients_own(house: House) -> None:
    grant_id = GrantId(call(house)["access_token"].split(".")[0])
    grant = house.services.grants.find(grant_id, NOW)
    assert grant is not None
    assert grant.principal == ClientPrincipal()
    assert (grant.client_id, grant.origin.kind, grant.scope) == ("machine", "client", OWN_SCOPES)
    assert grant_id in house.services.grants.by_client(ClientId("machine"), NOW)


def test_each_call_has_a_grant_of_its_own_so_that_ending_one_leaves_the_other(house: House) -> None:
    first, second = call(house)["access_token"], call(house)["access_token"]
    house.services.grants.end(GrantId(first.split(".")[0]), NOW)
    assert not house.introspect(first, "machine")["active"]
    assert house.introspect(second, "machine")["active"]


SCOPES: Mapping[str, tuple[str | None, str]] = {
    "RFC6749-3.3 none asked: all of its own": (None, "registry.read registry.write"),
    "RFC6749-3.3 narrower": ("registry.read", "registry.read"),
    "RFC6749-3.3 in the order asked": ("registry.write registry.read", "registry.write registry.read"),
    "RFC6749-3.3 twice": ("registry.read registry.read", "registry.read"),
    "RFC6749-3.3 one that it is not registered for": ("registry.read registry.admin", "registry.read"),
    "OIDC-3.1.2.1 openid speaks of a person": ("openid registry.read", "registry.read"),
    "OIDC-5.4 so do profile and offline_access": ("profile registry.read offline_access", "registry.read"),
    "RFC6749-3.3 blank": ("  ", "registry.read registry.write"),
}


@pytest.mark.parametrize("id", SCOPES)
def test_what_it_gets_is_its_own_and_no_persons(house: House, id: str) -> None:
    asked, granted = SCOPES[id]
    assert call(house, scope=asked)["scope"] == granted


@pytest.mark.parametrize("scope", ["openid", "openid profile", "registry.admin", "ចូល", "REGISTRY.READ"])
def test_where_nothing_is_left_the_scope_is_refused(house: House, scope: str) -> None:
    """RFC 6749 §5.2, invalid_scope."""
    assert call(house, scope=scope).refusal == (400, "invalid_scope")


def test_a_client_without_scopes_of_its_own_gets_a_token_that_only_says_who_it_is(house: House) -> None:
    """RFC 6749 §3.3: the scope is left out where there is none."""
    house.change("machine", scope=("openid",))
    said = call(house)
    assert said.status == 200
    assert "scope" not in said.body
    assert house.introspect(said["access_token"], "machine")["active"]


def test_a_client_without_the_grant_type_is_refused(house: House) -> None:
    """RFC 6749 §5.2, unauthorized_client."""
    assert call(house, "web").refusal == (400, "unauthorized_client")


def test_a_public_client_is_refused_even_if_it_was_registered_for_it(house: House) -> None:
    """RFC 6749 §4.4: it MUST only be used by confidential clients."""
    house.change("spa", grant_types=("client_credentials",), scope=OWN_SCOPES)
    assert call(house, "spa").refusal == (400, "unauthorized_client")


def test_a_client_that_does_not_prove_itself_is_refused(house: House) -> None:
    """RFC 6749 §4.4.2."""
    assert house.post(b"grant_type=client_credentials&client_id=machine").refusal == (401, "invalid_client")


@pytest.mark.parametrize("format", ["opaque", "at+jwt"])
def test_userinfo_has_nobody_to_tell_of(house: House, format: str) -> None:
    """RFC 6750 §3.1: the token lacks what is needed."""
    house.change("machine", access_token_format=format)
    said = house.userinfo(call(house)["access_token"])
    assert said.refusal == (403, "insufficient_scope")
    assert 'scope="openid"' in said.headers["WWW-Authenticate"]


def test_a_token_that_is_a_jwt_names_the_client_and_no_login(house: House) -> None:
    """RFC 9068 §2.2: without a resource owner sub is the client."""
    house.change("machine", access_token_format="at+jwt")
    claims = jwt_part(call(house)["access_token"], 1)
    assert (claims["sub"], claims["client_id"], claims["aud"]) == ("machine", "machine", ISSUER)
    assert not {"auth_time", "acr", "sid"} & set(claims)


def test_its_token_dies_when_its_time_is_over(house: House) -> None:
    token = call(house)["access_token"]
    house.clock += 599
    assert house.introspect(token, "machine")["active"]
    house.clock += 1
    assert not house.introspect(token, "machine")["active"]


def test_a_call_costs_two_looks_into_redis_and_none_into_sql(house: House) -> None:
    call(house)
    with count_round_trips(house.redis, house.engine) as trips:
        assert call(house).status == 200
    assert trips == {"redis": 2}

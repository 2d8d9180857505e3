"""Discovery is walked both ways: what it announces works, and what works it announces.

For each member that lists values there is what could stand there at all, by its registry, and a trial that
tells of one value whether it works. Members that say yes or no have a trial of their own below.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest, ReplyTo
from bridge.domain.claims import SCOPES as SCOPE_TABLE
from bridge.domain.client import SubjectType
from bridge.domain.ids import ConnectorId
from bridge.domain.policy import Policy
from bridge.domain.session import ACR
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization import RequestRefused
from bridge.oidc.authorization_response import failure, success
from bridge.oidc.capabilities import CAPABILITIES
from bridge.oidc.discovery import document
from bridge.oidc.endpoints import ENDPOINTS
from bridge.oidc.response_modes import delivery
from bridge.web.language import LANGUAGES
from tests.oidc.house import CALLBACK, CHALLENGE, ISSUER, SECRET, House, Said, basic

EVERY_SCOPE = tuple(SCOPE_TABLE)
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def authorization(house: House, **changes: str | None) -> AuthorizationRequest:
    """A good request of the client web, but for what is tried. Raises RequestRefused."""
    params: dict[str, str | None] = {
        "client_id": "web",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    pairs = tuple((name, value) for name, value in params.items() if value is not None)
    return house.provider.authorization_requests.check(pairs, "query")


def accepted(house: House, **changes: str | None) -> bool:
    try:
        authorization(house, **changes)
    except RequestRefused:
        return False
    return True


def error_of(house: House, **changes: str | None) -> str:
    with pytest.raises(RequestRefused) as caught:
        authorization(house, **changes)
    return caught.value.error


# -- trials of one value ---------------------------------------------------------------------------------


def grant_type(house: House, value: str) -> bool:
    """Anything else than unsupported_grant_type: the value is known (RFC 6749 §5.2)."""
    return house.token("web", grant_type=value).refusal[1] != "unsupported_grant_type"


def response_mode(house: House, value: str) -> bool:
    if not accepted(house, response_mode=value):
        return False
    request = authorization(house, response_mode=value)
    return delivery(success(request, "code", ISSUER)) is not None


def scope(house: House, value: str) -> bool:
    """Whether it is granted, and something comes of it."""
    house.change("web", scope=EVERY_SCOPE, national_id_purpose="To file tax declarations")
    if value not in authorization(house, scope=f"openid {value}").scope:
        return False
    said = house.tokens(scope=tuple(dict.fromkeys(("openid", value))))
    brought = set(house.userinfo(said["access_token"]).body) - {"sub"}
    return bool(brought) or value == "openid" or ".o-" in said["refresh_token"]  # it outlives the Session


def alg(house: House, value: str) -> bool:
    house.change("web", id_token_signed_response_alg=value)
    try:
        return bool(house.keys.verify(house.tokens()["id_token"])["sub"])
    except (KeyError, ValueError):
        return False


def proof(method: str, client_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and form fields of a client that proves itself by this method."""
    match method:
        case "client_secret_basic":
            return {"Authorization": basic(client_id)}, {}
        case "client_secret_post":
            return {}, {"client_id": client_id, "client_secret": SECRET}
        case "client_secret_jwt" | "private_key_jwt":
            assertion = {"client_assertion_type": JWT_BEARER, "client_assertion": signed(client_id)}
            return {}, {"client_id": client_id, **assertion}
        case _:  # none, and those by certificate: the form has the name alone (RFC 8705 §2)
            return {}, {"client_id": client_id}


def signed(client_id: str) -> str:
    """By the client's secret, as client_secret_jwt wants it (OIDC Core §9)."""
    return hmac.digest(SECRET.encode(), client_id.encode(), hashlib.sha256).hex() + ".a.b"


def method_at(name: str) -> Callable[[House, str], bool]:
    """Whether a method of client authentication is taken at an endpoint."""

    def works(house: House, method: str) -> bool:
        client_id = "spa" if method == "none" else "web"
        headers, form = proof(method, client_id)
        body = urlencode({"token": "a.b", "grant_type": "refresh_token", "refresh_token": "a.b", **form})
        endpoint: Any = getattr(house.provider, name)
        return Said(endpoint.answer(house.request(name, body.encode(), headers))).status != 401

    return works


def subject_type(house: House, value: str) -> bool:
    """Whether it makes the `sub` that it is named for (OIDC Core §8)."""
    known: Mapping[str, SubjectType] = {"pairwise": "pairwise", "public": "public"}
    if value not in known:
        return False
    client = replace(house.client(), subject_type=known[value])
    other_sector = replace(client, sector_identifier="other.example")
    key = house.services.subject_key
    return (key.sub(client, "CDK1") == key.sub(other_sector, "CDK1")) is (value == "public")


def claims_locale(house: House, value: str) -> bool:
    """Whether asking for it makes the untagged name one of that language."""
    tagged = {"en": "Sophea Chan", "km": "ចាន់ សុភា"}
    house.change("web", name_locale="en" if value == "km" else "km")
    token = house.tokens(claims_locales=(value,))["access_token"]
    return bool(house.userinfo(token)["name"] == tagged.get(value))


@dataclass(frozen=True)
class Trial:
    """What a member could list, and whether a value of it works."""

    universe: tuple[str, ...]
    works: Callable[[House, str], bool]


METHODS = (
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
)
TRIALS: Mapping[str, Trial] = {
    "grant_types_supported": Trial(
        (
            "authorization_code",
            "implicit",
            "password",
            "client_credentials",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:saml2-bearer",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:openid:params:grant-type:ciba",
        ),
        grant_type,
    ),
    "response_types_supported": Trial(
        (
            "code",
            "token",
            "id_token",
            "none",
            "code id_token",
            "code token",
            "id_token token",
            "code id_token token",
        ),
        lambda house, value: accepted(house, response_type=value),
    ),
    "response_modes_supported": Trial(
        (
            "query",
            "fragment",
            "form_post",
            "web_message",
            "jwt",
            "query.jwt",
            "fragment.jwt",
            "form_post.jwt",
        ),
        response_mode,
    ),
    "scopes_supported": Trial((*EVERY_SCOPE, "face", "verified", "everything"), scope),
    "subject_types_supported": Trial(("pairwise", "public", "ephemeral"), subject_type),
    "id_token_signing_alg_values_supported": Trial(("RS256", "ES256", "PS256", "EdDSA"), alg),
    "token_endpoint_auth_methods_supported": Trial(METHODS, method_at("token")),
    "introspection_endpoint_auth_methods_supported": Trial(METHODS, method_at("introspection")),
    "revocation_endpoint_auth_methods_supported": Trial(METHODS, method_at("revocation")),
    "code_challenge_methods_supported": Trial(
        ("plain", "S256", "S512"), lambda house, value: accepted(house, code_challenge_method=value)
    ),
    "prompt_values_supported": Trial(
        ("none", "login", "consent", "select_account", "create"),
        lambda house, value: accepted(house, prompt=value),
    ),
    "acr_values_supported": Trial(
        (ACR, "urn:mace:incommon:iap:silver", "0"),
        lambda house, value: accepted(
            house, claims=json.dumps({"id_token": {"acr": {"essential": True, "value": value}}})
        ),
    ),
    "claims_locales_supported": Trial(("en", "km", "fr"), claims_locale),
    "ui_locales_supported": Trial(("en", "km", "fr"), lambda house, value: value in LANGUAGES),
}
# Members that say yes or no, or list something that has no trial of one value: each has a test below.
BY_A_TEST = {
    "issuer",
    "claims_supported",
    "claim_types_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "authorization_response_iss_parameter_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "service_documentation",
}


def announced(house: House, policy: Policy | None = None) -> dict[str, Any]:
    return document(policy or house.policy, house.keys.algs())


@pytest.mark.parametrize(
    ("member", "value"), [(name, value) for name in TRIALS for value in TRIALS[name].universe]
)
def test_a_value_is_announced_if_and_only_if_it_works(house: House, member: str, value: str) -> None:
    trial = TRIALS[member]
    assert (value in announced(house)[member]) is trial.works(house, value)


@pytest.mark.parametrize("member", TRIALS)
def test_nothing_is_announced_that_no_trial_knows(house: House, member: str) -> None:
    assert set(announced(house)[member]) <= set(TRIALS[member].universe)


def test_every_member_is_tried(house: House) -> None:
    endpoints = {row.metadata for row in ENDPOINTS if row.metadata}
    policy = replace(house.policy, help_uri="https://help.example")
    assert set(announced(house, policy)) == set(TRIALS) | BY_A_TEST | endpoints
    assert {row.name for row in CAPABILITIES} <= set(TRIALS) | BY_A_TEST


# -- members that say yes or no --------------------------------------------------------------------------


def test_the_claims_announced_are_those_that_are_sent(house: House) -> None:
    """amr by a setting alone (DESIGN §6.7)."""
    house.change(
        "web",
        scope=EVERY_SCOPE,
        national_id_purpose="To file tax declarations",
        claims_in_id_token=True,
    )
    said = house.tokens(scope=EVERY_SCOPE, person={"amr": ("app",)})
    sent = set(said.id_token) | set(house.userinfo(said["access_token"]).body)
    policy = replace(house.policy, amr={ConnectorId("camdigikey"): ("app",)})
    assert sent == set(announced(house, policy)["claims_supported"])
    assert sent - {"amr"} == set(announced(house)["claims_supported"])
    assert announced(house)["claim_types_supported"] == ["normal"]


def test_a_claim_by_a_constant_is_announced_with_its_scope(house: House) -> None:
    policy = replace(
        house.policy, constant_claims={"website": "https://example.gov.kh", "address": {"country": "KH"}}
    )
    found = announced(house, policy)
    assert {"website", "address"} <= set(found["claims_supported"])
    assert "address" in found["scopes_supported"]
    assert "address" not in announced(house)["scopes_supported"]


def test_the_claims_parameter_counts(house: House) -> None:
    assert announced(house)["claims_parameter_supported"] is True
    asked = ClaimsRequest(userinfo={"email": ClaimRequest()})
    token = house.tokens(scope=("openid",), claims=asked)["access_token"]
    assert house.userinfo(token)["email"] == "sophea@mail.example"


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_request_objects_are_not_taken(house: House, name: str) -> None:
    found = announced(house)
    assert found[f"{name}_parameter_supported"] is False
    assert found["require_request_uri_registration"] is False
    assert error_of(house, **{name: "https://app.example/request"}) == f"{name}_not_supported"


def test_every_answer_names_its_issuer(house: House) -> None:
    """RFC 9207 §3."""
    assert announced(house)["authorization_response_iss_parameter_supported"] is True
    reply_to = ReplyTo(CALLBACK)
    for response in (
        success(authorization(house), "code", ISSUER),
        failure(reply_to, ReturnedToClient("access_denied", "No."), ISSUER),
    ):
        assert dict(response.params)["iss"] == announced(house)["issuer"] == ISSUER


def test_the_end_of_a_session_is_told_with_its_sid_to_who_registered_for_it(house: House) -> None:
    """OIDC Back-Channel Logout §2.1; how it is told, in the tests of outbound."""
    found = announced(house)
    assert found["backchannel_logout_supported"] is found["backchannel_logout_session_supported"] is True
    house.change("web", backchannel_logout_uri="https://app.example/logged-out")
    session = house.session()
    house.tokens("web")
    house.tokens("post")
    house.end_session()
    (message,) = house.outbox.messages
    assert (message.client_id, message.facts["sid"]) == ("web", session.sid)


def test_help_is_announced_where_there_is_some(house: House) -> None:
    assert "service_documentation" not in announced(house)
    policy = replace(house.policy, help_uri="https://help.example")
    assert announced(house, policy)["service_documentation"] == "https://help.example"


def test_an_alg_is_announced_while_there_is_a_key_for_it(house: House) -> None:
    assert document(house.policy, ("ES256",))["id_token_signing_alg_values_supported"] == ["ES256"]


def test_pages_have_one_display_so_none_is_announced(house: House) -> None:
    """OIDC Discovery §3: display_values_supported is for those who heed the parameter."""
    assert "display_values_supported" not in announced(house)
    assert accepted(house, display="popup")

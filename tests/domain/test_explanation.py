"""What an administrator is told of each claim: that it goes out, or why not, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from bridge.domain.authorization_request import AuthorizationRequest, ReplyTo
from bridge.domain.claims import (
    CLAIMS,
    SCOPES,
    ClaimOutcome,
    allowed_scope,
    claim_names,
    id_token_claims,
    outcomes,
    userinfo_claims,
)
from bridge.domain.client import Client
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, SessionKey, Sid, Sub, SubjectId
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import ACR
from bridge.domain.subject import Identity, Subject
from tests.oidc.house import IDENTITY, NOW

DAY = date(2026, 11, 24)
CLIENT = Client(ClientId("app"), "App", (), scope=tuple(SCOPES), national_id_purpose="tax")
CONSTANT = {"website": "https://example.gov.kh", "ministry": "Land"}


def explained(
    client: Client = CLIENT, identity: Identity = IDENTITY, constant: Mapping[str, object] | None = None
) -> dict[str, ClaimOutcome]:
    request = AuthorizationRequest(client.client_id, ReplyTo(""), tuple(client.scope))
    login = LoginFacts(Sid("sid"), SessionKey("k"), NOW, ACR)
    person = PersonPrincipal(Subject(SubjectId("s"), identity, NOW), Sub("Sub-1"), login, ("clerk",))
    grant = Grant(
        GrantId("g"),
        Origin("interaction", "i"),
        client.client_id,
        person,
        allowed_scope(client, request.scope),
        NOW,
        claim_names=claim_names(request, client),
    )
    constants = constant or {}
    found = outcomes(
        grant,
        client,
        constants,
        DAY,
        id_token=id_token_claims(grant, client, constants, DAY),
        userinfo=userinfo_claims(grant, client, constants, DAY),
    )
    assert len({outcome.name for outcome in found}) == len(found)
    return {outcome.name: outcome for outcome in found}


REGISTRATIONS: tuple[dict[str, Any], ...] = tuple(
    {"scope": scope, "claims": claims, "claims_in_id_token": inside, "national_id_purpose": purpose}
    for scope, claims, inside, purpose in product(
        (("openid",), ("openid", "profile"), tuple(SCOPES)),
        (None, ("name", "birthdate"), ("age_over_18", "personal_code")),
        (False, True),
        (None, "tax"),
    )
)


@pytest.mark.parametrize("registration", REGISTRATIONS, ids=str)
def test_every_claim_has_a_value_or_a_reason_and_none_both(registration: dict[str, Any]) -> None:
    found = explained(replace(CLIENT, **registration), constant=CONSTANT)
    wanted = {name for name, row in CLAIMS.items() if row.source or row.about == "login"}
    assert found.keys() == wanted | CONSTANT.keys()
    for outcome in found.values():
        told = outcome.in_id_token or outcome.in_userinfo
        assert told is (outcome.why_left_out is None) is (outcome.value is not None), outcome


WHY: tuple[tuple[dict[str, Any], dict[str, Any], str, str], ...] = (
    ({"scope": ("openid", "profile")}, {}, "email", "scope"),
    ({"scope": ("openid", "national_id"), "national_id_purpose": None}, {}, "personal_code", "purpose"),
    ({"scope": ("openid",), "national_id_purpose": None}, {}, "personal_code", "scope"),
    ({"claims": ("name",)}, {}, "gender", "allow_list"),
    ({"claims": ("name",)}, {"email": None}, "email", "allow_list"),
    ({}, {"email": None}, "email", "unknown"),
    ({}, {}, "nonce", "each_token"),
    ({}, {}, "at_hash", "each_token"),
    ({}, {}, "amr", "unknown"),
)


@pytest.mark.parametrize(("registration", "person", "name", "why"), WHY)
def test_the_reason_is_the_first_that_somebody_could_mend(
    registration: dict[str, Any], person: dict[str, Any], name: str, why: str
) -> None:
    found = explained(replace(CLIENT, **registration), replace(IDENTITY, **person))
    assert found[name].why_left_out == why


MADE_OF = {
    "sub": ("camdigikey_id",),
    "preferred_username": ("camdigikey_id",),
    "name": ("given_name", "family_name"),
    "name#km": ("given_name_km", "family_name_km"),
    "age_over_18": ("birthdate",),
    "email_verified": ("email",),
    "locale": (),  # Khmer, unless another nationality says otherwise
    "roles": (),
    "updated_at": (),
}


@pytest.mark.parametrize("name", MADE_OF)
def test_it_says_what_a_claim_is_made_of(name: str) -> None:
    assert explained()[name].made_of == MADE_OF[name]


def test_a_pseudonymous_address_is_made_of_who_it_is() -> None:
    client = replace(CLIENT, email_fallback_domain="people.example")
    found = explained(client, replace(IDENTITY, email=None))["email"]
    assert found.made_of == ("camdigikey_id",) and str(found.value).endswith("@people.example")

"""What an application would be told of a person: by the code that tells it, with nothing stored or signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from bridge.domain.authorization_request import AuthorizationRequest, ReplyTo
from bridge.domain.claims import (
    ClaimOutcome,
    Values,
    allowed_scope,
    claim_names,
    outcomes,
    today,
    userinfo_claims,
)
from bridge.domain.client import Client
from bridge.domain.client_people import ClientPerson
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import GrantId
from bridge.domain.policy import Policy
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.subject import Identity, Subject, SubjectKey
from bridge.oidc.id_token import id_token_content


@dataclass(frozen=True, slots=True)
class TestedPerson:
    """Somebody as an application would get to know them: a login's facts, with what CamDigiKey said.

    `at`: when CamDigiKey said it, in epoch seconds.
    """

    identity: Identity = field(repr=False)
    login: LoginFacts
    at: int

    __test__ = False  # pytest takes it for tests otherwise


@dataclass(frozen=True, slots=True)
class SaidByCamDigiKey:
    """A field of the identity. `value`: only where the application is told that very value."""

    name: str
    known: bool
    value: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The whole way: what CamDigiKey said, how it was mapped, and both answers, decoded and unsigned."""

    admitted: bool  # whether they may use the application at all
    scope: tuple[str, ...]
    said: tuple[SaidByCamDigiKey, ...]
    claims: tuple[ClaimOutcome, ...]
    id_token: Mapping[str, Any]
    userinfo: Values


def evaluated(
    person: TestedPerson,
    client: Client,
    record: ClientPerson | None,
    subject_key: SubjectKey,
    policy: Policy,
    now: int,
) -> Evaluation:
    """What this client, as it is registered now, would be told; `record`: its own of the person, if any.

    As if it had asked for all that it may ask for, and the person had agreed. `now` in epoch seconds.
    """
    grant = _grant(person, client, record, subject_key, now)
    day, constant = today(now), policy.constant_claims
    id_token = id_token_content(grant, client, policy, now)
    userinfo = userinfo_claims(grant, client, constant, day)
    told = {value for value in (*id_token.values(), *userinfo.values()) if isinstance(value, str)}
    return Evaluation(
        admitted=client.access == "everyone" or (record is not None and record.admitted),
        scope=grant.scope,
        said=tuple(_said(part.name, person.identity, told) for part in fields(Identity)),
        claims=outcomes(grant, client, constant, day, id_token=id_token, userinfo=userinfo),
        id_token=id_token,
        userinfo=userinfo,
    )


def _grant(
    person: TestedPerson, client: Client, record: ClientPerson | None, key: SubjectKey, now: int
) -> Grant:
    """The Grant that a sign-in would open; it is kept nowhere."""
    camdigikey_id = person.identity.camdigikey_id
    redirect_uri = next(iter(client.redirect_uris), "")
    request = AuthorizationRequest(
        client.client_id, ReplyTo(redirect_uri), ("openid", *(w for w in client.scope if w != "openid"))
    )
    scope = allowed_scope(client, request.scope)
    subject = Subject(key.subject_id(camdigikey_id), person.identity, person.at)
    roles = record.roles if record is not None and record.admitted else ()
    return Grant(
        id=GrantId("evaluation"),
        origin=Origin("interaction", "evaluation"),
        client_id=client.client_id,
        principal=PersonPrincipal(subject, key.sub(client, camdigikey_id), person.login, roles),
        scope=scope,
        created_at=now,
        claim_names=claim_names(request, client),
    )


def _said(name: str, identity: Identity, told: set[str]) -> SaidByCamDigiKey:
    value = getattr(identity, name)
    return SaidByCamDigiKey(name, bool(value), value if value in told else None)

"""The record of a Grant, in Redis and, with offline access, also in SQL."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from bridge.domain.grant import Grant, Origin, OriginKind
from bridge.domain.ids import ClientId, GrantId
from bridge.stores.records.claims_request import read_claims_request, write_claims_request
from bridge.stores.records.confirmation_key import read_cnf, write_cnf
from bridge.stores.records.fields import Fields, present
from bridge.stores.records.principal import read_principal, write_principal
from bridge.stores.records.record import Record

_ORIGIN_KINDS: tuple[OriginKind, ...] = get_args(OriginKind)


def _write(grant: Grant) -> dict[str, Any]:
    return present(
        {
            "id": grant.id,
            "origin": {"kind": grant.origin.kind, "id": grant.origin.id},
            "client_id": grant.client_id,
            "principal": write_principal(grant.principal),
            "scope": grant.scope,
            "created_at": grant.created_at,
            "claims": write_claims_request(grant.claims),
            "claim_names": sorted(grant.claim_names),
            "claims_locales": grant.claims_locales,
            "resources": grant.resources,
            "authorization_details": [dict(detail) for detail in grant.authorization_details],
            "cnf": write_cnf(grant.cnf),
        }
    )


def _read(fields: Fields) -> Grant:
    return Grant(
        id=GrantId(fields.text("id")),
        origin=fields.part("origin", _read_origin),
        client_id=ClientId(fields.text("client_id")),
        principal=fields.part("principal", read_principal),
        scope=fields.texts("scope"),
        created_at=fields.number("created_at"),
        claims=read_claims_request(fields),
        claim_names=frozenset(fields.texts("claim_names")),
        claims_locales=fields.texts("claims_locales"),
        resources=fields.texts("resources"),
        authorization_details=fields.mappings("authorization_details"),
        cnf=read_cnf(fields),
    )


def _read_origin(fields: Fields) -> Origin:
    return Origin(fields.choice("kind", _ORIGIN_KINDS), fields.text("id"))


READERS: Mapping[int, Callable[[Fields], Grant]] = {1: _read}
GRANT = Record("grant", 1, _write, READERS)

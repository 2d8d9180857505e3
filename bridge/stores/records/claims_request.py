"""Shared part: the `claims` parameter (OIDC Core §5.5)."""

from typing import Any

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest
from bridge.stores.records.fields import Fields, present


def write_claims_request(request: ClaimsRequest) -> dict[str, Any]:
    return present(
        {
            "userinfo": {name: _write(claim) for name, claim in request.userinfo.items()},
            "id_token": {name: _write(claim) for name, claim in request.id_token.items()},
        }
    )


def read_claims_request(fields: Fields) -> ClaimsRequest:
    """Nothing asked for where the record has no such part."""
    return fields.part_or_none("claims", _read) or ClaimsRequest()


def _read(fields: Fields) -> ClaimsRequest:
    return ClaimsRequest(fields.parts("userinfo", _read_claim), fields.parts("id_token", _read_claim))


def _write(claim: ClaimRequest) -> dict[str, Any]:
    return present({"essential": claim.essential or None, "values": claim.values})


def _read_claim(fields: Fields) -> ClaimRequest:
    return ClaimRequest(fields.flag_or_false("essential"), fields.scalars("values"))

"""The record of an authorization code; its Grant is stored apart."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.ids import ClientId, GrantId
from bridge.domain.token import AuthorizationCode
from bridge.stores.records.fields import Fields, present
from bridge.stores.records.record import Record


def _write(code: AuthorizationCode) -> dict[str, Any]:
    return present(
        {
            "grant_id": code.grant_id,
            "client_id": code.client_id,
            "redirect_uri": code.redirect_uri,
            "expires_at": code.expires_at,
            "code_challenge": code.code_challenge,
            "nonce": code.nonce,
        }
    )


def _read(fields: Fields) -> AuthorizationCode:
    return AuthorizationCode(
        grant_id=GrantId(fields.text("grant_id")),
        client_id=ClientId(fields.text("client_id")),
        redirect_uri=fields.text("redirect_uri"),
        expires_at=fields.number("expires_at"),
        code_challenge=fields.text_or_none("code_challenge"),
        nonce=fields.text_or_none("nonce"),
    )


READERS: Mapping[int, Callable[[Fields], AuthorizationCode]] = {1: _read}
AUTHORIZATION_CODE = Record("authorization_code", 1, _write, READERS)

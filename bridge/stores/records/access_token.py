"""The record of an access token, with the prepared answer of userinfo."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from bridge.domain.ids import ClientId, GrantId, Sid, Sub
from bridge.domain.token import AccessToken, TokenType
from bridge.stores.records.confirmation_key import read_cnf, write_cnf
from bridge.stores.records.fields import Fields, present
from bridge.stores.records.record import Record

_TOKEN_TYPES: tuple[TokenType, ...] = get_args(TokenType)


def _write(token: AccessToken) -> dict[str, Any]:
    return present(
        {
            "grant_id": token.grant_id,
            "client_id": token.client_id,
            "scope": token.scope,
            "issued_at": token.issued_at,
            "expires_at": token.expires_at,
            "sub": token.sub,
            "sid": token.sid,
            "aud": token.aud,
            "cnf": write_cnf(token.cnf),
            "token_type": token.token_type,
            "claims": dict(token.claims),
        }
    )


def _read(fields: Fields) -> AccessToken:
    sub, sid = fields.text_or_none("sub"), fields.text_or_none("sid")
    return AccessToken(
        grant_id=GrantId(fields.text("grant_id")),
        client_id=ClientId(fields.text("client_id")),
        scope=fields.texts("scope"),
        issued_at=fields.number("issued_at"),
        expires_at=fields.number("expires_at"),
        sub=None if sub is None else Sub(sub),
        sid=None if sid is None else Sid(sid),
        aud=fields.texts("aud"),
        cnf=read_cnf(fields),
        token_type=fields.choice("token_type", _TOKEN_TYPES),
        claims=fields.mapping("claims"),
    )


READERS: Mapping[int, Callable[[Fields], AccessToken]] = {1: _read}
ACCESS_TOKEN = Record("access_token", 1, _write, READERS)

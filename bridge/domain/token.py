"""Credentials of a Grant: codes, access and refresh tokens. Each is `<grant id>.<secret>`, stored hashed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from bridge.domain.encoding import from_base64url
from bridge.domain.grant import Confirmation, Grant
from bridge.domain.ids import ClientId, GrantId, Sid, Sub

TokenType = Literal["Bearer"]


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """The record of an authorization code (RFC 6749 §4.1); what it gives is in the Grant of its id."""

    grant_id: GrantId
    client_id: ClientId
    redirect_uri: str
    expires_at: int  # epoch seconds
    code_challenge: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class RedeemedCode:
    """A code that has just been redeemed, with its Grant. It can't be used again, whatever follows."""

    code: AuthorizationCode
    grant: Grant


@dataclass(frozen=True, slots=True)
class SpentCode:
    """A code that was redeemed before: its replay ends this Grant (RFC 6749 §4.1.2)."""

    grant_id: GrantId
    client_id: ClientId


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The record of an access token. `claims`: the prepared answer of userinfo; times in epoch seconds."""

    grant_id: GrantId
    client_id: ClientId
    scope: tuple[str, ...]
    issued_at: int
    expires_at: int
    sub: Sub | None = None  # None for a client's own token: there is no person
    sid: Sid | None = None
    aud: tuple[str, ...] = ()  # RFC 8707; empty: this provider
    cnf: Confirmation | None = None
    token_type: TokenType = "Bearer"
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The record of a refresh token; times in epoch seconds."""

    grant: Grant
    issued_at: int
    expires_at: int  # idle limit: moves with each use
    ends_at: int  # absolute limit: never moves
    rotated: bool = False  # a new token has replaced it


class Rotation(Enum):
    """What became of an attempt to rotate a refresh token (RFC 9700 §4.14.2)."""

    WON = "the new tokens were stored"
    REPEATED = "it was rotated a moment ago: give the same answer again"
    REUSED = "it was rotated long ago: its family has been ended"
    GONE = "there is no such token"


def grant_id_of(credential: str) -> GrantId | None:
    """The Grant id in a credential; None where there is none. Costs no look-up.

    An access token that is a JWT (RFC 9068) has it in its jti. The signature is not checked here: the id only
    says where to look for the record of this very text, and a forged token has no record.
    """
    grant_id, _, secret = credential.partition(".")
    if secret.count(".") == 1:
        grant_id, _, secret = _jti(secret.partition(".")[0]).partition(".")
    return GrantId(grant_id) if grant_id and secret else None


def _jti(payload: str) -> str:
    """The jti in a JWT's payload; empty where a stranger put something else there."""
    try:
        claims = json.loads(from_base64url(payload))
    except (ValueError, RecursionError):
        return ""
    jti = claims.get("jti") if isinstance(claims, dict) else None
    return jti if isinstance(jti, str) else ""

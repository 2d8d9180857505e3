"""Credentials of a Grant: codes, access and refresh tokens. Each is `<grant id>.<secret>`, kept as a hash."""

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
    """What an authorization code stands for (RFC 6749 §4.1), beside the Grant whose id it carries."""

    grant_id: GrantId
    client_id: ClientId
    redirect_uri: str
    expires_at: int  # epoch seconds
    code_challenge: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class RedeemedCode:
    """A code that has just been taken, with its Grant; whatever comes of it, it is spent."""

    code: AuthorizationCode
    grant: Grant


@dataclass(frozen=True, slots=True)
class SpentCode:
    """The tombstone of a code that was taken before: whose Grant its replay ends."""

    grant_id: GrantId
    client_id: ClientId


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token stands for. `claims` is the ready answer of userinfo; times in epoch seconds."""

    grant_id: GrantId
    client_id: ClientId
    scope: tuple[str, ...]
    issued_at: int
    expires_at: int
    sub: Sub | None = None  # None: of the client itself, there is no person
    sid: Sid | None = None
    aud: tuple[str, ...] = ()  # RFC 8707; empty: this provider
    cnf: Confirmation | None = None
    token_type: TokenType = "Bearer"
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token stands for; times in epoch seconds."""

    grant: Grant
    issued_at: int
    expires_at: int  # idle limit: moves at each rotation
    ends_at: int  # limit in all: stays
    rotated: bool = False  # another has taken its place: it gives nothing new


class Rotation(Enum):
    """What became of an attempt to rotate a refresh token (RFC 9700 §4.14.2)."""

    WON = "the new tokens were stored"
    REPEATED = "it was rotated a moment ago: give the same answer again"
    REUSED = "it was rotated long ago: its family has been ended"
    GONE = "there is no such token"


def grant_id_of(credential: str) -> GrantId | None:
    """The Grant id that a credential carries; None where it has none. Costs no look-up.

    An access token that is a JWT (RFC 9068) has it in its jti, which is a credential of the plain form. The
    signature is not looked at: the id only says where to look for the record of the whole text.
    """
    grant_id, _, secret = credential.partition(".")
    if secret.count(".") == 1:
        grant_id, _, secret = _jti(secret.partition(".")[0]).partition(".")
    return GrantId(grant_id) if grant_id and secret else None


def _jti(payload: str) -> str:
    """The jti of a JWT's middle part, whatever a stranger put there."""
    try:
        claims = json.loads(from_base64url(payload))
    except (ValueError, RecursionError):
        return ""
    jti = claims.get("jti") if isinstance(claims, dict) else None
    return jti if isinstance(jti, str) else ""

"""Tokens: codes, access and refresh credentials, each `<grant tag>.<secret>`; stores keep their hash."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from enum import Enum

from bridge.domain.authorization_request import Json
from bridge.domain.grant import Grant


@dataclass(frozen=True, slots=True)
class Code:
    """What an authorization code stands for (RFC 6749 §4.1)."""

    grant: Grant
    redirect_uri: str
    code_challenge: str | None
    expires_at: int  # epoch seconds


@dataclass(frozen=True, slots=True)
class SpentCode:
    """The tombstone of a code that was taken: whom its replay concerns."""

    grant_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an access token stands for. `claims` is the ready answer of userinfo."""

    grant_id: str
    client_id: str
    sub: str
    scope: tuple[str, ...]
    sid: str
    issued_at: int  # epoch seconds
    expires_at: int  # epoch seconds
    claims: dict[str, "Json | dict[str, Json] | list[str]"] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token stands for; times in epoch seconds."""

    grant: Grant
    issued_at: int
    expires_at: int  # idle limit: moves at each rotation
    ends_at: int  # limit in all: stays


class Rotation(Enum):
    """What became of an attempt to rotate a refresh token (RFC 9700 §4.14.2)."""

    WON = "the new tokens were stored"
    REPEATED = "it was rotated a moment ago: give the same answer again"
    REUSED = "it was rotated long ago: its family has been ended"
    GONE = "there is no such token"


def grant_tag(credential: str) -> str:
    """The grant id that a credential carries; empty where it has none. Costs no look-up.

    An access token that is a JWT (RFC 9068) has it in its jti, which is a credential of the plain form. The
    signature is not looked at: the tag only says where to look for the record of the whole text.
    """
    tag, dot, secret = credential.partition(".")
    if secret.count(".") == 1:
        tag, dot, secret = _jti(secret.partition(".")[0]).partition(".")
    return tag if dot and secret else ""


def _jti(payload: str) -> str:
    """The jti of a JWT's middle part, whatever a stranger put there."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return ""
    jti = claims.get("jti") if isinstance(claims, dict) else None
    return jti if isinstance(jti, str) else ""


def digest(credential: str) -> str:
    """The name under which a store keeps a credential: SHA-256 in hexadecimal of its text."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).hexdigest()

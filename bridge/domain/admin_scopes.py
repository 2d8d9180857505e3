"""The scopes of the administration API: what a client that acts for itself may do there, a row each.

What each of them allows stands in manage.access. They are granted to clients of client_credentials alone, and
a token that has one is for the API and for nothing else (RFC 8707).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

API_PATH = "/admin/api/v1"
PREFIX = "bridge.admin."  # no client defines a scope of its own that begins so

AdminScope = Literal[
    "bridge.admin.read",
    "bridge.admin.audit",
    "bridge.admin.clients",
    "bridge.admin.secrets",
]
ADMIN_SCOPES: Mapping[AdminScope, str] = MappingProxyType(
    {
        "bridge.admin.read": "Read applications, administrators, signing keys and background jobs.",
        "bridge.admin.audit": "Read what administrators did.",
        "bridge.admin.clients": "Register, change, disable and delete applications.",
        "bridge.admin.secrets": "Make new secrets of applications, and end old ones.",
    }
)


def admin_scopes(scope: Iterable[str]) -> frozenset[AdminScope]:
    """Those of these words that are scopes of administration."""
    given = frozenset(scope)
    return frozenset(word for word in ADMIN_SCOPES if word in given)


def speaks_of_administration(word: str) -> bool:
    """Whether a scope is one of administration, or would pass for one."""
    return word.startswith(PREFIX)


def api_audience(issuer: str) -> str:
    """The `aud` of the API's tokens: its own address."""
    return issuer + API_PATH


def audience_of(scope: Iterable[str], issuer: str) -> tuple[str, ...]:
    """For whom a client's own token of this scope is; empty: as all others (RFC 8707 §2).

    A token that is for somebody else too is not for the API: whoever it is shown to could use it here.
    """
    words = tuple(scope)
    return (api_audience(issuer),) if words and len(admin_scopes(words)) == len(set(words)) else ()

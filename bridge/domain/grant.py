"""A Grant: one authorization. Its codes and tokens carry its id, and end with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bridge.domain.authorization_request import ClaimsRequest
from bridge.domain.ids import ClientId, GrantId
from bridge.domain.principal import ClientPrincipal, PersonPrincipal, Principal

OriginKind = Literal["interaction", "device", "backchannel", "client"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a Grant was opened for; one origin opens one Grant.

    An Interaction, a device or back-channel request, or a client's own call.
    """

    kind: OriginKind
    id: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The key that a token is bound to (`cnf`, RFC 7800 §3.1): a JWK's or a certificate's thumbprint."""

    jkt: str | None = None  # RFC 9449 §6.1
    x5t_s256: str | None = None  # RFC 8705 §3.1


@dataclass(frozen=True, slots=True)
class Grant:
    """What one principal (a person, or the client itself) let one client have, at one time.

    The facts of the login are in the principal, so that an ID token made at a refresh repeats them.
    """

    id: GrantId
    origin: Origin
    client_id: ClientId
    principal: Principal
    scope: tuple[str, ...]
    created_at: int  # epoch seconds
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    claim_names: frozenset[str] = frozenset()  # claims that the client could have when it was opened
    claims_locales: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()  # RFC 8707 §2
    authorization_details: tuple[Mapping[str, Any], ...] = ()  # RFC 9396 §2
    cnf: Confirmation | None = None

    @property
    def person(self) -> PersonPrincipal:
        """Its person.

        Raises LookupError for a Grant of the client itself, so only for code that never gets one.
        """
        if isinstance(self.principal, ClientPrincipal):
            raise LookupError("a Grant of the client itself has no person")
        return self.principal

    @property
    def offline(self) -> bool:
        """Whether its refresh tokens outlive the Session (OIDC Core §11)."""
        return "offline_access" in self.scope

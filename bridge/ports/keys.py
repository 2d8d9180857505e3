"""Signing keys and lasting secrets: their stores, and the Signer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bridge.domain.client import SigningAlg
from bridge.domain.ids import Kid


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of our signing keys. `private_jwk`: a JWK as JSON; stores keep it sealed. Times: epoch seconds."""

    kid: Kid
    alg: SigningAlg
    private_jwk: str = field(repr=False)
    created_at: int
    retired_at: int | None = None  # from then on it is still published, but does not sign


class SigningKeyStore(Protocol):
    """Signing keys (SQL), sealed; answered from memory as the clients are."""

    def all(self) -> Sequence[SigningKey]:
        """Newest first, retired ones too."""

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        """Store a new key; whether it was stored. `only_if_first`: not where its alg has an active one."""

    def retire(self, kid: Kid, now: int) -> None: ...

    def remove(self, kid: Kid) -> None: ...


class SecretStore(Protocol):
    """Secrets that must never change once made (SQL, sealed): the key of pairwise subjects."""

    def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret of that name; where there is none, `make`s it once for all processes."""


class Signer(Protocol):
    """Signs and verifies our tokens; oidc.keys.Keys."""

    def algs(self) -> tuple[SigningAlg, ...]:
        """The algs that it can sign with now."""

    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517 §5). The same object for as long as nothing changes."""

    def sign(self, claims: Mapping[str, Any], alg: SigningAlg, typ: str = "JWT") -> str:
        """A signed token (RFC 7519) with kid and typ in its header."""

    def verify(self, token: str, typ: str = "JWT") -> dict[str, Any]:
        """The claims of a token that we signed, also of an expired one. Raises TokenInvalid for all else."""

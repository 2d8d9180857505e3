"""Signing keys and lasting secrets: where they rest, and what signs with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bridge.domain.client import SigningAlg
from bridge.domain.ids import Kid


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of our signing keys. `private_jwk` is a JWK as JSON, sealed where it rests."""

    kid: Kid
    alg: SigningAlg
    private_jwk: str = field(repr=False)
    created_at: int
    retired_at: int | None = None  # still published, signs no more


class SigningKeyStore(Protocol):
    """Signing keys (SQL), sealed; answered from memory as the clients are."""

    def all(self) -> Sequence[SigningKey]:
        """Newest first, retired ones too."""

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        """Keep a new key; `only_if_first`: unless its alg has an active one already. Whether it was kept."""

    def retire(self, kid: Kid, now: int) -> None: ...

    def remove(self, kid: Kid) -> None: ...


class SecretStore(Protocol):
    """Secrets that must never change once made (SQL, sealed): the key of pairwise subjects."""

    def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret of that name; made once for all processes when there is none."""


class Signer(Protocol):
    """Signs our tokens and knows them again; oidc.keys.Keys."""

    def algs(self) -> tuple[SigningAlg, ...]:
        """The algs that it can sign with now."""

    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517 §5). The same object for as long as nothing changes."""

    def sign(self, claims: Mapping[str, Any], alg: SigningAlg, typ: str = "JWT") -> str:
        """A signed token (RFC 7519) with kid and typ in its header."""

    def verify(self, token: str, typ: str = "JWT") -> dict[str, Any]:
        """The claims of a token that was signed here, whatever its age. Raises TokenInvalid for all else."""

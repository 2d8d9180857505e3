"""Signing keys and lasting secrets: their stores, and the Signer.

`entry`: what the trail of administration gets in the same transaction: both are written, or neither. None
where nobody administers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bridge.domain.admin_audit import AuditEntry
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

    def succeed(
        self, key: SigningKey, before: Sequence[Kid], at: int, *, entry: AuditEntry | None = None
    ) -> None:
        """Store a new key, and have those of `before` retire at `at`, unless they do so earlier already."""

    def remove(self, kid: Kid, *, entry: AuditEntry | None = None) -> None: ...


class SecretStore(Protocol):
    """Secrets that must never change once made (SQL, sealed): the key of pairwise subjects."""

    def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret of that name; where there is none, `make`s it once for all processes."""


@dataclass(frozen=True, slots=True)
class LastingKey:
    """One of the keys of a name that follow one another. `made_at` in epoch seconds.

    `secret`: empty where the key was listed only, and not opened.
    """

    number: int
    made_at: int
    secret: bytes = field(default=b"", repr=False)


class RenewableKeys(Protocol):
    """Keys of hashes (SQL, sealed); see domain.lasting_keys."""

    def all(self, name: str) -> Sequence[LastingKey]:
        """Oldest first. Raises StoreUnavailable; SealBroken where one can't be opened."""

    def listed(self, name: str) -> Sequence[LastingKey]:
        """The same without the secrets: whatever master key sealed them. Raises StoreUnavailable."""

    def renew(self, name: str, secret: bytes, now: int, *, entry: AuditEntry | None = None) -> int:
        """Add a key after the others; its number, which the entry gets too."""


@dataclass(frozen=True, slots=True)
class MasterKeyUse:
    """A master key that seals or has sealed. Times in epoch seconds; `used_until` None: it seals now."""

    key_id: str
    used_from: int
    used_until: int | None = None


class MasterKeyStore(Protocol):
    """Which master key seals, for all instances (SQL)."""

    def in_use(self) -> str | None:
        """The id of the key that seals; None before the first start."""

    def begin(self, key_id: str, now: int) -> str:
        """The id of the key that seals; where there is none yet, this one from now on."""

    def use(self, key_id: str, now: int, *, entry: AuditEntry | None = None) -> None:
        """This one seals from now on."""

    def all(self) -> Sequence[MasterKeyUse]:
        """Those that seal or have sealed, newest use first."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A process that serves. `clock_ahead`: seconds that its machine's clock is ahead of the shared one."""

    id: str
    host: str
    master_keys: tuple[str, ...]  # the ids that it knows
    clock_ahead: int
    seen_at: int  # epoch seconds


class Instances(Protocol):
    """The processes that serve, as each tells every few seconds (SQL)."""

    def tell(self, instance: Instance) -> None: ...

    def leave(self, instance_id: str) -> None: ...

    def live(self, now: int) -> Sequence[Instance]:
        """Those that told of themselves lately."""


class Resealing(Protocol):
    """What rests in SQL, sealed with master keys."""

    def counts(self) -> Mapping[str, int]:
        """How many rows each key has sealed, by its id."""

    def reseal(self, *, entry: AuditEntry | None = None) -> int:
        """Seal anew what another key than the one in use sealed; how many rows. What none opens stays.

        The entry is written before anything else: the rows are sealed in several transactions.
        """


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

"""The sockets: what the rooms ask of the world outside, as Protocols, and Services, which wiring fills.

Every store raises `StoreUnavailable` when its server is away; every connector raises `UpstreamError`.
Times are epoch seconds, durations seconds. `now` comes in as an argument wherever it decides something.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from bridge.domain.client import Client
from bridge.domain.consent import Consent
from bridge.domain.grant import Grant
from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.session import Session
from bridge.domain.subject import Identity, UpstreamToken
from bridge.domain.token import AccessToken, Code, RefreshToken, Rotation, SpentCode

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back from CamDigiKey, with the token that proves it."""

    identity: Identity
    token: UpstreamToken


class Connector(Protocol):
    """The way to CamDigiKey."""

    carries_state: bool  # whether the round trip brings our state back (v3 yes, v2 no)
    login_pages: tuple[str, ...]  # where the login pages are, as sources of a Content-Security-Policy

    def start(self, state: str) -> str:
        """Begin a login; returns the address to send the browser to, exactly as given."""

    def exchange(self, auth_token: str) -> Arrival:
        """Exchange the auth token of a callback, once, and ask who it is."""

    def alive(self, token: UpstreamToken) -> bool:
        """Whether the person's token still holds: False only when CamDigiKey definitely says so."""

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        """A new token for one that still lives."""

    def logout(self, token: UpstreamToken) -> None:
        """End the person's token."""

    def close(self) -> None:
        """Give the connections back."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of our signing keys. `private_jwk` is a JWK as JSON, sealed where it rests."""

    kid: str
    alg: str  # RS256, ES256, PS256, EdDSA
    private_jwk: str
    created_at: int
    retired_at: int | None = None  # still published, signs no more


class Sealer(Protocol):
    """Authenticated encryption with the master keys (AES-256-GCM): the first seals, all open."""

    def seal(self, purpose: str, data: bytes) -> str:
        """Text in the URL-safe alphabet that only `unseal` with the same purpose opens."""

    def unseal(self, purpose: str, text: str) -> bytes:
        """What was sealed. Raises SealBroken."""

    def mac(self, purpose: str, text: str) -> str:
        """A keyed hash of `text`, hexadecimal, by the oldest master key: a new one in front changes none."""


class InteractionSeal(Protocol):
    """An Interaction as text for the login page's own URL; one over 4 KB is parked in Redis."""

    def seal(self, interaction: Interaction, before_parking: Callable[[], None] = ...) -> str:
        """`before_parking` is called when it has to be parked, and may raise."""

    def unseal(self, text: str) -> Interaction:
        """Raises SealBroken, also for one that was parked and has gone."""


class ClientStore(Protocol):
    """Registered clients (SQL), answered from memory with a version check every few seconds."""

    def get(self, client_id: str) -> Client | None: ...

    def all(self) -> Sequence[Client]:
        """In the order of their names, straight from SQL."""

    def add(self, client: Client) -> None:
        """Raises KeyError when the id is taken."""

    def replace(self, client: Client) -> None:
        """Raises KeyError when there is none."""

    def remove(self, client_id: str) -> None:
        """Raises KeyError when there is none."""


class SigningKeyStore(Protocol):
    """Signing keys (SQL), sealed; answered from memory as the clients are."""

    def all(self) -> Sequence[SigningKey]:
        """Newest first, retired ones too."""

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        """Keep a new key; `only_if_first`: unless its alg has an active one already. Whether it was kept."""

    def retire(self, kid: str, now: int) -> None: ...

    def remove(self, kid: str) -> None: ...


class SecretStore(Protocol):
    """Secrets that must never change once made (SQL, sealed): the key of pairwise subjects."""

    def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret of that name; made once for all processes when there is none."""


class ConsentStore(Protocol):
    """Consents (SQL)."""

    def get(self, subject_id: str, client_id: str) -> Consent | None: ...

    def save(self, consent: Consent) -> None: ...

    def remove(self, subject_id: str, client_id: str) -> None: ...


class SpentTokens(Protocol):
    """Auth tokens that were seen (SQL, unique insert): what must not come back."""

    def spend(self, auth_token: str, now: int) -> bool:
        """Whether this is the first sight of it."""


class AuditLog(Protocol):
    """What happened, lasting (SQL). Values are ids and codes, never a name, token or number."""

    def record(self, event: str, now: int, **facts: str) -> None: ...


class HandoffStore(Protocol):
    """Handoffs (Redis)."""

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> bool:
        """Keep it; without `replace` False when a live one has the same key."""

    def take(self, key: str, browser: str) -> Handoff | None:
        """Take a live one that belongs to this browser, once: it is marked as taken. Else None."""

    def taken(self, key: str, browser: str) -> Handoff | None:
        """One that this browser has taken before, for as long as it would have lived."""

    def peek(self, key: str) -> Handoff | None:
        """A live one, left as it is."""


class WaitingStore(Protocol):
    """Arrivals that wait sealed for the person's word on the confirm page (Redis, two minutes)."""

    def put(self, key: str, interaction: Interaction, arrival: Arrival, ttl: int) -> None: ...

    def peek(self, key: str) -> tuple[Interaction, Arrival] | None: ...

    def take(self, key: str) -> tuple[Interaction, Arrival] | None:
        """Once."""


class SessionStore(Protocol):
    """Sessions (Redis), sealed. `idle` and `limit` are the store's settings."""

    def save(self, session: Session, now: int) -> None:
        """Keep a new one, or the new state of one that lives (its limits stay)."""

    def get(self, key: str, now: int) -> Session | None:
        """A live one; using it moves its idle limit. One round trip."""

    def end(self, key: str) -> Sequence[str]:
        """End it; the ids of the Grants that were opened in it."""


class TokenStore(Protocol):
    """Codes, access and refresh tokens of Grants; Redis, and SQL for refresh tokens of offline Grants."""

    def open_grant(self, code: str, record: Code, now: int) -> bool:
        """Keep a Grant's code and note the Grant in its Session; False if this Grant was opened before."""

    def take_code(self, code: str, client_id: str, now: int) -> Code | SpentCode | None:
        """Take a code of this client, atomically: it leaves a tombstone that lives as long as any token it
        can give. None for a code whose Session or Grant has ended; another client's is left as it is."""

    def mint(
        self, grant: Grant, access: tuple[str, AccessToken], refresh: tuple[str, RefreshToken] | None
    ) -> bool:
        """Keep new tokens, unless the Grant was ended meanwhile: then False and nothing is kept. Atomic."""

    def access_token(self, token: str, now: int) -> AccessToken | None:
        """A live one, of a Grant that has not ended. One round trip."""

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a token of a Grant that has not ended, rotated or not."""

    def rotate(
        self,
        old: str,
        access: tuple[str, AccessToken],
        refresh: tuple[str, RefreshToken],
        answer: bytes,
        now: int,
    ) -> tuple[Rotation, bytes]:
        """Put new tokens in the place of `old`, in one step.

        Of many attempts at once one wins. `answer` is the winner's response; for 30 s it rests sealed under
        a key derived from `old`, and is what REPEATED comes with. REUSED has ended the Grant.
        """

    def end_grant(self, grant_id: str, now: int) -> None:
        """End it: its code, access and refresh tokens are dead at once."""

    def end_session_grants(self, grant_ids: Sequence[str], now: int) -> None:
        """Their Session ended: access tokens given so far and session-bound refresh tokens are dead."""


class Rate(NamedTuple):
    """At most `limit` in any `window` seconds, of what `key` names."""

    key: str
    limit: int
    window: int


class RateLimiter(Protocol):
    """Counts in windows (Redis)."""

    def hit(self, *rates: Rate, now: float) -> int:
        """Count one for each; 0 when within them all, else the seconds to wait."""


class HealthCheck(Protocol):
    """One of the things that `/readyz` asks."""

    def __call__(self) -> None:
        """Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Services:
    """All that the rooms work with; filled by wiring.py alone."""

    clock: Clock
    token_bytes: Callable[[int], bytes]
    connector: Connector
    sealer: Sealer
    interactions: InteractionSeal
    clients: ClientStore
    signing_keys: SigningKeyStore
    secrets: SecretStore
    consents: ConsentStore
    spent: SpentTokens
    audit: AuditLog
    handoffs: HandoffStore
    waiting: WaitingStore
    sessions: SessionStore
    tokens: TokenStore
    limiter: RateLimiter
    checks: Mapping[str, HealthCheck]
    close: Callable[[], None]  # gives all connections back

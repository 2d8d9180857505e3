"""Registered clients, and what people agreed to give them.

`entry`: what the trail of administration gets in the same transaction: both are written, or neither. None
where nobody administers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.approval import Proposal
from bridge.domain.client import Client
from bridge.domain.consent import Consent
from bridge.domain.deleted_client import DeletedClient
from bridge.domain.ids import ClientId, Sub, SubjectId
from bridge.errors import BridgeError


class ChangedMeanwhile(BridgeError):
    """Somebody else changed it since it was read; nothing was stored."""


@dataclass(frozen=True, slots=True)
class ClientChange:
    """One change of several that are made together. `before`: what is registered, None for a new one;
    `after`: what is to be, None where it is deleted; `entries`: what the trail of administration gets of it;
    `deleted_at`: as for ClientStore.remove.
    """

    before: Client | None
    after: Client | None
    entries: tuple[AuditEntry, ...] = ()
    deleted_at: int | None = None

    @property
    def client_id(self) -> ClientId:
        """Whose it is. Raises ValueError where there is neither."""
        for client in (self.after, self.before):
            if client is not None:
                return client.client_id
        raise ValueError("a change of nothing")


class ClientStore(Protocol):
    """Registered clients (SQL), answered from memory with a version check every few seconds."""

    def get(self, client_id: str) -> Client | None:
        """The client of that id; None for an id that nobody registered, and for any other text."""

    def latest(self, client_id: str) -> Client | None:
        """The same, as it is registered now: before something is refused that another process may just have
        allowed. How often it really asks SQL is bounded."""

    def has_origin(self, origin: str) -> bool:
        """Whether any enabled client registered this origin for its pages (CORS)."""

    def page(
        self,
        *,
        limit: int,
        after: tuple[str, ClientId] | None = None,
        begins: str = "",
        among: Collection[str] | None = None,
    ) -> Sequence[Client]:
        """At most `limit` in the order of their names, without reading the others.

        `after`: the name and the id of the last one seen; `begins`: only those whose name
        begins so, in whatever case, or whose id is this; `among`: only those of these ids.
        """

    def all(self) -> Sequence[Client]:
        """In the order of their names, straight from SQL."""

    def add(self, client: Client, *, entry: AuditEntry | None = None) -> None:
        """Raises KeyError when the id is taken."""

    def replace(
        self, client: Client, *, before: Client | None = None, entry: AuditEntry | None = None
    ) -> None:
        """Raises KeyError when there is none.

        `before`: what it has to be still; raises ChangedMeanwhile where it is something else.
        """

    def remove(
        self, client_id: ClientId, *, deleted_at: int | None = None, entry: AuditEntry | None = None
    ) -> None:
        """Raises KeyError when there is none.

        `deleted_at`: since when it counts as deleted (epoch seconds), so that it can be restored for a while,
        and its id is never given again; None: nothing of it stays.
        """

    def change(self, changes: Sequence[ClientChange], *, decided: Sequence[Proposal] = ()) -> None:
        """All of these in one transaction, or none.

        `decided`: the approved proposals that they carry out, which are settled with them. Raises
        ChangedMeanwhile where what is registered of any of them is not what its change began with,
        DecidedMeanwhile where a proposal is open no more, and KeyError with the id of a new one that a
        deleted client had.
        """

    def in_use_since(self, client_ids: Collection[ClientId], instant: int) -> Collection[ClientId]:
        """Those of these that somebody agreed to give something, or let stay signed in, since then.

        `instant` in epoch seconds. What SQL knows of it: consents, and refresh tokens of offline Grants.
        """


class DeletedClientStore(Protocol):
    """Clients that were deleted a short while ago (SQL), without their secrets. `since` in epoch seconds."""

    def get(self, client_id: str, since: int) -> DeletedClient | None:
        """One that was deleted after `since`."""

    def page(
        self, since: int, *, limit: int, before: tuple[int, ClientId] | None = None
    ) -> Sequence[DeletedClient]:
        """At most `limit` of those deleted after `since`, the last one first.

        `before`: when the last one seen was deleted, and its id.
        """

    def restore(self, client: Client, since: int, *, entry: AuditEntry | None = None) -> None:
        """Register it again. Raises KeyError where none of its id was deleted after `since`."""


class ConsentStore(Protocol):
    """Consents (SQL)."""

    def get(self, subject_id: SubjectId, client_id: ClientId) -> Consent | None: ...

    def save(self, consent: Consent, *, sub: Sub | None = None) -> None:
        """Store it. `sub`: the client's name for the person, kept as a digest, for `subject_of`."""

    def remove(self, subject_id: SubjectId, client_id: ClientId, *, entry: AuditEntry | None = None) -> None:
        """Delete it, where there is one."""

    def subject_of(self, client_id: ClientId, sub: Sub) -> SubjectId | None:
        """Whom this client knows by this sub, where they agreed to give it something."""

"""Clients of our own provider that nobody registered: our own pages sign people in by them."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.approval import Proposal
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.ports.clients import ClientChange, ClientStore


class OwnClients(Protocol):
    """Some of them, told by their ids."""

    def owns(self, client_id: str) -> bool:
        """Whether that is the id of one of these, whether there is one now or not."""

    def made(self, client_id: str, find: Callable[[str], Client | None]) -> Client | None:
        """The one of that id; `find`: looks up an application that is registered."""


class ClientsWithOwn:
    """ports.ClientStore: another one, and clients of our own beside it, which nothing changes or lists."""

    def __init__(self, clients: ClientStore, own: Sequence[OwnClients]) -> None:
        self._clients, self._own = clients, own

    def get(self, client_id: str) -> Client | None:
        """The client of that id; None where there is none."""
        return self._found(client_id, self._clients.get)

    def latest(self, client_id: str) -> Client | None:
        """The same, after a look whether the register has changed just now."""
        return self._found(client_id, self._clients.latest)

    def has_origin(self, origin: str) -> bool:
        """Whether any enabled client registered this origin for its pages."""
        return self._clients.has_origin(origin)

    def all(self) -> Sequence[Client]:
        """All that are registered."""
        return self._clients.all()

    def add(self, client: Client, *, entry: AuditEntry | None = None) -> None:
        """Raises KeyError when the id is taken."""
        self._refuse(client.client_id)
        self._clients.add(client, entry=entry)

    def page(
        self,
        *,
        limit: int,
        after: tuple[str, ClientId] | None = None,
        begins: str = "",
        among: Collection[str] | None = None,
    ) -> Sequence[Client]:
        """A page of those that are registered."""
        return self._clients.page(limit=limit, after=after, begins=begins, among=among)

    def replace(
        self, client: Client, *, before: Client | None = None, entry: AuditEntry | None = None
    ) -> None:
        """Raises KeyError when there is none, ChangedMeanwhile."""
        self._refuse(client.client_id)
        self._clients.replace(client, before=before, entry=entry)

    def remove(
        self, client_id: ClientId, *, deleted_at: int | None = None, entry: AuditEntry | None = None
    ) -> None:
        """Raises KeyError when there is none."""
        self._refuse(client_id)
        self._clients.remove(client_id, deleted_at=deleted_at, entry=entry)

    def change(self, changes: Sequence[ClientChange], *, decided: Sequence[Proposal] = ()) -> None:
        """All of these in one transaction, or none. Raises KeyError, ChangedMeanwhile, DecidedMeanwhile."""
        for change in changes:
            self._refuse(change.client_id)
        self._clients.change(changes, decided=decided)

    def in_use_since(self, client_ids: Collection[ClientId], instant: int) -> Collection[ClientId]:
        """Those of these that people used since then, as far as SQL knows."""
        return self._clients.in_use_since(client_ids, instant)

    def _found(self, client_id: str, find: Callable[[str], Client | None]) -> Client | None:
        for own in self._own:
            if own.owns(client_id):
                return own.made(client_id, find)
        return find(client_id)

    def _refuse(self, client_id: ClientId) -> None:
        if any(own.owns(client_id) for own in self._own):
            raise KeyError(client_id)

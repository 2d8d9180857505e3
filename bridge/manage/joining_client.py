"""Accepting an invitation as a client of our own provider: one beside each application that has a list.

It is made of the application's registration, in no register and in no list: its people sign in by the same
CamDigiKey account, and the pages show the application.
"""

from collections.abc import Collection, Sequence

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.ports.clients import ClientStore

JOINED = "/joined"  # its redirect URI
PREFIX = "bridge-join."  # of its id; the application's follows


def joining_client_id(client_id: str) -> ClientId:
    """The id of the client by which an application's people accept their invitations."""
    return ClientId(PREFIX + client_id)


def joining_client(application: Client, issuer: str) -> Client:
    """Its registration.

    It has no secret that would ever match: manage.joining redeems its codes, by a function call. What it is
    given, the name, its people agreed to on the page of their invitation.
    """
    client_id = joining_client_id(application.client_id)
    return Client(
        client_id=client_id,
        client_name=application.client_name,
        redirect_uris=(issuer + JOINED,),
        scope=("openid", "profile"),
        skip_consent=True,
        sector_identifier=f"urn:{client_id}",
        client_uri=application.client_uri,
        logo_uri=application.logo_uri,
        policy_uri=application.policy_uri,
        tos_uri=application.tos_uri,
        connector=application.connector,
        enabled=application.enabled and application.access == "listed",
        client_id_issued_at=application.client_id_issued_at,
    )


class ClientsWithJoining:
    """ports.ClientStore: another one, and such clients beside it, which nothing changes or lists."""

    def __init__(self, clients: ClientStore, issuer: str) -> None:
        self._clients, self._issuer = clients, issuer

    def get(self, client_id: str) -> Client | None:
        """The client of that id; None where there is none."""
        if not client_id.startswith(PREFIX):
            return self._clients.get(client_id)
        return self._made(self._clients.get(client_id.removeprefix(PREFIX)))

    def latest(self, client_id: str) -> Client | None:
        """The same, after a look whether the register has changed just now."""
        if not client_id.startswith(PREFIX):
            return self._clients.latest(client_id)
        return self._made(self._clients.latest(client_id.removeprefix(PREFIX)))

    def _made(self, application: Client | None) -> Client | None:
        return None if application is None else joining_client(application, self._issuer)

    def has_origin(self, origin: str) -> bool:
        """Whether any enabled client registered this origin for its pages."""
        return self._clients.has_origin(origin)

    def all(self) -> Sequence[Client]:
        """All that are registered."""
        return self._clients.all()

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

    def add(self, client: Client, *, entry: AuditEntry | None = None) -> None:
        """Raises KeyError when the id is taken, or could be one of these."""
        _refuse(client.client_id)
        self._clients.add(client, entry=entry)

    def replace(
        self, client: Client, *, before: Client | None = None, entry: AuditEntry | None = None
    ) -> None:
        """Raises KeyError when there is none, ChangedMeanwhile."""
        _refuse(client.client_id)
        self._clients.replace(client, before=before, entry=entry)

    def remove(self, client_id: ClientId, *, entry: AuditEntry | None = None) -> None:
        """Raises KeyError when there is none."""
        _refuse(client_id)
        self._clients.remove(client_id, entry=entry)


def _refuse(client_id: str) -> None:
    if client_id.startswith(PREFIX):
        raise KeyError(client_id)

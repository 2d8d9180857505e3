"""The console as a client of its own provider: made from the settings, in no register and in no list."""

from collections.abc import Collection, Sequence

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import CONSOLE_CLIENT_ID, CONSOLE_SECTOR
from bridge.domain.client import Client
from bridge.domain.ids import ClientId, ConnectorId
from bridge.ports.clients import ClientChange, ClientStore

CALLBACK = "/admin/callback"


def console_client(issuer: str, connector: ConnectorId | None, issued_at: int = 0) -> Client:
    """Its registration.

    It has no secret that would ever match, so nobody redeems its codes over HTTP: manage.console_sign_in
    does, by a function call. What people agree to give it, they agreed to by accepting their invitation.
    """
    return Client(
        client_id=CONSOLE_CLIENT_ID,
        client_name="Administration",
        redirect_uris=(issuer + CALLBACK,),
        scope=("openid", "profile"),
        skip_consent=True,
        sector_identifier=CONSOLE_SECTOR,
        client_uri=issuer + "/admin",
        initiate_login_uri=issuer + "/admin",
        connector=connector,
        client_id_issued_at=issued_at,
    )


class ClientsWithConsole:
    """ports.ClientStore: another one, and the console beside it. Nothing changes or lists the console."""

    def __init__(self, clients: ClientStore, console: Client) -> None:
        self._clients, self._console = clients, console

    def get(self, client_id: str) -> Client | None:
        """The client of that id; None where there is none."""
        return self._console if client_id == CONSOLE_CLIENT_ID else self._clients.get(client_id)

    def latest(self, client_id: str) -> Client | None:
        """The same, after a look whether the register has changed just now."""
        return self._console if client_id == CONSOLE_CLIENT_ID else self._clients.latest(client_id)

    def has_origin(self, origin: str) -> bool:
        """Whether any enabled client registered this origin for its pages."""
        return self._clients.has_origin(origin)

    def all(self) -> Sequence[Client]:
        """All but the console."""
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
        """A page of all but the console."""
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

    def change(self, changes: Sequence[ClientChange]) -> None:
        """All of these in one transaction, or none. Raises KeyError, ChangedMeanwhile."""
        for change in changes:
            self._refuse(change.client_id)
        self._clients.change(changes)

    def in_use_since(self, client_ids: Collection[ClientId], instant: int) -> Collection[ClientId]:
        """Those of these that people used since then, as far as SQL knows."""
        return self._clients.in_use_since(client_ids, instant)

    def _refuse(self, client_id: ClientId) -> None:
        if client_id == CONSOLE_CLIENT_ID:
            raise KeyError(client_id)

"""The console as a client of its own provider: made from the settings, in no register and in no list."""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.domain.administrator import CONSOLE_CLIENT_ID, CONSOLE_SECTOR
from bridge.domain.client import Client
from bridge.domain.ids import ConnectorId

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


@dataclass(frozen=True, slots=True)
class ConsoleClients:
    """The console, as one of own_clients.OwnClients."""

    console: Client

    def owns(self, client_id: str) -> bool:
        """Whether that is the console's id."""
        return client_id == CONSOLE_CLIENT_ID

    def made(self, client_id: str, find: Callable[[str], Client | None]) -> Client | None:
        """The console."""
        return self.console

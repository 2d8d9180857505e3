"""Accepting an invitation as a client of our own provider: one beside each application that has a list.

It is made of the application's registration, in no register and in no list: its people sign in by the same
CamDigiKey account, and the pages show the application.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.domain.client import Client
from bridge.domain.ids import ClientId

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


@dataclass(frozen=True, slots=True)
class JoiningClients:
    """Those of all applications, as own_clients.OwnClients."""

    issuer: str

    def owns(self, client_id: str) -> bool:
        """Whether that is the id of such a client."""
        return client_id.startswith(PREFIX)

    def made(self, client_id: str, find: Callable[[str], Client | None]) -> Client | None:
        """The one of that id; None where there is no such application."""
        application = find(client_id.removeprefix(PREFIX))
        return None if application is None else joining_client(application, self.issuer)

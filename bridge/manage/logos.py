"""The logo of an application: uploaded, made anew, and served from this provider's own address."""

from dataclasses import replace
from typing import Final

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage.access import Actor, may
from bridge.manage.clients import ClientAdministration
from bridge.ports.basics import Clock
from bridge.ports.logos import LogoStore, PictureMaker

PATH: Final = "/logo"


class LogoAdministration:
    """What can be done to logos. Each use case begins with may()."""

    def __init__(
        self,
        clients: ClientAdministration,
        logos: LogoStore,
        pictures: PictureMaker,
        clock: Clock,
        issuer: str,
    ) -> None:
        """`issuer`: our own address, below which logos are served."""
        self._clients, self._logos, self._pictures = clients, logos, pictures
        self._clock, self._issuer = clock, issuer

    def upload(
        self,
        actor: Actor,
        client_id: str,
        data: bytes,
        *,
        version: str | None = None,
        take_over: bool = False,
    ) -> Client:
        """Make a picture the application's logo; the changed client.

        `version` and `take_over`: as for ClientAdministration.edit, and so are the errors; PictureRefused.
        The picture is stored before the application names it: where that fails, it is deleted after a day.
        """
        may(actor, "edit client", client_id)
        client = self._clients.get(actor, client_id)
        logo = self._pictures.remade(data)
        address = f"{self._issuer}{logo_path(client.client_id, logo.digest)}"
        self._clients.edit(
            actor, client_id, {"logo_uri": address}, version=version, take_over=take_over, dry_run=True
        )
        self._logos.add(client.client_id, logo, int(self._clock()))
        return self._clients.edit(
            actor, client_id, {"logo_uri": address}, version=version, take_over=take_over
        )


def logo_path(client_id: ClientId, digest: str) -> str:
    """Where a logo is served: another picture has another path."""
    return f"{PATH}/{client_id}/{digest}.png"


def without_own_logo(client: Client) -> Client:
    """The registration without a logo that is served under its id, which a copy has not."""
    own = client.client_id and f"{PATH}/{client.client_id}/" in (client.logo_uri or "")
    return replace(client, logo_uri=None) if own else client

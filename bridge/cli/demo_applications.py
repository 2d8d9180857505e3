"""The sample applications of the demo: registered as any other, and served."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from werkzeug.serving import make_server

from bridge import wiring
from bridge.cli.demo_places import Address, Places, url
from bridge.manage import clients
from bridge.manage.clients import Client
from bridge.manage.office import OPERATOR, Office
from bridge.settings import Settings
from bridge.simulator.relying_party import SCOPE, create_app
from bridge.simulator.server import QuietHandler


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the sample applications."""

    client_id: str
    name: str
    name_km: str
    address: Address

    @property
    def home(self) -> str:
        return f"{url(self.address)}/"


def samples(places: Places) -> tuple[Sample, Sample]:
    """The two, at their addresses."""
    return (
        Sample("demo-portal", "Demo ministry portal", "វិបផតថលក្រសួងសាកល្បង", places.portal),
        Sample("demo-office", "Demo office of records", "ការិយាល័យឯកសារសាកល្បង", places.office),
    )


def register(settings: Settings, places: Places) -> tuple[str, ...]:
    """Their secrets, new at each start; what people agreed to stays."""
    with wiring.console(settings) as office:
        return tuple(_registered(office, sample) for sample in samples(places))


def _registered(office: Office, sample: Sample) -> str:
    fields: dict[str, Any] = {
        "name": sample.name,
        "redirect_uris": (sample.home + "callback",),
        "post_logout_redirect_uris": (sample.home,),
        "grant_types": ("authorization_code", "refresh_token"),
        "scopes": tuple(SCOPE.split()),
        "client_uri": sample.home,
        "initiate_login_uri": sample.home + "sign-in",
    }
    if office.clients.get(sample.client_id) is None:
        found = clients.add(
            OPERATOR, office, Client(client_id=sample.client_id, sector=sample.client_id, **fields)
        )
    else:
        clients.edit(OPERATOR, office, sample.client_id, fields)
        found = clients.rotate_secret(OPERATOR, office, sample.client_id)
    return found.secret or ""


@contextmanager
def serving(settings: Settings, sample: Sample, secret: str) -> Iterator[None]:
    """One of them, while the block lasts."""
    app = create_app(
        settings.issuer,
        sample.client_id,
        secret,
        sample.home + "callback",
        name=sample.name,
        name_km=sample.name_km,
    )
    server = make_server(*sample.address, app, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True, name=sample.client_id).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()

"""The process of the demo that pretends to be CamDigiKey and the sample applications.

It prints a line when CamDigiKey is ready and waits for a line on standard input, which says that the bridge
is ready. Then it registers the applications, and prints the way to administration when they serve. It ends
with its standard input.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from werkzeug.serving import make_server

from bridge import parent_death
from bridge.cli.demo_places import Places, Sample, newcomer, samples, url
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage import OPERATOR, ClientAdministration
from bridge.settings import Settings, load
from bridge.simulator import Simulator, serve
from bridge.simulator.newcomer import Newcomer
from bridge.simulator.relying_party import SCOPE, create_app
from bridge.simulator.server import QuietHandler
from bridge.wiring.administration import administration

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@click.command(hidden=True)
@click.option("--dir", "folder", required=True, type=click.Path(path_type=Path))
@click.option("--places", required=True, type=Places.from_json)
@click.option("--parent", required=True, type=int)
def world(folder: Path, places: Places, parent: int) -> None:
    """For `bridge demo` alone."""
    parent_death.end_with(parent, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ExitStack() as stack:
        simulator = _simulator(folder / "camdigikey", places)
        stack.callback(simulator.stop)
        click.echo("simulator")
        sys.stdin.readline()
        settings = load(folder / "bridge.toml")
        for sample, secret in zip(samples(places), _register(settings, places), strict=True):
            stack.enter_context(_serving(sample, _registered_application(settings, sample, secret)))
        stack.enter_context(_serving(newcomer(places), _newcomer(settings, newcomer(places))))
        click.echo(_way_to_administration(settings))
        sys.stdin.read()  # until the demo ends


def _simulator(folder: Path, places: Places) -> Simulator:
    issuer = url(places.bridge)
    return serve(
        folder,
        places.simulator_api,
        places.simulator_web,
        success_url=f"{issuer}/camdigikey/callback",
        error_url=f"{issuer}/camdigikey/error",
    )


def _register(settings: Settings, places: Places) -> tuple[str, ...]:
    """Register the applications; their secrets, new at each start. Consents to them stay."""
    with administration(settings) as admin:
        return tuple(_registered(admin.clients, sample) for sample in samples(places))


def _way_to_administration(settings: Settings) -> str:
    """The console's address; as long as nobody owns it, the link of an invitation that makes an owner.

    Whoever accepts it is let in without being confirmed: here everybody is a pretend person.
    """
    with administration(settings) as admin:
        if any(person.role == "owner" for person in admin.administrators.all(OPERATOR)):
            return f"{settings.issuer}/admin"
        token = admin.administrators.invite(OPERATOR, "owner", confirmed=True)
        return f"{settings.issuer}/admin/invitation/{token}"


def _registered(clients: ClientAdministration, sample: Sample) -> str:
    fields: dict[str, Any] = {
        "client_name": sample.name,
        "redirect_uris": (sample.home + "callback",),
        "post_logout_redirect_uris": (sample.home,),
        "backchannel_logout_uri": sample.home + "backchannel-logout",
        "backchannel_logout_session_required": True,
        "grant_types": ("authorization_code", "refresh_token"),
        "scope": tuple(SCOPE.split()),
        "client_uri": sample.home,
        "initiate_login_uri": sample.home + "sign-in",
    }
    known = {client.client_id for client in clients.all(OPERATOR)}
    client_id = ClientId(sample.client_id)
    if client_id not in known:
        found = clients.add(
            OPERATOR, Client(client_id=client_id, sector_identifier=sample.client_id, **fields)
        )
    else:
        clients.edit(OPERATOR, client_id, fields)
        found = clients.rotate_secret(OPERATOR, client_id)
    return found.secret or ""


def _registered_application(settings: Settings, sample: Sample, secret: str) -> "WSGIApplication":
    return create_app(
        settings.issuer,
        sample.client_id,
        secret,
        sample.home + "callback",
        name=sample.name,
        name_km=sample.name_km,
    )


def _newcomer(settings: Settings, sample: Sample) -> "WSGIApplication":
    return Newcomer(settings.issuer, sample.home, name=sample.name, name_km=sample.name_km)


@contextmanager
def _serving(sample: Sample, app: "WSGIApplication") -> Iterator[None]:
    """Run a sample application while the block lasts."""
    server = make_server(*sample.address, app, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True, name=sample.name).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()

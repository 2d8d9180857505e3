"""Serves the console in an emergency: on loopback, for half an hour, with SQL alone.

Neither the issuer's address has to lead here, nor CamDigiKey or Redis to be there: browsers come to an
address of this machine by plain http.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

from bridge.errors import BridgeError
from bridge.manage import Actor
from bridge.manage.administration import AdministrationPorts, assemble
from bridge.manage.break_glass import OPEN_FOR, EmergencySession
from bridge.ops import logs
from bridge.settings import Settings
from bridge.web.application import Application
from bridge.web.break_glass import CookiesAlone, EmergencyUseCases, create_emergency_app
from bridge.web.client_address import ClientAddress
from bridge.web.cookies import Cookies
from bridge.web.proxy_hints import ProxyHints
from bridge.wiring.administration import administration_ports

HOST = "127.0.0.1"


class CannotOpen(BridgeError):
    """The port can't be listened on. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A console that is open. `link`: good once; `wait`: until its time is over, or somebody closes it."""

    link: str
    wait: Callable[[], None]


@contextmanager
def opened_console(
    settings: Settings, actor: Actor, reason: str, port: int, open_for: float = OPEN_FOR
) -> Iterator[Opened]:
    """The console on loopback while the block lasts, and no longer than `open_for` seconds.

    Nobody is let in before that is recorded. Raises ConfigError, StoreUnavailable, Refused, CannotOpen.
    """
    logs.configure(settings.log.level)
    with administration_ports(settings) as ports:
        server, over = _listening(port), Event()
        try:
            administration = assemble(ports)
            somebody = administration.emergencies.open(actor, reason)
            logs.logger().error("break_glass.opened", actor=somebody.id, reason=reason)
            session = EmergencySession(
                somebody, ports.clock, ports.token_bytes, time.monotonic, open_for, over.set
            )
            address = f"http://{HOST}:{server.port}"
            server.app = _app(settings, ports, session, address)
            thread = Thread(target=server.serve_forever, name="emergency", daemon=True)
            thread.start()
            try:
                yield Opened(f"{address}/admin/open/{session.token}", lambda: _wait(over, open_for))
            finally:
                session.end()
                server.shutdown()
                thread.join()
                administration.emergencies.close(somebody)
        finally:
            server.server_close()


def _wait(over: Event, seconds: float) -> None:
    over.wait(seconds)


def _listening(port: int) -> BaseWSGIServer:
    app = Application("bridge.web")  # which answers nobody yet
    try:
        with socket.create_server((HOST, port)) as bound:
            return _Server(HOST, bound.getsockname()[1], app, _Quiet, fd=bound.fileno())
    except OSError as error:
        raise CannotOpen(f"{HOST}:{port} can't be listened on: {error.strerror}.") from None


class _Server(ThreadedWSGIServer):
    """Ends when its answers are sent: the page that says that it is closed is one."""

    daemon_threads = False


class _Quiet(WSGIRequestHandler):
    """Writes no line for a request: the first one's address has the link's token in it.

    A connection that stays idle ends: the end of it all waits for those that are open.
    """

    timeout = 5  # seconds

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


def _app(
    settings: Settings, ports: AdministrationPorts, session: EmergencySession, address: str
) -> Application:
    admin = settings.admin.model_copy(update={"networks": ()})
    here = settings.model_copy(update={"issuer": address, "admin": admin})
    app = Application("bridge.web")
    create_emergency_app(
        app,
        EmergencyUseCases(
            settings=here,
            policy=settings.policy,
            clock=ports.clock,
            token_bytes=ports.token_bytes,
            sealer=ports.sealer,
            clients=ports.clients,
            logos=ports.logos,
            administration=assemble(ports),
            console_sign_in=session,
            browser=CookiesAlone(Cookies(False)),
            proxy_hints=ProxyHints(ClientAddress(()), ports.clock, secure=False),
        ),
    )
    return app

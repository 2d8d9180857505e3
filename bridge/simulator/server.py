"""Starts and stops a simulator: both ports, on threads of this process."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from bridge.simulator.api import ApiServer
from bridge.simulator.connections import Connections
from bridge.simulator.people import PEOPLE
from bridge.simulator.pki import open_folder, write_partner, write_people
from bridge.simulator.service import Options, Service
from bridge.simulator.web import create_web


class QuietHandler(WSGIRequestHandler):
    """Keeps connections, and writes no log: addresses hold tokens."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


class WebServer(ThreadedWSGIServer):
    """The browser's side of one simulator."""

    def __init__(self, address: tuple[str, int], app: Flask) -> None:
        self._connections = Connections()
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        with socket.create_server(address, family=family, backlog=128) as bound:  # werkzeug exits
            super().__init__(*address, app, QuietHandler, fd=bound.fileno())
        self._connections = Connections()  # of the bound socket: werkzeug has closed another one meanwhile

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._connections.tracked(request) as accepted:
            if accepted:
                super().finish_request(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        self._connections.end()


@dataclass(frozen=True, slots=True)
class Simulator:
    """A simulator that runs."""

    folder: Path
    api_url: str
    web_url: str
    service: Service
    _api: ApiServer
    _web: WebServer

    @property
    def partner_file(self) -> Path:
        """What a partner needs to reach it (Partner.from_file)."""
        return self.folder / "partner.json"

    @property
    def control_url(self) -> str:
        """Faults, personas, settings."""
        return self.web_url + "/control"

    def wait(self) -> None:
        """Come back once somebody has called `stop`."""
        self._api.stopping.wait()

    def stop(self) -> None:
        """Stop both ports, and end every connection. A second call changes nothing."""
        self._api.stopping.set()
        for server in (self._api, self._web):
            server.shutdown()
            server.server_close()


def serve(
    folder: Path,
    api: tuple[str, int],
    web: tuple[str, int],
    *,
    success_url: str | None = None,
    error_url: str | None = None,
    registered: tuple[str, ...] = (),
    auto_approve: str | None = None,
    version: str = "v3",
) -> Simulator:
    """Start a simulator in a folder of its own; port 0 takes a free one.

    Raises OSError when a port is taken, ValueError when there is no such persona.

    `success_url` and `error_url` are those that the partner has registered, `registered` further ones, which
    a login may ask to come back to; `auto_approve` names the persona
    that approves every login at once. `version` is written into partner.json; both are always spoken.
    """
    if auto_approve is not None and auto_approve not in [persona.slug for persona in PEOPLE]:
        raise ValueError(f"there is no persona {auto_approve}")
    options = Options(
        success_url=success_url or "",
        error_url=error_url or "",
        auto_approve=auto_approve,
        registered=registered,
    )
    pki, account = open_folder(folder, api[0])
    service = Service(pki, account, options)
    with _naming_address(api):
        api_server = ApiServer(api, service, pki)
    try:
        with _naming_address(web):
            web_server = WebServer(web, create_web(service))
    except OSError:
        api_server.server_close()
        raise
    options.web_url = _url("http", web[0], web_server.port)
    api_url = _url("https", api[0], api_server.server_port)
    write_partner(folder, api_url, version)
    write_people(folder, {persona.slug: persona.fields() for persona in PEOPLE})
    for server in (api_server, web_server):
        threading.Thread(target=server.serve_forever, daemon=True, name="simulator").start()
    return Simulator(folder, api_url, options.web_url, service, api_server, web_server)


@contextmanager
def _naming_address(address: tuple[str, int]) -> Iterator[None]:
    """Name the address in an OSError of the block."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise OSError(error.errno, f"{address[0]}:{address[1]}: {why}") from None


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

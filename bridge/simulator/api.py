"""The API port: mutual TLS, the v3 and v2 paths, the envelope, and the faults that were asked for."""

import base64
import json
import socket
import ssl
import struct
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bridge.simulator.bodies import BadBody, read_body
from bridge.simulator.connections import Connections
from bridge.simulator.faults import Fault
from bridge.simulator.pki import Pki
from bridge.simulator.service import Service
from bridge.simulator.wire import BadRequest, open_request, seal_answer

V3 = "/api/v3.0/authentication"
V2 = "/api/v2.0"
OPERATIONS = {
    V3 + "/service-account/login-token": ("login_token", "v3"),
    V3 + "/service-account/access-token": ("access_token", "v3"),
    V3 + "/service-account/access-token/status": ("status", "v3"),
    V3 + "/service-account/refresh-access-token": ("refresh", "v3"),
    V3 + "/service-account/access-token/logout": ("logout", "v3"),
    V3 + "/service-account/organization-access-token": ("organization", "v3"),
    V3 + "/service-account/lookup": ("lookup", "v3"),
    V3 + "/service-account/lookup/user-profile": ("verify", "v3"),
    V3 + "/service-account/user-face": ("face", "v3"),
    V2 + "/oauth2/client-lib/login-token": ("login_token", "v2"),
    V2 + "/oauth2/client-lib/access-token": ("access_token", "v2"),
    V2 + "/oauth2/client-lib/status-access-token": ("status", "v2"),
    V2 + "/oauth2/client-lib/refresh-access-token": ("refresh", "v2"),
    V2 + "/oauth2/client-lib/logout-access-token": ("logout", "v2"),
    V2 + "/oauth2/client-lib/organization-access-token": ("organization", "v2"),
    V2 + "/oauth2/client-lib/user-lookup-profile": ("lookup", "v2"),
    V2 + "/oauth2/client-lib/verify-user-profile": ("verify", "v2"),
    V2 + "/oauth2/client-lib/user-face": ("face", "v2"),
}
PLAIN = {  # asked by GET, and answered without an envelope
    V3 + "/certificates/access-token": "certificates",
    V2 + "/certificates/access-token-certificate-chain": "certificates",
    V2 + "/clients": "clients",
}


class ApiServer(ThreadingHTTPServer):
    """The API of one simulator. Each connection's handshake happens in its own thread."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service, pki: Pki) -> None:
        self._connections = Connections()  # before the bind: where that fails, server_close asks for it
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Handler)
        self.service = service
        self.stopping = threading.Event()
        self._context = _context(pki)

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(10)
        try:
            secured = self._context.wrap_socket(request, server_side=True)
        except OSError:
            return  # no TLS, or no certificate of ours
        secured.settimeout(60)
        with secured, self._connections.tracked(secured) as accepted:
            if accepted:
                super().finish_request(secured, client_address)

    def server_close(self) -> None:
        super().server_close()
        self._connections.end()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that the partner dropped is not reported; anything else is a bug here."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ApiServer

    def do_GET(self) -> None:
        if self._body() is None:
            return None
        service, operation = self.server.service, PLAIN.get(self._path())
        if operation is None:
            return self._answer(404, b"{}")
        fault = service.faults.next(operation)
        if fault and self._faulted(fault):
            return None
        data = service.certificates() if operation == "certificates" else service.clients()
        answer = {"error": 0, "message": "Success", "data": data}
        return self._answer(200, json.dumps(answer).encode())

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return None
        found = OPERATIONS.get(self._path())
        if found is None:
            return self._answer(404, b"{}")
        service, (operation, version) = self.server.service, found
        fault = service.faults.next(operation)
        if fault and self._faulted(fault):
            return None
        try:
            request = open_request(service.account, body)
        except BadRequest:
            answer: dict[str, Any] = {"error": 105, "message": "Decryption failed"}
        else:
            answer = service.answer(operation, version, request, fault)
        sealed = seal_answer(service.account, answer)
        if fault and fault.kind == "bad_mac":
            tree = json.loads(sealed)
            wrong = base64.b64decode(tree["signature"])[::-1]
            sealed = json.dumps({**tree, "signature": base64.b64encode(wrong).decode()}).encode()
        return self._answer(200, sealed)

    def _body(self) -> bytes | None:
        """The request's body, also of a GET that has one; None when it is bad, and was answered so."""
        try:
            return read_body(self.rfile, self.headers)
        except BadBody as bad:
            self.close_connection = True  # what follows can't be told from the rest of this body
            self._answer(bad.status, b"{}")
            return None

    def _faulted(self, fault: Fault) -> bool:
        """Carry out a fault below the envelope; whether the request is answered by that."""
        if fault.kind == "500":
            self._answer(500, b"Internal Server Error")
        elif fault.kind == "garbage":
            self._answer(200, b"\x00\xff<html>garbage")
        elif fault.kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            socket.socket.close(self.connection)
        elif fault.kind in ("hang", "slow"):
            self.server.stopping.wait(fault.seconds)
            if fault.kind == "slow":
                return False
            self.close_connection = True
        else:
            return False
        return True

    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _answer(self, status: int, body: bytes) -> None:
        """Head and body in one write: one TLS record for the partner to read."""
        if self.request_version != "HTTP/1.1":
            self.close_connection = True
        head = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        if self.close_connection:
            head.append("Connection: close")
        self.wfile.write("\r\n".join([*head, "", ""]).encode() + body)

    def log_message(self, format: str, *args: Any) -> None:
        """Requests hold tokens: no log."""


def _context(pki: Pki) -> ssl.SSLContext:
    """A TLS context that wants a client certificate of our authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=pki.root.pem + pki.issuing.pem)
    key = pki.server.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = pki.folder / "server.pem"
    _write_private(file, key + pki.server.pem.encode() + pki.issuing.pem.encode())
    context.load_cert_chain(file)
    return context


def _write_private(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)

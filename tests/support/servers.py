"""Servers that tests start in threads: a WSGI application on a port, and an https proxy before it."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import trustme
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "host"})


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Tests read answers, not logs."""


@contextmanager
def serving(app: Callable[..., Any], host: str, port: int) -> Iterator[str]:
    """Serve a WSGI application while the block lasts; gives its address."""
    server = make_server(host, port, _read_whole(app), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _read_whole(app: Callable[..., Any]) -> Callable[..., Any]:
    """The application, its answers read whole and closed: werkzeug's server leaves the file of an answer open
    where a browser goes away in the middle.
    """

    def whole(environ: dict[str, Any], start_response: Any) -> Any:
        pieces, status, headers = run_wsgi_app(app, environ, buffered=True)
        start_response(status, list(headers))
        return pieces

    return whole


@contextmanager
def https_proxy(host: str, port: int, target: str, authority: trustme.CA) -> Iterator[str]:
    """A reverse proxy as an institution has one: TLS outside, plain HTTP to the bridge inside."""
    server = ThreadingHTTPServer((host, port), _proxy_to(target))
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _proxy_to(target: str) -> type[BaseHTTPRequestHandler]:
    inside = urlsplit(target)

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            headers |= {
                "Host": self.headers["Host"],
                "X-Forwarded-For": self.client_address[0],
                "X-Forwarded-Proto": "https",
            }
            connection = http.client.HTTPConnection(inside.hostname or "", inside.port, timeout=20)
            try:
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                data = answer.read()
            finally:
                connection.close()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {*HOP_BY_HOP, "content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_HEAD = do_OPTIONS = _pass_on

        def handle(self) -> None:
            try:
                super().handle()
            except (ssl.SSLError, ConnectionError, TimeoutError):
                self.close_connection = True  # the browser went away

        def log_message(self, *_: object) -> None:
            """Tests read answers, not logs."""

    return Proxy

"""Requests written by hand to a proxy."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass

from tests.proxies.kinds import Proxy


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def head(proxy: Proxy, request: str, *headers: bytes, host: str = "") -> bytes:
    """A request's head; `request` is its method and path."""
    place = proxy.place
    lines = (f"{request} HTTP/1.1".encode(), f"Host: {host or f'{place.name}:{place.port}'}".encode())
    return b"\r\n".join((*lines, *headers, b"", b""))


def read(connection: socket.socket) -> Answer:
    """The answer to a request that was sent."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return Answer(answer.status, answer.headers, answer.read())


def ask(
    proxy: Proxy,
    request: str,
    *headers: bytes,
    body: bytes = b"",
    host: str = "",
    source: str = "127.0.0.1",
    plain: bool = False,
) -> Answer:
    """One request over a connection of its own, from this address of loopback; `plain`: without TLS."""
    with proxy.connect_plain() if plain else proxy.connect(source) as connection:
        connection.sendall(head(proxy, request, *headers, host=host) + body)
        return read(connection)

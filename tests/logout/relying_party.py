"""A relying party in Python that hears of logouts: joserfc checks each token (Back-Channel Logout §2.6)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests.outbound.receivers import Receiver
from tests.support.socket_server import Answer, http

EVENT = "http://schemas.openid.net/event/backchannel-logout"
REGISTRY = jwt.JWTClaimsRegistry(
    iat={"essential": True}, exp={"essential": True}, jti={"essential": True}, leeway=30
)


class NotValid(Exception):
    """The text says which step of §2.6 failed."""


@dataclass
class LogoutReceiver:
    """Takes logout tokens. `heard` holds the claims of the good ones, `faults` why others were refused."""

    client_id: str
    receiver: Receiver = field(default_factory=lambda: Receiver(None))
    heard: list[Mapping[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    issuer: str = ""
    held: threading.Event | None = None  # while it is not set, requests are taken and not answered

    def __post_init__(self) -> None:
        self.receiver.answer = self._answer

    @property
    def uri(self) -> str:
        return self.receiver.url("/backchannel-logout", host="127.0.0.1")

    def hears(self, sid: str) -> list[Mapping[str, Any]]:
        """What was heard of this Session."""
        return [claims for claims in tuple(self.heard) if claims.get("sid") == sid]

    def _answer(self, request: bytes) -> Answer:
        held = self.held
        if held is not None and not held.is_set():
            return lambda sock: self._answer_late(request, sock, held)
        return self._checked(request)

    def _answer_late(self, request: bytes, sock: socket.socket, held: threading.Event) -> None:
        held.wait(60)
        sock.sendall(self._checked(request))

    def _checked(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        try:
            if not head.startswith(b"POST /backchannel-logout "):
                raise NotValid("§2.5: it comes by POST")
            if b"content-type: application/x-www-form-urlencoded" not in head.lower():
                raise NotValid("§2.5: it comes in a form")
            (token,) = parse_qs(body.decode())["logout_token"]
            self.heard.append(self.verified(token))
        except (NotValid, JoseError, ValueError, KeyError) as fault:
            self.faults.append(repr(fault))
            return http("400 Bad Request", head="Cache-Control: no-store\r\n")
        return http(head="Cache-Control: no-store\r\n")  # §2.8

    def verified(self, text: str) -> Mapping[str, Any]:
        """The claims of a logout token, once every step of §2.6 is passed. Raises NotValid, JoseError."""
        found = requests.get(self.issuer + "/.well-known/openid-configuration", timeout=20).json()
        keys = KeySet.import_key_set(requests.get(found["jwks_uri"], timeout=20).json())
        token = jwt.decode(text, keys, algorithms=["RS256"])
        REGISTRY.validate(token.claims)
        claims = token.claims
        for good, step in (
            (token.header["typ"] == "logout+jwt", "§2.4: typ"),
            (claims["iss"] == found["issuer"] == self.issuer, "step 4: iss"),
            (claims["aud"] == self.client_id, "step 4: aud"),
            ("sub" in claims or "sid" in claims, "step 5"),
            (claims["events"] == {EVENT: {}}, "step 6"),
            ("nonce" not in claims, "step 7"),
            (claims["jti"] not in [known["jti"] for known in self.heard], "step 8"),
        ):
            if not good:
                raise NotValid(step)
        return claims

"""The tokens that were issued, of which kind each is, and whether it is still valid."""

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bridge.simulator.fields import Refused
from bridge.simulator.pki import Key
from bridge.simulator.wire import sign_token

ISSUER = "CamDX-CamDigiKey"
LOGIN, AUTH, USER, ORGANIZATION, ACCOUNT = "LOGIN", "AUTH", "USER", "ORGANIZATION", "ACCOUNT"
PAYLOAD_BYTES = 160
LIFETIMES = {LOGIN: 300, AUTH: 120, USER: 3600, ORGANIZATION: 3600, ACCOUNT: 3600}  # seconds


@dataclass(slots=True)
class Token:
    """A token that was issued, and whether it was ended since."""

    kind: str
    jti: str
    issued_at: float
    expires_at: float
    persona: str = ""
    alive: bool = True


class Tokens:
    """The tokens of one simulator. Whoever changes them holds the service's lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._issued: dict[str, Token] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._issued)

    def __getitem__(self, text: str) -> Token:
        return self._issued[text]

    def issue(self, kind: str, key: Key, version: str, persona: str = "") -> str:
        """A new token of a kind, signed, as real ones look (PROTOCOL, Seen later 5)."""
        now = self._clock()
        token = Token(kind, str(uuid.uuid4()), now, now + LIFETIMES[kind], persona)
        header: dict[str, object] = {"alg": "SHA512withECDSA", "typ": "JWT", "jwtId": token.jti}
        if version == "v2":
            header["expiryDate"] = int(token.expires_at * 1000)
        text = sign_token(key, header, os.urandom(PAYLOAD_BYTES), urlsafe=kind == AUTH)
        self._issued[text] = token
        return text

    def live(self, text: str, *kinds: str) -> Token:
        """A valid token of one of these kinds. Raises Refused with CamDigiKey's code for what is wrong."""
        if not text:
            raise Refused(107, "Token id is empty")
        token = self._issued.get(text)
        if token is None:
            raise Refused(101, "Invalid token signature")
        if token.kind not in kinds:
            raise Refused(106, "Invalid token type")
        if not token.alive:
            raise Refused(104, "Disabled access token")
        if token.expires_at <= self._clock():
            raise Refused(103, "Expired access token")
        return token

    def expire(self, text: str) -> None:
        """End a token's lifetime now, if there is such a token."""
        if token := self._issued.get(text):
            token.expires_at = self._clock()

    def forget(self, before: float) -> None:
        """Forget those that expired before a time."""
        for text in [text for text, token in self._issued.items() if token.expires_at < before]:
            del self._issued[text]

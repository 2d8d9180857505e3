"""One simulator for the tests of a module, and a partner of it made of http.client alone."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from bridge.simulator import Simulator, serve

SUCCESS, FAILURE = "http://127.0.0.1:9/success?from=camdigikey", "http://127.0.0.1:9/error"
V3 = "/api/v3.0/authentication/service-account/"
V2 = "/api/v2.0/oauth2/client-lib/"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("simulator") / "simulator"
    found = serve(folder, ("127.0.0.1", 0), ("127.0.0.1", 0), success_url=SUCCESS, error_url=FAILURE)
    yield found
    found.stop()


@dataclass(frozen=True)
class RawPartner:
    """A partner that has read nothing but partner.json; it shares no line with `bridge.camdigikey`."""

    folder: Path

    @property
    def settings(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "partner.json").read_text())
        return found

    def key(self, name: str) -> bytes:
        return base64.b64decode(self.settings[name], validate=True)

    def connection(self) -> http.client.HTTPSConnection:
        """A connection over mutual TLS."""
        context = ssl.create_default_context(cafile=str(self.folder / "root.pem"))
        context.load_cert_chain(self.folder / "client.pem", self.folder / "client.key.pem")
        there = urlsplit(self.settings["base_url"])
        return http.client.HTTPSConnection(there.hostname or "", there.port, context=context, timeout=20)

    def cipher(self) -> Any:
        return Cipher(algorithms.AES256(self.key("aes_secret_key")), modes.CBC(self.key("aes_iv_params")))

    def wrapped(self, plain: bytes, *, pad: bool = True, client_id: str = "") -> dict[str, str]:
        """The envelope around any bytes, rightly signed."""
        padder = PKCS7(128).padder()
        encryptor = self.cipher().encryptor()
        padded = padder.update(plain) + padder.finalize() if pad else plain
        params = base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
        return self.signed(params, client_id or self.settings["client_id"])

    def signed(self, params: str, client_id: str) -> dict[str, str]:
        mac = hmac.new(self.key("hmac_key"), f"{client_id}.{params}".encode(), hashlib.sha512).digest()
        return {"clientId": client_id, "params": params, "signature": base64.b64encode(mac).decode()}

    def opened(self, body: bytes) -> dict[str, Any]:
        """What an answer holds; fails when its signature does not verify."""
        outer = json.loads(body)
        sealed = base64.b64decode(outer["data"], validate=True)
        mac = hmac.new(self.key("hmac_key"), sealed, hashlib.sha512).digest()
        assert base64.b64decode(outer["signature"], validate=True) == mac
        decryptor, unpadder = self.cipher().decryptor(), PKCS7(128).unpadder()
        padded = decryptor.update(sealed) + decryptor.finalize()
        found: dict[str, Any] = json.loads(unpadder.update(padded) + unpadder.finalize())
        return found

    def call(self, path: str, **fields: Any) -> dict[str, Any]:
        """One operation: what its answer holds."""
        request = {"clientId": self.settings["client_id"], **fields}
        return self.post(path, json.dumps(self.wrapped(json.dumps(request).encode())).encode())

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """Any body to an operation: what its enveloped answer holds."""
        with contextlib.closing(self.connection()) as connection:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            with connection.getresponse() as answer:
                assert answer.status == 200
                return self.opened(answer.read())


@pytest.fixture
def partner(simulator: Simulator) -> Iterator[RawPartner]:
    yield RawPartner(simulator.folder)
    simulator.service.faults.clear()

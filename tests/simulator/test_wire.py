"""The simulator's half of the wire, by the vectors; the client's half is checked apart from it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA512

from bridge.simulator.pki import Account, Pki, open_folder
from bridge.simulator.wire import BadRequest, open_request, seal_answer, sign_token

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors.json").read_text(encoding="utf-8"))
GIVEN = VECTORS["credentials"]
ACCOUNT = Account(
    GIVEN["client_id"],
    GIVEN["domain"],
    *(base64.b64decode(GIVEN[name]) for name in ("hmac_key", "aes_secret_key", "aes_iv_params")),
)


def by_name(rows: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(row, id=row["name"]) for row in rows]


@pytest.mark.parametrize("row", by_name(VECTORS["requests"]))
def test_a_request_of_the_vectors_opens(row: dict[str, Any]) -> None:
    assert open_request(ACCOUNT, json.dumps(row["wrapped"]).encode()) == row["request"]


@pytest.mark.parametrize("row", by_name([row for row in VECTORS["responses"] if row["ok"]]))
def test_an_answer_is_sealed_as_in_the_vectors(row: dict[str, Any]) -> None:
    assert json.loads(seal_answer(ACCOUNT, row["response"])) == row["wrapped"]


@pytest.mark.parametrize(
    "change",
    [
        {"clientId": "another"},
        {"clientId": None},
        {"params": "AAAA"},
        {"params": 5},
        {"params": "ក"},
        {"signature": ""},
        {"signature": None},
    ],
    ids=str,
)
def test_a_request_that_was_changed_does_not_open(change: dict[str, Any]) -> None:
    wrapped = {**VECTORS["requests"][0]["wrapped"], **change}
    with pytest.raises(BadRequest):
        open_request(ACCOUNT, json.dumps(wrapped).encode())


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"5", b"\xff", b"[" * 100_000],
    ids=["empty", "cut", "list", "null", "number", "not UTF-8", "deep"],
)
def test_what_is_no_envelope_does_not_open(body: bytes) -> None:
    with pytest.raises(BadRequest):
        open_request(ACCOUNT, body)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_folder(tmp_path_factory.mktemp("pki") / "simulator", "127.0.0.1")[0]


def test_a_token_is_signed_twice_hashed_by_a_p521_key_in_plain_base64(pki: Pki) -> None:
    assert isinstance(pki.signer.key.curve, ec.SECP521R1)
    seen = ""
    for number in range(20):
        header, payload, signature = sign_token(
            pki.signer.key, {"jwtId": str(number)}, b"opaque", urlsafe=False
        ).split(".")
        message = hashlib.sha512(f"{header}.{payload}".encode()).digest()
        key = pki.signer.certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(base64.b64decode(signature, validate=True), message, ec.ECDSA(SHA512()))
        seen += signature
    assert "+" in seen
    assert "/" in seen


def test_the_chain_leads_from_the_signer_to_the_root(pki: Pki) -> None:
    chain = [pki.signer.certificate, pki.issuing.certificate, pki.root.certificate]
    for below, above in zip(chain, [*chain[1:], chain[-1]], strict=True):
        below.verify_directly_issued_by(above)
    for authority in chain[1:]:
        assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_second_start_in_the_same_folder_finds_the_same_account_and_keys(tmp_path: Path) -> None:
    folder = tmp_path / "simulator"
    first, second = open_folder(folder, "127.0.0.1"), open_folder(folder, "127.0.0.1")
    assert first[1] == second[1]
    assert first[0].signer.certificate == second[0].signer.certificate
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}

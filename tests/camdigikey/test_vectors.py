"""Every row of tests/vectors.json."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bridge.camdigikey import CamDigiKey, ChainError, EnvelopeError, TokenBadSignature
from bridge.camdigikey.envelope import certificates, data_of, unwrap, wrap
from bridge.camdigikey.errors import TokenExpired
from bridge.camdigikey.keystore import load_keystore, load_trust_store, tls_context
from bridge.camdigikey.models import token_status
from bridge.camdigikey.signature import verify_chain, verify_token
from tests.camdigikey.fakes import Answers
from tests.camdigikey.vectors import CERTIFICATES, NOW, PASSWORD, ROOT, VECTORS, partner, row_of, rows, stores


@pytest.mark.parametrize("row", **rows("requests"))
def test_a_request_is_wrapped_byte_for_byte(row: Any) -> None:
    expected = json.dumps(row["wrapped"], separators=(",", ":")).encode()
    assert wrap(partner(), row["request"]) == expected
    assert json.dumps(row["request"], separators=(",", ":"), ensure_ascii=False) == row["json"]


OPERATIONS = {
    "login token, v3": lambda c, r: c.login_token(r["callbackVars"], r["successReturnUrl"]),
    "login token, v3, no callback variables": lambda c, r: c.login_token(),
    "login token, v2": lambda c, r: c.login_token(None, "https://not.example"),
    "access token, v3": lambda c, r: c.user_access_token(r["authToken"]),
    "status, v3": lambda c, r: c.status(r["accessToken"]),
    "lookup, v3": lambda c, r: c.lookup(r["accessToken"], r["personalCode"]),
}


@pytest.mark.parametrize("row", **rows("requests"))
def test_the_client_sends_that_very_request_to_that_path(row: Any) -> None:
    chain = {"error": 0, "data": [VECTORS["certificates"][name] for name in ("signer", "issuing")]}
    error = row_of("responses", "an error")["wrapped"]
    sent = Answers(lambda method, path: chain if method == "GET" else error)
    ours = partner(version=row["version"])
    clock = row["request"].get("requestedDate", NOW * 1000) / 1000
    with CamDigiKey(ours, transport=sent, clock=lambda: clock) as camdigikey:
        with pytest.raises(TokenExpired):
            OPERATIONS[row["name"]](camdigikey, row["request"])
    posted = [(path, json.loads(body)) for method, path, body in sent.asked if method == "POST"]
    assert posted == [(row["path"], row["wrapped"])]


@pytest.mark.parametrize("row", **rows("responses"))
def test_an_answer_is_opened_or_refused(row: Any) -> None:
    body = json.dumps(row["wrapped"]).encode()
    if row["ok"]:
        assert unwrap(partner(), body) == row["response"]
    else:
        with pytest.raises(EnvelopeError):
            unwrap(partner(), body)


@pytest.mark.parametrize("row", [row for row in VECTORS["responses"] if row["name"].startswith("status")])
def test_times_are_read_as_seconds_whatever_form_they_have(row: Any) -> None:
    status = token_status(data_of(row["response"]))
    assert status.status and status.type == "USER" and status.issuer == "CamDX-CamDigiKey"
    assert (status.issued_at, status.not_before, status.expires_at) == (NOW, NOW, NOW + 3600)
    assert status.user and status.user.camdigikey_id == "CDK000000042"
    assert (status.user.last_name_kh, status.user.first_name_kh) == ("ចាន់", "សុភា")


@pytest.mark.parametrize("row", **rows("chains"))
def test_a_chain_holds_or_is_refused(row: Any) -> None:
    chain = [CERTIFICATES[name] for name in row["chain"]]
    if row["valid"]:
        verified = verify_chain(chain, [ROOT], NOW)
        assert verified.certificate == chain[0]
        assert verified.expires_at == ROOT.not_valid_after_utc.timestamp()
    else:
        with pytest.raises(ChainError):
            verify_chain(chain, [ROOT], NOW)


@pytest.mark.parametrize("row", **rows("chains"))
def test_a_chain_is_read_from_the_certificates_answer(row: Any) -> None:
    pems = [VECTORS["certificates"][name] for name in row["chain"]]
    body = json.dumps({"error": 0, "message": "Success", "data": pems}).encode()
    assert certificates(body) == [CERTIFICATES[name] for name in row["chain"]]


@pytest.mark.parametrize("row", **rows("tokens"))
def test_a_token_holds_or_is_refused(row: Any) -> None:
    signer = CERTIFICATES[row["signer"]]
    if row["valid"]:
        verify_token(row["token"], signer)
    else:
        with pytest.raises(TokenBadSignature):
            verify_token(row["token"], signer)


@pytest.mark.parametrize("row", **rows("tokens"))
def test_a_token_of_another_signer_never_holds(row: Any) -> None:
    with pytest.raises(TokenBadSignature):
        verify_token(row["token"], CERTIFICATES["issuing"])


@pytest.mark.parametrize("data", **stores("client"))
def test_a_keystore_of_any_age_opens_and_serves_tls(data: bytes) -> None:
    keystore = load_keystore(data, PASSWORD)
    pem = keystore.certificate.public_bytes(Encoding.PEM).decode()
    assert pem.strip() == VECTORS["keystores"]["client_certificate"].strip()
    assert set(keystore.chain) == {CERTIFICATES["issuing"], ROOT}
    context = tls_context(keystore, (ROOT,))
    assert ROOT.public_bytes(Encoding.DER) in context.get_ca_certs(binary_form=True)


@pytest.mark.parametrize("data", **stores("trust"))
def test_a_trust_store_of_any_maker_opens(data: bytes) -> None:
    assert load_trust_store(data, PASSWORD) == (ROOT,)


def test_a_trust_store_is_no_keystore() -> None:
    for data in stores("trust")["argvalues"]:
        with pytest.raises(ValueError, match="holds no private key"):
            load_keystore(data, PASSWORD)


@pytest.mark.parametrize(
    ("data", "password"),
    [
        (stores("client")["argvalues"][1], "another"),
        (stores("client")["argvalues"][1][:-200], PASSWORD),
        (b"", PASSWORD),
        (base64.b64decode("/u3+7QAAAAI="), PASSWORD),  # Java's own old form, JKS
    ],
    ids=["another password", "cut short", "empty", "a JKS store"],
)
def test_a_store_that_does_not_open_says_so_in_a_sentence(data: bytes, password: str) -> None:
    with pytest.raises(ValueError, match="the keystore can't be opened: not PKCS#12, or another password"):
        load_keystore(data, password)
    with pytest.raises(ValueError, match="the trust store can't be opened"):
        load_trust_store(data, password)

"""What was seen later (PROTOCOL, Seen later), and every row of tests/vectors-seen-later.json."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from bridge.camdigikey import (
    AnswerError,
    ApiError,
    CamDigiKey,
    ChainError,
    SignerPin,
    TokenBadSignature,
    TransportError,
)
from bridge.camdigikey.keystore import load_keystore
from bridge.camdigikey.signature import check_signer, key_sha256
from bridge.errors import UpstreamRefused
from bridge.upstream.camdigikey import _meaning
from tests.camdigikey.authorities import Pair, authority, certificate, usage
from tests.camdigikey.fakes import Answers, seal
from tests.camdigikey.make_vectors import FILE
from tests.camdigikey.vectors import NOW, PASSWORD, VECTORS, partner

LATER: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
TOKEN = next(row["token"] for row in VECTORS["tokens"] if row["valid"])


def asking(answer: Any) -> CamDigiKey:
    return CamDigiKey(partner(), transport=Answers(answer), clock=lambda: LATER["now"])


@pytest.mark.parametrize("row", LATER["statuses"], ids=lambda row: str(row["name"]))
def test_a_status_is_taken_where_it_answers_what_was_asked(row: Any) -> None:
    with asking(row["wrapped"]) as camdigikey:
        if row["ok"]:
            assert camdigikey.status(LATER["asked"]).status is row["data"]["status"]
            return
        with pytest.raises(AnswerError, match=row["why"]) as caught:
            camdigikey.status(LATER["asked"])
    assert "SOPHEA" not in str(caught.value) and LATER["asked"] not in str(caught.value)


@pytest.mark.parametrize("row", LATER["errors"], ids=lambda row: str(row["code"]))
def test_each_code_has_its_error_and_two_speak_of_the_person(row: Any) -> None:
    with asking(row["wrapped"]) as camdigikey, pytest.raises(ApiError) as caught:
        camdigikey.status(LATER["asked"])
    assert (type(caught.value).__name__, caught.value.code) == (row["kind"], row["code"])
    assert (_meaning(caught.value) is UpstreamRefused) == row["speaks_of_the_person"]


def test_a_logout_that_answers_for_another_token_is_no_logout() -> None:
    answer = seal(partner(), json.dumps({"error": 0, "data": {"status": 0, "accessToken": "x.y.z"}}).encode())
    with asking(answer) as camdigikey, pytest.raises(AnswerError, match="another token"):
        camdigikey.logout(LATER["asked"])


@pytest.mark.parametrize("plain", [b"", b"[]", b"\xff", b'{"error": 0}', b"{}"])
def test_what_a_right_envelope_holds_may_be_one_persons_fault(plain: bytes) -> None:
    with asking(seal(partner(), plain)) as camdigikey, pytest.raises(AnswerError):
        camdigikey.status(LATER["asked"])


# -- who may sign ------------------------------------------------------------------------------------------

ROOT = authority("Root")
ISSUING = authority("Issuing", ROOT)
OWN = certificate("Partner", ISSUING)
TLS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
BOTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
MAIL = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION])
NOT_SIGNERS: dict[str, tuple[Pair, str]] = {
    "the root": (ROOT, "an authority itself"),
    "the issuing authority": (ISSUING, "an authority itself"),
    "our own certificate": (OWN, "our own"),
    "our own key in another certificate": (certificate("Renewed", ISSUING, key=OWN.key), "our own"),
    "another partner's": (certificate("Other", ISSUING, extensions=[(TLS, False)]), "one for TLS"),
    "a server's": (certificate("Server", ISSUING, extensions=[(BOTH, False)]), "one for TLS"),
    "a key for certificates": (
        certificate("S", ISSUING, extensions=[(usage(signs_certificates=True), True)]),
        "not for signatures",
    ),
}


def check(signer: Pair, pin: SignerPin | None = None) -> None:
    check_signer(signer.certificate, [ROOT.certificate], pin or SignerPin(), OWN.certificate)


@pytest.mark.parametrize(("signer", "why"), NOT_SIGNERS.values(), ids=NOT_SIGNERS)
def test_what_the_same_authority_issued_for_other_ends_signs_no_tokens(signer: Pair, why: str) -> None:
    with pytest.raises(ChainError, match=why):
        check(signer)


def test_a_signer_is_taken_with_the_right_use_or_by_a_pin() -> None:
    check(certificate("S", ISSUING))
    check(certificate("S", ISSUING, extensions=[(usage(signs_certificates=False), True)]))
    check(certificate("S", ISSUING, extensions=[(MAIL, False)]))
    for_tls = certificate("S", ISSUING, extensions=[(TLS, False)])
    check(for_tls, SignerPin(key_sha256=key_sha256(for_tls.certificate)))


# -- before an auth token is spent -------------------------------------------------------------------------


def test_an_auth_token_that_camdigikey_did_not_sign_is_not_sent() -> None:
    chain = {"error": 0, "data": [VECTORS["certificates"][name] for name in ("signer", "issuing")]}
    answers = Answers(chain)
    with CamDigiKey(partner(), transport=answers, clock=lambda: NOW) as camdigikey:
        for forged in ("a.b.AAAA", "junk", TOKEN[:-8] + "AAAAAAA="):
            with pytest.raises(TokenBadSignature) as caught:
                camdigikey.user_access_token(forged)
            assert not caught.value.in_answer
    assert {method for method, _, _ in answers.asked} == {"GET"}


def test_without_the_signer_no_auth_token_is_spent() -> None:
    answers = Answers(TransportError("away"))
    with CamDigiKey(partner(), transport=answers, clock=lambda: NOW) as camdigikey:
        with pytest.raises(TransportError):
            camdigikey.user_access_token(TOKEN)
        with pytest.raises(TransportError):
            camdigikey.refresh(TOKEN)
    assert [method for method, _, _ in answers.asked] == ["GET", "GET"]


def test_a_keystore_and_a_trust_store_may_have_a_password_each() -> None:
    """PROTOCOL, Seen later 8."""
    ours = partner(trust_store_password=PASSWORD, store_password="another")
    with pytest.raises(ValueError, match="keystore can't be opened"):
        CamDigiKey(ours)
    with pytest.raises(ValueError, match="trust store can't be opened"):
        CamDigiKey(partner(trust_store_password="another"))
    CamDigiKey(partner(trust_store_password=PASSWORD)).close()
    assert load_keystore(ours.keystore, PASSWORD).certificate

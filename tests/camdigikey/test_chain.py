"""Certificate chains that the vectors do not hold, and the pin."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ObjectIdentifier

from bridge.camdigikey import ChainError, SignerPin, TokenBadSignature
from bridge.camdigikey.signature import key_sha256, verify_chain, verify_token
from tests.camdigikey.authorities import DAY, NOW, Pair, authority, certificate, usage

ROOT = authority("Root")
ISSUING = authority("Issuing", ROOT)
SIGNER = certificate("Signer", ISSUING)


def verify(*chain: Pair, roots: tuple[Pair, ...] = (ROOT,), now: float = NOW) -> float:
    verified = verify_chain([pair.certificate for pair in chain], [pair.certificate for pair in roots], now)
    assert verified.certificate == chain[0].certificate
    return verified.expires_at


def refused(*chain: Pair, why: str, roots: tuple[Pair, ...] = (ROOT,), now: float = NOW) -> None:
    with pytest.raises(ChainError, match=why):
        verify(*chain, roots=roots, now=now)


def test_a_chain_holds_until_the_first_of_its_certificates_ends() -> None:
    issuing = authority("Issuing", ROOT, ends=NOW + 100)
    assert verify(certificate("Signer", issuing), issuing) == pytest.approx(NOW + 100, abs=1)
    assert verify(certificate("Signer", ISSUING, ends=NOW + 50), ISSUING) == pytest.approx(NOW + 50, abs=1)


def test_the_order_behind_the_signer_and_strangers_between_do_not_matter() -> None:
    stranger = authority("Stranger")
    assert verify(SIGNER, stranger, ROOT, ISSUING)


def test_an_issuing_authority_in_the_trust_store_is_enough() -> None:
    assert verify(SIGNER, roots=(ISSUING,))


def test_an_authority_that_the_trust_store_does_not_know_is_refused() -> None:
    other = authority("Root")
    refused(certificate("Signer", other), other, ROOT, why="issued by none beside it")


def test_without_its_issuing_authority_a_signer_is_refused() -> None:
    refused(SIGNER, ROOT, why="issued by none beside it")


def test_the_path_length_of_an_authority_counts() -> None:
    short = authority("Short", ROOT, path_length=0)
    assert verify(certificate("Signer", short), short)
    below = authority("Below", short)
    refused(certificate("Signer", below), below, short, why="longer than one of its authorities allows")


def test_a_key_that_may_not_sign_certificates_is_refused() -> None:
    for signs in (True, False):
        issuing = authority("I", ROOT, extensions=[(usage(signs_certificates=signs), True)])
        signer = certificate("Signer", issuing)
        if signs:
            assert verify(signer, issuing)
        else:
            refused(signer, issuing, why="may not sign certificates")


@pytest.mark.parametrize("constraints", [True, False])
def test_an_issuer_that_does_not_say_it_is_an_authority_is_refused(constraints: bool) -> None:
    issuing = certificate("Issuing", ROOT, constraints=constraints)
    refused(certificate("Signer", issuing), issuing, why="no authority")


def test_an_expired_issuing_authority_is_refused_and_its_renewal_beside_it_found() -> None:
    old = authority("Issuing", ROOT, begins=NOW - 2 * DAY, ends=NOW - DAY)
    signer = certificate("Signer", old)
    refused(signer, old, why="expired, or not valid yet")
    renewed = authority("Issuing", ROOT, key=old.key)
    assert verify(signer, old, renewed)


def test_an_expired_root_is_refused() -> None:
    root = authority("Old root", begins=NOW - 2 * DAY, ends=NOW - DAY)
    refused(certificate("Signer", root), root, roots=(root,), why="expired, or not valid yet")


@pytest.mark.parametrize("place", ["signer", "authority"])
def test_a_critical_extension_nobody_understands_is_refused(place: str) -> None:
    """RFC 5280 §4.2"""
    odd = (x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True)
    issuing = authority("I", ROOT, extensions=[odd] if place == "authority" else [])
    signer = certificate("S", issuing, extensions=[odd] if place == "signer" else [])
    refused(signer, issuing, why="critical extension")


def test_a_ring_of_authorities_comes_to_an_end() -> None:
    first = authority("One")
    second = authority("Two", first)
    ring = authority("One", second, key=first.key)
    refused(certificate("Signer", second), second, ring, why="issued by none beside it")


def test_a_chain_without_end_is_refused() -> None:
    chain = [ROOT]
    for number in range(9):
        chain.insert(0, authority(f"CA {number}", chain[0]))
    refused(*chain, why="too long")


def test_a_pin_asks_for_the_subject_and_the_key() -> None:
    signer = SIGNER.certificate
    digest = key_sha256(signer)
    colons = ":".join(digest[i : i + 2] for i in range(0, 64, 2)).upper()
    for pin in (SignerPin(), SignerPin("CN=Signer"), SignerPin("CN=Signer", digest), SignerPin("", colons)):
        pin.check_certificate(signer)
    with pytest.raises(ChainError, match="another subject"):
        SignerPin("CN=Signe", digest).check_certificate(signer)
    with pytest.raises(ChainError, match="another key"):
        SignerPin("CN=Signer", key_sha256(ISSUING.certificate)).check_certificate(signer)


def test_a_signer_whose_key_is_of_a_third_kind_signs_nothing() -> None:
    signer = certificate("Signer", ISSUING, key=ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(TokenBadSignature, match="neither EC nor RSA"):
        verify_token("a.b.AAAA", signer.certificate)

"""Key and trust stores (PKCS#12), old RC2 and 3DES ones too, and the TLS context made of them.

The private key goes to OpenSSL through a file that exists in memory only (memfd): never on a disk.
"""

import os
import ssl
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12


@dataclass(frozen=True, slots=True)
class Keystore:
    """A client's key, its certificate, and the authorities beside it."""

    key: PrivateKeyTypes = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


def load_keystore(data: bytes, password: str) -> Keystore:
    """Read a keystore. Raises ValueError with a sentence that says what is wrong."""
    store = _load(data, password, "keystore")
    if store.key is None or store.cert is None:
        raise ValueError("the keystore holds no private key with its certificate")
    return Keystore(
        store.key, store.cert.certificate, tuple(entry.certificate for entry in store.additional_certs)
    )


def load_trust_store(data: bytes, password: str) -> tuple[x509.Certificate, ...]:
    """Read the trusted certificates of a trust store. Raises ValueError."""
    store = _load(data, password, "trust store")
    found = [entry.certificate for entry in (store.cert, *store.additional_certs) if entry is not None]
    if not found:
        raise ValueError("the trust store holds no certificate")
    return tuple(found)


def _load(data: bytes, password: str, what: str) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        return pkcs12.load_pkcs12(data, password.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"the {what} can't be opened: not PKCS#12, or another password") from None


def tls_context(keystore: Keystore, trusted: tuple[x509.Certificate, ...]) -> ssl.SSLContext:
    """Mutual TLS with our certificate; trusts the authorities of system, keystore and trust store.

    Raises ValueError when the keystore's key is not its certificate's, or of a kind that TLS does not know.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False  # subjectAltName alone says whose it is (RFC 9525 §6.3)
    # The same on every Python: an issuing authority in a store is trusted without its root beside it, and
    # older authorities without key identifiers (RFC 5280 §4.2.1.1) are too.
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=_pem(*keystore.chain, *trusted).decode())
    key = keystore.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    memory = os.memfd_create("camdigikey", os.MFD_CLOEXEC)
    try:
        with os.fdopen(memory, "wb", closefd=False) as file:
            file.write(key + _pem(keystore.certificate, *keystore.chain))
        context.load_cert_chain(f"/proc/self/fd/{memory}")
    except ssl.SSLError:
        raise ValueError("the keystore's key and certificate can't be used for TLS") from None
    finally:
        os.close(memory)
    return context


def _pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)

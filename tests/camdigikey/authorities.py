"""Certificate authorities, servers' and clients' certificates, made when a test needs them."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).timestamp()
DAY = 86400.0
PASSWORD = "changeit"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """A key usage (RFC 5280 §4.2.1.3)."""
    names = "content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only"
    return x509.KeyUsage(
        **dict.fromkeys(names.split(), False),
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
    )


def certificate(
    name: str,
    above: Pair | None = None,
    *,
    ca: bool = False,
    path_length: int | None = None,
    begins: float = NOW - DAY,
    ends: float = NOW + DAY,
    key: CertificateIssuerPrivateKeyTypes | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    constraints: bool = True,
) -> Pair:
    """One certificate, issued by `above` or by itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(begins, UTC))
        .not_valid_after(datetime.fromtimestamp(begins, UTC) + timedelta(seconds=ends - begins))
    )
    if constraints:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Pair(builder.sign(above.key if above else key, hashes.SHA256()), key)


def authority(name: str, above: Pair | None = None, **changes: Any) -> Pair:
    """A certificate that may issue others."""
    return certificate(name, above, ca=True, **changes)


def server(above: Pair | None, address: str = "127.0.0.1", **changes: Any) -> Pair:
    """A server's certificate for an IP address or a name."""
    try:
        name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        name = x509.DNSName(address)
    return certificate("server", above, extensions=[(x509.SubjectAlternativeName([name]), False)], **changes)


def keystore(pair: Pair, chain: Sequence[x509.Certificate]) -> bytes:
    """A client's PKCS#12 keystore."""
    encryption = BestAvailableEncryption(PASSWORD.encode())
    key: Any = pair.key
    return pkcs12.serialize_key_and_certificates(b"client", key, pair.certificate, chain, encryption)


def trust_store(*certificates: x509.Certificate) -> bytes:
    """A PKCS#12 trust store, as Java writes it."""
    trusted = [pkcs12.PKCS12Certificate(certificate, b"root") for certificate in certificates]
    return pkcs12.serialize_java_truststore(trusted, BestAvailableEncryption(PASSWORD.encode()))

"""The simulator's own certificates and service account: made on first start, and kept in its folder."""

import base64
import datetime
import ipaddress
import json
import os
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEARS = datetime.timedelta(days=3650)
DOMAIN = "portal.example.gov.kh"
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class Account:
    """The simulator's side of the service account."""

    client_id: str
    domain: str
    hmac_key: bytes
    aes_secret_key: bytes
    aes_iv_params: bytes


@dataclass(frozen=True, slots=True)
class Pki:
    """Root, issuing authority, the API's certificate, and the signer of tokens."""

    root: Pair
    issuing: Pair
    server: Pair
    signer: Pair
    folder: Path

    def new_signer(self) -> Pair:
        """A signer in the place of the old one, from the same authority."""
        return _leaf("CamDigiKey token signer", self.issuing, ec.SECP521R1(), for_tls=False)

    def unrelated_signer(self) -> Pair:
        """A signer that no authority of ours issued."""
        return _authority("CamDigiKey token signer", None)


def open_folder(folder: Path, host: str) -> tuple[Pki, Account]:
    """The certificates and account of a folder, made when it is new; the API's certificate is for `host`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if not (folder / "account.json").exists():
        _make(folder)
    pairs = {name: _load(folder, name) for name in ("root", "issuing", "signer", "client")}
    server = _leaf(host, pairs["issuing"], ec.SECP256R1(), _names(host))
    tree = json.loads((folder / "account.json").read_text())
    keys = {name: base64.b64decode(tree[name]) for name in ("hmac_key", "aes_secret_key", "aes_iv_params")}
    account = Account(tree["client_id"], tree["domain"], **keys)
    return Pki(pairs["root"], pairs["issuing"], server, pairs["signer"], folder), account


def write_partner(folder: Path, base_url: str, version: str) -> None:
    """Write `partner.json`: all that a partner needs, files beside it."""
    tree = json.loads((folder / "account.json").read_text())
    partner = {**tree, "base_url": base_url, "version": version}
    _write(folder / "partner.json", json.dumps(partner, indent=2).encode())


def write_people(folder: Path, people: Mapping[str, Mapping[str, str]]) -> None:
    """Write `people.json`: each persona's user fields, for a partner that tries out what it makes of them."""
    _write(folder / "people.json", json.dumps(people, indent=2, ensure_ascii=False).encode())


def _make(folder: Path) -> None:
    """Everything of a new folder; the account comes last, as the sign that nothing is missing."""
    root = _authority("Simulated CamDigiKey root", None)
    issuing = _authority("Simulated CamDigiKey issuing", root)
    client = _leaf(DOMAIN, issuing, ec.SECP256R1())
    signer = _leaf("CamDigiKey token signer", issuing, ec.SECP521R1(), for_tls=False)
    for name, pair in (("root", root), ("issuing", issuing), ("signer", signer), ("client", client)):
        _store(folder, name, pair)
    password = secrets.token_urlsafe(12)
    _write_stores(folder, password, client, (issuing, root))
    account = {
        "client_id": str(uuid.uuid4()),
        "domain": DOMAIN,
        "hmac_key": base64.b64encode(os.urandom(64)).decode(),
        "aes_secret_key": base64.b64encode(os.urandom(32)).decode(),
        "aes_iv_params": base64.b64encode(os.urandom(16)).decode(),
        "keystore": "client.p12",
        "trust_store": "trust.p12",
        "store_password": password,
    }
    _write(folder / "account.json", json.dumps(account, indent=2).encode())


def _write_stores(folder: Path, password: str, client: Pair, authorities: tuple[Pair, ...]) -> None:
    """The partner's keystore and trust store, so encrypted that every Java and OpenSSL reads it."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(20000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(SHA1())  # noqa: S303 -- PKCS#12 of old Java knows no other
        .build(password.encode())
    )
    chain = [authority.certificate for authority in authorities]
    keystore = pkcs12.serialize_key_and_certificates(
        b"client", client.key, client.certificate, chain, encryption
    )
    trusted = [pkcs12.PKCS12Certificate(chain[-1], b"root")]
    _write(folder / "client.p12", keystore)
    _write(folder / "trust.p12", pkcs12.serialize_java_truststore(trusted, encryption))


def _names(host: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    try:
        names.append(x509.IPAddress(ipaddress.ip_address(host)))
    except ValueError:
        names.append(x509.DNSName(host))
    return list(dict.fromkeys(names))


def _builder(name: str, key: Key, issuer: x509.Name | None) -> x509.CertificateBuilder:
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "KH"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _authority(name: str, above: Pair | None) -> Pair:
    key = ec.generate_private_key(ec.SECP384R1())
    builder = _builder(name, key, above.certificate.subject if above else None)
    builder = builder.add_extension(x509.BasicConstraints(True, None if above is None else 0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    signer = above.key if above else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    return Pair(key, builder.sign(signer, SHA256()))


def _leaf(
    name: str,
    above: Pair,
    curve: ec.EllipticCurve,
    names: list[x509.GeneralName] | None = None,
    *,
    for_tls: bool = True,
) -> Pair:
    key = ec.generate_private_key(curve)
    builder = _builder(name, key, above.certificate.subject)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    if for_tls:
        both = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(both), critical=False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), critical=False
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Pair(key, builder.sign(above.key, SHA256()))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _store(folder: Path, name: str, pair: Pair) -> None:
    _write(
        folder / f"{name}.key.pem", pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    _write(folder / f"{name}.pem", pair.pem.encode())


def _load(folder: Path, name: str) -> Pair:
    key = load_pem_private_key((folder / f"{name}.key.pem").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{name}.key.pem is not an EC key")
    return Pair(key, x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()))


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)

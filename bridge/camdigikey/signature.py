"""The signature of CamDigiKey's tokens, and the chain of certificates behind it (PROTOCOL, Token signature).

The digest is signed as a message, so SHA-512 runs twice. This is not JWS: a JOSE library rejects it.
Fetching and keeping the chain is `signer`'s.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from bridge.camdigikey.errors import ChainError, TokenBadSignature

Extension = TypeVar("Extension", bound=x509.ExtensionType)
MAX_CHAIN_LENGTH = 8  # certificates
MAX_TOKEN_LENGTH = 64 * 1024  # characters
# What cryptography raises for a certificate whose times, names, keys or extensions it reads when asked.
UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
# RFC 5280 §4.2: a certificate with another critical extension has to be refused.
UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,
}
TLS_USES = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}


@dataclass(frozen=True, slots=True)
class SignerPin:
    """What the signer must be beyond its chain: a subject (RFC 4514), its key's SHA-256, or both."""

    subject: str = ""
    key_sha256: str = ""  # hexadecimal, over the SubjectPublicKeyInfo

    def check_certificate(self, certificate: x509.Certificate) -> None:
        """Raises ChainError."""
        if self.subject and certificate.subject.rfc4514_string() != self.subject:
            raise ChainError("the signer has another subject than the pinned one")
        if self.key_sha256 and key_sha256(certificate) != self.key_sha256.lower().replace(":", ""):
            raise ChainError("the signer has another key than the pinned one")


def key_sha256(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate's public key (SubjectPublicKeyInfo), hexadecimal."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


@dataclass(frozen=True, slots=True)
class SignerChain:
    """A verified chain: the signer's certificate and until when all of the path holds (epoch seconds)."""

    certificate: x509.Certificate
    expires_at: float


# -- tokens ----------------------------------------------------------------------------------------------


def decoded(token: str) -> str:
    """A token as it was issued: one with a `%` is still percent-encoded from a URL, and is decoded once."""
    return unquote(token) if "%" in token else token


def verify_token(token: str, certificate: x509.Certificate) -> None:
    """Check a token's signature by this certificate's key. Raises TokenBadSignature."""
    signed, signature = _signed_and_signature(token)
    message = hashlib.sha512(signed).digest()
    try:
        key = certificate.public_key()
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, message, ECDSA(SHA512()))
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, message, PKCS1v15(), SHA512())
        else:
            raise TokenBadSignature.here("the signer's key is neither EC nor RSA")
    except (InvalidSignature, *UNREADABLE):
        raise TokenBadSignature.here("the token's signature does not verify") from None


def _signed_and_signature(token: str) -> tuple[bytes, bytes]:
    """What is signed, and the signature: base64 or base64url, padded or not."""
    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenBadSignature.here("the token is too long")
    try:
        header, payload, signature = decoded(token).encode("ascii").split(b".")
        canonical = signature.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        raw = base64.b64decode(canonical + b"=" * (-len(canonical) % 4), validate=True)
    except ValueError:
        raise TokenBadSignature.here("the token is not of three parts with a signature") from None
    return header + b"." + payload, raw


# -- the chain -------------------------------------------------------------------------------------------


def verify_chain(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: float
) -> SignerChain:
    """Follow the signer's certificate up to a trusted root. Raises ChainError. `now`: epoch seconds.

    Each certificate has to be issued by the next, the issuers have to be authorities, and all have to be
    valid now. The root itself may be missing. This is stricter than the official libraries, which accept any
    leaf as long as the genuine root is sent along.
    """
    if not chain:
        raise ChainError("there is no certificate")
    moment = datetime.fromtimestamp(now, UTC)
    path = [chain[0]]
    try:
        _check_in_force(chain[0], moment)
        while path[-1] not in roots:
            path.append(_issuer(path, [*roots, *chain[1:]], moment))
        return SignerChain(chain[0], min(certificate.not_valid_after_utc for certificate in path).timestamp())
    except UNREADABLE:
        raise ChainError("a certificate of the chain can't be read") from None


def check_signer(
    certificate: x509.Certificate,
    roots: Sequence[x509.Certificate],
    pin: SignerPin,
    own: x509.Certificate | None,
) -> None:
    """A signer of tokens is no authority, not ours, and its key is for signatures. Raises ChainError.

    The same authority issues the certificates by which partners and servers prove themselves over TLS: were
    one of those taken for the signer, its holder could sign tokens in any person's name. A certificate for
    TLS alone is therefore taken only where a pin says that it is the one.
    """
    pin.check_certificate(certificate)
    if certificate in roots or _says_authority(certificate):
        raise ChainError("the signer is an authority itself")
    if own is not None and key_sha256(own) == key_sha256(certificate):
        raise ChainError("the signer is our own certificate")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ChainError("the signer's key is not for signatures")
    uses = _extension(certificate, x509.ExtendedKeyUsage)
    if uses is not None and set(uses) <= TLS_USES and pin == SignerPin():
        raise ChainError("the signer's certificate is one for TLS, and no pin names it")


def _says_authority(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    """An extension's value; None when there is none. Raises ChainError when it can't be read."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except UNREADABLE:
        raise ChainError("a certificate of the chain can't be read") from None


def _issuer(
    path: list[x509.Certificate], candidates: list[x509.Certificate], moment: datetime
) -> x509.Certificate:
    """The candidate that issued the path's last certificate, and may; trusted roots come first."""
    reason = "a certificate of the chain was issued by none beside it that can be trusted"
    if len(path) >= MAX_CHAIN_LENGTH:
        raise ChainError("the chain is too long")
    for candidate in candidates:
        if candidate in path or not _issued_by(path[-1], candidate):
            continue
        try:
            _check_in_force(candidate, moment)
            _check_authority(candidate, intermediates=len(path) - 1)
        except ChainError as error:  # an authority's certificate may be there twice, old and renewed
            reason = str(error)
            continue
        return candidate
    raise ChainError(reason)


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the names match and the issuer's key made the signature."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, *UNREADABLE):
        return False
    return True


def _check_in_force(certificate: x509.Certificate, moment: datetime) -> None:
    """Valid now, and without a critical extension that we do not know: RFC 5280 §6.1.3 (a)(2), §6.1.4 (o)."""
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise ChainError("a certificate of the chain is expired, or not valid yet")
    if any(extension.critical and extension.oid not in UNDERSTOOD for extension in certificate.extensions):
        raise ChainError("a certificate of the chain has a critical extension that is not understood")


def _check_authority(certificate: x509.Certificate, intermediates: int) -> None:
    """RFC 5280 §4.2.1.9, §4.2.1.3: an issuer says that it is one."""
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise ChainError("a certificate was issued by one that is no authority")
    if constraints.path_length is not None and constraints.path_length < intermediates:
        raise ChainError("the chain is longer than one of its authorities allows")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise ChainError("a certificate was issued by one whose key may not sign certificates")

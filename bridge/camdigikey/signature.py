"""The signature of CamDigiKey's tokens, and the chain of certificates behind it (PROTOCOL, Token signature).

The digest is signed as a message, so SHA-512 runs twice. This is not JWS: a JOSE library rejects it.
"""

import base64
import binascii
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bridge.camdigikey.errors import CamDigiKeyError, ChainError, TokenBadSignature

REFETCH_AFTER = 60.0  # seconds between two fetches that a bad signature asks for
LONGEST_CHAIN = 8


@dataclass(frozen=True, slots=True)
class SignerPin:
    """What the signer must be beyond its chain: a subject (RFC 4514), a SHA-256 of its public key, or both."""

    subject: str = ""
    key_sha256: str = ""  # hexadecimal, over the SubjectPublicKeyInfo

    def check(self, certificate: x509.Certificate) -> None:
        """Raises ChainError."""
        if self.subject and certificate.subject.rfc4514_string() != self.subject:
            raise ChainError("the signer has another subject than the pinned one")
        if self.key_sha256 and key_sha256(certificate) != self.key_sha256.lower().replace(":", ""):
            raise ChainError("the signer has another key than the pinned one")


def key_sha256(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate's public key, hexadecimal."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


@dataclass(frozen=True, slots=True)
class SignerChain:
    """A verified chain: the signer's certificate and until when all of the path holds (epoch seconds)."""

    certificate: x509.Certificate
    expires_at: float


def verify_token(token: str, certificate: x509.Certificate) -> None:
    """Check a token's signature by this certificate's key. Raises TokenBadSignature."""
    signed, signature = _parts(token)
    message = hashlib.sha512(signed).digest()
    key = certificate.public_key()
    try:
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, message, ECDSA(SHA512()))
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, message, PKCS1v15(), SHA512())
        else:
            raise TokenBadSignature(101, "the signer's key is neither EC nor RSA")
    except (InvalidSignature, ValueError):
        raise TokenBadSignature(101, "the signature does not verify") from None


def _parts(token: str) -> tuple[bytes, bytes]:
    """What is signed, and the signature."""
    try:
        data = token.encode("ascii")
        if b"%" in data:  # as the callback carries it: decoded once
            data = unquote_to_bytes(data)
        header, payload, signature = data.split(b".")
        canonical = signature.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        raw = base64.b64decode(canonical + b"=" * (-len(canonical) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise TokenBadSignature(101, "not three parts with a signature") from None
    return header + b"." + payload, raw


def verify_chain(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: float
) -> SignerChain:
    """Follow the signer's certificate up to a trusted root. Raises ChainError.

    Each certificate has to be issued by the next, the issuers have to be authorities, and all have to be
    valid now. The official libraries accept any leaf as long as the genuine root stands beside it.
    """
    if not chain:
        raise ChainError("there is no certificate")
    moment = datetime.fromtimestamp(now, UTC)
    path = [chain[0]]
    _check_validity(chain[0], moment)
    while path[-1] not in roots:
        if len(path) > LONGEST_CHAIN:
            raise ChainError("the chain is too long")
        path.append(_issuer(path, [*roots, *chain[1:]], moment))
    return SignerChain(chain[0], min(one.not_valid_after_utc for one in path).timestamp())


def _issuer(
    path: list[x509.Certificate], candidates: list[x509.Certificate], moment: datetime
) -> x509.Certificate:
    below = path[-1]
    for one in candidates:
        if one in path or one.subject != below.issuer:
            continue
        try:
            below.verify_directly_issued_by(one)
        except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
            continue
        _check_validity(one, moment)
        _check_authority(one, intermediates=len(path) - 1)
        return one
    raise ChainError("a certificate of the chain was issued by none beside it that can be trusted")


def _check_validity(certificate: x509.Certificate, moment: datetime) -> None:
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        raise ChainError("a certificate of the chain is expired, or not valid yet")


def _check_authority(certificate: x509.Certificate, intermediates: int) -> None:
    """RFC 5280 §4.2.1.9, §4.2.1.3: an issuer says that it is one."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        raise ChainError("a certificate was issued by one that is no authority") from None
    if not constraints.ca or (
        constraints.path_length is not None and constraints.path_length < intermediates
    ):
        raise ChainError("a certificate was issued by one that may not issue it")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.key_cert_sign:
        raise ChainError("a certificate was issued by one whose key may not sign certificates")


class Signer:
    """The verified signer, kept until its chain expires; one fetch at a time, thread-safe.

    `fetch` gives the chain, signer first. When a fetch fails, the last good chain serves on while valid.
    """

    def __init__(
        self,
        fetch: Callable[[], Sequence[x509.Certificate]],
        roots: Sequence[x509.Certificate],
        clock: Callable[[], float],
        pin: SignerPin | None = None,
    ) -> None:
        self._fetch = fetch
        self._roots = tuple(roots)
        self._clock = clock
        self._pin = pin or SignerPin()
        self._lock = threading.Lock()
        self._chain: SignerChain | None = None
        self._fetched_at = float("-inf")

    def chain(self) -> SignerChain:
        """The chain in force. Raises ChainError, TransportError."""
        chain = self._chain
        if chain is not None and self._clock() < chain.expires_at:
            return chain
        return self._renew(chain)

    def verify(self, token: str) -> None:
        """Check a token. Raises TokenBadSignature, and what `chain` raises.

        A signature that fails is tried once more with a chain fetched anew, as the signer may have been
        rotated; but that at most once a minute.
        """
        chain = self.chain()
        try:
            verify_token(token, chain.certificate)
        except TokenBadSignature:
            if self._clock() - self._fetched_at < REFETCH_AFTER:
                raise
            verify_token(token, self._renew(chain).certificate)

    def _renew(self, seen: SignerChain | None) -> SignerChain:
        with self._lock:
            if self._chain is not None and self._chain is not seen:
                return self._chain  # another thread has just fetched it
            self._fetched_at = now = self._clock()
            try:
                chain = verify_chain(self._fetch(), self._roots, now)
                self._pin.check(chain.certificate)
            except CamDigiKeyError:
                if seen is not None and now < seen.expires_at:
                    return seen
                raise
            self._chain = chain
            return chain

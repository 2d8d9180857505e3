"""Our signing keys: made when missing, published (JWKS), rotated, and used to sign and verify.

Parsing an RSA key costs as much as a hundred signatures, so each key is parsed once per process. joserfc is
given the one key that signs: from a key set it would pick one at random. Every key has kid, use and alg, and
every verification names the alg that it accepts (RFC 8725 §3.1).
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, extract_compact

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import SIGNING_ALGS, SigningAlg
from bridge.domain.ids import Kid
from bridge.errors import BridgeError
from bridge.ports.basics import Clock
from bridge.ports.keys import SigningKey, SigningKeyStore

RSA_BITS = 2048
HANDOVER = 300  # seconds that a new key is published before it signs: others may cache our JWKS that long


class TokenInvalid(BridgeError):
    """A text is not a token that we signed, or one of another type (typ) than wanted."""


@dataclass(frozen=True, slots=True)
class ParsedKey:
    """A signing key, ready for use."""

    kid: Kid
    alg: SigningAlg
    created_at: int  # epoch seconds
    retired_at: int | None  # epoch seconds; until then it signs
    key: Key = field(repr=False)


@dataclass(frozen=True, slots=True)
class _KeySet:
    """All keys as they were stored at one time, parsed, and the JWKS made of them."""

    listed: Sequence[SigningKey]
    parsed: Mapping[Kid, ParsedKey]
    jwks: dict[str, Any]


class _SingleAlg(JWSRegistry):
    """joserfc's registry for one alg, without its warning that EdDSA will be renamed (RFC 9864).

    It warns at each call, and Python's way to silence warnings is not safe with threads.
    """

    def get_alg(self, name: str) -> Any:
        if name not in (self.allowed or ()):
            return super().get_alg(name)  # raises
        return self.algorithms[name]


_REGISTRIES = {alg: _SingleAlg(algorithms=[alg]) for alg in SIGNING_ALGS}


def generate(alg: SigningAlg, now: int) -> SigningKey:
    """A new key for one alg; its kid is its thumbprint (RFC 7638)."""
    parameters: Any = {"use": "sig", "alg": alg}
    key: Key
    match alg:
        case "ES256":
            key = ECKey.generate_key("P-256", parameters, auto_kid=True)
        case "EdDSA":
            key = OKPKey.generate_key("Ed25519", parameters, auto_kid=True)
        case "RS256" | "PS256":
            key = RSAKey.generate_key(RSA_BITS, parameters, auto_kid=True)
        case _:
            assert_never(alg)
    return SigningKey(Kid(str(key.kid)), alg, json.dumps(key.as_dict(private=True)), now)


class Keys:
    """The keys of one process, in step with the store: ports.keys.Signer. Safe to share among threads."""

    def __init__(self, store: SigningKeyStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._key_set = _KeySet((), {}, {"keys": []})

    def ensure(self, algs: Sequence[SigningAlg] = SIGNING_ALGS) -> tuple[Kid, ...]:
        """Make a key for each alg without an active one; the kids of those made.

        Of several processes at once, one makes it.
        """
        held = {key.alg for key in self._store.all() if key.retired_at is None}
        new = (generate(alg, int(self._clock())) for alg in algs if alg not in held)
        return tuple(key.kid for key in new if self._store.add(key, only_if_first=True))

    def algs(self) -> tuple[SigningAlg, ...]:
        """The algs that we can sign with now."""
        now = self._clock()
        held = {key.alg for key in self._current().parsed.values() if _can_sign(key, now)}
        return tuple(alg for alg in SIGNING_ALGS if alg in held)

    def jwks(self) -> dict[str, Any]:
        """The public keys, retired ones too (RFC 7517 §5). The same object for as long as nothing changes."""
        return self._current().jwks

    def signing_key(self, alg: SigningAlg) -> ParsedKey:
        """The key that signs now for an alg; where there is none, a new one is made.

        After a rotation the old key goes on signing for HANDOVER seconds. Raises BridgeError where no key can
        be made.
        """
        now = self._clock()
        found = _signing_key_of(self._current(), alg, now)
        if found is None:
            self.ensure((alg,))
            found = _signing_key_of(self._current(), alg, now)
        if found is None:
            raise BridgeError(f"there is no signing key for {alg}")
        return found

    def sign(self, claims: Mapping[str, Any], alg: SigningAlg, typ: str = "JWT") -> str:
        """A signed token (RFC 7519) with kid and typ in its header."""
        signer = self.signing_key(alg)
        header = {"alg": alg, "kid": signer.kid, "typ": typ}
        return jwt.encode(header, dict(claims), signer.key, registry=_REGISTRIES[alg])

    def verify(self, token: str, typ: str = "JWT") -> dict[str, Any]:
        """The claims of a token that we signed, also of an expired one. Raises TokenInvalid for all else."""
        try:
            header = extract_compact(token.encode(), registry=_REGISTRIES["RS256"]).headers()
            parsed = self._current().parsed[header["kid"]]
            if header.get("typ") != typ:
                raise TokenInvalid("a token of another type")
            return jwt.decode(token, parsed.key, registry=_REGISTRIES[parsed.alg]).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise TokenInvalid("not a token of ours") from None

    def rotate(
        self,
        alg: SigningAlg,
        now: int,
        *,
        at_once: bool = False,
        entry: Callable[[Kid], AuditEntry] | None = None,
    ) -> Kid:
        """Make a new key for an alg and retire the others; the new kid.

        The new key is published at once, and signs after HANDOVER seconds, when all relying parties have had
        the time to fetch it. `at_once`: it signs immediately, because the old one leaked. `entry`: what
        the trail of administration gets in the same transaction.
        """
        before = [key.kid for key in self._store.all() if key.alg == alg]
        new, at = generate(alg, now), now if at_once else now + HANDOVER
        self._store.succeed(new, before, at, entry=entry(new.kid) if entry else None)
        return new.kid

    def _current(self) -> _KeySet:
        listed = self._store.all()
        key_set = self._key_set
        if listed is key_set.listed or listed == key_set.listed:
            return key_set
        with self._lock:
            if listed != self._key_set.listed:
                self._key_set = _parse(listed, self._key_set.parsed)
            return self._key_set


def _parse(listed: Sequence[SigningKey], known: Mapping[Kid, ParsedKey]) -> _KeySet:
    """The parsed keys and the JWKS; only keys that are not known yet are parsed."""
    parsed = {}
    for row in listed:
        before = known.get(row.kid)
        key = before.key if before else JWKRegistry.import_key(json.loads(row.private_jwk))
        parsed[row.kid] = ParsedKey(row.kid, row.alg, row.created_at, row.retired_at, key)
    # RS256 first, retired ones last: some relying parties take the first key that fits, whatever its kid.
    in_order = sorted(
        parsed.values(), key=lambda key: (key.retired_at is not None, SIGNING_ALGS.index(key.alg))
    )
    published = [key.key.as_dict(private=False, kid=key.kid, use="sig", alg=key.alg) for key in in_order]
    return _KeySet(tuple(listed), parsed, {"keys": published})


def _can_sign(key: ParsedKey, now: float) -> bool:
    return key.retired_at is None or key.retired_at > now


def _signing_key_of(key_set: _KeySet, alg: SigningAlg, now: float) -> ParsedKey | None:
    able = [key for key in key_set.parsed.values() if key.alg == alg and _can_sign(key, now)]
    # During a handover the key that is about to retire signs; otherwise the newest.
    leaving = [key for key in able if key.retired_at is not None]
    return max(leaving or able, key=lambda key: (key.created_at, key.kid), default=None)

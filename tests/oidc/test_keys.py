"""Signing keys: made, parsed once, published, rotated, and verified by."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import JWKRegistry

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import SIGNING_ALGS, SigningAlg
from bridge.domain.encoding import base64url
from bridge.domain.ids import Kid
from bridge.oidc.keys import HANDOVER, Keys, TokenInvalid, generate
from bridge.ports.keys import Signer, SigningKey
from tests.oidc.house import NOW, House, jwt_part

PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}
MADE = tuple(generate(alg, NOW) for alg in SIGNING_ALGS)


class KeyStore:
    """ports.SigningKeyStore in memory."""

    def __init__(self, *keys: SigningKey) -> None:
        self.keys = tuple(keys)
        self.lock = threading.Lock()

    def all(self) -> Sequence[SigningKey]:
        return self.keys

    def add(self, key: SigningKey, *, only_if_first: bool = False) -> bool:
        with self.lock:
            if only_if_first and any(held.alg == key.alg and held.retired_at is None for held in self.keys):
                return False
            self.keys = (key, *self.keys)
            return True

    def succeed(
        self, key: SigningKey, before: Sequence[Kid], at: int, *, entry: AuditEntry | None = None
    ) -> None:
        retired = tuple(
            replace(held, retired_at=min(at, held.retired_at or at)) if held.kid in before else held
            for held in self.keys
        )
        self.keys = (key, *retired)

    def remove(self, kid: Kid, *, entry: AuditEntry | None = None) -> None:
        self.keys = tuple(key for key in self.keys if key.kid != kid)


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> KeyStore:
    return KeyStore(*MADE)


@pytest.fixture
def keys(store: KeyStore, clock: Clock) -> Keys:
    return Keys(store, clock)


def test_keys_are_what_signs_for_the_other_rooms(keys: Keys) -> None:
    signer: Signer = keys
    assert signer.verify(signer.sign({"sub": "x"}, "ES256", "logout+jwt"), "logout+jwt") == {"sub": "x"}


def test_missing_keys_are_made_once(clock: Clock) -> None:
    store = KeyStore()
    keys = Keys(store, clock)
    keys.ensure()
    keys.ensure()
    assert sorted(key.alg for key in store.all()) == sorted(SIGNING_ALGS)
    assert keys.algs() == SIGNING_ALGS


def test_several_processes_that_start_at_once_share_what_the_first_made(house: House) -> None:
    held = house.services.signing_keys.all()
    Keys(house.services.signing_keys, house.services.clock).ensure()
    assert house.services.signing_keys.all() == held
    assert len(held) == len(SIGNING_ALGS)


def test_only_public_halves_are_published_each_with_kid_use_and_alg(keys: Keys) -> None:
    published = keys.jwks()["keys"]
    algs = tuple(key["alg"] for key in published)
    assert algs == SIGNING_ALGS  # RS256 first, for those that take the first
    for key in published:
        assert key["use"] == "sig"
        assert key["kid"]
        assert not PRIVATE & set(key)


def test_the_published_document_is_the_same_object_until_something_changes(
    keys: Keys, store: KeyStore
) -> None:
    before = keys.jwks()
    assert keys.jwks() is before
    store.keys = tuple(replace(key) for key in store.keys)  # read again, and nothing new in it
    assert keys.jwks() is before
    keys.rotate("ES256", NOW)
    assert len(keys.jwks()["keys"]) == 5


@pytest.mark.parametrize("alg", SIGNING_ALGS)
def test_what_a_key_signs_it_verifies(keys: Keys, alg: SigningAlg) -> None:
    token = keys.sign({"sub": "x", "name": "ចាន់"}, alg)
    assert jwt_part(token, 0) == {"typ": "JWT", "alg": alg, "kid": keys.signing_key(alg).kid}
    assert keys.verify(token) == {"sub": "x", "name": "ចាន់"}


def test_a_key_is_parsed_once(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing an RSA key costs as much as a hundred signatures."""
    parsed = []
    real = JWKRegistry.import_key

    def counted(data: Any, *args: Any, **more: Any) -> Any:
        parsed.append(data["kid"])
        return real(data, *args, **more)

    monkeypatch.setattr(JWKRegistry, "import_key", counted)
    for _ in range(5):
        keys.sign({}, "RS256")
        keys.jwks()
    keys.rotate("ES256", NOW)
    keys.sign({}, "RS256")
    assert len(parsed) == len(set(parsed)) == 5


def test_signing_asks_cryptography_for_one_signature_and_no_more(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = []
    key = keys.signing_key("RS256").key
    raw: Any = key.private_key

    class Counted:
        def sign(self, *args: Any) -> bytes:
            signed.append(args)
            return bytes(raw.sign(*args))

    monkeypatch.setattr(type(key), "get_op_key", lambda self, operation: Counted())
    keys.sign({"sub": "x"}, "RS256")
    assert len(signed) == 1


class TestRotation:
    def test_a_new_key_is_published_before_it_signs(self, keys: Keys, clock: Clock) -> None:
        old = keys.signing_key("RS256").kid
        new = keys.rotate("RS256", NOW)
        assert new in [key["kid"] for key in keys.jwks()["keys"]]
        assert keys.signing_key("RS256").kid == old
        clock.now = NOW + HANDOVER - 1
        assert keys.signing_key("RS256").kid == old
        clock.now = NOW + HANDOVER
        assert keys.signing_key("RS256").kid == new

    def test_a_leaked_key_signs_no_more_at_once(self, keys: Keys) -> None:
        new = keys.rotate("RS256", NOW, at_once=True)
        assert keys.signing_key("RS256").kid == new

    def test_a_retired_key_is_published_and_verifies(self, keys: Keys, clock: Clock) -> None:
        token = keys.sign({"sub": "x"}, "RS256")
        old = keys.signing_key("RS256").kid
        keys.rotate("RS256", NOW, at_once=True)
        clock.now += 100 * 86400
        assert old in [key["kid"] for key in keys.jwks()["keys"]]
        assert keys.verify(token) == {"sub": "x"}

    def test_a_key_that_leaks_while_it_hands_over_stops_at_once_too(self, keys: Keys, clock: Clock) -> None:
        keys.rotate("RS256", NOW - 100, at_once=False)
        new = keys.rotate("RS256", NOW, at_once=True)
        assert keys.signing_key("RS256").kid == new

    def test_a_removed_key_verifies_nothing(self, keys: Keys, store: KeyStore) -> None:
        token = keys.sign({"sub": "x"}, "RS256")
        store.remove(keys.signing_key("RS256").kid)
        with pytest.raises(TokenInvalid):
            keys.verify(token)

    def test_where_the_last_key_is_gone_a_new_one_is_made(self, keys: Keys, store: KeyStore) -> None:
        store.remove(keys.signing_key("ES256").kid)
        assert keys.algs() == ("RS256", "PS256", "EdDSA")
        assert keys.verify(keys.sign({"sub": "x"}, "ES256")) == {"sub": "x"}
        assert keys.algs() == SIGNING_ALGS

    def test_two_rotations_at_once_leave_one_key_that_all_choose(self, keys: Keys, store: KeyStore) -> None:
        keys.rotate("ES256", NOW, at_once=True)
        store.add(generate("ES256", NOW))
        assert keys.signing_key("ES256") == Keys(store, lambda: NOW).signing_key("ES256")


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    return ".".join(
        base64url(part) for part in (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    )


class TestForgery:
    def test_none_is_no_signature(self, keys: Keys) -> None:
        """RFC 8725 §3.2."""
        kid = keys.signing_key("RS256").kid
        for alg in ("none", "None", "NONE", ""):
            with pytest.raises(TokenInvalid):
                keys.verify(unsigned({"alg": alg, "kid": kid, "typ": "JWT"}, {"sub": "x"}))

    def test_a_public_key_is_no_hmac_secret(self, keys: Keys) -> None:
        """RFC 8725 §3.1."""
        public = next(key for key in keys.jwks()["keys"] if key["alg"] == "RS256")
        head = {"alg": "HS256", "kid": public["kid"], "typ": "JWT"}
        text = unsigned(head, {"sub": "x"}).rpartition(".")[0]
        for secret in (json.dumps(public).encode(), public["n"].encode()):
            mac = hmac.digest(secret, text.encode(), "sha256")
            with pytest.raises(TokenInvalid):
                keys.verify(f"{text}.{base64url(mac)}")

    def test_a_key_verifies_by_its_own_alg_alone(self, keys: Keys) -> None:
        token = keys.sign({"sub": "x"}, "RS256")
        head = jwt_part(token, 0) | {"alg": "PS256"}
        changed = unsigned(head, {}).partition(".")[0]
        with pytest.raises(TokenInvalid):
            keys.verify(f"{changed}.{token.partition('.')[2]}")

    def test_changed_claims_do_not_verify(self, keys: Keys) -> None:
        head, _, signature = keys.sign({"sub": "x"}, "ES256").split(".")
        other = unsigned({}, {"sub": "y"}).split(".")[1]
        with pytest.raises(TokenInvalid):
            keys.verify(f"{head}.{other}.{signature}")

    def test_a_token_of_another_type_is_none(self, keys: Keys) -> None:
        """RFC 8725 §3.11: an access token is no ID token."""
        with pytest.raises(TokenInvalid):
            keys.verify(keys.sign({"sub": "x"}, "ES256", "at+jwt"))

    def test_a_foreign_key_with_our_kid_does_not_verify(self, keys: Keys, clock: Clock) -> None:
        foreign = replace(generate("ES256", NOW), kid=keys.signing_key("ES256").kid)
        with pytest.raises(TokenInvalid):
            keys.verify(Keys(KeyStore(foreign), clock).sign({"sub": "x"}, "ES256"))


GARBAGE = Keys(KeyStore(*MADE), lambda: NOW)
PART = st.one_of(
    st.text(max_size=30),
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text(max_size=10)),
        lambda inner: st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "x"]), inner),
    ).map(lambda tree: base64url(json.dumps(tree).encode())),
)


@given(st.one_of(st.text(), st.lists(PART, min_size=1, max_size=5).map(".".join)))
def test_no_text_gives_anything_but_a_typed_error(text: str) -> None:
    with pytest.raises(TokenInvalid):
        GARBAGE.verify(text)


@given(st.dictionaries(st.sampled_from(["alg", "typ", "crit", "b64", "jwk"]), st.text(max_size=8)))
def test_no_header_with_our_kid_gives_anything_but_a_typed_error(header: dict[str, Any]) -> None:
    kid = GARBAGE.signing_key("ES256").kid
    with pytest.raises(TokenInvalid):
        GARBAGE.verify(
            unsigned({"alg": "ES256", "typ": "JWT", **header, "kid": kid}, {"sub": "x"}, b"s" * 64)
        )


def test_a_very_deep_text_gives_a_typed_error() -> None:
    deep = base64url(b"[" * 50_000)
    for text in (f"{deep}.{deep}.x", f"e30.{deep}.x"):
        with pytest.raises(TokenInvalid):
            GARBAGE.verify(text)

"""Encryption at rest: what the master keys open, and nothing else does."""

from __future__ import annotations

import base64

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as some

from bridge.errors import SealBroken
from bridge.ops.counters import Counters
from bridge.stores.answers import open_answer, seal_answer
from bridge.stores.records import GRANT, SESSION, RecordUnreadable
from bridge.stores.sealed import Sealed
from bridge.stores.sealing import MasterSealer
from tests.stores import samples

OLD, NEW = MasterSealer([b"o" * 32]), MasterSealer([b"n" * 32, b"o" * 32])


@given(some.binary())
def test_what_was_sealed_is_opened(data: bytes) -> None:
    assert NEW.unseal("p", NEW.seal("p", data)) == data


@given(some.text() | some.binary().map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")))
def test_no_text_gives_anything_but_broken(text: str) -> None:
    with pytest.raises(SealBroken):
        NEW.unseal("p", text)


def test_the_text_is_made_for_urls_and_differs_every_time() -> None:
    first, second = NEW.seal("p", b"data"), NEW.seal("p", b"data")
    assert first != second
    assert set(first) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_every_changed_character_breaks_it() -> None:
    text = NEW.seal("p", b"data")
    for place, letter in enumerate(text):
        changed = text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :]
        with pytest.raises(SealBroken):
            NEW.unseal("p", changed)


def test_it_opens_for_its_purpose_only() -> None:
    with pytest.raises(SealBroken):
        NEW.unseal("session", NEW.seal("interaction", b"data"))


def test_a_new_key_in_front_opens_what_the_old_one_sealed() -> None:
    assert NEW.unseal("p", OLD.seal("p", b"data")) == b"data"


def test_the_first_key_seals() -> None:
    with pytest.raises(SealBroken):
        OLD.unseal("p", NEW.seal("p", b"data"))


def test_a_keyed_hash_stays_when_a_new_key_is_put_in_front() -> None:
    assert NEW.mac("client secret", "text") == OLD.mac("client secret", "text")
    assert NEW.mac("client secret", "text") != NEW.mac("another use", "text")
    assert len(NEW.mac("p", "\udcff")) == 64


@pytest.mark.parametrize("keys", [[], [b""], [b"k" * 31], [b"k" * 32, b"short"]])
def test_a_short_or_missing_master_key_is_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MasterSealer(keys)


def test_a_value_of_another_shape_is_unreadable_and_its_content_not_told() -> None:
    text = OLD.seal("session", b'{"v": 1, "kind": "session", "body": {"key": ["Sokunthea"]}}')
    with pytest.raises(RecordUnreadable) as caught:
        Sealed(OLD, SESSION, Counters()).unseal(text)
    assert (caught.value.kind, caught.value.why, caught.value.field) == ("session", "type", "key")
    assert "Sokunthea" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_what_cannot_be_opened_is_counted_and_logged_apart_from_what_is_absent() -> None:
    counters = Counters()
    sealed = Sealed(OLD, SESSION, counters)
    text = sealed.seal(samples.session())
    with structlog.testing.capture_logs() as logged:
        assert sealed.open(None) is None
        assert sealed.open(text) == sealed.open(text.encode()) == samples.session()
        assert not logged
        assert sealed.open(MasterSealer([b"x" * 32]).seal("session", b"{}")) is None
        assert sealed.open(OLD.seal("session", b'["Sokunthea"]')) is None
        assert sealed.open(Sealed(OLD, GRANT, counters).seal(samples.grant())) is None
    events = [(line["event"], line["kind"], line["why"]) for line in logged]
    assert events == [
        ("record.unreadable", "session", "seal"),
        ("record.unreadable", "session", "kind"),
        ("record.unreadable", "session", "seal"),
    ]
    assert not any(name in str(logged) for name in samples.NAMES)
    assert {dict(key.labels)["why"]: count for key, count in counters.snapshot().items()} == {
        "seal": 2,
        "kind": 1,
    }


def test_an_answer_is_opened_by_the_old_token_only() -> None:
    sealed = seal_answer("grant.token", b"the answer")
    assert open_answer("grant.token", sealed) == b"the answer"
    with pytest.raises(SealBroken):
        open_answer("grant.other", sealed)

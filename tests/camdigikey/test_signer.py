"""Which chain is in force: kept, fetched anew, by one thread for all."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA512

from bridge.camdigikey import (
    CamDigiKeyError,
    ChainError,
    EnvelopeError,
    SignerPin,
    TokenBadSignature,
    TransportError,
)
from bridge.camdigikey.signer import REFETCH_AFTER, Signer
from tests.camdigikey.authorities import NOW, Pair, authority, certificate
from tests.support.waiting import until

ROOT = authority("Root")
ONE = certificate("Signer one", ROOT, ends=NOW + 1000)
TWO = certificate("Signer two", ROOT)
FAR_OFF = certificate("Signer", authority("Root"))


def token(pair: Pair) -> str:
    """A token signed as CamDigiKey signs."""
    key: Any = pair.key
    signature = key.sign(hashlib.sha512(b"header.payload").digest(), ECDSA(SHA512()))
    return "header.payload." + base64.b64encode(signature).decode()


class House:
    """A signer over certificates that a test exchanges, and a clock that it moves."""

    def __init__(self, *served: Pair, pin: SignerPin | None = None) -> None:
        self.now = NOW
        self.fetches = 0
        self.fetch: Callable[[], Sequence[x509.Certificate]] = lambda: [p.certificate for p in served]
        self.signer = Signer(self._fetch, [ROOT.certificate], lambda: self.now, pin)

    def _fetch(self) -> Sequence[x509.Certificate]:
        self.fetches += 1
        return self.fetch()

    def serves(self, *served: Pair) -> None:
        self.fetch = lambda: [pair.certificate for pair in served]

    def fails(self, error: CamDigiKeyError) -> None:
        def fail() -> Sequence[x509.Certificate]:
            raise error

        self.fetch = fail


def test_one_fetch_serves_until_the_chain_expires() -> None:
    house = House(ONE)
    for _ in range(5):
        house.signer.verify(token(ONE))
    house.now += 999
    house.signer.verify(token(ONE))
    assert house.fetches == 1
    house.serves(TWO)
    house.now += 2
    house.signer.verify(token(TWO))
    assert house.fetches == 2


def test_a_rotated_signer_is_found_by_the_first_token_it_signed() -> None:
    house = House(ONE)
    house.signer.verify(token(ONE))
    house.serves(TWO)
    house.signer.verify(token(TWO))  # within the minute of the first fetch, too
    assert house.fetches == 2


def test_a_signer_that_is_rotated_back_is_known_still() -> None:
    house = House(ONE)
    house.signer.verify(token(ONE))
    house.serves(TWO)
    house.signer.verify(token(TWO))
    house.serves(ONE)
    for signer in (ONE, TWO, ONE):  # two servers behind one address, each with its own
        house.signer.verify(token(signer))
    assert house.fetches == 2
    house.now = ONE.certificate.not_valid_after_utc.timestamp() + 1
    with pytest.raises(TokenBadSignature):  # kept, but not longer than it is valid
        house.signer.verify(token(ONE))


def test_made_up_tokens_of_browsers_do_not_use_up_the_fetch_that_an_answer_needs() -> None:
    house = House(ONE)
    for _ in range(3):
        with pytest.raises(TokenBadSignature):
            house.signer.verify(token(FAR_OFF), "callback")
    assert house.fetches == 2
    house.serves(TWO)
    house.signer.verify(token(TWO))
    assert house.fetches == 3


def test_bad_signatures_fetch_anew_at_most_once_a_minute() -> None:
    house = House(ONE)
    house.signer.verify(token(ONE))
    for seconds in (0, 58, 1.9):  # less than a minute since the first fetch that one asked for
        house.now += seconds
        with pytest.raises(TokenBadSignature):
            house.signer.verify(token(TWO))
    assert house.fetches == 2
    house.now += 0.2
    for _ in range(5):
        with pytest.raises(TokenBadSignature):
            house.signer.verify(token(TWO))
    assert house.fetches == 3


def test_a_clock_set_back_does_not_hinder_a_fetch() -> None:
    house = House(ONE)
    house.signer.verify(token(ONE))
    house.serves(TWO)
    house.now -= 3600
    house.signer.verify(token(TWO))


@pytest.mark.parametrize("error", [TransportError("away"), EnvelopeError("garbage"), None])
def test_the_last_good_chain_serves_on_when_a_fetch_fails(error: CamDigiKeyError | None) -> None:
    house = House(ONE)
    house.signer.verify(token(ONE))
    house.fails(error) if error else house.serves(FAR_OFF, ROOT)
    house.now += REFETCH_AFTER
    with pytest.raises(TokenBadSignature):
        house.signer.verify(token(FAR_OFF))
    house.signer.verify(token(ONE))
    assert house.fetches == 2
    house.now = ONE.certificate.not_valid_after_utc.timestamp()
    with pytest.raises((TransportError, EnvelopeError, ChainError)):  # but not longer than it is valid
        house.signer.verify(token(ONE))


def test_without_any_chain_each_call_tries_again() -> None:
    house = House(ONE)
    house.fails(TransportError("away"))
    for _ in range(2):
        with pytest.raises(TransportError):
            house.signer.chain()
    house.serves(ONE)
    assert house.signer.chain().certificate == ONE.certificate
    assert house.fetches == 3


def test_the_pin_is_asked_of_each_chain_that_comes() -> None:
    house = House(ONE, pin=SignerPin("CN=Signer one"))
    house.signer.verify(token(ONE))
    house.serves(TWO)
    house.now += REFETCH_AFTER
    with pytest.raises(TokenBadSignature):
        house.signer.verify(token(TWO))
    fresh = House(TWO, pin=SignerPin("CN=Signer one"))
    with pytest.raises(ChainError, match="pinned"):
        fresh.signer.chain()


@pytest.mark.parametrize("outcome", ["good", "bad", "broken"])
def test_threads_that_wait_share_one_fetch_and_its_outcome(outcome: str) -> None:
    house = House()
    started, go_on = threading.Event(), threading.Event()

    def slow() -> Sequence[x509.Certificate]:
        started.set()
        assert go_on.wait(30)
        if outcome == "bad":
            raise TransportError("away")
        if outcome == "broken":
            raise ZeroDivisionError
        return [ONE.certificate]

    def ask() -> object:
        try:
            return house.signer.chain().certificate
        except (TransportError, ZeroDivisionError) as error:
            return type(error)

    house.fetch = slow
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(ask)
        assert started.wait(30)
        others = [pool.submit(ask) for _ in range(7)]
        _all_wait(house.signer, 7)
        go_on.set()
        found = {answer.result(30) for answer in (first, *others)}
    expected = {"good": ONE.certificate, "bad": TransportError, "broken": ZeroDivisionError}
    assert found == {expected[outcome]}
    assert house.fetches == 1


def _all_wait(signer: Signer, number: int) -> None:
    """Until so many threads wait for the pending fetch; only its own condition can count them."""
    pending: Any = signer._pending
    until(lambda: len(pending._condition._waiters) >= number, "the threads do not wait for the one fetch")

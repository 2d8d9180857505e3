"""Who signs CamDigiKey's tokens at the moment: the verified chain, kept until it expires.

One fetch at a time; those who wait for it share its outcome, good or bad, so that a server that hangs
holds nobody longer than one call.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from cryptography import x509

from bridge.camdigikey.errors import CamDigiKeyError, TokenBadSignature
from bridge.camdigikey.signature import SignerChain, SignerPin, verify_chain, verify_token

REFETCH_AFTER = 60.0  # seconds between two fetches that a bad signature asks for


class Signer:
    """The verified signer; thread-safe.

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
        self._flight: Future[SignerChain] | None = None
        self._refetched_at = float("-inf")

    def chain(self) -> SignerChain:
        """The chain in force. Raises ChainError, TransportError, EnvelopeError, ApiError."""
        chain = self._chain
        return chain if chain is not None and self._holds(chain) else self._renew(chain)

    def verify(self, token: str) -> None:
        """Check a token. Raises TokenBadSignature, and what `chain` raises.

        A signature that fails is tried once more with a chain fetched anew, as the signer may have been
        rotated; but that at most once a minute.
        """
        chain = self.chain()
        try:
            verify_token(token, chain.certificate)
        except TokenBadSignature:
            renewed = self._renew(chain)
            if renewed is chain:
                raise
            verify_token(token, renewed.certificate)

    def _renew(self, seen: SignerChain | None) -> SignerChain:
        """A chain other than the one seen, or that one when there can be no other yet."""
        with self._lock:
            if self._chain is not None and self._chain is not seen and self._holds(self._chain):
                return self._chain  # another thread has just fetched it
            flight, ours = self._flight, self._flight is None
            if flight is None:
                if seen is not None and self._holds(seen):  # a bad signature asks; not the first fetch
                    if not self._may_refetch():
                        return seen
                    self._refetched_at = self._clock()
                flight = self._flight = Future()
        if ours:
            self._fly(flight, seen)
        return flight.result()

    def _fly(self, flight: "Future[SignerChain]", seen: SignerChain | None) -> None:
        """Fetch, verify, and tell all who wait."""
        try:
            chain = verify_chain(self._fetch(), self._roots, self._clock())
            self._pin.check(chain.certificate)
        except BaseException as error:
            with self._lock:
                self._flight = None
            if isinstance(error, CamDigiKeyError) and seen is not None and self._holds(seen):
                flight.set_result(seen)
            else:
                flight.set_exception(error)
            return
        with self._lock:
            self._chain, self._flight = chain, None
        flight.set_result(chain)

    def _holds(self, chain: SignerChain) -> bool:
        return self._clock() < chain.expires_at

    def _may_refetch(self) -> bool:
        """A clock that was set back does not keep us from it."""
        return not 0 <= self._clock() - self._refetched_at < REFETCH_AFTER

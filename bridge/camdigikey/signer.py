"""Who signs CamDigiKey's tokens at the moment: the verified chain, kept until it expires.

Only one fetch runs at a time. Threads that need it meanwhile wait for it and share its result or its error;
so a server that hangs delays each of them by one call at most.
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
        self._pending: Future[SignerChain] | None = None
        self._refetched_at = float("-inf")

    def chain(self) -> SignerChain:
        """The chain in force. Raises ChainError, TransportError, EnvelopeError, ApiError."""
        chain = self._chain
        return chain if chain is not None and self._is_in_force(chain) else self._renew(chain)

    def verify(self, token: str) -> None:
        """Check a token. Raises TokenBadSignature, and what `chain` raises.

        A signature that fails is tried once more with a chain fetched anew, because the signer may have been
        rotated. At most once a minute, so that made-up tokens can't make us fetch without end.
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
        """A chain other than `seen`; `seen` itself when it was fetched again less than a minute ago."""
        with self._lock:
            if self._chain is not None and self._chain is not seen and self._is_in_force(self._chain):
                return self._chain  # another thread has just fetched it
            pending, ours = self._pending, self._pending is None
            if pending is None:
                if seen is not None and self._is_in_force(seen):  # a bad signature asks; not the first fetch
                    if not self._may_refetch():
                        return seen
                    self._refetched_at = self._clock()
                pending = self._pending = Future()
        if ours:
            self._fetch_into(pending, seen)
        return pending.result()

    def _fetch_into(self, pending: "Future[SignerChain]", seen: SignerChain | None) -> None:
        """Fetch and verify; the future gives the outcome to all threads that wait."""
        try:
            chain = verify_chain(self._fetch(), self._roots, self._clock())
            self._pin.check_certificate(chain.certificate)
        except BaseException as error:
            with self._lock:
                self._pending = None
            if isinstance(error, CamDigiKeyError) and seen is not None and self._is_in_force(seen):
                pending.set_result(seen)
            else:
                pending.set_exception(error)
            return
        with self._lock:
            self._chain, self._pending = chain, None
        pending.set_result(chain)

    def _is_in_force(self, chain: SignerChain) -> bool:
        return self._clock() < chain.expires_at

    def _may_refetch(self) -> bool:
        """Once a minute; also after the clock was set back, when the time since then is negative."""
        return not 0 <= self._clock() - self._refetched_at < REFETCH_AFTER

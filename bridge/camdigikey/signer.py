"""Who signs CamDigiKey's tokens at the moment: the verified chain, kept until it expires.

The chain before the last is kept too: while a signer is rotated, or rotated back, tokens of both come.
Only one fetch runs at a time. Threads that need it meanwhile wait for it and share its result or its error;
so a server that hangs delays each of them by one call at most.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Literal

from cryptography import x509

from bridge.camdigikey.errors import CamDigiKeyError, TokenBadSignature
from bridge.camdigikey.signature import SignerChain, SignerPin, check_signer, verify_chain, verify_token

REFETCH_AFTER = 60.0  # seconds between two fetches that a bad signature asks for
MAX_CHAINS = 2  # that are kept
Source = Literal["answer", "callback"]  # where a token came from: from CamDigiKey, or by anybody's browser


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
        own: x509.Certificate | None = None,
    ) -> None:
        """`own`: our own certificate, which comes from the same authority and never signs tokens."""
        self._fetch = fetch
        self._roots = tuple(roots)
        self._clock = clock
        self._pin = pin or SignerPin()
        self._own = own
        self._lock = threading.Lock()
        self._chains: tuple[SignerChain, ...] = ()  # newest first
        self._pending: Future[SignerChain] | None = None
        self._refetched_at: dict[Source, float] = {}

    def chain(self) -> SignerChain:
        """The chain in force. Raises ChainError, TransportError, EnvelopeError, ApiError."""
        newest = self._newest()
        return newest if newest is not None and self._is_in_force(newest) else self._renew(newest)

    def verify(self, token: str, source: Source = "answer") -> None:
        """Check a token. Raises TokenBadSignature, and what `chain` raises.

        A signature that fails is tried once more with a chain fetched anew, because the signer may have been
        rotated. At most once a minute for each source, so that made-up tokens can't make us fetch without
        end, nor use up the fetch that CamDigiKey's own answers need.
        """
        newest = self.chain()
        if any(_signed_by(token, chain) for chain in self._chains if self._is_in_force(chain)):
            return
        renewed = self._renew(newest, source)
        if renewed is newest:
            raise TokenBadSignature.here("the token's signature does not verify")
        verify_token(token, renewed.certificate)

    def _newest(self) -> SignerChain | None:
        return self._chains[0] if self._chains else None

    def _renew(self, seen: SignerChain | None, source: Source = "answer") -> SignerChain:
        """A chain other than `seen`; `seen` itself when it was fetched again less than a minute ago."""
        with self._lock:
            newest = self._newest()
            if newest is not None and newest is not seen and self._is_in_force(newest):
                return newest  # another thread has just fetched it
            pending, ours = self._pending, self._pending is None
            if pending is None:
                if seen is not None and self._is_in_force(seen):  # a bad signature asks; not the first fetch
                    if not self._may_refetch(source):
                        return seen
                    self._refetched_at[source] = self._clock()
                pending = self._pending = Future()
        if ours:
            self._fetch_into(pending, seen)
        return pending.result()

    def _fetch_into(self, pending: "Future[SignerChain]", seen: SignerChain | None) -> None:
        """Fetch and verify; the future gives the outcome to all threads that wait."""
        try:
            chain = verify_chain(self._fetch(), self._roots, self._clock())
            check_signer(chain.certificate, self._roots, self._pin, self._own)
        except BaseException as error:
            with self._lock:
                self._pending = None
            if isinstance(error, CamDigiKeyError) and seen is not None and self._is_in_force(seen):
                pending.set_result(seen)
            else:
                pending.set_exception(error)
            return
        with self._lock:
            former = [kept for kept in self._chains if kept.certificate != chain.certificate]
            self._chains, self._pending = (chain, *former)[:MAX_CHAINS], None
        pending.set_result(chain)

    def _is_in_force(self, chain: SignerChain) -> bool:
        return self._clock() < chain.expires_at

    def _may_refetch(self, source: Source) -> bool:
        """Once a minute; also after the clock was set back, when the time since then is negative."""
        since = self._clock() - self._refetched_at.get(source, float("-inf"))
        return not 0 <= since < REFETCH_AFTER


def _signed_by(token: str, chain: SignerChain) -> bool:
    try:
        verify_token(token, chain.certificate)
    except TokenBadSignature:
        return False
    return True

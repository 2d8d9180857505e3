"""The answer to the page "is this you?": yes opens the Session, no signs out at CamDigiKey (DESIGN §6.4)."""

from contextlib import suppress

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.domain.interaction import Interaction, PendingConfirmation
from bridge.domain.session import Session
from bridge.errors import ShownToUser, StoreUnavailable
from bridge.login.signing_in import SignedIn, SigningIn
from bridge.ports.basics import Clock
from bridge.ports.logins import ConfirmationStore
from bridge.sessions.upstream import UpstreamLogout

GIVEN_BACK = 60  # seconds; a yes that a store's failure undid may come again


class NobodyWaits(ShownToUser):
    """The person has answered already, or too late."""

    def __init__(self) -> None:
        super().__init__(400, "link_expired", "nobody waits for a confirmation here")


class Confirmations:
    """Logins that wait for the person's yes or no. Each counts only in the browser that it came back to."""

    def __init__(
        self, store: ConfirmationStore, signing_in: SigningIn, upstream: UpstreamLogout, clock: Clock
    ) -> None:
        self._store = store
        self._signing_in = signing_in
        self._upstream = upstream
        self._clock = clock

    def find(self, key: ConfirmationKey, browser: BrowserId) -> PendingConfirmation | None:
        """The login that waits in this browser under this key; None once it was answered, or has expired."""
        found = self._store.peek(key)
        return found if found is not None and found.interaction.browser == browser else None

    def accept(self, key: ConfirmationKey, browser: BrowserId, before: Session | None) -> SignedIn:
        """The person said yes: their Session is opened.

        `before`: the Session that the browser has now. Raises NobodyWaits, or ShownToUser where the client
        has gone.
        """
        pending = self._take(key, browser)
        try:
            signed_in = self._signing_in.sign_in(pending.interaction, pending.login, before, None)
        except StoreUnavailable:  # nobody is signed in, and the same "yes" may come again
            with suppress(StoreUnavailable):
                self._store.put(pending, GIVEN_BACK)
            raise
        if signed_in is None:  # cannot be: who has confirmed is not asked again
            raise ShownToUser(400, "link_expired", "a confirmation that asks for another")
        return signed_in

    def reject(self, key: ConfirmationKey, browser: BrowserId) -> Interaction:
        """The person said no: whoever approved is signed out at CamDigiKey. The Interaction, to begin again.

        Raises NobodyWaits.
        """
        pending = self._take(key, browser)
        self._upstream.end(pending.login.token, int(self._clock()))
        return pending.interaction

    def _take(self, key: ConfirmationKey, browser: BrowserId) -> PendingConfirmation:
        # find() comes first, so that another browser that knows the key can't use it up.
        found = self._store.take(key) if self.find(key, browser) else None
        if found is None:
            raise NobodyWaits
        return found

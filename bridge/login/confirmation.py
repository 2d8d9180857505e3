"""The person says on our page that the one who came back from CamDigiKey is them."""

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.domain.interaction import Interaction, PendingConfirmation
from bridge.domain.session import Session
from bridge.errors import ShownToUser
from bridge.login.signing_in import SignedIn, SigningIn
from bridge.ports.basics import Clock
from bridge.ports.logins import ConfirmationStore
from bridge.sessions.upstream import UpstreamLogout


class Confirmations:
    """What waits for a person's word, in the browser that it belongs to (DESIGN §6.4)."""

    def __init__(
        self, store: ConfirmationStore, signing_in: SigningIn, upstream: UpstreamLogout, clock: Clock
    ) -> None:
        self._store = store
        self._signing_in = signing_in
        self._upstream = upstream
        self._clock = clock

    def find(self, key: ConfirmationKey, browser: BrowserId) -> PendingConfirmation | None:
        """Who waits in this browser; None once the word was given or its time is over."""
        found = self._store.peek(key)
        return found if found is not None and found.interaction.browser == browser else None

    def accept(self, key: ConfirmationKey, browser: BrowserId, before: Session | None) -> SignedIn:
        """The person said yes: the Session is opened now, once. Raises ShownToUser."""
        pending = self._take(key, browser)
        done = self._signing_in.sign_in(pending.interaction, pending.login, before, None)
        if done is None:  # only who has not confirmed is asked to
            raise ShownToUser(400, "link_expired", "a confirmation that asks for another")
        return done

    def reject(self, key: ConfirmationKey, browser: BrowserId) -> Interaction:
        """The person said no: who came back is signed out at CamDigiKey. Raises ShownToUser."""
        pending = self._take(key, browser)
        self._upstream.end(pending.login.token, int(self._clock()))
        return pending.interaction

    def _take(self, key: ConfirmationKey, browser: BrowserId) -> PendingConfirmation:
        # Looked at first, so that another browser that knows the key can't use it up.
        found = self._store.take(key) if self.find(key, browser) else None
        if found is None:
            raise ShownToUser(400, "link_expired", "nobody waits for a confirmation here")
        return found

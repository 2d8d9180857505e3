"""The answer to the page "is this you?": yes opens the Session, no signs out at CamDigiKey (DESIGN §6.4).

The first press counts. The login stays for a minute after it, so that whichever button the same browser
presses again gets the same answer (DESIGN §6.18).
"""

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.domain.interaction import Interaction, Word
from bridge.domain.session import Session
from bridge.errors import ShownToUser
from bridge.login.signing_in import SignedIn, SigningIn
from bridge.ports.basics import Clock
from bridge.ports.logins import Asked, ConfirmationStore
from bridge.sessions.upstream import UpstreamLogout


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

    def find(self, key: ConfirmationKey, browser: BrowserId) -> Asked | None:
        """The login that waits in this browser under this key, or was answered in the last minute."""
        found = self._store.peek(key)
        return found if found is not None and found.pending.interaction.browser == browser else None

    def accept(
        self, key: ConfirmationKey, browser: BrowserId, before: Session | None
    ) -> SignedIn | Interaction:
        """The person says yes: their Session is opened.

        `before`: the Session that the browser has now. Where they have said no first, the Interaction, to
        begin again. Raises BeginAnew where that Session has ended again, NobodyWaits, ShownToUser where the
        client has gone. A "yes" that a store kept from counting may come again.
        """
        return self._answer(key, browser, "yes", before)

    def reject(
        self, key: ConfirmationKey, browser: BrowserId, before: Session | None
    ) -> SignedIn | Interaction:
        """The person says no: whoever approved is signed out at CamDigiKey. The rest as for `accept`."""
        return self._answer(key, browser, "no", before)

    def _answer(
        self, key: ConfirmationKey, browser: BrowserId, word: Word, before: Session | None
    ) -> SignedIn | Interaction:
        # find() comes first, so that another browser that knows the key can't use it up.
        found = self._store.answer(key, word) if self.find(key, browser) else None
        if found is None:
            raise NobodyWaits
        pending = found.pending
        if (found.before or word) == "yes":
            signed_in = self._signing_in.sign_in(pending, before, None)
            if signed_in is None:  # cannot be: who has confirmed is not asked again
                raise ShownToUser(400, "link_expired", "a confirmation that asks for another")
            return signed_in
        if found.before is None:
            self._upstream.end(pending.login.token, int(self._clock()))
        return pending.interaction

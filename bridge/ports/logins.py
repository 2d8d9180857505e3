"""What a sign-in keeps between two requests: Interactions, Handoffs, confirmations, spent auth tokens."""

from collections.abc import Callable
from typing import Protocol

from bridge.domain.ids import BrowserId, ConfirmationKey, HandoffKey
from bridge.domain.interaction import Handoff, Interaction, PendingConfirmation


class InteractionSeal(Protocol):
    """Interactions as sealed text for a login page's URL; one too long for a redirect is parked in Redis."""

    def seal(self, interaction: Interaction, before_parking: Callable[[], None] = ...) -> str:
        """The sealed text.

        `before_parking` is called when the Interaction has to be parked, and may raise.
        """

    def unseal(self, text: str) -> Interaction:
        """The Interaction. Raises SealBroken, also for one that was parked and has expired."""


class HandoffStore(Protocol):
    """Handoffs (Redis)."""

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> bool:
        """Store it for `ttl` seconds.

        Without `replace`: False, and nothing stored, where its key is in use.
        """

    def take(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """Take a live one of this browser, once; it is remembered as taken. None for all others."""

    def taken(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """One that this browser has taken before; remembered until its ttl is over."""

    def peek(self, key: HandoffKey) -> Handoff | None:
        """A live one, which stays as it is."""

    def remembered(self, key: HandoffKey) -> Handoff | None:
        """One that was begun under this key: live, taken, or expired up to half an hour ago.

        It may be another browser's: nothing of it but its application may be shown there.
        """


class ConfirmationStore(Protocol):
    """Logins that wait for the answer to "is this you?" (Redis, sealed, for two minutes)."""

    def put(self, pending: PendingConfirmation, ttl: int) -> None: ...

    def peek(self, key: ConfirmationKey) -> PendingConfirmation | None: ...

    def take(self, key: ConfirmationKey) -> PendingConfirmation | None:
        """The pending login, once: whoever comes later gets None."""


class SpentTokens(Protocol):
    """Auth tokens that were used (SQL): none may be used twice."""

    def spend(self, auth_token: str, now: int) -> bool:
        """Record that a token is used; False where it was used before. Of many at once, one gets True.

        `auth_token`: its spent_form (domain/auth_token).
        """

    def spend_unsolicited(self, auth_token: str, now: int) -> bool | None:
        """The same for one that came without a Handoff; None: too many of those are kept already."""

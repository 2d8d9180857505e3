"""What a sign-in leaves between two requests."""

from collections.abc import Callable
from typing import Protocol

from bridge.domain.ids import BrowserId, ConfirmationKey, HandoffKey
from bridge.domain.interaction import Handoff, Interaction, PendingConfirmation


class InteractionSeal(Protocol):
    """An Interaction as text for the login page's own URL; one over 4 KB is parked in Redis."""

    def seal(self, interaction: Interaction, before_parking: Callable[[], None] = ...) -> str:
        """`before_parking` is called when it has to be parked, and may raise."""

    def unseal(self, text: str) -> Interaction:
        """Raises SealBroken, also for one that was parked and has gone."""


class HandoffStore(Protocol):
    """Handoffs (Redis)."""

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> bool:
        """Keep it; without `replace` False when a live one has the same key."""

    def take(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """Take a live one that belongs to this browser, once: it is marked as taken. Else None."""

    def taken(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """One that this browser has taken before, for as long as it would have lived."""

    def peek(self, key: HandoffKey) -> Handoff | None:
        """A live one, left as it is."""


class ConfirmationStore(Protocol):
    """Logins that wait sealed for the person's word on the confirm page (Redis, two minutes)."""

    def put(self, pending: PendingConfirmation, ttl: int) -> None: ...

    def peek(self, key: ConfirmationKey) -> PendingConfirmation | None: ...

    def take(self, key: ConfirmationKey) -> PendingConfirmation | None:
        """Once."""


class SpentTokens(Protocol):
    """Auth tokens that were seen (SQL, unique insert): what must not come back."""

    def spend(self, auth_token: str, now: int) -> bool:
        """Whether this is the first sight of it."""

"""What a sign-in keeps between two requests: Interactions, Handoffs, confirmations, spent auth tokens."""

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from bridge.domain.ids import BrowserId, ConfirmationKey, HandoffKey
from bridge.domain.interaction import Handoff, Interaction, PendingConfirmation, Word


class InteractionSeal(Protocol):
    """Interactions as sealed text for a login page's URL; one too long for a redirect is parked in Redis."""

    def seal(self, interaction: Interaction, before_parking: Callable[[], None] = ...) -> str:
        """The sealed text.

        `before_parking` is called when the Interaction has to be parked, and may raise.
        """

    def unseal(self, text: str) -> Interaction:
        """The Interaction. Raises SealBroken, also for one that was parked and has expired."""


Begun = Literal["begun", "other live", "answered"]


class HandoffStore(Protocol):
    """Handoffs (Redis)."""

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> Begun:
        """Store it for `ttl` seconds. One round trip.

        Without `replace` nothing is stored where its key is in use: "other live". "answered": it is stored,
        and its Interaction had an answer in the last minute (see GrantStore.answer_of).
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


class Asked(NamedTuple):
    """A login that waits for the answer to "is this you?", and the answer that it had before, if any."""

    pending: PendingConfirmation
    before: Word | None


class ConfirmationStore(Protocol):
    """Logins that wait for the answer to "is this you?" (Redis, sealed, for two minutes)."""

    def put(self, pending: PendingConfirmation, ttl: int) -> None: ...

    def peek(self, key: ConfirmationKey) -> Asked | None: ...

    def answer(self, key: ConfirmationKey, word: Word) -> Asked | None:
        """Answer it, atomically: the first word counts, and stays with the login for REPEATED_FOR seconds."""


class SpentTokens(Protocol):
    """Auth tokens that were used (SQL): none may be used twice."""

    def spend(self, auth_token: str, now: int) -> bool:
        """Record that a token is used; False where it was used before. Of many at once, one gets True.

        `auth_token`: its spent_form (domain/auth_token).
        """

    def spend_unsolicited(self, auth_token: str, now: int) -> bool | None:
        """The same for one that came without a Handoff; None: too many of those are kept already."""

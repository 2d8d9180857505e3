"""The callback: a browser comes back from CamDigiKey with an auth token, or with an error."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bridge.domain.auth_token import spent_form
from bridge.domain.encoding import digest
from bridge.domain.ids import BrowserId, ConfirmationKey, HandoffKey
from bridge.domain.interaction import Handoff, Interaction, PendingConfirmation
from bridge.domain.policy import Policy
from bridge.domain.session import Session
from bridge.errors import ShownToUser, UpstreamError
from bridge.login.handoff import handoff_key
from bridge.login.last_person import LastPerson
from bridge.login.signing_in import SignedIn, SigningIn
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.connectors import Connector
from bridge.ports.logins import ConfirmationStore, HandoffStore, SpentTokens

REFUSED_CODES = frozenset({"access_denied", "user_denied", "rejected", "cancelled", "canceled", "denied"})


@dataclass(frozen=True, slots=True)
class Resumed:
    """The callback came a second time, or CamDigiKey failed: the browser goes to its Interaction's page."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class ConfirmationRequired:
    """The person has to confirm first that it is them, on the page of this key (DESIGN §6.4)."""

    key: ConfirmationKey


class UnsolicitedCallback(ShownToUser):
    """An auth token came to a browser that has not been sent to CamDigiKey: an attack, or a late answer."""

    def __init__(self) -> None:
        super().__init__(400, "unsolicited_callback", "an auth token without its Handoff")


CallbackOutcome = Resumed | ConfirmationRequired | SignedIn


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A callback: what the browser brings back from CamDigiKey, and what we know of that browser."""

    connector: Connector
    browser: BrowserId
    state: str | None
    auth_token: str = field(default="", repr=False)
    session: Session | None = None
    last_person: LastPerson = field(default_factory=LastPerson)

    @property
    def handoff_key(self) -> HandoffKey:
        """The key of the Handoff that it should belong to."""
        return handoff_key(self.connector.capabilities, self.browser, self.state)


class Callback:
    """Takes what a browser brings back from CamDigiKey."""

    def __init__(
        self,
        handoffs: HandoffStore,
        spent: SpentTokens,
        confirmations: ConfirmationStore,
        signing_in: SigningIn,
        audit: AuditLog,
        clock: Clock,
        policy: Policy,
    ) -> None:
        self._handoffs = handoffs
        self._spent = spent
        self._confirmations = confirmations
        self._signing_in = signing_in
        self._audit = audit
        self._clock = clock
        self._policy = policy

    def success(self, back: CallbackRequest, *, limit: Callable[[], None]) -> CallbackOutcome:
        """Spend the auth token, take the Handoff, exchange the token for the person (DESIGN §6.5, §6.15).

        `limit` is called before anything is written for a browser that has no Handoff, and may raise: anybody
        can make up auth tokens, and each would fill a row. Raises ShownToUser when the token was used before,
        and UnsolicitedCallback when this browser has no Handoff for it; the caller then has to call
        UnsolicitedLogins.end.
        """
        now = int(self._clock())
        if self.live_handoff(back.handoff_key, back.browser) is None:
            limit()
            first = self._spent.spend_unsolicited(spent_form(back.auth_token), now)
        else:  # it always has its place
            first = self._spent.spend(spent_form(back.auth_token), now)
        if first is None:
            raise ShownToUser(429, "too_many_requests", "too many auth tokens without a Handoff are kept")
        if not first:
            return self._repeated(back)
        handoff = self._handoffs.take(back.handoff_key, back.browser)
        if handoff is None or handoff.connector != back.connector.id:
            raise UnsolicitedCallback
        try:
            login = back.connector.exchange(back.auth_token)
        except UpstreamError as error:
            self._audit.record("handoff.failed", now, error=type(error).__name__)
            return Resumed(replace(handoff.interaction, failure=error.failure, created_at=now))
        signed_in = self._signing_in.sign_in(handoff.interaction, login, back.session, back.last_person)
        if signed_in is not None:
            return signed_in
        pending = PendingConfirmation(_confirmation_key(back.auth_token), handoff.interaction, login)
        self._confirmations.put(pending, self._policy.lifetimes.confirm)
        return ConfirmationRequired(pending.key)

    def error(self, back: CallbackRequest, error_code: str) -> Interaction | None:
        """The Interaction that failed at CamDigiKey, marked so.

        None without a matching state: then anybody may have made the request, and nothing is changed
        (DESIGN §6.6).
        """
        if not back.connector.capabilities.carries_state or back.state is None:
            return None
        live = self.live_handoff(back.handoff_key, back.browser)
        if live is None or live.connector != back.connector.id:
            return None
        handoff = self._handoffs.take(back.handoff_key, back.browser)
        if handoff is None:
            return None
        known = str(error_code in REFUSED_CODES)
        self._audit.record("handoff.refused", int(self._clock()), known=known)
        return replace(handoff.interaction, failure="access_denied")

    def live_handoff(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """The live Handoff of this key, if this browser began it; it is not taken."""
        handoff = self._handoffs.peek(key) if key else None
        return handoff if handoff is not None and handoff.browser == browser else None

    def _repeated(self, back: CallbackRequest) -> CallbackOutcome:
        """The same callback again (F5, Back): the page that followed it, and nothing else (DESIGN §6.5)."""
        known = self._handoffs.taken(back.handoff_key, back.browser)
        if known is None:  # Redis failed after the auth token was burnt: the Handoff still waits
            known = self.live_handoff(back.handoff_key, back.browser)
        if known is None:
            raise ShownToUser(400, "already_used", "a spent auth token")
        key = _confirmation_key(back.auth_token)
        return ConfirmationRequired(key) if self._confirmations.peek(key) else Resumed(known.interaction)


def _confirmation_key(auth_token: str) -> ConfirmationKey:
    """A key of this callback alone: a "yes" never counts for somebody who came later in the same browser."""
    return ConfirmationKey(digest("confirmation:" + auth_token))

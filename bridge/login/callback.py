"""The callback: a browser comes back from CamDigiKey with an auth token, or with an error."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from bridge.domain.activity import login_reference
from bridge.domain.auth_token import audit_mark, spent_form
from bridge.domain.encoding import digest
from bridge.domain.ids import BrowserId, ConfirmationKey, HandoffKey
from bridge.domain.interaction import Handoff, Interaction, PendingConfirmation
from bridge.domain.policy import Policy
from bridge.domain.session import Session
from bridge.domain.upstream_words import MessageClass, message_class
from bridge.errors import ShownToUser, UpstreamBroken, UpstreamError, UpstreamFailure
from bridge.login.handoff import handoff_key
from bridge.login.last_person import LastPerson
from bridge.login.signing_in import SignedIn, SigningIn
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.connectors import Connector
from bridge.ports.logins import ConfirmationStore, HandoffStore, SpentTokens

REFUSED_CODES = frozenset({"access_denied", "user_denied", "rejected", "cancelled", "canceled", "denied"})
PERSONS_CODES = frozenset({"101", "104"})  # the only ones of CamDigiKey's that speak of the person
NUMBER = re.compile(r"[0-9]{1,4}")
OUR_CODES = frozenset({"100", "102", "105", "106", "107", "108"})  # of its trouble, or of our account there


@dataclass(frozen=True, slots=True)
class Resumed:
    """The callback came a second time, or CamDigiKey failed: the browser goes to its Interaction's page."""

    interaction: Interaction
    error: UpstreamError | None = None  # how CamDigiKey failed, for the log


@dataclass(frozen=True, slots=True)
class RefusedAtCamDigiKey:
    """An error callback: the Interaction, marked as failed, and what the log says of the reason."""

    interaction: Interaction
    error_code: str
    why: MessageClass
    proven: bool  # by the state; else the Handoff lives on, and this page is all that comes of it


@dataclass(frozen=True, slots=True)
class ConfirmationRequired:
    """The person has to confirm first that it is them, on the page of this key (DESIGN §6.4).

    Once nobody waits there any more, that page goes on with the Interaction.
    """

    key: ConfirmationKey
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class NamedHandoff:
    """The Handoff that a callback names which can't be used: for what its page may offer.

    `way`: None where another browser began it, which gets no more than the application's public name and
    address; else how this browser's own stands.
    """

    interaction: Interaction
    way: Literal["live", "expired", "answered"] | None


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
    request_id: str = ""  # for the audit trail, and the page of a failure

    @property
    def handoff_key(self) -> HandoffKey:
        """The key of the Handoff that it should belong to."""
        return handoff_key(self.connector.capabilities, self.browser, self.state)

    def fits(self, handoff: Handoff) -> bool:
        """Whether the state, where it brings one back, is this Handoff's."""
        return self.state is None or digest(self.state) == handoff.state_hash


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
        now, live = int(self._clock()), self.live_handoff(back.handoff_key, back.browser)
        if live is None:
            limit()
            first = self._spent.spend_unsolicited(spent_form(back.auth_token), now)
        else:  # it always has its place
            first = self._spent.spend(spent_form(back.auth_token), now)
        if first is None:
            raise ShownToUser(429, "too_many_requests", "too many auth tokens without a Handoff are kept")
        if not first:
            return self._repeated(back, now)
        handoff = self._take(back, live)
        if handoff is None or handoff.connector != back.connector.id:
            raise UnsolicitedCallback
        try:
            login = back.connector.exchange(back.auth_token)
            if not handoff.can_have_given(login.token, now):
                raise UpstreamBroken("the token was issued before this sign-in began", operation="status")
        except UpstreamError as error:
            return self._failed(back, handoff.interaction, error, now)
        key = _confirmation_key(back.auth_token)
        mark = audit_mark(back.auth_token)
        returned = PendingConfirmation(key, handoff.interaction, login, now, mark, handoff.session_secret)
        signed_in = self._signing_in.sign_in(returned, back.session, back.last_person)
        if signed_in is not None:
            return signed_in
        self._confirmations.put(returned, self._policy.lifetimes.confirm)
        return ConfirmationRequired(key, handoff.interaction)

    def error(self, back: CallbackRequest, error_code: str, message: str = "") -> RefusedAtCamDigiKey | None:
        """The Interaction that failed at CamDigiKey, marked so; None where this browser has no such Handoff.

        Without the state anybody may have made the request: then the Handoff lives on, and the person only
        sees that page, with both ways on (DESIGN §6.6).
        """
        live = self.live_handoff(back.handoff_key, back.browser)
        if live is None or live.connector != back.connector.id:
            return None
        proven = back.state is not None
        handoff = self._take(back, live) if proven else live
        if handoff is None:
            return None
        code, why = _known_code(error_code), message_class(f"{error_code} {message}")
        facts = _facts(back, handoff.interaction) | {"with_state": str(proven)}
        self._audit.record("handoff.refused", int(self._clock()), error_code=code, why=why, **facts)
        failure = _failure_of(error_code, why)
        interaction = replace(handoff.interaction, failure=failure, failed_in=back.request_id)
        return RefusedAtCamDigiKey(interaction, code, why, proven)

    def _take(self, back: CallbackRequest, live: Handoff | None) -> Handoff | None:
        """The live Handoff whose state it brings, taken; one of another state stays as it is."""
        if live is None or not back.fits(live):
            return None
        return self._handoffs.take(back.handoff_key, back.browser)

    def _failed(
        self, back: CallbackRequest, interaction: Interaction, error: UpstreamError, now: int
    ) -> Resumed:
        self._audit.record("handoff.failed", now, **_facts(back, interaction), **error.facts)
        failed = replace(interaction, failure=error.failure, failed_in=back.request_id, created_at=now)
        return Resumed(failed, error)

    def _record_spent_elsewhere(self, back: CallbackRequest, now: int) -> None:
        spent = audit_mark(back.auth_token)
        self._audit.record("handoff.token_spent_elsewhere", now, request_id=back.request_id, auth_token=spent)

    def live_handoff(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        """The live Handoff of this key, if this browser began it; it is not taken."""
        handoff = self._handoffs.peek(key) if key else None
        return handoff if handoff is not None and handoff.browser == browser else None

    def named_handoff(self, back: CallbackRequest) -> NamedHandoff | None:
        """The Handoff that the state of an unusable callback names, or the browser where none comes (v2)."""
        handoff = self._handoffs.remembered(back.handoff_key)
        if handoff is None or handoff.connector != back.connector.id:
            return None
        if handoff.browser != back.browser or not back.fits(handoff):
            return NamedHandoff(handoff.interaction, None)
        if self._handoffs.taken(back.handoff_key, back.browser) is not None:
            # Without a state it proves nothing: whatever comes after the answer may be a stranger's.
            return NamedHandoff(handoff.interaction, "answered" if back.state is not None else None)
        live = self._handoffs.peek(back.handoff_key) is not None
        return NamedHandoff(handoff.interaction, "live" if live else "expired")

    def _repeated(self, back: CallbackRequest, now: int) -> CallbackOutcome:
        """The same callback again (F5, Back, a lost answer): what it came to the first time (DESIGN §6.5).

        Where the Handoff still waits, its auth token was spent without it: Redis failed after the burning, or
        somebody else was faster with this person's token, which is how a stolen one shows.
        """
        known = self._handoffs.taken(back.handoff_key, back.browser)
        if known is None:
            known = self.live_handoff(back.handoff_key, back.browser)
            if known is None or not back.fits(known):
                raise ShownToUser(400, "already_used", "a spent auth token")
            self._record_spent_elsewhere(back, now)
        elif signed_in := self._signing_in.again(known.interaction, known.session_secret):
            return signed_in
        key, interaction = _confirmation_key(back.auth_token), known.interaction
        waits = self._confirmations.peek(key)
        if waits is not None and waits.before is None:
            return ConfirmationRequired(key, interaction)
        return Resumed(interaction)


def _facts(back: CallbackRequest, interaction: Interaction) -> dict[str, str]:
    """Whose sign-in it was, in which request, and at which account."""
    return {
        "client_id": interaction.request.client_id,
        "login": login_reference(interaction.id),
        "request_id": back.request_id,
        "connector": back.connector.id,
    }


def _known_code(error_code: str) -> str:
    """A code as log and audit may have it: anybody can write anything there."""
    return error_code if error_code in REFUSED_CODES or NUMBER.fullmatch(error_code) else "other"


def _failure_of(error_code: str, why: MessageClass) -> UpstreamFailure:
    """What an error callback says. Its codes are open (PROTOCOL, Seen later 10): what is unknown is a no."""
    if error_code in REFUSED_CODES or error_code in PERSONS_CODES or why == "refused":
        return "access_denied"
    if error_code in OUR_CODES:
        return "server_error"
    return "temporarily_unavailable" if why == "busy" else "access_denied"


def _confirmation_key(auth_token: str) -> ConfirmationKey:
    """A key of this callback alone: a "yes" never counts for somebody who came later in the same browser."""
    return ConfirmationKey(digest("confirmation:" + auth_token))

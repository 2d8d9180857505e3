"""The start of a Handoff: a person's trip to CamDigiKey."""

from dataclasses import dataclass, replace

from bridge.domain.activity import login_reference
from bridge.domain.connector import Capabilities
from bridge.domain.encoding import TokenBytes, digest, random_text
from bridge.domain.grant import Origin
from bridge.domain.ids import BrowserId, HandoffKey
from bridge.domain.interaction import GivenAnswer, Handoff, Interaction
from bridge.domain.policy import REPEATED_FOR, Policy
from bridge.domain.session import Session
from bridge.errors import BridgeError, UpstreamError, UpstreamRefused
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.connectors import Connector
from bridge.ports.grants import GrantStore
from bridge.ports.logins import HandoffStore
from bridge.sessions.upstream import UpstreamLogout


class OtherHandoffLive(BridgeError):
    """This browser has a live Handoff already, and a new one would end it (v2, DESIGN §6.4)."""


class AnsweredBefore(BridgeError):
    """The person has gone back to the application a moment ago, which has its answer (DESIGN §6.18)."""

    def __init__(self, answer: GivenAnswer) -> None:
        super().__init__("the Interaction was declined before")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class StartedHandoff:
    """The address of CamDigiKey's login page, and the key that the callback finds the Handoff by."""

    login_url: str
    key: HandoffKey


def handoff_key(capabilities: Capabilities, browser: BrowserId, state: str | None) -> HandoffKey:
    """The key of a Handoff: a hash of the state where CamDigiKey returns it (v3), else of the browser."""
    return HandoffKey(digest(state or "") if capabilities.carries_state else digest("browser:" + browser))


class HandoffStart:
    """Sends people to CamDigiKey."""

    def __init__(
        self,
        handoffs: HandoffStore,
        grants: GrantStore,
        upstream: UpstreamLogout,
        token_bytes: TokenBytes,
        clock: Clock,
        policy: Policy,
        audit: AuditLog,
    ) -> None:
        self._handoffs = handoffs
        self._grants = grants
        self._upstream = upstream
        self._audit = audit
        self._token_bytes = token_bytes
        self._clock = clock
        self._policy = policy

    def start(
        self,
        interaction: Interaction,
        connector: Connector,
        session: Session | None,
        *,
        replaces_other: bool,
        request_id: str = "",
    ) -> StartedHandoff:
        """Begin a Handoff for an Interaction.

        `session`: the browser's; with prompt=login its token at CamDigiKey is ended first. `replaces_other`:
        the person knows that another Handoff of this browser ends. `request_id` goes to the audit trail where
        CamDigiKey fails. Raises OtherHandoffLive, AnsweredBefore, UpstreamError, StoreUnavailable.
        """
        now = int(self._clock())
        state = random_text(self._token_bytes, 32)
        key = handoff_key(connector.capabilities, interaction.browser, state)
        facts = {"client_id": interaction.request.client_id, "login": login_reference(interaction.id)}
        facts |= {"request_id": request_id, "connector": connector.id}
        try:
            login_url = _login_url(connector, state)
        except UpstreamError as error:
            self._audit.record("handoff.not_started", now, **facts, **error.facts)
            raise
        if "login" in interaction.request.prompt and session is not None:
            # So that CamDigiKey has to ask again (DESIGN §6.7).
            self._upstream.end(session.upstream, now, sid=session.sid)
        handoff = Handoff(
            key=key,
            browser=interaction.browser,
            connector=connector.id,
            interaction=replace(interaction, failure=None, failed_in=None),
            created_at=now,
            state_hash=digest(state),
            session_secret=random_text(self._token_bytes, 32),
            login_url="" if connector.capabilities.carries_state else login_url,
        )
        begun = self._handoffs.begin(handoff, self._policy.lifetimes.handoff, replace=replaces_other)
        if begun == "answered":
            self._check_not_declined(handoff)
        if begun != "other live":
            self._audit.note("handoff.started", now, **facts)
            return StartedHandoff(login_url, key)
        return self._own_again(handoff, login_url)

    def _check_not_declined(self, handoff: Handoff) -> None:
        """Raises AnsweredBefore where the person went back to the application in the last minute instead."""
        given = self._grants.answer_of(Origin("interaction", handoff.interaction.id))
        if given is not None and given.code is None and given.browser == handoff.browser:
            self._handoffs.take(handoff.key, handoff.browser)
            raise AnsweredBefore(given)

    def _own_again(self, handoff: Handoff, login_url: str) -> StartedHandoff:
        """Where a browser can have but one Handoff, and it is this Interaction's own (v2).

        In its first minute the same press has come twice, and leads where it led; later a new one takes its
        place. Raises OtherHandoffLive for another Interaction's.
        """
        live = self._handoffs.peek(handoff.key)
        if live is not None and live.interaction.id != handoff.interaction.id:
            raise OtherHandoffLive("another Handoff of this browser is live")
        if live is not None and handoff.created_at - live.created_at <= REPEATED_FOR:
            return StartedHandoff(live.login_url, live.key)
        self._handoffs.begin(handoff, self._policy.lifetimes.handoff, replace=True)
        return StartedHandoff(login_url, handoff.key)


def _login_url(connector: Connector, state: str) -> str:
    try:
        return connector.start(state)
    except UpstreamRefused as error:  # CamDigiKey refuses us, not a person: access_denied would be wrong
        raise error.as_broken() from error

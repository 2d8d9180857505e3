"""Interaction, a request that waits for a person; Handoff, their trip to CamDigiKey; PendingConfirmation.

And GivenAnswer, what came of an Interaction.
"""

from dataclasses import dataclass, field
from typing import Literal

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.connector import UpstreamLogin
from bridge.domain.ids import BrowserId, ConfirmationKey, ConnectorId, HandoffKey, InteractionId, SubjectId
from bridge.domain.policy import CLOCK_SKEW
from bridge.domain.subject import UpstreamToken
from bridge.errors import UpstreamFailure

Completion = Literal["redirect"]  # how the answer gets to the client: redirect, by the browser
Failure = UpstreamFailure
Word = Literal["yes", "no"]  # on the page "is this you?"


@dataclass(frozen=True, slots=True)
class Interaction:
    """An AuthorizationRequest that waits for a person, with what they have answered so far.

    At most one Grant comes of it. It travels sealed in URLs, and counts only in the browser that it was made
    for: `browser` is the hash of that browser's cookie.
    """

    id: InteractionId
    request: AuthorizationRequest
    browser: BrowserId
    created_at: int  # epoch seconds
    completion: Completion = "redirect"
    consented_by: SubjectId | None = None  # who has agreed on our consent page in this Interaction
    consented_claims: frozenset[str] | None = None  # the names of the claims that this page showed them
    failure: Failure | None = None  # how the last Handoff failed
    failed_in: str | None = None  # the id of the request in which it did: its page's reference number


@dataclass(frozen=True, slots=True)
class Handoff:
    """One trip of a person to CamDigiKey and back.

    `key`: a hash of the state that the callback returns, or of the browser where it returns none (v2).
    """

    key: HandoffKey
    browser: BrowserId
    connector: ConnectorId
    interaction: Interaction
    created_at: int  # epoch seconds
    state_hash: str  # of the state that was sent along: v3 returns it, v2 may
    # Of the Session that comes of it, drawn beforehand: a callback or "yes" that comes twice finds the same.
    session_secret: str = field(default="", repr=False)
    login_url: str = field(default="", repr=False)  # where it led; kept in v2 alone

    def can_have_given(self, token: UpstreamToken, now: int) -> bool:
        """Whether a token that has just been exchanged was issued after this Handoff began.

        How old it is is told by one clock, how old the Handoff is by another, so that those may differ.
        """
        return token.checked_at - token.issued_at <= now - self.created_at + CLOCK_SKEW


@dataclass(frozen=True, slots=True)
class PendingConfirmation:
    """A login that came back from CamDigiKey and waits for the answer to "is this you?" (DESIGN §6.4).

    `returned_at`: when it did, in epoch seconds; `session_secret`: as its Handoff's; `auth_token`: what it
    came by, as the audit trail names it.
    """

    key: ConfirmationKey
    interaction: Interaction
    login: UpstreamLogin
    returned_at: int
    auth_token: str
    session_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What the client of an Interaction was answered, for the same browser that asks again (DESIGN §6.18)."""

    browser: BrowserId
    given_at: int  # epoch seconds
    params: tuple[tuple[str, str], ...] = field(repr=False)  # of the AuthorizationResponse

    @property
    def code(self) -> str | None:
        """The code that it gave (RFC 6749 §4.1.2); None where it was an error."""
        return dict(self.params).get("code")

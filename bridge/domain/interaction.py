"""An Interaction: a request waiting for a person; and a Handoff: one trip of theirs to CamDigiKey."""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.connector import UpstreamLogin
from bridge.domain.ids import BrowserId, ConfirmationKey, ConnectorId, HandoffKey, InteractionId, SubjectId
from bridge.errors import UpstreamFailure

Completion = Literal["redirect"]  # how it completes: the browser carries the answer to the client
Failure = UpstreamFailure


@dataclass(frozen=True, slots=True)
class Interaction:
    """An AuthorizationRequest waiting for a person, with the answers given so far.

    One Grant may come of it. `browser` is the hash of the browser's cookie: sealed into a URL, the
    Interaction counts in that browser alone.
    """

    id: InteractionId
    request: AuthorizationRequest
    browser: BrowserId
    created_at: int  # epoch seconds
    completion: Completion = "redirect"
    consented_by: SubjectId | None = None  # whose Subject it was that agreed in this Interaction, on our page
    failure: Failure | None = None  # how CamDigiKey's part failed


@dataclass(frozen=True, slots=True)
class Handoff:
    """One trip to CamDigiKey. `key`: the hash of the state, or of the browser where none is carried (v2)."""

    key: HandoffKey
    browser: BrowserId
    connector: ConnectorId
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class PendingConfirmation:
    """Somebody came back from CamDigiKey, and has to say on our page that it is them (DESIGN §6.4)."""

    key: ConfirmationKey
    interaction: Interaction
    login: UpstreamLogin

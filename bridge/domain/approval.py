"""Proposals: changes of an application that a second person has to look at before they are made."""

from dataclasses import dataclass
from typing import Literal, get_args

from bridge.domain.client import Client
from bridge.domain.ids import ClientId

PROPOSAL_LIVES = 72 * 3600  # seconds
PROPOSALS_KEPT_FOR = 30 * 24 * 3600  # seconds after they expired, so that owners see what was decided

ProposalState = Literal["open", "approved", "rejected"]
PROPOSAL_STATES: tuple[ProposalState, ...] = get_args(ProposalState)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One exact version of an application, to be made out of one exact version.

    `before`: what is registered, None for a new application; `version`: the hash of `after`; `sensitive`: the
    scopes and fields for which it has to be looked at; `proposed_by` and `decided_by`: ids of actors;
    instants in epoch seconds. `locally`: approved on the server's command line for the reason given, since
    there was no second administrator.
    """

    id: str
    before: Client | None
    after: Client
    version: str
    sensitive: tuple[str, ...]
    proposed_by: str
    proposed_at: int
    expires_at: int
    state: ProposalState = "open"
    decided_by: str = ""
    decided_at: int | None = None
    reason: str = ""
    locally: bool = False

    @property
    def client_id(self) -> ClientId:
        """Whose version it is."""
        return self.after.client_id

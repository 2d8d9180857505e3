"""A Session: one browser's proven login."""

from dataclasses import dataclass

from bridge.domain.subject import Subject, UpstreamToken

ACR = "urn:camdigikey:acr:ekyc"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's proven login. `key` is the SHA-256 of the cookie's secret; the secret is kept nowhere."""

    key: str
    sid: str  # what clients are told (OIDC Front-Channel Logout §3)
    subject: Subject
    auth_time: int  # epoch seconds, our clock at the successful exchange
    interaction_id: str  # the Interaction whose Handoff made it
    acr: str = ACR
    amr: tuple[str, ...] = ()
    upstream: UpstreamToken | None = None
    predecessors: tuple[str, ...] = ()  # keys of the same person's earlier Sessions in this browser

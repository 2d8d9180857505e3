"""An Interaction: a request waiting for a person; and `next_step`, the one decision of a login's way."""

from dataclasses import dataclass
from enum import Enum

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.client import Client
from bridge.domain.consent import Consent
from bridge.domain.session import Session
from bridge.errors import ReturnedToClient


class Step(Enum):
    """What has to come next for an Interaction."""

    SIGN_IN = "sign in"
    CONSENT = "consent"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Interaction:
    """An AuthorizationRequest waiting for a person, with the answers given so far.

    `id` becomes the id of the one Grant that may come of it. `browser` is the hash of the browser's cookie:
    sealed into a URL, the Interaction counts in that browser alone.
    """

    id: str
    request: AuthorizationRequest
    browser: str
    created_at: int  # epoch seconds
    consented_by: str = ""  # whose Subject it was that agreed in this Interaction, on our page
    failure: str = ""  # UpstreamError.failure, once CamDigiKey's part has failed


@dataclass(frozen=True, slots=True)
class Handoff:
    """One trip to CamDigiKey. `key`: the hash of the state (v3), or of the browser (v2 carries no state)."""

    key: str
    browser: str
    interaction: Interaction
    started_at: int  # epoch seconds


def next_step(
    interaction: Interaction,
    session: Session | None,
    sub: str | None,
    consent: Consent | None,
    client: Client,
    now: int,
) -> Step:
    """Decide from the Interaction, the Session and the Consent alone what comes next.

    `sub` is the session's subject as the client knows it; `now` is in epoch seconds.
    Raises ReturnedToClient: login_required, consent_required (OIDC Core §3.1.2.6).
    """
    silent = "none" in interaction.request.prompt
    if session is None or not _serves(interaction, session, sub, now):
        if silent:
            raise ReturnedToClient("login_required", "The person has to sign in.")
        return Step.SIGN_IN
    if interaction.consented_by != session.subject.id and _consent_is_wanted(interaction, consent, client):
        if silent:
            raise ReturnedToClient("consent_required", "The person has to agree first.")
        return Step.CONSENT
    return Step.FINISH


def _serves(interaction: Interaction, session: Session, sub: str | None, now: int) -> bool:
    request = interaction.request
    own = session.interaction_id == interaction.id
    if request.required_subs and sub not in request.required_subs:
        if own:  # somebody else signed in: asking again would loop (OIDC Core §3.1.2.1, id_token_hint)
            raise ReturnedToClient("login_required", "Another person signed in than the one asked for.")
        return False
    if own:
        return True
    if request.prompt & {"login", "select_account"}:
        return False
    if request.max_age is None:
        return True
    return (
        0 < request.max_age and now - session.auth_time <= request.max_age
    )  # 0 asks for a new login, always


def _consent_is_wanted(interaction: Interaction, consent: Consent | None, client: Client) -> bool:
    if "consent" in interaction.request.prompt:
        return True
    if client.skip_consent:
        return False
    return consent is None or not consent.covers(interaction.request, client)

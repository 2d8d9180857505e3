"""The one decision of a login's way: what comes next for an Interaction in this browser.

Each request of a login collects a Situation and asks `next_step` once; nothing else decides.
"""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.client import Client
from bridge.domain.connector import Capabilities
from bridge.domain.consent import Consent
from bridge.domain.ids import Sub
from bridge.domain.interaction import Failure, Interaction
from bridge.domain.session import Session
from bridge.errors import ReturnedToClient

Press = Literal["nothing", "continue", "replace", "agree"]  # what the person pressed to make this request


@dataclass(frozen=True, slots=True)
class ShowSignIn:
    """The page before CamDigiKey."""


@dataclass(frozen=True, slots=True)
class GoToCamDigiKey:
    """A Handoff begins; `replaces_other`: the person knows that another one of this browser ends by it."""

    replaces_other: bool = False


@dataclass(frozen=True, slots=True)
class AskToReplace:
    """The page "another sign-in is under way": a second Handoff would end the first (v2)."""


@dataclass(frozen=True, slots=True)
class ShowFailure:
    """The page that says how CamDigiKey's part failed, with two ways on."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Confirm:
    """The page "is this you?": whoever came back is signed in only after their word (DESIGN §6.4)."""


@dataclass(frozen=True, slots=True)
class AskConsent:
    """The page that asks this Session's person to agree."""

    session: Session


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to ask: a Grant for this Session's person, known to the client by this sub."""

    session: Session
    sub: Sub


@dataclass(frozen=True, slots=True)
class Refuse:
    """Back to the client with an error (OIDC Core §3.1.2.6)."""

    error: ReturnedToClient


Step = ShowSignIn | GoToCamDigiKey | AskToReplace | ShowFailure | Confirm | AskConsent | Finish | Refuse


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the decision is made from. `now` in epoch seconds."""

    interaction: Interaction
    client: Client
    capabilities: Capabilities
    now: int
    session: Session | None = None  # of this browser, or of the login that has just come back
    sub: Sub | None = None  # the Session's person as the client knows them
    consent: Consent | None = None  # what that person agreed to give this client before
    press: Press = "nothing"
    navigated: bool = False  # the browser vouches that a person navigates, which lets it go straight on
    other_handoff: bool = False  # another Handoff of this browser is live, and a new one would end it
    unconfirmed: bool = False  # the Session is of a login that has just come back, not confirmed on our page
    unfamiliar: bool = False  # this browser's last person was another one, or signed out (DESIGN §6.4)

    @property
    def confirmation_is_due(self) -> bool:
        """Whether the person has to say first that the one who came back is them."""
        return self.unconfirmed and (self.unfamiliar or not self.capabilities.carries_state)


def next_step(situation: Situation) -> Step:
    """What comes next, decided from the situation alone."""
    interaction, session = situation.interaction, situation.session
    if situation.confirmation_is_due:
        return Confirm()
    if interaction.failure is not None and situation.press == "nothing":
        return ShowFailure(interaction.failure)
    if session is None or situation.sub is None or not _in_time(situation, session):
        return _sign_in(situation)
    if interaction.request.required_subs and not _is_required(situation):
        if _is_own(situation, session):  # asking again would loop (OIDC Core §3.1.2.1, id_token_hint)
            return _refuse("login_required", "Another person signed in than the one asked for.")
        return _sign_in(situation)
    if _consent_is_due(situation, session):
        if interaction.request.silent:
            return _refuse("consent_required", "The person has to agree first.")
        return AskConsent(session)
    return Finish(session, situation.sub)


def _sign_in(situation: Situation) -> Step:
    if situation.interaction.request.silent:
        return _refuse("login_required", "The person has to sign in.")
    if situation.press == "replace":
        return GoToCamDigiKey(replaces_other=True)
    if situation.press == "continue":
        return AskToReplace() if situation.other_handoff else GoToCamDigiKey()
    return GoToCamDigiKey() if _goes_straight_on(situation) else ShowSignIn()


def _goes_straight_on(situation: Situation) -> bool:
    """Without a page before CamDigiKey: only where the state comes back, and a person really navigates.

    Never where prompt=login ends what is live at CamDigiKey: any site could ask for that (DESIGN §6.3,
    §6.11).
    """
    ends_upstream = "login" in situation.interaction.request.prompt and situation.session is not None
    allowed = situation.client.skip_login_page and situation.capabilities.carries_state
    return allowed and situation.navigated and not ends_upstream


def _is_own(situation: Situation, session: Session) -> bool:
    """Whether the Session came from a Handoff that was begun for this very Interaction."""
    return session.interaction_id == situation.interaction.id


def _is_required(situation: Situation) -> bool:
    return situation.sub in situation.interaction.request.required_subs


def _in_time(situation: Situation, session: Session) -> bool:
    """Whether the login is recent enough for what was asked (OIDC Core §3.1.2.1)."""
    request = situation.interaction.request
    if _is_own(situation, session):
        return True
    if request.prompt & {"login", "select_account"}:
        return False
    if request.max_age is None:
        return True
    return 0 < request.max_age and situation.now - session.auth_time <= request.max_age  # 0: always anew


def _consent_is_due(situation: Situation, session: Session) -> bool:
    interaction, client = situation.interaction, situation.client
    if interaction.consented_by == session.subject.id:
        return False
    if "consent" in interaction.request.prompt:
        return True
    if client.skip_consent:
        return False
    return situation.consent is None or not situation.consent.covers(interaction.request, client)


def _refuse(error: str, description: str) -> Refuse:
    return Refuse(ReturnedToClient(error, description))

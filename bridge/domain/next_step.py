"""The decision of a sign-in: what comes next for an Interaction in this browser.

Each request of a sign-in collects a Situation (login.decider) and calls `next_step` once. It returns one of
the steps below; web.steps turns it into a response. Nothing else decides.
"""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.client import Client
from bridge.domain.client_people import ClientPerson
from bridge.domain.connector import Capabilities
from bridge.domain.consent import Consent
from bridge.domain.ids import Sub
from bridge.domain.interaction import Failure, Interaction
from bridge.domain.session import Session
from bridge.errors import ReturnedToClient

Press = Literal["nothing", "continue", "replace", "agree"]  # what the person pressed to make this request


@dataclass(frozen=True, slots=True)
class ShowSignIn:
    """Show the page before CamDigiKey."""


@dataclass(frozen=True, slots=True)
class GoToCamDigiKey:
    """Begin a Handoff. `replaces_other`: the person has agreed that another one of this browser ends."""

    replaces_other: bool = False


@dataclass(frozen=True, slots=True)
class AskToReplace:
    """Show the page "another sign-in is under way": a second Handoff would end the first (v2)."""


@dataclass(frozen=True, slots=True)
class ShowFailure:
    """Show the page that says how the Handoff failed: try again, or back to the application."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Confirm:
    """Show the page "is this you?": nobody is signed in before they have confirmed (DESIGN §6.4)."""


@dataclass(frozen=True, slots=True)
class TurnAway:
    """Show the page that says whom to ask: the client lets in listed people alone, and not this Session's.

    `waits`: they accepted an invitation, and nobody has let them in yet.
    """

    session: Session
    waits: bool = False


@dataclass(frozen=True, slots=True)
class AskConsent:
    """Show the consent page to this Session's person."""

    session: Session


@dataclass(frozen=True, slots=True)
class Finish:
    """Open a Grant for this Session's person, whom the client knows by this sub: nothing is left to ask.

    `roles`: what the client's administrators gave them.
    """

    session: Session
    sub: Sub
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer the client with an error (OIDC Core §3.1.2.6)."""

    error: ReturnedToClient


Step = (
    ShowSignIn
    | GoToCamDigiKey
    | AskToReplace
    | ShowFailure
    | Confirm
    | TurnAway
    | AskConsent
    | Finish
    | Refuse
)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the decision is made from. `now` in epoch seconds."""

    interaction: Interaction
    client: Client
    capabilities: Capabilities
    now: int
    session: Session | None = None  # of this browser, or of the login that has just come back
    sub: Sub | None = None  # the Session's person as the client knows them
    person: ClientPerson | None = None  # their record, where the client lets in listed people alone
    consent: Consent | None = None  # what that person agreed to give this client before
    press: Press = "nothing"
    navigated: bool = False  # the browser says that a person navigates a whole window (Fetch Metadata)
    other_handoff: bool = False  # another Handoff of this browser is live, and a new one would end it
    own_handoff: bool = False  # one of this very Interaction is, and the person came back from it, refused
    unconfirmed: bool = False  # the login has just come back from CamDigiKey, and was not confirmed yet
    unfamiliar: bool = False  # this browser's last person was another one, or signed out (DESIGN §6.4)

    @property
    def confirmation_is_due(self) -> bool:
        """Whether the person has to confirm "is this you?" first.

        They do where the callback returns no state, so that it could be another person's (v2), and where
        somebody unexpected came back.
        """
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
    if not _is_let_in(situation):
        return _turned_away(situation, session)
    if _consent_is_due(situation, session):
        if interaction.request.silent:
            return _refuse("consent_required", "The person has to agree first.")
        return AskConsent(session)
    return Finish(session, situation.sub, situation.person.roles if situation.person else ())


def _is_let_in(situation: Situation) -> bool:
    """Whether the client's administrators let this person in; most clients let in everyone."""
    if situation.client.access == "everyone":
        return True
    return situation.person is not None and situation.person.admitted


def _turned_away(situation: Situation, session: Session) -> Step:
    """Not for this person; another one may sign in by the page's button, as by every page's of a sign-in."""
    if situation.interaction.request.silent:
        return _refuse("access_denied", "The person may not use this application.")
    if situation.press in ("continue", "replace"):
        return _sign_in(situation)
    return TurnAway(session, waits=situation.person is not None and situation.person.state == "pending")


def _sign_in(situation: Situation) -> Step:
    if situation.interaction.request.silent:
        return _refuse("login_required", "The person has to sign in.")
    if situation.press == "replace":
        return GoToCamDigiKey(replaces_other=True)
    if situation.press == "continue":
        if situation.other_handoff:
            return AskToReplace()
        return GoToCamDigiKey(replaces_other=situation.own_handoff)
    return GoToCamDigiKey() if _skips_login_page(situation) else ShowSignIn()


def _skips_login_page(situation: Situation) -> bool:
    """Whether the person goes to CamDigiKey without our page before it: where the client is registered so.

    Only where the callback returns the state, and a person really navigates. Never where prompt=login would
    sign somebody out at CamDigiKey: any site could cause that (DESIGN §6.3, §6.11).
    """
    ends_upstream = "login" in situation.interaction.request.prompt and situation.session is not None
    allowed = situation.client.skip_login_page and situation.capabilities.carries_state
    return allowed and situation.navigated and not ends_upstream


def _is_own(situation: Situation, session: Session) -> bool:
    """Whether the Session comes from a Handoff of this very Interaction, not of an earlier sign-in."""
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

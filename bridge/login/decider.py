"""Collects all that decides an Interaction's next step (a Situation), and asks domain.next_step."""

from dataclasses import dataclass, replace

from bridge.domain.client import Client
from bridge.domain.connector import Capabilities
from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.next_step import Press, Situation, Step, next_step
from bridge.domain.session import Session
from bridge.domain.subject import SubjectKey
from bridge.errors import ReturnedToClient, ShownToUser
from bridge.login.handoff import handoff_key
from bridge.oidc.authorization import RequestRefused, registered
from bridge.ports.basics import Clock
from bridge.ports.client_people import ClientPeople
from bridge.ports.clients import ClientStore, ConsentStore
from bridge.ports.connectors import Connector, Connectors
from bridge.ports.logins import HandoffStore
from bridge.sessions.watch import SessionWatch, upstream_expired


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes next, and the Interaction, client and Session it was decided for."""

    step: Step
    interaction: Interaction
    client: Client
    session: Session | None


def connector_of(client: Client, connectors: Connectors) -> Connector:
    """The CamDigiKey account that a client's people sign in by.

    Raises ShownToUser when the settings no longer have it.
    """
    if client.connector is None:
        return next(iter(connectors.values()))
    found = connectors.get(client.connector)
    if found is None:
        detail = f"the connector {client.connector} is not in the settings"
        raise ShownToUser(503, "unavailable", detail, client_id=client.client_id)
    return found


class Decider:
    """Decides what comes next in a sign-in. Every request of a sign-in asks it once."""

    def __init__(
        self,
        clients: ClientStore,
        people: ClientPeople,
        consents: ConsentStore,
        connectors: Connectors,
        handoffs: HandoffStore,
        watch: SessionWatch,
        subject_key: SubjectKey,
        clock: Clock,
    ) -> None:
        self._clients = clients
        self._people = people
        self._consents = consents
        self._connectors = connectors
        self._handoffs = handoffs
        self._watch = watch
        self._subject_key = subject_key
        self._clock = clock

    def client_of(self, interaction: Interaction) -> Client:
        """The client of an Interaction, as registered now.

        Raises ShownToUser when it is gone or disabled (which its own text may explain), or the address for
        the answer is no longer its own.
        """
        client = self._clients.get(interaction.request.client_id)
        if client is not None and client.pause_texts:
            raise ShownToUser(403, "paused", client_id=client.client_id)
        if client is None or not client.enabled:
            raise ShownToUser(400, "unknown_client")
        if not registered(interaction.request.reply_to.redirect_uri, client):
            raise ShownToUser(400, "bad_redirect_uri", client_id=client.client_id)
        return client

    def decide(
        self,
        interaction: Interaction,
        session: Session | None,
        press: Press = "nothing",
        *,
        navigated: bool = False,
    ) -> Decision:
        """What comes next for an Interaction in a browser with this Session.

        `press` and `navigated` are explained in Situation. A Session of an earlier sign-in is checked with
        CamDigiKey first, and may end by it. Raises ShownToUser, StoreUnavailable.
        """
        client, now = self.client_of(interaction), int(self._clock())
        if session is not None and session.interaction_id != interaction.id:
            session = self._still_alive(session, interaction, now)
        return self._decided(interaction, client, session, now, press=press, navigated=navigated)

    def decide_on_return(self, interaction: Interaction, session: Session, *, unfamiliar: bool) -> Decision:
        """What comes next for a login that has just come back from CamDigiKey; its Session is not stored yet.

        `unfamiliar`: this browser's last person was another one, or signed out.
        Raises ShownToUser, StoreUnavailable.
        """
        client, now = self.client_of(interaction), int(self._clock())
        return self._decided(interaction, client, session, now, unconfirmed=True, unfamiliar=unfamiliar)

    def _decided(
        self,
        interaction: Interaction,
        client: Client,
        session: Session | None,
        now: int,
        *,
        press: Press = "nothing",
        navigated: bool = False,
        unconfirmed: bool = False,
        unfamiliar: bool = False,
    ) -> Decision:
        capabilities = self._capabilities(interaction, client)
        live = self._live_handoff(capabilities, interaction) if press == "continue" else None
        came_back = live is not None and live.interaction.id == interaction.id and bool(interaction.failed_in)
        situation = Situation(
            interaction=interaction,
            client=client,
            capabilities=capabilities,
            now=now,
            session=session,
            sub=self._subject_key.sub(client, session.subject.identity.camdigikey_id) if session else None,
            press=press,
            navigated=navigated,
            other_handoff=live is not None and live.interaction.id != interaction.id,
            own_handoff=came_back,
            unconfirmed=unconfirmed,
            unfamiliar=unfamiliar,
        )
        if session is not None and _depends_on_person(situation):
            person = self._people.find(client.client_id, session.subject.id)
            situation = replace(situation, person=person)
        if session is not None and _may_depend_on_consent(situation):
            consent = self._consents.get(session.subject.id, client.client_id)
            situation = replace(situation, consent=consent)
        return Decision(next_step(situation), interaction, client, session)

    def _capabilities(self, interaction: Interaction, client: Client) -> Capabilities:
        try:
            return connector_of(client, self._connectors).capabilities
        except ShownToUser as shown:
            if not interaction.request.silent:
                raise
            raise RequestRefused(  # prompt=none gets no page (DESIGN §6.2)
                ReturnedToClient("temporarily_unavailable", "Nobody can be signed in now.", shown.detail),
                interaction.request.reply_to,
                client.client_id,
            ) from None

    def _still_alive(self, session: Session, interaction: Interaction, now: int) -> Session | None:
        """The Session; None where it is over at CamDigiKey.

        With prompt=none nothing is called (DESIGN §6.2).
        """
        if interaction.request.silent:
            return None if upstream_expired(session, now) else session
        return self._watch.watched(session, now)

    def _live_handoff(self, capabilities: Capabilities, interaction: Interaction) -> Handoff | None:
        """The Handoff that a new one would end: without a state (v2) a browser can have only one."""
        if capabilities.carries_state:
            return None
        return self._handoffs.peek(handoff_key(capabilities, interaction.browser, None))


def _depends_on_person(situation: Situation) -> bool:
    """Whether the decision needs the client's record of the person: only where it has a list of them."""
    return situation.client.access == "listed" and not situation.confirmation_is_due


def _may_depend_on_consent(situation: Situation) -> bool:
    """Whether the decision may need the stored consent, which costs a query."""
    agreed = situation.interaction.consented_by is not None or situation.client.skip_consent
    return not agreed and not situation.confirmation_is_due

"""Collects the Situation of an Interaction in a browser and asks domain.next_step, once a request."""

from dataclasses import dataclass, replace

from bridge.domain.client import Client
from bridge.domain.consent import Consent
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import Press, Situation, Step, next_step
from bridge.domain.session import Session
from bridge.domain.subject import SubjectKey
from bridge.errors import ShownToUser
from bridge.login.handoff import handoff_key
from bridge.oidc.authorization import registered
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore, ConsentStore
from bridge.ports.connectors import Connector, Connectors
from bridge.ports.logins import HandoffStore
from bridge.sessions.watch import SessionWatch, outlived


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes next, and for whom."""

    step: Step
    interaction: Interaction
    client: Client
    session: Session | None


def connector_of(client: Client, connectors: Connectors) -> Connector:
    """The CamDigiKey account of a client's people. Raises ShownToUser when it is ours no more."""
    if client.connector is None:
        return next(iter(connectors.values()))
    found = connectors.get(client.connector)
    if found is None:
        detail = f"the connector {client.connector} is not in the settings"
        raise ShownToUser(503, "unavailable", detail, client_id=client.client_id)
    return found


class Decider:
    """The one place from which a login's way is decided."""

    def __init__(
        self,
        clients: ClientStore,
        consents: ConsentStore,
        connectors: Connectors,
        handoffs: HandoffStore,
        watch: SessionWatch,
        subject_key: SubjectKey,
        clock: Clock,
    ) -> None:
        self._clients = clients
        self._consents = consents
        self._connectors = connectors
        self._handoffs = handoffs
        self._watch = watch
        self._subject_key = subject_key
        self._clock = clock

    def client_of(self, interaction: Interaction) -> Client:
        """The client of an Interaction, as registered now.

        Raises ShownToUser when it is gone or disabled, or the address for the answer is no longer its own.
        """
        client = self._clients.get(interaction.request.client_id)
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
        """What comes next for an Interaction in the browser that has this Session; see Situation.

        Raises ShownToUser, StoreUnavailable.
        """
        client, now = self.client_of(interaction), int(self._clock())
        if session is not None and session.interaction_id != interaction.id:
            session = self._still_alive(session, interaction, now)
        situation = self._situation(interaction, client, session, now)
        return self._decided(
            replace(
                situation,
                press=press,
                navigated=navigated,
                other_handoff=press == "continue" and self._has_other_handoff(situation),
            )
        )

    def decide_on_return(self, interaction: Interaction, session: Session, *, unfamiliar: bool) -> Decision:
        """What comes next for a login that has just come back from CamDigiKey, in a Session not kept yet.

        `unfamiliar`: this browser's last person was another one, or signed out.
        """
        situation = self._situation(interaction, self.client_of(interaction), session, int(self._clock()))
        return self._decided(replace(situation, unconfirmed=True, unfamiliar=unfamiliar))

    def _situation(
        self, interaction: Interaction, client: Client, session: Session | None, now: int
    ) -> Situation:
        capabilities = connector_of(client, self._connectors).capabilities
        sub = self._subject_key.sub(client, session.subject.identity.camdigikey_id) if session else None
        return Situation(interaction, client, capabilities, now, session, sub)

    def _decided(self, situation: Situation) -> Decision:
        if _may_hang_on_consent(situation):
            situation = replace(situation, consent=self._consent(situation))
        return Decision(next_step(situation), situation.interaction, situation.client, situation.session)

    def _consent(self, situation: Situation) -> Consent | None:
        if situation.session is None:
            return None
        return self._consents.get(situation.session.subject.id, situation.client.client_id)

    def _still_alive(self, session: Session, interaction: Interaction, now: int) -> Session | None:
        """The Session, unless it is over at CamDigiKey; asked silently no call goes there (DESIGN §6.2)."""
        if interaction.request.silent:
            return None if outlived(session, now) else session
        return self._watch.watched(session, now)

    def _has_other_handoff(self, situation: Situation) -> bool:
        """Whether a new Handoff would end one of this browser: where no state is carried it has one place."""
        if situation.capabilities.carries_state:
            return False
        key = handoff_key(situation.capabilities, situation.interaction.browser, None)
        return self._handoffs.peek(key) is not None


def _may_hang_on_consent(situation: Situation) -> bool:
    """Whether it is worth a look into SQL."""
    agreed = situation.interaction.consented_by is not None or situation.client.skip_consent
    return not agreed and not situation.confirmation_is_due

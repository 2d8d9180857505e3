"""The person agrees on our page to what an application is given."""

from dataclasses import replace

from bridge.domain.consent import Consent
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import Finish
from bridge.domain.session import Session
from bridge.login.decider import Decider, Decision
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.clients import ConsentStore


class ConsentGiving:
    """Records that a person agreed, and decides what comes next."""

    def __init__(self, decider: Decider, consents: ConsentStore, audit: AuditLog, clock: Clock) -> None:
        self._decider = decider
        self._consents = consents
        self._audit = audit
        self._clock = clock

    def agree(self, interaction: Interaction, session: Session) -> Decision:
        """What comes next now that this Session's person has agreed.

        The consent is stored only where the sign-in is complete by it: else it would be one to a request
        that was never answered. Raises ShownToUser, StoreUnavailable.
        """
        agreed = replace(interaction, consented_by=session.subject.id)
        decision = self._decider.decide(agreed, session, "agree")
        if isinstance(decision.step, Finish):
            self._keep(decision, session)
        return decision

    def _keep(self, decision: Decision, session: Session) -> None:
        """Add it to what they agreed to before."""
        now, client, subject_id = int(self._clock()), decision.client, session.subject.id
        before = self._consents.get(subject_id, client.client_id)
        consent = before or Consent(subject_id, client.client_id, frozenset(), frozenset(), now)
        self._consents.save(consent.widened_by(decision.interaction.request, client, now))
        self._audit.record("consent.given", now, client_id=client.client_id, sid=session.sid)

"""The person agrees on our page to what an application is given."""

from collections.abc import Collection
from dataclasses import replace

from bridge.domain.activity import login_reference
from bridge.domain.consent import Consent
from bridge.domain.ids import Sub
from bridge.domain.interaction import Interaction
from bridge.domain.session import Session
from bridge.login.decider import Decider, Decision
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.clients import ConsentStore


class ConsentGiving:
    """What comes next when a person has agreed, and the record that they did."""

    def __init__(self, decider: Decider, consents: ConsentStore, audit: AuditLog, clock: Clock) -> None:
        self._decider = decider
        self._consents = consents
        self._audit = audit
        self._clock = clock

    def agree(self, interaction: Interaction, session: Session, shown: Collection[str]) -> Decision:
        """What comes next now that this Session's person has agreed to the claims that their page showed.

        Nothing is stored yet. Raises ShownToUser, StoreUnavailable.
        """
        agreed = replace(interaction, consented_by=session.subject.id, consented_claims=frozenset(shown))
        return self._decider.decide(agreed, session, "agree")

    def keep(self, decision: Decision, session: Session, sub: Sub, *, again: bool) -> None:
        """Add what this Session's person has agreed to in this Interaction, if anything, to their Consent.

        Called once the client has its code: a consent to a request that was never answered, or first by "no",
        would be one that nobody gave. `sub`: the client's name for this person. `again`: by a press that came
        before, and may have been kept then. Raises StoreUnavailable; the same press mends it.
        """
        interaction, shown = decision.interaction, decision.interaction.consented_claims
        if shown is None or interaction.consented_by != session.subject.id:
            return
        now, client_id, scope = int(self._clock()), decision.client.client_id, interaction.request.scope
        before = self._consents.get(session.subject.id, client_id)
        if again and before is not None and before.includes(scope, shown):
            return
        consent = before or Consent(session.subject.id, client_id, frozenset(), frozenset(), now)
        self._consents.save(consent.widened_by(scope, shown, now), sub=sub)
        facts = {"client_id": client_id, "sid": session.sid, "login": login_reference(interaction.id)}
        self._audit.record("consent.given", now, **facts)

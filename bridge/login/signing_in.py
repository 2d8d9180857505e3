"""After the exchange with CamDigiKey: opens the person's Session, or says that they have to confirm first."""

from dataclasses import dataclass, replace

from bridge.domain.connector import UpstreamLogin
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import Confirm
from bridge.domain.session import Session
from bridge.domain.subject import SubjectKey
from bridge.errors import ShownToUser
from bridge.login.decider import Decider, Decision
from bridge.login.last_person import LastPerson
from bridge.ports.basics import AuditLog, Clock
from bridge.sessions.opening import NewSession, SessionOpening
from bridge.sessions.upstream import UpstreamLogout


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A Session was opened, and what comes next in it."""

    new_session: NewSession
    decision: Decision


class SigningIn:
    """Opens the Session of a login, unless the person has to confirm it first."""

    def __init__(
        self,
        decider: Decider,
        opening: SessionOpening,
        upstream: UpstreamLogout,
        subject_key: SubjectKey,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._decider = decider
        self._opening = opening
        self._upstream = upstream
        self._subject_key = subject_key
        self._audit = audit
        self._clock = clock

    def sign_in(
        self,
        interaction: Interaction,
        login: UpstreamLogin,
        before: Session | None,
        last_person: LastPerson | None,
    ) -> SignedIn | None:
        """Open the Session of a login; None when the page "is this you?" has to come first.

        `before`: the Session that the browser had. `last_person`: who used the browser last; None when the
        person has confirmed already. Raises ShownToUser when the client has gone or was disabled meanwhile:
        then nobody is signed in, also not at CamDigiKey.
        """
        now = int(self._clock())
        interaction = replace(interaction, created_at=now)
        new = self._opening.prepare(interaction.id, login, before, now)
        try:
            decision = self._decision(interaction, new.session, login, last_person)
        except ShownToUser:
            self._upstream.end(login.token, now)
            raise
        if isinstance(decision.step, Confirm):
            return None
        self._opening.open(new, now)
        opened = {"sid": new.session.sid, "subject": new.session.subject.id, "connector": login.connector}
        self._audit.note("session.opened", now, client_id=decision.client.client_id, **opened)
        return SignedIn(new, decision)

    def _decision(
        self, interaction: Interaction, session: Session, login: UpstreamLogin, last_person: LastPerson | None
    ) -> Decision:
        if last_person is None:
            return self._decider.decide(interaction, session)
        mark = self._subject_key.browser_mark(login.identity.camdigikey_id)
        return self._decider.decide_on_return(interaction, session, unfamiliar=last_person.differs(mark))

"""After the exchange with CamDigiKey: opens the person's Session, or says that they have to confirm first."""

from dataclasses import dataclass, replace

from bridge.domain.activity import login_reference
from bridge.domain.connector import UpstreamLogin
from bridge.domain.interaction import Interaction, PendingConfirmation
from bridge.domain.next_step import Confirm
from bridge.domain.policy import REPEATED_FOR
from bridge.domain.session import Session
from bridge.domain.subject import SubjectKey
from bridge.errors import ShownToUser
from bridge.login.begin_anew import BeginAnew
from bridge.login.decider import Decider, Decision
from bridge.login.last_person import LastPerson
from bridge.ports.basics import AuditLog, Clock
from bridge.sessions.opening import NewSession, SessionOpening
from bridge.sessions.upstream import UpstreamLogout


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A Session was opened, and what comes next in it. `again`: by a press that came before this one."""

    new_session: NewSession
    decision: Decision
    again: bool = False


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
        self, returned: PendingConfirmation, before: Session | None, last_person: LastPerson | None
    ) -> SignedIn | None:
        """Open the Session of a login; None when the page "is this you?" has to come first.

        `before`: the Session that the browser had. `last_person`: who used the browser last; None when the
        person has confirmed already, which they may do twice. Raises BeginAnew where the Session has ended
        again; ShownToUser when the client has gone or was disabled meanwhile: then nobody is signed in, also
        not at CamDigiKey.
        """
        now, login = int(self._clock()), returned.login
        interaction = replace(returned.interaction, created_at=now)
        secret, returned_at = returned.session_secret, returned.returned_at
        new = self._opening.prepare(interaction.id, login, before, returned_at, secret)
        try:
            decision = self._decision(interaction, new.session, login, last_person)
        except ShownToUser:
            self._upstream.end(login.token, now)
            raise
        if isinstance(decision.step, Confirm):
            return None
        was = self._opening.open(new, now)
        if was == "ended":
            raise BeginAnew(interaction, "its Session has ended again")
        if was == "live":
            return SignedIn(new, decision, again=True)
        opened = {"sid": new.session.sid, "subject": new.session.subject.id, "connector": login.connector}
        # Where its own browser comes second with the token, that is written down by the same mark.
        opened |= {"client_id": decision.client.client_id, "auth_token": returned.auth_token}
        opened["login"] = login_reference(interaction.id)
        self._audit.note("session.opened", now, **opened)
        return SignedIn(new, decision)

    def again(self, interaction: Interaction, secret: str) -> SignedIn | None:
        """The Session of this secret, where it was opened in the last minute, and what comes next in it."""
        now = int(self._clock())
        new = self._opening.opened(secret, now)
        if new is None or now - new.session.auth_time > REPEATED_FOR:
            return None
        interaction = replace(interaction, created_at=now)
        return SignedIn(new, self._decider.decide(interaction, new.session), again=True)

    def _decision(
        self, interaction: Interaction, session: Session, login: UpstreamLogin, last_person: LastPerson | None
    ) -> Decision:
        if last_person is None:
            return self._decider.decide(interaction, session)
        mark = self._subject_key.browser_mark(login.identity.camdigikey_id)
        return self._decider.decide_on_return(interaction, session, unfamiliar=last_person.differs(mark))

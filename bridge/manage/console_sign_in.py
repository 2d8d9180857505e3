"""How administrators sign in to the console: with CamDigiKey, through the provider itself (OIDC Core §3.1).

The console asks as any application does, and redeems its code by a function call. Of the Grant nothing
remains: the console keeps a session of its own, which lives no longer than the provider's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bridge.domain.administrator import CONSOLE_CLIENT_ID, Administrator, ConsoleSession
from bridge.domain.encoding import TokenBytes, digest, random_text
from bridge.domain.ids import AdministratorId, ConnectorId
from bridge.domain.principal import PersonPrincipal
from bridge.domain.sentence import said
from bridge.manage.access import Actor, Refused, Trail, actor_of
from bridge.manage.administrators import AdministratorAdministration, Person
from bridge.manage.console_client import CALLBACK
from bridge.manage.own_sign_in import name_of, redeemed, request_address
from bridge.ports.administrators import AdministratorStore, ConsoleSessionStore
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.grants import CodeStore, GrantStore
from bridge.ports.sessions import SessionStore

IDLE = 15 * 60  # seconds; so are these
LIMIT = 8 * 3600
RECENT = 5 * 60  # the most that a sign-in may be old for what is grave
USED_EVERY = 30  # how exactly the last use is known: not every page writes it
MAX_BROWSER = 200  # characters of what a browser calls itself
NOT_ADMINISTRATOR = said("You do not administer this service. Ask an owner for an invitation.")


@dataclass(frozen=True, slots=True)
class ParkedChange:
    """A change that waits for a fresh sign-in of who asked for it: a form's address, and its fields."""

    path: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    administrator_id: AdministratorId


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """What the browser keeps, sealed, while its administrator is at CamDigiKey.

    `next`: where they go afterwards; `invitation`: the token that they accept by it; `parked`: a change that
    waits for this sign-in, and `session`: the key of the console session in which it was asked for;
    `tested`: the application that the sign-in is a test of, and `before`: the secret of the browser's Session
    meanwhile (manage.client_testing).
    """

    state: str
    verifier: str = field(repr=False)
    began_at: int
    next: str = ""
    invitation: str = field(default="", repr=False)
    parked: ParkedChange | None = None
    session: str = ""
    tested: str = ""
    before: str = field(default="", repr=False)


class Begun(NamedTuple):
    """A sign-in that begins: what to keep, and the address to send the browser to."""

    pending: PendingSignIn
    address: str


class SignedIn(NamedTuple):
    """An administrator who has signed in: their session, the secret of its cookie, and what was parked.

    `parked`: None also where somebody else had asked for the change.
    """

    administrator: Administrator
    session: ConsoleSession
    secret: str
    parked: ParkedChange | None = None


class ConsoleSignIn:
    """Signs administrators in, and knows who is."""

    def __init__(
        self,
        codes: CodeStore,
        grants: GrantStore,
        sessions: SessionStore,
        administrators: AdministratorStore,
        console_sessions: ConsoleSessionStore,
        administration: AdministratorAdministration,
        audit: AuditLog,
        clock: Clock,
        token_bytes: TokenBytes,
        issuer: str,
        environment: str,
        connector: ConnectorId,
    ) -> None:
        """`environment` and `connector`: the CamDigiKey, and the account there, that vouch for them."""
        self._codes, self._grants, self._sessions = codes, grants, sessions
        self._administrators, self._console_sessions = administrators, console_sessions
        self._administration = administration
        self._audit, self._clock, self._token_bytes = audit, clock, token_bytes
        self._trail = Trail(clock)
        self._issuer, self._environment, self._connector = issuer, environment, connector

    def begin(
        self,
        *,
        next_path: str = "",
        invitation: str = "",
        parked: ParkedChange | None = None,
        session: ConsoleSession | None = None,
    ) -> Begun:
        """A new sign-in, always with a fresh approval at CamDigiKey (prompt=login).

        `session`: the one that the new one takes the place of.
        """
        pending = PendingSignIn(
            state=random_text(self._token_bytes, 16),
            verifier=random_text(self._token_bytes, 32),
            began_at=int(self._clock()),
            next=next_path,
            invitation=invitation,
            parked=parked,
            session=session.key if session else "",
        )
        address = request_address(pending, CONSOLE_CLIENT_ID, self._issuer, CALLBACK)
        return Begun(pending, address)

    def finish(self, pending: PendingSignIn, state: str, code: str, browser: str) -> SignedIn:
        """Redeem the code of the sign-in that began so, and open a console session.

        `browser`: what the browser calls itself. Raises Refused with a sentence for the person.
        """
        now = int(self._clock())
        principal = self.redeemed(pending, state, code)
        name = name_of(principal.subject.identity)
        if pending.invitation:
            administrator = self._administration.accept(pending.invitation, Person(principal.sub, name))
        else:
            administrator = self._known(principal, now)
        secret = random_text(self._token_bytes, 32)
        session = ConsoleSession(
            key=digest(secret),
            administrator_id=administrator.id,
            sid=principal.login.sid,
            session_key=principal.login.session_key,
            auth_time=principal.login.auth_time,
            created_at=now,
            used_at=now,
            browser=browser[:MAX_BROWSER],
        )
        entry = self._trail.entry(
            actor_of(administrator), "console.signed_in", administrator.id, sid=session.sid
        )
        self._console_sessions.open(session, replaced=pending.session, entry=entry)
        administrator = self._administrators.change(
            administrator.id,
            lambda before, others: replace(before, name=name or before.name, last_sign_in_at=now),
        )
        return SignedIn(administrator, session, secret, _parked_by(administrator, pending.parked))

    def current(self, secret: str, *, active: bool = True) -> tuple[Administrator, ConsoleSession] | None:
        """Who a cookie's secret belongs to; None where the session is over, or its administrator is gone.

        `active`: the administrator did something, which begins the idle time anew; a page that asks by itself
        does not. The session is over when the provider's is. Raises StoreUnavailable.
        """
        return self._current(digest(secret), active=active)

    def administrator_of(self, key: str) -> Administrator | None:
        """Whose console session that of this key is; None where it is over, or its administrator is gone."""
        found = self._current(key, active=False)
        return found[0] if found else None

    def _current(self, key: str, *, active: bool) -> tuple[Administrator, ConsoleSession] | None:
        now, session = int(self._clock()), self._console_sessions.get(key)
        if session is None or now - session.created_at >= LIMIT or now - session.used_at >= IDLE:
            return None
        administrator = self._administrators.get(session.administrator_id)
        if (
            administrator is None
            or administrator.state == "removed"
            or administrator.environment != self._environment
            or self._sessions.held(session.session_key, now) is None
        ):
            self._console_sessions.end(session.key)
            return None
        if active and now - session.used_at >= USED_EVERY:
            self._console_sessions.use(session.key, now)
            session = replace(session, used_at=now)
        return administrator, session

    def is_recent(self, session: ConsoleSession) -> bool:
        """Whether its sign-in is recent enough for what is grave."""
        return int(self._clock()) - session.auth_time <= RECENT

    def sessions_of(self, administrator: Administrator) -> Sequence[ConsoleSession]:
        """An administrator's own sessions that are not over, the last used first."""
        now = int(self._clock())
        return [
            session
            for session in self._console_sessions.all(administrator.id)
            if now - session.created_at < LIMIT and now - session.used_at < IDLE
        ]

    def end(self, actor: Actor, session: ConsoleSession) -> None:
        """The administrator signs out of the console."""
        entry = self._trail.entry(actor, "console.signed_out", session.administrator_id, sid=session.sid)
        self._console_sessions.end(session.key, entry=entry)

    def redeemed(self, pending: PendingSignIn, state: str, code: str) -> PersonPrincipal:
        """Who signed in: by the console's own account, just now. Raises Refused."""
        now = int(self._clock())
        principal = redeemed(self._codes, self._grants, CONSOLE_CLIENT_ID, pending, state, code, now)
        self._check_vouched_for(principal, now)
        return principal

    def _check_vouched_for(self, principal: PersonPrincipal, now: int) -> None:
        """Raises Refused where another CamDigiKey account than the console's says who this is.

        Single sign-on works across accounts, and one of them may be a trial with pretend people: a person
        who signed in by it, and changed the address that leads here, would be taken for an administrator.
        """
        session = self._sessions.held(principal.login.session_key, now)
        if session is None or session.upstream is None or session.upstream.connector != self._connector:
            raise Refused("The console wants a sign-in by its own CamDigiKey account. Begin it again.")

    def _known(self, principal: PersonPrincipal, now: int) -> Administrator:
        known = self._administrators.find(self._environment, principal.sub)
        if known is None or known.state == "removed":
            self._audit.record("console.refused", now, sub=principal.sub)
            raise Refused(NOT_ADMINISTRATOR)
        return known


def _parked_by(administrator: Administrator, parked: ParkedChange | None) -> ParkedChange | None:
    """The change, where this administrator asked for it."""
    return parked if parked is not None and parked.administrator_id == administrator.id else None

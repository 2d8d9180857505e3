"""The console opened in an emergency: without CamDigiKey, by who has a shell on the server, for half an hour.

What is done by it is told of `break-glass:` and the user of the operating system, and every owner is shown
that it was opened until they say that they have seen it.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock

from bridge.domain.admin_audit import AuditRow
from bridge.domain.administrator import Administrator, ConsoleSession
from bridge.domain.encoding import TokenBytes, digest, random_text
from bridge.domain.ids import AdministratorId, SessionKey, Sid, Sub
from bridge.domain.sentence import said
from bridge.manage.access import ADMINISTRATOR, BREAK_GLASS, Actor, Refused, Trail, actor_of, may
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock

OPEN_FOR = 30 * 60  # seconds
LONGEST_REASON = 200
SHOWN = 20  # openings that an owner is told of at once
CONSOLE_OPENED = "break_glass.opened"
OPENING_SEEN = "break_glass.seen"


class EmergencyAdministration:
    """Opening the console in an emergency, and who was told. Each use case begins with may()."""

    def __init__(self, trail: AdminAudit, clock: Clock) -> None:
        self._store, self._clock = trail, clock
        self._trail = Trail(clock)

    def open(self, actor: Actor, reason: str) -> Administrator:
        """Record that the console is opened, and why; the administrator whom it is opened for.

        Raises Refused where the reason is none, and for anybody without a shell on the server.
        """
        may(actor, "open console")
        if not actor.local:
            raise Refused("Only who has a shell on the server opens the console in an emergency.")
        if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
            raise Refused(said("A reason has 1 to {limit} printable letters.", limit=LONGEST_REASON))
        somebody = Administrator(
            id=AdministratorId(BREAK_GLASS + actor.id.rpartition(":")[2]),
            environment="",
            sub=Sub(""),
            name="",
            role="owner",
            state="active",
            created_at=int(self._clock()),
        )
        self._store.record(self._trail.entry(actor_of(somebody), CONSOLE_OPENED, reason=reason))
        return somebody

    def unseen(self, actor: Actor, since: int) -> Sequence[AuditRow]:
        """The openings after `since` (epoch seconds) that this owner has not seen, newest first."""
        may(actor, "see emergencies")
        seen = self._store.page(limit=1, actor=actor.id, event=OPENING_SEEN)
        through = int(seen[0].entry.facts["through"]) if seen else 0
        found = self._store.page(limit=SHOWN, event=CONSOLE_OPENED, since=since)
        return [row for row in found if row.sequence > through]

    def acknowledge(self, actor: Actor, through: int) -> None:
        """This owner has seen the openings up to the row of that number. Raises Refused where it is none."""
        may(actor, "see emergencies")
        if not actor.id.startswith(ADMINISTRATOR):
            raise Refused("Only an owner who has signed in says that they have seen it.")
        newest = self._store.page(limit=1, event=CONSOLE_OPENED)
        if not newest or not 0 < through <= newest[0].sequence:
            raise Refused("There was no such opening.")
        self._store.record(self._trail.entry(actor, OPENING_SEEN, through=str(through)))

    def enter(self, somebody: Administrator) -> None:
        """Record that its link was used."""
        self._store.record(self._trail.entry(actor_of(somebody), "break_glass.entered"))

    def close(self, somebody: Administrator) -> None:
        """Record that it is over."""
        self._store.record(self._trail.entry(actor_of(somebody), "break_glass.closed"))


class EmergencySession:
    """The one session of an opened console, in the memory of its process; made by its link, used once.

    It answers as ConsoleSignIn does where pages ask who is there.
    """

    def __init__(
        self,
        somebody: Administrator,
        clock: Clock,
        token_bytes: TokenBytes,
        elapsed: Callable[[], float],
        open_for: float,
        on_end: Callable[[], None],
    ) -> None:
        """`elapsed`: seconds by a clock that nobody sets; `open_for`: seconds; `on_end`: it was closed."""
        self._somebody, self._clock, self._token_bytes = somebody, clock, token_bytes
        self._elapsed, self._until = elapsed, elapsed() + open_for
        self._open_for, self._on_end = int(open_for), on_end
        self._lock = Lock()
        self._session: ConsoleSession | None = None
        self.token = random_text(token_bytes, 32)
        self._spent = False

    @property
    def is_over(self) -> bool:
        """Whether its time is over."""
        return self._elapsed() >= self._until

    @property
    def somebody(self) -> Administrator:
        """Whom it is opened for."""
        return self._somebody

    @property
    def closes_at(self) -> int:
        """When its time is over, in epoch seconds."""
        return self._somebody.created_at + self._open_for

    def is_good(self, token: str) -> bool:
        """Whether this is the link's token, which nobody used yet; looking spends nothing."""
        fits = hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())
        return fits and not self._spent and not self.is_over

    def enter(self, token: str) -> str:
        """Spend the link; the secret of the session's cookie. Raises Refused."""
        with self._lock:
            if not self.is_good(token):
                raise Refused("This link was used, or is over. Run the command again for another one.")
            self._spent = True
            secret, now = random_text(self._token_bytes, 32), int(self._clock())
            key = digest(secret)
            self._session = ConsoleSession(
                key, self._somebody.id, Sid(""), SessionKey(""), now, now, now, "break-glass"
            )
        return secret

    def current(self, secret: str, *, active: bool = True) -> tuple[Administrator, ConsoleSession] | None:
        """Who a cookie's secret belongs to; None where it is over."""
        session = self._session
        if session is None or self.is_over or not hmac.compare_digest(digest(secret), session.key):
            return None
        return self._somebody, replace(session, used_at=int(self._clock())) if active else session

    def is_recent(self, session: ConsoleSession) -> bool:
        """There is no other sign-in to ask for."""
        return True

    def end(self) -> None:
        """It is over for its cookie, and so is its link."""
        with self._lock:
            self._session, self._spent = None, True
        self._on_end()

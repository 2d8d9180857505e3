"""Administrators and the invitations that make them."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, delete, insert, select, update

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import Administrator, Invitation
from bridge.domain.encoding import digest
from bridge.domain.ids import AdministratorId, Sub
from bridge.ports.administrators import Accepted
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records import ADMINISTRATOR, INVITATION
from bridge.stores.sealed import Sealed
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import administrators, console_sessions, invitations
from bridge.stores.sql.watched import bump_version

_VERSION = "administrators"
Change = Callable[[Administrator, Sequence[Administrator]], Administrator]


class SqlAdministrators:
    """ports.AdministratorStore. A record that can't be opened is counted, and is then nobody."""

    def __init__(self, engine: Engine, sealer: Sealer, counters: Counters) -> None:
        self._engine = engine
        self._sealed = Sealed(sealer, ADMINISTRATOR, counters)
        self._invitations = Sealed(sealer, INVITATION, counters)

    def all(self, environment: str) -> Sequence[Administrator]:
        """Those of an environment that are not removed, the oldest first."""
        with reading(self._engine) as connection:
            return self._all(connection, environment)

    def get(self, administrator_id: AdministratorId) -> Administrator | None:
        """The record of that id."""
        with reading(self._engine) as connection:
            return self._get(connection, administrator_id)

    def find(self, environment: str, sub: Sub) -> Administrator | None:
        """The record of a person, also a removed one."""
        with reading(self._engine) as connection:
            return self._find(connection, environment, sub)

    def change(
        self, administrator_id: AdministratorId, change: Change, *, entry: AuditEntry | None = None
    ) -> Administrator:
        """Replace a record by what `change` makes of it (see ports.AdministratorStore)."""

        def step(connection: Connection) -> Administrator:
            bump_version(connection, _VERSION)  # keeps other writers out
            before = self._get(connection, administrator_id)
            if before is None:
                raise KeyError(administrator_id)
            after = change(before, self._all(connection, before.environment))
            self._save(connection, after)
            if after.state == "removed":
                theirs = console_sessions.c.administrator_id == administrator_id
                connection.execute(delete(console_sessions).where(theirs))
            chained(connection, entry)
            return after

        return writing(self._engine, step)

    def invite(self, token: str, invitation: Invitation, *, entry: AuditEntry | None = None) -> None:
        """Store an invitation under the hash of its token; those that are over are forgotten."""
        over = delete(invitations).where(invitations.c.expires_at <= invitation.created_at)
        row = {
            "digest": digest(token),
            "expires_at": invitation.expires_at,
            "sealed": self._invitations.seal(invitation),
        }

        def step(connection: Connection) -> None:
            connection.execute(over)
            connection.execute(insert(invitations).values(**row))
            chained(connection, entry)

        writing(self._engine, step)

    def invitation(self, token: str, now: int) -> Invitation | None:
        """An invitation that is good still; looking spends nothing."""
        query = select(invitations.c.sealed).where(
            invitations.c.digest == digest(token), invitations.c.expires_at > now
        )
        with reading(self._engine) as connection:
            return self._invitations.open(connection.execute(query).scalar())

    def accept(
        self,
        token: str,
        now: int,
        environment: str,
        sub: Sub,
        accepted: Accepted,
        *,
        entry: Callable[[Administrator], AuditEntry] | None = None,
    ) -> Administrator | None:
        """Spend an invitation, and store whom it makes (see ports.AdministratorStore)."""
        spent = (
            delete(invitations)
            .where(invitations.c.digest == digest(token), invitations.c.expires_at > now)
            .returning(invitations.c.sealed)
        )

        def step(connection: Connection) -> Administrator | None:
            bump_version(connection, _VERSION)  # keeps other writers out
            invitation = self._invitations.open(connection.execute(spent).scalar())
            if invitation is None:
                return None
            made = accepted(invitation, self._find(connection, environment, sub))
            self._save(connection, made)
            chained(connection, entry(made) if entry else None)
            return made

        return writing(self._engine, step)

    def _all(self, connection: Connection, environment: str) -> Sequence[Administrator]:
        query = (
            select(administrators.c.sealed)
            .where(administrators.c.environment == environment, administrators.c.state != "removed")
            .order_by(administrators.c.created_at, administrators.c.id)
        )
        found = (self._sealed.open(text) for text in connection.execute(query).scalars())
        return tuple(administrator for administrator in found if administrator is not None)

    def _find(self, connection: Connection, environment: str, sub: Sub) -> Administrator | None:
        query = select(administrators.c.sealed).where(
            administrators.c.environment == environment, administrators.c.sub == sub
        )
        return self._sealed.open(connection.execute(query).scalar())

    def _get(self, connection: Connection, administrator_id: AdministratorId) -> Administrator | None:
        query = select(administrators.c.sealed).where(administrators.c.id == administrator_id)
        return self._sealed.open(connection.execute(query).scalar())

    def _save(self, connection: Connection, administrator: Administrator) -> None:
        row = {
            "environment": administrator.environment,
            "sub": administrator.sub,
            "state": administrator.state,
            "created_at": administrator.created_at,
            "sealed": self._sealed.seal(administrator),
        }
        of_this = update(administrators).where(administrators.c.id == administrator.id)
        if not connection.execute(of_this.values(**row)).rowcount:
            connection.execute(dialect_insert(connection, administrators).values(id=administrator.id, **row))

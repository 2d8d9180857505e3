"""The people of applications that only listed people may use, and the invitations that make them."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client_people import ClientInvitation, ClientPerson
from bridge.domain.encoding import digest
from bridge.domain.ids import ClientId, ClientPersonId, SubjectId
from bridge.ports.basics import Counters, Sealer
from bridge.ports.client_people import Joined
from bridge.stores.records import CLIENT_INVITATION, CLIENT_PERSON
from bridge.stores.sealed import Sealed
from bridge.stores.sql.admin_audit import chained
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import client_invitations, client_people, clients
from bridge.stores.sql.watched import bump_version

_VERSION = "client_people"


class SqlClientPeople:
    """ports.ClientPeople. A record that can't be opened is counted, and lets nobody in."""

    def __init__(self, engine: Engine, sealer: Sealer, counters: Counters) -> None:
        self._engine = engine
        self._sealed = Sealed(sealer, CLIENT_PERSON, counters)
        self._invitations = Sealed(sealer, CLIENT_INVITATION, counters)

    def find(self, client_id: ClientId, subject_id: SubjectId) -> ClientPerson | None:
        """The record of this person at this application."""
        with reading(self._engine) as connection:
            return self._one(connection, client_id, client_people.c.subject_id == subject_id)

    def get(self, client_id: ClientId, person_id: ClientPersonId) -> ClientPerson | None:
        """The record of that id at this application."""
        with reading(self._engine) as connection:
            return self._one(connection, client_id, client_people.c.id == person_id)

    def all(self, client_id: ClientId) -> Sequence[ClientPerson]:
        """Those of one application, the oldest first."""
        query = (
            select(client_people.c.sealed)
            .where(client_people.c.client_id == client_id)
            .order_by(client_people.c.joined_at, client_people.c.id)
        )
        with reading(self._engine) as connection:
            found = map(self._sealed.open, connection.execute(query).scalars().all())
        return tuple(person for person in found if person is not None)

    def change(
        self,
        client_id: ClientId,
        person_id: ClientPersonId,
        change: Callable[[ClientPerson], ClientPerson],
        *,
        entry: AuditEntry | None = None,
    ) -> ClientPerson:
        """Replace a record by what `change` makes of it (see ports.ClientPeople)."""

        def step(connection: Connection) -> ClientPerson:
            bump_version(connection, _VERSION)  # keeps other writers out
            before = self._one(connection, client_id, client_people.c.id == person_id)
            if before is None:
                raise KeyError(person_id)
            after = change(before)
            self._save(connection, after)
            chained(connection, entry)
            return after

        return writing(self._engine, step)

    def forget(self, client_id: ClientId, person_id: ClientPersonId) -> None:
        """Delete the record of somebody who was removed."""
        gone = delete(client_people).where(
            client_people.c.client_id == client_id,
            client_people.c.id == person_id,
            client_people.c.state == "removed",
        )
        writing(self._engine, lambda connection: connection.execute(gone).close())

    def invite(self, token: str, invitation: ClientInvitation, *, entry: AuditEntry | None = None) -> None:
        """Store an invitation under the hash of its token; those that are over are forgotten."""
        over = delete(client_invitations).where(client_invitations.c.expires_at <= invitation.created_at)
        row = {
            "digest": digest(token),
            "client_id": invitation.client_id,
            "expires_at": invitation.expires_at,
            "sealed": self._invitations.seal(invitation),
        }
        registered = select(clients.c.client_id).where(clients.c.client_id == invitation.client_id)

        def step(connection: Connection) -> None:
            connection.execute(over)
            if connection.execute(registered).first() is None:
                raise KeyError(invitation.client_id)
            connection.execute(insert(client_invitations).values(**row))
            chained(connection, entry)

        writing(self._engine, step)

    def invitation(self, token: str, now: int) -> ClientInvitation | None:
        """An invitation that is good still; looking spends nothing."""
        query = select(client_invitations.c.sealed).where(
            client_invitations.c.digest == digest(token), client_invitations.c.expires_at > now
        )
        with reading(self._engine) as connection:
            return self._invitations.open(connection.execute(query).scalar())

    def join(
        self,
        token: str,
        now: int,
        subject_id: SubjectId,
        joined: Joined,
        *,
        entry: Callable[[ClientPerson], AuditEntry] | None = None,
    ) -> ClientPerson | None:
        """Spend an invitation, and store whom it makes (see ports.ClientPeople)."""
        spent = (
            delete(client_invitations)
            .where(client_invitations.c.digest == digest(token), client_invitations.c.expires_at > now)
            .returning(client_invitations.c.sealed)
        )

        def step(connection: Connection) -> ClientPerson | None:
            bump_version(connection, _VERSION)  # keeps other writers out
            invitation = self._invitations.open(connection.execute(spent).scalar())
            if invitation is None:
                return None
            this_person = client_people.c.subject_id == subject_id
            made = joined(invitation, self._one(connection, invitation.client_id, this_person))
            self._save(connection, made)
            chained(connection, entry(made) if entry else None)
            return made

        return writing(self._engine, step)

    def _one(
        self, connection: Connection, client_id: ClientId, this: ColumnElement[bool]
    ) -> ClientPerson | None:
        query = select(client_people.c.sealed).where(client_people.c.client_id == client_id, this)
        return self._sealed.open(connection.execute(query).scalar())

    def _save(self, connection: Connection, person: ClientPerson) -> None:
        row = {
            "state": person.state,
            "joined_at": person.joined_at,
            "sealed": self._sealed.seal(person),
        }
        key = {"client_id": person.client_id, "subject_id": person.subject_id}
        this = [client_people.c[name] == value for name, value in key.items()]
        if not connection.execute(update(client_people).where(*this).values(id=person.id, **row)).rowcount:
            connection.execute(dialect_insert(connection, client_people).values(id=person.id, **key, **row))

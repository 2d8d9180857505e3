"""The people of applications that only those may use who were invited (SQL: it must not be lost).

`entry`: what the trail of administration gets in the same transaction: both are written, or neither.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client_people import ClientInvitation, ClientPerson
from bridge.domain.ids import ClientId, ClientPersonId, SubjectId

Joined = Callable[[ClientInvitation, ClientPerson | None], ClientPerson]


class ClientPeople(Protocol):
    """People and invitations. One application and person have one record; both go with the application."""

    def find(self, client_id: ClientId, subject_id: SubjectId) -> ClientPerson | None:
        """The record of this person at this application. One query."""

    def get(self, client_id: ClientId, person_id: ClientPersonId) -> ClientPerson | None: ...

    def all(self, client_id: ClientId) -> Sequence[ClientPerson]:
        """Those of one application, the oldest first."""

    def change(
        self,
        client_id: ClientId,
        person_id: ClientPersonId,
        change: Callable[[ClientPerson], ClientPerson],
        *,
        entry: AuditEntry | None = None,
    ) -> ClientPerson:
        """Replace a record by what `change` makes of it, one change after another.

        Raises KeyError when there is none, and what `change` raises; then nothing is changed.
        """

    def forget(self, client_id: ClientId, person_id: ClientPersonId) -> None:
        """Delete the record of somebody who was removed; of nobody else."""

    def invite(self, token: str, invitation: ClientInvitation, *, entry: AuditEntry | None = None) -> None:
        """Store an invitation under the hash of its token; those that are over are forgotten.

        Raises KeyError when there is no such application.
        """

    def invitation(self, token: str, now: int) -> ClientInvitation | None:
        """An invitation that is good still; looking spends nothing."""

    def join(
        self,
        token: str,
        now: int,
        subject_id: SubjectId,
        joined: Joined,
        *,
        entry: Callable[[ClientPerson], AuditEntry] | None = None,
    ) -> ClientPerson | None:
        """Spend an invitation, and store whom `joined` makes of it, in one transaction.

        `joined` is given the record that there is of this person, and keeps its id. None where the invitation
        is not good. What `joined` raises is raised, and nothing is changed.
        """

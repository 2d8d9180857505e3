"""Who may use an application that only listed people may: invited, let in, given roles, removed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import Client
from bridge.domain.client_people import MAX_ROLES, ROLE_NAME, ClientInvitation, ClientPerson
from bridge.domain.encoding import TokenBytes, random_text
from bridge.domain.ids import ClientId, ClientPersonId, SubjectId
from bridge.domain.sentence import said
from bridge.manage.access import Actor, Refused, Trail, may
from bridge.manage.administrators import code_to_compare
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock
from bridge.ports.client_people import ClientPeople
from bridge.ports.clients import ClientStore
from bridge.ports.grants import GrantStore

INVITATION_LIVES = 7 * 24 * 3600  # seconds: it goes by letter or mail, and lets nobody in by itself
INVITED = Actor("invited person")  # who accepts an invitation
INVITATION_OVER = said("This invitation has expired, or was used already. Ask for a new one.")


class ClientPeopleAdministration:
    """Everything that can be done to the people of an application. Each use case begins with may()."""

    def __init__(
        self,
        people: ClientPeople,
        clients: ClientStore,
        grants: GrantStore,
        trail: AdminAudit,
        clock: Clock,
        token_bytes: TokenBytes,
    ) -> None:
        self._people, self._clients, self._grants, self._seen = people, clients, grants, trail
        self._clock, self._token_bytes = clock, token_bytes
        self._trail = Trail(clock)

    def all(self, actor: Actor, client_id: str) -> Sequence[ClientPerson]:
        """Those of one application, the oldest first; that somebody looked is written down.

        Raises Refused when there is no such application.
        """
        may(actor, "see people", client_id)
        client = self._client(client_id)
        self._seen.record(self._trail.entry(actor, "client.people_seen", client_id))
        return self._people.all(client.client_id)

    def invite(self, actor: Actor, client_id: str, roles: Collection[str] = ()) -> str:
        """Invite somebody; the token of the link, which is shown once and good for INVITATION_LIVES seconds.

        `roles`: what they get once they are let in. Raises Refused.
        """
        may(actor, "invite person", client_id)
        client, given, now = self._client(client_id), checked_roles(roles), int(self._clock())
        if client.access != "listed":
            raise Refused("Everyone may sign in to this application: nobody has to be invited.")
        token = random_text(self._token_bytes, 32)
        invitation = ClientInvitation(client.client_id, actor.id, now, now + INVITATION_LIVES, given)
        entry = self._trail.entry(actor, "client.person_invited", client_id, roles=" ".join(given))
        try:
            self._people.invite(token, invitation, entry=entry)
        except KeyError:  # deleted meanwhile
            raise _no_client(client_id) from None
        return token

    def invitation(self, token: str) -> ClientInvitation:
        """An invitation that is good still; looking spends nothing. Raises Refused."""
        found = self._people.invitation(token, int(self._clock()))
        if found is None:
            raise Refused(INVITATION_OVER)
        return found

    def join(self, token: str, subject_id: SubjectId, name: str) -> ClientPerson:
        """Spend an invitation: the person who has just signed in waits to be let in.

        Who is let in already stays so. Raises Refused where it is not good.
        """
        now = int(self._clock())

        def joined(invitation: ClientInvitation, known: ClientPerson | None) -> ClientPerson:
            if known is not None and known.admitted:
                raise Refused("You may use this application already.")
            return ClientPerson(
                id=known.id if known else ClientPersonId(random_text(self._token_bytes, 16)),
                client_id=invitation.client_id,
                subject_id=subject_id,
                name=name,
                state="pending",
                joined_at=now,
                roles=invitation.roles,
                code=code_to_compare(self._token_bytes),
            )

        made = self._people.join(token, now, subject_id, joined, entry=self._joined)
        if made is None:
            raise Refused(INVITATION_OVER)
        return made

    def _joined(self, made: ClientPerson) -> AuditEntry:
        return self._trail.entry(INVITED, "client.person_joined", made.client_id, person=made.id)

    def approve(self, actor: Actor, client_id: str, person_id: str) -> ClientPerson:
        """Let a waiting person in. Raises Refused."""
        may(actor, "approve person", client_id)

        def approved(before: ClientPerson) -> ClientPerson:
            if before.state != "pending":
                raise Refused("Nobody waits to be let in there.")
            return replace(before, state="active", code="")

        entry = self._trail.entry(actor, "client.person_approved", client_id, person=person_id)
        return self._changed(client_id, person_id, approved, entry)

    def set_roles(self, actor: Actor, client_id: str, person_id: str, roles: Collection[str]) -> ClientPerson:
        """Give a person these roles in place of those before; applications hear of them with new tokens.

        Raises Refused.
        """
        may(actor, "give person roles", client_id)
        given = checked_roles(roles)

        def changed(before: ClientPerson) -> ClientPerson:
            if before.state == "removed":
                raise _no_person(person_id)
            return replace(before, roles=given)

        facts = {"person": person_id, "roles": " ".join(given)}
        entry = self._trail.entry(actor, "client.person_roles_changed", client_id, **facts)
        return self._changed(client_id, person_id, changed, entry)

    def remove(self, actor: Actor, client_id: str, person_id: str) -> None:
        """Let a person in no more, and end all that they let this application have.

        From the first step on nothing new is given; where the second fails for a store, the same again goes
        on. Raises Refused, StoreUnavailable.
        """
        may(actor, "remove person", client_id)
        entry = self._trail.entry(actor, "client.person_removed", client_id, person=person_id)
        person = self._changed(client_id, person_id, _removed, entry)
        now = int(self._clock())
        for grant_id in self._grants.by_subject(person.subject_id, now):
            grant = self._grants.find(grant_id, now)
            if grant is not None and grant.client_id == client_id:
                self._grants.end(grant_id, now)
        self._people.forget(person.client_id, person.id)

    def _changed(
        self,
        client_id: str,
        person_id: str,
        change: Callable[[ClientPerson], ClientPerson],
        entry: AuditEntry,
    ) -> ClientPerson:
        try:
            return self._people.change(ClientId(client_id), ClientPersonId(person_id), change, entry=entry)
        except KeyError:
            raise _no_person(person_id) from None

    def _client(self, client_id: str) -> Client:
        client = self._clients.get(client_id)
        if client is None:
            raise _no_client(client_id)
        return client


def checked_roles(roles: Collection[str]) -> tuple[str, ...]:
    """Each once, in their order. Raises Refused where they are too many, or one is not a plain word."""
    given = tuple(dict.fromkeys(roles))
    if len(given) > MAX_ROLES:
        raise Refused(said("A person has at most {limit} roles.", limit=MAX_ROLES))
    if wrong := [role for role in given if not ROLE_NAME.fullmatch(role)]:
        raise Refused(
            said("{role!r} is no role: 1 to 64 letters out of A-Z a-z 0-9 . _ : / @ -.", role=wrong[0][:100])
        )
    return given


def _removed(before: ClientPerson) -> ClientPerson:
    return replace(before, state="removed", code="", roles=())


def _no_client(client_id: str) -> Refused:
    return Refused(said("There is no client {client_id}.", client_id=client_id))


def _no_person(person_id: str) -> Refused:
    return Refused(said("There is nobody {person_id} among this application's people.", person_id=person_id))

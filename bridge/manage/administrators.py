"""Administrators: invited, confirmed, given another role, removed."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import ROLES, Administrator, Invitation, Role
from bridge.domain.encoding import TokenBytes, digest, random_text
from bridge.domain.ids import AdministratorId, ClientId, Sub
from bridge.domain.sentence import said
from bridge.manage.access import Actor, Refused, Trail, actor_of, may
from bridge.manage.field_checks import CLIENT_ID
from bridge.ports.administrators import AdministratorStore
from bridge.ports.basics import Clock

INVITATION_LIVES = 15 * 60  # seconds
CODE_DIGITS = 6
MAX_MAINTAINED = 100  # applications
LAST_OWNER = said("There has to be an owner: make somebody else one first.")


@dataclass(frozen=True, slots=True)
class Person:
    """Who has just signed in with CamDigiKey to the console."""

    sub: Sub
    name: str = field(repr=False)


class AdministratorAdministration:
    """Everything that can be done to administrators. Each use case begins with may()."""

    def __init__(
        self,
        administrators: AdministratorStore,
        environment: str,
        clock: Clock,
        token_bytes: TokenBytes,
    ) -> None:
        """`environment`: the CamDigiKey by which administrators sign in now."""
        self._administrators, self._environment = administrators, environment
        self._clock, self._token_bytes = clock, token_bytes
        self._trail = Trail(clock)

    def all(self, actor: Actor) -> Sequence[Administrator]:
        """Those that are active or wait to be confirmed, the oldest first; in an emergency without names."""
        may(actor, "list administrators")
        found = self._administrators.all(self._environment)
        return [replace(person, name="") for person in found] if actor.in_an_emergency else found

    def get(self, actor: Actor, administrator_id: str) -> Administrator:
        """One of them. Raises Refused when there is none."""
        may(actor, "list administrators", administrator_id)
        found = self._administrators.get(AdministratorId(administrator_id))
        if found is None or found.environment != self._environment:
            raise _not_found(administrator_id)
        return found

    def invite(
        self, actor: Actor, role: str, clients: Collection[str] = (), *, confirmed: bool = False
    ) -> str:
        """Invite somebody; the token of the link, which is shown once and good for INVITATION_LIVES seconds.

        `confirmed`: whoever accepts it is active at once, which only somebody with a shell on the server may
        ask for. Raises Refused.
        """
        may(actor, "invite administrator")
        if not self._environment:
            raise Refused("No CamDigiKey account can be read that administrators could sign in by.")
        if confirmed and not actor.local:
            raise Refused("Whoever accepts this invitation has to be confirmed.")
        known, maintained = _role(role), _maintained(role, clients)
        now, token = int(self._clock()), random_text(self._token_bytes, 32)
        invitation = Invitation(
            role=known,
            environment=self._environment,
            invited_by=actor.id,
            created_at=now,
            expires_at=now + INVITATION_LIVES,
            clients=maintained,
            confirmed=confirmed,
        )
        entry = self._trail.entry(actor, "administrator.invited", role=known)
        self._administrators.invite(token, invitation, entry=entry)
        return token

    def invitation(self, token: str) -> Invitation:
        """An invitation that is good still; looking spends nothing. Raises Refused."""
        found = self._administrators.invitation(token, int(self._clock()))
        if found is None or found.environment != self._environment:
            raise Refused("This invitation has expired, or was used already. Ask for a new one.")
        return found

    def accept(self, token: str, person: Person) -> Administrator:
        """Spend an invitation: the person who has just signed in becomes an administrator, or waits.

        Who administers already stays what they are. Raises Refused where it is not good.
        """
        self.invitation(token)
        now = int(self._clock())

        def accepted(invitation: Invitation, known: Administrator | None) -> Administrator:
            if known is not None and known.active:
                raise Refused("You administer already: ask an owner to change your role instead.")
            return Administrator(
                id=known.id if known else AdministratorId(random_text(self._token_bytes, 16)),
                environment=self._environment,
                sub=person.sub,
                name=person.name,
                role=invitation.role,
                state="active" if invitation.confirmed else "pending",
                created_at=now,
                clients=invitation.clients,
                code="" if invitation.confirmed else code_to_compare(self._token_bytes),
                invitation="" if invitation.confirmed else digest(token),
                last_sign_in_at=now,
            )

        made = self._administrators.accept(
            token, now, self._environment, person.sub, accepted, entry=self._accepted
        )
        if made is None:
            raise Refused("This invitation has expired, or was used already. Ask for a new one.")
        return made

    def _accepted(self, made: Administrator) -> AuditEntry:
        return self._trail.entry(actor_of(made), "administrator.accepted", made.id, role=made.role)

    def confirm(self, actor: Actor, administrator_id: str, code: str) -> Administrator:
        """Let a waiting person in, whose code the actor has compared. Raises Refused."""
        may(actor, "confirm administrator", administrator_id)

        def confirmed(before: Administrator, others: Sequence[Administrator]) -> Administrator:
            if before.state != "pending":
                raise Refused("Nobody waits to be confirmed there.")
            if not secrets.compare_digest(code.encode(), before.code.encode()):
                raise Refused("This is not the code that the person was shown.")
            return replace(before, state="active", code="", invitation="")

        entry = self._trail.entry(actor, "administrator.confirmed", administrator_id)
        return self._changed(administrator_id, confirmed, entry)

    def change_role(
        self, actor: Actor, administrator_id: str, role: str, clients: Collection[str] = ()
    ) -> Administrator:
        """Give an administrator another role. The last active owner stays one. Raises Refused."""
        may(actor, "change administrator", administrator_id)
        known, maintained = _role(role), _maintained(role, clients)

        def changed(before: Administrator, others: Sequence[Administrator]) -> Administrator:
            if before.state == "removed":
                raise _not_found(administrator_id)
            if known != "owner":
                _check_not_last_owner(before, others)
            return replace(before, role=known, clients=maintained)

        entry = self._trail.entry(
            actor, "administrator.changed", administrator_id, role=known, clients=" ".join(maintained)
        )
        return self._changed(administrator_id, changed, entry)

    def remove(self, actor: Actor, administrator_id: str) -> Administrator:
        """Remove an administrator: their console sessions end at once. Raises Refused."""
        may(actor, "remove administrator", administrator_id)

        def removed(before: Administrator, others: Sequence[Administrator]) -> Administrator:
            if before.state == "removed":
                raise _not_found(administrator_id)
            _check_not_last_owner(before, others)
            return replace(before, state="removed", code="", invitation="", clients=())

        entry = self._trail.entry(actor, "administrator.removed", administrator_id)
        return self._changed(administrator_id, removed, entry)

    def _changed(
        self,
        administrator_id: str,
        change: Callable[[Administrator, Sequence[Administrator]], Administrator],
        entry: AuditEntry,
    ) -> Administrator:
        def within_environment(before: Administrator, others: Sequence[Administrator]) -> Administrator:
            if before.environment != self._environment:
                raise _not_found(administrator_id)
            return change(before, others)

        try:
            return self._administrators.change(
                AdministratorId(administrator_id), within_environment, entry=entry
            )
        except KeyError:
            raise _not_found(administrator_id) from None


def _role(role: str) -> Role:
    for known in ROLES:
        if known == role:
            return known
    raise Refused(said("{role!r} is no role; there are {known}.", role=role, known=", ".join(ROLES)))


def _maintained(role: str, clients: Collection[str]) -> tuple[ClientId, ...]:
    """The applications of a maintainer; nobody else has any of their own. Raises Refused."""
    if role != "maintainer":
        return ()
    named = tuple(dict.fromkeys(clients))
    if not named:
        raise Refused("A maintainer needs at least one application to maintain.")
    if len(named) > MAX_MAINTAINED:
        raise Refused(said("A maintainer has at most {limit} applications.", limit=MAX_MAINTAINED))
    if wrong := [client_id for client_id in named if not CLIENT_ID.fullmatch(client_id)]:
        raise Refused(said("{client_id!r} is no client id.", client_id=wrong[0][:100]))
    return tuple(map(ClientId, named))


def _check_not_last_owner(administrator: Administrator, others: Sequence[Administrator]) -> None:
    """Raises Refused where nobody else would be left who decides who administers."""
    owners = [other.id for other in others if other.active and other.role == "owner"]
    if owners == [administrator.id]:
        raise Refused(LAST_OWNER)


def code_to_compare(token_bytes: TokenBytes) -> str:
    """A few digits that two people can compare over the telephone."""
    return str(int.from_bytes(token_bytes(8)) % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def _not_found(administrator_id: str) -> Refused:
    return Refused(said("There is no administrator {administrator_id}.", administrator_id=administrator_id))

"""The one way to change the register of applications: whatever changes one passes here, and is judged here.

A page, a command, a file, and whatever comes later (an interface for machines, an undo, an import) hand their
change to `ClientRegister`. What a second person has to look at becomes a proposal, and is not made.
"""

import base64
from collections.abc import Collection, Sequence
from dataclasses import replace

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import Administrator
from bridge.domain.approval import PROPOSAL_LIVES, Proposal
from bridge.domain.client import Client
from bridge.domain.encoding import TokenBytes
from bridge.domain.sentence import said
from bridge.manage.access import ADMINISTRATOR, PERMISSIONS, Actor, Refused, Trail
from bridge.manage.admin_grants import check_change
from bridge.manage.sensitive import sensitive
from bridge.manage.versions import version_of
from bridge.ports.administrators import AdministratorStore
from bridge.ports.approvals import ApprovalStore
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientChange, ClientStore

LONGEST_REASON = 200
NOT_IN_AN_EMERGENCY = said("What personal claims hang on is neither changed nor proposed in an emergency.")
ID_BYTES = 15  # a proposal's id has no padding then


class AwaitsApproval(Refused):
    """Nothing was changed: a second person has to look at it first.

    `proposals`: what they look at, empty where it was only asked what would be; `secret`: of the client that
    is proposed, which can't be shown again, and works once it is approved.
    """

    def __init__(
        self, clients: Sequence[str], how: str, proposals: Sequence[Proposal] = (), secret: str | None = None
    ) -> None:
        super().__init__(
            said(
                "{clients}: this needs approval, as personal claims hang on it. {how}",
                clients=", ".join(clients),
                how=how,
            )
        )
        self.clients, self.proposals, self.secret = tuple(clients), tuple(proposals), secret


class ClientRegister:
    """Registered applications, to be changed."""

    def __init__(
        self,
        clients: ClientStore,
        approvals: ApprovalStore,
        administrators: AdministratorStore,
        clock: Clock,
        token_bytes: TokenBytes,
        environment: str,
        exempt: Collection[str] = (),
    ) -> None:
        """`environment`: the CamDigiKey by which administrators sign in; `exempt`: applications of a demo."""
        self._clients, self._approvals, self._administrators = clients, approvals, administrators
        self._clock, self._token_bytes, self._environment = clock, token_bytes, environment
        self._exempt, self._trail = frozenset(exempt), Trail(clock)

    def add(
        self, actor: Actor, client: Client, entry: AuditEntry, *, reason: str = "", secret: str | None = None
    ) -> None:
        """Register a client. Raises KeyError when the id is taken, AwaitsApproval, ChangedMeanwhile."""
        change = ClientChange(None, client, (entry,))
        if decided := self._decided(actor, [change], reason, secret):
            self._clients.change([_with_approval(change, decided)], decided=decided)
        else:
            self._clients.add(client, entry=entry)

    def replace(
        self,
        actor: Actor,
        before: Client,
        after: Client,
        entry: AuditEntry,
        *,
        reason: str = "",
        secret: str | None = None,
    ) -> None:
        """Change a client. Raises KeyError when there is none, AwaitsApproval, ChangedMeanwhile."""
        change = ClientChange(before, after, (entry,))
        if decided := self._decided(actor, [change], reason, secret):
            self._clients.change([_with_approval(change, decided)], decided=decided)
        else:
            self._clients.replace(after, before=before, entry=entry)

    def change(self, actor: Actor, changes: Sequence[ClientChange], *, reason: str = "") -> None:
        """All of these, or none. Raises AwaitsApproval, ChangedMeanwhile."""
        decided = self._decided(actor, changes, reason)
        self._clients.change([_with_approval(change, decided) for change in changes], decided=decided)

    def look(self, actor: Actor, changes: Sequence[ClientChange], *, reason: str = "") -> None:
        """What `change` would say, proposing nothing. Raises as `look`."""
        _check(actor, changes)
        if (waiting := self._waiting(changes)) and not self.decides_alone(actor, reason):
            if actor.in_an_emergency:
                raise Refused(NOT_IN_AN_EMERGENCY)
            raise AwaitsApproval([change.client_id for change, _ in waiting], self._how(actor))

    def unapproved(self, actor: Actor, client: Client, *, reason: str = "") -> tuple[str, ...]:
        """Of a client that comes back: the scopes that this actor alone can't give it again.

        Raises Forbidden, Refused.
        """
        _check(actor, [ClientChange(None, client)])
        if reason:
            check_reason(reason)
        exempt = client.client_id in self._exempt or self.decides_alone(actor, reason)
        return () if exempt else sensitive(None, client)

    def decides_alone(self, actor: Actor, reason: str, proposed_by: str = "") -> bool:
        """Whether the server's command line approves: with a reason, as there is no second administrator."""
        local = actor.local and not actor.machine and bool(reason.strip())
        return local and not self.has_two(proposed_by or actor.id)

    def has_two(self, proposed_by: str) -> bool:
        """Whether there are two administrators: somebody who may approve, and another who could propose."""
        people = self.people()
        deciding = {ADMINISTRATOR + person.id for person in people if _decides(person)}
        proposing = {ADMINISTRATOR + person.id for person in people} & {proposed_by}
        return len(deciding | proposing) > 1

    def people(self) -> Sequence[Administrator]:
        """Who administers here now."""
        return [person for person in self._administrators.all(self._environment) if person.active]

    def _waiting(self, changes: Sequence[ClientChange]) -> list[tuple[ClientChange, tuple[str, ...]]]:
        """Those of these that have to be looked at, and for what."""
        judged = [
            (change, sensitive(change.before, change.after))
            for change in changes
            if change.after is not None and change.client_id not in self._exempt
        ]
        return [(change, what) for change, what in judged if what]

    def _decided(
        self, actor: Actor, changes: Sequence[ClientChange], reason: str, secret: str | None = None
    ) -> tuple[Proposal, ...]:
        """The approvals that these need and have; none where they need none. Raises as `look`."""
        _check(actor, changes)
        waiting = self._waiting(changes)
        if not waiting:
            return ()
        if actor.in_an_emergency:
            raise Refused(NOT_IN_AN_EMERGENCY)
        if reason:
            check_reason(reason)
        made = [self._proposal(actor, change, what) for change, what in waiting]
        if self.decides_alone(actor, reason):
            now = int(self._clock())
            return tuple(
                replace(
                    proposal,
                    state="approved",
                    decided_by=actor.id,
                    decided_at=now,
                    reason=reason,
                    locally=True,
                )
                for proposal in made
            )
        how, kept = self._how(actor), self._kept(actor, made)
        raise AwaitsApproval([proposal.client_id for proposal in kept], how, kept, secret)

    def _proposal(self, actor: Actor, change: ClientChange, what: tuple[str, ...]) -> Proposal:
        if change.after is None:
            raise ValueError("nothing is to be looked at where a client goes away")
        now = int(self._clock())
        return Proposal(
            id=base64.b32encode(self._token_bytes(ID_BYTES)).decode().lower(),
            before=change.before,
            after=change.after,
            version=version_of(change.after),
            sensitive=what,
            proposed_by=actor.id,
            proposed_at=now,
            expires_at=now + PROPOSAL_LIVES,
        )

    def _kept(self, actor: Actor, made: Sequence[Proposal]) -> list[Proposal]:
        """These, stored in one transaction; in the place of each the one that says the same and is open."""
        kept, new = list[Proposal](), list[Proposal]()
        for proposal in made:
            mine = [
                known
                for known in self._approvals.open_for(proposal.client_id, proposal.proposed_at)
                if known.proposed_by == actor.id and _same(known, proposal)
            ]
            kept.append(mine[0] if mine else proposal)
            new += () if mine else (proposal,)
        self._approvals.propose(new, entries=[self._told(actor, proposal) for proposal in new])
        return kept

    def _told(self, actor: Actor, proposal: Proposal) -> AuditEntry:
        facts = {"sensitive": " ".join(proposal.sensitive), "version": proposal.version}
        return self._trail.entry(
            actor, "approval.proposed", proposal.client_id, proposal=proposal.id, **facts
        )

    def _how(self, actor: Actor) -> str:
        if self.has_two(actor.id):
            return said("Another administrator approves it in the console, under Approvals.")
        return said(
            "There is no second administrator: the server's command line approves it, with --reason TEXT."
        )


def _check(actor: Actor, changes: Sequence[ClientChange]) -> None:
    for change in changes:
        check_change(actor, change.before, change.after)


def check_reason(reason: str) -> None:
    """Raises Refused where a text is no reason that a list can show."""
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(said("A reason has 1 to {limit} printable letters.", limit=LONGEST_REASON))


def _with_approval(change: ClientChange, decided: Sequence[Proposal]) -> ClientChange:
    """The change, and in the trail that the command line alone approved it, and why."""
    told = [proposal for proposal in decided if proposal.client_id == change.client_id]
    entries = [
        AuditEntry(
            proposal.proposed_at,
            proposal.decided_by,
            "approval.approved_locally",
            proposal.client_id,
            {
                "proposal": proposal.id,
                "sensitive": " ".join(proposal.sensitive),
                "version": proposal.version,
                "reason": proposal.reason,
            },
        )
        for proposal in told
    ]
    return replace(change, entries=(*entries, *change.entries))


def _same(known: Proposal, other: Proposal) -> bool:
    """Whether two proposals want the same of the same; a new client is made at another instant each time."""
    after = replace(other.after, client_id_issued_at=known.after.client_id_issued_at)
    return known.before == other.before and known.after == after


def _decides(person: Administrator) -> bool:
    return person.role in PERMISSIONS["approve change"]

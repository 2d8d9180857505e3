"""Approving and rejecting what somebody proposed. Each use case begins with may()."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.approval import PROPOSALS_KEPT_FOR, Proposal
from bridge.domain.ids import ConnectorId
from bridge.domain.sentence import said
from bridge.manage.access import (
    ADMINISTRATOR,
    CLIENT,
    Actor,
    Forbidden,
    Refused,
    Trail,
    actor_of,
    allowed,
    may,
)
from bridge.manage.client_checks import check_client
from bridge.manage.register import ClientRegister, check_reason
from bridge.manage.versions import version_of
from bridge.ports.approvals import ApprovalStore, DecidedMeanwhile
from bridge.ports.basics import Clock
from bridge.ports.clients import ChangedMeanwhile, ClientChange, ClientStore

SHOWN = 200  # proposals of a list
Standing = Literal["open", "approved", "rejected", "expired", "stale"]
OWN = said("You proposed this yourself: another administrator approves it.")
STALE = said("This application was changed since this was proposed: let it be proposed anew.")
DECIDED = said("This was decided meanwhile.")
EXPIRED = said("This has expired: let it be proposed anew.")
NO_SECOND = said(
    "There is no second administrator: approve it on the server's command line, "
    "bridge approvals approve ID --reason TEXT."
)
HAS_SECOND = said("There are two administrators: one who did not propose it approves it in the console.")
PROPOSER_GONE = said(
    "Whoever proposed this may not change this application any more: let it be proposed anew."
)
NOT_ALLOWED = said("Your role does not allow to approve this.")
OTHER_VERSION = said("This is not the version that was looked at. Look at it, then try again.")

NOT_OPEN: Mapping[Standing, str] = {
    "approved": said("This was approved."),
    "rejected": said("This was rejected."),
    "expired": EXPIRED,
    "stale": STALE,
}


class ApprovalAdministration:
    """Proposals, to be looked at and decided."""

    def __init__(
        self,
        register: ClientRegister,
        clients: ClientStore,
        approvals: ApprovalStore,
        clock: Clock,
        connectors: Collection[ConnectorId],
        issuer: str,
    ) -> None:
        """`connectors`: the CamDigiKey accounts that a client may name; `issuer`: our own address."""
        self._register, self._clients, self._approvals = register, clients, approvals
        self._clock, self._trail = clock, Trail(clock)
        self._connectors, self._issuer = connectors, issuer

    def all(self, actor: Actor) -> Sequence[Proposal]:
        """Those of applications that the actor may see: what is open first, then the newest."""
        may(actor, "list approvals")
        found = self._approvals.newest(SHOWN)
        return [proposal for proposal in found if allowed(actor, "see client", proposal.client_id)]

    def get(self, actor: Actor, proposal_id: str) -> Proposal:
        """One of them. Raises Refused when there is none."""
        may(actor, "list approvals")
        found = self._approvals.get(proposal_id)
        if found is None:
            raise Refused(said("There is no proposal {proposal_id}.", proposal_id=proposal_id[:64]))
        may(actor, "see client", found.client_id)
        return found

    def standing(self, actor: Actor, proposal: Proposal) -> Standing:
        """What became of it: an open one may have expired, or been overtaken by another change."""
        may(actor, "list approvals")
        if proposal.state != "open":
            return proposal.state
        if proposal.expires_at <= self._clock():
            return "expired"
        return "open" if self._clients.latest(proposal.client_id) == proposal.before else "stale"

    def waiting(self, actor: Actor) -> Sequence[Proposal]:
        """Those that the actor may approve now, as far as is known before they try."""
        may(actor, "list approvals")
        return [proposal for proposal in self.all(actor) if not self.why_not(actor, proposal)]

    def made_locally(self, actor: Actor) -> Sequence[Proposal]:
        """What the command line approved by itself lately, for everybody who decides to see."""
        may(actor, "list approvals")
        since = self._clock() - PROPOSALS_KEPT_FOR
        return [
            proposal
            for proposal in self.all(actor)
            if proposal.locally and proposal.decided_at is not None and proposal.decided_at > since
        ]

    def names(self, actor: Actor, proposals: Sequence[Proposal]) -> Mapping[str, str]:
        """The names of the administrators of today who proposed or decided these, by actor."""
        may(actor, "list approvals")
        acting = {name for proposal in proposals for name in (proposal.proposed_by, proposal.decided_by)}
        people = {ADMINISTRATOR + person.id: person.name for person in self._register.people()}
        return {name: people[name] for name in acting & people.keys()}

    def why_not(self, actor: Actor, proposal: Proposal) -> str:
        """Why this actor can't approve it now; empty where they can, as far as is known before they try."""
        may(actor, "list approvals")
        standing = self.standing(actor, proposal)
        if standing != "open":
            return NOT_OPEN[standing]
        if not allowed(actor, "approve change", proposal.client_id):
            return NOT_ALLOWED
        try:
            self._check_second(actor, proposal, reason="")
        except (Refused, Forbidden) as refused:
            return refused.sentence if isinstance(refused, Refused) else str(refused)
        return ""

    def approve(self, actor: Actor, proposal_id: str, *, version: str, reason: str = "") -> Proposal:
        """Make the change that was proposed; `version`: of what the actor looked at.

        `reason`: of the server's command line, which approves where there is no second administrator. Raises
        Refused and Forbidden with the sentence that says why not, and ClientFaults where it can't be
        registered so any more: nothing is changed.
        """
        may(actor, "approve change")
        proposal = self._undecided(actor, proposal_id)
        may(actor, "approve change", proposal.client_id)
        if proposal.version != version or version_of(proposal.after) != version:
            raise Refused(OTHER_VERSION)
        locally = self._check_second(actor, proposal, reason)
        self._check_proposer(proposal)
        check_client(proposal.after, self._connectors, self._issuer)
        now = int(self._clock())
        decided = replace(
            proposal, state="approved", decided_by=actor.id, decided_at=now, reason=reason, locally=locally
        )
        change = ClientChange(proposal.before, proposal.after, self._told(actor, decided))
        try:
            self._clients.change([change], decided=[decided])
        except ChangedMeanwhile:
            raise Refused(STALE) from None
        except DecidedMeanwhile:
            raise Refused(DECIDED) from None
        return decided

    def reject(self, actor: Actor, proposal_id: str) -> Proposal:
        """Settle that it is not made: whoever may approve, or who proposed it. Raises Refused."""
        may(actor, "reject change")
        proposal = self._undecided(actor, proposal_id)
        if proposal.proposed_by != actor.id:
            may(actor, "approve change", proposal.client_id)
        decided = replace(proposal, state="rejected", decided_by=actor.id, decided_at=int(self._clock()))
        entry = self._trail.entry(actor, "approval.rejected", proposal.client_id, proposal=proposal.id)
        try:
            self._approvals.settle(decided, entry=entry)
        except DecidedMeanwhile:
            raise Refused(DECIDED) from None
        return decided

    def _undecided(self, actor: Actor, proposal_id: str) -> Proposal:
        found = self.get(actor, proposal_id)
        if found.state != "open":
            raise Refused(DECIDED)
        if found.expires_at <= self._clock():
            raise Refused(EXPIRED)
        return found

    def _check_second(self, actor: Actor, proposal: Proposal, reason: str) -> bool:
        """Whether the command line approves by itself. Raises Refused where this actor may not approve it."""
        if actor.machine:
            raise Forbidden("A machine proposes, and never approves.")
        has_two = self._register.has_two(proposal.proposed_by)
        if actor.local:
            if has_two:
                raise Refused(HAS_SECOND)
            check_reason(reason)
            return True
        if proposal.proposed_by == actor.id:
            raise Refused(OWN)
        if not has_two:
            raise Refused(NO_SECOND)
        return False

    def _check_proposer(self, proposal: Proposal) -> None:
        """Raises Refused where whoever proposed it could not do so any more."""
        by = proposal.proposed_by
        if by.startswith(ADMINISTRATOR):
            people = {ADMINISTRATOR + person.id: person for person in self._register.people()}
            if by not in people or not _could_propose(actor_of(people[by]), proposal):
                raise Refused(PROPOSER_GONE)
        if by.startswith(CLIENT):
            client = self._clients.latest(by.removeprefix(CLIENT))
            if client is None or not client.enabled:
                raise Refused(PROPOSER_GONE)

    def _told(self, actor: Actor, decided: Proposal) -> tuple[AuditEntry, ...]:
        facts = {
            "proposal": decided.id,
            "proposed_by": decided.proposed_by,
            "sensitive": " ".join(decided.sensitive),
            "version": decided.version,
        }
        facts |= {"reason": decided.reason} if decided.locally else {}
        approved = self._trail.entry(
            actor,
            "approval.approved_locally" if decided.locally else "approval.approved",
            decided.client_id,
            **facts,
        )
        event = "client.edited" if decided.before else "client.added"
        return approved, self._trail.entry(
            actor, event, decided.client_id, by="approval", proposal=decided.id
        )


def _could_propose(proposer: Actor, proposal: Proposal) -> bool:
    if proposal.before is None:
        return allowed(proposer, "add client", proposal.client_id)
    return allowed(proposer, "edit client", proposal.client_id)

"""The use cases of files of applications: plan, apply, export. Each method begins with may()."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import CONSOLE_CLIENT_ID
from bridge.domain.client import Client
from bridge.domain.ids import ClientId, ConnectorId
from bridge.manage.access import Action, Actor, Refused, Trail, allowed, may
from bridge.manage.client_files.faults import FileFault, FileFaults
from bridge.manage.client_files.plan import Plan, PlannedChange, PlanOptions
from bridge.manage.client_files.planning import Planning
from bridge.manage.client_files.prune import RECENTLY, prune_faults, pruned
from bridge.manage.client_files.secrets import SecretReader
from bridge.manage.client_files.wanted import ClientFile
from bridge.manage.client_refusals import was_deleted
from bridge.manage.register import AwaitsApproval, ClientRegister
from bridge.ports.basics import Clock, Sealer
from bridge.ports.clients import ChangedMeanwhile, ClientStore

EVENTS: Mapping[str, str] = {
    "add": "client.added",
    "change": "client.edited",
    "disable": "client.disabled",
    "delete": "client.deleted",
}
ACTIONS: Mapping[str, Action] = {
    "add": "add client",
    "change": "edit client",
    "disable": "disable client",
    "delete": "delete client",
}


class Stale(Refused):
    """Something was changed since the plan was made; nothing was done."""


class ClientFileAdministration:
    """Applications from a file. Each method begins with may()."""

    def __init__(
        self,
        clients: ClientStore,
        register: ClientRegister,
        sealer: Sealer,
        clock: Clock,
        connectors: Collection[ConnectorId],
        issuer: str,
    ) -> None:
        """`connectors`: the CamDigiKey accounts that a client may name; `issuer`: our own address."""
        self._clients, self._register, self._sealer, self._clock = clients, register, sealer, clock
        self._connectors, self._issuer = connectors, issuer
        self._trail = Trail(clock)

    def plan(self, actor: Actor, file: ClientFile, options: PlanOptions, read_secret: SecretReader) -> Plan:
        """What applying the file would change. Nothing is changed.

        Raises FileFaults with all that is wrong, secrets that can't be read among it, and Forbidden.
        """
        may(actor, "list clients")
        for wanted in file.clients:
            may(actor, "see client", wanted.client_id)
        registered = {client.client_id: client for client in self._clients.all()}
        faults = list(file.faults)
        faults += [
            wanted.fault("client_id", "The console is made from the settings.")
            for wanted in file.clients
            if wanted.client_id == CONSOLE_CLIENT_ID
        ]
        planning = Planning(
            self._sealer,
            self._connectors,
            self._issuer,
            int(self._clock()),
            file.set_name,
            options,
            read_secret,
            faults,
        )
        entries = [
            planning.entry(wanted, registered.get(ClientId(wanted.client_id))) for wanted in file.clients
        ]
        gone = _not_named(file, registered.values())
        faults += () if file.set_name or not options.prune else (NO_SET,)
        entries += self._pruned(gone, planning) if options.prune else []
        if faults:
            raise FileFaults(faults)
        plan = Plan(
            file.set_name,
            options,
            tuple(entries),
            () if options.prune else tuple(client.client_id for client in gone),
        )
        _check_may(actor, plan)
        return plan

    def apply(self, actor: Actor, plan: Plan, *, reason: str = "") -> None:
        """Carry out a plan in one transaction.

        `reason`: why what is sensitive may be, from who has a shell on the server. Raises AwaitsApproval
        where something has to be approved first, which is proposed then, Stale where something changed since
        it was planned, Refused where a deleted application had one of the ids, Forbidden: nothing is done.
        """
        may(actor, "list clients")
        _check_may(actor, plan)
        changes = [
            replace(
                entry.change,
                entries=tuple(self._told(actor, plan, entry, reason)),
                deleted_at=int(self._clock()) if entry.change.after is None else None,
            )
            for entry in plan.changes
            if entry.change is not None
        ]
        try:
            self._register.change(actor, changes, reason=reason)
        except ChangedMeanwhile:
            raise Stale("Something was changed since this was planned: plan it anew.") from None
        except KeyError as taken:
            raise was_deleted(taken.args[0]) from None

    def waits(self, actor: Actor, plan: Plan, *, reason: str = "") -> bool:
        """Whether applying this plan would only propose what is sensitive of it. Nothing is changed."""
        may(actor, "list clients")
        try:
            changes = [entry.change for entry in plan.changes if entry.change is not None]
            self._register.look(actor, changes, reason=reason)
        except AwaitsApproval:
            return True
        return False

    def export(self, actor: Actor) -> Sequence[Client]:
        """All clients that the actor may see, in the order of their names, to be written as a file."""
        may(actor, "list clients")
        return [client for client in self._clients.all() if allowed(actor, "see client", client.client_id)]

    def _pruned(self, gone: Sequence[Client], planning: Planning) -> list[PlannedChange]:
        entries = [pruned(client, planning.now) for client in gone]
        changes = [entry for entry in entries if entry.change is not None]
        if changes and not planning.options.prune_many:
            ids = [ClientId(entry.client_id) for entry in changes]
            planning.faults.extend(
                prune_faults(changes, self._clients.in_use_since(ids, planning.now - RECENTLY))
            )
        return entries

    def _told(self, actor: Actor, plan: Plan, entry: PlannedChange, reason: str) -> Iterator[AuditEntry]:
        """What the trail gets of one application, in the transaction of its change."""
        event, facts = EVENTS[entry.action], {"by": "file", "set": plan.set_name or ""}
        if entry.diffs:
            facts["fields"] = " ".join(diff.name for diff in entry.diffs)
        if entry.sensitive and reason:
            facts |= {"sensitive": " ".join(entry.sensitive), "reason": reason}
        yield self._trail.entry(actor, event, entry.client_id, **facts)
        after = {diff.name: diff.after for diff in entry.diffs}
        if after.get("secret_version"):
            yield self._trail.entry(actor, "client.secret_rotated", entry.client_id, by="file")
        if entry.action == "change" and "enabled" in after:
            event = "client.enabled" if after["enabled"] else "client.disabled"
            yield self._trail.entry(actor, event, entry.client_id, by="file")


NO_SET = FileFault("Only a file with a set can be pruned by: it says what is its own.", field="set")


def _check_may(actor: Actor, plan: Plan) -> None:
    for entry in plan.entries:
        may(actor, ACTIONS.get(entry.action, "see client"), entry.client_id)


def _not_named(file: ClientFile, registered: Collection[Client]) -> list[Client]:
    """What the file's set owns, and the file names no more."""
    named = {wanted.client_id for wanted in file.clients}
    return [
        client
        for client in registered
        if client.managed_by is not None
        and client.managed_by.set_name == file.set_name
        and client.client_id not in named
    ]

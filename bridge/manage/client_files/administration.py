"""The use cases of files of applications: plan, apply, export. Each method begins with may()."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bridge.domain.administrator import CONSOLE_CLIENT_ID
from bridge.domain.client import Client, FileOwner
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.ids import ClientId, ConnectorId
from bridge.manage.access import Action, Actor, Refused, Trail, allowed, may
from bridge.manage.client_checks import client_faults
from bridge.manage.client_files.faults import FileFault, FileFaults
from bridge.manage.client_files.plan import Plan, PlannedChange, PlanOptions, diffs
from bridge.manage.client_files.prune import RECENTLY, prune_faults, pruned
from bridge.manage.client_files.secrets import SecretMissing, SecretReader, secret_fault
from bridge.manage.client_files.wanted import FILE_ROWS, ClientFile, WantedClient
from bridge.manage.clients import MAX_LIVE_SECRETS, sector_of, version_of
from bridge.manage.managed import owned_by_file
from bridge.manage.sensitive import new_scopes, sensitive_changes
from bridge.oidc.client_auth.secrets import SECRET
from bridge.ports.basics import AuditLog, Clock, Sealer
from bridge.ports.clients import ChangedMeanwhile, ClientChange, ClientStore

LONGEST_REASON = 200
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


class AwaitsApproval(Refused):
    """The plan changes what more than one person has to look at. `clients`: which applications."""

    def __init__(self, clients: Sequence[str], how: str) -> None:
        super().__init__(f"{', '.join(clients)}: this needs approval, as personal claims hang on it. {how}")
        self.clients = tuple(clients)


@dataclass(frozen=True, slots=True)
class _Planning:
    """One file against the register as it is. It collects the faults of all applications."""

    sealer: Sealer
    connectors: Collection[ConnectorId]
    issuer: str
    now: int
    set_name: str | None
    options: PlanOptions
    read_secret: SecretReader
    faults: list[FileFault]

    def entry(self, wanted: WantedClient, before: Client | None) -> PlannedChange:
        """What becomes of an application of the file."""
        found = len(self.faults)
        self.faults.extend(_fixed_faults(wanted, before))
        after = self._with_secret(
            wanted, before, self._owned(wanted, before, _resulting(wanted, before, self.now))
        )
        if after != before:
            self.faults.extend(self._ownership_faults(wanted, before, after))
            self.faults.extend(self._check_faults(wanted, after))
        version = None if before is None else version_of(before)
        if after == before or len(self.faults) > found:
            return PlannedChange("unchanged", wanted.client_id, after.client_name, version)
        return PlannedChange(
            "change" if before else "add",
            wanted.client_id,
            after.client_name,
            version,
            diffs(before, after),
            (*new_scopes(before, after), *sensitive_changes(before, after)),
            tuple(_notes(before, after)),
            ClientChange(before, after),
        )

    def _check_faults(self, wanted: WantedClient, after: Client) -> Iterator[FileFault]:
        """Where it can't be registered so, but for fields whose fault was told before."""
        told = {fault.field for fault in self.faults if fault.application == wanted.client_id}
        for name, sentence in client_faults(after, self.connectors, self.issuer):
            if name not in told:
                yield wanted.fault(name, sentence)

    def _owned(self, wanted: WantedClient, before: Client | None, after: Client) -> Client:
        """With its owner: this set; without a set whose it was, unless it is taken over."""
        kept = before.managed_by if before else None
        if self.set_name is None:
            touched = kept is not None and bool(owned_by_file(after, _changed(before, after)))
            return replace(after, managed_by=None if touched and self.options.take_over else kept)
        secret = kept.secret_version if kept and kept.set_name == self.set_name else None
        return replace(after, managed_by=FileOwner(self.set_name, wanted.unmanaged, secret))

    def _ownership_faults(
        self, wanted: WantedClient, before: Client | None, after: Client
    ) -> Iterator[FileFault]:
        if before is None or self.options.take_over:
            return
        owner = before.managed_by
        if self.set_name is not None and (owner is None or owner.set_name != self.set_name):
            whose = f"belongs to the set {owner.set_name}" if owner else "was registered otherwise"
            yield wanted.fault("client_id", f"It {whose}: --take-over makes it this file's.")
        elif self.set_name is None and owner and (names := owned_by_file(before, _changed(before, after))):
            for name in names:
                yield wanted.fault(name, f"It belongs to the set {owner.set_name}: --take-over ends that.")

    def _with_secret(self, wanted: WantedClient, before: Client | None, after: Client) -> Client:
        """With the secret that the file refers to, where its version is another one than was set last."""
        reference, owner = wanted.secret, after.managed_by
        if after.public:
            if reference:
                self.faults.append(wanted.fault("secret", "A client without authentication has no secret."))
            return replace(after, secret_hashes=(), managed_by=owner and replace(owner, secret_version=None))
        if reference is None or owner is None or reference.version == owner.secret_version:
            return after
        if owner.secret_version and reference.version < owner.secret_version:
            sentence = f"Version {owner.secret_version} was set already: a version only grows."
            self.faults.append(wanted.fault("secret", sentence))
            return after
        try:
            secret = self.read_secret(reference)
            why = secret_fault(secret)
        except SecretMissing as missing:
            why = str(missing)
        if why:
            self.faults.append(wanted.fault("secret", why))
            return after
        hashes = after.secret_hashes
        if not set(self.sealer.macs(SECRET, secret)) & set(hashes):
            hashes = (self.sealer.mac(SECRET, secret), *hashes[: MAX_LIVE_SECRETS - 1])
        return replace(
            after, secret_hashes=hashes, managed_by=replace(owner, secret_version=reference.version)
        )


class ClientFileAdministration:
    """Applications from a file. Each method begins with may()."""

    def __init__(
        self,
        clients: ClientStore,
        sealer: Sealer,
        audit: AuditLog,
        clock: Clock,
        connectors: Collection[ConnectorId],
        issuer: str,
    ) -> None:
        """`connectors`: the CamDigiKey accounts that a client may name; `issuer`: our own address."""
        self._clients, self._sealer, self._clock = clients, sealer, clock
        self._connectors, self._issuer = connectors, issuer
        self._trail = Trail(audit, clock)

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
        planning = _Planning(
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

        `reason`: why what is sensitive may be, from who has a shell on the server. Raises AwaitsApproval,
        Stale where something changed since it was planned, Forbidden: nothing is done.
        """
        may(actor, "list clients")
        _check_may(actor, plan)
        _check_approved(actor, plan, reason)
        try:
            self._clients.change([entry.change for entry in plan.changes if entry.change])
        except ChangedMeanwhile:
            raise Stale("Something was changed since this was planned: plan it anew.") from None
        for entry in plan.changes:
            self._note(actor, plan, entry, reason)

    def export(self, actor: Actor) -> Sequence[Client]:
        """All clients that the actor may see, in the order of their names, to be written as a file."""
        may(actor, "list clients")
        return [client for client in self._clients.all() if allowed(actor, "see client", client.client_id)]

    def _pruned(self, gone: Sequence[Client], planning: _Planning) -> list[PlannedChange]:
        entries = [pruned(client, planning.now) for client in gone]
        changes = [entry for entry in entries if entry.change is not None]
        if changes and not planning.options.prune_many:
            ids = [ClientId(entry.client_id) for entry in changes]
            planning.faults.extend(
                prune_faults(changes, self._clients.in_use_since(ids, planning.now - RECENTLY))
            )
        return entries

    def _note(self, actor: Actor, plan: Plan, entry: PlannedChange, reason: str) -> None:
        facts = {"client_id": entry.client_id, "by": "file", "set": plan.set_name or ""}
        if entry.diffs:
            facts["fields"] = " ".join(diff.name for diff in entry.diffs)
        if entry.sensitive:
            facts |= {"sensitive": " ".join(entry.sensitive), "reason": reason}
        event = EVENTS[entry.action]
        self._trail.note(actor, event, **facts)
        if any(diff.name == "secret_version" and diff.after for diff in entry.diffs):
            self._trail.note(actor, "client.secret_rotated", client_id=entry.client_id, by="file")


NO_SET = FileFault("Only a file with a set can be pruned by: it says what is its own.", field="set")


def _check_may(actor: Actor, plan: Plan) -> None:
    for entry in plan.entries:
        may(actor, ACTIONS.get(entry.action, "see client"), entry.client_id)


def _check_approved(actor: Actor, plan: Plan, reason: str) -> None:
    waiting = [entry.client_id for entry in plan.sensitive]
    if not waiting:
        return
    if not actor.local:
        raise AwaitsApproval(waiting, "It can be applied on the server's command line.")
    if not reason.strip():
        raise AwaitsApproval(waiting, "--reason TEXT says why it may be.")
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(f"A reason has 1 to {LONGEST_REASON} printable letters.")


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


def _resulting(wanted: WantedClient, before: Client | None, now: int) -> Client:
    """The registration that the file wants: what it does not name is the default, in the groups that it owns.

    Two things stay as they are: the sector, which is set once, and whether it is let in, so that a file does
    not undo that somebody kept it out. What a prune kept out is let in again with its line in the file.
    """
    base = before or Client(ClientId(wanted.client_id), "", (), client_id_issued_at=now)
    default = Client(base.client_id, "", ())
    fields: dict[str, Any] = {}
    for name, row in FILE_ROWS.items():
        if name == "client_id" or row.group in wanted.unmanaged:
            continue
        if name in wanted.fields:
            fields[name] = wanted.fields[name]
        elif name == "enabled":
            was_pruned = base.managed_by is not None and base.managed_by.pruned_at is not None
            fields[name] = base.enabled or was_pruned
        elif row.fixed != "once_set":
            fields[name] = getattr(default, name)
    after = replace(base, **fields)
    if before is None and not after.sector_identifier:
        after = replace(after, sector_identifier=sector_of(after.redirect_uris, after.client_id))
    return after


def _fixed_faults(wanted: WantedClient, before: Client | None) -> Iterator[FileFault]:
    """Where the file changes what is set once, for good."""
    for name, value in wanted.fields.items():
        kept = getattr(before, name) if before else None
        if FILE_ROWS[name].fixed == "once_set" and kept and value != kept:
            yield wanted.fault(name, "It can't be changed: people would no longer be known by their sub.")


def _changed(before: Client | None, after: Client) -> list[str]:
    """The fields that differ, but for the owner."""
    names = [name for name in CLIENT_METADATA if name != "managed_by"]
    return [name for name in names if before and getattr(before, name) != getattr(after, name)]


def _notes(before: Client | None, after: Client) -> Iterator[str]:
    if before and before.subject_type != after.subject_type:
        yield "Its subject type changes: it knows everybody by another sub from then on."
    if not after.public and not after.secret_hashes:
        yield f"It has no secret yet: `bridge client rotate-secret {after.client_id}` makes one."

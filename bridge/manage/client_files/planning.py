"""One file against the register as it is: what becomes of each of its applications, and all that is wrong."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bridge.domain.client import Client, FileOwner
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.ids import ClientId, ConnectorId
from bridge.manage.client_checks import client_faults
from bridge.manage.client_files.faults import FileFault
from bridge.manage.client_files.plan import PlannedChange, PlanOptions, diffs
from bridge.manage.client_files.secrets import SecretMissing, SecretReader, secret_fault
from bridge.manage.client_files.wanted import FILE_ROWS, WantedClient
from bridge.manage.client_ids import sector_of
from bridge.manage.clients import MAX_LIVE_SECRETS
from bridge.manage.managed import owned_by_file
from bridge.manage.sensitive import sensitive
from bridge.manage.versions import version_of
from bridge.oidc.client_auth.secrets import SECRET
from bridge.ports.basics import Sealer
from bridge.ports.clients import ClientChange


@dataclass(frozen=True, slots=True)
class Planning:
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
            sensitive(before, after),
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

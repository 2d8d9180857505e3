"""Registering and changing applications."""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import CONSOLE_CLIENT_ID
from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.encoding import TokenBytes, digest, random_text
from bridge.domain.ids import ClientId, ConnectorId
from bridge.manage.access import Actor, Refused, Trail, allowed, may
from bridge.manage.addresses import sectors
from bridge.manage.client_checks import check_client
from bridge.manage.managed import check_not_managed
from bridge.manage.sensitive import check_sensitive
from bridge.oidc.client_auth.secrets import SECRET
from bridge.ports.basics import Clock, Sealer
from bridge.ports.clients import ChangedMeanwhile, ClientStore

EDITABLE = frozenset(row.name for row in CLIENT_METADATA.values() if row.fixed in ("no", "once_set"))
ONCE_SET = tuple(row.name for row in CLIENT_METADATA.values() if row.fixed == "once_set")
MAX_LIVE_SECRETS = 2  # so that an application can change to a new one while the old one still works
ID_BYTES, SECRET_BYTES = 16, 32


@dataclass(frozen=True, slots=True)
class Registered:
    """A client and its new secret, which can't be shown again; None for a public client."""

    client: Client
    secret: str | None = field(repr=False)


class Overtaken(Refused):
    """Somebody else changed the client meanwhile. `client`: as it is now."""

    def __init__(self, client: Client) -> None:
        super().__init__("Somebody else changed this application meanwhile.")
        self.client = client


def version_of(client: Client) -> str:
    """A text that differs where anything of the registration does."""
    return digest(repr(client))[:32]


class ClientAdministration:
    """Everything that can be done to registered applications. Each method begins with may()."""

    def __init__(
        self,
        clients: ClientStore,
        sealer: Sealer,
        clock: Clock,
        token_bytes: TokenBytes,
        connectors: Collection[ConnectorId],
        issuer: str,
    ) -> None:
        """`connectors`: the CamDigiKey accounts that a client may name; `issuer`: our own address."""
        self._clients, self._sealer, self._clock = clients, sealer, clock
        self._token_bytes, self._connectors, self._issuer = token_bytes, connectors, issuer
        self._trail = Trail(clock)

    def all(self, actor: Actor) -> Sequence[Client]:
        """All clients that the actor may see, in the order of their names."""
        may(actor, "list clients")
        return [client for client in self._clients.all() if allowed(actor, "see client", client.client_id)]

    def page(
        self, actor: Actor, *, limit: int, after: tuple[str, ClientId] | None = None, begins: str = ""
    ) -> Sequence[Client]:
        """At most `limit` of those that the actor may see, in the order of their names, after that one.

        `after`: the name and the id of the last one seen; `begins`: whose name begins so, or
        whose id is this.
        """
        may(actor, "list clients")
        among = actor.clients if actor.role == "maintainer" else None
        return self._clients.page(limit=limit, after=after, begins=begins, among=among)

    def get(self, actor: Actor, client_id: str) -> Client:
        """One client. Raises Refused when there is none."""
        may(actor, "see client", client_id)
        return self._found(client_id)

    def find(self, actor: Actor, name: str) -> Client:
        """One client by its id, else by its exact name. Raises Refused when there is none, or several."""
        may(actor, "see client", name)
        if found := self._clients.get(name):
            return found
        named = [client for client in self._clients.all() if client.client_name == name]
        if len(named) > 1:
            ids = ", ".join(client.client_id for client in named)
            raise Refused(f"Several clients are called {name}: say which by its id, one of {ids}.")
        if not named:
            raise _not_found(name)
        return named[0]

    def add(self, actor: Actor, draft: Client, *, dry_run: bool = False) -> Registered:
        """Register a client. `dry_run`: only look whether that could be done.

        Where the draft's client_id is empty, one is made; where it has no sector_identifier, that becomes the
        host of its redirect URIs, or its id. Raises ClientFaults with everything that is wrong, Refused when
        the id is taken.
        """
        may(actor, "add client", draft.client_id)
        if draft.client_id == CONSOLE_CLIENT_ID:  # also where the console is switched off
            raise Refused(f"There is a client {CONSOLE_CLIENT_ID} already.")
        secret = None if draft.public else random_text(self._token_bytes, SECRET_BYTES)
        client_id = draft.client_id or new_client_id(self._token_bytes)
        client = replace(
            draft,
            client_id=client_id,
            sector_identifier=draft.sector_identifier or sector_of(draft.redirect_uris, client_id),
            secret_hashes=() if secret is None else (self._sealer.mac(SECRET, secret),),
            client_id_issued_at=int(self._clock()),
        )
        check_client(client, self._connectors, self._issuer)
        check_sensitive(actor, None, client)
        if dry_run:
            if self._clients.get(client_id):
                raise _taken(client_id)
            return Registered(client, None)
        try:
            entry = self._trail.entry(actor, "client.added", client.client_id)
            self._clients.add(client, entry=entry)
        except KeyError:
            raise (_taken if self._clients.latest(client_id) else was_deleted)(client_id) from None
        return Registered(client, secret)

    def edit(
        self,
        actor: Actor,
        client_id: str,
        changes: Mapping[str, Any],
        *,
        version: str | None = None,
        take_over: bool = False,
        dry_run: bool = False,
    ) -> Client:
        """Change fields by their names; the changed client.

        `version`: version_of the client that the changes were made from; `take_over`: from the file that owns
        it, if any does; `dry_run`: only look whether it could be done. Raises ClientFaults, Refused,
        ManagedByFile, and Overtaken where it is another one by now: nothing is changed.
        """
        may(actor, "edit client", client_id)
        before = self._found(client_id)
        if version is not None and version != version_of(before):
            raise Overtaken(before)
        _check_changes(before, changes)
        if not take_over:
            check_not_managed(before, changes)
        client = replace(before, **changes)
        if take_over:
            client = replace(client, managed_by=None)
        if client.public:
            client = replace(client, secret_hashes=())
        check_client(client, self._connectors, self._issuer)
        check_sensitive(actor, before, client)
        if dry_run:
            return client
        taken = ["managed_by"] if client.managed_by != before.managed_by else []
        fields = " ".join(sorted([*changes, *taken]))
        self._replace(client, before, self._trail.entry(actor, "client.edited", client_id, fields=fields))
        return client

    def rotate_secret(
        self, actor: Actor, client_id: str, *, at_once: bool = False, version: str | None = None
    ) -> Registered:
        """Make a new secret. The old one works too until the next rotation; `at_once`: not any more.

        `version`: as for `edit`, so that a form that is sent twice makes one secret. Raises Refused.
        """
        may(actor, "rotate secret", client_id)
        before = self._found(client_id)
        if version is not None and version != version_of(before):
            raise Overtaken(before)
        if before.public:
            raise Refused(f"{client_id} is a public client: it has no secret.")
        secret = random_text(self._token_bytes, SECRET_BYTES)
        kept = () if at_once else before.secret_hashes[: MAX_LIVE_SECRETS - 1]
        client = replace(before, secret_hashes=(self._sealer.mac(SECRET, secret), *kept))
        check_sensitive(actor, before, client)
        self._replace(client, before, self._trail.entry(actor, "client.secret_rotated", client_id))
        return Registered(client, secret)

    def set_enabled(self, actor: Actor, client_id: str, enabled: bool) -> Client:
        """Enable a client, or disable it: its registration stays, and its requests are refused."""
        may(actor, "enable client" if enabled else "disable client", client_id)
        before = self._found(client_id)
        owner = before.managed_by and replace(before.managed_by, pruned_at=None)
        client = replace(before, enabled=enabled, managed_by=owner)
        entry = self._trail.entry(actor, "client.enabled" if enabled else "client.disabled", client_id)
        self._replace(client, before, entry)
        return client

    def delete(self, actor: Actor, client_id: str, *, dry_run: bool = False) -> None:
        """Delete a client with its consents and offline Grants. Raises Refused when there is none.

        For some days it can be restored (manage.deleted_clients); its id is never given again. `dry_run`:
        only look whether it could be done.
        """
        may(actor, "delete client", client_id)
        if dry_run:
            self._found(client_id)
            return
        try:
            entry = self._trail.entry(actor, "client.deleted", client_id)
            self._clients.remove(ClientId(client_id), deleted_at=entry.at, entry=entry)
        except KeyError:
            raise _not_found(client_id) from None

    def _found(self, client_id: str) -> Client:
        """The console is a client too, and nobody's to look at or to change."""
        client = self._clients.get(client_id) if client_id != CONSOLE_CLIENT_ID else None
        if client is None:
            raise _not_found(client_id)
        return client

    def _replace(self, client: Client, before: Client, entry: AuditEntry) -> None:
        try:
            self._clients.replace(client, before=before, entry=entry)
        except KeyError:  # deleted meanwhile
            raise _not_found(client.client_id) from None
        except ChangedMeanwhile:
            raise Overtaken(self._found(client.client_id)) from None


def _taken(client_id: str) -> Refused:
    return Refused(f"There is a client {client_id} already.")


def was_deleted(client_id: str) -> Refused:
    """The refusal of an id that a deleted client had."""
    return Refused(
        f"There was a client {client_id}, and no other gets its id. For seven days after it was deleted "
        f"`bridge client restore {client_id}` takes it back."
    )


def _not_found(client_id: str) -> Refused:
    return Refused(f"There is no client {client_id}; `bridge client list` shows those that there are.")


def _check_changes(before: Client, changes: Mapping[str, Any]) -> None:
    """Raises Refused where a change touches what is fixed."""
    if fixed := changes.keys() - EDITABLE:
        raise Refused(f"{', '.join(sorted(fixed))} can't be changed by an edit.")
    for name in ONCE_SET:
        value = getattr(before, name)
        if value and changes.get(name, value) != value:
            raise Refused(f"{name} can't be changed: people would no longer be known by their sub.")


def sector_of(redirect_uris: Sequence[str], client_id: str) -> str | None:
    """The host that all redirect URIs share (OIDC Core §8.1); None where there are several to choose from.

    Where all are on loopback it is the client's id: two native applications of different owners would share
    127.0.0.1, and must not know a person by the same sub.
    """
    hosts = sectors(redirect_uris) or [client_id]
    return hosts[0] if len(hosts) == 1 else None


def new_client_id(token_bytes: TokenBytes) -> ClientId:
    """A random id of letters and digits: base64url could begin with a hyphen, as options of commands do."""
    return ClientId(base64.b32encode(token_bytes(ID_BYTES)).decode().rstrip("=").lower())

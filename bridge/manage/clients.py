"""Registering and changing applications."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import CONSOLE_CLIENT_ID
from bridge.domain.client import Client
from bridge.domain.encoding import TokenBytes, random_text
from bridge.domain.ids import ClientId, ConnectorId
from bridge.domain.sentence import said
from bridge.manage.access import Actor, Refused, Trail, allowed, may
from bridge.manage.admin_grants import check_ends, granted
from bridge.manage.client_checks import check_client
from bridge.manage.client_ids import new_client_id, secret_id_of, sector_of
from bridge.manage.client_refusals import Overtaken, check_changes, not_found, taken, was_deleted
from bridge.manage.managed import check_not_managed
from bridge.manage.register import ClientRegister
from bridge.manage.versions import version_of
from bridge.oidc.client_auth.secrets import SECRET
from bridge.ports.basics import Clock, Sealer
from bridge.ports.clients import ChangedMeanwhile, ClientChange, ClientStore

MAX_LIVE_SECRETS = 2  # so that an application can change to a new one while the old one still works
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Registered:
    """A client and its new secret, which can't be shown again; None for a public client."""

    client: Client
    secret: str | None = field(repr=False)


class ClientAdministration:
    """Everything that can be done to registered applications. Each method begins with may()."""

    def __init__(
        self,
        clients: ClientStore,
        register: ClientRegister,
        sealer: Sealer,
        clock: Clock,
        token_bytes: TokenBytes,
        connectors: Collection[ConnectorId],
        issuer: str,
    ) -> None:
        """`connectors`: the CamDigiKey accounts that a client may name; `issuer`: our own address."""
        self._clients, self._register, self._sealer, self._clock = clients, register, sealer, clock
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
            raise Refused(
                said(
                    "Several clients are called {name}: say which by its id, one of {ids}.",
                    name=name,
                    ids=ids,
                )
            )
        if not named:
            raise not_found(name)
        return named[0]

    def add(self, actor: Actor, draft: Client, *, dry_run: bool = False, reason: str = "") -> Registered:
        """Register a client. `dry_run`: only look whether that could be done.

        Where the draft's client_id is empty, one is made; where it has no sector_identifier, that becomes the
        host of its redirect URIs, or its id. `reason`: why what is sensitive may be, from who has a shell on
        the server. Raises ClientFaults with everything that is wrong, Refused when the id is taken,
        AwaitsApproval.
        """
        may(actor, "add client", draft.client_id)
        if draft.client_id == CONSOLE_CLIENT_ID:  # also where the console is switched off
            raise taken(CONSOLE_CLIENT_ID)
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
        if self._clients.get(client_id):
            raise taken(client_id)
        if dry_run:
            self._register.look(actor, [ClientChange(None, client)], reason=reason)
            return Registered(client, None)
        try:
            entry = self._trail.entry(actor, "client.added", client.client_id, **granted(client))
            self._register.add(actor, client, entry, reason=reason, secret=secret)
        except ChangedMeanwhile:
            raise taken(client_id) from None
        except KeyError:
            raise (taken if self._clients.latest(client_id) else was_deleted)(client_id) from None
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
        reason: str = "",
    ) -> Client:
        """Change fields by their names; the changed client.

        `version`: version_of the client that the changes were made from; `take_over`: from the file that owns
        it, if any does; `dry_run`: only look whether it could be done; `reason`: as for `add`. Raises
        ClientFaults, Refused, ManagedByFile, AwaitsApproval, and Overtaken where it is another one by now:
        nothing is changed.
        """
        may(actor, "edit client", client_id)
        before = self._found(client_id, version)
        check_changes(before, changes)
        if not take_over:
            check_not_managed(before, changes)
        client = replace(before, **changes)
        if take_over:
            client = replace(client, managed_by=None)
        if client.public:
            client = replace(client, secret_hashes=())
        check_client(client, self._connectors, self._issuer)
        if dry_run:
            self._register.look(actor, [ClientChange(before, client)], reason=reason)
            return client
        given_up = ["managed_by"] if client.managed_by != before.managed_by else []
        facts = {"fields": " ".join(sorted([*changes, *given_up])), **granted(client)}
        entry = self._trail.entry(actor, "client.edited", client_id, **facts)
        self._replace(actor, client, before, entry, reason)
        return client

    def rotate_secret(
        self,
        actor: Actor,
        client_id: str,
        *,
        at_once: bool = False,
        version: str | None = None,
        reason: str = "",
    ) -> Registered:
        """Make a new secret. The old one works too until the next rotation; `at_once`: not any more.

        `version`: as for `edit`, so that a form that is sent twice makes one secret. Raises Refused,
        AwaitsApproval.
        """
        may(actor, "rotate secret", client_id)
        before = self._found(client_id, version)
        if before.public:
            raise Refused(said("{client_id} is a public client: it has no secret.", client_id=client_id))
        secret = random_text(self._token_bytes, SECRET_BYTES)
        kept = () if at_once else before.secret_hashes[: MAX_LIVE_SECRETS - 1]
        client = replace(before, secret_hashes=(self._sealer.mac(SECRET, secret), *kept))
        entry = self._trail.entry(actor, "client.secret_rotated", client_id)
        self._replace(actor, client, before, entry, reason, secret)
        return Registered(client, secret)

    def delete_secret(
        self,
        actor: Actor,
        client_id: str,
        secret_id: str,
        *,
        version: str | None = None,
        reason: str = "",
    ) -> Client:
        """End one of two live secrets, by its `secret_id`; the changed client.

        `version`, `reason`: as for `edit`. Raises Refused where there is no such secret, or no other one;
        Overtaken, AwaitsApproval.
        """
        may(actor, "rotate secret", client_id)
        before = self._found(client_id, version)
        kept = tuple(kept for kept in before.secret_hashes if secret_id_of(kept) != secret_id)
        if len(kept) == len(before.secret_hashes):
            raise Refused(
                said("{client_id} has no live secret {secret_id}.", client_id=client_id, secret_id=secret_id)
            )
        if not kept:
            raise Refused("It is the only secret: make another one first, or disable the application.")
        client = replace(before, secret_hashes=kept)
        entry = self._trail.entry(actor, "client.secret_deleted", client_id)
        self._replace(actor, client, before, entry, reason)
        return client

    def set_enabled(
        self, actor: Actor, client_id: str, enabled: bool, *, version: str | None = None
    ) -> Client:
        """Enable a client, or disable it: its registration stays, and its requests are refused.

        `version`: as for `edit`.
        """
        may(actor, "enable client" if enabled else "disable client", client_id)
        before = self._found(client_id, version)
        owner = before.managed_by and replace(before.managed_by, pruned_at=None)
        client = replace(before, enabled=enabled, managed_by=owner)
        entry = self._trail.entry(actor, "client.enabled" if enabled else "client.disabled", client_id)
        self._replace(actor, client, before, entry)
        return client

    def delete(
        self, actor: Actor, client_id: str, *, version: str | None = None, dry_run: bool = False
    ) -> None:
        """Delete a client with its consents and offline Grants. Raises Refused when there is none.

        For some days it can be restored (manage.deleted_clients); its id is never given again. `version`: as
        for `edit`; `dry_run`: only look whether it could be done.
        """
        may(actor, "delete client", client_id)
        check_ends(actor, self._found(client_id, version))
        if dry_run:
            return
        try:
            entry = self._trail.entry(actor, "client.deleted", client_id)
            self._clients.remove(ClientId(client_id), deleted_at=entry.at, entry=entry)
        except KeyError:
            raise not_found(client_id) from None

    def _found(self, client_id: str, version: str | None = None) -> Client:
        """The console is a client too, and nobody's to look at or to change.

        `version`: what it has to be; None: any. Raises Refused where there is none, Overtaken.
        """
        client = self._clients.get(client_id) if client_id != CONSOLE_CLIENT_ID else None
        if client is None:
            raise not_found(client_id)
        if version is not None and version != version_of(client):
            raise Overtaken(client)
        return client

    def _replace(
        self,
        actor: Actor,
        client: Client,
        before: Client,
        entry: AuditEntry,
        reason: str = "",
        secret: str | None = None,
    ) -> None:
        try:
            self._register.replace(actor, before, client, entry, reason=reason, secret=secret)
        except KeyError:  # deleted meanwhile
            raise not_found(client.client_id) from None
        except ChangedMeanwhile:
            raise Overtaken(self._found(client.client_id)) from None

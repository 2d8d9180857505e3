"""Registering applications."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from bridge.domain.client import Client
from bridge.manage.addresses import sectors
from bridge.manage.client_checks import check
from bridge.manage.office import Actor, Office, Refused, may, note
from bridge.oidc.server.client_auth import SECRET

__all__ = ["Client", "Registered", "add", "delete", "edit", "listed", "rotate_secret", "set_enabled", "shown"]

FIXED = frozenset({"client_id", "created_at", "secret_hashes", "enabled"})  # not by `edit`
EDITABLE = {one.name for one in fields(Client)} - FIXED
LIVE_SECRETS = 2  # so that an application can change to a new one without a gap


@dataclass(frozen=True, slots=True)
class Registered:
    """A client, and its new secret, which is shown this once; None for a public client."""

    client: Client
    secret: str | None = field(repr=False)


def listed(actor: Actor, office: Office) -> Sequence[Client]:
    """All clients, in the order of their names."""
    may(actor, "list clients")
    return office.clients.all()


def shown(actor: Actor, office: Office, client_id: str) -> Client:
    """One client. Raises Refused when there is none."""
    may(actor, "see client", client_id)
    return _found(office, client_id)


def add(actor: Actor, office: Office, draft: Client) -> Registered:
    """Register a client. An empty id is made; an empty sector is the host of its redirect URIs, or its id.

    Raises ClientFaults with everything that is wrong, Refused when the id is taken.
    """
    may(actor, "add client", draft.client_id)
    secret = None if draft.public else _text(office, 32)
    client_id = draft.client_id or _text(office, 16)
    client = replace(
        draft,
        client_id=client_id,
        sector=draft.sector or _sector(draft.redirect_uris, client_id),
        secret_hashes=() if secret is None else (office.sealer.mac(SECRET, secret),),
        created_at=int(office.clock()),
    )
    check(client)
    try:
        office.clients.add(client)
    except KeyError:
        raise Refused(f"There is a client {client.client_id} already.") from None
    note(office, actor, "client.added", client_id=client.client_id)
    return Registered(client, secret)


def edit(actor: Actor, office: Office, client_id: str, changes: Mapping[str, Any]) -> Client:
    """Change fields by name. Raises ClientFaults, Refused; then nothing is changed."""
    may(actor, "edit client", client_id)
    before = _found(office, client_id)
    if fixed := changes.keys() - EDITABLE:
        raise Refused(f"{', '.join(sorted(fixed))} can't be changed by an edit.")
    if before.sector and changes.get("sector", before.sector) != before.sector:
        raise Refused("The sector can't be changed: people would no longer be known by their sub.")
    client = replace(before, **changes)
    if client.public:
        client = replace(client, secret_hashes=())
    check(client)
    _replace(office, client)
    note(office, actor, "client.edited", client_id=client_id, fields=" ".join(sorted(changes)))
    return client


def rotate_secret(actor: Actor, office: Office, client_id: str, *, at_once: bool = False) -> Registered:
    """A new secret. The one before works on beside it until the next rotation; `at_once`: no longer."""
    may(actor, "rotate secret", client_id)
    before = _found(office, client_id)
    if before.public:
        raise Refused(f"{client_id} is a public client: it has no secret.")
    secret = _text(office, 32)
    kept = () if at_once else before.secret_hashes[: LIVE_SECRETS - 1]
    client = replace(before, secret_hashes=(office.sealer.mac(SECRET, secret), *kept))
    _replace(office, client)
    note(office, actor, "client.secret_rotated", client_id=client_id)
    return Registered(client, secret)


def set_enabled(actor: Actor, office: Office, client_id: str, enabled: bool) -> Client:
    """Let it in, or keep it out without forgetting it."""
    may(actor, "enable client" if enabled else "disable client", client_id)
    client = replace(_found(office, client_id), enabled=enabled)
    _replace(office, client)
    note(office, actor, "client.enabled" if enabled else "client.disabled", client_id=client_id)
    return client


def delete(actor: Actor, office: Office, client_id: str) -> None:
    """Forget a client, its consents and its grants."""
    may(actor, "delete client", client_id)
    try:
        office.clients.remove(client_id)
    except KeyError:
        raise _unknown(client_id) from None
    note(office, actor, "client.deleted", client_id=client_id)


def _found(office: Office, client_id: str) -> Client:
    client = office.clients.get(client_id)
    if client is None:
        raise _unknown(client_id)
    return client


def _replace(office: Office, client: Client) -> None:
    try:
        office.clients.replace(client)
    except KeyError:  # deleted meanwhile
        raise _unknown(client.client_id) from None


def _unknown(client_id: str) -> Refused:
    return Refused(f"There is no client {client_id}; `bridge client list` shows those that there are.")


def _sector(redirect_uris: Sequence[str], client_id: str) -> str:
    """The one host of all redirect URIs (OIDC Core §8.1); empty where there are several to choose from.

    Where all are on loopback it is the client's id: two native applications, of two owners, have nothing in
    common but that, and must not know a person by the same sub.
    """
    hosts = sectors(redirect_uris) or [client_id]
    return hosts[0] if len(hosts) == 1 else ""


def _text(office: Office, size: int) -> str:
    """`size` random bytes as URL-safe text."""
    return base64.urlsafe_b64encode(office.token_bytes(size)).rstrip(b"=").decode()

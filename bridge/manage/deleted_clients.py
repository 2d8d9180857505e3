"""Deleted applications: listed, and restored while they can be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bridge.domain.deleted_client import RESTORABLE_FOR, DeletedClient
from bridge.domain.encoding import TokenBytes, random_text
from bridge.domain.ids import ClientId, ConnectorId
from bridge.domain.policy import CLOCK_SKEW
from bridge.domain.sentence import said
from bridge.manage.access import Actor, Refused, Trail, may
from bridge.manage.client_checks import check_client
from bridge.manage.clients import SECRET_BYTES, Registered
from bridge.manage.field_checks import CLIENT_ID
from bridge.manage.register import ClientRegister
from bridge.oidc.client_auth.secrets import SECRET
from bridge.ports.basics import Clock, Sealer
from bridge.ports.clients import DeletedClientStore


@dataclass(frozen=True, slots=True)
class Restored(Registered):
    """The client that is back, its new secret, and the scopes that have to be approved anew."""

    left_out: tuple[str, ...] = ()


class DeletedClientAdministration:
    """What can be done about deleted applications. Each use case begins with may()."""

    def __init__(
        self,
        deleted: DeletedClientStore,
        register: ClientRegister,
        sealer: Sealer,
        clock: Clock,
        token_bytes: TokenBytes,
        connectors: Collection[ConnectorId],
        issuer: str,
    ) -> None:
        """`connectors`: the CamDigiKey accounts that a client may name; `issuer`: our own address."""
        self._deleted, self._register, self._sealer, self._clock = deleted, register, sealer, clock
        self._token_bytes, self._connectors, self._issuer = token_bytes, connectors, issuer
        self._trail = Trail(clock)

    def page(
        self, actor: Actor, *, limit: int, before: tuple[int, ClientId] | None = None
    ) -> Sequence[DeletedClient]:
        """At most `limit` of those that can be restored, the last deleted first.

        `before`: when the last one seen was deleted, and its id.
        """
        may(actor, "see deleted clients")
        return self._deleted.page(self._since(), limit=limit, before=before)

    def restore(self, actor: Actor, client_id: str, *, reason: str = "") -> Restored:
        """Register it again as it was, with a new secret: none of its secrets and tokens works again.

        It is judged as a new one is: scopes that need approval are left out, to be asked for anew. `reason`:
        why they may stay, from who has a shell on the server and is the only administrator. Raises
        ClientFaults, and Refused where it can't be restored.
        """
        may(actor, "restore client", client_id)
        found = self._deleted.get(client_id, self._since()) if CLIENT_ID.fullmatch(client_id) else None
        if found is None:
            raise _gone(client_id)
        secret = None if found.client.public else random_text(self._token_bytes, SECRET_BYTES)
        owner = found.client.managed_by
        client = replace(
            found.client,
            managed_by=owner and replace(owner, pruned_at=None),  # else the next prune deletes it again
            secret_hashes=() if secret is None else (self._sealer.mac(SECRET, secret),),
            # Whatever it was given up to now counts as given to another: Client.existed_at allows for skew.
            client_id_issued_at=int(self._clock()) + CLOCK_SKEW + 1,
        )
        check_client(client, self._connectors, self._issuer)
        left_out = self._register.unapproved(actor, client, reason=reason)
        client = replace(client, scope=tuple(scope for scope in client.scope if scope not in left_out))
        try:
            entry = self._trail.entry(actor, "client.restored", client_id)
            self._deleted.restore(client, self._since(), entry=entry)
        except KeyError:  # restored meanwhile
            raise _gone(client_id) from None
        return Restored(client, secret, left_out)

    def _since(self) -> int:
        return int(self._clock()) - RESTORABLE_FOR


def _gone(client_id: str) -> Refused:
    return Refused(
        said("There is no deleted client {client_id} that could be restored.", client_id=client_id[:100])
    )

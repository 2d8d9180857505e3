"""How people accept an invitation to an application: they sign in with CamDigiKey, then wait to be let in."""

from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.domain.client import Client
from bridge.domain.client_people import ClientPerson
from bridge.domain.encoding import TokenBytes, random_text
from bridge.manage.access import Refused
from bridge.manage.client_people import INVITATION_OVER, ClientPeopleAdministration
from bridge.manage.joining_client import JOINED, joining_client_id
from bridge.manage.own_sign_in import name_of, redeemed, request_address
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore
from bridge.ports.grants import CodeStore, GrantStore


@dataclass(frozen=True, slots=True)
class PendingJoin:
    """What the browser keeps, sealed, while its person is at CamDigiKey; `token`: of the invitation."""

    state: str
    verifier: str = field(repr=False)
    began_at: int
    token: str = field(repr=False)


class BegunJoin(NamedTuple):
    """What to keep, and the address to send the browser to."""

    pending: PendingJoin
    address: str


class Joining:
    """Takes people from the link of their invitation to the list of an application."""

    def __init__(
        self,
        people: ClientPeopleAdministration,
        clients: ClientStore,
        codes: CodeStore,
        grants: GrantStore,
        clock: Clock,
        token_bytes: TokenBytes,
        issuer: str,
    ) -> None:
        self._people, self._clients = people, clients
        self._codes, self._grants = codes, grants
        self._clock, self._token_bytes, self._issuer = clock, token_bytes, issuer

    def application(self, token: str) -> Client:
        """What an invitation is to; looking spends nothing. Raises Refused where it is not good."""
        client = self._clients.get(self._people.invitation(token).client_id)
        if client is None or not client.enabled or client.access != "listed":
            raise Refused(INVITATION_OVER)
        return client

    def begin(self, token: str) -> BegunJoin:
        """A sign-in whose person accepts the invitation. Raises Refused where it is not good."""
        client = self.application(token)
        pending = PendingJoin(
            state=random_text(self._token_bytes, 16),
            verifier=random_text(self._token_bytes, 32),
            began_at=int(self._clock()),
            token=token,
        )
        client_id = joining_client_id(client.client_id)
        return BegunJoin(pending, request_address(pending, client_id, self._issuer, JOINED))

    def finish(self, pending: PendingJoin, state: str, code: str) -> tuple[Client, ClientPerson]:
        """Who has signed in joins, and waits. Raises Refused with a sentence for the person."""
        client, now = self.application(pending.token), int(self._clock())
        client_id = joining_client_id(client.client_id)
        principal = redeemed(self._codes, self._grants, client_id, pending, state, code, now)
        subject = principal.subject
        return client, self._people.join(pending.token, subject.id, name_of(subject.identity))

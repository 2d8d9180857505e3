"""An administrator tries an application: they sign in themselves, and see what it would be told of them.

The sign-in is one of the console's own (manage.console_client), so nothing ever gets to the application. Of
it nothing remains: its Grant and its Session end here, and what is shown the browser keeps, sealed.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bridge.domain.administrator import CONSOLE_CLIENT_ID, ConsoleSession
from bridge.domain.client import Client
from bridge.domain.encoding import TokenBytes, random_text
from bridge.domain.ids import SessionKey, Sid
from bridge.domain.policy import Policy
from bridge.domain.principal import LoginFacts
from bridge.domain.sentence import said
from bridge.domain.session import ACR
from bridge.domain.subject import Identity, SubjectKey
from bridge.manage.access import Actor, Refused, Trail, actor_of, allowed, may
from bridge.manage.console_client import CALLBACK
from bridge.manage.console_sign_in import Begun, ConsoleSignIn, PendingSignIn
from bridge.manage.evaluation import Evaluation, TestedPerson, evaluated
from bridge.manage.own_sign_in import request_address
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock
from bridge.ports.client_people import ClientPeople
from bridge.ports.clients import ClientStore
from bridge.sessions.ending import SessionEnding

RESULT_LIVES = 10 * 60  # seconds
SOMEBODY_ELSE = said(
    "You signed in as somebody else: a test shows only what is told of yourself. Begin it again."
)


class Tested(NamedTuple):
    """A test that came to its end: of whom, and the console session that may see it, by its key."""

    person: TestedPerson
    session: str


class ClientTesting:
    """Tests of applications, and what they would be told of a person."""

    def __init__(
        self,
        console: ConsoleSignIn,
        ending: SessionEnding,
        clients: ClientStore,
        people: ClientPeople,
        trail: AdminAudit,
        personas: Mapping[str, Identity],
        subject_key: SubjectKey,
        policy: Policy,
        clock: Clock,
        token_bytes: TokenBytes,
    ) -> None:
        """`personas`: the people of a simulator, by name; empty where CamDigiKey is none."""
        self._console, self._ending = console, ending
        self._clients, self._people, self._tests = clients, people, trail
        self.personas = personas
        self._subject_key, self._policy = subject_key, policy
        self._clock, self._token_bytes = clock, token_bytes
        self._trail = Trail(clock)

    def begin(self, actor: Actor, client_id: str, session: ConsoleSession, before: str) -> Begun:
        """A test of this application: a fresh sign-in that ends at the console's own address.

        `session`: the console session that sees the result; `before`: the secret of the Session that the
        browser has, which is its own again afterwards. Raises Refused.
        """
        may(actor, "test client", client_id)
        self._client(client_id)
        pending = PendingSignIn(
            state=random_text(self._token_bytes, 16),
            verifier=random_text(self._token_bytes, 32),
            began_at=int(self._clock()),
            session=session.key,
            tested=client_id,
            before=before,
        )
        issuer = self._policy.issuer
        return Begun(pending, request_address(pending, CONSOLE_CLIENT_ID, issuer, CALLBACK, beside=True))

    def finish(self, pending: PendingSignIn, state: str, code: str) -> Tested:
        """Who signed in, where it is the administrator who began; the sign-in has ended by then.

        Raises Refused with a sentence for the person.
        """
        now = int(self._clock())
        principal = self._console.redeemed(pending, state, code)
        self._ending.end((principal.login.session_key,), "administrator", now)
        administrator = self._console.administrator_of(pending.session)
        if administrator is None or principal.sub != administrator.sub:
            raise Refused(SOMEBODY_ELSE)
        actor = actor_of(administrator)
        if not allowed(actor, "test client", pending.tested):  # not any more
            raise Refused("Your role does not allow this. An owner can change it.")
        self._tests.record(self._trail.entry(actor, "client.tested", pending.tested))
        person = TestedPerson(principal.subject.identity, principal.login, now)
        return Tested(person, pending.session)

    def evaluate(self, actor: Actor, client_id: str, person: TestedPerson) -> Evaluation:
        """What an application would be told of who has tested it in the last minutes. Raises Refused."""
        may(actor, "test client", client_id)
        now = int(self._clock())
        if not 0 <= now - person.at < RESULT_LIVES:
            raise Refused("The result of this test is gone: test again.")
        return self._evaluated(client_id, person, now)

    def evaluate_persona(self, actor: Actor, client_id: str, name: str) -> Evaluation:
        """The same of a pretend person of the simulator, who does not sign in. Raises Refused."""
        may(actor, "test client", client_id)
        identity, now = self.personas.get(name), int(self._clock())
        if identity is None:
            raise Refused("There is no such person.")
        login = LoginFacts(Sid("evaluation"), SessionKey(""), now, ACR)
        return self._evaluated(client_id, TestedPerson(identity, login, now), now)

    def _evaluated(self, client_id: str, person: TestedPerson, now: int) -> Evaluation:
        client, key = self._client(client_id), self._subject_key
        record = None
        if client.access == "listed":
            record = self._people.find(client.client_id, key.subject_id(person.identity.camdigikey_id))
        return evaluated(person, client, record, key, self._policy, now)

    def _client(self, client_id: str) -> Client:
        client = self._clients.get(client_id) if client_id != CONSOLE_CLIENT_ID else None
        if client is None:
            raise Refused(said("There is no client {client_id}.", client_id=client_id))
        return client

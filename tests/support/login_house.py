"""The use cases of login/ and sessions/, put together as web.assembly does it, on ports in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bridge.domain.authorization_request import AuthorizationRequest, ReplyTo
from bridge.domain.claims import claim_names
from bridge.domain.client import Client
from bridge.domain.connector import Capabilities, UpstreamLogin
from bridge.domain.consent import Consent
from bridge.domain.ids import BrowserId, ClientId, GrantId, InteractionId, SessionKey, Sid
from bridge.domain.interaction import Interaction
from bridge.domain.policy import Policy
from bridge.domain.session import GrantOfSession, Session
from bridge.domain.subject import Identity, Subject, SubjectKey, UpstreamToken
from bridge.login.callback import Callback
from bridge.login.completion import Completion
from bridge.login.confirmation import Confirmations
from bridge.login.consent import ConsentGiving
from bridge.login.decider import Decider
from bridge.login.handoff import HandoffStart
from bridge.login.logout import SignOut
from bridge.login.signing_in import SigningIn
from bridge.login.unsolicited import UnsolicitedLogins
from bridge.ops.counters import Counters
from bridge.sessions.ending import SessionEnding
from bridge.sessions.opening import SessionOpening
from bridge.sessions.upstream import UpstreamLogout
from bridge.sessions.watch import SessionWatch
from tests.support.memory import (
    CONNECTOR,
    CountedBytes,
    Journal,
    MemoryClientPeople,
    MemoryClients,
    MemoryConfirmations,
    MemoryConsents,
    MemoryGrants,
    MemoryHandoffs,
    MemoryLimiter,
    MemoryOutbox,
    MemorySessions,
    MemorySpent,
    NotedAudit,
    NotedConnector,
    SetClock,
)

NOW = 1_790_000_000
ISSUER = "https://login.example"
BROWSER, OTHER_BROWSER = BrowserId("browser"), BrowserId("another browser")
CALLBACK = "https://app.example/cb"
SOPHEA, DARA = "CDK-sophea", "CDK-dara"


class LoginHouse:
    """Everything of one process' logins. `journal` says what was done, in its order."""

    def __init__(self, *, carries_state: bool = True) -> None:
        journal: Journal = []
        self.journal = journal
        self.clock = SetClock(NOW)
        self.token_bytes = CountedBytes()
        self.policy = Policy(ISSUER)
        self.subject_key = SubjectKey(b"k" * 32)
        self.connector = NotedConnector(journal, capabilities=Capabilities(carries_state=carries_state))
        self.sessions = MemorySessions(journal)
        self.grants = MemoryGrants(journal)
        self.clients = MemoryClients()
        self.people = MemoryClientPeople(journal)
        self.consents = MemoryConsents(journal)
        self.outbox = MemoryOutbox(journal)
        self.handoffs = MemoryHandoffs(journal)
        self.confirmations = MemoryConfirmations()
        self.spent = MemorySpent(journal)
        self.limiter = MemoryLimiter()
        self.counters = Counters()
        self.audit = NotedAudit(journal)
        self._put_together()
        self.client()

    def _put_together(self) -> None:
        clock, policy, key = self.clock, self.policy, self.subject_key
        connectors = {CONNECTOR: self.connector}
        self.upstream = UpstreamLogout(connectors, self.audit)
        self.ending = SessionEnding(
            self.sessions, self.grants, self.clients, self.outbox, self.upstream, key, self.audit
        )
        self.watch = SessionWatch(self.sessions, connectors, self.limiter, self.ending, self.audit, policy)
        self.decider = Decider(
            self.clients, self.people, self.consents, connectors, self.handoffs, self.watch, key, clock
        )
        self.opening = SessionOpening(self.sessions, self.ending, key, policy)
        self.signing_in = SigningIn(self.decider, self.opening, self.upstream, key, self.audit, clock)
        self.handoff_start = HandoffStart(
            self.handoffs, self.grants, self.upstream, self.token_bytes, clock, policy, self.audit
        )
        self.callback = Callback(
            self.handoffs, self.spent, self.confirmations, self.signing_in, self.audit, clock, policy
        )
        self.unsolicited = UnsolicitedLogins(self.upstream, self.audit, self.limiter, self.counters, clock)
        self.confirming = Confirmations(self.confirmations, self.signing_in, self.upstream, clock)
        self.consent_giving = ConsentGiving(self.decider, self.consents, self.audit, clock)
        self.completion = Completion(
            self.grants, self.grants, self.consent_giving, self.audit, self.token_bytes, clock, policy
        )
        self.sign_out = SignOut(self.sessions, self.ending, clock)

    def client(self, client_id: str = "web", **fields: Any) -> Client:
        """A registered client, or the one of that id with other fields."""
        usual = Client(ClientId(client_id), "Portal", (CALLBACK,), sector_identifier=f"{client_id}.example")
        found = replace(self.clients.get(client_id) or usual, **fields)
        self.clients.add(found)
        return found

    def interaction(self, client_id: str = "web", **fields: Any) -> Interaction:
        """A request of a client that waits in BROWSER; `fields` are of the request, or of itself."""
        own = {name: fields.pop(name) for name in tuple(fields) if name in Interaction.__slots__}
        request = AuthorizationRequest(
            ClientId(client_id), ReplyTo(CALLBACK, state="st"), ("openid", "profile")
        )
        made = Interaction(InteractionId("this one"), replace(request, **fields), BROWSER, NOW - 60)
        return replace(made, **own)

    def login(self, camdigikey_id: str = SOPHEA, value: str = "") -> UpstreamLogin:
        """Who approved at CamDigiKey; `value` is the token that proves it."""
        token = UpstreamToken(value or f"token of {camdigikey_id}", CONNECTOR, NOW, NOW + 3600, NOW)
        return UpstreamLogin(Identity(camdigikey_id, given_name="Sophea"), token)

    def session(
        self,
        key: str = "session",
        camdigikey_id: str = SOPHEA,
        clients: tuple[str, ...] = (),
        **fields: Any,
    ) -> Session:
        """A live Session, in which these clients have Grants; the journal begins after it."""
        login = self.login(camdigikey_id, f"token of {key}")
        subject = Subject(self.subject_key.subject_id(camdigikey_id), login.identity, NOW)
        made = Session(
            key=SessionKey(key),
            sid=Sid(f"sid of {key}"),
            subject=subject,
            auth_time=NOW - 120,
            interaction_id=InteractionId("an earlier one"),
            upstream=login.token,
        )
        made = replace(made, **fields)
        self.sessions.live[made.key] = made
        self.sessions.opened[made.key] = tuple(
            GrantOfSession(GrantId(f"{client_id} in {key}"), ClientId(client_id)) for client_id in clients
        )
        return made

    def agreed(self, session: Session, interaction: Interaction) -> None:
        """This Session's person agreed to this request before."""
        client = self.clients[interaction.request.client_id]
        nothing = Consent(session.subject.id, client.client_id, frozenset(), frozenset(), NOW)
        agreed = nothing.widened_by(interaction.request.scope, claim_names(interaction.request, client), NOW)
        self.consents.kept[session.subject.id, client.client_id] = agreed

    def did(self, *calls: str) -> list[tuple[str, ...]]:
        """What was done, of these calls alone."""
        return [entry for entry in self.journal if entry[0] in calls]

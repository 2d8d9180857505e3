"""The ports of a sign-in in memory: use cases are tried without servers, and what they did is noted in order.

What a real store does beside (limits, atomic steps, sealing) is held by the contract tests of tests/stores.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.approval import Proposal
from bridge.domain.client import Client
from bridge.domain.client_people import ClientPerson
from bridge.domain.connector import Capabilities, UpstreamLogin
from bridge.domain.consent import Consent
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import (
    BrowserId,
    ClientId,
    ConfirmationKey,
    ConnectorId,
    GrantId,
    HandoffKey,
    SessionKey,
    Sid,
    Sub,
    SubjectId,
)
from bridge.domain.interaction import GivenAnswer, Handoff, PendingConfirmation, Word
from bridge.domain.outbox import OutboxMessage, OutboxState
from bridge.domain.session import GrantOfSession, Session
from bridge.domain.subject import UpstreamToken
from bridge.domain.token import AuthorizationCode, RedeemedCode, SpentCode
from bridge.errors import StoreUnavailable, UpstreamError
from bridge.ports.basics import Rate
from bridge.ports.clients import ChangedMeanwhile, ClientChange
from bridge.ports.logins import Asked, Begun
from bridge.ports.sessions import Saved, SessionContents

CONNECTOR = ConnectorId("camdigikey")
CARRIES_STATE = Capabilities(carries_state=True)
Answer = TypeVar("Answer")
Journal = list[tuple[str, ...]]  # what was done, in its order: the port's call, and what it was about


@dataclass
class SetClock:
    """ports.Clock that stands still until it is set."""

    now: float

    def __call__(self) -> float:
        return self.now


class CountedBytes:
    """TokenBytes of which no two are the same, and each run gives the same."""

    def __init__(self) -> None:
        self._given = 0

    def __call__(self, size: int) -> bytes:
        self._given += 1
        return self._given.to_bytes(size, "big")


@dataclass
class NotedConnector:
    """ports.Connector with each answer set beforehand."""

    journal: Journal
    id: ConnectorId = CONNECTOR
    capabilities: Capabilities = CARRIES_STATE
    login_pages: tuple[str, ...] = ()
    logins: dict[str, UpstreamLogin | UpstreamError] = field(default_factory=dict)  # by auth token
    login_url: str | UpstreamError = "https://camdigikey.example/login"
    living: bool | UpstreamError = True
    fresh: UpstreamToken | UpstreamError | None = None
    logout_fails: UpstreamError | None = None
    states: list[str] = field(default_factory=list)

    def start(self, state: str) -> str:
        self.journal.append(("upstream.start",))
        self.states.append(state)
        return _said(self.login_url)

    def exchange(self, auth_token: str) -> UpstreamLogin:
        self.journal.append(("upstream.exchange", auth_token))
        return _said(self.logins[auth_token])

    def alive(self, token: UpstreamToken) -> bool:
        self.journal.append(("upstream.alive", token.value))
        return _said(self.living)

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        self.journal.append(("upstream.refresh", token.value))
        assert self.fresh is not None
        return _said(self.fresh)

    def logout(self, token: UpstreamToken) -> None:
        self.journal.append(("upstream.logout", token.value))
        if self.logout_fails is not None:
            raise self.logout_fails

    def close(self) -> None:
        """Nothing was opened."""


def _said(answer: Answer | UpstreamError) -> Answer:
    if isinstance(answer, UpstreamError):
        raise answer
    return answer


class MemorySessions:
    """ports.SessionStore; `opened` holds what was opened in each Session, `idle` those that nobody used."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.live: dict[SessionKey, Session | None] = {}  # None: one that can't be read any more
        self.opened: dict[SessionKey, tuple[GrantOfSession, ...]] = {}
        self.idle: set[SessionKey] = set()
        self.ended: set[SessionKey] = set()

    def save(self, session: Session, now: int) -> Saved:
        self._journal.append(("sessions.save", session.key))
        if session.key in self.ended:
            return "ended"
        was: Saved = "live" if session.key in self.live else "new"
        self.live[session.key] = session
        return was

    def get(self, key: SessionKey, now: int, *, used: bool = True) -> Session | None:
        return None if key in self.idle else self.live.get(key)

    def held(self, key: SessionKey, now: int) -> Session | None:
        return self.live.get(key)

    def by_sid(self, sid: Sid) -> SessionKey | None:
        return next((key for key, session in self.live.items() if session and session.sid == sid), None)

    def peek(self, key: SessionKey) -> SessionContents | None:
        if key not in self.live:
            return None
        return SessionContents(self.live[key], self.opened.get(key, ()))

    def end(self, key: SessionKey) -> SessionContents | None:
        self._journal.append(("sessions.end", key))
        contents = self.peek(key)
        self.live.pop(key, None)
        self.ended.add(key)
        return contents

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[SessionKey]:
        return [key for key, session in self.live.items() if session and session.subject.id == subject_id]


class MemoryGrants:
    """ports.GrantStore, and of ports.CodeStore whether a code is alive."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.opened: list[Grant] = []
        self.codes: dict[str, AuthorizationCode] = {}
        self.spent: set[str] = set()
        self.answers: dict[Origin, GivenAnswer] = {}

    def open(
        self,
        grant: Grant,
        now: int,
        code: tuple[str, AuthorizationCode] | None = None,
        answer: GivenAnswer | None = None,
    ) -> bool:
        if grant.origin in [*(known.origin for known in self.opened), *self.answers]:
            return False
        self.opened.append(grant)
        self.codes.update([code] if code is not None else [])
        self.answers.update({grant.origin: answer} if answer is not None else {})
        return True

    def close(self, origin: Origin, answer: GivenAnswer) -> bool:
        if origin in [*(known.origin for known in self.opened), *self.answers]:
            return False
        self.answers[origin] = answer
        return True

    def answer_of(self, origin: Origin) -> GivenAnswer | None:
        return self.answers.get(origin)

    def live(self, code: str, now: int) -> bool:
        return code in self.codes and code not in self.spent and now < self.codes[code].expires_at

    def take(self, code: str, client_id: ClientId, now: int) -> RedeemedCode | SpentCode | None:
        self.spent.add(code)
        return None

    def give_back(self, code: str, redeemed: RedeemedCode) -> None: ...

    def find(self, grant_id: GrantId, now: int) -> Grant | None:
        return next((grant for grant in self.opened if grant.id == grant_id), None)

    def end(self, grant_id: GrantId, now: int) -> None:
        self._journal.append(("grants.end", grant_id))

    def forget(self, grant: Grant, now: int) -> None:
        self.end(grant.id, now)

    def end_with_session(self, grant_ids: Sequence[GrantId], now: int) -> None:
        self._journal.append(("grants.end_with_session", *grant_ids))

    def by_session(self, key: SessionKey) -> Sequence[GrantOfSession]:
        return [GrantOfSession(grant.id, grant.client_id) for grant in self._of_persons() if _in(grant, key)]

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[GrantId]:
        return [grant.id for grant in self._of_persons() if grant.person.subject.id == subject_id]

    def by_client(self, client_id: ClientId, now: int) -> Sequence[GrantId]:
        return [grant.id for grant in self.opened if grant.client_id == client_id]

    def subject_of(self, client_id: ClientId, sub: Sub, now: int) -> SubjectId | None:
        known = ((grant.client_id, grant.person) for grant in self._of_persons())
        return next((p.subject.id for c, p in known if (c, p.sub) == (client_id, sub)), None)

    def sessions_of(self, client_id: ClientId, now: int) -> Sequence[SessionKey]:
        found = [grant for grant in self._of_persons() if grant.client_id == client_id]
        return list(dict.fromkeys(grant.person.login.session_key for grant in found))

    def _of_persons(self) -> list[Grant]:
        return [grant for grant in self.opened if grant.origin.kind == "interaction"]


def _in(grant: Grant, key: SessionKey) -> bool:
    return grant.person.login.session_key == key


class MemoryClients(dict[str, Client]):
    """ports.ClientStore."""

    def get(self, client_id: str) -> Client | None:  # type: ignore[override]  # -- the port knows no default
        return super().get(client_id)

    def latest(self, client_id: str) -> Client | None:
        return self.get(client_id)

    def has_origin(self, origin: str) -> bool:
        return any(origin in client.allowed_origins for client in self.values())

    def page(
        self,
        *,
        limit: int,
        after: tuple[str, ClientId] | None = None,
        begins: str = "",
        among: Collection[str] | None = None,
    ) -> Sequence[Client]:
        raise NotImplementedError("lists are SQL's, and tested there")

    def all(self) -> Sequence[Client]:
        return list(self.values())

    def add(self, client: Client, *, entry: AuditEntry | None = None) -> None:
        self[client.client_id] = client

    def replace(
        self, client: Client, *, before: Client | None = None, entry: AuditEntry | None = None
    ) -> None:
        if before is not None and self.get(client.client_id) != before:
            raise ChangedMeanwhile
        self[client.client_id] = client

    def remove(
        self, client_id: ClientId, *, deleted_at: int | None = None, entry: AuditEntry | None = None
    ) -> None:
        del self[client_id]

    def change(self, changes: Sequence[ClientChange], *, decided: Sequence[Proposal] = ()) -> None:
        raise NotImplementedError("transactions are SQL's, and tested there")

    def in_use_since(self, client_ids: Collection[ClientId], instant: int) -> Collection[ClientId]:
        raise NotImplementedError("what is used is SQL's, and tested there")


class MemoryClientPeople:
    """ports.ClientPeople, as far as a sign-in asks."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.kept: dict[tuple[ClientId, SubjectId], ClientPerson] = {}

    def find(self, client_id: ClientId, subject_id: SubjectId) -> ClientPerson | None:
        self._journal.append(("people.find", client_id))
        return self.kept.get((client_id, subject_id))

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a sign-in does not ask for {name}")


class MemoryConsents:
    """ports.ConsentStore."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.kept: dict[tuple[SubjectId, ClientId], Consent] = {}
        self.subs: dict[tuple[SubjectId, ClientId], Sub | None] = {}

    def get(self, subject_id: SubjectId, client_id: ClientId) -> Consent | None:
        self._journal.append(("consents.get", subject_id))
        return self.kept.get((subject_id, client_id))

    def save(self, consent: Consent, *, sub: Sub | None = None) -> None:
        self._journal.append(("consents.save", consent.subject_id))
        self.kept[consent.subject_id, consent.client_id] = consent
        self.subs[consent.subject_id, consent.client_id] = sub

    def remove(self, subject_id: SubjectId, client_id: ClientId, *, entry: AuditEntry | None = None) -> None:
        self._journal.extend([("trail", entry.event)] if entry is not None else [])
        self.kept.pop((subject_id, client_id), None)

    def subject_of(self, client_id: ClientId, sub: Sub) -> SubjectId | None:
        known = (key for key in self.kept if key[1] == client_id and self.subs.get(key) == sub)
        return next((subject_id for subject_id, _ in known), None)


class MemoryOutbox:
    """ports.Outbox; `away` says that it can't be written."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.messages: list[OutboxMessage] = []
        self.away = False

    def put(self, messages: Sequence[OutboxMessage]) -> None:
        if self.away:
            raise StoreUnavailable("SQL", "unreachable")
        self._journal.append(("outbox.put", *(message.client_id for message in messages)))
        self.messages += messages

    def claim(
        self, now: int, *, limit: int, per_client: int, lease: int, except_clients: Collection[str] = ()
    ) -> Sequence[OutboxMessage]:
        return ()

    def done(self, message: OutboxMessage, now: int) -> None: ...

    def retry(self, message: OutboxMessage, at: int, why: str) -> None: ...

    def give_up(self, message: OutboxMessage, now: int, why: str) -> None: ...

    def count(self) -> Mapping[OutboxState, int]:
        return {"waiting": len(self.messages)}


class MemoryHandoffs:
    """ports.HandoffStore."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.live: dict[HandoffKey, Handoff] = {}
        self.lives: dict[HandoffKey, int] = {}  # for how many seconds each was begun
        self.expired: dict[HandoffKey, Handoff] = {}
        self.answered: set[str] = set()  # Interactions that had an answer in the last minute
        self._taken: dict[HandoffKey, Handoff] = {}

    def begin(self, handoff: Handoff, ttl: int, *, replace: bool) -> Begun:
        if handoff.key in self.live and not replace:
            return "other live"
        self._journal.append(("handoffs.begin", handoff.key))
        self.live[handoff.key] = handoff
        self.lives[handoff.key] = ttl
        return "answered" if handoff.interaction.id in self.answered else "begun"

    def take(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        found = self.live.get(key)
        if found is None or found.browser != browser:
            return None
        self._journal.append(("handoffs.take", key))
        self._taken[key] = self.live.pop(key)
        return found

    def taken(self, key: HandoffKey, browser: BrowserId) -> Handoff | None:
        found = self._taken.get(key)
        return found if found is not None and found.browser == browser else None

    def peek(self, key: HandoffKey) -> Handoff | None:
        return self.live.get(key)

    def remembered(self, key: HandoffKey) -> Handoff | None:
        return self.live.get(key) or self.expired.get(key) or self._taken.get(key)

    def expire(self, key: HandoffKey) -> None:
        self.expired[key] = self.live.pop(key)


class MemoryConfirmations:
    """ports.ConfirmationStore."""

    def __init__(self) -> None:
        self.pending: dict[ConfirmationKey, PendingConfirmation] = {}
        self.lives: dict[ConfirmationKey, int] = {}
        self.answers: dict[ConfirmationKey, Word] = {}

    def put(self, pending: PendingConfirmation, ttl: int) -> None:
        self.pending[pending.key] = pending
        self.lives[pending.key] = ttl

    def peek(self, key: ConfirmationKey) -> Asked | None:
        found = self.pending.get(key)
        return Asked(found, self.answers.get(key)) if found is not None else None

    def answer(self, key: ConfirmationKey, word: Word) -> Asked | None:
        found = self.peek(key)
        if found is not None:
            self.answers.setdefault(key, word)
        return found


class MemorySpent:
    """ports.SpentTokens."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._seen: set[str] = set()

    def spend(self, auth_token: str, now: int) -> bool:
        self._journal.append(("spent.spend", auth_token))
        known = auth_token in self._seen
        self._seen.add(auth_token)
        return not known

    def spend_unsolicited(self, auth_token: str, now: int) -> bool | None:
        return self.spend(auth_token, now)


class MemoryLimiter:
    """ports.RateLimiter that counts for ever."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.asked: list[Rate] = []

    def hit(self, *rates: Rate, now: float) -> int:
        self.asked += rates
        for rate in rates:
            self.counts[rate.key] = self.counts.get(rate.key, 0) + 1
        over = [rate.window for rate in rates if self.counts[rate.key] > rate.limit]
        return max(over, default=0)


@dataclass
class NotedAudit:
    """ports.AuditLog."""

    journal: Journal
    facts: list[dict[str, str]] = field(default_factory=list)
    noted: list[dict[str, str]] = field(default_factory=list)

    def note(self, event: str, now: int, **facts: str) -> None:
        self.noted.append({"event": event, "now": str(now), **facts})

    def called(self, operation: str, now: int, milliseconds: int, *, failed: bool) -> None:
        self.journal.append(("audit.called", operation))

    def record(self, event: str, now: int, **facts: str) -> None:
        self.journal.append(("audit", event))
        self.facts.append({"event": event, "now": str(now), **facts})

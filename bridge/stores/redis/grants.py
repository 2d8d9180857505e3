"""Grants in Redis: opened once per origin, found by id, listed by Session, person and client, and ended.

Each is stored for an hour at least, and as long as session-bound tokens of it live.
"""

from collections.abc import Sequence

from bridge.domain.encoding import digest
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, SessionKey, Sub, SubjectId
from bridge.domain.interaction import GivenAnswer
from bridge.domain.policy import COMPLETED_MARK_FOR, REPEATED_FOR
from bridge.domain.principal import PersonPrincipal
from bridge.domain.session import GrantOfSession
from bridge.domain.token import AuthorizationCode
from bridge.ports.basics import Counters, Sealer
from bridge.stores.records import AUTHORIZATION_CODE, GIVEN_ANSWER, GRANT
from bridge.stores.redis import grant_index, layout
from bridge.stores.redis.connection import Redis
from bridge.stores.redis.grant_scripts import CLAIM, END, OPEN
from bridge.stores.redis.servers import Command
from bridge.stores.redis.session_scripts import NOTE
from bridge.stores.redis.sessions import grants_of_session
from bridge.stores.sealed import Sealed
from bridge.stores.stored_grant import StoredGrant

# No form of an Interaction lives that long (settings.lifetimes).
ORIGIN_KEPT_FOR = COMPLETED_MARK_FOR  # seconds in which an origin can't open again


class RedisGrants:
    """The Redis part of ports.GrantStore (see `stores.grants`).

    `session_limit`: seconds of a whole Session.
    """

    def __init__(self, redis: Redis, sealer: Sealer, counters: Counters, *, session_limit: int) -> None:
        self._redis = redis
        self._grants = Sealed(sealer, GRANT, counters)
        self._codes = Sealed(sealer, AUTHORIZATION_CODE, counters)
        self._answers = Sealed(sealer, GIVEN_ANSWER, counters)
        self._session_limit = session_limit
        self._listed_for = max(ORIGIN_KEPT_FOR, session_limit)

    def open(
        self,
        grant: Grant,
        now: int,
        code: tuple[str, AuthorizationCode] | None = None,
        answer: GivenAnswer | None = None,
    ) -> bool:
        """Store a Grant with its code, and list it in its Session; False if its origin was answered before.

        One round trip. The commands are not atomic together, so the one that claims the origin comes last and
        decides. Whoever did not get the origin removes the Grant again; nobody knows its id yet.
        """
        notes, listed_until = self._notes(grant), now + self._listed_for
        written, *answers, claimed = self._redis.together(
            self._write(grant, code),
            *notes,
            *grant_index.add(grant, listed_until, now),
            self._claim(grant.origin, grant.id, answer),
        )
        if not claimed:
            if written:
                self._undo(grant)  # two requests came at the same moment
            return False
        if notes and not answers[0]:  # the Session was ended while this request was under way
            self.end_with_session((grant.id,), now)
        return bool(written)

    def close(self, origin: Origin, answer: GivenAnswer) -> bool:
        """Answer an origin without a Grant; False if it was answered before. One round trip."""
        return bool(self._redis.together(self._claim(origin, "", answer))[0])

    def answer_of(self, origin: Origin) -> GivenAnswer | None:
        """What an origin was answered in the last minute."""
        return self._answers.open(self._redis.command("GET", layout.origin_answer(origin)))

    def find(self, grant_id: GrantId) -> StoredGrant:
        """A Grant as Redis knows it. One round trip."""
        if not layout.valid_grant_id(grant_id):
            return StoredGrant(None)
        sealed, end = self._redis.command("MGET", layout.grant(grant_id), layout.ended(grant_id))
        if end is not None:
            return StoredGrant(self._grants.open(sealed), "all" if end == b"all" else "session")
        return StoredGrant(self._grants.open(sealed))

    def end(self, grant_id: GrantId, now: int) -> None:
        """End it: its code, access and refresh tokens are dead at once."""
        self._end((grant_id,), "all")

    def forget(self, grant: Grant, now: int) -> None:
        """End it, and delete it with its code; the mark of its end stays, for who may be about to use it."""
        self.end(grant.id, now)
        self._undo(grant)

    def end_with_session(self, grant_ids: Sequence[GrantId], now: int) -> None:
        """Their Session ended: access tokens given so far and session-bound refresh tokens are dead."""
        self._end(grant_ids, f"session {now}")

    def by_session(self, key: SessionKey) -> Sequence[GrantOfSession]:
        """What was opened in a Session."""
        return grants_of_session(self._redis.command("SMEMBERS", layout.session_grants(key)))

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[GrantId]:
        """A person's Grants that have not ended. Two round trips."""
        return [entry.grant_id for entry in self._live(layout.subject_grants(subject_id), now)]

    def by_client(self, client_id: ClientId, now: int) -> Sequence[GrantId]:
        """A client's Grants that have not ended. Two round trips."""
        return [entry.grant_id for entry in self._live(layout.client_grants(client_id), now)]

    def subject_of(self, client_id: ClientId, sub: Sub) -> SubjectId | None:
        """Whom a client knows by this sub, for as long as a Grant is listed. One round trip."""
        found: bytes | None = self._redis.command("GET", layout.client_person(client_id, sub))
        return SubjectId(found.decode()) if found is not None else None

    def sessions_of(self, client_id: ClientId, now: int) -> Sequence[SessionKey]:
        """The Sessions of a client's session-bound Grants, each once."""
        found = (entry.session_key for entry in self._live(layout.client_grants(client_id), now))
        return tuple(dict.fromkeys(key for key in found if key is not None))

    def _live(self, index: str, now: int) -> Sequence[grant_index.Entry]:
        """The entries of Grants that have not ended and still have a live code or token."""
        known = self._redis.command(*grant_index.members(index, now))
        entries = [grant_index.entry(member) for member in known]
        looks = [_look(entry.grant_id) for entry in entries]
        pairs = zip(entries, self._redis.together_many(looks), strict=True)
        return [entry for entry, (anchor, end) in pairs if anchor is not None and end is None]

    def _write(self, grant: Grant, code: tuple[str, AuthorizationCode] | None) -> Command:
        keys = layout.code(grant.id), layout.grant(grant.id)
        return OPEN.call(keys, self._anchor(code), self._grants.seal(grant), ORIGIN_KEPT_FOR)

    def _claim(self, origin: Origin, grant_id: str, answer: GivenAnswer | None) -> Command:
        """Answers 0 where the origin was answered before."""
        keys = layout.origin(origin), layout.origin_answer(origin)
        sealed = self._answers.seal(answer) if answer is not None else ""
        return CLAIM.call(keys, grant_id, ORIGIN_KEPT_FOR, sealed, REPEATED_FOR)

    def _anchor(self, code: tuple[str, AuthorizationCode] | None) -> str:
        if code is None:
            return "minted"
        text, record = code
        return f"live {digest(text)} {self._codes.seal(record)} {record.client_id}"

    def _notes(self, grant: Grant) -> Sequence[Command]:
        """The command that lists it in its Session; none for a client's own Grant."""
        if not isinstance(grant.principal, PersonPrincipal):
            return ()
        session_key = grant.principal.login.session_key
        keys = layout.session_grants(session_key), layout.session_over(session_key)
        return (NOTE.call(keys, f"{grant.id} {grant.client_id}", self._session_limit),)

    def _undo(self, grant: Grant) -> None:
        """Remove a Grant and its code, but for the marks of its origin and of its end."""
        commands: list[Command] = [("DEL", layout.code(grant.id), layout.grant(grant.id))]
        if isinstance(grant.principal, PersonPrincipal):
            of_session = layout.session_grants(grant.principal.login.session_key)
            commands.append(("SREM", of_session, f"{grant.id} {grant.client_id}"))
        self._redis.together(*commands, *grant_index.remove(grant))

    def _end(self, grant_ids: Sequence[GrantId], mark: str) -> None:
        commands = [
            END.call((layout.code(grant_id), layout.ended(grant_id)), mark, ORIGIN_KEPT_FOR)
            for grant_id in grant_ids
            if layout.valid_grant_id(grant_id)
        ]
        if commands:
            self._redis.together(*commands)


def _look(grant_id: GrantId) -> Command:
    """Asks for `:code`, which lives as long as anything of the Grant, and for the mark of an end."""
    return ("MGET", layout.code(grant_id), layout.ended(grant_id))

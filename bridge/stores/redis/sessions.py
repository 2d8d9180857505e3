"""Sessions: a browser's proven login, with an idle limit and a limit in all."""

from collections.abc import Sequence

from bridge.domain.ids import ClientId, GrantId, SessionKey, Sid, SubjectId
from bridge.domain.session import GrantOfSession, Session
from bridge.ports.basics import Counters, Sealer
from bridge.ports.sessions import Saved, SessionContents
from bridge.stores.records import SESSION
from bridge.stores.redis import index, layout
from bridge.stores.redis.connection import Redis
from bridge.stores.redis.servers import Command
from bridge.stores.redis.session_scripts import END, GET, PEEK, SAVE
from bridge.stores.sealed import Sealed

_ENDED_MARK_FOR = 600  # seconds; no request that began before the end lasts longer
_ENDS_AT = slice(10, 20)  # the digits of the limit in all, after those of the idle limit


class RedisSessions:
    """ports.SessionStore. `idle`: seconds without use; `limit`: seconds in all, from auth_time on."""

    def __init__(self, redis: Redis, sealer: Sealer, counters: Counters, *, idle: int, limit: int) -> None:
        self._redis = redis
        self._sealed = Sealed(sealer, SESSION, counters)
        self._idle = idle
        self._limit = limit

    def save(self, session: Session, now: int) -> Saved:
        """Store a new one, or the new state of a live one; one that was ended stays ended."""
        keys = (layout.session(session.key), layout.session_over(session.key))
        ends_at = session.auth_time + self._limit
        saved, *_ = self._redis.together(
            SAVE.call(keys, self._sealed.seal(session), now, self._idle, ends_at),
            index.add(layout.subject_sessions(session.subject.id), session.key, ends_at, now),
            ("SET", layout.session_of_sid(session.sid), session.key, "EX", max(1, ends_at - now)),
        )
        was: Saved = saved.decode()
        return was

    def get(self, key: SessionKey, now: int, *, used: bool = True) -> Session | None:
        """One that is neither over nor idle; using it moves its idle limit. One round trip."""
        idle = self._idle if used else 0
        return self._sealed.open(self._redis.run(GET, (layout.session(key),), now, idle))

    def held(self, key: SessionKey, now: int) -> Session | None:
        """One that is not over, idle or not; left as it is. One round trip."""
        value: bytes | None = self._redis.command("GET", layout.session(key))
        if value is None or now >= int(value[_ENDS_AT]):
            return None
        return self._sealed.open(value[_ENDS_AT.stop :])

    def by_sid(self, sid: Sid) -> SessionKey | None:
        """The key of a Session that may be over by now. One round trip."""
        key: bytes | None = self._redis.command("GET", layout.session_of_sid(sid))
        return SessionKey(key.decode()) if key is not None else None

    def peek(self, key: SessionKey) -> SessionContents | None:
        """One that has not ended, idle or not, with its Grants; nothing changes."""
        return self._contents(self._redis.run(PEEK, (layout.session(key), layout.session_grants(key))))

    def end(self, key: SessionKey) -> SessionContents | None:
        """End it and return what it was; also where it can't be read and only its Grants are listed."""
        keys = (layout.session(key), layout.session_grants(key), layout.session_over(key))
        return self._contents(self._redis.run(END, keys, _ENDED_MARK_FOR))

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[SessionKey]:
        """The keys of a person's Sessions that are not over, idle or not. Two round trips."""
        known = self._redis.command(*index.members(layout.subject_sessions(subject_id), now))
        keys = [SessionKey(member.decode()) for member in known]
        first, last = _ENDS_AT.start, _ENDS_AT.stop - 1
        looks: list[Command] = [("GETRANGE", layout.session(key), first, last) for key in keys]
        limits = self._redis.together_many(looks)
        return tuple(key for key, limit in zip(keys, limits, strict=True) if limit and now < int(limit))

    def _contents(self, answer: tuple[bytes, list[bytes]] | None) -> SessionContents | None:
        if answer is None:
            return None
        sealed, members = answer
        return SessionContents(self._sealed.open(sealed or None), grants_of_session(members))


def grants_of_session(members: Sequence[bytes]) -> tuple[GrantOfSession, ...]:
    """The Grants in a Session's set, whose members read `<grant id> <client id>`."""
    pairs = sorted(member.decode().split(" ", 1) for member in members)
    return tuple(GrantOfSession(GrantId(grant_id), ClientId(client_id)) for grant_id, client_id in pairs)

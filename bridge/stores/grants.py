"""Grants in both stores: all of them in Redis, offline ones also in SQL from their first refresh token on."""

from collections.abc import Sequence

from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, SessionKey, Sub, SubjectId
from bridge.domain.interaction import GivenAnswer
from bridge.domain.session import GrantOfSession
from bridge.domain.token import AuthorizationCode
from bridge.stores.redis import RedisGrants
from bridge.stores.redis.layout import valid_grant_id
from bridge.stores.sql import SqlGrants


class Grants:
    """ports.GrantStore.

    A Grant that was ended must stay so, also when tokens are issued at the same moment. Issuing writes SQL
    and then checks Redis for the mark of an end; ending writes that mark and then SQL. So whichever comes
    second sees the other.
    """

    def __init__(self, redis: RedisGrants, sql: SqlGrants) -> None:
        self._redis = redis
        self._sql = sql

    def open(
        self,
        grant: Grant,
        now: int,
        code: tuple[str, AuthorizationCode] | None = None,
        answer: GivenAnswer | None = None,
    ) -> bool:
        """Store a Grant with its code; False if its origin was answered before."""
        return self._redis.open(grant, now, code, answer)

    def close(self, origin: Origin, answer: GivenAnswer) -> bool:
        """Answer an origin without a Grant; False if it was answered before."""
        return self._redis.close(origin, answer)

    def answer_of(self, origin: Origin) -> GivenAnswer | None:
        """What an origin was answered in the last minute."""
        return self._redis.answer_of(origin)

    def find(self, grant_id: GrantId, now: int) -> Grant | None:
        """A Grant that has not ended. For an offline one SQL decides, since it outlives its Session."""
        if not valid_grant_id(grant_id):  # the id may come from a stranger's token
            return None
        here = self._redis.find(grant_id)
        if here.end == "all":
            return None
        if here.grant is not None and not here.grant.offline:
            return here.grant if here.end is None else None
        lasting = self._sql.find(grant_id, now)
        if lasting is not None:
            return lasting.grant if lasting.end is None else None
        return here.grant if here.end is None else None

    def end(self, grant_id: GrantId, now: int) -> None:
        """End it: its code, access and refresh tokens are dead at once."""
        if not valid_grant_id(grant_id):
            return
        self._redis.end(grant_id, now)  # where it fails SQL is left alone, so that a repeat finds the Grant
        self._sql.end(grant_id, now)

    def forget(self, grant: Grant, now: int) -> None:
        """End one of which no tokens were made, and delete it with its code."""
        self._redis.forget(grant, now)

    def end_with_session(self, grant_ids: Sequence[GrantId], now: int) -> None:
        """Their Session ended: access tokens given so far and session-bound refresh tokens are dead."""
        self._redis.end_with_session(grant_ids, now)

    def by_session(self, key: SessionKey) -> Sequence[GrantOfSession]:
        """What was opened in a live Session."""
        return self._redis.by_session(key)

    def by_subject(self, subject_id: SubjectId, now: int) -> Sequence[GrantId]:
        """A person's Grants that have not ended."""
        return _each_once(self._redis.by_subject(subject_id, now), self._sql.by_subject(subject_id, now))

    def by_client(self, client_id: ClientId, now: int) -> Sequence[GrantId]:
        """A client's Grants that have not ended."""
        return _each_once(self._redis.by_client(client_id, now), self._sql.by_client(client_id, now))

    def subject_of(self, client_id: ClientId, sub: Sub, now: int) -> SubjectId | None:
        """Whom a client knows by this sub: Redis tells for a Session's time, SQL of an offline Grant."""
        return self._redis.subject_of(client_id, sub) or self._sql.subject_of(client_id, sub, now)

    def sessions_of(self, client_id: ClientId, now: int) -> Sequence[SessionKey]:
        """The Sessions in which this client's session-bound Grants were opened, each once."""
        return self._redis.sessions_of(client_id, now)


def _each_once(*lists: Sequence[GrantId]) -> tuple[GrantId, ...]:
    return tuple(dict.fromkeys(grant_id for found in lists for grant_id in found))

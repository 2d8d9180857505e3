"""The stores of Grants and their credentials, over Redis and SQL, as wiring puts them together."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from bridge.domain.grant import Grant
from bridge.domain.token import Rotation
from bridge.ports.grants import CodeStore, GrantStore, TokenStore
from bridge.ports.sessions import SessionStore
from bridge.stores import redis as redis_stores
from bridge.stores import sql as sql_stores
from bridge.stores.grants import Grants
from bridge.stores.redis import Redis
from bridge.stores.tokens import Tokens
from tests.stores import samples
from tests.stores.samples import COUNTERS, NOW, SEALER

LIMIT = 8 * 3600  # seconds; of a Session in all
# What a stranger may present as a credential.
FOREIGN = [
    "",
    ".",
    "grant-1",
    "grant-1.",
    ".code",
    "grant-1.\udcff",
    "}.code",
    "{a}.code",
    "អ.code",
    "a\0b.c",
]


@dataclass(frozen=True, slots=True)
class Both:
    """What is asked and what it is asked of."""

    urls: tuple[str, str]
    redis: Redis
    engine: Engine
    grants: GrantStore
    codes: CodeStore
    tokens: TokenStore
    sessions: SessionStore

    @property
    def on_cluster(self) -> bool:
        return "cluster" in self.urls[0]


def composed(redis: Redis, engine: Engine, urls: tuple[str, str] = ("", "")) -> Both:
    grants = Grants(
        redis_stores.RedisGrants(redis, SEALER, COUNTERS, session_limit=LIMIT),
        sql_stores.SqlGrants(engine, SEALER, COUNTERS),
    )
    tokens = Tokens(
        redis_stores.RedisTokens(redis, SEALER, COUNTERS, session_limit=LIMIT),
        sql_stores.SqlRefreshTokens(engine, SEALER, COUNTERS),
        grants,
    )
    codes = redis_stores.RedisCodes(redis, SEALER, COUNTERS)
    sessions = redis_stores.RedisSessions(redis, SEALER, COUNTERS, idle=3600, limit=LIMIT)
    return Both(urls, redis, engine, grants, codes, tokens, sessions)


def opened(urls: tuple[str, str]) -> Both:
    """For a process of a race, which connects for itself."""
    redis = redis_stores.connect(urls[0], read_timeout=30)
    return composed(redis, sql_stores.connect(urls[1], timeout=30), urls)


def open_one(both: Both, grant: Grant) -> str:
    """Open a Grant; its code."""
    code = f"{grant.id}.code"
    assert both.grants.open(grant, NOW, (code, samples.code(grant)))
    return code


def mint(both: Both, grant: Grant, secret: str = "1") -> bool:
    refresh = samples.refresh_text(grant, secret), samples.refresh(grant)
    return both.tokens.mint(grant, (f"{grant.id}.a{secret}", samples.access(grant)), refresh)


def open_and_mint(both: Both, grant: Grant) -> None:
    open_one(both, grant)
    assert mint(both, grant)


def rotate(both: Both, grant: Grant, old: str, new: str, now: int = NOW) -> tuple[Rotation, bytes]:
    return both.tokens.rotate(
        samples.refresh_text(grant, old),
        (f"{grant.id}.a{new}", samples.access(grant, now)),
        (samples.refresh_text(grant, new), samples.refresh(grant, now)),
        f"answer with {new}".encode(),
        now,
    )


def alive(both: Both, grant: Grant, secret: str, now: int = NOW) -> tuple[bool, bool]:
    """Whether the access and the refresh token of that secret are accepted."""
    access = both.tokens.access_token(f"{grant.id}.a{secret}", now)
    refresh = both.tokens.refresh_token(samples.refresh_text(grant, secret), now)
    return access is not None, refresh is not None

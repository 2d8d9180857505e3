"""The services of one process: every port with what fills it."""

import os
import time
from collections.abc import Mapping

from sqlalchemy import Engine

from bridge.errors import ConfigError
from bridge.oidc.keys import Keys
from bridge.ops.counters import Counters
from bridge.outbound.addresses import Opened
from bridge.outbound.fetcher import GuardedFetcher
from bridge.ports.basics import HealthCheck, Sealer
from bridge.ports.keys import SigningKeyStore
from bridge.ports.services import Services
from bridge.settings import Settings
from bridge.stores import redis, sql
from bridge.stores.grants import Grants
from bridge.stores.sealing import MasterSealer, SealedInteractions
from bridge.stores.tokens import Tokens
from bridge.wiring.connectors import close_connectors, connectors_of
from bridge.wiring.database import engine_of, subject_key_of


def build(settings: Settings) -> Services:
    """Everything one process works with; to be called in the process that uses it. Redis is not asked yet.

    Raises StoreUnavailable, and ConfigError: an address or a partner file is of no use, a key is lost.
    """
    sealer, counters, lifetimes = MasterSealer(settings.keys()), Counters(), settings.lifetimes
    kept, engine = redis_of(settings), engine_of(settings)
    secrets = sql.SqlSecrets(engine, sealer)
    subject_key = subject_key_of(engine, secrets)
    signing_keys = sql.SqlSigningKeys(engine, sealer)
    signer = Keys(signing_keys, time.time)
    signer.ensure()
    connectors = connectors_of(settings)
    redis_grants = redis.RedisGrants(kept, sealer, counters, session_limit=lifetimes.session)
    redis_tokens = redis.RedisTokens(kept, sealer, counters)
    offline = sql.SqlGrants(engine, sealer, counters)

    def close() -> None:
        close_connectors(connectors)
        kept.close()
        engine.dispose()

    return Services(
        clock=time.time,
        token_bytes=os.urandom,
        subject_key=subject_key,
        connectors=connectors,
        sealer=sealer,
        signer=signer,
        interactions=SealedInteractions(sealer, redis.Parking(kept), counters),
        clients=sql.SqlClients(engine),
        signing_keys=signing_keys,
        secrets=secrets,
        consents=sql.SqlConsents(engine),
        spent=sql.SqlSpentTokens(engine),
        audit=sql.SqlAuditLog(engine),
        handoffs=redis.RedisHandoffs(kept, sealer, counters),
        confirmations=redis.RedisConfirmations(kept, sealer, counters),
        sessions=redis.RedisSessions(
            kept, sealer, counters, idle=lifetimes.session_idle, limit=lifetimes.session
        ),
        grants=Grants(redis_grants, offline),
        codes=redis_tokens,
        tokens=Tokens(redis_tokens, sql.SqlRefreshTokens(engine, sealer, counters)),
        limiter=redis.RedisRateLimiter(kept),
        outbox=sql.SqlOutbox(engine),
        fetcher=fetcher_of(settings),
        lease=redis.RedisLease(kept),
        job_log=sql.SqlJobLog(engine),
        counters=counters,
        checks=_checks(kept, engine, signing_keys),
        close=close,
    )


def redis_of(settings: Settings) -> redis.Redis:
    """Redis; nothing is sent yet. Raises ConfigError."""
    try:
        return redis.connect(
            settings.redis.url.get_secret_value(),
            read_timeout=settings.redis.timeout,
            max_connections=settings.redis.pool_size,
        )
    except ValueError as error:
        raise ConfigError((f"redis.url: {error}.",)) from None


def _checks(kept: redis.Redis, engine: Engine, keys: SigningKeyStore) -> Mapping[str, HealthCheck]:
    def check_keys() -> None:
        keys.all()

    return {"redis": kept.ping, "sql": sql.health_check(engine), "keys": check_keys}

"""Builds the services of one process: every port with its implementation."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from sqlalchemy import Engine

from bridge.domain.encoding import TokenBytes
from bridge.domain.subject import SubjectKey
from bridge.errors import ConfigError, SealBroken, StoreUnavailable
from bridge.oidc.keys import Keys
from bridge.ops.counters import Counters
from bridge.ops.pictures import Pictures
from bridge.ports.basics import AuditLog, Clock, HealthCheck
from bridge.ports.connectors import Connectors
from bridge.ports.outbound import Fetcher
from bridge.ports.services import Services
from bridge.settings import Settings
from bridge.stores import redis, sql
from bridge.stores.grants import Grants
from bridge.stores.sealing import MasterSealer, SealedInteractions
from bridge.stores.tokens import Tokens
from bridge.wiring.administration import with_own_clients
from bridge.wiring.connectors import certificates_of, close_connectors, connectors_of, environment_of
from bridge.wiring.database import engine_of, subject_key_of
from bridge.wiring.facts import SettingsFacts
from bridge.wiring.job_table import EVERY
from bridge.wiring.keys import KeyWatch, sealing
from bridge.wiring.outbound import fetcher_of
from bridge.wiring.personas import personas_of
from bridge.wiring.redis import redis_of


@dataclass(frozen=True, slots=True)
class Foundations:
    """What the services are built from; a test may bring its own."""

    redis: redis.Redis
    engine: Engine
    sealer: MasterSealer
    connectors: Connectors
    fetcher: Fetcher
    clock: Clock = time.time  # in production `sql.SharedClock`, which all instances share
    token_bytes: TokenBytes = os.urandom
    counters: Counters = field(default_factory=Counters)
    audit: AuditLog | None = None  # where the connectors count their calls; None: one is made


def build(settings: Settings, local_clock: Clock = time.time) -> Services:
    """The services of a process; to be called in the process that uses them. Redis is not asked yet.

    `local_clock`: of this machine; the time that counts is the database's, which all instances share. Raises
    StoreUnavailable, and ConfigError where an address or a partner file can't be used, or a key is lost or
    missing.
    """
    counters = Counters()
    engine = engine_of(settings, partial(_count_failure, counters))
    clock = sql.SharedClock(engine, local=local_clock)
    clock.measure()
    audit = sql.SqlAuditLog(engine, counters)
    foundations = Foundations(
        redis=redis_of(settings),
        engine=engine,
        sealer=MasterSealer(settings.keys()),
        connectors=connectors_of(settings, clock, audit.called),
        fetcher=fetcher_of(settings),
        clock=clock,
        counters=counters,
        audit=audit,
    )
    foundations.redis.on_failure = partial(_count_failure, counters)
    return assembled(settings, foundations)


def _count_failure(counters: Counters, failure: StoreUnavailable) -> None:
    """Every failure of a store counts here; what was to be done with it, its caller logs."""
    counters.add("store_failures", store=failure.store, server=failure.server, cause=failure.cause)


def assembled(settings: Settings, foundations: Foundations) -> Services:
    """The services on these foundations; missing signing keys are made. Raises as `build`."""
    f, lifetimes = foundations, settings.lifetimes
    redis_store, engine, sealer, counters = f.redis, f.engine, f.sealer, f.counters
    sql.chain_with(engine, sealer)
    keys = _keys(f)
    registered = sql.SqlClients(engine, counters)
    grants, tokens = _grants_and_tokens(f, lifetimes.session)
    return Services(
        clock=f.clock,
        token_bytes=f.token_bytes,
        subject_key=keys.subject_key,
        connectors=f.connectors,
        sealer=sealer,
        signer=keys.signer,
        interactions=SealedInteractions(sealer, redis.Parking(redis_store), counters),
        clients=with_own_clients(settings, registered),
        deleted_clients=sql.SqlDeletedClients(engine, counters, registered),
        logos=sql.SqlLogos(engine),
        pictures=Pictures(),
        people=sql.SqlClientPeople(engine, sealer, counters),
        signing_keys=keys.signing_keys,
        secrets=keys.secrets,
        consents=sql.SqlConsents(engine),
        spent=sql.SqlSpentTokens(engine),
        audit=f.audit or sql.SqlAuditLog(engine, counters),
        activity=sql.SqlActivity(engine),
        trail=sql.SqlAdminAudit(engine, sealer),
        person_looks=sql.SqlPersonLooks(engine),
        handoffs=redis.RedisHandoffs(redis_store, sealer, counters),
        confirmations=redis.RedisConfirmations(redis_store, sealer, counters),
        sessions=redis.RedisSessions(
            redis_store, sealer, counters, idle=lifetimes.session_idle, limit=lifetimes.session
        ),
        grants=grants,
        codes=redis.RedisCodes(redis_store, sealer, counters),
        tokens=tokens,
        limiter=redis.RedisRateLimiter(redis_store),
        approvals=sql.SqlApprovals(engine, counters),
        administrators=sql.SqlAdministrators(engine, sealer, counters),
        console_sessions=sql.SqlConsoleSessions(engine),
        idempotency=sql.SqlIdempotency(engine),
        outbox=sql.SqlOutbox(engine),
        alert_states=sql.SqlAlertStates(engine),
        fetcher=f.fetcher,
        lease=redis.RedisLease(redis_store),
        job_log=sql.SqlJobLog(engine),
        counters=counters,
        facts=SettingsFacts(settings),
        environment=environment_of(settings),
        certificates=certificates_of(settings),
        personas=personas_of(settings),
        every=EVERY,
        checks={"redis": redis_store.probe, "sql": _sql_check(engine, f.clock), "keys": keys.watch},
        close=_closing(foundations, keys.watch),
    )


class _AllKeys(NamedTuple):
    """The keys of a process, opened, and what looks after them."""

    secrets: sql.SqlSecrets
    signing_keys: sql.SqlSigningKeys
    subject_key: SubjectKey
    signer: Keys
    watch: KeyWatch


def _keys(f: Foundations) -> _AllKeys:
    """All keys; missing signing keys are made. Raises ConfigError where the master keys open too little."""
    secrets, signing_keys = sql.SqlSecrets(f.engine, f.sealer), sql.SqlSigningKeys(f.engine, f.sealer)
    signer = Keys(signing_keys, f.clock)
    try:
        hashes = sealing(f.engine, f.sealer, secrets, f.clock)
        subject_key = subject_key_of(f.engine, secrets)
        signer.ensure()
    except SealBroken as error:
        raise ConfigError((error.sentence,)) from None
    watch = KeyWatch(f.engine, f.sealer, hashes, signing_keys, f.clock)
    watch()
    return _AllKeys(secrets, signing_keys, subject_key, signer, watch)


def _grants_and_tokens(f: Foundations, session_limit: int) -> tuple[Grants, Tokens]:
    """Both live in Redis with the Session, and in SQL where they outlive it. `session_limit` in seconds."""
    grants = Grants(
        redis.RedisGrants(f.redis, f.sealer, f.counters, session_limit=session_limit),
        sql.SqlGrants(f.engine, f.sealer, f.counters),
    )
    tokens = Tokens(
        redis.RedisTokens(f.redis, f.sealer, f.counters, session_limit=session_limit),
        sql.SqlRefreshTokens(f.engine, f.sealer, f.counters),
        grants,
    )
    return grants, tokens


def _sql_check(engine: Engine, clock: Clock) -> HealthCheck:
    """SQL takes what a sign-in writes, and tells what time it is."""
    takes_writes = sql.health_check(engine)

    def check() -> None:
        takes_writes()
        if isinstance(clock, sql.SharedClock):
            clock.measure()

    return check


def _closing(foundations: Foundations, watch: KeyWatch) -> Callable[[], None]:
    def close() -> None:
        watch.leave()
        close_connectors(foundations.connectors)
        foundations.redis.close()
        foundations.engine.dispose()

    return close

"""The only file that chooses implementations: stores, connector, logs, server, and the bundled Valkey."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bridge.camdigikey import CamDigiKey, Partner, SignerPin, Timeouts
from bridge.errors import BridgeError, ConfigError, SealBroken, StoreUnavailable
from bridge.login.support import SUBJECT_KEY
from bridge.ops import logs, worker, workers
from bridge.ports import (
    AuditLog,
    ClientStore,
    Clock,
    Connector,
    HealthCheck,
    Sealer,
    Services,
    SigningKeyStore,
)
from bridge.settings import Settings, is_loopback
from bridge.stores import embedded, migrate, redis, sql
from bridge.stores.sealing import MasterSealer, SealedInteractions
from bridge.stores.sql.engine import reading
from bridge.stores.sql.tables import consents
from bridge.stores.tokens import Tokens
from bridge.upstream.camdigikey import CamDigiKeyConnector

__all__ = ["Console", "Services", "build", "check", "console", "end_with", "redis_server", "serve", "upgrade"]

APPLICATION = "bridge.app:from_environment"
EMBEDDED = "embedded://"
KEY_LOST = (
    "The database knows people, but the key that their identifiers come from is gone: restore a backup."
)
end_with = worker.end_with


def build(settings: Settings) -> Services:
    """Everything one process works with; to be called in the process that uses it. Redis is not asked yet.

    Raises StoreUnavailable, and ConfigError: an address or the partner file is of no use, a key is lost.
    """
    sealer = MasterSealer(settings.keys())
    lifetimes = settings.lifetimes
    kept = _redis(settings)
    engine = _engine(settings)
    secrets = sql.SqlSecrets(engine, sealer)
    check_subject_key(engine, secrets)
    signing_keys = sql.SqlSigningKeys(engine, sealer)
    connector = _connector(settings)

    def close() -> None:
        connector.close()
        kept.close()
        engine.dispose()

    return Services(
        clock=time.time,
        token_bytes=os.urandom,
        connector=connector,
        sealer=sealer,
        interactions=SealedInteractions(sealer, redis.Parking(kept)),
        clients=sql.SqlClients(engine),
        signing_keys=signing_keys,
        secrets=secrets,
        consents=sql.SqlConsents(engine),
        spent=sql.SqlSpentTokens(engine),
        audit=sql.SqlAuditLog(engine),
        handoffs=redis.RedisHandoffs(kept, sealer),
        waiting=redis.RedisWaiting(kept, sealer),
        sessions=redis.RedisSessions(kept, sealer, idle=lifetimes.session_idle, limit=lifetimes.session),
        tokens=Tokens(
            redis.RedisTokens(kept, sealer, session_limit=lifetimes.session),
            sql.SqlRefreshTokens(engine, sealer),
        ),
        limiter=redis.RedisRateLimiter(kept),
        checks={"redis": kept.ping, "sql": sql.check(engine), "keys": _keys_check(signing_keys)},
        close=close,
    )


@dataclass(frozen=True, slots=True)
class Console:
    """What administration works with (manage.office.Office): SQL and keys; no Redis, no CamDigiKey."""

    clock: Clock
    token_bytes: Callable[[int], bytes]
    sealer: Sealer
    clients: ClientStore
    signing_keys: SigningKeyStore
    audit: AuditLog


@contextmanager
def console(settings: Settings) -> Iterator[Console]:
    """For a command: a database without tables gets them first. Raises ConfigError, StoreUnavailable."""
    engine = _engine(settings)
    try:
        if migrate.current(settings.database_url) is None:
            upgrade(settings)
        sealer = MasterSealer(settings.keys())
        keys = sql.SqlSigningKeys(engine, sealer)
        yield Console(time.time, os.urandom, sealer, sql.SqlClients(engine), keys, sql.SqlAuditLog(engine))
    except SQLAlchemyError as error:  # not a database of ours, or one with the tables of another release
        raise StoreUnavailable(f"SQL: {type(error).__name__}") from error
    finally:
        engine.dispose()


def upgrade(settings: Settings) -> None:
    """Bring the database's tables up to date. Raises ConfigError, StoreUnavailable."""
    _engine(settings).dispose()
    try:
        migrate.upgrade(settings.database_url)
    except migrate.NewerTables:
        raise ConfigError(
            ("database.url: a newer release of the bridge has changed these tables; run that one.",)
        ) from None
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"SQL: {type(error).__name__}") from error


def check(settings: Settings) -> None:
    """What would stop a worker's start, told before there is one: all of it at once.

    Raises ConfigError, StoreUnavailable.
    """
    faults: list[str] = []
    for one in (_check_redis, _check_connector, _check_database):
        try:
            one(settings)
        except ConfigError as error:
            faults += error.faults
        except StoreUnavailable:
            if not faults:  # those come first: they may be why
                raise
    if faults:
        raise ConfigError(tuple(faults))


def _check_redis(settings: Settings) -> None:
    if settings.redis.url.get_secret_value() == EMBEDDED:
        embedded.binary()
    else:
        _redis(settings)


def _check_connector(settings: Settings) -> None:
    _connector(settings).close()


def _check_database(settings: Settings) -> None:
    """A database that has no tables yet knows nobody, and has no key to lose."""
    engine = _engine(settings)
    try:
        if migrate.current(settings.database_url) is not None:
            check_subject_key(engine, sql.SqlSecrets(engine, MasterSealer(settings.keys())))
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"SQL: {type(error).__name__}") from error
    finally:
        engine.dispose()


def check_subject_key(engine: Engine, secrets: sql.SqlSecrets) -> None:
    """The key that every `sub` comes from is made once. Where it is lost nobody would be known again.

    Raises ConfigError when there are consents and no key, or the master key that sealed it is missing.
    """

    def make() -> bytes:
        with reading(engine) as connection:
            if connection.execute(select(consents.c.subject_id).limit(1)).first() is not None:
                raise ConfigError((KEY_LOST,))
        return os.urandom(32)

    try:
        secrets.get_or_make(SUBJECT_KEY, make)
    except SealBroken:
        raise ConfigError(
            ("master_keys: none of them opens what the database holds; add the one that sealed it.",)
        ) from None


@contextmanager
def redis_server(settings: Settings) -> Iterator[str]:
    """The address of Redis while the block lasts; `embedded://` is started for it, and ended after it.

    Raises ConfigError, StoreUnavailable.
    """
    url = settings.redis.url.get_secret_value()
    if url != EMBEDDED:
        yield url
        return
    with embedded.kept(
        settings.data_dir / "redis", lambda why: logs.logger().warning("valkey.revived", why=why)
    ) as address:
        yield address


def serve(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Serve with as many workers as the settings say until a signal ends it. Main thread only.

    The workers read the settings anew, from the environment. Raises CannotListen, GaveUp.
    """
    server = settings.server
    listening = workers.Listening(
        server.host, server.port, server.workers, server.threads, settings.log.level
    )
    workers.serve(APPLICATION, listening, on_ready=on_ready, chore=lambda: _purge(settings))


def prepare_to_serve(settings: Settings) -> None:
    """Logs, and whether the port is free. Raises CannotListen."""
    logs.configure(settings.log.level)
    workers.check_free(settings.server.host, settings.server.port)


def _purge(settings: Settings) -> None:
    """Take away what is over. A database that is away now is asked again the next time."""
    engine = _engine(settings)
    try:
        logs.logger().info("purged", rows=sql.purge(engine, int(time.time())))
    except BridgeError as error:
        logs.logger().warning("purge.failed", why=str(error))
    finally:
        engine.dispose()


def _redis(settings: Settings) -> redis.Redis:
    try:
        return redis.connect(
            settings.redis.url.get_secret_value(),
            read_timeout=settings.redis.timeout,
            max_connections=settings.redis.pool_size,
        )
    except ValueError as error:
        raise ConfigError((f"redis.url: {error}.",)) from None


def _close_to_others(folder: Path) -> None:
    """What earlier versions left open; a mounted folder of somebody else's stays as it is."""
    databases = list(folder.glob("bridge.db*"))
    for one, mode in [*((file, 0o600) for file in databases), *([(folder, 0o700)] if databases else [])]:
        with suppress(OSError):  # it has gone, or the file system knows no modes
            found = one.stat()
            if found.st_uid == os.geteuid() and found.st_mode & 0o077:
                one.chmod(mode)


def _engine(settings: Settings) -> Engine:
    """The database; the data directory is made where SQLite needs it."""
    if not settings.database.url.get_secret_value():
        try:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            _close_to_others(settings.data_dir)
        except OSError as error:
            raise ConfigError((f"data_dir: {settings.data_dir} can't be made: {error.strerror}.",)) from None
    try:
        database = settings.database
        return sql.connect(settings.database_url, pool_size=database.pool_size, timeout=database.timeout)
    except (ValueError, ArgumentError):
        raise ConfigError(
            ("database.url is sqlite:///path or postgresql://user:password@host/name.",)
        ) from None


def _keys_check(keys: sql.SqlSigningKeys) -> HealthCheck:
    def check() -> None:
        keys.all()

    return check


def _connector(settings: Settings) -> Connector:
    account = settings.camdigikey
    if account.partner is None:
        raise ConfigError(("camdigikey.partner is missing: it names the file of the service account.",))
    try:
        partner = Partner.from_file(account.partner, version=account.version)
        client = CamDigiKey(
            partner,
            timeouts=Timeouts(account.connect_timeout, account.timeout),
            max_in_flight=account.max_in_flight,
            signer_pin=SignerPin(account.signer_subject, account.signer_key_sha256),
        )
    except OSError as error:
        what = f"{error.filename or account.partner} can't be read: {error.strerror}"
        raise ConfigError((f"camdigikey.partner: {what}.",)) from None
    except ValueError as error:
        raise ConfigError((f"camdigikey.partner: {error}.",)) from None
    return CamDigiKeyConnector(
        client,
        partner.version,
        settings.url("/camdigikey/callback"),
        login_pages=account.login_origins or _anywhere(partner),
    )


def _anywhere(partner: Partner) -> tuple[str, ...]:
    """Where login pages may be while the settings name no origin; a simulator's are plain http."""
    local = is_loopback(urlsplit(partner.base_url).hostname or "")
    return ("https:", "http:") if local else ("https:",)

"""The only file that chooses implementations."""

import os
import time

from bridge.camdigikey import CamDigiKey, Partner, SignerPin, Timeouts
from bridge.errors import ConfigError
from bridge.ports import Connector, HealthCheck, Services
from bridge.settings import Settings
from bridge.stores import redis, sql
from bridge.stores.sealing import MasterSealer, SealedInteractions
from bridge.stores.tokens import Tokens
from bridge.upstream.camdigikey import CamDigiKeyConnector

__all__ = ["Services", "build"]


def build(settings: Settings) -> Services:
    """Everything one process works with. Connects to nothing yet, but for the secret of the subjects.

    Raises ConfigError (the partner file), StoreUnavailable.
    """
    sealer = MasterSealer(settings.keys())
    lifetimes = settings.lifetimes
    kept = redis.connect(settings.redis.url.get_secret_value(), max_connections=settings.redis.pool_size)
    engine = sql.connect(settings.database_url, pool_size=settings.database.pool_size)
    secrets = sql.SqlSecrets(engine, sealer)
    signing_keys = sql.SqlSigningKeys(engine, sealer)
    checks: dict[str, HealthCheck] = {
        "redis": kept.ping,
        "sql": sql.check(engine),
        "keys": _keys_check(signing_keys),
    }
    return Services(
        clock=time.time,
        token_bytes=os.urandom,
        connector=_connector(settings),
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
        checks=checks,
    )


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
        raise ConfigError(
            (f"camdigikey.partner: {error.filename} can't be read: {error.strerror}.",)
        ) from None
    except ValueError as error:
        raise ConfigError((f"camdigikey.partner: {error}.",)) from None
    return CamDigiKeyConnector(client, account.version, settings.url("/camdigikey/callback"))

"""Checks before a start: everything that would keep a worker from starting is reported together."""

import re
from collections.abc import Callable
from typing import Any

from bridge.errors import PASSING, ConfigError, StoreUnavailable
from bridge.settings import Settings
from bridge.stores import embedded
from bridge.stores.redis import Redis
from bridge.wiring.connectors import close_connectors, connectors_of
from bridge.wiring.database import check_database
from bridge.wiring.outbound import fetcher_of
from bridge.wiring.redis import EMBEDDED, redis_of

FORGETS = (
    "redis.url: Redis at {place} throws away what it holds once its memory is full (its maxmemory-policy is"
    " {policy}): people would be signed out and codes lost. Set its maxmemory-policy to noeviction."
)


def check_before_start(settings: Settings) -> tuple[StoreUnavailable, ...]:
    """What is wrong for the moment only, and may mend itself. Nothing is made and nothing stays.

    Raises ConfigError with everything that an operator has to mend, or StoreUnavailable where that is all.
    """
    faults: list[str] = []
    failures: list[StoreUnavailable] = []
    for check_part in (_check_redis, _check_connectors, fetcher_of, check_database):
        _collect(settings, check_part, faults, failures)
    lasting = [failure for failure in failures if failure.cause not in PASSING]
    if faults:
        raise ConfigError((*faults, *(failure.sentence for failure in failures)))
    if len(lasting) > 1:
        raise ConfigError(tuple(failure.sentence for failure in failures))
    if lasting:
        raise lasting[0]
    return tuple(failures)


def _collect(
    settings: Settings,
    check_part: Callable[[Settings], object],
    faults: list[str],
    failures: list[StoreUnavailable],
) -> None:
    try:
        check_part(settings)
    except ConfigError as error:
        faults += error.faults
    except StoreUnavailable as error:
        failures.append(error)


def _check_redis(settings: Settings) -> None:
    if settings.redis.url.get_secret_value() == EMBEDDED:
        embedded.binary()
        return
    redis = redis_of(settings)
    try:
        redis.probe()
        _check_that_it_keeps(redis)
    finally:
        redis.close()


def _check_that_it_keeps(redis: Redis) -> None:
    """Raises ConfigError where Redis forgets what lives; where it does not tell, nothing can be said."""
    try:
        info = redis.command("INFO", "memory")
    except StoreUnavailable:  # it may keep INFO from us
        return
    for policy in sorted(_policies(info) - {"noeviction"}):
        raise ConfigError((FORGETS.format(place=redis.place, policy=policy),))


def _policies(info: Any) -> set[str]:
    """Each `maxmemory_policy` in an answer of one server, or of all of a Cluster by their names."""
    if isinstance(info, bytes):
        return set(re.findall(r"maxmemory_policy:(\S+)", info.decode(errors="replace")))
    if not isinstance(info, dict):
        return set()
    inner = (_policies(value) for value in info.values() if isinstance(value, dict | bytes))
    own = {str(info["maxmemory_policy"])} if "maxmemory_policy" in info else set()
    return own.union(*inner)


def _check_connectors(settings: Settings) -> None:
    close_connectors(connectors_of(settings))

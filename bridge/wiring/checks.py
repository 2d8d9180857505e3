"""Checks before a start: everything that would keep a worker from starting is reported together."""

from bridge.errors import ConfigError, StoreUnavailable
from bridge.settings import Settings
from bridge.stores import embedded
from bridge.wiring.connectors import close_connectors, connectors_of
from bridge.wiring.database import check_database
from bridge.wiring.outbound import fetcher_of
from bridge.wiring.services import redis_of

EMBEDDED = "embedded://"


def check_before_start(settings: Settings) -> None:
    """Raises ConfigError with all faults of the settings, StoreUnavailable where there is none but that."""
    faults: list[str] = []
    for check_part in (_check_redis, _check_connectors, fetcher_of, check_database):
        try:
            check_part(settings)
        except ConfigError as error:
            faults += error.faults
        except StoreUnavailable:
            if not faults:  # a fault of the settings may be the reason
                raise
    if faults:
        raise ConfigError(tuple(faults))


def _check_redis(settings: Settings) -> None:
    if settings.redis.url.get_secret_value() == EMBEDDED:
        embedded.binary()
    else:
        redis_of(settings)


def _check_connectors(settings: Settings) -> None:
    close_connectors(connectors_of(settings))

"""Redis by its address in the settings: for a process that serves, and for a command beside one."""

from bridge.errors import ConfigError
from bridge.settings import Settings
from bridge.stores import embedded, redis

EMBEDDED = "embedded://"


def redis_of(settings: Settings) -> redis.Redis:
    """Redis by its address in the settings; nothing is sent yet. Raises ConfigError."""
    return _connected(settings, settings.redis.url.get_secret_value())


def redis_beside(settings: Settings) -> redis.Redis:
    """The same for a command: the one of `embedded://` is that of the server that runs on the same data."""
    url = settings.redis.url.get_secret_value()
    return _connected(settings, embedded.address_of(settings.data_dir / "redis") if url == EMBEDDED else url)


def _connected(settings: Settings, url: str) -> redis.Redis:
    try:
        return redis.connect(
            url,
            read_timeout=settings.redis.timeout,
            max_connections=settings.redis.pool_size,
        )
    except ValueError as error:
        raise ConfigError((f"redis.url: {str(error).rstrip('.')}.",)) from None

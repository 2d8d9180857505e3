"""Redis by its address in the settings: for a process that serves, and for a command beside one."""

from pydantic import SecretStr

from bridge.errors import ConfigError
from bridge.settings import Settings
from bridge.stores import embedded, redis

EMBEDDED = "embedded://"


def redis_of(settings: Settings) -> redis.Redis:
    """Redis by its address in the settings; nothing is sent yet. Raises ConfigError."""
    try:
        return redis.connect(
            settings.redis.url.get_secret_value(),
            read_timeout=settings.redis.timeout,
            max_connections=settings.redis.pool_size,
        )
    except ValueError as error:
        raise ConfigError((f"redis.url: {str(error).rstrip('.')}.",)) from None


def beside(settings: Settings) -> Settings:
    """The settings of a command: `embedded://` is the Valkey of the bridge that serves with the same data."""
    if settings.redis.url.get_secret_value() != EMBEDDED:
        return settings
    url = SecretStr(embedded.address_of(settings.data_dir / "redis"))
    return settings.model_copy(update={"redis": settings.redis.model_copy(update={"url": url})})


def redis_beside(settings: Settings) -> redis.Redis:
    """Redis for a command; nothing is sent yet. Raises ConfigError."""
    return redis_of(beside(settings))

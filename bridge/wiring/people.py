"""Builds the use cases of people for a command: with Redis and CamDigiKey, unlike other administration."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from bridge.manage.people import PeopleAdministration
from bridge.settings import Settings
from bridge.stores import embedded, sql
from bridge.web import assembly
from bridge.wiring.checks import EMBEDDED
from bridge.wiring.services import build


@contextmanager
def people_administration(settings: Settings) -> Iterator[PeopleAdministration]:
    """The use cases, while the block lasts, beside a bridge that serves with the same settings.

    Raises ConfigError, StoreUnavailable.
    """
    services = build(_beside(settings))
    try:
        yield assembly.assemble(settings, services).people
    finally:
        if isinstance(services.audit, sql.SqlAuditLog):
            services.audit.flush()  # a command ends before the thread would write
        services.close()


def _beside(settings: Settings) -> Settings:
    """The settings with the address of the bundled Valkey, where it is the one that the bridge started."""
    if settings.redis.url.get_secret_value() != EMBEDDED:
        return settings
    url = SecretStr(embedded.address(settings.data_dir / "redis"))
    return settings.model_copy(update={"redis": settings.redis.model_copy(update={"url": url})})

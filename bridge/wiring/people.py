"""Builds the use cases of people for a command: with Redis and CamDigiKey, unlike other administration."""

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.manage.people import PeopleAdministration
from bridge.settings import Settings
from bridge.stores import sql
from bridge.web import assembly
from bridge.wiring.redis import beside
from bridge.wiring.services import build


@contextmanager
def people_administration(settings: Settings) -> Iterator[PeopleAdministration]:
    """The use cases, while the block lasts, beside a bridge that serves with the same settings.

    Raises ConfigError, StoreUnavailable.
    """
    services = build(beside(settings))
    try:
        yield assembly.assemble(settings, services).people
    finally:
        if isinstance(services.audit, sql.SqlAuditLog):
            services.audit.flush()  # a command ends before the thread would write
        services.close()

"""Starts what `bridge run` serves with: logs, the bundled Valkey, and the workers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bridge.ops import logs, workers
from bridge.settings import Settings
from bridge.stores import embedded
from bridge.web.console.rows import LARGER_BODIES
from bridge.wiring.redis import EMBEDDED

APPLICATION = "bridge.app:from_environment"


@contextmanager
def redis_server(settings: Settings) -> Iterator[str]:
    """The address of Redis while the block lasts; the one of `embedded://` is started and ended with it.

    Raises ConfigError, StoreUnavailable.
    """
    url = settings.redis.url.get_secret_value()
    if url != EMBEDDED:
        yield url
        return
    with embedded.supervised(
        settings.data_dir / "redis", lambda why: logs.logger().warning("valkey.revived", why=why)
    ) as address:
        yield address


def serve(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Serve with as many workers as the settings say until a signal ends it. Main thread only.

    The workers read the settings anew, from the environment. Raises CannotListen, GaveUp.
    """
    server = settings.server
    listening = workers.Listening(
        server.host,
        server.port,
        server.workers,
        server.threads,
        settings.log.level,
        keep_alive=server.keep_alive,
        max_body=server.max_body,
        body_within=server.body_within,
        trusted_proxies=server.trusted_proxies,
        larger_bodies=LARGER_BODIES if settings.admin.enabled else (),
    )
    workers.serve(APPLICATION, listening, on_ready=on_ready)


def prepare_to_serve(settings: Settings) -> None:
    """Configure the logs, and check that the port is free. Raises CannotListen."""
    logs.configure(settings.log.level)
    workers.check_free(settings.server.host, settings.server.port)

"""What a worker process does before it serves: Granian's only hook there is the application's factory."""

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bridge.errors import BridgeError, ConfigError, StoreUnavailable
from bridge.ops import file_watch, health, logs
from bridge.ops.access_log import AccessLog
from bridge.parent_death import end_with
from bridge.settings import PREFIX

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LEAVE = signal.SIGUSR1  # from the supervisor, shortly before the end: no longer ready
END_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def held_signals() -> Iterator[None]:
    """Blocks signals while the block forks: a new worker without handlers yet would lose them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*END_SIGNALS, LEAVE))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def load(target: str, parent: int, level: str) -> "WSGIApplication":
    """The application of a worker whose supervisor is `parent`; `target` reads `module:factory`.

    In a group of its own, so that Ctrl-C in a terminal reaches the supervisor alone, which ends it in order.
    """
    end_with(parent)
    os.setpgid(0, 0)
    for number in END_SIGNALS:
        signal.signal(number, signal.SIG_DFL)  # not the supervisor's own handlers, which came with the fork
    signal.signal(LEAVE, lambda *_: health.leave())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (*END_SIGNALS, LEAVE))
    logs.configure(level)
    app = _create(target)
    forget_settings()
    file_watch.watch()
    return AccessLog(app) if level in ("debug", "info") else app


def _create(target: str) -> "WSGIApplication":
    module, _, factory = target.partition(":")
    try:
        made: WSGIApplication = getattr(importlib.import_module(module), factory)()
    except ConfigError as error:
        logs.logger().error("worker.failed", faults=error.faults)
    except StoreUnavailable as error:
        logs.logger().error("worker.failed", **error.facts)
    except BridgeError as error:
        logs.logger().error("worker.failed", why=f"{type(error).__name__}: {error}")
    except Exception:
        logs.logger().exception("worker.failed")
    else:
        return made
    sys.exit(1)


def forget_settings() -> None:
    """Take our settings out of the environment: nothing that is started from here needs them."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]

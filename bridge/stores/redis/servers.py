"""The kinds of Redis, all by redis-py: one server, a Sentinel group, or a Cluster.

One server, the usual case, is asked over redis-py's connections, without its client, which would double the
cost of a command (DESIGN §9).
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any, ClassVar, Protocol

from redis import ConnectionPool, RedisCluster
from redis.exceptions import RedisError, ResponseError

Argument = str | bytes | int
Command = tuple[Argument, ...]


class Server(Protocol):
    """Answers commands; used by several threads at once. `at_once`: in one round trip, however many."""

    at_once: ClassVar[bool]

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """An answer or a ResponseError for each. Raises RedisError, OSError: some may have been done."""

    def close(self) -> None:
        """Close the connections."""


class OneServer:
    """All commands go out in one write, over a connection that is kept for the next."""

    at_once: ClassVar[bool] = True

    def __init__(self, pool: ConnectionPool) -> None:
        self._make: Callable[[], Any] = partial(pool.connection_class, **pool.connection_kwargs)
        self._kept: deque[Any] = deque()

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """See Server."""
        connection = self._open_connection() or self._make()
        try:
            connection.send_packed_command(connection.pack_commands(commands))
            answers = [_answer(connection) for _ in commands]
        except BaseException:  # its answer may still come, and must not be taken for the next one's
            connection.disconnect()
            raise
        self._kept.append(connection)
        return answers

    def close(self) -> None:
        """See Server."""
        while self._kept:
            self._kept.pop().disconnect()

    def _open_connection(self) -> Any | None:
        """A kept connection that is still open: one with something to read was closed by the server."""
        while True:
            try:
                connection = self._kept.pop()
            except IndexError:
                return None
            try:
                if not connection.can_read():
                    return connection
            except (RedisError, OSError):
                pass  # closed as well
            connection.disconnect()


def _answer(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ResponseError as error:
        return error


class SentinelGroup:
    """redis-py finds the master, and looks for the new one after a failover."""

    at_once: ClassVar[bool] = True

    def __init__(self, client: Any) -> None:
        self._client = client

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """See Server."""
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        answers: list[Any] = pipeline.execute(raise_on_error=False)
        return answers

    def close(self) -> None:
        """See Server."""
        self._client.close()


class Cluster:
    """One command after the other, since the keys live on several servers."""

    at_once: ClassVar[bool] = False

    def __init__(self, make: Callable[[], RedisCluster]) -> None:
        self._make = make
        self._made: RedisCluster | None = None
        self._making = Lock()

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """See Server."""
        with self._making:  # at first use, because the constructor already asks for the slots
            client = self._made = self._made or self._make()
        return [_execute(client, command) for command in commands]

    def close(self) -> None:
        """See Server."""
        if self._made is not None:
            self._made.close()


def _execute(client: Any, command: Command) -> Any:
    try:
        return client.execute_command(*command)
    except ResponseError as error:
        return error

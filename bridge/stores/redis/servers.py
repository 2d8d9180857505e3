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

from bridge.stores.redis.faults import is_useless

Argument = str | bytes | int
Command = tuple[Argument, ...]


class Server(Protocol):
    """Answers commands; used by several threads at once. `at_once`: in one round trip, however many.

    A server that says that it can't serve, or does not answer, is left with all its connections: behind one
    address another one may have taken its place (DESIGN §6.26).
    """

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
        self._kept: deque[tuple[int, Any]] = deque()
        self._era = 0  # connections of an earlier one are used no more

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """See Server."""
        era = self._era
        connection = self._open_connection() or self._make()
        try:
            connection.send_packed_command(connection.pack_commands(commands))
            answers = [_answer(connection) for _ in commands]
        except BaseException as error:  # its answer may still come, and must not be taken for the next one's
            connection.disconnect()
            if is_useless(error):
                self._leave(era)
            raise
        if any(is_useless(answer) for answer in answers):
            self._leave(era)
        if era == self._era:
            self._kept.append((era, connection))
        else:
            connection.disconnect()
        return answers

    def close(self) -> None:
        """See Server."""
        while self._kept:
            self._kept.pop()[1].disconnect()

    def _leave(self, era: int) -> None:
        """Drop all connections of that era; those in use go when they come back."""
        if era == self._era:  # else another thread has done it, and there may be good ones by now
            self._era += 1
            self.close()

    def _open_connection(self) -> Any | None:
        """A kept connection that is still open: one with something to read was closed by the server."""
        while True:
            try:
                era, connection = self._kept.pop()
            except IndexError:
                return None
            try:
                if era == self._era and not connection.can_read():
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
        try:
            answers: list[Any] = pipeline.execute(raise_on_error=False)
        except (RedisError, OSError):
            self._leave()
            raise
        if any(is_useless(answer) for answer in answers):
            self._leave()
        return answers

    def close(self) -> None:
        """See Server."""
        self._client.close()

    def _leave(self) -> None:
        """Ask Sentinel anew who the master is; what is in use by others goes by its own error."""
        self._client.connection_pool.disconnect(inuse_connections=False)


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
        answers = [_execute(client, command) for command in commands]
        if any(is_useless(answer) for answer in answers):
            self._made = (
                None  # who has which slots is asked anew; of a server that is away redis-py sees to it
            )
        return answers

    def close(self) -> None:
        """See Server."""
        if self._made is not None:
            self._made.close()


def _execute(client: Any, command: Command) -> Any:
    try:
        return client.execute_command(*command)
    except ResponseError as error:
        return error

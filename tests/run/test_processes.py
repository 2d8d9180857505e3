"""`bridge run` keeps its processes together: their number, their groups, and what is left when one dies."""

from __future__ import annotations

import os
import signal
import socket
from functools import partial
from pathlib import Path

from bridge.errors import StoreUnavailable
from bridge.stores import embedded
from bridge.stores.redis import connect
from tests.bench.processes import memory_mib
from tests.run.conftest import WORKERS, Bridge, Run, answers
from tests.run.processes import status
from tests.support.waiting import until


def test_it_is_a_supervisor_valkey_and_the_workers_and_says_where_it_listens(run: Run) -> None:
    bridge = run().ready()
    workers, valkey = bridge.workers(), bridge.valkey()
    assert len(workers) == WORKERS
    assert len(valkey) == 1
    assert set(bridge.left()) == {bridge.process.pid, *workers, *valkey}
    groups = {os.getpgid(pid) for pid in (bridge.process.pid, *workers, *valkey)}
    assert len(groups) == 2 + WORKERS  # a Ctrl-C in the terminal reaches the supervisor alone
    until(lambda: f"Listening on http://127.0.0.1:{bridge.port}" in bridge.said(), "it does not say where")


def test_a_killed_supervisor_leaves_nothing_behind(run: Run) -> None:
    bridge = run().ready()
    assert len(bridge.left()) == 2 + WORKERS
    bridge.process.kill()
    bridge.ended()
    bridge.gone()


def whole(bridge: Bridge, killed: list[int]) -> bool:
    now = set(bridge.workers())
    return len(now) == WORKERS and not now & set(killed)


def test_killed_workers_come_back_all_at_once_and_again(run: Run) -> None:
    bridge = run().ready()
    for victims in (slice(0, 1), slice(None), slice(1, 2)):
        killed = bridge.workers()[victims]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        until(partial(whole, bridge, killed), "a worker does not come back", 30)
    bridge.ready()
    assert len(bridge.left()) == 2 + WORKERS


def test_a_port_in_use_ends_the_start_with_one_sentence(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        bridge = run(port=other.getsockname()[1])
        assert bridge.ended() == 1
        [sentence] = bridge.said().splitlines()
        assert f"127.0.0.1:{bridge.port}" in sentence
    bridge.gone()


def test_a_second_bridge_on_the_same_port_leaves_the_first_alone(run: Run) -> None:
    first = run().ready()
    processes = first.left()
    second = run("second", port=first.port)
    assert second.ended() == 1
    assert "Address already in use" in second.said()
    assert not second.left()
    assert first.left() == processes
    assert answers(first.issuer)


def test_a_second_bridge_on_the_same_data_leaves_the_first_alone(run: Run) -> None:
    first = run().ready()
    processes = first.left()
    same = {name: first.environ[name] for name in ("BRIDGE_DATA_DIR", "BRIDGE_MASTER_KEYS")}
    second = run("second", **same)
    assert second.ended() != 0
    assert "is in use by another running server" in second.said()
    assert first.left() == processes


def test_a_redis_of_ones_own_is_used_and_left_running(run: Run, tmp_path: Path) -> None:
    redis = embedded.start(tmp_path / "own")
    try:
        bridge = run(BRIDGE_REDIS__URL=redis.url).ready()
        assert bridge.valkey() == []
        bridge.process.terminate()
        assert bridge.ended() == 0
        bridge.gone()
        kept = connect(redis.url)
        kept.ping()
        kept.close()
    finally:
        redis.stop()


def test_a_valkey_that_dies_comes_back_with_what_it_kept(run: Run) -> None:
    bridge = run().ready()
    (first,) = bridge.valkey()
    address = f"unix://{embedded._socket_path(bridge.folder / 'data' / 'redis')}"  # may be a shorter one
    redis = connect(address)
    redis.command("SET", "k", "v")
    redis.command("WAITAOF", 1, 0, 2000)

    def kept() -> bool:
        try:
            return bool(redis.command("GET", "k") == b"v")
        except StoreUnavailable:  # its process is there before it listens
            return False

    for _ in range(2):
        (before,) = bridge.valkey()
        os.kill(before, signal.SIGKILL)
        until(lambda: bridge.valkey() not in ([], [before]), "Valkey does not come back")  # noqa: B023 -- now
        until(kept, "it has not kept what it had")
        until(lambda: status(bridge.issuer + "/readyz") == 200, "the bridge is not ready again")
    redis.close()
    until(lambda: bridge.said().count("Valkey has ended (signal 9)") == 2, "its deaths are not told")
    assert first not in bridge.left()
    bridge.process.terminate()
    assert bridge.ended() == 0
    bridge.gone()


def test_two_workers_and_their_supervisor_keep_within_their_memory(run: Run) -> None:
    bridge = run().ready()
    for _ in range(50):
        assert answers(bridge.issuer)
    assert memory_mib([bridge.process.pid, *bridge.workers()]) < 220

"""The server around a tiny application: its workers come back, finish what they do, and never stay behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from bridge.ops.workers import check_free
from tests.run.processes import all_gone, environment, family, started, status, workers
from tests.support.servers import free_port
from tests.support.waiting import until

Process = subprocess.Popen[str]


@contextmanager
def serving(folder: Path, port: int, factory: str = "make", drain: str = "0.3") -> Iterator[Process]:
    environ = environment(BRIDGE_MASTER_KEYS="c2VjcmV0")
    with started(["-m", "tests.run.serve_tiny", str(port), factory, drain], environ, folder) as process:
        yield process


@contextmanager
def ready(folder: Path, port: int, drain: str = "0.3") -> Iterator[Process]:
    with serving(folder, port, drain=drain) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        until(lambda: len(workers(process.pid)) == 2, "two workers")
        yield process


def ask(port: int, path: str = "/") -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def asked(pool: ThreadPoolExecutor, port: int, folder: Path) -> Future[dict[str, object]]:
    """A slow request, under way in a worker."""
    future = pool.submit(ask, port, "/slow")
    until(lambda: "slow begins" in (folder / "stderr").read_text(), "it does not begin")
    return future


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_requests_under_way_are_finished_and_nothing_stays(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with ready(tmp_path, port) as process, ThreadPoolExecutor() as pool:
        everybody = family(process.pid)
        slow = asked(pool, port, tmp_path)
        process.send_signal(number)
        assert slow.result(20)["pid"] in [member.pid for member in everybody]
        assert process.wait(20) == 0
        all_gone(everybody)
        assert status(f"http://127.0.0.1:{port}/") == 0


def test_requests_are_finished_too_when_every_process_is_told_to_end(tmp_path: Path) -> None:
    """As systemd does; here many times, so that handlers interrupt one another: none may take a lock."""
    port = free_port()
    with ready(tmp_path, port) as process, ThreadPoolExecutor() as pool:
        everybody = family(process.pid)
        slow = asked(pool, port, tmp_path)
        for member in everybody * 300:
            with suppress(psutil.NoSuchProcess):  # an idle worker ends at once
                member.send_signal(signal.SIGTERM)
        assert slow.result(20)["settings"] == []
        assert process.wait(20) == 0
        all_gone(everybody)


def test_ctrl_c_in_a_terminal_reaches_the_supervisor_alone(tmp_path: Path) -> None:
    with ready(tmp_path, free_port()) as process:
        groups = {os.getpgid(worker.pid) for worker in workers(process.pid)}
        assert os.getpgid(process.pid) not in groups


def test_it_is_no_longer_ready_before_it_stops_listening(tmp_path: Path) -> None:
    port = free_port()
    with ready(tmp_path, port, drain="3") as process:
        assert status(f"http://127.0.0.1:{port}/readyz") == 200
        process.send_signal(signal.SIGTERM)
        until(lambda: status(f"http://127.0.0.1:{port}/readyz") == 503, "it still says that it is ready")
        assert status(f"http://127.0.0.1:{port}/") == 200
        process.send_signal(signal.SIGTERM)  # a second one wants it now
        assert process.wait(20) == 0


def test_idle_connections_do_not_hold_up_the_end(tmp_path: Path) -> None:
    port = free_port()
    with ready(tmp_path, port) as process, socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        process.send_signal(signal.SIGINT)
        assert process.wait(9) == 0  # less than the time after which workers are killed


def test_killed_workers_come_back_even_all_at_once_and_again(tmp_path: Path) -> None:
    port = free_port()
    with ready(tmp_path, port) as process:
        for _ in range(2):
            before = workers(process.pid)
            for worker in before:
                worker.kill()
            all_gone(before)
            until(lambda: len(workers(process.pid)) == 2, "they do not come back")
            until(lambda: status(f"http://127.0.0.1:{port}/") == 200, "nobody answers")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_after_a_sigkill_of_the_supervisor_nothing_is_on_the_port(tmp_path: Path) -> None:
    port = free_port()
    with ready(tmp_path, port) as process, ThreadPoolExecutor() as pool:
        everybody = family(process.pid)
        slow = asked(pool, port, tmp_path)
        process.kill()
        process.wait()
        all_gone(everybody)
        check_free("127.0.0.1", port)
        assert slow.exception(20) is not None


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serving(tmp_path, port) as process:
            assert process.wait(20) == 1
    output = (tmp_path / "stderr").read_text()
    assert len(output.splitlines()) == 1 and f"127.0.0.1:{port}" in output and "Traceback" not in output


def test_a_second_server_does_not_join_the_first(tmp_path: Path) -> None:
    """Granian's workers share their port (SO_REUSEPORT), so the system would not mind."""
    port = free_port()
    with ready(tmp_path, port) as first, serving(tmp_path, port) as second:
        assert second.wait(20) == 1
        assert first.poll() is None and status(f"http://127.0.0.1:{port}/") == 200


def test_workers_that_cannot_start_end_the_service(tmp_path: Path) -> None:
    with serving(tmp_path, free_port(), "broken") as process:
        assert process.wait(60) == 1
    output = (tmp_path / "stderr").read_text()
    assert "settings are wrong" in output and "Traceback" not in output
    assert "workers end" in output.splitlines()[-1]


def test_settings_reach_neither_a_request_nor_what_it_starts(tmp_path: Path) -> None:
    """Granian copies the environment into each request's environ, where a page of errors might show it."""
    port = free_port()
    with ready(tmp_path, port):
        assert ask(port)["settings"] == []


def test_the_access_log_has_no_query(tmp_path: Path) -> None:
    port = free_port()
    with ready(tmp_path, port):
        ask(port, "/path?code=canary")
        until(lambda: '"/path"' in (tmp_path / "stderr").read_text(), "no line")
    lines = [json.loads(line) for line in (tmp_path / "stderr").read_text().splitlines()]
    [line] = [line for line in lines if line.get("path") == "/path"]
    assert line["event"] == "request" and line["status"] == 200 and line["method"] == "GET"
    assert "canary" not in str(lines)

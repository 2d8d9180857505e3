"""The processes under measurement, and the CPU time they have used (from /proc; Linux only)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import until

TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(arguments: list[str], environ: Mapping[str, str], log: Path) -> Iterator[int]:
    """A `bridge …` command while the block lasts; gives its process id."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bridge", *arguments],
            env={**os.environ, **environ},
            stdout=output,
            stderr=output,
        )
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def wait_for(url: str, log: Path, seconds: float = 30) -> None:
    """Until the address answers 200."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 -- our own loopback address
                return True
        except OSError:
            return False

    until(answers, f"{url} does not answer; see {log}", seconds)


def family(root: int) -> dict[int, str]:
    """A process and all its descendants, with their command lines."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            stat = _stat(int(entry.name))
            if stat:
                parents[int(entry.name)] = int(stat[1])
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: _command(pid) for pid in found}


def cpu_seconds(pids: Iterator[int] | list[int]) -> float:
    """User and system time of these processes so far."""
    total = 0
    for pid in pids:
        stat = _stat(pid)
        if stat:
            total += int(stat[11]) + int(stat[12])
    return total / TICK


def memory_mib(pids: list[int]) -> float:
    """Proportional set size of these processes together."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on (proc(5)); empty when it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""

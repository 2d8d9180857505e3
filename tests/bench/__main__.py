"""`make bench`."""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tests.bench import lists
from tests.bench.load import Visitor
from tests.bench.processes import cpu_seconds, family, memory_mib, running, wait_for
from tests.support.servers import free_port

REDIRECT_URI = "http://127.0.0.1:9/cb"  # never asked: the load reads the code off the address
BUDGET = {
    "brokered login": 11.0,
    "single sign-on login": 8.0,
    "refresh": 2.7,
    "userinfo": 0.85,
    "discovery": 0.2,
}
VISITORS = 4


def signature_seconds(times: int = 400) -> float:
    """CPU time of one RSA-2048 signature on this machine, now."""
    key = rsa.generate_private_key(65537, 2048)
    begin = time.process_time()
    for _ in range(times):
        key.sign(b"message", padding.PKCS1v15(), SHA256())
    return (time.process_time() - begin) / times


class Meter:
    """Prints what a kind of request costs the bridge's processes."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._signature = signature_seconds()
        print(
            f"one RSA-2048 signature: {self._signature * 1e6:.0f} us of CPU;"
            f" {len(pids)} processes of the bridge\n"
        )
        print(f"{'':<34}{'CPU':>13}{'signatures':>12}{'aim':>7}{'per second':>12}")

    def measure(self, name: str, each: Callable[[int], object], times: int) -> None:
        """Let every visitor do `each` with its number `times` times, all at once."""
        with ThreadPoolExecutor(VISITORS) as pool:
            before, begin = cpu_seconds(self._pids), time.monotonic()
            list(pool.map(lambda number: [each(number) for _ in range(times)], range(VISITORS)))
            wall, used = time.monotonic() - begin, cpu_seconds(self._pids) - before
        cpu, rate = used / times / VISITORS, times * VISITORS / wall
        aim = f"{BUDGET[name]:>7.2f}" if name in BUDGET else "      -"
        print(f"{name:<34}{cpu * 1e6:>10.0f} us{cpu / self._signature:>12.2f}{aim}{rate:>12.0f}")


def prepare(folder: Path) -> tuple[str, dict[str, str], int]:
    """Settings for a bridge in this folder; gives the issuer, the environment, and the simulator's port."""
    port, web = free_port(), free_port()
    issuer = f"http://127.0.0.1:{port}"
    environ = {
        "BRIDGE_ISSUER": issuer,
        "BRIDGE_SERVER__PORT": str(port),
        "BRIDGE_DATA_DIR": str(folder / "data"),
        "BRIDGE_MASTER_KEYS": base64.b64encode(os.urandom(32)).decode(),
        "BRIDGE_CAMDIGIKEY__PARTNER": str(folder / "camdigikey" / "partner.json"),
        "BRIDGE_LIMITS__PER_BROWSER": "1000000",
        "BRIDGE_LIMITS__PER_ADDRESS": "1000000",
        "BRIDGE_LOG__LEVEL": "warning",
    }
    return issuer, environ, web


def add_client(environ: dict[str, str]) -> tuple[str, str]:
    """Register the client of the load; gives its id and secret."""
    command = [sys.executable, "-m", "bridge", "client", "add", "--json", "--name", "Bench", "--skip-consent"]
    command += ["--redirect-uri", REDIRECT_URI, "--grant-type", "authorization_code"]
    command += [
        "--grant-type",
        "refresh_token",
        "--scope",
        "openid",
        "--scope",
        "profile",
        "--scope",
        "email",
    ]
    command += ["--sector", "127.0.0.1"]
    said = json.loads(
        subprocess.run(command, env={**os.environ, **environ}, capture_output=True, check=True).stdout
    )
    return said["client_id"], said["client_secret"]


def main() -> None:
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("--count", type=int, default=40, help="logins per visitor; cheap requests more")
    options.add_argument("--events", type=int, default=1_000_000, help="that the list pages are tried with")
    options.add_argument("--applications", type=int, default=10_000)
    given = options.parse_args()
    count = given.count
    with tempfile.TemporaryDirectory(prefix="bridge-bench-") as name:
        folder = Path(name)
        issuer, environ, web = prepare(folder)
        simulator = [
            "simulator",
            "--dir",
            str(folder / "camdigikey"),
            "--auto-approve",
            "--api",
            "127.0.0.1:0",
        ]
        simulator += ["--web", f"127.0.0.1:{web}", "--success-url", issuer + "/camdigikey/callback"]
        simulator += ["--error-url", issuer + "/camdigikey/error"]
        with running(simulator, {}, folder / "simulator.log"):
            wait_for(f"http://127.0.0.1:{web}/control/state", folder / "simulator.log")
            with running(["run"], environ, folder / "bridge.log") as supervisor:
                wait_for(issuer + "/readyz", folder / "bridge.log")
                run(issuer, add_client(environ), supervisor, count)
        lists.measure(folder, given.applications, given.events)


def run(issuer: str, client: tuple[str, str], supervisor: int, count: int) -> None:
    """All rows, on a bridge that runs."""
    bridge = [pid for pid, command in family(supervisor).items() if "valkey" not in command]

    def new_visitor() -> Visitor:
        return Visitor(issuer, *client, REDIRECT_URI)

    known = [new_visitor() for _ in range(VISITORS)]
    tokens = [visitor.login() for visitor in known]
    for visitor in (new_visitor() for _ in range(20)):  # caches and code paths warm, in every process
        visitor.login()
    meter = Meter(bridge)
    meter.measure("brokered login", lambda _: new_visitor().login(), count)
    meter.measure("single sign-on login", lambda n: known[n].login(), count)
    codes = [[known[n].code() for _ in range(count)] for n in range(VISITORS)]
    meter.measure("code exchange, client_secret_basic", lambda n: known[n].exchange(*codes[n].pop()), count)
    refresh = [login["refresh_token"] for login in tokens]
    meter.measure(
        "refresh", lambda n: known[n].token(grant_type="refresh_token", refresh_token=refresh[n]), count * 4
    )
    meter.measure("userinfo", lambda n: known[n].get("/userinfo", tokens[n]["access_token"]), count * 10)
    meter.measure("discovery", lambda n: known[n].get("/.well-known/openid-configuration"), count * 10)
    print(f"\nmemory of the bridge's processes: {memory_mib(bridge):.0f} MiB (aim: 220)")


if __name__ == "__main__":
    main()

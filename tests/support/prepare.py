"""Gets what the tests need and the machine lacks, as far as it can; `make test` runs it before pytest.

A tool that cannot be had is no fault here: its tests say so, one sentence each, and are skipped (or fail,
where CI is set). What is fetched goes into `.make` or, as root on Debian, comes as a package.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.support import tools
from tests.support.tools import MADE, NODE_PROJECT, ROOT

Found = TypeVar("Found")
# Programs that bring certificate authorities of their own also trust the machine's (an office's proxy).
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
TRUST = {"NODE_EXTRA_CA_CERTS": str(AUTHORITIES)} if AUTHORITIES.exists() else {}
APT_INSTALL = ROOT / "deploy" / "setup" / "apt_install.sh"


def main() -> None:
    ways: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Playwright's driver", get_driver),  # also fetches Playwright's own browser
        ("browser", get_browser),
        ("PostgreSQL", get_postgres),
        ("pgbouncer", get_pgbouncer),
        ("Node", get_node),
        ("Apache", get_apache),
        *((f"{name} as a proxy", partial(get_proxy, name)) for name in tools.PROXIES),
    )
    for name, get in ways:
        print(f"  {name}: {get()}", flush=True)


def get_driver() -> str:
    ways = (node_wheel, lambda: apt_install("libatomic1"))
    node = tools.find_driver_node() or first_success(
        "a Node that runs Playwright's driver", *ways, find=tools.find_driver_node
    )
    return str(node or f"none; each test of a browser {tools.driver_hint()}")


def get_browser() -> str:
    browser = tools.find_browser() or first_success(
        "a browser", playwright_chromium, lambda: apt_install("chromium"), find=tools.find_browser
    )
    return str(browser or f"none; each of its tests {tools.BROWSER_HINT}")


def get_postgres() -> str:
    # The embedded wheel is among the locked packages, so there is nothing to fetch.
    return str(tools.find_postgres() or f"none; each of its tests {tools.POSTGRES_HINT}")


def get_pgbouncer() -> str:
    pooler = tools.find_pgbouncer() or first_success(
        "pgbouncer", lambda: apt_install("pgbouncer"), find=tools.find_pgbouncer
    )
    return str(pooler or f"none; each of its tests {tools.PGBOUNCER_HINT}")


def get_node() -> str:
    node = tools.find_node() or first_success("Node", node_wheel, find=tools.find_node)
    if node is None:
        return f"none; each of its tests {tools.NODE_HINT}"
    if not npm_ci(node):
        return f"{node.executable}, but npm could not install {NODE_PROJECT.relative_to(ROOT)}."
    return str(node.executable)


def get_apache() -> str:
    packages = ("apache2-bin", "libapache2-mod-auth-openidc")
    apache = tools.find_apache() or first_success(
        "Apache with mod_auth_openidc", lambda: apt_install(*packages), find=tools.find_apache
    )
    return str(apache.executable) if apache else f"none; each of its tests {tools.APACHE_HINT}"


def get_proxy(name: str) -> str:
    program = tools.find_proxy(name) or first_success(
        name, lambda: apt_install(tools.PROXY_PACKAGES[name]), find=lambda: tools.find_proxy(name)
    )
    return str(program or f"none; each of its tests {tools.proxy_hint(name)}")


def first_success(what: str, *ways: Callable[[], bool], find: Callable[[], Found | None]) -> Found | None:
    """Try one way after the other until `find` finds what it looks for."""
    print(f"  {what}: none found, trying to get it …", flush=True)
    for way in ways:
        if way():
            tools.forget()
            found = find()
            if found is not None:
                return found
    return None


def playwright_chromium() -> bool:
    """Playwright's own build; many networks do not let it through, so it must give up soon."""
    node = tools.find_driver_node()
    if node is None:
        return False
    command = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    where = {"PLAYWRIGHT_BROWSERS_PATH": str(tools.BROWSERS), "PLAYWRIGHT_NODEJS_PATH": str(node)}
    return run(command, where | {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}, seconds=300)


def apt_install(*packages: str) -> bool:
    return os.geteuid() == 0 and run(["/bin/sh", str(APT_INSTALL), *packages], seconds=900)


def node_wheel() -> bool:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--only-binary", ":all:", "--require-hashes", "--no-deps", "--upgrade"]
    command += ["--target", str(tools.NODE_WHEEL.parent), "-r", str(NODE_PROJECT / "node.lock")]
    return run(command, {"PIP_ROOT_USER_ACTION": "ignore"}, seconds=600)


def npm_ci(node: tools.Node) -> bool:
    """Install the locked JavaScript packages, unless they stand there already."""
    lock, stamp = NODE_PROJECT / "package-lock.json", node.modules / ".made-of"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return True
    print("  installing the relying parties' JavaScript packages …", flush=True)
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error"]
    path = f"{node.executable.parent}:{os.environ.get('PATH', os.defpath)}"
    settings = {"npm_config_cache": str(MADE / "npm"), "PATH": path}
    if not run([*node.npm, "ci", *quiet], settings, seconds=300, cwd=NODE_PROJECT):
        return False
    stamp.write_text(digest)
    return True


def run(
    command: list[str], extra: Mapping[str, str] | None = None, *, seconds: int, cwd: Path = ROOT
) -> bool:
    """Run a command that may fail: True when it succeeded; when not, the reason it gave on the screen."""
    environment = {**TRUST, **os.environ, **(extra or {})}
    try:
        done = subprocess.run(
            command, env=environment, cwd=cwd, timeout=seconds, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        print(f"    {fault}")
        return False
    if done.returncode:
        print(f"    {reason(done.stdout) or f'{command[0]}: exit status {done.returncode}'}")
    return done.returncode == 0


def reason(output: str) -> str:
    """The line that says what went wrong: the last one that speaks of an error, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(npm )?err(or)?\b", line, re.IGNORECASE)]
    return "".join((errors or lines)[-1:])


if __name__ == "__main__":
    main()

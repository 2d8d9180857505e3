"""Makes `.venv` with the locked dependencies and the bridge itself, or finds that there is nothing to do.

Standard library only: this runs before anything is installed. What `.venv` was made of is written into a
stamp when all is done. A folder without a stamp was left half-made, so it is made anew; a changed lock or
pyproject.toml installs into the folder that is there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import IO, TextIO

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / ".made-of"
LOCK = ROOT / "requirements.lock"

# How many seconds may pass without a word while pip works.
TOLD_EVERY = 5.0

# A person's own pip and Python settings that would lead the installation elsewhere.
DISTURBING = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_CONSTRAINT")


class SetupFailed(Exception):
    """One sentence for the person who said `make`."""


def main(chosen: bool) -> int:
    """Bring `.venv` up to date. `chosen`: the person named this Python, so `.venv` has to be of it."""
    try:
        if not up_to_date(chosen):
            with only_one_at_a_time():
                if not up_to_date(chosen):
                    bring_up_to_date(chosen)
    except SetupFailed as fault:
        print(f"make setup: {fault}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"make setup: {fault.strerror}: {fault.filename}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("make setup: interrupted; the next run begins anew.", file=sys.stderr)
        return 130
    return 0


def up_to_date(chosen: bool) -> bool:
    return usable(chosen) and read_stamp().get("contents") == contents()


def usable(chosen: bool) -> bool:
    """Was `.venv` finished, here, by a Python that still is where it was?"""
    stamp, python = read_stamp(), VENV / "bin" / "python"
    base = os.path.realpath(python)
    if chosen and base != os.path.realpath(sys.executable):
        return False
    # Absolute paths stand in its scripts: a folder that was moved or copied does not work.
    return python.exists() and stamp.get("python") == base and stamp.get("root") == str(ROOT)


def read_stamp() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def contents() -> str:
    """A hash over all that decides what gets installed; settings of linters and tests do not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    version = re.search(r"__version__.*", (ROOT / "bridge" / "__init__.py").read_text(encoding="utf-8"))
    parts = [
        json.dumps([project["project"], project["build-system"], project["tool"]["hatch"]], sort_keys=True),
        version.group() if version else "",
        LOCK.read_text(encoding="utf-8"),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def only_one_at_a_time() -> TextIO:
    """Wait for another `make setup` in this folder; closing the file, or dying, lets the next one in."""
    held = LOCK.open(encoding="utf-8")
    fcntl.flock(held, fcntl.LOCK_EX)
    return held


def bring_up_to_date(chosen: bool) -> None:
    began = time.monotonic()
    if not usable(chosen):
        make_empty_venv()
    STAMP.unlink(missing_ok=True)
    count = len(re.findall(r"^\S+==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    print(f"  installing {count} locked packages; the first time this takes a few minutes …", flush=True)
    # Every dependency stands in the lock with its hashes, and each has a ready-made wheel:
    # nothing to resolve, nothing to compile.
    pip("--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(LOCK), count=count)
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT), count=1)
    made = {"python": os.path.realpath(VENV / "bin/python"), "root": str(ROOT), "contents": contents()}
    STAMP.write_text(json.dumps(made))
    print(f"  .venv is ready ({time.monotonic() - began:.0f} s).", flush=True)


def make_empty_venv() -> None:
    # The real file, not a link in a .venv that is about to go.
    python = os.path.realpath(sys.executable)
    if VENV.is_symlink() or VENV.exists():
        print("  .venv was left half-made, moved, or is another Python's: making it anew.", flush=True)
        VENV.unlink() if VENV.is_symlink() else shutil.rmtree(VENV)
    print(f"  making .venv with Python {sys.version.split()[0]} ({python}) …", flush=True)
    if made_venv(python):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    install = ["/bin/sh", str(Path(__file__).with_name("apt_install.sh")), package]
    if subprocess.run(install, check=False).returncode or not made_venv(python):
        raise SetupFailed(
            f"{python} cannot make virtual environments; install its venv module "
            f"(Debian: as root, apt-get install {package})."
        )


def made_venv(python: str) -> bool:
    # Without ensurepip it would stop half-way, and say so in many lines.
    command = [python, "-I", "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, env=quiet_environment(), capture_output=True, check=False)
    return made.returncode == 0 and (VENV / "bin" / "pip").exists()


def pip(*arguments: str, count: int) -> None:
    """Let pip install `count` packages and tell every few seconds how far it is; errors pass through."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--progress-bar", "off", *arguments]
    with tempfile.TemporaryFile() as log:
        with subprocess.Popen(command, cwd=ROOT, env=quiet_environment(), stdout=log) as process:
            while not ended(process):
                print(f"    {how_far(read_all(log), count)}", flush=True)
        if process.returncode:
            raise SetupFailed("pip could not install what the bridge needs; its words stand above.")


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait a few seconds for it."""
    try:
        process.wait(TOLD_EVERY)
    except subprocess.TimeoutExpired:
        return False
    return True


def read_all(log: IO[bytes]) -> str:
    # With pread, since a seek would move the place at which the child goes on writing.
    return os.pread(log.fileno(), os.fstat(log.fileno()).st_size, 0).decode("utf-8", "replace")


def how_far(said: str, count: int) -> str:
    """pip names each package that it fetches, but none while it unpacks: there folders are counted."""
    if "\nInstalling collected packages" in said:
        installed = len(list(VENV.glob("lib/python*/site-packages/*.dist-info")))
        return f"{min(installed, count)} of {count} installed …"
    fetched = len(
        re.findall(r"^ *(?:Downloading|Using cached|Processing) .*\.whl(?: |$)", said, re.MULTILINE)
    )
    return f"{min(fetched, count)} of {count} fetched …"


def quiet_environment() -> dict[str, str]:
    """pip's environment: no notices, no questions, UTF-8 in any locale, a cache only where it is ours."""
    environment = {name: value for name, value in os.environ.items() if name not in DISTURBING}
    environment |= {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_NO_WARN_SCRIPT_LOCATION": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUTF8": "1",
    }
    if not cache_is_ours():
        environment["PIP_NO_CACHE_DIR"] = "1"
    return environment


def cache_is_ours() -> bool:
    """May pip keep its cache where it wants to? (Not in a HOME that is another's or cannot be written.)"""
    wanted = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pip"
    while not wanted.exists() and wanted != wanted.parent:
        wanted = wanted.parent
    return os.access(wanted, os.W_OK) and wanted.stat().st_uid == os.getuid()


if __name__ == "__main__":
    sys.exit(main(chosen="--chosen" in sys.argv[1:]))

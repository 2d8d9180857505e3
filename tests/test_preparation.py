"""What makes the two commands hold on a bare machine: the driver's Node, a checkout of another owner,
a slow machine, progress in place of silence, and what the README's commands leave in the folder."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import prepare, tools

ROOT = tools.ROOT
LOADER = "node: error while loading shared libraries: libatomic.so.1: cannot open shared object file"


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = tools.needed(tools.in_path("git"), tools.GIT_HINT)
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No Node in PATH, none fetched, and Playwright's own ends as it does without libatomic1."""
    own = script(tmp_path / "driver" / "node", f"echo '{LOADER}' >&2; exit 127")
    monkeypatch.delenv("PLAYWRIGHT_NODEJS_PATH", raising=False)
    monkeypatch.setattr(tools, "in_path", lambda name: None)
    monkeypatch.setattr(tools, "bundled_node", lambda: own)
    monkeypatch.setattr(tools, "NODE_WHEEL", tmp_path / "wheel")
    return tmp_path


# Playwright's driver


@pytest.fixture
def working_node() -> Path:
    node = tools.find_driver_node()
    return tools.needed(node, "" if node else tools.driver_hint())


def test_where_the_drivers_own_node_does_not_start_the_fetched_one_runs_it(
    working_node: Path, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = bare_machine / "wheel" / "bin" / "node"
    monkeypatch.setattr(prepare, "node_wheel", lambda: bool(script(wheel, f'exec "{working_node}" "$@"')))
    assert tools.find_driver_node() is None
    assert prepare.get_driver() == str(wheel)
    assert tools.find_driver_node() == wheel


def test_a_node_that_the_person_names_comes_first(
    working_node: Path, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = script(bare_machine / "named", f'exec "{working_node}" "$@"')
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(named))
    assert tools.find_driver_node() == named


def test_the_browser_fixtures_take_the_node_that_was_found(working_node: Path, tmp_path: Path) -> None:
    called = tmp_path / "called"
    node = script(tmp_path / "node", f'echo "$@" >> "{called}"; exec "{working_node}" "$@"')
    program = (
        "import pathlib, sys; from tests.support import browser\n"
        "with browser.driven_by(pathlib.Path(sys.argv[1])) as driver: print(driver.chromium.name)"
    )
    command = [sys.executable, "-c", program, node]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "chromium"
    assert "run-driver" in called.read_text()


def test_where_no_node_runs_the_driver_the_missing_library_and_its_package_are_named(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(prepare, "node_wheel", lambda: False)
    monkeypatch.setattr(prepare, "apt_install", lambda *packages: bool(asked.append(packages)))
    said = prepare.get_driver()
    assert asked == [("libatomic1",)]
    assert said.startswith("none; each test of a browser needs")
    assert "apt-get install libatomic1" in said
    assert LOADER in said


def test_playwrights_browser_is_not_asked_for_where_its_driver_does_not_start(
    bare_machine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The attempt would only leave the loader's error on the screen, and nobody knows whose it is."""
    assert not prepare.playwright_chromium()
    assert not capfd.readouterr().err  # the loader writes nowhere else


# The reverse proxies


@pytest.mark.parametrize(("name", "package"), [("nginx", "nginx"), ("apache", "apache2-bin")])
def test_a_proxy_that_is_missing_is_installed_or_named_by_its_package(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(tools, "in_path", lambda name: None)
    monkeypatch.setattr(prepare, "apt_install", lambda *packages: bool(asked.append(packages)))
    assert f"apt-get install {package})" in prepare.get_proxy(name)
    assert asked == [(package,)]
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=f"apt-get install {package}"):
        tools.needed(tools.find_proxy(name), tools.proxy_hint(name))


# The checkout


def test_a_checkout_of_another_owner_is_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept").write_text("")
    assert git(tmp_path, "init").returncode == git(tmp_path, "add", "kept").returncode == 0
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "dubious ownership" in git(tmp_path, "ls-files").stderr
    assert tools.committed_files(tmp_path) == [tmp_path / "kept"]


def test_a_folder_without_git_is_told_from_a_machine_without_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert git(tmp_path, "version").returncode == 0
    with pytest.raises(pytest.skip.Exception, match=r"needs a git checkout.*not a git repository"):
        tools.committed_files(tmp_path)
    monkeypatch.setattr(tools, "in_path", lambda name: None)
    with pytest.raises(pytest.skip.Exception, match="apt-get install git"):
        tools.committed_files(tmp_path)


def test_git_add_takes_nothing_that_following_the_readme_leaves(tmp_path: Path) -> None:
    """The master key stood there as an untracked file, one `git add .` away from everybody."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    written = re.findall(r"(?:^cat|master) > ([\w.]+)", readme, re.MULTILINE)
    assert {"master.key", "bridge.toml"} <= set(written)
    (tmp_path / "data").mkdir()
    for name in [*written, "data/bridge.db", "partner.json", "client.p12", "trust.p12"]:
        (tmp_path / name).write_text("made up")
    shutil.copy(ROOT / ".gitignore", tmp_path)
    assert git(tmp_path, "init").returncode == git(tmp_path, "add", ".").returncode == 0
    assert git(tmp_path, "ls-files").stdout.split() == [".gitignore"]


# A slow machine


def test_no_property_fails_because_the_machine_is_slow() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check


def test_no_test_sets_a_deadline_of_its_own() -> None:
    kept = [ROOT / "tests" / "conftest.py", Path(__file__)]
    own = re.compile(r"settings\([^)]*deadline\s*=")
    tests = (path for path in (ROOT / "tests").rglob("*.py") if path not in kept)
    assert [str(path) for path in tests if own.search(path.read_text(encoding="utf-8"))] == []


# make setup


@pytest.fixture
def make_venv(tmp_path: Path) -> dict[str, Any]:
    """The script's own names, with a .venv elsewhere; changing one changes what its functions see."""
    found: dict[str, Any] = runpy.run_path(str(ROOT / "deploy" / "setup" / "make_venv.py"))[
        "main"
    ].__globals__
    found.update(VENV=tmp_path, TOLD_EVERY=0.01)
    return found


def test_setup_tells_how_far_it_is_while_pip_works(make_venv: dict[str, Any], tmp_path: Path) -> None:
    """pip fetches one, and goes on only when that was printed; then it installs one, and the same again."""
    fetched, installed = (tmp_path / name for name in ("fetched", "installed"))
    for pipe in (fetched, installed):  # two, because the writer of one may still hold it open
        os.mkfifo(pipe)
    (tmp_path / "lib/python3.11/site-packages/a.dist-info").mkdir(parents=True)
    lines = ["echo Collecting a", "echo '  Downloading a-1.whl.metadata (1 kB)'"]
    lines += ["echo '  Downloading a-1.whl (9 kB)'", f'read _ < "{fetched}"']
    lines += ["echo Installing collected packages: a, b", f'read _ < "{installed}"']
    script(tmp_path / "bin" / "python", "\n".join(lines))
    printed: list[str] = []

    def tell(line: str, flush: bool) -> None:
        if line not in printed:
            printed.append(line)
            if "1 of 2" in line:
                (fetched if "fetched" in line else installed).write_text("go on\n")

    make_venv["print"] = tell
    make_venv["pip"]("--requirement", "lock", count=2)
    assert [line.strip() for line in printed if "1 of 2" in line] == [
        "1 of 2 fetched …",
        "1 of 2 installed …",
    ]


def test_pips_errors_pass_through_and_end_the_setup(
    make_venv: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script(tmp_path / "bin" / "python", "echo 'ERROR: no network' >&2; exit 1")
    with pytest.raises(make_venv["SetupFailed"]):
        make_venv["pip"]("--requirement", "lock", count=2)
    assert "ERROR: no network" in capfd.readouterr().err

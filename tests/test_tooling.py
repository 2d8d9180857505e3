"""The project's own tools: the lock, the commands of the Makefile, what may not be committed, and what
tests/support gives to other tests."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from playwright.sync_api import Browser
from pytest_httpserver import HTTPServer

from tests.support import postgres, prepare, tools
from tests.support.browser import NewPage, screenshot

ROOT = tools.ROOT
COMMANDS = {"help", "setup", "demo", "run", "test", "lint", "format", "bench", "mutants", "lock", "clean"}
HOST = re.compile(r"https?://|\b[\w-]+\.(?:org|com|net|io|dev|kh)/")


def requirements() -> dict[str, str]:
    """Each requirement of the lock, name and version, with the lines that belong to it."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {entry.split()[0]: entry for entry in re.split(r"\n(?=\S)", text.strip())}


# The lock


def test_every_locked_requirement_is_pinned_and_has_hashes() -> None:
    for name, entry in requirements().items():
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[0-9][\w.+!]*", name)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), name


def test_the_lock_holds_every_dependency_at_the_version_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = set(project["dependencies"]).union(*project["optional-dependencies"].values())
    locked = {re.sub(r"\[.*\]", "", name) for name in requirements()}
    assert {re.sub(r"\[.*\]", "", name) for name in wanted} <= locked


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "tests/relying_parties/node/node.lock",
        "tests/relying_parties/node/package-lock.json",
    ],
)
def test_no_lock_names_a_host_to_fetch_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert '"resolved"' not in text
    # npm writes where authors take donations; nothing is fetched from there.
    kept = [line for line in text.splitlines() if '"url": "https://github.com/sponsors/' not in line]
    assert [line for line in kept if HOST.search(line)] == []


# The commands


def test_make_alone_lists_every_command() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(re.findall(r"^  make (\w+) ", said.stdout, re.MULTILINE)) == COMMANDS


def test_the_readme_begins_with_the_two_commands() -> None:
    said = re.findall(r"^(?:\$ )?(make \w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert said[:2] == ["make demo", "make test"]


def test_ci_runs_lint_and_all_tests() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.startswith("#!/bin/bash\n")
    assert re.search(r"^exec make .*\blint test$", script, re.MULTILINE)


def test_a_finished_setup_has_nothing_to_do() -> None:
    """The second `make setup` starts one Python that compares a stamp; it neither prints nor changes."""
    stamp = ROOT / ".venv" / ".made-of"
    before = (
        tools.needed(stamp if stamp.exists() else None, "needs a .venv made by make setup.")
        .stat()
        .st_mtime_ns
    )
    done = subprocess.run(
        ["sh", "deploy/setup/setup.sh"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stamp.stat().st_mtime_ns == before


def test_without_a_fitting_python_setup_says_so_in_one_sentence(tmp_path: Path) -> None:
    """Both where the person named a wrong one and where PATH holds none at all."""
    wrong = tmp_path / "python"
    wrong.write_text("#!/bin/sh\nexit 1\n")
    wrong.chmod(0o755)
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    for environment in ({"PYTHON": str(wrong)}, {}):
        said = subprocess.run(
            ["/bin/sh", ROOT / "deploy/setup/setup.sh"],
            env={"PATH": str(tmp_path), **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == 1
        assert len(said.stderr.splitlines()) == 1
        assert "Python 3.11, 3.12 or 3.13" in said.stderr


# What stands in the repository


def test_no_key_keystore_or_database_is_committed() -> None:
    forbidden = {".p12", ".pfx", ".jks", ".key", ".pem", ".crt", ".sqlite", ".sqlite3", ".db", ".env"}
    assert [str(path) for path in tools.committed_files(ROOT) if path.suffix.lower() in forbidden] == []


def test_no_committed_file_holds_a_private_key() -> None:
    begin = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}")
    vectors = ROOT / "tests" / "vectors.json"  # made-up keys, published for the tests
    found = (
        path for path in tools.committed_files(ROOT) if path != vectors and begin.search(path.read_bytes())
    )
    assert [str(path) for path in found] == []


def test_no_folder_that_commands_make_is_committed() -> None:
    made = {".venv", ".make", "node_modules", "__pycache__", "test-output", "demo-data", ".mypy_cache"}
    assert [
        str(path) for path in tools.committed_files(ROOT) if made & set(path.relative_to(ROOT).parts)
    ] == []


def test_no_committed_file_is_larger_than_two_megabytes() -> None:
    assert [str(path) for path in tools.committed_files(ROOT) if path.stat().st_size > 2 << 20] == []


def test_every_silenced_check_gives_its_reason() -> None:
    silenced = re.compile(r"#\s*(?:noqa|type:\s*ignore)\b(?!.*--\s*\S)")
    sources = (
        path for path in tools.committed_files(ROOT) if path.suffix == ".py" and path != Path(__file__)
    )
    lines = ((path, line) for path in sources for line in path.read_text(encoding="utf-8").splitlines())
    assert [f"{path}: {line.strip()}" for path, line in lines if silenced.search(line)] == []


def test_the_changelog_tells_of_the_version_that_stands_in_the_code() -> None:
    version = re.search(r'__version__ = "([^"]+)"', (ROOT / "bridge/__init__.py").read_text(encoding="utf-8"))
    assert version
    headings = re.findall(
        r"^## \[?([\w.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert headings[0] in ("Unreleased", version.group(1))


# What tests/support gives


def test_a_missing_tool_skips_its_test_and_fails_it_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        tools.needed(None, tools.BROWSER_HINT)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        tools.needed(None, tools.BROWSER_HINT)
    assert tools.needed("found", tools.BROWSER_HINT) == "found"


def test_preparing_names_the_last_words_of_a_way_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert not prepare.run(["sh", "-c", "echo one; echo the reason; exit 3"], seconds=10)
    assert not prepare.run(["no-such-program"], seconds=10)
    said = capsys.readouterr().out
    assert "the reason" in said
    assert "no-such-program" in said


def test_preparing_tries_the_next_way_when_one_finds_nothing(tmp_path: Path) -> None:
    made = tmp_path / "tool"
    ways = (lambda: False, lambda: True, lambda: made.write_text("tool") > 0)
    found = prepare.first_success("a tool", *ways, find=lambda: made if made.exists() else None)
    assert found == made


def test_each_new_page_is_another_browser(new_page: NewPage, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(
        "<title>ប្រាក់</title>", headers={"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "a=1"}
    )
    first, second = new_page(), new_page()
    first.goto(httpserver.url_for("/"))
    assert first.title() == "ប្រាក់"
    assert [cookie.get("name") for cookie in first.context.cookies()] == ["a"]
    assert second.context.cookies() == []
    assert screenshot(first, "tooling a page").read_bytes().startswith(b"\x89PNG")


def test_the_browser_reaches_this_machine_alone(browser: Browser) -> None:
    page = browser.new_page()
    answer = page.goto("about:blank")
    assert answer is None
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://somewhere.example/")
    page.close()


def test_each_test_gets_an_empty_database(postgres_url: str) -> None:
    engine = sqlalchemy.create_engine(postgres_url)
    with engine.begin() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []
        connection.execute(sqlalchemy.text("create table person (name text)"))
        connection.execute(sqlalchemy.text("insert into person values ('សុខា')"))
        assert connection.scalar(sqlalchemy.text("select name from person")) == "សុខា"
    engine.dispose()


def test_the_database_server_is_closed_to_other_users(postgres_server: str) -> None:
    assert stat.S_IMODE(Path(postgres_server).stat().st_mode) == 0o700
    with psycopg.connect(host=postgres_server, user="postgres", dbname="postgres") as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)


def test_the_embedded_postgresql_serves_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheel's own programs, also where the machine has others; no folder of the project is opened."""
    programs = tools.embedded_initdb()[0].parent
    above = [*programs.parents, programs]
    before = [stat.S_IMODE(folder.stat().st_mode) for folder in above]
    monkeypatch.setattr(tools, "find_postgres", lambda: programs)
    with postgres.server() as folder:
        with psycopg.connect(host=folder, user="postgres", dbname="postgres") as connection:
            version = connection.execute("show server_version").fetchone()
        assert version == ("18.6",)
        assert (Path(folder) / "data").stat().st_uid != 0
    assert not Path(folder).exists()
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in above] == before


def test_node_finds_openid_client(node: tools.Node) -> None:
    script = 'import("openid-client").then((client) => console.log(typeof client.discovery))'
    said = subprocess.run(
        [node.executable, "--input-type=module", "--eval", script],
        cwd=node.modules.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "function"


def test_apache_loads_mod_auth_openidc(apache: tools.Apache, tmp_path: Path) -> None:
    configuration = tmp_path / "httpd.conf"
    modules = ("mpm_event", "authn_core", "authz_core", "auth_openidc")
    lines = [f'LoadModule {name}_module "{apache.modules}/mod_{name}.so"' for name in modules]
    built_in = subprocess.run([apache.executable, "-l"], capture_output=True, text=True, check=True).stdout
    kept = [line for line, name in zip(lines, modules, strict=True) if f"mod_{name}.c" not in built_in]
    settings = [
        f'ServerRoot "{tmp_path}"',
        "ServerName localhost",
        "Listen 127.0.0.1:1",
        f"ErrorLog {tmp_path}/log",
    ]
    configuration.write_text("\n".join([*settings, *kept]))
    checked = subprocess.run(
        [apache.executable, "-t", "-f", configuration], capture_output=True, text=True, check=False
    )
    assert "Syntax OK" in checked.stderr

"""The commands, as a person at the console gives them."""

from __future__ import annotations

import base64
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bridge.cli import COMMANDS, keys
from bridge.domain.client import Client
from bridge.domain.client_metadata import as_metadata
from bridge.domain.ids import ClientId, Kid
from bridge.ports.keys import SigningKey
from bridge.settings import load
from bridge.stores.sealing import MasterSealer
from bridge.stores.sql import SqlSigningKeys
from bridge.wiring.database import engine_of
from tests.cli.conftest import KEY, Console
from tests.support.tools import ROOT

REASON = ("--reason", "Decree 12")  # as the application may have the national number


def test_every_command_explains_itself(console: Console) -> None:
    for name in COMMANDS:
        assert "Usage: " in console.say(name, "--help").output
    listed = console.say("--help").output
    assert all(name in listed for name in ("run", "demo", "client", "keys")) and "demo-world" not in listed


@pytest.mark.parametrize("words", [(), ("keys",)], ids=["bridge", "bridge keys"])
def test_the_help_says_of_each_command_how_its_own_help_begins(
    console: Console, words: tuple[str, ...]
) -> None:
    lazy = {(): COMMANDS, ("keys",): keys.COMMANDS}[words]
    for name, command in lazy.items():
        own = console.say(*words, name, "--help").output
        begin = " ".join(own.partition("\n\n")[2].partition("\n\n")[0].split())
        assert begin.startswith(command.about.removesuffix(".")), name


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        ("--help", "sqlalchemy alembic redis flask authlib joserfc cryptography httpx rich werkzeug"),
        ("keys --help", "sqlalchemy alembic redis flask authlib joserfc cryptography httpx rich werkzeug"),
        ("keys master", "sqlalchemy alembic redis flask authlib joserfc cryptography httpx rich werkzeug"),
        ("simulator --help", "sqlalchemy alembic redis authlib httpx bridge.wiring"),
    ],
)
def test_a_command_does_not_wait_for_what_only_others_need(words: str, unwanted: str) -> None:
    code = (
        "import sys; from bridge.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "print('loaded:', *sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, *words.split()], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    loaded = set(said.partition("loaded:")[2].split())
    assert "bridge.cli" in loaded and not set(unwanted.split()) & loaded


def test_the_settings_file_is_named_before_or_after_the_command(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("before", "after", "environment"):
        (console.folder / name).write_text(f'issuer = "https://{name}.example"\n', encoding="utf-8")
    monkeypatch.setenv("BRIDGE_CONFIG", "environment")
    tell = ("config", "show")
    assert "https://environment.example" in console.say(*tell).output
    assert "https://before.example" in console.say("--config", "before", *tell).output
    assert "https://after.example" in console.say("--config", "before", *tell, "--config", "after").output
    assert "can't be read" in console.say("--config", "nowhere", *tell, wanted=2).output


def test_an_application_is_registered_before_the_first_start(console: Console) -> None:
    made = console.add()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made["client_secret"])
    assert made["discovery"] == "https://sso.example.gov.kh/.well-known/openid-configuration"
    shown = console.json("client", "show", "portal")
    assert shown["sector_identifier"] == "portal.example.gov.kh" and shown["live_secrets"] == 1
    assert made["client_secret"] not in json.dumps(shown) and "secret_hashes" not in shown


def test_every_field_of_a_client_can_be_set(console: Console) -> None:
    console.add()
    console.say(
        "client", "edit", "portal", "--name", "Portal", "--redirect-uri", "https://p.example/cb",
        "--auth-method", "none", "--application-type", "web", "--grant-type", "authorization_code",
        "--grant-type", "refresh_token", "--scope", "openid", "--scope", "national_id", "--claim", "name",
        "--require-pkce", "--skip-consent", "--skip-login-page", "--popups", "--subject-type", "public",
        "--id-token-alg", "ES256", "--access-token-format", "at+jwt", "--claims-in-id-token",
        "--email-fallback", "people.example.gov.kh", "--name-locale", "km",
        "--national-id-purpose", "Taxes", "--post-logout-redirect-uri", "https://p.example/bye",
        "--form-action-origin", "https://q.example", "--allowed-origin", "https://p.example",
        "--client-uri", "https://p.example/", "--logo-uri", "https://p.example/logo.png",
        "--name-km", "ច្រក", "--colour", "#0b5cad",
        "--policy-uri", "https://p.example/policy", "--tos-uri", "https://p.example/terms",
        "--initiate-login-uri", "https://p.example/login", "--default-max-age", "60",
        "--lifetime", "access_token=300", "--lifetime", "refresh=86400",
        "--backchannel-logout-uri", "https://p.example/hear", "--backchannel-logout-session-required",
        "--connector", "camdigikey", "--access", "listed", "--access-contact", "Help desk",
        "--pause-text-km", "ផ្អាក", "--pause-text-en", "Paused",
        "--name-km", "វិបផតថល", "--colour", "#0b5cad", *REASON,
    )  # fmt: skip
    after = console.json("client", "show", "portal")
    default = as_metadata(Client(ClientId(""), "", ()))
    same = {name for name, value in default.items() if after[name] == value}
    # Those that the command set to their default, and what only `add`, `apply`, `disable` and time set.
    assert same == {"application_type", "require_pkce", "enabled", "live_secrets", "managed_by"}
    assert after["lifetimes"] == {"access_token": 300, "refresh": 86400}
    console.say("client", "edit", "portal", "--claim", "", "--allowed-origin", "", *REASON)
    after = console.json("client", "show", "portal")
    assert (after["claims"], after["allowed_origins"]) == (None, [])
    console.say("client", "edit", "portal", "--lifetime", "", "--default-max-age", "")
    after = console.json("client", "show", "portal")
    assert (after["lifetimes"], after["default_max_age"]) == ({}, None)
    console.say("client", "edit", "portal", "--logo-uri", "", "--connector", "", "--show-login-page", *REASON)
    after = console.json("client", "show", "portal")
    assert (after["logo_uri"], after["connector"], after["skip_login_page"]) == (None, None, False)


def test_an_account_that_the_settings_do_not_have_is_told(console: Console) -> None:
    console.add()
    said = console.say("client", "edit", "portal", "--connector", "second", wanted=1).output
    assert "connector" in said and "second" in said and "camdigikey" in said


def test_what_is_shown_has_the_names_of_rfc_7591(console: Console) -> None:
    console.add()
    said = console.say("client", "show", "portal").stdout
    names = [line.split()[0] for line in said.splitlines()]
    assert {"client_name", "redirect_uris", "scope", "client_id_issued_at"} <= set(names)
    assert "openid profile email phone" in said


def test_a_made_id_is_taken_by_every_command(console: Console) -> None:
    made = console.json("client", "add", "--name", "P", "--redirect-uri", "https://p.example/cb")
    assert console.json("client", "show", made["client_id"])["client_name"] == "P"


def test_the_fields_of_an_application_are_explained_without_settings(console: Console) -> None:
    console.settings("not toml at all")
    assert "backchannel_logout_uri" in console.say("client", "fields").stdout


def test_what_is_given_twice_is_kept_once(console: Console) -> None:
    made = console.add("--scope", "openid", "--scope", "profile", "--scope", "openid")
    assert made["scope"] == "openid profile"


def test_a_change_of_the_subject_type_is_warned_of(console: Console) -> None:
    console.add()
    assert "another sub" in console.say("client", "edit", "portal", "--subject-type", "public").stderr
    assert not console.say("client", "edit", "portal", "--subject-type", "public").stderr


def test_names_in_khmer_are_shown_as_they_are(console: Console) -> None:
    console.add()
    name = "ក្រសួង [bold]O'Neil[/bold]"
    edited = console.say("client", "edit", "portal", "--name", name, "--json").stdout
    assert name in edited
    assert name in console.say("client", "show", "portal").stdout
    assert "[bold]" in console.say("client", "list").stdout  # not taken for a colour


def test_adding_tells_in_a_line_what_the_application_may_need(console: Console) -> None:
    said = console.say("client", "add", "--name", "Portal", "--redirect-uri", "https://p.example/cb")
    (line,) = [line for line in said.stderr.splitlines() if line.startswith("To know: ")]
    assert "PKCE" in line and "--claims-in-id-token" in line
    assert json.loads(
        console.say("client", "add", "--name", "B", "--redirect-uri", "https://b.example/cb", "--json").stdout
    )


def test_wrong_addresses_are_all_explained_at_once(console: Console) -> None:
    bad = ("--redirect-uri", "http://p.example/cb", "--redirect-uri", "https://p.example/*")
    said = console.say("client", "add", "--name", "Portal", *bad, wanted=1).output
    assert "plain http is for this machine alone" in said and "wildcard" in said
    assert console.json("client", "list") == []


def test_a_secret_is_rotated_shown_once_and_the_one_before_lives_on(console: Console) -> None:
    first = console.add()["client_secret"]
    second = console.json("client", "rotate-secret", "portal")
    assert second["client_secret"] != first and second["live_secrets"] == 2
    assert console.json("client", "rotate-secret", "portal", "--at-once")["live_secrets"] == 1
    assert "not shown again" in console.say("client", "rotate-secret", "portal").output


def test_an_application_is_kept_out_let_in_deleted_and_taken_back(console: Console) -> None:
    console.add()
    assert console.json("client", "disable", "portal")["enabled"] is False
    assert "disabled" in console.say("client", "list").output
    assert console.json("client", "enable", "portal")["enabled"] is True
    console.say("client", "delete", "portal", wanted=1, answer="n\n")
    assert len(console.json("client", "list")) == 1
    assert console.json("client", "delete", "portal", "--yes") == {"deleted": "portal"}
    assert "No application yet" in console.say("client", "list").output
    listed = console.say("client", "list", "--deleted").output
    assert listed.startswith("portal  Ministry portal  can be restored until 20")
    (deleted,) = console.json("client", "list", "--deleted")
    assert deleted["restorable_until"] - deleted["deleted_at"] == 7 * 24 * 3600
    assert deleted["live_secrets"] == 0
    address = ("--redirect-uri", "https://p.example/cb")
    taken = console.say("client", "add", "--client-id", "portal", "--name", "P", *address, wanted=1)
    assert "There was a client portal" in taken.output
    assert len(console.json("client", "restore", "portal")["client_secret"]) == 43
    assert console.json("client", "list", "--deleted") == []
    assert "Nothing was deleted" in console.say("client", "list", "--deleted").output
    assert "could be restored" in console.say("client", "restore", "portal", wanted=1).output


def test_expected_trouble_is_one_sentence(console: Console) -> None:
    for words in (("show", "nobody"), ("rotate-secret", "nobody"), ("delete", "--yes", "nobody")):
        said = console.say("client", *words, wanted=1).output
        assert said.count("\n") == 1 and "There is no client nobody" in said
    console.add()
    assert (
        "already"
        in console.say(
            "client",
            "add",
            "--client-id",
            "portal",
            "--name",
            "P",
            "--redirect-uri",
            "https://p.example/cb",
            wanted=1,
        ).output
    )
    console.say("client", "edit", "portal", wanted=2)


def test_an_address_that_is_none_is_explained_too(console: Console) -> None:
    for bad in ("https://[", "https://[::1", "http://[x]/", "//", ":", "\x00", ""):
        said = console.say("client", "add", "--name", "Portal", "--redirect-uri", bad, wanted=1).output
        assert any(word in said for word in ("can't be read", "not absolute", "can't have", "is needed")), bad


def test_a_database_of_no_use_is_told_in_a_sentence(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("client", "list"), ("db", "upgrade"), ("keys", "rotate")):
        for url in ("postgresql://u:canary@127.0.0.1:1/none", "sqlite:////nowhere/at/all.db"):
            monkeypatch.setenv("BRIDGE_DATABASE__URL", url)
            said = console.say(*words, wanted=1).output
            assert said.count("\n") == 1 and "database.url" in said and "canary" not in said
        monkeypatch.setenv("BRIDGE_DATABASE__URL", "mysql://u:canary@h/x")
        said = console.say(*words, wanted=2).output
        assert said.count("\n") == 1 and "database.url" in said and "canary" not in said


def test_a_file_that_is_no_database_is_told(console: Console) -> None:
    (console.folder / "data").mkdir()
    (console.folder / "data" / "bridge.db").write_text("anything but a database" * 10, encoding="utf-8")
    for words in (("client", "list"), ("keys", "list"), ("db", "upgrade")):
        assert "holds no database" in console.say(*words, wanted=1).output
    # What is wrong in the settings is told first.
    assert "camdigikey.partner" in console.say("config", "check", wanted=2).output
    console.with_partner()
    assert "holds no database" in console.say("config", "check", wanted=1).output


def test_right_settings_are_said_to_be_right(console: Console) -> None:
    console.with_partner()
    assert "are right" in console.say("config", "check").output
    console.say("db", "upgrade")
    assert "are right" in console.say("config", "check").output


def test_a_database_of_a_newer_release_is_left_alone(console: Console) -> None:
    console.say("db", "upgrade")
    with closing(sqlite3.connect(console.folder / "data" / "bridge.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "newer release" in console.say("db", "upgrade", wanted=2).output


def test_wrong_settings_are_all_told_with_exit_code_2(console: Console) -> None:
    console.settings('issuer = "http://sso.example.gov.kh"\nnothing = 1\n[server]\nport = 70000\n')
    said = console.say("client", "list", wanted=2).output
    assert "nothing is not a setting" in said and "server.port" in said
    console.settings('issuer = "http://sso.example.gov.kh"\ndebug = true\n')
    assert "plain http" in console.say("config", "check", wanted=2).output
    console.settings("issuer = ")
    assert "not TOML" in console.say("config", "show", wanted=2).output


def test_a_master_key_that_opens_nothing_is_told(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    console.say("keys", "rotate", "--alg", "ES256")
    monkeypatch.setenv("BRIDGE_MASTER_KEYS", base64.b64encode(b"x" * 32).decode())
    assert "add the one that sealed it" in console.say("keys", "list", wanted=1).output


def test_keys_are_rotated_and_listed(console: Console) -> None:
    assert "No key yet" in console.say("keys", "list").output
    assert "signs now" in console.say("keys", "rotate", "--alg", "ES256").output
    assert "in five minutes" in console.say("keys", "rotate", "--alg", "ES256").output
    assert "signs now" in console.say("keys", "rotate", "--alg", "ES256", "--at-once").output
    listed = console.json("keys", "list")
    assert [key["alg"] for key in listed] == ["ES256"] * 3
    assert [key["retired_at"] is None for key in listed].count(True) == 1
    assert "retired" in console.say("keys", "list").output
    assert '"d"' not in json.dumps(listed)


def test_a_key_that_leaked_is_taken_out_of_what_is_published(console: Console) -> None:
    said = console.say("keys", "rotate", "--alg", "ES256")
    assert "remove" not in said.output  # nothing came before it
    old = said.stdout.split()[0]
    for words in (("--yes",), ()):
        refused = console.say("keys", "remove", old, *words, wanted=1).output
        assert refused.count("\n") == 1 and "rotate --alg ES256 --at-once" in refused
    assert "no signing key nobody" in console.say("keys", "remove", "--yes", "nobody", wanted=1).output
    rotated = console.say("keys", "rotate", "--alg", "ES256", "--at-once")
    assert f"bridge keys remove {old}" in rotated.stderr
    console.say("keys", "remove", old, wanted=1, answer="n\n")
    assert len(console.json("keys", "list")) == 2
    assert "is removed" in console.say("keys", "remove", old, answer="y\n").output
    (left,) = console.json("keys", "list")
    assert (left["kid"], left["retired_at"]) == (rotated.stdout.split()[0], None)
    with closing(sqlite3.connect(console.folder / "data" / "bridge.db")) as connection:
        events = [row[0] for row in connection.execute("SELECT event FROM admin_audit")]
    assert events.count("key.removed") == 1


def add_retired_key(kid: str) -> None:
    """A key as one that signed long ago left it."""
    settings = load(Path("bridge.toml"))
    engine = engine_of(settings)
    keys = SqlSigningKeys(engine, MasterSealer(settings.keys()))
    keys.add(SigningKey(Kid(kid), "ES256", "{}", 1, retired_at=2))
    engine.dispose()


def test_a_kid_may_begin_with_a_hyphen(console: Console) -> None:
    console.say("keys", "rotate", "--alg", "ES256")
    for kid in ("-yes", "--Yq"):
        add_retired_key(kid)
    for kid in ("-yes", "--Yq"):
        assert console.json("keys", "remove", kid, "--yes") == {"removed": kid}


def test_the_last_key_of_an_alg_is_kept_even_if_retired(console: Console) -> None:
    console.say("db", "upgrade")
    add_retired_key("only")
    said = console.say("keys", "remove", "only", "--yes", wanted=1).output
    assert said.count("\n") == 1 and "the last key for ES256" in said


def test_a_master_key_is_32_random_bytes_and_needs_no_settings(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRIDGE_MASTER_KEYS")
    console.settings("not toml at all")
    made = [console.say("keys", "master").output.strip() for _ in range(2)]
    assert len(base64.b64decode(made[0], validate=True)) == 32 and made[0] != made[1]


def test_settings_are_shown_with_their_origin_and_without_secrets(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIDGE_DATABASE__URL", "postgresql://u:canary@db/bridge")
    said = console.say("config", "show").output
    assert KEY not in said and "canary" not in said
    rows = {line.split(" = ")[0]: line for line in said.splitlines()}
    assert rows["issuer"].endswith("# bridge.toml") and '"https://sso.example.gov.kh"' in rows["issuer"]
    assert rows["master_keys"].endswith("# BRIDGE_MASTER_KEYS") and '["***"]' in rows["master_keys"]
    assert rows["database.url"].endswith("# BRIDGE_DATABASE__URL")
    assert rows["server.threads"].endswith("# default")


def test_the_tables_can_be_brought_up_to_date(console: Console) -> None:
    for _ in range(2):
        assert "up to date" in console.say("db", "upgrade").output
    assert (console.folder / "data" / "bridge.db").exists()


def test_the_simulator_refuses_what_is_no_address(console: Console) -> None:
    assert "HOST:PORT" in console.say("simulator", "--dir", "sim", "--api", "8071", wanted=2).output
    said = console.say("simulator", "--dir", "sim", "--auto-approve", "nobody", wanted=2).output
    assert "nobody" in said and "sophea" in said


def test_the_shell_completes_commands_and_options() -> None:
    """As README says: click's own completion, switched on by a variable."""
    for words, completed in (("bridge cli", "client"), ("bridge client edit --nat", "--national-id-purpose")):
        asked = {
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
            "_BRIDGE_COMPLETE": "bash_complete",
        }
        said = subprocess.run(
            [Path(sys.executable).with_name("bridge")],
            env={**os.environ, **asked},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.split() == [f"plain,{completed}"]

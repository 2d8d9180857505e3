"""`bridge client apply` and `export`: what they print, their exit codes, and who did it."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.operator import operator
from tests.cli.conftest import Console

SECRET = "Zm9yLXRlc3RzLWFsb25lLTEyMzQ1Njc4OTA"
PORTAL = """set: ministry
applications:
  - client_id: portal
    client_name: ក្រសួង
    redirect_uris: [https://portal.example.gov.kh/cb]
"""
SENSITIVE = PORTAL + "    scope: openid national_id\n    national_id_purpose: Taxes\n"
APPLY = ("client", "apply", "-f", "apps.yaml")
DONE, FAILED, CHANGES, AWAITS_APPROVAL = range(4)


def write(console: Console, text: str, name: str = "apps.yaml") -> None:
    (console.folder / name).write_text(text, encoding="utf-8")


def told(console: Console) -> list[dict[str, Any]]:
    """The trail of administration, newest first."""
    found: list[dict[str, Any]] = console.json("audit", "list")
    return found


def registered(console: Console) -> list[str]:
    return [client["client_id"] for client in console.json("client", "list")]


def test_a_file_is_looked_at_applied_and_has_nothing_to_do(console: Console) -> None:
    write(console, PORTAL)
    said = console.say(*APPLY, "--dry-run", wanted=CHANGES).stdout
    assert '+ portal  "ក្រសួង"  to be registered' in said and "1 to change, 0 unchanged." in said
    assert registered(console) == []
    assert "registered" in console.say(*APPLY).stdout and registered(console) == ["portal"]
    assert console.say(*APPLY).stdout.endswith("Nothing to do.\n")
    assert console.say(*APPLY, "--plan").stdout.endswith("Nothing to do.\n")
    write(console, PORTAL + "    popups: true\n")
    assert "popups: false → true" in console.say(*APPLY, "--plan", wanted=CHANGES).stdout


def test_the_formats_say_the_same(console: Console) -> None:
    write(console, PORTAL)
    console.say(*APPLY)
    write(
        console,
        'set = "ministry"\n[[applications]]\nclient_id = "portal"\nclient_name = "ក្រសួង"\n'
        'redirect_uris = ["https://portal.example.gov.kh/cb"]\n',
        "apps.toml",
    )
    assert "Nothing to do" in console.say("client", "apply", "-f", "apps.toml").stdout
    exported = console.say("client", "export", "portal", "--json").stdout
    write(console, exported, "apps.json")
    assert "Nothing to do" in console.say("client", "apply", "-f", "apps.json").stdout
    said = console.say("client", "apply", "-f", "-", answer=console.say("client", "export", "--all").stdout)
    assert "Nothing to do" in said.stdout


def test_the_plan_is_json_for_scripts(console: Console) -> None:
    write(console, PORTAL)
    planned = json.loads(console.say(*APPLY, "--plan", "--json", wanted=CHANGES).stdout)
    (entry,) = planned["applications"]
    assert (entry["action"], entry["client_id"], entry["version"]) == ("add", "portal", None)
    assert entry["diffs"]["client_name"] == {"before": None, "after": "ក្រសួង"}
    assert (planned["applied"], planned["awaits_approval"]) == (False, [])
    assert json.loads(console.say(*APPLY, "--json").stdout)["applied"] is True
    again = json.loads(console.say(*APPLY, "--json").stdout)
    assert again["applied"] is False and len(again["applications"][0]["version"]) == 32


def test_a_plan_is_saved_and_applied_later_unless_something_changed(console: Console) -> None:
    write(console, PORTAL)
    console.say(*APPLY, "--save-plan", "plan.json", wanted=CHANGES)
    assert registered(console) == []
    write(console, "set: nothing\napplications: []")  # the plan stands for itself
    saved = ("client", "apply", "--saved-plan", "plan.json")
    console.say(*saved, "--dry-run", wanted=CHANGES)
    console.say(*saved)
    assert registered(console) == ["portal"]
    assert "plan it anew" in console.say(*saved, wanted=FAILED).stderr


def test_what_is_sensitive_awaits_a_reason(console: Console) -> None:
    write(console, SENSITIVE)
    assert "sensitive: national_id" in console.say(*APPLY, "--plan", wanted=AWAITS_APPROVAL).stdout
    assert "--reason" in console.say(*APPLY, wanted=AWAITS_APPROVAL).stderr
    assert json.loads(console.say(*APPLY, "--json", wanted=AWAITS_APPROVAL).stdout)["applied"] is False
    assert registered(console) == []
    console.say(*APPLY, "--plan", "--reason", "Decree 12", wanted=CHANGES)
    console.say(*APPLY, "--reason", "Decree 12")
    assert registered(console) == ["portal"]
    assert told(console)[0]["facts"]["reason"] == "Decree 12"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "either --file or --saved-plan"),
        (("-f", "apps.yaml", "--saved-plan", "plan.json"), "either --file or --saved-plan"),
        (("--saved-plan", "plan.json", "--prune"), "has its own --prune"),
        (("--saved-plan", "plan.json", "--save-plan", "again.json"), "has its own --prune"),
        (("-f", "apps.yaml", "--purge"), "--purge"),
        (("-f",), "requires an argument"),
        (("-f", "nowhere.yaml"), "nowhere.yaml can't be read"),
        (("-f", "."), "can't be read"),
        (("-f", "apps.ini"), "ends in one of"),
        (("--saved-plan", "apps.yaml"), "no saved plan"),
        (("-f", "apps.yaml", "--save-plan", "nowhere/plan.json"), "can't be written"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_what_fails_is_never_taken_for_changes(console: Console, words: tuple[str, ...], told: str) -> None:
    write(console, PORTAL)
    write(console, PORTAL, "apps.ini")
    assert told in console.say("client", "apply", *words, wanted=FAILED).output
    assert registered(console) == []


def test_wrong_settings_are_not_taken_for_changes_either(console: Console) -> None:
    write(console, PORTAL)
    console.settings("issuer = 5\n")
    console.say(*APPLY, "--plan", wanted=FAILED)


def test_all_faults_are_told_with_their_lines(console: Console) -> None:
    write(console, PORTAL + "    popups: yes\n    scopes: openid\n")
    said = console.say(*APPLY, wanted=FAILED)
    assert said.stderr.splitlines() == [
        "line 6, portal, popups: It is true or false.",
        "line 7, portal, scopes: There is no such key; scope is one.",
    ]
    told = json.loads(console.say(*APPLY, "--json", wanted=FAILED).stdout)["faults"]
    assert told[0] == {
        "sentence": "It is true or false.", "application": "portal", "field": "popups", "line": 6,
    }  # fmt: skip


class TestSecrets:
    def file(self, console: Console, source: str, version: int = 1) -> None:
        write(console, PORTAL + f"    secret: {{version: {version}, from: '{source}'}}\n")

    @pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
    def test_it_comes_from_a_file(self, console: Console, ending: str) -> None:
        (console.folder / "secret").write_bytes(f"{SECRET}{ending}".encode())
        self.file(console, f"file:{console.folder}/secret")
        console.say(*APPLY)
        assert console.json("client", "show", "portal")["live_secrets"] == 1

    def test_it_comes_from_the_environment_and_is_told_nowhere(
        self, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.file(console, "env:PORTAL_SECRET")
        assert "There is no variable PORTAL_SECRET" in console.say(*APPLY, wanted=FAILED).stderr
        monkeypatch.setenv("PORTAL_SECRET", SECRET)
        said = console.say(*APPLY, "--save-plan", "plan.json", wanted=CHANGES).output
        said += console.say("client", "apply", "--saved-plan", "plan.json", "--json").output
        said += (
            console.say("client", "show", "portal").output + console.say("client", "export", "portal").output
        )
        kept = (console.folder / "plan.json").read_text(encoding="utf-8") + str(told(console))
        assert SECRET not in said + kept
        assert (console.folder / "plan.json").stat().st_mode & 0o077 == 0

    def test_what_is_no_secret_file_is_told_without_its_content(self, console: Console) -> None:
        os.mkfifo(console.folder / "pipe")
        (console.folder / "large").write_bytes(b"hunter2" * 1000)
        (console.folder / "khmer").write_text("ខ្មែរ" * 20, encoding="utf-8")
        (console.folder / "two").write_text(f"{SECRET}\nhunter2\n", encoding="utf-8")
        for name, told in (
            ("nowhere", "can't be read"),
            ("pipe", "is no file"),
            ("", "no file"),
            ("large", "more than 4096 bytes"),
            ("khmer", "other than ASCII"),
            ("two", "Appendix A.2"),
        ):
            self.file(console, f"file:{console.folder}/{name}")
            said = console.say(*APPLY, wanted=FAILED).output
            assert told in said or (not name and "directory" in said), said
            assert "hunter2" not in said and SECRET not in said


class TestExport:
    def test_it_says_which(self, console: Console) -> None:
        for words in ((), ("--all", "portal"), ("--all", "--set", "ministry")):
            console.say("client", "export", *words, wanted=2)
        assert "no client portal" in console.say("client", "export", "portal", wanted=FAILED).output

    def test_what_was_pruned_is_in_no_file_of_all(self, console: Console) -> None:
        write(console, PORTAL + PORTAL.partition("applications:\n")[2].replace("portal", "other"))
        console.say(*APPLY)
        write(console, PORTAL)
        assert "--prune disables them" in console.say(*APPLY).stderr
        assert "- other" in console.say(*APPLY, "--prune").stdout
        assert console.json("client", "show", "other")["enabled"] is False
        for words in (("--all",), ("--set", "ministry")):
            exported = json.loads(console.say("client", "export", *words, "--json").stdout)
            assert [entry["client_id"] for entry in exported["applications"]] == ["portal"]
            assert exported["set"] == "ministry"
        assert "other" in console.say("client", "export", "other").stdout
        assert (
            json.loads(console.say("client", "export", "--set", "x", "--json").stdout)["applications"] == []
        )


def test_what_a_file_manages_is_edited_after_it_was_taken_over(console: Console) -> None:
    write(console, PORTAL)
    console.say(*APPLY)
    assert "the set ministry" in console.say("client", "edit", "portal", "--popups", wanted=FAILED).stderr
    assert console.json("client", "edit", "portal", "--take-over")["managed_by"] is None
    console.say("client", "edit", "portal", "--popups")
    assert "--take-over" in console.say(*APPLY, wanted=FAILED).stderr
    console.say(*APPLY, "--take-over")


def test_a_dry_run_says_what_could_be_done_and_does_nothing(console: Console) -> None:
    made = console.add("--dry-run")
    assert made["client_name"] == "Ministry portal" and "client_secret" not in made
    assert registered(console) == []
    console.add()
    said = console.say(
        "client", "add", "--client-id", "portal", "--name", "P", "--redirect-uri", "https://p.example/cb",
        "--dry-run", wanted=FAILED,
    )  # fmt: skip
    assert "already" in said.stderr
    assert console.json("client", "edit", "portal", "--popups", "--dry-run")["popups"] is True
    assert console.json("client", "show", "portal")["popups"] is False
    assert console.json("client", "delete", "portal", "--dry-run") == {"would_delete": "portal"}
    assert registered(console) == ["portal"]
    console.say("client", "delete", "nobody", "--dry-run", wanted=FAILED)


def test_the_audit_trail_names_the_user_of_the_operating_system(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    console.add()
    assert told(console)[0]["actor"] == f"os:{pwd.getpwuid(os.getuid()).pw_name}"


def test_a_user_without_a_name_is_known_by_its_number(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert operator().id == "os:4000000" and operator().local

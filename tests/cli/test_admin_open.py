"""`bridge admin open`, as a process of its own: with CamDigiKey, Redis and the issuer broken."""

from __future__ import annotations

import json
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.cli.conftest import Console

BROKEN = {
    "CamDigiKey is away": '[camdigikey]\npartner = "/nonexistent/partner.json"\n',
    "Redis is away": '[redis]\nurl = "redis://127.0.0.1:1/0"\n',
    "everything is": '[camdigikey]\npartner = "/nonexistent"\n[redis]\nurl = "redis://127.0.0.1:1/0"\n',
}


class Opened:
    """The process, and a browser that has its link."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bridge", "admin", "open", "--reason", reason, "--port", "0"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.link = self.process.stdout.readline().strip()
        self.address = self.link.partition("/admin")[0]
        self.browser = requests.Session()

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.browser.get(self.address + path, headers=headers, timeout=20)

    def press(self, page: str, action: str, **fields: str) -> requests.Response:
        """Press a button of a page: of the form that goes there."""
        form = self.get(page).text.partition(f'action="{action}"')[2]
        token = form.partition('name="csrf" value="')[2].partition('"')[0]
        return self.browser.post(self.address + action, {"csrf": token, **fields}, timeout=20)

    def ended(self) -> str:
        """What it said until its end."""
        said = self.process.communicate(timeout=30)[1]
        assert self.process.returncode == 0, said
        return said


@pytest.fixture
def opened(console: Console, request: pytest.FixtureRequest) -> Iterator[Opened]:
    console.settings(f'issuer = "https://nowhere.invalid"\n{request.param}')
    found = Opened(console.folder, "The ministry's portal leaked its secret")
    yield found
    found.process.kill()
    found.process.communicate()


@pytest.mark.parametrize("opened", BROKEN.values(), ids=list(BROKEN), indirect=True)
def test_the_console_works_with_each_of_them_broken(opened: Opened, console: Console) -> None:
    assert urlsplit(opened.link).hostname == "127.0.0.1"
    assert opened.get("/admin/applications").status_code == 403  # without the link nobody is in
    assert opened.browser.get(opened.link, timeout=20).status_code == 200
    home = opened.browser.post(opened.link, timeout=20)
    assert home.url == f"{opened.address}/admin/applications" and "Opened in an emergency" in home.text
    assert requests.post(opened.link, timeout=20).status_code == 409  # it was good once
    sent = {
        "client_id": "portal",
        "client_name": "Portal",
        "redirect_uris": "https://portal.example/cb",
    }
    made = opened.press("/admin/new/web", "/admin/new/web", **sent)
    assert made.status_code == 200 and "https://nowhere.invalid/.well-known/" in made.text
    assert opened.get("/admin/administrators").status_code == 200
    assert opened.get("/admin", Host="evil.example").status_code == 421  # DNS rebinding (RFC 9110 §15.5.20)
    closed = opened.press("/admin/applications", "/admin/sign-out")
    assert closed.status_code == 200 and "It is closed" in closed.text
    said = opened.ended()
    line = json.loads(said.splitlines()[0])
    user = f"break-glass:{pwd.getpwuid(os.getuid()).pw_name}"
    assert (line["event"], line["actor"]) == ("break_glass.opened", user)
    assert opened.link.rpartition("/")[2] not in said
    entries = json.loads(console.say("audit", "list", "--json").stdout)
    assert {entry["actor"] for entry in entries} == {user, "bridge"}
    events = [entry["event"] for entry in entries if entry["actor"] == user]
    assert events[0] == "break_glass.closed" and "client.added" in events
    assert console.say("audit", "verify").exit_code == 0


@pytest.mark.parametrize("opened", [BROKEN["everything is"]], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_closes_it(opened: Opened, console: Console, number: signal.Signals) -> None:
    opened.browser.post(opened.link, timeout=20)
    opened.process.send_signal(number)
    assert "The console is closed." in opened.ended()
    assert console.json("audit", "list")[0]["event"] == "break_glass.closed"


def test_what_stands_in_its_way_is_a_sentence(console: Console) -> None:
    console.settings('issuer = "https://nowhere.invalid"\n')
    said = console.say("admin", "open", "--reason", "", "--port", "0", wanted=1).output
    assert "A reason has 1 to 200" in said
    assert "Missing option '--reason'" in console.say("admin", "open", wanted=2).output
    console.settings('issuer = "https://nowhere.invalid"\n[database]\nurl = "sqlite:////nonexistent/a.db"\n')
    said = console.say("admin", "open", "--reason", "x", "--port", "0", wanted=1).output
    assert "database" in said.lower()

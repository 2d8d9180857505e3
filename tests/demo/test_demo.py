"""`bridge demo`: a person signs in on it in a real browser, and nothing of it stays behind."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.run.processes import all_gone, environment, family, started
from tests.support.browser import screenshot
from tests.support.tools import MADE
from tests.support.waiting import until
from tests.support.walks import press

Process = subprocess.Popen[str]


@contextmanager
def demo(folder: Path) -> Iterator[tuple[Process, list[str]]]:
    """A demo that runs, and the lines that it said."""
    with ExitStack() as stack:
        with one_at_a_time():
            command = ["-m", "bridge", "demo", "--dir", str(folder / "demo")]
            process = stack.enter_context(started(command, environment(), folder))
            said = first_lines(process)
        assert process.poll() is None and said[-1].startswith("http://"), (folder / "stderr").read_text()
        yield process, said


def first_lines(process: Process) -> list[str]:
    """What it says up to the address to open."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.rstrip("\n"))
        if said[-1].startswith("http://"):
            break
    return said


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Of all test processes one starts a demo: two at the same moment would both find a port free."""
    MADE.mkdir(exist_ok=True)
    with (MADE / "demo-starts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    with demo(tmp_path_factory.mktemp("demo")) as (_, said):
        yield said


def second_application(said: list[str]) -> str:
    return next(line.split()[-1] for line in said if "second application" in line)


def approve(page: Page, persona: str) -> None:
    """At CamDigiKey: the QR page, then the phone's page on the same device."""
    page.locator("#phone").wait_for()
    screenshot(page, "demo-3-qr-code")
    page.locator("#phone").click()
    page.locator(f"#persona-{persona}").check()
    screenshot(page, "demo-4-phone")
    page.locator("#approve").click()
    page.wait_for_load_state()


def test_a_person_signs_in_sees_what_came_back_and_signs_out(running: list[str], page: Page) -> None:
    portal, office = running[-1], second_application(running)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(portal)
    screenshot(page, "demo-1-application")
    page.locator("#sign-in").click()
    screenshot(page, "demo-2-page-before")
    press(page)
    approve(page, "sophea")
    while not page.url.startswith(portal):  # consent
        screenshot(page, "demo-5-consent")
        press(page)
        page.wait_for_load_state()
    expect(page.locator("#name")).to_have_text("SOPHEA CHAN")
    assert any("\u1780" <= letter <= "\u17ff" for letter in page.locator("#name-km").inner_text())
    screenshot(page, "demo-6-signed-in")

    header = json.loads(page.locator("#id-token-header").inner_text())
    before = json.loads(page.locator("#id-token-payload").inner_text())
    assert header["alg"] == "RS256" and before["aud"] == "demo-portal"
    assert page.locator("#claims").get_by_text("birthdate").count() == 1

    page.locator("#refresh").click()
    expect(page.get_by_role("status")).to_contain_text("New tokens came")
    after = json.loads(page.locator("#id-token-payload").inner_text())
    assert (after["sub"], after["auth_time"], after["sid"]) == (
        before["sub"],
        before["auth_time"],
        before["sid"],
    )
    page.locator("#userinfo").click()
    expect(page.get_by_role("status")).to_contain_text("Asked again")

    page.goto(office)  # single sign-on: no CamDigiKey on the way
    page.locator("#sign-in").click()
    while not page.url.startswith(office):
        assert page.locator("#continue").count() == 1 and page.locator("#phone").count() == 0
        press(page)
        page.wait_for_load_state()
    expect(page.locator("#name")).to_have_text("SOPHEA CHAN")
    there = json.loads(page.locator("#id-token-payload").inner_text())
    assert there["sub"] != before["sub"] and there["auth_time"] == before["auth_time"]

    page.goto(portal)
    page.locator("#logout").click()
    page.wait_for_url(portal)
    expect(page.locator("#sign-in")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("signed out")
    screenshot(page, "demo-7-signed-out")
    until(lambda: is_signed_out(page, office), "the second application does not hear of it")
    expect(page.get_by_role("status")).to_contain_text("signed out")
    page.goto(portal)
    page.locator("#sign-in").click()
    expect(page.locator("#continue")).to_be_visible()  # the page before CamDigiKey again


def is_signed_out(page: Page, application: str) -> bool:
    page.goto(application)
    return page.locator("#sign-in").is_visible()


def test_a_person_who_refuses_is_told_so(running: list[str], page: Page) -> None:
    page.goto(running[-1])
    page.locator("#sign-in").click()
    page.locator("#cancel").click()
    expect(page.locator("#why")).to_contain_text("access_denied")
    assert page.url.startswith(running[-1])


def test_the_address_to_open_is_the_last_line_and_stands_alone(running: list[str]) -> None:
    assert running[-1] == running[-1].strip() and running[-1].count("http") == 1
    assert "Open this address" in running[-2]


def camdigikey(folder: Path) -> str:
    """The address of the pretend CamDigiKey's interface."""
    (partner,) = (folder / "demo").rglob("partner.json")
    return str(json.loads(partner.read_text(encoding="utf-8"))["base_url"])


def administration(said: list[str]) -> str:
    return next(line.split()[-1] for line in said if line.strip().startswith("administration"))


def test_the_first_start_invites_an_owner_and_the_next_one_leads_to_the_console(
    tmp_path: Path, page: Page
) -> None:
    with demo(tmp_path) as (process, said):
        page.goto(administration(said))
        page.locator("#continue").click()
        page.locator("#continue").click()
        approve(page, "sophea")
        page.wait_for_url("**/admin")
        screenshot(page, "demo-8-console")
        page.locator(".rail a[href$='/applications']").click()
        expect(page.locator("main")).to_contain_text("demo-portal")
        registered_by_hand(page, said)
        before = camdigikey(tmp_path)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    with demo(tmp_path) as (_, said):
        # Where its port was taken meanwhile the pretend CamDigiKey is another one: nobody administers by it.
        invites = "/admin/invitation/" in administration(said)
        assert invites or urlsplit(administration(said)).path == "/admin"
        assert invites is (camdigikey(tmp_path) != before)


def registered_by_hand(page: Page, said: list[str]) -> None:
    """The application that nobody has registered: as an administrator does it, copying from page to page."""
    clinic = next(line.split()[-1] for line in said if "to register there" in line)
    page.goto(clinic)
    screenshot(page, "demo-9-to-register")
    page.locator("#connect").click()  # nothing is filled in
    redirect_uri = page.locator("#redirect-uri").inner_text()
    page.goto(page.locator("#administration").get_attribute("href") or "")
    page.locator("#client_name").fill("Clinic")
    page.locator("#redirect_uris").fill(redirect_uri)
    page.locator("#register").click()
    secret = page.locator("#secret code").inner_text()
    client_id = page.url.rpartition("/")[2]
    screenshot(page, "demo-10-registered")
    if "/new/" in page.url:
        client_id = page.locator(".copy code").first.inner_text()
    page.goto(clinic + "connect")
    page.locator("#client-id").fill(client_id)
    page.locator("#client-secret").fill("not the secret")
    page.locator("#connect").click()
    sign_in_at(page, clinic)
    expect(page.locator("#why")).to_contain_text("invalid_client")
    page.locator("footer a").click()
    page.locator("#client-id").fill(client_id)
    page.locator("#client-secret").fill(secret)
    page.locator("#connect").click()
    sign_in_at(page, clinic)
    expect(page.locator("#name")).to_have_text("SOPHEA CHAN")


def sign_in_at(page: Page, application: str) -> None:
    """Single sign-on: whoever administers is signed in already."""
    page.locator("#sign-in").click()
    while not page.url.startswith(application):
        press(page)
        page.wait_for_load_state()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_of_it_stays_behind(tmp_path: Path, number: signal.Signals) -> None:
    with demo(tmp_path) as (process, _):
        everybody = family(process.pid)
        assert len(everybody) == 6  # itself, the world, the supervisor, Valkey, two workers
        process.send_signal(number)
        assert process.wait(60) == (-9 if number is signal.SIGKILL else 0)
        all_gone(everybody)
        assert "Traceback" not in (tmp_path / "stderr").read_text()


def test_a_second_start_keeps_what_was_there_and_two_at_once_are_refused(tmp_path: Path) -> None:
    with demo(tmp_path) as (first, _):
        key = (tmp_path / "demo" / "master.key").read_bytes()
        with started(["-m", "bridge", "demo", "--dir", "demo"], environment(), tmp_path) as second:
            assert second.wait(60) == 1
        assert "Another demo runs in" in (tmp_path / "stderr").read_text()
        first.send_signal(signal.SIGINT)
        assert first.wait(60) == 0
    with demo(tmp_path):
        assert (tmp_path / "demo" / "master.key").read_bytes() == key

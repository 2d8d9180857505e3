"""The simulator's pages in a real browser: readable, reachable, and nothing for axe to find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bridge.camdigikey import CamDigiKey, Partner
from bridge.simulator import Simulator
from tests.support.browser import NewPage, screenshot

PHONE, WIDE, SIDEWAYS = (
    {"width": 360, "height": 740},
    {"width": 1280, "height": 800},
    {"width": 740, "height": 360},
)
VIEWS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": PHONE, "has_touch": True},
    "dark": {"viewport": PHONE, "has_touch": True, "color_scheme": "dark"},
    "sideways": {"viewport": SIDEWAYS, "has_touch": True},
    "wide": {"viewport": WIDE},
}
SIGNED_IN = "simulator_person"


def qr(page: Page, simulator: Simulator, login_url: str) -> None:
    page.goto(login_url)


def phone(page: Page, simulator: Simulator, login_url: str) -> None:
    page.goto(login_url.replace("/login?", "/phone?"))


def confirm(page: Page, simulator: Simulator, login_url: str) -> None:
    page.context.add_cookies([{"name": SIGNED_IN, "value": "long", "url": simulator.web_url}])
    page.goto(login_url)


def answered(page: Page, simulator: Simulator, login_url: str) -> None:
    phone(page, simulator, login_url)
    page.click("#cancel")


def gone(page: Page, simulator: Simulator, login_url: str) -> None:
    page.goto(simulator.web_url + "/login?token=x")


def home(page: Page, simulator: Simulator, login_url: str) -> None:
    page.goto(simulator.web_url)


PAGES: tuple[Callable[[Page, Simulator, str], None], ...] = (qr, phone, confirm, answered, gone, home)


@pytest.fixture
def login_url(simulator: Simulator) -> str:
    with CamDigiKey(Partner.from_file(simulator.partner_file)) as partner:
        return partner.login_token({"state": "s"}).login_url


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage, simulator: Simulator, login_url: str, view: str, show: Any
) -> None:
    page = new_page(**VIEWS[view])
    show(page, simulator, login_url)
    screenshot(page, f"simulator-{show.__name__}-{view}")
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("view", VIEWS)
def test_both_answers_are_in_reach_however_long_the_list(
    new_page: NewPage, simulator: Simulator, login_url: str, view: str
) -> None:
    page = new_page(**VIEWS[view])
    phone(page, simulator, login_url)
    for last in (False, True):
        if last:
            page.locator("input[type=radio]").last.scroll_into_view_if_needed()
        for button in ("#approve", "#cancel"):
            expect(page.locator(button)).to_be_in_viewport(ratio=1)
    covered = """() => {
        const last = [...document.querySelectorAll('input[type=radio]')].at(-1)
        last.focus()
        const box = last.getBoundingClientRect()
        return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) !== last
    }"""
    assert not page.evaluate(covered)  # WCAG 2.2 §2.4.11


def test_a_phone_scans_approves_and_the_computer_goes_on(
    new_page: NewPage, simulator: Simulator, login_url: str
) -> None:
    computer, telephone = new_page(**VIEWS["wide"]), new_page(**VIEWS["phone"])
    computer.goto(login_url)
    login = simulator.service.login(parse_qs(urlsplit(login_url).query)["token"][0])
    assert login
    telephone.goto(f"{simulator.web_url}/scan/{login.code}")
    telephone.check("#persona-kesor")
    telephone.click("#approve")
    expect(telephone.locator("h1")).to_contain_text("Approved")
    with computer.expect_request("**/success?from=camdigikey&authToken=*&state=s"):
        pass


def test_without_scripts_the_page_goes_on_too(
    new_page: NewPage, simulator: Simulator, login_url: str
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(login_url)
    there = page.locator("#continue").get_attribute("href") or ""
    token = parse_qs(urlsplit(login_url).query)["token"][0]
    assert parse_qs(urlsplit(there).query) == {"token": [token]} and urlsplit(there).path == "/login"
    login = simulator.service.login(token)
    assert login
    with page.expect_request("**/error?errorCode=*&state=s"):
        simulator.service.refuse(login)


def test_keys_alone_reach_an_answer(new_page: NewPage, simulator: Simulator, login_url: str) -> None:
    page = new_page(**VIEWS["wide"])
    qr(page, simulator, login_url)
    page.focus("#phone")
    page.keyboard.press("Enter")
    page.focus("input[type=radio]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#persona-dara")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#approve")).to_be_focused()
    with page.expect_request("**/success?*"):
        page.keyboard.press("Enter")

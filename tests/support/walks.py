"""Steps of a sign-in that a person takes in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.live import Live

NAMES = {"sophea": "SOPHEA CHAN", "dara": "DARA SOK"}


def begin(page: Page, live: Live, at: str = "portal", query: str = "") -> None:
    """From the application to the page before CamDigiKey."""
    page.goto(live.addresses[at] + "start" + query)
    page.locator("#continue").wait_for()


def press(page: Page, button: str = "#continue") -> None:
    """Press a button once that counts: some rest until their page was seen for a moment (DESIGN §6.20)."""
    page.locator(button).wait_for()
    await_mark(page, button)
    page.locator(button).click()


def press_without_scripts(page: Page, button: str = "#continue") -> None:
    """Press until it counts: without scripts the page comes again first, and counts after a moment."""
    shown = page.locator("main").get_attribute("data-key")
    page.locator(button).click()
    page.wait_for_load_state()
    while page.locator(f"main[data-key={shown}] {button}").count():
        page.wait_for_timeout(750)
        page.locator(button).click()
        page.wait_for_load_state()


def await_mark(page: Page, button: str = "#continue") -> None:
    """Until a press of this button counts, whether it rests or not."""
    resting = page.locator(f"form[data-rests]:has({button})")
    if resting.count():
        expect(resting.locator("input[name=rested]")).to_have_count(1)


def go_on_to_camdigikey(page: Page) -> None:
    """From the page before CamDigiKey to CamDigiKey's login page; an older login under way gives way."""
    press(page)
    page.wait_for_load_state()
    if page.locator("#continue").count() and "/login/start" in page.url:  # v2: another one is under way
        press(page)
    page.locator("#phone").wait_for()


def approve_here(page: Page, persona: str) -> None:
    """On CamDigiKey's login page: approve as this person, on the same device."""
    page.locator("#phone").click()
    page.locator(f"#persona-{persona}").check()
    page.locator("#approve").click()


def sign_in(
    page: Page,
    live: Live,
    persona: str,
    at: str = "portal",
    *,
    already_started: bool = False,
    approved: bool = False,
) -> None:
    """The whole way to the application's own page, whatever is asked on it."""
    if not already_started:
        begin(page, live, at)
    if not approved:
        go_on_to_camdigikey(page)
        approve_here(page, persona)
    while not page.url.startswith(live.addresses[at]):  # is this you?, consent
        press(page)
        page.wait_for_load_state()


def result(page: Page) -> str:
    """What the application says at the end."""
    return page.locator("#result").inner_text()

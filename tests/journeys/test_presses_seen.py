"""Presses in a real Chromium, by a real mouse: double clicks, and windows on top of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from tests.support.browser import NewPage
from tests.support.live import Live
from tests.support.pages import forget_consents
from tests.support.walks import approve_here, await_mark, begin, go_on_to_camdigikey, press

# Either version, once over plain HTTP as in the demo and once as behind a proxy: what a press does depends on
# the version and on the page, not on both with the scheme.
pytestmark = pytest.mark.parametrize("anywhere", ["v3", "v2 behind https"], indirect=True, scope="session")
# Presses twice, as a browser does it that has not heard of the first answer; past the script's own guard.
TWICE = """form => {
    const submit = () => HTMLFormElement.prototype.submit.call(form)
    submit(); setTimeout(submit, 60)
}"""
# All of it is a button, whose first press takes the window away.
OVERLAY = "<body onmousedown='window.close()' style='height: 100vh'>Double click here!</body>"


@pytest.fixture(autouse=True)
def _nobody_has_agreed(anywhere: Live) -> None:
    """And nobody has used up the starts of one browser or address."""
    forget_consents(anywhere.world)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page(ignore_https_errors=True)


def carries_state(live: Live) -> bool:
    return live.world.connector.capabilities.carries_state


def to_the_page_after_camdigikey(page: Page, live: Live) -> str:
    """The consent page; in v2 "is this you?". Its key."""
    begin(page, live)
    go_on_to_camdigikey(page)
    approve_here(page, "sophea")
    key = "consent" if carries_state(live) else "confirm"
    expect(page.locator(f"main[data-key={key}]")).to_be_visible()
    return key


def to_consent(page: Page, live: Live) -> None:
    if to_the_page_after_camdigikey(page, live) == "confirm":
        press(page)
    expect(page.locator("main[data-key=consent]")).to_be_visible()


def to_sign_out(page: Page, live: Live) -> None:
    to_consent(page, live)
    page.goto(live.issuer + "/logout")


def middle(page: Page, selector: str) -> tuple[float, float]:
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_agreeing_twice_ends_at_the_application(anywhere: Live, page: Page) -> None:
    """With a code. What the application makes of one that it may have heard of twice is its own affair."""
    to_consent(page, anywhere)
    await_mark(page)
    page.locator("form[action='/consent']").evaluate(TWICE)
    expect(page).to_have_url(re.compile(re.escape(anywhere.addresses["portal"]) + r"cb\?code=.+"))


def test_yes_pressed_twice_ends_at_the_next_page(anywhere: Live, page: Page) -> None:
    if to_the_page_after_camdigikey(page, anywhere) != "confirm":
        pytest.skip("v3 asks it only on shared computers")
    await_mark(page)
    page.locator("form:has(#continue)").evaluate(TWICE)
    expect(page.locator("main[data-key=consent]")).to_be_visible()


def test_one_press_is_enough_and_the_buttons_rest_after_it(anywhere: Live, page: Page) -> None:
    to_consent(page, anywhere)
    await_mark(page)
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")  # its answer never comes
    page.locator("#continue").click()
    for button in ("#continue", "#cancel", "#not-me"):
        expect(page.locator(button)).to_be_disabled()
    posts = posted_by(page)
    page.mouse.click(*middle(page, "#cancel"))
    assert posts == []
    expect(page.locator("#continue")).to_be_enabled(timeout=10_000)  # and may be tried again


def posted_by(page: Page) -> list[str]:
    """The addresses that this page posts to from here on."""
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    return posts


ATTACKED: dict[str, Callable[[Page, Live], object]] = {
    "the sign-in page": begin,
    "the page after CamDigiKey": to_the_page_after_camdigikey,
    "consent": to_consent,
    "sign-out": to_sign_out,
}


@pytest.mark.parametrize("reach", ATTACKED.values(), ids=list(ATTACKED))
def test_a_double_click_on_a_window_on_top_presses_nothing_of_ours(
    anywhere: Live, page: Page, reach: Callable[[Page, Live], object]
) -> None:
    """The first press closes the attacker's window, the second lands on our button."""
    with page.expect_popup() as opened:
        page.evaluate("window.open('about:blank')")
    overlay = opened.value
    reach(page, anywhere)
    here = page.url
    expect(page.locator("#continue")).to_be_enabled()
    posts, at = posted_by(page), middle(page, "#continue")
    # Playwright tells every page that it has the focus; from here on this one is told the truth.
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    overlay.set_content(OVERLAY)
    overlay.bring_to_front()
    expect(page.locator("#continue")).to_be_disabled()
    with overlay.expect_event("close"):
        overlay.mouse.move(*at)
        with suppress(Error):  # the window may be gone before the press is told to be done
            overlay.mouse.down()
    devtools.send("Emulation.setFocusEmulationEnabled", {"enabled": True})
    page.bring_to_front()
    page.mouse.dblclick(*at)
    assert posts == []
    assert page.url == here
    expect(page.locator("#continue")).to_be_enabled()
    page.mouse.click(*at)
    page.wait_for_url(lambda url: url != here)
    assert len(posts) == 1


def test_the_keyboard_keeps_its_place_where_the_buttons_rest(anywhere: Live, page: Page) -> None:
    begin(page, anywhere)
    expect(page.locator("#continue")).to_be_enabled()
    page.locator("#continue").focus()
    page.evaluate("dispatchEvent(new Event('blur')), dispatchEvent(new Event('focus'))")
    expect(page.locator("#continue")).to_be_disabled()
    posts = posted_by(page)
    page.keyboard.press("Enter")
    assert posts == []
    expect(page.locator("#continue")).to_be_enabled()
    expect(page.locator("#continue")).to_be_focused()


def test_without_scripts_the_second_press_counts(anywhere: Live, new_page: NewPage) -> None:
    page = new_page(ignore_https_errors=True, java_script_enabled=False)
    page.goto(anywhere.addresses["portal"] + "start")
    for _ in range(20):  # each press gets the page again, until one has been before the eyes for a moment
        page.locator("#continue").click()
        page.wait_for_load_state()
        if page.url.startswith(anywhere.world.simulator.web_url):
            break
        page.wait_for_timeout(750)
    assert page.url.startswith(anywhere.world.simulator.web_url)

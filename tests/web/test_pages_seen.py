"""The pages in a real browser: on a phone and on a wide screen, in light and dark, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Route, expect

from bridge.web.language import LANGUAGES
from tests.support.browser import NewPage
from tests.support.servers import free_port, serving
from tests.web.preview import PHONE, SAMPLES, SHOTS, WIDE, make_app

NARROWEST = 320  # pixels (WCAG 2.2 §1.4.10)
TARGET = 44  # pixels
VIEWS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": PHONE, "color_scheme": "light", "has_touch": True},
    "dark": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
    "wide": {"viewport": WIDE, "color_scheme": "light"},
    "wide-dark": {"viewport": WIDE, "color_scheme": "dark"},
}
# Each language, each width and each scheme with each other one of these, though not all three together.
PAIRS = (("phone", "km"), ("dark", "en"), ("wide", "en"), ("wide-dark", "km"))
# Pages that differ in more than their words: the others share a template with one of these.
SHAPES = [
    name for name in SAMPLES if not name.startswith(("error-", "problem-")) or name in (
        "error-unknown_client", "error-logout-again", "error-with-way-back", "error-unavailable-again",
        "problem-access_denied",
        "problem-account_inactive"
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    with serving(make_app(f"http://127.0.0.1:{port}"), "127.0.0.1", port) as served:
        yield served


def opened(page: Page, address: str, name: str, speaks: str) -> Page:
    """The page, its fonts loaded, with nothing posted by itself."""
    page.route("**/form_post.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"{address}/page/{name}?hl={speaks}")
    page.evaluate("document.fonts.ready")
    return page


@pytest.mark.parametrize(("view", "speaks"), PAIRS)
def test_axe_finds_nothing(new_page: NewPage, address: str, view: str, speaks: str) -> None:
    page = new_page(**VIEWS[view])
    found = {}
    for name in SHAPES:
        opened(page, address, name, speaks)
        results = Axe().run(page)
        if results.violations_count:
            violations = results.response["violations"]
            found[name] = [(violation["id"], violation["nodes"][0]["html"]) for violation in violations]
    assert not found


@pytest.mark.parametrize("view", ["phone", "wide-dark"])
def test_axe_finds_nothing_where_a_page_speaks_both_languages(
    new_page: NewPage, address: str, view: str
) -> None:
    page = new_page(**VIEWS[view])
    for name in ("error-unsolicited_callback", "problem-already_used"):
        page.goto(f"{address}/camdigikey/{name}")
        expect(page.locator("section[lang=km]")).to_be_visible()
        page.screenshot(path=SHOTS / f"{name}-both-{view}.png", full_page=True)
        assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_nothing_overflows_and_no_policy_is_broken(new_page: NewPage, address: str, speaks: str) -> None:
    page = new_page(**VIEWS["phone"])
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Failed to load resource" not in message.text:  # an error page has an error's status
            said.append(message.text)

    page.on("console", hear)
    SHOTS.mkdir(parents=True, exist_ok=True)
    for name in SAMPLES:
        opened(page, address, name, speaks)
        page.screenshot(path=SHOTS / f"{name}-{speaks}-phone.png", full_page=True)
        for width in (NARROWEST, PHONE["width"], WIDE["width"]):
            page.set_viewport_size({"width": width, "height": PHONE["height"]})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # -- a mapping of the two
    assert said == []


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_what_can_be_pressed_is_large_enough_for_a_finger(
    new_page: NewPage, address: str, speaks: str
) -> None:
    page = new_page(**VIEWS["phone"])
    for name in SHAPES:
        opened(page, address, name, speaks)
        sizes = page.locator("a, button").evaluate_all(
            "all => all.map(element => [element.innerText, element.offsetWidth, element.offsetHeight])"
        )
        assert sizes
        assert [size for size in sizes if min(size[1:]) < TARGET] == [], name


@pytest.mark.parametrize("view", ["phone", "dark"])
def test_the_focus_is_seen_and_goes_from_the_button_to_the_way_back(
    new_page: NewPage, address: str, view: str
) -> None:
    page = opened(new_page(**VIEWS[view]), address, "sign-in", "en")
    order = []
    for _ in range(3):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        order.append(focused.get_attribute("id") or focused.inner_text())
        style = focused.evaluate(
            "element => getComputedStyle(element).outlineStyle + getComputedStyle(element).outlineWidth"
        )
        assert style == "solid3px"
    assert order == ["ភាសាខ្មែរ", "continue", "cancel"]


def test_khmer_is_written_in_the_bundled_font(new_page: NewPage, address: str) -> None:
    page = opened(new_page(**VIEWS["phone"]), address, "sign-in", "km")
    fonts = "[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)"
    assert page.evaluate(fonts)
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "17px"
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).lineHeight)")
        >= 17 * 1.45
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_the_answer_is_posted_by_itself_and_by_the_button_without_scripts(
    new_page: NewPage, address: str, scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts)
    sent: list[str | None] = []

    def take(route: Route) -> None:
        sent.append(route.request.post_data)
        route.fulfill(body="done")

    page.route(address + "/", take)
    page.goto(f"{address}/page/form-post", wait_until="commit")
    if not scripts:
        page.locator("#continue").click()
    expect(page.locator("body")).to_contain_text("done")
    assert sent == ["code=a.b&state=%3C%26%22"]


def test_the_switch_leads_to_the_same_page_in_the_other_language(new_page: NewPage, address: str) -> None:
    page = new_page(java_script_enabled=False, locale="km-KH")
    page.goto(f"{address}/page/sign-in?i=a%2Bb")
    expect(page.locator("html")).to_have_attribute("lang", "km")
    page.get_by_text("English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == f"{address}/page/sign-in?i=a%2Bb&hl=en"
    page.goto(f"{address}/page/home")
    expect(page.locator("html")).to_have_attribute("lang", "en")

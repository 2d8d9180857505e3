"""The page that posts the answer to the application, in a real browser: with scripts and without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import NewPage
from tests.support.servers import free_port, serving
from tests.web.preview import make_app

BUTTON = "main form button"
ANSWER = "code=a.b&state=%3C%26%22"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    with serving(make_app(f"http://127.0.0.1:{port}"), "127.0.0.1", port) as served:
        yield served


def listening(page: Page, address: str) -> list[str | None]:
    """What the page posts. The application answers 204, which leaves the page where it is."""
    posted: list[str | None] = []

    def answer(route: Route) -> None:
        posted.append(route.request.post_data)
        route.fulfill(status=204)

    page.route(address + "/", answer)
    return posted


def test_with_scripts_the_answer_goes_by_itself_and_the_button_sends_no_second(
    new_page: NewPage, address: str
) -> None:
    page = new_page()
    posted = listening(page, address)
    with page.expect_response(address + "/"):
        page.goto(address + "/page/form-post", wait_until="commit")
    expect(page.locator(BUTTON)).to_be_disabled()
    page.locator(BUTTON).click(force=True)
    page.locator(BUTTON).evaluate("button => button.click()")
    page.evaluate("fetch('/static/icon.svg').catch(() => 0)")  # a request that comes after the click's
    assert posted == [ANSWER]


def test_without_scripts_the_button_sends_it(new_page: NewPage, address: str) -> None:
    page = new_page(java_script_enabled=False)
    posted = listening(page, address)
    page.goto(address + "/page/form-post")
    assert posted == []
    with page.expect_response(address + "/"):
        page.locator(BUTTON).click()
    assert posted == [ANSWER]

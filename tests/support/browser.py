"""Fixtures for tests in a real Chromium, through Playwright's synchronous API.

Playwright keeps an event loop in the test's thread: a test with these fixtures cannot call asyncio.run().
Screenshots go to test-output/screenshots; the last page of a failed test is kept there too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.support import tools

SCREENSHOTS = tools.ROOT / "test-output" / "screenshots"
FAILED = pytest.StashKey[bool]()

# The browser talks to this machine alone, and does nothing of its own accord.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*, EXCLUDE localhost, EXCLUDE *.localhost",
)


class NewPage(Protocol):
    """Opens a page in a browser of its own (no cookie is shared); takes Playwright's options of a context."""

    def __call__(self, **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """The Chromium that the tests use; without one the test is skipped."""
    return tools.needed(tools.find_browser(), tools.BROWSER_HINT)


@pytest.fixture(scope="session")
def playwright(browser_path: Path) -> Iterator[Playwright]:
    """Playwright, its driver run by a Node that was seen to run it; without one the test is skipped.

    It asks for the browser first, so that a test that lacks both names the browser.
    """
    node = tools.find_driver_node()
    with driven_by(tools.needed(node, "" if node else tools.driver_hint())) as playwright:
        yield playwright


@contextmanager
def driven_by(node: Path) -> Iterator[Playwright]:
    """Playwright takes the Node of its driver from the environment, when it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
        with sync_playwright() as playwright:
            yield playwright


@pytest.fixture(scope="session")
def browser(
    playwright: Playwright, browser_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """One Chromium for all tests of this process. Its HOME is empty and goes with it."""
    # Root is not allowed a sandbox; all others keep theirs.
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    environment: dict[str, str | float | bool] = {
        **os.environ,
        "HOME": str(tmp_path_factory.mktemp("browser-home")),
    }
    chromium = playwright.chromium.launch(executable_path=browser_path, args=flags, env=environment)
    yield chromium
    chromium.close()


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """A function that opens a page, like a person with another browser; all are closed after the test."""
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        if request.node.stash.get(FAILED, False) and context.pages:
            screenshot(context.pages[-1], f"failed-{request.node.name}-{contexts.index(context) + 1}")
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page, where a test needs no more."""
    return new_page()


def screenshot(page: Page, name: str) -> Path:
    """Keep the whole page as test-output/screenshots/NAME.png; gives the file's path."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)[:120]}.png"
    page.screenshot(path=path, full_page=True)
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report

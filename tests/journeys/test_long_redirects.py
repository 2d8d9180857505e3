"""A redirect that is too long for a proxy's headers is a page that leads there, in a real browser."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import expect

from tests.support.browser import NewPage
from tests.support.live import Live


@pytest.mark.parametrize("scripts", [True, False])
def test_a_long_state_comes_back_by_a_page_with_scripts_by_itself(
    live: Live, new_page: NewPage, scripts: bool
) -> None:
    page, state = new_page(java_script_enabled=scripts), secrets.token_urlsafe(3000)
    address = live.addresses["portal"] + "cb?"
    with page.expect_request(lambda request: request.url.startswith(address)) as asked:
        page.goto(live.world.authorize_url("portal", prompt="none", state=state), wait_until="commit")
        if not scripts:
            expect(page.locator("h1")).to_be_visible()
            page.locator("#continue").click()
    assert f"state={state}&" in asked.value.url and "error=" in asked.value.url

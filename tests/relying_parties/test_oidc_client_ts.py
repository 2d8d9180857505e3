"""npm's oidc-client-ts in a real browser: an application without a server that signs in by a pop-up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask, send_from_directory
from playwright.sync_api import Page, expect

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from tests.support.live import Live
from tests.support.pages import changed, forget_consents
from tests.support.servers import free_port, serving
from tests.support.tools import Node
from tests.support.walks import approve_here, go_on_to_camdigikey

HOST, SCRIPT = "127.0.0.4", "oidc-client-ts.min.js"
PAGE = """<!doctype html><title>Popular</title><script src="/{script}"></script>
<button id="sign-in">Sign in</button><h1 id="result"></h1>
<script>
const manager = new oidc.UserManager({{
  authority: '{issuer}', client_id: '{client_id}', redirect_uri: location.origin + '/cb',
  scope: 'openid profile', loadUserInfo: true, popupWindowTarget: 'sign-in',
}})
const tell = (text) => {{ document.querySelector('#result').textContent = text }}
document.querySelector('#sign-in').onclick = () => manager.signinPopup()
  .then((user) => tell('signed in as ' + user.profile.name), (error) => tell('failed: ' + error.message))
if (location.pathname === '/cb') manager.signinPopupCallback()
</script>"""


@dataclass(frozen=True)
class Popular:
    """The application, and the bridge that it is registered with."""

    live: Live
    home: str
    client_id: str


@pytest.fixture
def popular(live: Live, node: Node) -> Iterator[Popular]:
    home, client_id = f"http://{HOST}:{free_port(HOST)}", "popular"
    browser_build = node.modules / "oidc-client-ts" / "dist" / "browser"
    app = Flask("popular")
    html = PAGE.format(script=SCRIPT, issuer=live.issuer, client_id=client_id)
    app.add_url_rule("/", "home", lambda: html)
    app.add_url_rule("/cb", "callback", lambda: html)
    app.add_url_rule(f"/{SCRIPT}", "script", lambda: send_from_directory(browser_build, SCRIPT))
    client = Client(
        ClientId(client_id),
        "Popular",
        (home + "/cb",),
        token_endpoint_auth_method="none",
        scope=("openid", "profile"),
        sector_identifier=home,
        allowed_origins=(home,),
        popups=True,
    )
    live.world.services.clients.add(client)
    forget_consents(live.world)
    with serving(app, HOST, int(home.rpartition(":")[2])):
        yield Popular(live, home, client_id)
    live.world.services.clients.remove(client.client_id)


def opened(page: Page, popular: Popular) -> Page:
    """The pop-up, at the page before CamDigiKey."""
    page.goto(popular.home + "/")
    with page.expect_popup() as window:
        page.locator("#sign-in").click()
    return window.value


def test_a_pop_up_signs_in_where_the_application_is_registered_for_it(popular: Popular, page: Page) -> None:
    """Its presses wait for the 0.7 s all the same."""
    popup = opened(page, popular)
    expect(popup.locator("#continue")).to_be_disabled()
    assert popup.evaluate("window.opener !== null")
    go_on_to_camdigikey(popup)
    approve_here(popup, "sophea")
    with popup.expect_event("close"):
        popup.locator("main[data-key=consent] #continue").click()
    expect(page.locator("#result")).to_have_text("signed in as SOPHEA CHAN")


def test_single_sign_on_by_a_pop_up(popular: Popular, page: Page) -> None:
    popup = opened(page, popular)
    go_on_to_camdigikey(popup)
    approve_here(popup, "sophea")
    popup.locator("main[data-key=consent] #continue").click()
    expect(page.locator("#result")).to_have_text("signed in as SOPHEA CHAN")
    opened(page, popular)
    expect(page.locator("#result")).to_have_text("signed in as SOPHEA CHAN")


def test_without_that_the_window_is_cut_off_from_the_application(popular: Popular, page: Page) -> None:
    with changed(popular.live.world, popular.client_id, popups=False):
        popup = opened(page, popular)
        popup.locator("#continue").wait_for()
        assert popup.evaluate("window.opener") is None

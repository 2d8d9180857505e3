"""The snippets of the catalogue, written unaltered into running products: a person signs in by each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from bridge.products import PRODUCTS
from tests.relying_parties.applied import Applied, apply
from tests.relying_parties.appliers import APPLIERS, WITHOUT_APPLIER
from tests.support.browser import NewPage
from tests.support.live import Live

HOSTS = {"mod-auth-openidc": "127.0.0.5", "openid-client": "127.0.0.8", "authlib": "127.0.0.9"}
PAGE_HOST = "127.0.0.10"


@pytest.fixture
def running(live: Live, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Applied]:
    """The product that a test is given by its id."""
    product = request.param
    applied = apply(live, product, HOSTS.get(product, PAGE_HOST))
    with APPLIERS[product](applied, tmp_path, request):
        yield applied


@pytest.mark.parametrize("running", HOSTS, indirect=True)
def test_a_person_signs_in_by_the_snippet_as_it_is(live: Live, running: Applied) -> None:
    browser = requests.Session()
    browser.trust_env = False
    there = sent_away(browser, running)
    back = live.walk(there, until=running.home).location
    assert back.startswith(running.client.redirect_uris[0])
    assert browser.get(back, timeout=10).headers["X-Name"] == "SOPHEA CHAN"
    assert browser.get(running.home, allow_redirects=False, timeout=10).headers["X-Name"] == "SOPHEA CHAN"


@pytest.mark.parametrize("running", HOSTS, indirect=True)
def test_it_uses_pkce_and_refuses_an_answer_that_is_not_its_own(live: Live, running: Applied) -> None:
    browser = requests.Session()
    browser.trust_env = False
    there = sent_away(browser, running)
    assert "code_challenge_method=S256" in there and "state=" in there
    back = live.walk(there, until=running.home).location
    stranger = requests.Session()
    stranger.trust_env = False
    refused = stranger.get(back, timeout=10, allow_redirects=False)
    assert refused.status_code >= 400 or "error" in refused.text.lower()
    assert sent_away(stranger, running).startswith(live.issuer)  # it is not signed in


def sent_away(browser: requests.Session, running: Applied) -> str:
    """From the product's first page to the address that it sends the browser to."""
    address = running.home
    while address.startswith(running.home):
        answer = browser.get(address, allow_redirects=False, timeout=10)
        assert answer.is_redirect, answer.text
        address = requests.compat.urljoin(address, answer.headers["Location"])
    return address


@pytest.mark.parametrize("running", HOSTS, indirect=True)
def test_a_person_signs_out_in_a_real_browser_and_comes_back(
    live: Live, running: Applied, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(running.home)
    expect(page.locator("main")).to_have_attribute("data-key", "sign_in")
    with live.world.approving("sophea"), page.expect_response(running.home) as home:
        page.locator("#continue").click()
    assert home.value.headers["x-name"] == "SOPHEA CHAN"
    page.goto(running.home + SIGN_OUT.get(running.client.client_id, "logout").format(home=running.home))
    # Back at the application, which sends people to sign in: nobody is known any more.
    expect(page.locator("main")).to_have_attribute("data-key", "sign_in")


SIGN_OUT = {"mod-auth-openidc": "signed-in?logout={home}"}


@pytest.mark.parametrize("running", ["oidc-client-ts"], indirect=True)
def test_a_page_without_a_server_signs_a_person_in_and_out_in_a_real_browser(
    live: Live, running: Applied, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(running.home)
    expect(page.locator("#name")).to_have_text("nobody")
    page.locator("#sign-in").click()
    expect(page.locator("main")).to_have_attribute("data-key", "sign_in")
    with live.world.approving("sophea"):
        page.locator("#continue").click()
        expect(page.locator("#name")).to_have_text("SOPHEA CHAN")
    assert page.url == f"{running.home}callback"  # the code is gone from the address bar
    page.goto(running.home)
    expect(page.locator("#name")).to_have_text("SOPHEA CHAN")
    page.locator("#sign-out").click()
    expect(page.locator("#name")).to_have_text("nobody")
    assert page.url.startswith(running.home)
    page.locator("#sign-in").click()
    expect(page.locator("main")).to_have_attribute("data-key", "sign_in")  # nobody is known here either


def test_every_product_has_its_applier_or_waits_for_it() -> None:
    assert APPLIERS.keys() | WITHOUT_APPLIER == PRODUCTS.keys()
    assert not APPLIERS.keys() & WITHOUT_APPLIER

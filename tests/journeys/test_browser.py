"""A person's whole way in a real browser, from the sample application's button and back, with pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from bridge.domain.client import Client
from bridge.domain.ids import SubjectId
from bridge.simulator.relying_party import SCOPE, create_app
from tests.support.browser import NewPage, screenshot
from tests.support.live import Live
from tests.support.servers import free_port, serving
from tests.support.walks import press

SAMPLES = {"sample-portal": "127.0.0.6", "sample-office": "127.0.0.7"}
SIZES = {"phone": (360, 740), "wide": (1280, 800)}


@pytest.fixture(scope="module")
def samples(live: Live) -> Iterator[dict[str, str]]:
    """Two sample applications, as the demo has them; their addresses by client id."""
    with ExitStack() as stack:
        found = {}
        for name, host in SAMPLES.items():
            port = free_port(host)
            home = f"http://{host}:{port}/"
            client = Client(
                name,
                name.replace("-", " ").capitalize(),
                (home + "callback",),
                grant_types=("authorization_code", "refresh_token"),
                scope=tuple(SCOPE.split()),
                sector_identifier=host,
                client_uri=home,
                post_logout_redirect_uris=(home,),
            )
            live.world.register(client)
            app = create_app(live.issuer, name, live.world.secrets[name], home + "callback")
            stack.enter_context(serving(app, host, port))
            found[name] = home
        yield found


@pytest.mark.parametrize("locale", ["en-GB", "km-KH"])
@pytest.mark.parametrize("size", SIZES)
def test_a_person_signs_in_at_one_application_and_is_known_at_the_second_until_they_sign_out(
    live: Live, samples: dict[str, str], new_page: NewPage, locale: str, size: str
) -> None:
    width, height = SIZES[size]
    page = new_page(viewport={"width": width, "height": height}, locale=locale)
    steps = iter(range(1, 20))

    def keep(name: str) -> None:
        screenshot(page, f"walk-{size}-{locale}-{next(steps):02}-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"

    page.goto(samples["sample-portal"])
    keep("application")
    page.locator("#sign-in").click()
    expect(page.locator("main")).to_have_attribute("data-key", "sign_in")
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    keep("before")
    press(page)
    page.locator("#phone").wait_for()
    keep("qr")
    login_page = page.url
    page.goto("about:blank")  # that page goes on by itself, and would race with ours
    on_the_phone(login_page, new_page, live)
    page.goto(login_page)
    page.locator("#continue").wait_for()
    keep("consent")
    press(page)
    expect(page.locator("#name")).to_have_text("SOPHEA CHAN")
    expect(page.locator("#name-km")).to_have_text("ចាន់ សុភា")
    keep("signed-in")
    page.locator("#refresh").click()
    page.locator("#userinfo").click()
    expect(page.locator("#name")).to_have_text("SOPHEA CHAN")
    single_sign_on(page, samples)
    keep("second-application")
    page.goto(samples["sample-portal"])
    page.locator("#logout").click()
    page.locator("#sign-in").wait_for()
    keep("signed-out")
    page.goto(samples["sample-portal"])
    page.locator("#sign-in").click()
    expect(page.locator("main")).to_have_attribute("data-key", "sign_in")  # nobody is known any more
    live.world.services.consents.remove(subject_of(live), "sample-portal")
    live.world.services.consents.remove(subject_of(live), "sample-office")


def on_the_phone(login_page: str, new_page: NewPage, live: Live) -> None:
    """Another device opens what the QR code says, picks who it is, and approves."""
    phone = new_page(viewport={"width": 360, "height": 740})
    phone.goto(login_page.replace("/login?", "/phone?"))
    phone.locator("#persona-sophea").check()
    screenshot(phone, "walk-on-the-phone")
    phone.locator("#approve").click()
    expect(phone.locator("#approve")).to_have_count(0)
    assert phone.url.startswith(live.world.simulator.web_url)  # the answer is not for this browser


def single_sign_on(page: Page, samples: dict[str, str]) -> None:
    """The second application asks, and needs no second approval."""
    page.goto(samples["sample-office"])
    page.locator("#sign-in").click()
    expect(page.locator("main")).to_have_attribute("data-key", "consent")
    press(page)
    expect(page.locator("#name")).to_have_text("SOPHEA CHAN")


def subject_of(live: Live) -> SubjectId:
    """How the stores name the persona."""
    return live.world.services.subject_key.subject_id("CDK000000042")

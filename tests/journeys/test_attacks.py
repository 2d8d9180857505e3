"""What somebody with bad intentions would try, in real browsers, in v2 and v3, also behind an https proxy.

The attacker has a browser and an account of their own (persona `dara`); the victim is `sophea`.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.support.browser import NewPage
from tests.support.live import Live
from tests.support.walks import (
    NAMES,
    approve_here,
    begin,
    go_on_to_camdigikey,
    press,
    result,
    sign_in,
)

# As in production: cookies are Secure and have the __Host- prefix.
pytestmark = pytest.mark.parametrize(
    "anywhere", ["v3 behind https", "v2 behind https"], indirect=True, scope="session"
)
VICTIM, ATTACKER = "sophea", "dara"


@pytest.fixture
def attacker(new_page: NewPage) -> Page:
    return new_page(ignore_https_errors=True)


@pytest.fixture
def victim(new_page: NewPage) -> Page:
    return new_page(ignore_https_errors=True)


def caught_callback(page: Page, live: Live, persona: str) -> str:
    """The callback that CamDigiKey would send this browser to, once its owner approved on a phone.

    The browser itself is taken away before: the page with the QR code would go on by itself.
    """
    login_url = page.url
    token = parse_qs(urlsplit(login_url).query)["token"][0]
    page.goto("about:blank")
    phone = {"token": token, "persona": persona}
    requests.post(live.world.simulator.web_url + "/phone", data=phone, timeout=10).raise_for_status()
    answer = requests.get(login_url, allow_redirects=False, timeout=10)
    return answer.headers["Location"]


def nobody_is_signed_in(page: Page, live: Live) -> None:
    """Asked silently, the provider knows nobody in this browser."""
    page.goto(live.addresses["office"] + "start?prompt=none")
    assert result(page) == "error login_required"


def test_a_victims_browser_sent_into_an_attackers_pending_login_signs_nobody_in(
    anywhere: Live, attacker: Page, victim: Page
) -> None:
    begin(attacker, anywhere)
    go_on_to_camdigikey(attacker)
    callback = caught_callback(attacker, anywhere, ATTACKER)
    victim.goto(callback)
    assert "authToken" in victim.url  # the answer stays where it was asked, and is a page
    assert victim.locator("#result").count() == 0
    nobody_is_signed_in(victim, anywhere)
    # The token is burnt: the attacker's own browser can't use it any more either.
    attacker.goto(callback)
    assert attacker.locator("#result").count() == 0
    nobody_is_signed_in(attacker, anywhere)


def test_an_attackers_login_page_pushed_on_a_victim_gives_the_attacker_nothing(
    anywhere: Live, attacker: Page, victim: Page
) -> None:
    begin(attacker, anywhere)
    expect(attacker.locator("body")).to_contain_text("Ministry portal")
    go_on_to_camdigikey(attacker)
    login_url = attacker.url
    attacker.goto("about:blank")  # they wait elsewhere: that page goes on by itself
    victim.goto(login_url)
    approve_here(victim, VICTIM)
    victim.wait_for_url(re.compile(r".*/camdigikey/callback.*"))
    assert victim.locator("#result").count() == 0
    nobody_is_signed_in(victim, anywhere)
    nobody_is_signed_in(attacker, anywhere)


def test_a_stolen_auth_token_under_ones_own_cookie_is_not_a_login_without_a_word(
    anywhere: Live, attacker: Page, victim: Page
) -> None:
    begin(victim, anywhere)
    go_on_to_camdigikey(victim)
    stolen = caught_callback(victim, anywhere, VICTIM)
    begin(attacker, anywhere)
    go_on_to_camdigikey(attacker)
    attacker.goto(stolen)
    assert attacker.locator("#result").count() == 0
    nobody_is_signed_in(attacker, anywhere)
    # The victim comes second: the token is burnt, and the page says so instead of signing anybody in.
    victim.goto(stolen)
    assert victim.locator("#result").count() == 0
    nobody_is_signed_in(victim, anywhere)


def test_an_unsolicited_callback_and_its_replay_sign_nobody_in(
    anywhere: Live, attacker: Page, victim: Page
) -> None:
    begin(attacker, anywhere)
    go_on_to_camdigikey(attacker)
    callback = caught_callback(attacker, anywhere, ATTACKER)
    for _ in range(2):
        answer = victim.goto(callback)
        assert answer and answer.status == 400
    nobody_is_signed_in(victim, anywhere)


def test_a_replayed_callback_in_the_same_browser_gets_an_answer_and_no_second_login(
    anywhere: Live, victim: Page
) -> None:
    callbacks: list[str] = []
    victim.on("request", lambda asked: callbacks.append(asked.url))
    sign_in(victim, anywhere, VICTIM)
    before = len(anywhere.applications["portal"].callbacks)
    victim.goto(next(url for url in callbacks if "/camdigikey/callback" in url))
    assert "authToken" not in victim.url
    # The code was redeemed, so the same request begins anew, and single sign-on answers it.
    assert len(anywhere.applications["portal"].callbacks) == before + 1


def test_two_applications_racing_in_one_browser_each_get_their_own_answer(
    anywhere: Live, victim: Page
) -> None:
    other = victim.context.new_page()
    begin(victim, anywhere, "portal")
    begin(other, anywhere, "office")
    sign_in(victim, anywhere, VICTIM, at="portal", already_started=True)
    assert result(victim) == "signed in as " + NAMES[VICTIM]
    other.reload()  # single sign-on: the other tab needs no second approval
    if other.locator("#continue").count():
        press(other)
    assert result(other) == "signed in as " + NAMES[VICTIM]
    for name in ("portal", "office"):
        assert anywhere.applications[name].callbacks[-1]["iss"] == anywhere.issuer


def test_authorize_in_a_frame_shows_nothing_to_press(anywhere: Live, victim: Page) -> None:
    victim.goto(anywhere.addresses["office"])
    victim.evaluate(
        """address => { const frame = document.createElement('iframe'); frame.id = 'frame';
        frame.src = address; document.body.append(frame) }""",
        anywhere.addresses["portal"] + "start",
    )
    victim.wait_for_load_state("networkidle")
    frame = victim.frame_locator("#frame")
    assert frame.locator("#continue").count() == 0


def test_a_forged_error_callback_does_not_end_a_login_under_way(anywhere: Live, victim: Page) -> None:
    begin(victim, anywhere)
    go_on_to_camdigikey(victim)
    login_url = victim.url
    forged = victim.context.new_page()
    forged.goto(anywhere.issuer + "/camdigikey/error?errorCode=<b>1</b>&errorMessage=Call+this+number")
    expect(forged.locator("body")).not_to_contain_text("Call this number")
    victim.goto(login_url)
    approve_here(victim, VICTIM)
    sign_in(victim, anywhere, VICTIM, already_started=True, approved=True)
    assert result(victim) == "signed in as " + NAMES[VICTIM]


def test_confirm_and_consent_can_be_neither_framed_nor_posted_from_elsewhere(
    anywhere: Live, victim: Page
) -> None:
    begin(victim, anywhere, "office", "?prompt=consent")
    go_on_to_camdigikey(victim)
    approve_here(victim, VICTIM)
    victim.locator("#continue").wait_for()
    answer = victim.reload()
    assert answer
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-frame-options"] == "DENY"
    action = victim.locator("form:has(#continue)").get_attribute("action")
    inputs = victim.locator("form:has(#continue) input")
    fields = inputs.evaluate_all("all => all.map(input => [input.name, input.value])")
    attackers_page = victim.context.new_page()
    attackers_page.goto(anywhere.addresses["portal"])
    with attackers_page.expect_navigation():
        attackers_page.evaluate(
            """([action, fields]) => { const form = document.createElement('form'); form.method = 'post';
            form.action = action; for (const [name, value] of fields) { const input =
            document.createElement('input'); input.name = name; input.value = value; form.append(input) }
            document.body.append(form); form.submit() }""",
            [anywhere.issuer + str(action), fields],
        )
    assert attackers_page.locator("#result").count() == 0
    attackers_page.close()
    nobody_got_a_code_of(victim, anywhere)


def nobody_got_a_code_of(page: Page, live: Live) -> None:
    """The page that waits has not been answered for the person."""
    page.reload()
    assert page.locator("#continue").count() == 1
    state = parse_qs(urlsplit(page.url).query).get("state")
    assert state is None

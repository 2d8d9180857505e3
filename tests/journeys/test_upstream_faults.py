"""Whatever goes wrong at CamDigiKey: a clear page with two ways on, and the right OAuth error.

The sign-in after it works. Each test has a connector of its own, so that nothing is known of earlier faults:
no chain is kept, no circuit breaker counts.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from bridge.app import create_app
from bridge.camdigikey import CamDigiKey, Partner, Timeouts
from bridge.settings import DEFAULT_CONNECTOR
from bridge.upstream.camdigikey import CamDigiKeyConnector
from tests.support.clocks import MovedClock
from tests.support.pages import approved, forget_consents, kind, login_of, press, visit
from tests.support.person import Page, Person
from tests.support.world import World, make_world

AWAY, DENIED, BROKEN = "temporarily_unavailable", "access_denied", "server_error"
WORKS = ""
HANGS = 60.0  # seconds, and no test waits for them: the bridge gives up first

# operation: kind of fault: what the application hears when the person gives up. `certificates` knows no
# envelope, and only what brings a token can bring a bad one. A reset of a kept connection is tried again once
# where nothing is spent by it.
FAULTS: dict[str, dict[str, str]] = {
    "login_token": {
        "500": AWAY,
        "hang": AWAY,
        "reset": AWAY,
        "garbage": BROKEN,
        "bad_mac": BROKEN,
        "error": BROKEN,  # it is us whom it refuses
        "status_false": BROKEN,  # an answer without what was asked
        "slow": WORKS,
        "wrong_signer": WORKS,  # its token goes to the browser, and means nothing to us
        "rotated_signer": WORKS,
    },
    "access_token": {
        "500": AWAY,
        "hang": AWAY,
        "reset": AWAY,
        "garbage": BROKEN,
        "bad_mac": BROKEN,
        "error": BROKEN,
        "expired_token": AWAY,
        "wrong_signer": BROKEN,
        "status_false": BROKEN,
        "slow": WORKS,
        "rotated_signer": WORKS,
    },
    "status": {
        "500": AWAY,
        "hang": AWAY,
        "reset": WORKS,
        "garbage": BROKEN,
        "bad_mac": BROKEN,
        "error": BROKEN,
        "status_false": DENIED,
        "slow": WORKS,
    },
    "certificates": {
        "500": AWAY,
        "hang": AWAY,
        "reset": WORKS,
        "garbage": BROKEN,
        "slow": WORKS,
    },
}
CASES = [
    pytest.param(version, operation, fault, id=f"{version}: {operation} / {fault}")
    for version in ("v3", "v2")
    for operation, faults in FAULTS.items()
    for fault in faults
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One of this file's own: a signer that is rotated here would trouble others for a minute."""
    yield from make_world(tmp_path_factory.mktemp("faults-v3"))


@pytest.fixture(scope="module")
def world_v2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same in v2."""
    yield from make_world(tmp_path_factory.mktemp("faults-v2"), "v2")


@contextmanager
def own_connector(world: World, *, seconds: float = 8, clock: MovedClock | None = None) -> Iterator[World]:
    """The world with a new connection to CamDigiKey, which waits for `seconds` at most."""
    version = world.settings.camdigikey.version
    partner = Partner.from_file(world.simulator.partner_file, version=version)
    library = CamDigiKey(partner, timeouts=Timeouts(2, seconds), clock=clock or time.time)
    connector = CamDigiKeyConnector(DEFAULT_CONNECTOR, library, version, login_pages=("https:", "http:"))
    services = replace(world.services, connectors={DEFAULT_CONNECTOR: connector})
    try:
        yield replace(world, app=create_app(world.settings, services), services=services)
    finally:
        connector.close()
        world.control("DELETE", "/faults")


def fault(world: World, operation: str, kind: str, count: int = 1) -> None:
    seconds = HANGS if kind == "hang" else 0.2
    world.control("POST", "/faults", operation=operation, kind=kind, count=count, seconds=seconds)


def try_to_sign_in(world: World, person: Person, page: Page) -> Page:
    """From the page before CamDigiKey as far as it goes."""
    page = press(world, person, page)
    if kind(world, page) == "camdigikey":
        page = visit(world, person, approved(world, person, page, "sophea"))
    return press(world, person, page) if kind(world, page) == "confirm" else page


@pytest.mark.parametrize(("version", "operation", "name"), CASES)
def test_a_fault_is_a_page_with_two_ways_on(
    version: str, operation: str, name: str, request: pytest.FixtureRequest
) -> None:
    whole: World = request.getfixturevalue("world" if version == "v3" else "world_v2")
    expected = FAULTS[operation][name]
    with own_connector(whole, seconds=1 if name == "hang" else 8) as world:
        forget_consents(world)
        person = world.person()
        fault(world, operation, name)
        page = try_to_sign_in(world, person, visit(world, person, world.authorize_url("own")))
        if expected == WORKS:
            assert kind(world, page) == "code", page.text[:400]
            return
        assert kind(world, page) == "problem", page.text[:400]
        assert "Fault on order" not in page.text
        back = press(world, person, page, "cancel")
        assert kind(world, back) == f"error {expected}"
        assert (back.params["state"], back.params["iss"]) == ("st-ate", world.issuer)
        again = try_to_sign_in(world, person, press(world, person, page))
        assert kind(world, again) == "code", again.text[:400]
        assert world.tokens(again, "own").status == 200


def test_a_fault_signs_nobody_in(world: World) -> None:
    for operation in ("access_token", "status", "certificates"):
        with own_connector(world) as fresh:
            person = fresh.person()
            fault(fresh, operation, "500")
            try_to_sign_in(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
            page = visit(fresh, person, fresh.authorize_url("own", prompt="none"))
            assert kind(fresh, page) == "error login_required"


def test_a_signer_that_was_rotated_is_known_at_once(world: World) -> None:
    """The chain is fetched anew on a signature that does not fit, at most once a minute."""
    clock = MovedClock()
    with own_connector(world, clock=clock) as fresh:
        for seconds, name in ((0, "slow"), (61, "rotated_signer"), (62, "wrong_signer")):
            clock.ahead = seconds
            fault(fresh, "access_token", name)
            person = fresh.person()
            page = try_to_sign_in(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
            assert kind(fresh, page) == ("problem" if name == "wrong_signer" else "code")


@pytest.mark.parametrize("status", [0, 2, 4], ids=["disabled", "expired", "deleted"])
def test_an_account_that_does_not_hold_is_denied(world: World, status: int) -> None:
    world.control("POST", "/personas/dara", user_status=status)
    with own_connector(world) as fresh:
        person = fresh.person()
        page = press(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
        page = visit(fresh, person, approved(fresh, person, page, "dara"))
        assert kind(fresh, page) == "problem"
        assert "account is not active" in page.text
        assert page.text.index('id="cancel"') < page.text.index('id="continue"')  # to try again can't help
        assert kind(fresh, press(fresh, person, page, "cancel")) == "error access_denied"


def test_a_server_that_is_away_for_long_is_left_alone_and_the_rest_lives_on(world: World) -> None:
    with own_connector(world) as fresh:
        tokens = fresh.tokens(fresh.sign_in(fresh.person(), "post"), "post")
        fault(fresh, "login_token", "500", count=9)
        person = fresh.person()
        page = visit(fresh, person, fresh.authorize_url("own"))
        for _ in range(5):
            assert kind(fresh, press(fresh, person, page)) == "problem"
        calls = fresh.control("GET", "/state")["calls"]["login_token"]
        problem = press(fresh, person, page)
        assert kind(fresh, press(fresh, person, problem, "cancel")) == "error temporarily_unavailable"
        assert fresh.control("GET", "/state")["calls"]["login_token"] == calls
        assert fresh.userinfo(tokens["access_token"])[0] == 200
        refreshed = fresh.token("post", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert refreshed.status == 200
        for path in ("/.well-known/openid-configuration", "/jwks", "/readyz"):
            assert fresh.app.test_client().get(path, base_url=fresh.issuer).status_code == 200


def test_a_person_who_refuses_at_camdigikey_comes_back_to_two_ways_on(world: World) -> None:
    with own_connector(world) as fresh:
        person = fresh.person()
        page = press(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
        refused = visit(fresh, person, fresh.simulator.service.refuse(login_of(fresh, page)))
        assert kind(fresh, refused) == "problem"
        assert "declined at CamDigiKey" in refused.text
        assert "account" not in refused.text
        assert kind(fresh, press(fresh, person, refused, "cancel")) == "error access_denied"
        again = try_to_sign_in(fresh, person, press(fresh, person, refused))
        assert kind(fresh, again) == "code"


@pytest.mark.parametrize("with_state", [True, False], ids=["with a state", "without one"])
def test_in_v2_a_refusal_is_told_as_one_and_try_again_begins_anew(
    world_v2: World, *, with_state: bool
) -> None:
    world_v2.control("POST", "/settings", v2_vars=with_state)
    with own_connector(world_v2) as fresh:
        person = fresh.person()
        page = press(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
        refused = visit(fresh, person, fresh.simulator.service.refuse(login_of(fresh, page)))
        assert "declined at CamDigiKey" in refused.text
        assert kind(fresh, press(fresh, person, refused, "cancel")) == "error access_denied"
        again = press(fresh, person, press(fresh, person, refused))
        assert kind(fresh, again) == "camdigikey"  # not "another sign-in is under way"
    world_v2.control("POST", "/settings", v2_vars=True)


AUDIT = "SELECT event, facts FROM audit"
REFERENCE = re.compile(r"<code>([0-9a-f]{16})</code>")


@pytest.mark.parametrize(
    ("operation", "event", "line"),
    [
        ("login_token", "handoff.not_started", "login.not_started"),
        ("access_token", "handoff.failed", "login.failed"),
        ("status", "handoff.failed", "login.failed"),
    ],
)
def test_a_sign_in_that_fails_leaves_a_line_by_the_reference_number_of_its_page(
    world: World, capfd: pytest.CaptureFixture[str], operation: str, event: str, line: str
) -> None:
    with own_connector(world) as fresh:
        person = fresh.person()
        fresh.control("POST", "/faults", operation=operation, kind="error", count=1, code=731)
        page = try_to_sign_in(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
    found = REFERENCE.search(page.text)
    assert found, page.text[:400]
    reference = found[1]
    with closing(sqlite3.connect(world.settings.data_dir / "bridge.db")) as connection:
        rows = [json.loads(facts) | {"event": name} for name, facts in connection.execute(AUDIT)]
    (row,) = [row for row in rows if row.get("request_id") == reference]
    asked = {"login_token": "start", "access_token": "exchange"}.get(operation, operation)
    assert (row["event"], row["operation"], row["error_code"]) == (event, asked, "731")
    assert row["why"] == "other" and row["client_id"] == "own"  # the message's class, never the message
    said = capfd.readouterr()
    assert [text for text in (said.out + said.err).splitlines() if reference in text and line in text]


def test_five_people_with_a_malformed_record_keep_nobody_else_out(world: World) -> None:
    with own_connector(world) as fresh:
        fault(fresh, "status", "malformed", count=6)
        for _ in range(6):
            person = fresh.person()
            page = try_to_sign_in(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
            assert kind(fresh, page) == "problem"
        person = fresh.person()
        page = try_to_sign_in(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
        assert kind(fresh, page) == "code"


@pytest.mark.parametrize(
    "name", ["other_token", "other_issuer", "other_domain", "over", "tomorrow", "no_jti", "malformed"]
)
def test_an_answer_that_does_not_fit_the_question_signs_nobody_in(world: World, name: str) -> None:
    """DESIGN §6.23"""
    with own_connector(world) as fresh:
        person = fresh.person()
        fault(fresh, "status", name)
        page = try_to_sign_in(fresh, person, visit(fresh, person, fresh.authorize_url("own")))
        assert kind(fresh, page) == "problem"
        assert kind(fresh, press(fresh, person, page, "cancel")) == f"error {BROKEN}"
        page = visit(fresh, person, fresh.authorize_url("own", prompt="none"))
        assert kind(fresh, page) == "error login_required"

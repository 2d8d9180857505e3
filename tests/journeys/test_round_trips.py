"""What each step asks of Redis and SQL, exactly: the waits are most of what a request costs (DESIGN §9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine

from bridge.domain.next_step import Situation, Step, next_step
from bridge.login import decider
from bridge.stores.redis import Redis
from tests.support.pages import approved, forget_consents, kind, press, visit
from tests.support.person import Page, Person
from tests.support.round_trips import count_round_trips
from tests.support.world import VERIFIER, World

NOTHING: dict[str, int] = {}


def counting(world: World) -> AbstractContextManager[Counter[str]]:
    """Counts for the world's own Redis, and every database of this process."""
    redis = getattr(world.services.checks["redis"], "__self__", None)
    assert isinstance(redis, Redis)
    return count_round_trips(redis, Engine)


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)
    warm(world)


def warm(world: World) -> None:
    """Clients and keys are in memory, and Redis knows the scripts."""
    for client in world.services.clients.all():
        world.services.clients.get(client.client_id)
    world.tokens(world.sign_in(world.person(), "own"), "own")


def at_camdigikey(world: World, client_id: str = "own") -> tuple[Person, Page]:
    person = world.person()
    return person, press(world, person, visit(world, person, world.authorize_url(client_id)))


def signed_in(world: World, client_id: str = "own") -> tuple[Person, Page]:
    person, page = at_camdigikey(world, client_id)
    return person, visit(world, person, approved(world, person, page, "sophea"))


# -- authorize ------------------------------------------------------------------------------------------


def test_authorize_without_a_session_asks_nobody(world: World) -> None:
    person = world.person()
    with counting(world) as trips:
        page = visit(world, person, world.authorize_url())
    assert kind(world, page) == "sign_in"
    assert trips == NOTHING


def test_a_refused_request_asks_nobody(world: World) -> None:
    person = world.person()
    with counting(world) as trips:
        assert person.get(world.authorize_url(response_type="token")).params["error"]
        assert person.get(world.authorize_url("nobody", redirect_uri="https://x.example")).status == 400
        assert person.get(world.authorize_url(prompt="none")).params["error"] == "login_required"
    assert trips == NOTHING


def test_authorize_with_a_session_that_leads_to_a_page_asks_once(world: World) -> None:
    person, _ = signed_in(world)
    with counting(world) as trips:
        page = person.get(world.authorize_url("own", prompt="login"))
    assert kind(world, page) == "sign_in"
    assert trips == {"redis": 1}


def test_a_consent_is_looked_up_once(world: World) -> None:
    person, _ = signed_in(world)
    with counting(world) as trips:
        page = person.get(world.authorize_url())
    assert kind(world, page) == "consent"
    assert trips == {"redis": 1, "sql": 1}


def test_single_sign_on_asks_twice(world: World) -> None:
    """The Session, and the Grant with its code."""
    person, _ = signed_in(world)
    with counting(world) as trips:
        page = person.get(world.authorize_url("own"))
    assert kind(world, page) == "code"
    assert trips == {"redis": 2}


def test_single_sign_on_with_a_remembered_consent_asks_sql_once_more(world: World) -> None:
    person, page = signed_in(world)
    press(world, person, visit(world, person, world.authorize_url()))
    with counting(world) as trips:
        page = person.get(world.authorize_url())
    assert kind(world, page) == "code"
    assert trips == {"redis": 2, "sql": 1}


# -- the walk -------------------------------------------------------------------------------------------


def test_a_start_asks_twice(world: World) -> None:
    """Both limits, and the Handoff."""
    person = world.person()
    page = visit(world, person, world.authorize_url())
    with counting(world) as trips:
        at = person.press(page, "continue")
    assert kind(world, at) == "camdigikey"
    assert trips == {"redis": 2}


def test_a_callback_that_leads_to_the_application_asks_five_times(world: World) -> None:
    """SQL: the auth token is burnt, which has to last. Redis: is there a Handoff, take it; the Session; the
    Grant with its code, for which another request asked twice before."""
    person, page = at_camdigikey(world)
    callback = approved(world, person, page, "sophea")
    with counting(world) as trips:
        returned = person.get(callback)
    assert kind(world, returned) == "code"
    assert trips == {"redis": 4, "sql": 1}


def test_a_callback_that_leads_to_a_page_asks_for_a_consent_besides(world: World) -> None:
    person, page = at_camdigikey(world, "web")
    callback = approved(world, person, page, "sophea")
    with counting(world) as trips:
        returned = person.get(callback)
    assert returned.location.startswith(world.issuer + "/login?")
    assert trips == {"redis": 3, "sql": 2}


def test_a_consent_is_kept_and_noted(world: World) -> None:
    person, page = signed_in(world, "web")
    assert kind(world, page) == "consent"
    with counting(world) as trips:
        page = person.press(page, "continue")
    assert kind(world, page) == "code"
    assert trips == {"redis": 2, "sql": 3}  # looked up to widen it, kept, noted


# -- the whole way --------------------------------------------------------------------------------------


def decisions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every step that is decided from here on, in order."""
    made: list[str] = []

    def noted(situation: Situation) -> Step:
        step = next_step(situation)
        made.append(type(step).__name__)
        return step

    monkeypatch.setattr(decider, "next_step", noted)
    return made


def test_a_login_with_a_remembered_consent_is_four_requests_and_three_decisions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In v3, in a browser that knows this person: authorize, start, callback, token."""
    person = world.person()
    world.sign_in(person)  # agrees, and makes the browser know the person
    made = decisions(monkeypatch)
    first = person.get(world.authorize_url(prompt="login"))
    assert kind(world, first) == "sign_in"
    away = person.press(first, "continue")
    callback = approved(world, person, away, "sophea")
    last = person.get(callback)
    assert kind(world, last) == "code"
    assert world.tokens(last).status == 200
    assert made == ["ShowSignIn", "GoToCamDigiKey", "Finish"]


def test_a_first_login_is_one_decision_a_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person, made = world.person(), decisions(monkeypatch)
    first = person.get(world.authorize_url())
    back = person.get(approved(world, person, person.press(first, "continue"), "sophea"))
    asked = person.get(back.location)
    assert kind(world, asked) == "consent"
    assert kind(world, person.press(asked, "continue")) == "code"
    assert made == ["ShowSignIn", "GoToCamDigiKey", "AskConsent", "AskConsent", "Finish"]


def test_single_sign_on_is_one_request_and_one_decision(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = signed_in(world)
    made = decisions(monkeypatch)
    assert kind(world, person.get(world.authorize_url("own"))) == "code"
    assert made == ["Finish"]


# -- what applications ask ------------------------------------------------------------------------------


def token_request(world: World, client_id: str = "web") -> Callable[[], int]:
    person, page = signed_in(world, client_id)
    if kind(world, page) == "consent":
        page = press(world, person, page)
    return lambda: world.tokens(page, client_id).status


@pytest.mark.parametrize("client_id", ["web", "post", "spa"])
def test_a_code_exchange_asks_twice(world: World, client_id: str) -> None:
    exchange = token_request(world, client_id)
    with counting(world) as trips:
        assert exchange() == 200
    assert trips == {"redis": 2}


def test_a_wrong_secret_asks_nobody(world: World) -> None:
    with counting(world) as trips:
        said = world.app.test_client().post(
            "/token",
            data={
                "client_id": "web",
                "client_secret": "x" * 43,
                "grant_type": "authorization_code",
                "code": "a.b",
                "code_verifier": VERIFIER,
            },
            base_url=world.issuer,
        )
    assert said.status_code == 401
    assert trips == NOTHING


def test_userinfo_asks_once(world: World) -> None:
    tokens = world.tokens(world.sign_in(world.person()))
    with counting(world) as trips:
        assert world.userinfo(tokens["access_token"])[0] == 200
    assert trips == {"redis": 1}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/", "/healthz"])
def test_what_is_the_same_for_all_asks_nobody(world: World, path: str) -> None:
    with counting(world) as trips:
        assert world.app.test_client().get(path, base_url=world.issuer).status_code == 200
    assert trips == NOTHING

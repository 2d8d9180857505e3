"""Two CamDigiKey accounts with a simulator each, the first in v3 and the second in v2, at one bridge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from bridge.app import create_app
from bridge.domain.ids import ConnectorId
from bridge.settings import CamDigiKey
from bridge.simulator import serve
from bridge.wiring.connectors import close_connectors, connectors_of
from tests.support.clocks import MovedClock
from tests.support.pages import approved, changed, kind, press, sign_out, visit
from tests.support.person import Page, Person
from tests.support.world import World

SECOND = ConnectorId("second")


@dataclass
class Accounts:
    """The bridge as each account's people see it: those of `web` come by the first, of `own` the second."""

    first: World
    second: World
    clock: MovedClock

    def calls(self) -> dict[str, Counter[str]]:
        """How often each account was asked for what."""
        return {
            name: Counter(world.control("GET", "/state")["calls"])
            for name, world in (("first", self.first), ("second", self.second))
        }


@pytest.fixture
def accounts(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    back = f"{world.issuer}/camdigikey/second/"
    urls = {"success_url": back + "callback", "error_url": back + "error"}
    local = ("127.0.0.1", 0)
    simulator = serve(tmp_path_factory.mktemp("second"), local, local, version="v2", **urls)
    account = CamDigiKey(partner=simulator.partner_file)
    third = CamDigiKey(partner=world.settings.camdigikey.partner, version="v3")
    settings = world.settings.model_copy(update={"connectors": {SECOND: account, "third": third}})
    clock = MovedClock()
    services = replace(world.services, connectors=connectors_of(settings), clock=clock)
    app = create_app(settings, services)
    first = replace(world, app=app, settings=settings, services=services)
    try:
        with changed(world, "own", connector=SECOND):
            yield Accounts(first, replace(first, simulator=simulator), clock)
    finally:
        close_connectors(services.connectors)
        simulator.stop()


def callback_of(world: World, client_id: str) -> tuple[Person, str]:
    """Somebody whom CamDigiKey has just sent back, and the address with their auth token."""
    person = world.person()
    page = press(world, person, visit(world, person, world.authorize_url(client_id)))
    return person, approved(world, person, page, "sophea")


def silently(world: World, person: Person, client_id: str) -> Page:
    return visit(world, person, world.authorize_url(client_id, prompt="none"))


def test_each_clients_people_go_by_its_own_account_and_are_the_same_people(accounts: Accounts) -> None:
    subs = {}
    for world, client_id in ((accounts.first, "web"), (accounts.second, "own")):
        before = accounts.calls()
        page = world.sign_in(world.person(), client_id)
        subs[client_id] = world.tokens(page, client_id).id_token["sub"]
        asked = {name: calls - before[name] for name, calls in accounts.calls().items()}
        mine = "first" if world is accounts.first else "second"
        assert [name for name, calls in asked.items() if calls] == [mine]
    assert subs["web"] == subs["own"]  # they share a sector


def test_what_an_account_can_do_is_its_own(accounts: Accounts) -> None:
    """DESIGN §6.4: in v2 nobody comes in without a word on the confirm page; in v3 a state proves it."""
    first, second = accounts.first, accounts.second
    person, callback = callback_of(first, "web")
    assert kind(first, visit(first, person, callback)) in ("consent", "code")
    person, callback = callback_of(second, "own")
    assert callback.startswith(second.issuer + "/camdigikey/second/callback?")
    assert kind(second, visit(second, person, callback)) == "confirm"


@pytest.mark.parametrize("client_id", ["web", "own"])
def test_an_answer_at_the_other_accounts_address_signs_nobody_in(accounts: Accounts, client_id: str) -> None:
    """DESIGN §6.5: unsolicited, and burnt."""
    world = accounts.first if client_id == "web" else accounts.second
    person, callback = callback_of(world, client_id)
    paths = ["/camdigikey/callback?", "/camdigikey/second/callback?"]
    here, other_path = paths if client_id == "web" else reversed(paths)
    page = visit(world, person, callback.replace(here, other_path))
    assert kind(world, page) == "problem 400"  # the sign-in is still under way, so it offers to go on
    assert kind(world, silently(world, person, client_id)) == "error login_required"
    assert kind(world, visit(world, person, callback)) == "sign_in"  # burnt, so the person begins again
    assert kind(world, silently(world, person, client_id)) == "error login_required"


@pytest.mark.parametrize("other", ["second", "third"])
def test_an_error_at_another_accounts_address_ends_nothing(accounts: Accounts, other: str) -> None:
    """DESIGN §6.6: neither in v2, nor in v3, where the state is the right one."""
    world = accounts.first
    person, callback = callback_of(world, "web")
    state = callback.partition("state=")[2].partition("&")[0]
    wrong = f"{world.issuer}/camdigikey/{other}/error?errorCode=access_denied&state={state}"
    assert kind(world, visit(world, person, wrong)) == "problem 400"
    assert kind(world, visit(world, person, callback)) in ("consent", "code")


def test_a_session_is_watched_and_ended_at_the_account_that_made_it(accounts: Accounts) -> None:
    world, person = accounts.second, accounts.second.person()
    world.sign_in(person, "own")
    before = accounts.calls()
    accounts.clock.ahead = 301
    assert kind(world, visit(world, person, world.authorize_url("web", scope="openid"))) in (
        "consent",
        "code",
    )
    asked = {name: calls - before[name] for name, calls in accounts.calls().items()}
    assert asked == {"first": Counter(), "second": Counter(status=1)}
    assert kind(world, sign_out(world, person)) == "signed_out"
    asked = {name: calls - before[name] for name, calls in accounts.calls().items()}
    assert asked == {"first": Counter(), "second": Counter(status=1, logout=1)}


def test_a_no_of_one_account_ends_only_what_came_by_it(accounts: Accounts) -> None:
    first, second = accounts.first, accounts.second
    people = {"web": first.person(), "own": second.person()}
    first.sign_in(people["web"], "web")
    second.sign_in(people["own"], "own")
    accounts.clock.ahead = 301
    second.control("POST", "/faults", operation="status", kind="status_false")
    assert kind(first, visit(first, people["web"], first.authorize_url("web"))) == "code"
    assert kind(second, visit(second, people["own"], second.authorize_url("own"))) == "sign_in"


def test_a_new_approval_at_the_other_account_first_ends_the_old_token_at_its_own(accounts: Accounts) -> None:
    """DESIGN §6.7: prompt=login."""
    first, second = accounts.first, accounts.second
    person = second.person()
    second.sign_in(person, "own")
    before = accounts.calls()
    page = press(first, person, visit(first, person, first.authorize_url("web", prompt="login")))
    assert kind(first, page) == "camdigikey"
    asked = {name: calls - before[name] for name, calls in accounts.calls().items()}
    assert asked["second"] == Counter(logout=1)
    assert "logout" not in asked["first"]


# -- an account that the settings no longer have ----------------------------------------------------------


def test_a_client_whose_account_is_gone_gets_a_page_with_the_way_back(accounts: Accounts) -> None:
    world, person = accounts.second, accounts.second.person()
    page = visit(world, person, world.authorize_url("own"))
    with changed(world, "own", connector=ConnectorId("gone")):
        for answer in (
            visit(world, world.person(), world.authorize_url("own")),  # nobody signed in
            press(world, person, page),  # on the way when it went
            person.get(page.url),
        ):
            assert kind(world, answer) == "unavailable 503"
            assert answer.link("continue") == "https://app.example/"
        accounts.first.sign_in(person, "web")
        assert kind(world, visit(world, person, world.authorize_url("own"))) == "unavailable 503"


def test_a_person_who_comes_back_to_a_client_whose_account_went_is_not_signed_in(accounts: Accounts) -> None:
    world = accounts.second
    person, callback = callback_of(world, "own")
    before = accounts.calls()["second"]
    with changed(world, "own", connector=ConnectorId("gone")):
        assert kind(world, visit(world, person, callback)) == "unavailable 503"
    asked = accounts.calls()["second"] - before
    assert asked["logout"] == 1
    assert kind(world, silently(world, person, "web")) == "error login_required"


def test_asked_silently_the_client_is_told_by_an_error(accounts: Accounts) -> None:
    """DESIGN §6.2: prompt=none never gets a page."""
    world, person = accounts.first, accounts.first.person()
    for page in (None, world.sign_in(person, "web")):
        with changed(world, "own", connector=ConnectorId("gone")):
            answer = silently(world, person, "own")
        assert kind(world, answer) == "error temporarily_unavailable", page
        assert answer.params["state"] == "st-ate"


def test_a_session_whose_account_is_gone_ends_with_its_own_expiry(accounts: Accounts) -> None:
    """It can be asked nothing and signed out nowhere; single sign-on goes on till then."""
    world, person = accounts.second, accounts.second.person()
    world.sign_in(person, "own")
    left = {key: way for key, way in world.services.connectors.items() if key != SECOND}
    person.bridge.application = create_app(world.settings, replace(world.services, connectors=left))
    accounts.clock.ahead = 301
    url = world.authorize_url("web", scope="openid")
    assert kind(world, visit(world, person, url)) in ("consent", "code")
    assert kind(world, sign_out(world, person)) == "signed_out"

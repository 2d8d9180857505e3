"""Test and evaluate: an administrator sees what an application would be told, and nothing is left of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from bridge.domain.claims import CLAIMS, claims_supported
from bridge.domain.client import Client
from bridge.manage.client_testing import RESULT_LIVES, SOMEBODY_ELSE, ClientTesting
from bridge.stores import sql
from bridge.stores.redis import Redis
from bridge.stores.sql.audit import SqlAuditLog
from bridge.stores.sql.tables import metadata
from tests.console.conftest import Console, Registers, application
from tests.support.pages import changed
from tests.support.person import Page, Person
from tests.support.world import World

APP = "tested-app"
PATH = f"/admin/applications/{APP}/test"
# What is there again for a while, so that nothing of it can come back: no session, grant, code or token.
MARKS = {
    "ended": "of the Grant: whatever bears its id is dead",
    "over": "of the Session: nothing revives it",
    "sid": "the name of a Session that is not there any more",
    "origin": "this sign-in has been answered",
    "answer": "with what, for a minute, sealed; its code opens nothing",
    "begun": "CamDigiKey's answer was taken",
    "taken": "the same, by this browser",
}
KIND = re.compile(r"bridge:\{(?:(sid):)?[^}]*\}:([a-z]+)")


@pytest.fixture
def app(registered: Registers) -> Client:
    return registered(application(APP, sector_identifier="tested.example"))


def redis_of(world: World) -> Redis:
    redis = getattr(world.services.checks["redis"], "__self__", None)
    assert isinstance(redis, Redis)
    return redis


def left_in_redis(world: World) -> Counter[str]:
    """How many keys of each kind there are."""
    redis = redis_of(world)
    keys = (key.decode() for key in redis.command("KEYS", "bridge:*"))
    return Counter(found[1] or found[2] for found in map(KIND.match, keys) if found)


def left_in_sql(world: World) -> dict[str, int]:
    engine = sql.connect(world.settings.database_url)
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def back_from_camdigikey(console: Console, person: Person, page: Page, persona: str = "sophea") -> Page:
    """From the press of the button to the page that follows the sign-in."""
    page = person.follow(page, until="https://")
    return console.world.approve(person, page, persona)


def tried(console: Console, person: Person, persona: str = "sophea") -> Page:
    return back_from_camdigikey(console, person, console.post(person, PATH), persona)


def answers(page: Page) -> tuple[dict[str, Any], dict[str, Any]]:
    """The decoded ID token and userinfo of a result."""
    found = []
    for name in ("id-token", "userinfo"):
        text = page.text.partition(f'id="{name}"><code>')[2].partition("</code>")[0]
        found.append(json.loads(unescape(text)))
    return found[0], found[1]


def test_a_test_shows_what_the_application_would_be_told(console: Console, app: Client) -> None:
    person = console.administrator()
    moving = tried(console, person)
    assert moving.status == 200 and PATH in moving.text
    page = console.page(person, PATH)
    id_token, userinfo = answers(page)
    key = console.world.services.subject_key
    sub = key.sub(app, console.world.simulator.service.people.all()[0].camdigikey_id)
    assert id_token["aud"] == APP and id_token["sub"] == userinfo["sub"] == sub
    assert userinfo["name#km"] == "ចាន់ សុភា" and "email" not in userinfo and "nonce" not in id_token
    assert all(f"<code>{name}</code>" in page.text for name in claims_supported({}) & CLAIMS.keys())


def test_it_is_told_as_a_real_sign_in_is(console: Console, app: Client) -> None:
    """The same claims by the same code, whatever the registration says."""
    world, person = console.world, console.administrator()
    tried(console, person)
    registration = {
        "scope": ("openid", "profile", "email", "phone", "age"),
        "claims": ("name", "gender", "email", "email_verified", "age_over_18"),
        "claims_in_id_token": True,
        "skip_consent": True,
        "name_locale": "km",
    }
    with changed(world, APP, **registration):
        shown, shown_userinfo = answers(console.page(person, PATH))
        tokens = world.tokens(world.sign_in(world.person(), APP, scope="openid profile email phone age"), APP)
        userinfo = world.userinfo(tokens["access_token"])[1]
    assert shown_userinfo == userinfo
    once = {"iat", "exp", "auth_time", "sid", "at_hash", "nonce"}
    assert {name: value for name, value in shown.items() if name not in once} == {
        name: value for name, value in tokens.id_token.items() if name not in once
    }


def test_claims_that_are_not_allowed_are_named_and_never_valued(console: Console, app: Client) -> None:
    person = console.administrator()
    tried(console, person)
    page = console.page(person, PATH)
    persona = console.world.simulator.service.people.all()[0]
    for secret in (persona.personal_code, persona.camdigikey_id, persona.email, persona.mobile_phone):
        assert secret and secret not in page.text
    assert "<code>personal_code</code>" in page.text and "<code>camdigikey_id</code>" in page.text
    with changed(console.world, APP, scope=("openid", "profile"), claims=("age_over_18",)):
        assert persona.dob not in console.page(person, PATH).text, "nor what an allowed claim is made of"


def test_nothing_remains_of_it_but_a_line_of_what_was_done(console: Console, app: Client) -> None:
    """No code, token, grant or session: neither in Redis nor in SQL."""
    world, person = console.world, console.administrator()
    console.page(person, PATH)
    session = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    audit = world.services.audit
    assert isinstance(audit, SqlAuditLog)
    audit.flush()  # what the sign-in to the console has noted
    redis_before, sql_before = left_in_redis(world), left_in_sql(world)
    tried(console, person)
    assert "ID token" in console.page(person, PATH).text
    audit.flush()
    more = left_in_redis(world) - redis_before
    assert set(more) <= MARKS.keys(), more
    sql_after = left_in_sql(world)
    grown = {
        name: number - sql_before[name] for name, number in sql_after.items() if number != sql_before[name]
    }
    assert grown.pop("admin_audit") == 1
    assert set(grown) <= {"spent_tokens", "audit"}, "the auth token stays burnt, and the sign-in is noted"
    after = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    assert session is not None and after is not None and after.value == session.value
    assert console.page(person, "/admin/applications").status == 200


def test_the_administrators_own_sign_in_lives_on_at_camdigikey(console: Console, app: Client) -> None:
    world, person = console.world, console.administrator()
    tried(console, person)
    session = world.services.sessions.held(console.session_of(person).session_key, 0)
    assert session is not None and session.upstream is not None
    (connector,) = world.services.connectors.values()
    assert connector.alive(session.upstream)


@pytest.mark.parametrize("lives_on", [False, True], ids=["which ends one's own", "beside one's own"])
def test_somebody_elses_sign_in_gives_no_result(console: Console, app: Client, lives_on: bool) -> None:
    """Nor where the administrator's own Session, and so their console session, lives on."""
    person = console.administrator()
    if lives_on:  # the browser has lost its cookie, as by signing in elsewhere
        person.bridge.delete_cookie("bridge_session", domain="127.0.0.1")
    page = back_from_camdigikey(console, person, console.post(person, PATH), "dara")
    if page.has("continue") and "confirm" in page.text:  # this browser knew somebody else
        page = person.follow(person.press(page, "continue"), until="https://")
    assert page.status == 403 and SOMEBODY_ELSE.partition(":")[0] in page.text
    assert "SOK" not in page.text and "ចាន់" not in page.text
    assert "id-token" not in console.page(person, PATH).text


def test_a_result_is_gone_after_ten_minutes_and_with_its_console_session(
    console: Console, app: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = console.administrator()
    tried(console, person)
    cookie = person.bridge.get_cookie("bridge_admin_test", "127.0.0.1")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Strict"
    assert "SOPHEA" not in cookie.value and cookie.max_age == RESULT_LIVES
    testing: ClientTesting = console.uses.testing
    clock = testing._clock
    monkeypatch.setattr(testing, "_clock", lambda: clock() + RESULT_LIVES)
    assert "id-token" not in console.page(person, PATH).text
    monkeypatch.undo()
    assert "id-token" in console.page(person, PATH).text
    other = console.administrator(persona="dara")
    other.bridge.set_cookie("bridge_admin_test", cookie.value, domain="127.0.0.1")
    assert "id-token" not in console.page(other, PATH).text, "another's, who has got hold of it"


def test_the_code_of_a_test_opens_no_session_of_the_console(console: Console, app: Client) -> None:
    """Nor does the code of a sign-in end a test: each knows what it began (RFC 9700 §4.7.1)."""
    person = console.administrator()
    page = person.follow(console.post(person, PATH), until="https://")
    at = person.press(page, "continue")
    with console.world.approving("sophea"):
        returned = person.follow(at, until=console.world.issuer + "/camdigikey/")
    back = person.get(returned.location)
    assert urlsplit(back.location).path == "/admin/callback"
    stranger = console.world.person()
    assert stranger.get(back.location).status == 403
    forged = back.location.replace("state=", "state=x")
    assert person.get(forged).status == 403


def test_a_persona_of_the_simulator_is_evaluated_without_a_sign_in(console: Console, app: Client) -> None:
    person = console.administrator()
    page = console.post(person, f"/admin/applications/{APP}/evaluate", {"persona": "bopha"})
    _, userinfo = answers(page)
    assert userinfo["name"] == "កែវ បុប្ផា"
    assert console.post(person, f"/admin/applications/{APP}/evaluate", {"persona": "x"}).status == 422
    sign_in = console.page(person, PATH)
    assert sign_in.has("evaluate") and 'value="bopha"' not in sign_in.text


@pytest.fixture
def without_a_simulator(console: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(console.uses.testing, "personas", {})
    yield


def test_where_camdigikey_is_no_simulator_nobody_but_oneself_is_evaluated(
    console: Console, app: Client, without_a_simulator: None
) -> None:
    person = console.administrator()
    assert not console.page(person, PATH).has("evaluate")
    said = console.post(person, f"/admin/applications/{APP}/evaluate", {"persona": "sophea"})
    assert said.status == 422 and "id-token" not in said.text


def test_an_application_with_a_list_says_whether_one_would_be_let_in(console: Console, app: Client) -> None:
    person = console.administrator()
    tried(console, person)
    assert "may sign in at it" in console.page(person, PATH + "?hl=en").text
    with changed(console.world, APP, access="listed"):
        assert "would be turned away" in console.page(person, PATH + "?hl=en").text

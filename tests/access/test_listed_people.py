"""An application that lets in listed people alone: from the invitation to the end of all that was given."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from bridge.domain.client_people import ClientPerson
from bridge.manage import OPERATOR
from bridge.manage.client_people import INVITATION_LIVES, ClientPeopleAdministration
from bridge.manage.joining_client import joining_client_id
from bridge.stores.redis import Redis
from bridge.web.use_cases import UseCases
from tests.support.pages import approved, changed, forget_consents, kind, press, visit
from tests.support.person import Page, Person
from tests.support.round_trips import count_round_trips
from tests.support.world import Tokens, World

SCOPE = "openid profile roles"


@pytest.fixture(autouse=True, params=["own", "spa"])
def app(request: pytest.FixtureRequest, world: World) -> Iterator[str]:
    """The id of the application: one that agrees beforehand, and one that may refresh and be offline."""
    client_id: str = request.param
    forget_consents(world)
    before = world.services.clients.get(client_id)
    assert before is not None
    more = {"scope": (*before.scope, "roles"), "access_contact": "Help desk <023 123 456>"}
    with changed(world, client_id, access="listed", **more):
        yield client_id
        for person in world.services.people.all(before.client_id):
            people_of(world).remove(OPERATOR, client_id, person.id)
        assert world.services.people.all(before.client_id) == ()


def people_of(world: World) -> ClientPeopleAdministration:
    uses: UseCases = world.app.extensions["bridge"]
    return uses.administration.listed_people


def join(
    world: World, person: Person, app: str, persona: str = "sophea", roles: tuple[str, ...] = ()
) -> Page:
    """Open the link, and accept it by signing in; the page that follows."""
    token = people_of(world).invite(OPERATOR, app, roles)
    page = visit(world, person, f"{world.issuer}/join/{token}")
    assert kind(world, page) == "join"
    page = press(world, person, page)
    assert kind(world, page) == "sign_in" and f"bridge-join.{app}" not in page.text
    return settled(world, person, world.approve(person, page, persona))


def settled(world: World, person: Person, page: Page) -> Page:
    while page.location.startswith(world.issuer):
        page = person.get(page.location)
    return page


def only(world: World, app: str) -> ClientPerson:
    (found,) = people_of(world).all(OPERATOR, app)
    return found


def let_in(world: World, app: str, roles: tuple[str, ...] = ()) -> Person:
    """Somebody who may use the application, with their browser."""
    person = world.person()
    join(world, person, app, roles=roles)
    people_of(world).approve(OPERATOR, app, only(world, app).id)
    return person


def signed_in(world: World, person: Person, app: str, **changes: str) -> Page:
    """What a request of the application comes to, with a consent where one is asked."""
    page = visit(world, person, world.authorize_url(app, scope=SCOPE, **changes))
    return press(world, person, page) if kind(world, page) == "consent" else page


def test_an_invited_person_waits_until_they_are_let_in(world: World, app: str) -> None:
    person = world.person()
    page = join(world, person, app, roles=("clerk",))
    waits = only(world, app)
    assert kind(world, page) == "joined" and waits.code in page.text and waits.state == "pending"
    assert kind(world, person.get(page.url)) == "joined", "F5 shows it again"
    turned = signed_in(world, person, app)
    assert kind(world, turned) == "turned_away 403"
    assert "Help desk &lt;023 123 456&gt;" in turned.text
    people_of(world).approve(OPERATOR, app, waits.id)
    assert kind(world, signed_in(world, person, app)) == "code"


def test_somebody_else_is_told_whom_to_ask_and_the_application_hears_access_denied(
    world: World, app: str
) -> None:
    """RFC 6749 §4.1.2.1."""
    person = world.person()
    page = visit(world, person, world.authorize_url(app, scope=SCOPE))
    page = settled(world, person, world.approve(person, page, "dara"))
    assert kind(world, page) == "turned_away 403"
    silent = person.get(world.authorize_url(app, prompt="none"))
    assert kind(world, silent) == "error access_denied"
    back = press(world, person, page, "cancel")
    assert kind(world, back) == "error access_denied" and back.params["state"] == "st-ate"


def test_another_person_signs_in_by_the_button_of_that_page(world: World, app: str) -> None:
    let_in(world, app)
    person = world.person()
    page = visit(world, person, world.authorize_url(app, scope=SCOPE))
    page = settled(world, person, world.approve(person, page, "dara"))
    at = person.press(page, "another")
    assert kind(world, at) == "camdigikey"
    with world.approving("sophea"):
        back = person.follow(at, until=world.issuer + "/camdigikey/")
    page = visit(world, person, back.location)
    for _ in range(2):  # a browser that knew somebody else asks; and perhaps what is shared
        page = press(world, person, page) if kind(world, page) in ("confirm", "consent") else page
    assert kind(world, page) == "code"


def test_a_removed_person_loses_all_that_they_gave_and_everybody_else_nothing(world: World, app: str) -> None:
    person = let_in(world, app)
    tokens = world.tokens(signed_in(world, person, app), app)
    elsewhere = world.tokens(signed_in(world, person, "post"), "post")
    assert world.userinfo(tokens["access_token"])[0] == 200
    people_of(world).remove(OPERATOR, app, only(world, app).id)
    assert world.userinfo(tokens["access_token"])[0] == 401
    assert world.userinfo(elsewhere["access_token"])[0] == 200
    assert kind(world, signed_in(world, person, app)) == "turned_away 403"
    assert kind(world, person.get(world.authorize_url(app, prompt="none"))) == "error access_denied"


def test_a_code_that_was_given_in_that_very_moment_gives_nothing(world: World, app: str) -> None:
    """The decision came before the removal, its Grant after it."""
    person = let_in(world, app)
    page, one = signed_in(world, person, app), only(world, app)
    world.services.people.change(one.client_id, one.id, removed)
    refused = world.tokens(page, app)
    assert (refused.status, refused["error"]) == (400, "invalid_grant")
    world.services.people.change(one.client_id, one.id, lambda before: one)
    assert world.tokens(page, app)["error"] == "invalid_grant"


@pytest.mark.parametrize("app", ["spa"], indirect=True)
@pytest.mark.parametrize("scope", [SCOPE, SCOPE + " offline_access"], ids=["session", "offline"])
def test_a_refresh_ends_where_the_person_is_let_in_no_more(world: World, app: str, scope: str) -> None:
    """RFC 6749 §5.2, also where a store was away when their Grants were to be ended."""
    person = let_in(world, app)
    page = visit(world, person, world.authorize_url(app, scope=scope, prompt="consent"))
    tokens = world.tokens(press(world, person, page), app)
    refreshed = refresh(world, app, tokens)
    assert refreshed.status == 200, refreshed.body
    one = only(world, app)
    world.services.people.change(one.client_id, one.id, removed)
    refused = refresh(world, app, refreshed)
    assert (refused.status, refused["error"]) == (400, "invalid_grant")
    assert world.userinfo(refreshed["access_token"])[0] == 401, "the Grant has ended"
    world.services.people.change(one.client_id, one.id, lambda before: one)
    assert refresh(world, app, refreshed)["error"] == "invalid_grant", "and stays so"


def refresh(world: World, app: str, tokens: Tokens) -> Tokens:
    return world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])


def removed(before: ClientPerson) -> ClientPerson:
    return ClientPerson(
        before.id, before.client_id, before.subject_id, before.name, "removed", before.joined_at
    )


def test_roles_are_told_alike_and_follow_at_a_refresh(world: World, app: str) -> None:
    person = let_in(world, app, ("clerk", "head"))
    with changed(world, app, access="listed", claims_in_id_token=True, scope=tuple(SCOPE.split())):
        tokens = world.tokens(signed_in(world, person, app), app)
        assert tokens.id_token["roles"] == ["clerk", "head"]
        assert world.userinfo(tokens["access_token"])[1]["roles"] == ["clerk", "head"]
        if app == "spa":
            people_of(world).set_roles(OPERATOR, app, only(world, app).id, ("guest",))
            tokens = refresh(world, app, tokens)
            assert tokens.id_token["roles"] == world.userinfo(tokens["access_token"])[1]["roles"] == ["guest"]
            people_of(world).set_roles(OPERATOR, app, only(world, app).id, ())
            assert "roles" not in refresh(world, app, tokens).id_token, "no claim is sent empty"


def test_who_has_no_scope_for_them_is_told_no_roles(world: World, app: str) -> None:
    person = let_in(world, app, ("clerk",))
    page = visit(world, person, world.authorize_url(app, scope="openid profile"))
    page = press(world, person, page) if kind(world, page) == "consent" else page
    assert "roles" not in world.userinfo(world.tokens(page, app)["access_token"])[1]


def test_an_invitation_counts_once_and_looking_spends_nothing(world: World, app: str) -> None:
    token = people_of(world).invite(OPERATOR, app)
    address = f"{world.issuer}/join/{token}"
    for _ in range(2):
        assert kind(world, visit(world, world.person(), address)) == "join"
    person = world.person()
    page = press(world, person, visit(world, person, address))
    settled(world, person, world.approve(person, page, "sophea"))
    assert only(world, app).state == "pending"
    assert kind(world, visit(world, world.person(), address)) == "invitation_over 410"


def test_an_invitation_is_accepted_only_in_the_browser_that_began_it(world: World, app: str) -> None:
    """Else whoever made somebody open an address would join in their place (RFC 9700 §4.7.1)."""
    token, person, other = people_of(world).invite(OPERATOR, app), world.person(), world.person()
    page = press(world, person, visit(world, person, f"{world.issuer}/join/{token}"))
    callback = approved(world, person, person.press(page, "continue"), "sophea")
    back = person.get(callback)
    assert urlsplit(back.location).path == "/joined"
    assert kind(world, other.get(back.location)) == "opened_elsewhere 400"
    forged = back.location.replace(f"state={back.params['state']}", "state=x")
    assert kind(world, person.get(forged)) == "invitation_over 410"
    assert people_of(world).all(OPERATOR, app) == ()
    assert other.post(f"{world.issuer}/join/{token}", {"csrf": "x"}).status == 403


def test_an_invitation_expires_and_is_void_where_everyone_may_sign_in(
    world: World, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = people_of(world).invite(OPERATOR, app)
    address = f"{world.issuer}/join/{token}"
    with changed(world, app, access="everyone"):
        assert kind(world, visit(world, world.person(), address)) == "invitation_over 410"
        client = world.services.clients.get(joining_client_id(app))
        assert client is not None and not client.enabled
    now = people_of(world)._clock()
    monkeypatch.setattr(people_of(world), "_clock", lambda: now + INVITATION_LIVES)
    assert kind(world, visit(world, world.person(), address)) == "invitation_over 410"


def test_only_a_client_with_a_list_costs_the_query(world: World, app: str) -> None:
    redis, engine = getattr(world.services.checks["redis"], "__self__", None), Engine
    assert isinstance(redis, Redis)
    person = let_in(world, app)
    signed_in(world, person, app)
    with count_round_trips(redis, engine) as listed:
        assert kind(world, person.get(world.authorize_url(app, scope=SCOPE))) == "code"
    with changed(world, app, access="everyone"):
        person.get(world.authorize_url(app, scope=SCOPE))  # the registration is in memory again
        with count_round_trips(redis, engine) as everyone:
            assert kind(world, person.get(world.authorize_url(app, scope=SCOPE))) == "code"
    assert listed["sql"] == everyone["sql"] + 1 and listed["redis"] == everyone["redis"]

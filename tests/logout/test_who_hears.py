"""Who has to hear of a Session's end, whatever ended it (OIDC Back-Channel Logout §2.3, §2.7; DESIGN §6.11).

What is sent, and that it arrives, is in test_backchannel_of_workers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest

from bridge.domain.encoding import digest
from bridge.domain.ids import SessionKey
from bridge.errors import StoreUnavailable
from bridge.stores.redis import Redis, layout
from bridge.web.assembly import assemble
from tests.support.clocks import with_clock
from tests.support.pages import changed, kind, press, sign_out, visit
from tests.support.person import Person
from tests.support.world import Tokens, World

ADDRESS = "https://app.example/backchannel-logout"
Notified = tuple[str, str, str]  # client, sub, sid


@dataclass
class Listening:
    """A world in which web, post and own hear of logouts, and second does not."""

    world: World

    def notified(self) -> Counter[Notified]:
        """Who was to hear of what since the last look."""
        outbox, now = self.world.services.outbox, int(self.world.services.clock())
        found = outbox.claim(now, limit=500, per_client=500, lease=60)
        for message in found:
            outbox.done(message, now)
        return Counter((message.client_id, message.facts["sub"], message.facts["sid"]) for message in found)

    def signed_in(self, person: Person, client_id: str, **changes: str) -> Tokens:
        return self.world.tokens(self.world.sign_in(person, client_id, **changes), client_id)


@pytest.fixture
def listening(world: World) -> Iterator[Listening]:
    with ExitStack() as stack:
        for client_id in ("web", "post", "own"):
            stack.enter_context(changed(world, client_id, backchannel_logout_uri=ADDRESS))
        found = Listening(world)
        found.notified()
        yield found


def named(client_id: str, tokens: Tokens) -> Notified:
    return client_id, tokens.id_token["sub"], tokens.id_token["sid"]


def cookie_of(person: Person) -> str:
    cookie = person.bridge.get_cookie("bridge_session", "127.0.0.1")
    assert cookie is not None
    return str(cookie.value)


def key_of(person: Person) -> SessionKey:
    return SessionKey(digest(cookie_of(person)))


def idle_out(world: World, key: SessionKey) -> None:
    """As if nobody had used this Session for longer than its idle limit."""
    redis = getattr(world.services.checks["redis"], "__self__", None)
    assert isinstance(redis, Redis)
    redis.command("SETRANGE", layout.session(key), 0, f"{int(world.services.clock()):010d}")
    assert world.services.sessions.get(key, int(world.services.clock())) is None


def test_each_client_of_the_session_hears_once_however_often_it_signed_in(listening: Listening) -> None:
    person = listening.world.person()
    notified = {
        named(client_id, listening.signed_in(person, client_id)) for client_id in ("web", "post", "web")
    }
    sign_out(listening.world, person)
    assert listening.notified() == dict.fromkeys(notified, 1)
    assert {client_id for client_id, *_ in notified} == {"web", "post"}


def test_who_registered_no_address_or_is_disabled_hears_nothing(listening: Listening) -> None:
    person = listening.world.person()
    listening.signed_in(person, "second")
    listening.signed_in(person, "post")
    with changed(listening.world, "post", enabled=False):
        sign_out(listening.world, person)
    assert not listening.notified()


def test_another_browser_of_the_same_person_is_no_concern(listening: Listening) -> None:
    here, other_browser = listening.world.person(), listening.world.person()
    tokens = listening.signed_in(here, "web")
    listening.signed_in(other_browser, "web")
    sign_out(listening.world, here)
    assert listening.notified() == {named("web", tokens): 1}


def test_the_application_that_asks_for_the_logout_hears_too(listening: Listening) -> None:
    """§2.3: all that were signed in to; it may have its session in more places than the browser."""
    world, person = listening.world, listening.world.person()
    tokens = {client_id: listening.signed_in(person, client_id) for client_id in ("web", "post")}
    visit(world, person, f"{world.issuer}/logout?id_token_hint={tokens['web']['id_token']}")
    assert listening.notified() == {named(*pair): 1 for pair in tokens.items()}


@pytest.mark.parametrize("cookie", ["gone", "of another person"])
def test_so_do_all_where_its_browsers_cookie_has_gone_or_is_of_another_session(
    listening: Listening, cookie: str
) -> None:
    """What the application is told, that its session has ended, is true of the other applications too."""
    world, person, there = listening.world, listening.world.person(), listening.world.person()
    tokens = {client_id: listening.signed_in(person, client_id) for client_id in ("web", "post")}
    others = world.tokens(world.sign_in(there, "own", "dara"), "own") if cookie != "gone" else None
    page = visit(world, there, f"{world.issuer}/logout?id_token_hint={tokens['web']['id_token']}")
    if others is not None:
        assert kind(world, page) == "logout_confirm"
        assert not listening.notified(), "nothing ends before the person says so"
        page = press(world, there, page)
    assert kind(world, page) == "signed_out"
    both = tokens | ({"own": others} if others is not None else {})
    assert listening.notified() == {named(*pair): 1 for pair in both.items()}
    for found in both.values():
        assert world.userinfo(found["access_token"])[0] == 401


def test_another_person_in_the_same_browser_ends_the_session_before(listening: Listening) -> None:
    person = listening.world.person()
    before = listening.signed_in(person, "web", persona="sophea")
    listening.signed_in(person, "post", persona="dara", prompt="login")
    assert listening.notified() == {named("web", before): 1}


@pytest.mark.parametrize("found_at", ["single sign-on", "refresh"])
def test_a_no_of_camdigikeys_is_told_where_the_watch_finds_it(listening: Listening, found_at: str) -> None:
    moved, clock = with_clock(listening.world)
    at = Listening(moved)
    person = moved.person()
    tokens = at.signed_in(person, "web")
    clock.ahead = 301
    moved.control("POST", "/faults", operation="status", kind="status_false")
    if found_at == "refresh":
        said = moved.token("web", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert said.status == 400
    else:
        assert kind(moved, visit(moved, person, moved.authorize_url("own"))) == "sign_in"
    assert at.notified() == {named("web", tokens): 1}


def test_the_sessions_before_in_this_browser_are_told_of_each_by_its_own_sid(listening: Listening) -> None:
    world, person = listening.world, listening.world.person()
    first = listening.signed_in(person, "web")
    second = listening.signed_in(person, "post", max_age="0")
    assert first.id_token["sid"] != second.id_token["sid"]
    assert not listening.notified()  # the first goes on until somebody signs out
    sign_out(world, person)
    assert listening.notified() == {named("web", first): 1, named("post", second): 1}


def test_signing_out_tells_of_a_session_before_that_idled_out_too(listening: Listening) -> None:
    """Its cookie is gone since the second sign-in, so it always idles out; its application lives on."""
    world, person = listening.world, listening.world.person()
    first = listening.signed_in(person, "web")
    idle = key_of(person)
    second = listening.signed_in(person, "post", max_age="0")
    idle_out(world, idle)
    sign_out(world, person)
    assert listening.notified() == {named("web", first): 1, named("post", second): 1}
    assert world.userinfo(first["access_token"])[0] == 401


def test_somebody_else_in_the_browser_tells_of_those_that_idled_out_too(listening: Listening) -> None:
    world, person = listening.world, listening.world.person()
    first = listening.signed_in(person, "web")
    idle = key_of(person)
    second = listening.signed_in(person, "post", max_age="0")
    idle_out(world, idle)
    listening.signed_in(person, "own", persona="dara", prompt="login")
    assert listening.notified() == {named("web", first): 1, named("post", second): 1}


def test_a_session_that_idles_out_by_itself_tells_nobody(listening: Listening) -> None:
    """DESIGN §6.24: idle ends single sign-on alone."""
    world, person = listening.world, listening.world.person()
    tokens = listening.signed_in(person, "web")
    idle_out(world, key_of(person))
    assert kind(world, visit(world, person, world.authorize_url("own"))) == "sign_in"
    said = world.token("web", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert said.status == 200
    listening.signed_in(person, "post")
    assert not listening.notified()


@pytest.mark.parametrize("by", ["the person", "an application's call", "another person"])
def test_of_an_idle_session_that_is_ended_all_hear(listening: Listening, by: str) -> None:
    world, person = listening.world, listening.world.person()
    tokens = listening.signed_in(person, "web")
    idle_out(world, key_of(person))
    if by == "the person":
        sign_out(world, person)
    elif by == "another person":
        listening.signed_in(person, "own", persona="dara")
    else:
        world.person().get(f"{world.issuer}/logout?id_token_hint={tokens['id_token']}")
    assert listening.notified() == {named("web", tokens): 1}
    said = world.token("web", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert said["error"] == "invalid_grant"


class NoOutbox:
    """SQL is away."""

    def put(self, _: object) -> None:
        raise StoreUnavailable("SQL", "unreachable")


def test_while_nobody_can_be_told_nothing_ends(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN §6.14: nothing half done. The person sees that it did not work, and presses again."""
    world, person = listening.world, listening.world.person()
    tokens = listening.signed_in(person, "web")
    wish = f"{world.issuer}/logout?id_token_hint={tokens['id_token']}"
    services = replace(world.services, outbox=NoOutbox())  # type: ignore[arg-type]  # -- the one method
    with monkeypatch.context() as patch:
        patch.setitem(world.app.extensions, "bridge", assemble(world.settings, services))
        answer = person.get(wish)
    assert kind(world, answer) == "unavailable 503"
    assert world.userinfo(tokens["access_token"])[0] == 200
    visit(world, person, wish)
    assert listening.notified() == {named("web", tokens): 1}

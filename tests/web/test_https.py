"""What an https issuer has more than one on loopback: cookies that no plain connection sees, and HSTS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest

from bridge.app import create_app
from tests.support.pages import approved, changed, forget_consents, kind, press, sign_out, visit
from tests.support.world import World

COOKIES = {"browser", "handoff", "session", "last", "lang"}
ISSUERS = {True: "https://id.example", False: "http://127.0.0.1:8080"}


@dataclass
class Answers:
    """The headers of every answer of an application."""

    noted: list[list[tuple[str, str]]] = field(default_factory=list)

    def of(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def outer(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
            def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                self.noted.append(headers)
                return start_response(status, headers, *more)

            return inner(environ, begin)

        return outer

    def values(self, name: str) -> list[str]:
        """All values of a header, in their order."""
        return [value for headers in self.noted for found, value in headers if found == name]

    def cookies(self) -> dict[str, list[Morsel[str]]]:
        """All that were set or taken away, by their whole name."""
        found: dict[str, list[Morsel[str]]] = {}
        for line in self.values("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                found.setdefault(name, []).append(morsel)
        return found


def walk(whole: World, *, secure: bool) -> Answers:
    """Every answer to somebody who changes the language, signs in and signs out under this issuer."""
    settings = whole.settings.model_copy(update={"issuer": ISSUERS[secure]})
    app, answers = create_app(settings, whole.services), Answers()
    app.entry = answers.of(app.entry)
    world = replace(whole, settings=settings, app=app)
    forget_consents(world)
    person = world.person()
    page = visit(world, person, world.authorize_url("own"))
    person.get(world.issuer + "/?hl=km")
    # The simulator sends everybody to the issuer that it was started with.
    callback = approved(whole, person, press(world, person, page), "sophea")
    page = visit(world, person, world.issuer + callback.removeprefix(whole.issuer))
    assert kind(world, page) == "code"
    assert kind(world, sign_out(world, person)) == "signed_out"
    world.token("own", grant_type="authorization_code", code="a.b")
    with changed(world, "web", enabled=False):
        assert kind(world, person.get(world.authorize_url())) == "unknown_client 400"
    return answers


@pytest.fixture(scope="module")
def secure(world: World) -> Answers:
    return walk(world, secure=True)


@pytest.fixture(scope="module")
def plain(world: World) -> Answers:
    return walk(world, secure=False)


def test_under_https_every_cookie_is_bound_to_this_host_and_secure(secure: Answers) -> None:
    """`__Host-` (RFC 6265bis §4.1.3.2) holds only with Secure, Path=/ and no Domain."""
    cookies = secure.cookies()
    assert set(cookies) == {"__Host-bridge_" + name for name in COOKIES}
    for morsel in (morsel for morsels in cookies.values() for morsel in morsels):
        assert (morsel["secure"], morsel["path"], morsel["domain"]) == (True, "/", ""), morsel.key


def test_on_loopback_over_plain_http_a_secure_cookie_would_be_dropped(plain: Answers) -> None:
    cookies = plain.cookies()
    assert set(cookies) == {"bridge_" + name for name in COOKIES}
    assert {morsel["secure"] for morsels in cookies.values() for morsel in morsels} == {""}


@pytest.mark.parametrize("scheme", ["secure", "plain"])
def test_no_cookie_is_read_by_scripts_or_sent_along_by_other_sites(
    scheme: str, request: pytest.FixtureRequest
) -> None:
    cookies: dict[str, list[Morsel[str]]] = request.getfixturevalue(scheme).cookies()
    for morsel in (morsel for morsels in cookies.values() for morsel in morsels):
        assert (morsel["httponly"], morsel["samesite"]) == (True, "Lax"), morsel.key


def test_a_cookie_is_taken_away_as_it_was_set(secure: Answers) -> None:
    """Browsers refuse a `__Host-` cookie without Secure also where it is taken away."""
    for name in ("handoff", "session"):
        given, taken = secure.cookies()["__Host-bridge_" + name][:2]
        assert given.value and not taken.value
        assert taken["max-age"] == "0"
        assert (taken["secure"], taken["path"]) == (True, "/")


def test_browsers_are_told_to_come_by_https_alone(secure: Answers, plain: Answers) -> None:
    """RFC 6797: with every answer, pages of errors too, and never over plain http."""
    assert len(secure.noted) == len(plain.noted) > 7
    assert secure.values("Strict-Transport-Security") == ["max-age=31536000"] * len(secure.noted)
    assert plain.values("Strict-Transport-Security") == []


def test_a_plain_cookie_is_not_read_under_https(world: World) -> None:
    """Whoever can write cookies over plain http, of a neighbour's host too, can't plant one."""
    signed_in = world.person()
    world.sign_in(signed_in, "own")
    known = {
        name: signed_in.bridge.get_cookie("bridge_" + name, "127.0.0.1") for name in ("session", "browser")
    }
    settings = world.settings.model_copy(update={"issuer": ISSUERS[True]})
    secure = replace(world, settings=settings, app=create_app(settings, world.services))
    for prefix, expected in (("bridge_", "error login_required"), ("__Host-bridge_", "code")):
        person = secure.person()
        for name, cookie in known.items():
            assert cookie is not None
            person.bridge.set_cookie(prefix + name, cookie.value, domain="id.example")
        assert kind(secure, person.get(secure.authorize_url("own", prompt="none"))) == expected

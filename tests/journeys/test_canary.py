"""Nothing secret and nothing personal is in any log, in the audit trail, in an error, or in clear at rest.

A whole life of sign-ins, good and bad, through the real `bridge run`; then everything that was seen on the
way is looked for, byte by byte.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from bridge.login.callback import REFUSED_CODES
from bridge.stores.redis import Redis
from tests.support.pages import approved, kind, login_of, press, visit
from tests.support.person import Page
from tests.support.running import Running, Visitor, make_running
from tests.support.world import CALLBACK, VERIFIER

PEOPLE = ("sophea", "dara")
SWITCH = re.compile(r"<nav .*?</nav>", re.DOTALL)
SHORTEST = 6  # ASCII characters of a text that is no coincidence
# Said to everybody, or the mere name of a thing: a Handoff's is of use to no browser but its own.
PUBLIC = frozenset(
    (
        *("response_type", "response_mode", "client_id", "redirect_uri", "scope", "code_challenge_method"),
        *("prompt", "iss", "tenant", "error", "error_description", "cookie", "replace", "bridge_handoff"),
    )
)


@dataclass
class Seen:
    """What must not be found again: by what it is."""

    values: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def keep(self, what: str, pairs: Mapping[str, str]) -> None:
        for name, value in pairs.items():
            if name in PUBLIC or value in REFUSED_CODES:  # a word of CamDigiKey's, which tells of nobody
                continue
            if len(value) >= SHORTEST or not value.isascii():
                self.values[value] = f"{what} {name}"

    def page(self, page: Page, fields: Mapping[str, str], cookies: Mapping[str, str]) -> None:
        for url in (page.url, page.location):
            self.keep("parameter", dict(parse_qsl(urlsplit(url).query)))
        self.keep("field", fields)
        self.keep("cookie", cookies)
        if page.status >= 400:
            self.errors.append(page.text)

    def found_in(self, text: str) -> list[str]:
        """What of it stands in a text, as it is or percent-encoded or as JSON writes it."""
        return [
            f"{what}: {value[:40]}"
            for value, what in self.values.items()
            if any(form in text for form in forms(value))
        ]


def forms(value: str) -> Iterable[str]:
    yield value
    yield urlencode({"": value})[1:]
    yield json.dumps(value)[1:-1]


class Canary(Visitor):
    """A person all of whose secrets are noted."""

    def __init__(self, world: Running, seen: Seen) -> None:
        super().__init__(world)
        self._seen = seen

    def _ask(self, method: str, url: str, fields: dict[str, str] | None, more: Mapping[str, str]) -> Page:
        page = super()._ask(method, url, fields, more)
        self._seen.page(
            page, fields or {}, {cookie.name: cookie.value or "" for cookie in self._outside.cookies}
        )
        return page


@pytest.fixture(scope="module", params=["v3", "v2"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    for world in make_running(tmp_path_factory.mktemp("canary"), request.param):
        life = Life(world, Seen())
        life.live()
        yield life


@dataclass
class Life:
    """Everything that people, applications and strangers do."""

    world: Running
    seen: Seen

    def live(self) -> None:
        self.note_people()
        self.sign_in_and_out()
        self.offline()
        self.strangers()
        self.faults()
        self.bad_requests()
        self.note_upstream_tokens()

    def person(self) -> Canary:
        return Canary(self.world, self.seen)

    def note_people(self) -> None:
        service = self.world.simulator.service
        for slug in PEOPLE:
            persona = service.people.get(slug)
            assert persona is not None
            self.seen.keep("personal", persona.fields())
            latin = f"{persona.first_name_en} {persona.last_name_en}"
            self.seen.keep("personal", {"name": latin, "number": persona.mobile_phone.removeprefix("+855")})
        self.seen.keep("client", {**self.world.secrets, "verifier": VERIFIER})

    def note_upstream_tokens(self) -> None:
        tokens = self.world.simulator.service._tokens  # no one else knows them all
        self.seen.keep("upstream", {str(number): text for number, text in enumerate(tokens)})

    def url(self, client_id: str = "web", **more: str | None) -> str:
        fresh = {"state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16)}
        return self.world.authorize_url(client_id, **{**fresh, **more})

    def sign_in(self, person: Canary, url: str, persona: str = "sophea") -> Page:
        """The whole way, or as far as it goes."""
        world = self.world
        page = visit(world, person, url)
        while kind(world, page) in ("sign_in", "already_under_way"):
            page = press(world, person, page)
            if kind(world, page) == "camdigikey":
                page = visit(world, person, approved(world, person, page, persona))
        while kind(world, page) in ("confirm", "consent"):
            page = press(world, person, page)
        return page

    def exchange(self, page: Page, client_id: str = "web", **changes: str) -> dict[str, str]:
        tokens = self.world.tokens(page, client_id, **changes)
        self.note_answer(tokens.status, tokens.body)
        return tokens.body

    def refresh(self, client_id: str, refresh_token: str) -> dict[str, str]:
        said = self.world.token(client_id, grant_type="refresh_token", refresh_token=refresh_token)
        self.note_answer(said.status, said.body)
        return said.body

    def note_answer(self, status: int, body: Mapping[str, object]) -> None:
        if status >= 400:
            self.seen.errors.append(json.dumps(body))
        credentials = {name: str(value) for name, value in body.items() if name.endswith("_token")}
        self.seen.keep("token", credentials)

    # -- the life ----------------------------------------------------------------------------------

    def sign_in_and_out(self) -> None:
        world, person = self.world, self.person()
        hint = "sophea@example.gov.kh"
        page = self.sign_in(person, self.url(login_hint=hint, scope="openid profile email phone"))
        tokens = self.exchange(page)
        assert world.userinfo(tokens["access_token"])[1]["email"] == hint
        self.refresh("web", tokens["refresh_token"])
        self.sign_in(person, self.url("own"))
        self.sign_in(person, self.url(prompt="login", id_token_hint=tokens["id_token"]))
        self.sign_in(person, self.url("second", prompt="none"))
        self.exchange(page)  # a code that was spent
        self.exchange(self.sign_in(person, self.url()), code_verifier=secrets.token_urlsafe(40))
        world.userinfo(tokens["access_token"])
        last = self.exchange(self.sign_in(person, self.url()))
        query = urlencode({"id_token_hint": last["id_token"] + "x", "state": secrets.token_urlsafe(9)})
        visit(world, person, f"{world.issuer}/logout?{query}")
        form = {"id_token_hint": last["id_token"], "state": secrets.token_urlsafe(9)}
        page = visit(world, person, person.post(world.issuer + "/logout", form).location)
        assert kind(world, page) == "signed_out"
        self.refresh("web", last["refresh_token"])
        self.sign_in(person, self.url(), "dara")  # is this you?

    def offline(self) -> None:
        page = self.sign_in(self.person(), self.url("spa", scope="openid profile offline_access"), "dara")
        tokens = self.exchange(page, "spa")
        following = self.refresh("spa", tokens["refresh_token"])
        self.refresh("spa", following["refresh_token"])
        self.refresh("spa", following["refresh_token"] + "x")

    def strangers(self) -> None:
        """A callback twice and elsewhere, a true token without its Handoff, forged ones, an error."""
        world, person, other = self.world, self.person(), self.person()
        page = press(world, person, visit(world, person, self.url("own")))
        callback = approved(world, person, page, "sophea")
        visit(world, other, callback)
        visit(world, person, callback)
        visit(world, person, callback + "&authToken=" + secrets.token_urlsafe(300))
        forged = {"authToken": f"eyJhbGciOiJub25lIn0.{secrets.token_urlsafe(20)}.x"}
        for query in (forged, {"errorCode": "SOPHEA CHAN", "errorMessage": "ចាន់"}):
            kept = {"state": secrets.token_urlsafe(9), **query}
            for path in ("callback", "error"):
                visit(world, person, f"{world.issuer}/camdigikey/{path}?{urlencode(kept)}")
        page = press(world, person, visit(world, person, self.url("own")))
        if kind(world, page) == "already_under_way":
            page = press(world, person, page)
        visit(world, person, world.simulator.service.refuse(login_of(world, page)))
        visit(world, other, visit(world, person, self.url()).url)  # a sealed address elsewhere

    def faults(self) -> None:
        for operation in ("login_token", "access_token", "status"):
            for name in ("500", "bad_mac", "error", "wrong_signer"):
                self.world.control("POST", "/faults", operation=operation, kind=name)
                self.sign_in(self.person(), self.url("own"))
                self.world.control("DELETE", "/faults")

    def bad_requests(self) -> None:
        world, person = self.world, self.person()
        for more in (
            {"redirect_uri": CALLBACK + secrets.token_urlsafe(9)},
            {"request": secrets.token_urlsafe(30)},
            {"claims": '{"id_token": {"name": {"value": "SOPHEA CHAN"'},
            {"id_token_hint": secrets.token_urlsafe(30)},
            {"code_challenge": "ចាន់ សុភា"},
            {"prompt": "SOPHEA CHAN"},
            {"login_hint": "+85512345678" * 900},
        ):
            visit(world, person, self.url(**more))
        visit(world, person, self.url() + "&state=" + secrets.token_urlsafe(9))
        person.post(world.issuer + "/authorize", {**world.authorize_params(), "login_hint": "SOPHEA CHAN"})
        form = {"i": secrets.token_urlsafe(40), "csrf": secrets.token_hex(20)}
        person.post(world.issuer + "/login/start", form)
        token = secrets.token_urlsafe(40)
        self.seen.keep("token", {"made up": token})
        for headers in ({"Authorization": f"Bearer {token}"}, {"Authorization": f"Basic {token}"}):
            for path in ("/userinfo", "/token"):
                said = requests.post(world.issuer + path, {"token": token}, headers=headers, timeout=10)
                self.seen.errors.append(said.text)


def test_what_is_looked_for_would_be_found(lived: Life) -> None:
    kinds = {what.partition(" ")[0] for what in lived.seen.values.values()}
    assert kinds >= {"parameter", "field", "cookie", "token", "client", "personal", "upstream"}
    for name in ("authToken", "code", "state", "i", "csrf", "access_token", "refresh_token", "id_token"):
        assert any(what.endswith(" " + name) for what in lived.seen.values.values()), name
    for value in ("SOPHEA CHAN", "ចាន់", "+85512345678", "010123456"):
        assert lived.seen.found_in(f'{{"text": "{value}"}}')


def test_no_log_line_holds_any_of_it(lived: Life) -> None:
    text = lived.world.log.read_text()
    assert '"path": "/camdigikey/callback"' in text
    assert '"event": "session.opened"' in text
    assert lived.seen.found_in(text) == []


def test_no_line_of_the_audit_trail_holds_any_of_it(lived: Life) -> None:
    facts = "\n".join(audit_of(lived.world))
    assert "callback.unsolicited" in facts
    assert lived.seen.found_in(facts) == []


def test_no_error_holds_any_of_it(lived: Life) -> None:
    """But for the page's own address, which its switch of languages repeats."""
    assert len(lived.seen.errors) > 15
    for text in lived.seen.errors:
        assert lived.seen.found_in(SWITCH.sub("", text)) == [], text[:2000]


def test_nothing_of_it_rests_in_clear(lived: Life) -> None:
    """DESIGN §5: what is personal or CamDigiKey's is sealed wherever it rests, a credential is its hash."""
    data = Path(lived.world.settings.data_dir)
    files = {path.name: path.read_bytes() for path in data.glob("bridge.db*")}
    assert sum(len(content) for content in files.values()) > 10_000
    stored = [*files.values(), *redis_of(lived.world)]
    assert len(stored) > 20
    for value in stored:
        assert lived.seen.found_in(value.decode("utf-8", "replace")) == []


def audit_of(world: Running) -> list[str]:
    with sqlite3.connect(world.settings.data_dir / "bridge.db") as connection:
        return [" ".join(map(str, row)) for row in connection.execute("SELECT event, facts FROM audit")]


def redis_of(world: Running) -> Iterator[bytes]:
    """Every key of Redis with its value."""
    redis = getattr(world.services.checks["redis"], "__self__", None)
    assert isinstance(redis, Redis)
    for key in redis.command("KEYS", "*"):
        yield key
        everything = {
            b"string": ("GET",),
            b"set": ("SMEMBERS",),
            b"zset": ("ZRANGE", 0, -1),
            b"hash": ("HGETALL",),
        }
        command, *limits = everything[redis.command("TYPE", key)]
        value = redis.command(command, key, *limits)
        yield value if isinstance(value, bytes) else repr(value).encode()

"""The console that is opened in an emergency, page by page; and what owners are told of it afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bridge.manage import OPERATOR, Actor
from bridge.manage.access import IN_AN_EMERGENCY
from bridge.manage.break_glass import EmergencySession
from bridge.web import assembly
from bridge.web.break_glass import NOT_HERE
from bridge.web.console.emergency import EMERGENCY_PAGES, EMERGENCY_VIEWS
from bridge.web.console.rows import PAGES, ConsolePage
from bridge.wiring.break_glass import _app
from tests.console.conftest import Console, Registers, application
from tests.console.test_roles import PARTS as ANY_PART
from tests.support.person import Person

SHELL = Actor("os:sokha", "owner", local=True)
HERE = "http://127.0.0.1:8091"
PARTS = {**ANY_PART, "client_id": "the-app"}
MOUNTED = [page for page in PAGES if page.view not in NOT_HERE]


class Emergency:
    """The application of an opened console, and a browser there."""

    def __init__(self, console: Console, port: int = 8091) -> None:
        services = console.world.services
        ports = assembly._administration_ports(services, console.world.settings)
        somebody = console.uses.administration.emergencies.open(SHELL, "CamDigiKey is away")
        self.ended: list[bool] = []
        self.session = EmergencySession(
            somebody, services.clock, os.urandom, lambda: 0.0, 1800, lambda: self.ended.append(True)
        )
        self.sealer = services.sealer
        self.app = _app(console.uses.settings, ports, self.session, f"http://127.0.0.1:{port}")
        self.browser: FlaskClient = self.app.test_client()

    @property
    def link(self) -> str:
        return f"/admin/open/{self.session.token}"

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.browser.get(path, base_url=HERE, headers=headers)

    def post(self, path: str, **fields: str) -> TestResponse:
        cookie = self.browser.get_cookie("bridge_admin", "127.0.0.1")
        found = self.session.current(cookie.value) if cookie else None
        key = found[1].key if found else ""
        token = self.sealer.mac("csrf", f"console|{key}|{path}")
        return self.browser.post(path, base_url=HERE, data={"csrf": token, **fields})

    def enter(self) -> None:
        assert self.post(self.link).status_code == 303


@pytest.fixture
def emergency(console: Console, registered: Registers) -> Iterator[Emergency]:
    registered(application("the-app", "The application", sector_identifier="the-app.example"))
    found = Emergency(console)
    found.enter()
    yield found


def filled(row: ConsolePage) -> str:
    return re.sub(r"<(\w+)>", lambda part: PARTS[part[1]], row.path)


def test_every_page_of_its_own_has_a_view() -> None:
    assert {page.view for page in EMERGENCY_PAGES} == set(EMERGENCY_VIEWS)


@pytest.mark.parametrize("row", MOUNTED, ids=lambda row: f"{row.method} {row.path}")
def test_each_page_is_whole_without_redis_and_camdigikey_or_says_that_it_is_not_for_now(
    emergency: Emergency, row: ConsolePage
) -> None:
    path = filled(row)
    said = emergency.get(path) if row.method == "GET" else emergency.post(path)
    if row.action is not None and row.action not in IN_AN_EMERGENCY:
        assert said.status_code == 403
    else:
        assert said.status_code in (200, 303, 409, 422), said.get_data(as_text=True)


@pytest.mark.parametrize(
    "row", [page for page in MOUNTED if page.action], ids=lambda row: f"{row.method} {row.path}"
)
def test_without_its_cookie_nobody_is_in(emergency: Emergency, row: ConsolePage) -> None:
    emergency.browser = emergency.app.test_client()
    path = filled(row)
    said = emergency.get(path) if row.method == "GET" else emergency.post(path)
    assert said.status_code == 303 and said.location.startswith("/admin/sign-in")


def test_there_is_no_provider(emergency: Emergency) -> None:
    paths = ("/authorize", "/token", "/jwks", "/.well-known/openid-configuration", "/logout", "/", "/login")
    for path in (*paths, "/admin/callback", "/admin/invitation/x", "/admin/sessions", "/camdigikey/callback"):
        assert emergency.get(path).status_code == 404, path


def test_another_host_is_not_answered(emergency: Emergency) -> None:
    """RFC 9110 §15.5.20: a page of another site whose name leads to this machine (DNS rebinding)."""
    for host in ("evil.example", "127.0.0.1:9999", "localhost:8091"):
        assert emergency.get("/admin/applications", Host=host).status_code == 421


def test_its_link_is_refused_to_other_sites_and_the_second_time(console: Console) -> None:
    fresh = Emergency(console)
    for site in ("cross-site", "same-site"):
        headers = {"Sec-Fetch-Site": site}
        said = fresh.browser.post(fresh.link, base_url=HERE, headers=headers)
        assert said.status_code == 403
    assert fresh.get(fresh.link).status_code == 200 and fresh.get("/admin/open/x").status_code == 403
    fresh.enter()
    said = fresh.post(fresh.link)
    assert said.status_code == 409 and "was used" in said.get_data(as_text=True)
    cookie = fresh.browser.get_cookie("bridge_admin", "127.0.0.1")
    assert cookie is not None and (cookie.http_only, cookie.same_site) == (True, "Strict")


def test_what_is_done_there_is_told_of_it(emergency: Emergency, console: Console) -> None:
    emergency.post("/admin/applications/the-app/disable")
    emergency.post("/admin/administrators", role="owner")
    rows = console.world.services.trail.page(limit=2)
    assert {row.entry.actor for row in rows} == {"break-glass:sokha"}
    assert [row.entry.event for row in rows] == ["administrator.invited", "client.disabled"]


def test_applications_are_told_the_real_address(emergency: Emergency, console: Console) -> None:
    text = emergency.get("/admin/applications/the-app").get_data(as_text=True)
    assert f"{console.world.issuer}/.well-known/openid-configuration" in text and HERE not in text
    said = emergency.post("/admin/administrators", role="operator").get_data(as_text=True)
    assert f"{console.world.issuer}/admin/invitation/" in said


def test_no_person_is_shown(emergency: Emergency, console: Console) -> None:
    owner = console.administrator()
    name = console.of(owner).name
    assert name and name in console.page(owner, "/admin/administrators").text
    for path in ("/admin/administrators", "/admin/audit"):
        text = emergency.get(path).get_data(as_text=True)
        assert name not in text and console.of(owner).id in text


def test_closing_it_ends_it(emergency: Emergency) -> None:
    said = emergency.post("/admin/sign-out")
    assert "It is closed" in said.get_data(as_text=True) and emergency.ended == [True]
    assert emergency.get("/admin/applications").status_code == 303


class TestOwners:
    def test_they_are_told_on_every_page_until_they_say_that_they_have_seen_it(
        self, console: Console
    ) -> None:
        owner = console.administrator()
        Emergency(console)
        for path in ("/admin/applications", "/admin/new/web", "/admin/audit"):
            page = console.page(owner, path)
            assert "CamDigiKey is away" in page.text and "break-glass:sokha" in page.text
        page = console.page(owner, "/admin/applications?q=the")
        seen = console.send(owner, page, "seen")
        assert seen.url.endswith("/admin/applications?q=the") and "CamDigiKey is away" not in seen.text
        assert "CamDigiKey is away" not in console.page(owner, "/admin/new/web").text
        second = console.administrator(persona="dara")
        Emergency(console)
        for somebody in (owner, second):
            assert "CamDigiKey is away" in console.page(somebody, "/admin/applications").text

    @pytest.mark.parametrize("role", ["operator", "auditor"])
    def test_nobody_else_is_asked(self, console: Console, role: str) -> None:
        somebody = console.administrator(role)
        Emergency(console)
        assert "CamDigiKey is away" not in console.page(somebody, "/admin/applications").text

    @pytest.mark.parametrize("through", ["", "0", "-1", "x", "9" * 18, "9" * 400, "٣"])
    def test_only_what_was_shown_is_seen(self, console: Console, through: str) -> None:
        owner = console.administrator()
        Emergency(console)
        assert console.post(owner, "/admin/emergencies", through=through).status == 409
        assert "CamDigiKey is away" in console.page(owner, "/admin/applications").text

    def test_the_page_that_it_goes_back_to_is_ours(self, console: Console) -> None:
        owner = console.administrator()
        Emergency(console)
        (row,) = console.world.services.trail.page(limit=1, event="break_glass.opened")
        for back in ("https://evil.example/", "//evil.example", "/admin/../logout", ""):
            said = console.post(owner, "/admin/emergencies", through=str(row.sequence), back=back)
            assert said.location == console.url("/admin")

    def test_a_reason_is_text(self, console: Console, registered: Registers) -> None:
        owner: Person = console.administrator()
        console.uses.administration.emergencies.open(SHELL, "<script>alert(1)</script>")
        text = console.page(owner, "/admin/applications").text
        assert "<script>alert(1)" not in text and "&lt;script&gt;alert(1)" in text


def test_somebody_who_is_invited_there_signs_in_at_the_real_console(
    emergency: Emergency, console: Console
) -> None:
    text = emergency.post("/admin/administrators", role="owner").get_data(as_text=True)
    token = re.findall(r"/admin/invitation/([A-Za-z0-9_-]+)", text)[0]
    person = console.world.person()
    console.through_camdigikey(person, person.get(console.url(f"/admin/invitation/{token}")), "bopha")
    waiting = next(who for who in console.people.all(OPERATOR) if who.state == "pending")
    said = emergency.post(f"/admin/administrators/{waiting.id}/confirm", code=waiting.code)
    assert said.status_code == 303
    assert console.of(person).active and console.of(person).role == "owner"

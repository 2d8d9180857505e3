"""Who may come to which page, and do what to whom: every row of the console's pages with everybody.

What is expected follows from the rows and from manage.access.PERMISSIONS; a page that is added is tested
with the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import pytest

from bridge.domain.administrator import ROLES, Administrator, Invitation, Role
from bridge.domain.ids import AdministratorId, Sub
from bridge.manage.access import OPERATOR, PERMISSIONS
from bridge.web.console.rows import PAGES, ConsolePage
from bridge.web.console.signing_in import COOKIE
from bridge.web.console.views import VIEWS
from tests.console.conftest import Console, application, nobody_administers
from tests.support.person import Page, Person
from tests.support.world import World

OWN, FOREIGN = "own-app", "foreign-app"
Which = Literal["own", "foreign"]
# An example of each part of a path; a part that is new needs one here.
PARTS = {
    "client_id": OWN,
    "tab": "sign-in",
    "kind": "web",
    "token": "none",
    "administrator_id": "somebody",
    "kid": "none",
    "proposal_id": "none",
    "person_id": "nobody",
    "sub": "sub-of-nobody",
}
PART = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Case:
    """Somebody at a page. `role`: None for nobody; `state`: of their record."""

    row: ConsolePage
    role: Role | None
    state: Literal["active", "pending", "removed"] = "active"
    which: Which = "own"

    def __str__(self) -> str:
        who = self.role if self.state == "active" else self.state
        return f"{self.row.method} {self.row.path} {who or 'nobody'} {self.which}"

    @property
    def path(self) -> str:
        parts = {**PARTS, "client_id": OWN if self.which == "own" else FOREIGN}
        return PART.sub(lambda found: parts[found[1]], self.row.path)

    @property
    def may(self) -> bool:
        if self.row.action is None:
            return True
        if self.role is None or self.role not in PERMISSIONS[self.row.action]:
            return False
        if self.role != "maintainer" or not self.row.subject:
            return True
        return self.row.subject == "client_id" and self.which == "own"


def cases() -> Iterator[Case]:
    for row in PAGES:
        yield Case(row, None)
        yield Case(row, "owner", "removed")
        yield Case(row, "owner", "pending")
        for role in ROLES:
            yield Case(row, role)
            if row.subject == "client_id":
                yield Case(row, role, which="foreign")


CASES = tuple(cases())


@pytest.fixture(scope="module")
def console(world: World) -> Iterator[Console]:
    found = Console(world)
    for client_id in (OWN, FOREIGN):
        world.register(application(client_id, sector_identifier=f"{client_id}.example"))
    yield found
    nobody_administers(world, found.people.all(OPERATOR))
    for client_id in (OWN, FOREIGN):
        world.services.clients.remove(application(client_id).client_id)


@pytest.fixture(scope="module")
def somebody(console: Console) -> Person:
    """Signed in; each case makes them who they are to be."""
    return console.administrator()


@pytest.fixture
def arranged(console: Console, somebody: Person) -> Iterator[None]:
    """The applications and people as they were, whatever the case before did; signed in just now."""
    services, session, me = console.world.services, console.session_of(somebody), console.of(somebody)
    other = Administrator(
        AdministratorId("somebody"),
        me.environment,
        Sub("sub-of-somebody"),
        "Some",
        "operator",
        "pending",
        1,
    )
    secret, name = console.secret_of(somebody), console.uses.browser.cookies.name(COOKIE)
    services.administrators.invite("token", Invitation("operator", me.environment, "test", 0, 2))
    services.administrators.accept("token", 1, me.environment, other.sub, lambda invitation, known: other)
    yield
    somebody.bridge.set_cookie(name, secret, domain="127.0.0.1")
    if services.console_sessions.get(session.key) is None:
        services.console_sessions.open(session)
    console.make(somebody, role="owner", state="active", clients=())
    for client_id in (OWN, FOREIGN):
        console.world.register(application(client_id, sector_identifier=f"{client_id}.example"))


def ask(console: Console, person: Person, case: Case) -> Page:
    if case.row.method == "GET":
        return person.get(console.url(case.path))
    if case.role is None:
        return person.post(console.url(case.path), {})
    return console.post(person, case.path)


def test_every_row_has_a_view_and_every_view_a_row() -> None:
    assert {row.view for row in PAGES} == set(VIEWS)
    assert len({(row.path, row.method) for row in PAGES}) == len(PAGES)


def test_every_page_that_changes_something_is_a_post_and_asks_for_an_action() -> None:
    """All others are about the person's own sign-in."""
    own = {"begin", "accept", "sign_out", "end_session"}
    assert {row.view for row in PAGES if row.method == "POST" and row.action is None} == own
    assert not [row for row in PAGES if row.visitors and row.action]
    assert {row.view for row in PAGES if row.visitors} == {
        "sign_in",
        "begin",
        "callback",
        "invitation",
        "accept",
    }


def test_every_action_on_one_of_many_names_it() -> None:
    """Else a maintainer could do it to any application."""
    for row in PAGES:
        if row.action and "<client_id>" in row.path:
            assert row.subject == "client_id", row
        if row.subject:
            assert f"<{row.subject}>" in row.path, row


@pytest.mark.parametrize("case", CASES, ids=str)
def test_only_who_may_comes_to_it(console: Console, somebody: Person, arranged: None, case: Case) -> None:
    person = somebody
    if case.role is None:
        person = console.world.person()
    else:
        console.make(person, role=case.role, state=case.state, clients=(OWN,))
    page = ask(console, person, case)
    if case.row.visitors:
        assert page.status in (200, 303, 403, 409)  # an invitation that is none, a sign-in that never began
    elif case.role is None or case.state == "removed":
        assert page.location.startswith(console.url("/admin/sign-in?next=")), page.text
    elif case.state == "pending":
        expected = "/admin" if case.row.view != "sign_out" else "/logout"
        assert case.row.view == "home" or page.location == console.url(expected)
    elif case.may:
        assert page.status in (200, 303, 404, 409, 422), page.text
        assert "sign-in" not in page.location or case.row.view == "edit"
    else:
        assert page.status == 403 and "console-message" in page.text


@pytest.mark.parametrize("row", [row for row in PAGES if row.method == "POST"], ids=lambda row: row.path)
def test_no_form_is_taken_without_its_token(
    console: Console, somebody: Person, arranged: None, row: ConsolePage
) -> None:
    case = Case(row, "owner")
    path, session = console.url(case.path), console.session_of(somebody)
    if row.visitors:  # they have no session that a token could be bound to
        assert somebody.post(path, {}, Sec_Fetch_Site="cross-site").status == 403
        assert somebody.post(path, {}, Sec_Fetch_Site="same-site").status == 403
        return
    right = console.uses.sealer.mac("csrf", f"console|{session.key}|{case.path}")
    others = console.uses.sealer.mac("csrf", f"console|{'0' * 64}|{case.path}")
    elsewhere = console.uses.sealer.mac("csrf", f"console|{session.key}|{case.path}/more")
    for token in ("", others, elsewhere, right[:-1], "ក"):
        assert somebody.post(path, {"csrf": token}).status == 403
    for site in ("cross-site", "same-site"):
        assert somebody.post(path, {"csrf": right}, Sec_Fetch_Site=site).status == 403


@pytest.mark.parametrize("row", [row for row in PAGES if row.recent], ids=lambda row: row.path)
def test_what_is_grave_waits_for_a_fresh_sign_in(
    console: Console, somebody: Person, arranged: None, row: ConsolePage
) -> None:
    case, session = Case(row, "owner"), console.session_of(somebody)
    console.ago(somebody, auth_time=301)
    page = ask(console, somebody, case)
    services = console.world.services
    services.console_sessions.end(session.key)
    services.console_sessions.open(replace(session))
    assert page.status == 200 and "console-sign_in_again" in page.text
    client = services.clients.latest(OWN)
    other = services.administrators.get(AdministratorId("somebody"))
    assert client is not None and len(client.secret_hashes) == 1 and client.enabled
    assert other is not None and other.state == "pending" and other.role == "operator"

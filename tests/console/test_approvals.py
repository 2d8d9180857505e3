"""Changes that await approval in the console: proposed by one administrator, decided by another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.domain.client import Client
from bridge.manage import OPERATOR
from bridge.manage.access import actor_of
from tests.console.conftest import Console, Registers, application
from tests.console.test_forms import Fields, edit, filled, now
from tests.support.person import Page, Person

WANTED: Fields = {"scope": ["openid", "profile", "national_id"], "national_id_purpose": "Taxes"}


@pytest.fixture
def app(console: Console, registered: Registers) -> Iterator[Client]:
    yield registered(application("the-app", "The <application>", sector_identifier="the-app.example"))
    for proposal in console.approvals.all(OPERATOR):
        if console.approvals.standing(OPERATOR, proposal) == "open":
            console.approvals.reject(OPERATOR, proposal.id)


def propose(console: Console, person: Person) -> str:
    """The path of the proposal's page."""
    said = edit(console, person, "data", filled(console, now(console), "data", **WANTED))
    assert said.status == 303, said.text
    return said.location.removeprefix(console.world.issuer)


def at(console: Console, person: Person, path: str) -> Page:
    return console.page(person, path)


def test_another_administrator_sees_what_it_changes_and_approves_it(console: Console, app: Client) -> None:
    first, second = console.administrator(), console.administrator("operator", "dara")
    for waits in console.approvals.waiting(actor_of(console.of(second))):  # of tests before this one
        console.approvals.reject(OPERATOR, waits.id)
    path = propose(console, first)
    own = at(console, first, path)
    assert "You proposed this yourself" in own.text and 'id="approve"' not in own.text
    assert "awaits your approval" not in at(console, first, "/admin/applications").text
    assert "1 change awaits your approval" in at(console, second, "/admin/applications").text
    assert path in at(console, second, "/admin/approvals").text
    page = at(console, second, path)
    for word in ("national_id", "Taxes", "the-app", "https://the-app.example/cb"):
        assert word in page.text
    assert "<application>" not in page.text
    done = console.send(second, page, "approve")
    assert "Approved" in done.text and "national_id" in now(console).scope
    again = console.post(second, f"{path}/approve", version=page.form("approve").fields["version"])
    assert again.status == 422 and "decided meanwhile" in again.text


def test_it_is_rejected_or_taken_back(console: Console, app: Client) -> None:
    first, second = console.administrator(), console.administrator("operator", "dara")
    for person in (second, first):
        page = at(console, person, propose(console, first))
        done = console.send(person, page, "reject")
        assert "Rejected" in done.text and now(console) == app


def test_deciding_asks_for_a_fresh_sign_in(console: Console, app: Client) -> None:
    first, second = console.administrator(), console.administrator("operator", "dara")
    path = propose(console, first)
    version = at(console, second, path).form("approve").fields["version"]
    console.ago(second, auth_time=301)
    page = console.post(second, f"{path}/approve", version=version)
    assert "console-sign_in_again" in page.text and now(console) == app


def test_what_was_edited_meanwhile_is_not_approved(console: Console, app: Client) -> None:
    first, second = console.administrator(), console.administrator("operator", "dara")
    path = propose(console, first)
    version = at(console, second, path).form("approve").fields["version"]
    console.clients.edit(OPERATOR, "the-app", {"popups": True})
    page = console.post(second, f"{path}/approve", version=version)
    assert page.status == 422 and "let it be proposed anew" in page.text
    assert now(console).scope == app.scope
    assert "Overtaken" in at(console, second, "/admin/approvals").text


def test_of_a_removed_administrator_nothing_is_approved(console: Console, app: Client) -> None:
    first, second = console.administrator(), console.administrator("owner", "dara")
    console.administrator("operator", "bopha")
    path = propose(console, first)
    version = at(console, second, path).form("approve").fields["version"]
    console.people.remove(OPERATOR, console.of(first).id)
    page = console.post(second, f"{path}/approve", version=version)
    assert page.status == 422 and "may not change this application any more" in page.text
    assert now(console) == app


def test_with_one_administrator_the_page_names_the_command(console: Console, app: Client) -> None:
    owner = console.administrator()
    maintainer = console.administrator("maintainer", "dara", ("the-app",))
    assert "bridge approvals approve" not in at(console, owner, propose(console, maintainer)).text
    console.people.remove(OPERATOR, console.of(maintainer).id)
    path = propose(console, owner)
    page = at(console, owner, path)
    assert "You proposed this yourself" in page.text
    proposal = console.approvals.get(OPERATOR, path.rpartition("/")[2])
    console.approvals.approve(OPERATOR, proposal.id, version=proposal.version, reason="Decree <12>")
    page = at(console, owner, "/admin/approvals")
    assert "on the command line alone" in page.text and "Decree &lt;12&gt;" in page.text
    assert "The command line alone approved" in at(console, owner, "/admin/applications").text


def test_a_new_secret_is_shown_where_it_is_proposed_and_never_again(
    console: Console, registered: Registers, app: Client
) -> None:
    person = console.administrator()
    console.clients.edit(OPERATOR, "the-app", {"scope": ("openid", "camdigikey_id")}, reason="Decree 12")
    before = now(console)
    page = at(console, person, "/admin/applications/the-app/credentials")
    shown = console.send(person, page, "new-secret")
    assert "console-approval" in shown.text and "It is shown only now" in shown.text
    assert now(console) == before
    found = console.approvals.all(OPERATOR)
    (proposal,) = (
        known for known in found if known.sensitive == ("secret_hashes",) and known.client_id == app.client_id
    )
    assert "It is shown only now" not in at(console, person, f"/admin/approvals/{proposal.id}").text


def test_a_maintainer_of_another_sees_nothing_of_it(console: Console, app: Client) -> None:
    first = console.administrator()
    other = console.administrator("maintainer", "dara", ("another",))
    path = propose(console, first)
    assert path not in at(console, other, "/admin/approvals").text
    assert at(console, other, path).status == 403
    for way in ("approve", "reject"):
        assert console.post(other, f"{path}/{way}").status == 403
    assert now(console) == app

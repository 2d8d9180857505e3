"""The page of what administrators did: what a row tells, its pages and its filters."""

from __future__ import annotations

import re
from html import unescape

import pytest

from bridge.domain.events import CHAINED_EVENTS
from bridge.manage import OPERATOR, Forbidden
from bridge.manage.access import actor_of
from bridge.stores.sql import admin_audit
from bridge.web.console import audit
from tests.console.conftest import Console, Registers, application
from tests.support.person import Page, Person


def rows(page: Page) -> list[str]:
    """The rows of the table, each as the words that are read."""
    assert page.status == 200, page.text
    return [" ".join(unescape(re.sub("<[^>]+>", " ", row)).split()) for row in page.text.split("<tr>")[2:]]


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


def test_a_change_is_told_with_who_made_it_and_to_what(
    console: Console, owner: Person, registered: Registers
) -> None:
    registered(application("told", sector_identifier="told.example"))
    name = console.of(owner).name
    assert console.post(owner, "/admin/applications/told/disable").status in (200, 303)
    console.clients.set_enabled(OPERATOR, "told", True)
    by_shell, by_owner = rows(console.page(owner, "/admin/audit"))[:2]
    assert "Command line" in by_shell and "An application was let in again." in by_shell
    assert name in by_owner and "An application was kept out." in by_owner and "told" in by_owner
    signed_in = next(row for row in rows(console.page(owner, "/admin/audit")) if "signed in" in row)
    assert signed_in.count(name) == 1  # nobody needs to be told to whom


def test_it_is_told_in_khmer_too(console: Console, owner: Person) -> None:
    page = console.page(owner, "/admin/audit?hl=km")
    assert "អ្វីដែលបានធ្វើ" in page.text and "signed in" not in page.text
    console.page(owner, "/admin/audit?hl=en")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("subject=mine", {"An application was kept out.", "An application was let in again."}),
        ("event=client.disabled&subject=mine", {"An application was kept out."}),
        ("event=client.disabled&subject=nobody", set()),
        ("actor=command+line&event=client.enabled&subject=mine", {"An application was let in again."}),
        ("actor=nobody", set()),
    ],
)
def test_one_may_ask_for_who_what_and_to_what(
    console: Console, owner: Person, registered: Registers, asked: str, told: set[str]
) -> None:
    registered(application("mine", sector_identifier="mine.example"))
    console.clients.set_enabled(actor_of(console.of(owner)), "mine", False)
    console.clients.set_enabled(OPERATOR, "mine", True)
    found = rows(console.page(owner, f"/admin/audit?{asked}"))
    assert {sentence for sentence in told if sentence in " ".join(found)} == told
    if not told:
        assert found == []


def test_pages_follow_one_another_and_keep_what_was_asked_for(
    console: Console, owner: Person, registered: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    registered(application("paged", sector_identifier="paged.example"))
    for number in range(5):
        console.clients.set_enabled(OPERATOR, "paged", number % 2 == 1)
    page = console.page(owner, "/admin/audit?subject=paged")
    seen = rows(page)
    for _ in range(2):
        page = console.page(owner, page.link("more").removeprefix(console.world.issuer))
        seen += rows(page)
    assert "more" not in re.findall(r'id="(\w+)"', page.text)
    assert len(seen) == 5 and len(set(seen)) == 5


@pytest.mark.parametrize(
    "asked", ["before=x", "before=-1", f"before={'9' * 30}", "before=៩", "event=made.up"]
)
def test_what_is_made_up_in_the_address_is_no_fault_of_ours(
    console: Console, owner: Person, asked: str
) -> None:
    assert console.page(owner, f"/admin/audit?{asked}").status == 200


def test_what_somebody_wrote_into_sql_is_shown_as_text(console: Console, owner: Person) -> None:
    console.world.services.trail.record(
        console.uses.administration.clients._trail.entry(OPERATOR, "client.edited", "<script>", fields="<b>")
    )
    page = console.page(owner, "/admin/audit")
    assert "<script>" not in page.text.partition("<main")[2] and "&lt;script&gt;" in page.text


def test_what_can_not_be_recorded_is_not_done_and_the_page_says_to_come_again(
    console: Console, owner: Person, registered: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(application("kept", sector_identifier="kept.example"))
    path = "/admin/applications/kept/disable"
    monkeypatch.setattr(admin_audit, "_key_in_use", lambda connection, keys: "deadbeef")
    assert console.post(owner, path).status == 503
    monkeypatch.undo()
    kept = console.world.services.clients.latest("kept")
    assert kept is not None and kept.enabled


def test_a_sign_in_that_can_not_be_recorded_opens_no_session(
    console: Console, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, sessions = console.of(owner), console.world.services.console_sessions
    before, again = sessions.all(me.id), console.world.person()
    monkeypatch.setattr(admin_audit, "_key_in_use", lambda connection, keys: "deadbeef")
    assert console.sign_in(again, "sophea").status == 503
    monkeypatch.undo()
    assert [session.key for session in sessions.all(me.id)] == [session.key for session in before]
    found = console.world.services.administrators.get(me.id)
    assert found == me


def test_hashes_are_left_to_the_command(console: Console, owner: Person) -> None:
    page = console.page(owner, "/admin/audit?event=audit.opened")
    table = page.text.partition("<tbody>")[2]
    assert "master_key: <code>" in table and not re.search("[0-9a-f]{64}", table)


def test_every_event_that_can_be_told_has_its_sentence(console: Console, owner: Person) -> None:
    page = console.page(owner, "/admin/audit")
    offered = re.findall(r'<option value="([a-z_.]+)"', page.text)
    assert set(CHAINED_EVENTS) <= set(offered)


def test_a_maintainer_sees_nothing_of_it_by_the_use_case_either(console: Console, owner: Person) -> None:
    console.make(owner, role="maintainer", clients=())
    assert console.page(owner, "/admin/audit").status == 403
    assert "/admin/audit" not in console.page(owner, "/admin/applications").text
    actor, uses = actor_of(console.of(owner)), console.uses.administration.audit
    for look in (lambda: uses.verify(actor), lambda: uses.head(actor), lambda: uses.names(actor, ())):
        with pytest.raises(Forbidden):
            look()

"""Who may use the administration API, and who decides it: no machine, and nobody but owners in person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.admin_scopes import ADMIN_SCOPES
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage import OPERATOR, Actor, Administration, ClientAdministration, ClientFaults, Forbidden
from bridge.manage.access import PERMISSIONS, allowed, machine_actor, scopes_of
from bridge.manage.client_ids import secret_id_of
from tests.manage.conftest import Office, told

OWNER, OPERATING = Actor("administrator:o", "owner"), Actor("administrator:p", "operator")
MAINTAINING = Actor("administrator:m", "maintainer", frozenset({"robot", "portal"}))
MACHINE = machine_actor("other", tuple(ADMIN_SCOPES))
ALL = " ".join(ADMIN_SCOPES)


def draft(client_id: str = "robot", **fields: Any) -> Client:
    given = {
        "redirect_uris": (),
        "grant_types": ("client_credentials",),
        "scope": ("bridge.admin.read",),
        "sector_identifier": client_id,
        **fields,
    }
    return Client(ClientId(client_id), "Robot", **given)


@pytest.fixture
def robot(clients: ClientAdministration) -> Client:
    """One with scopes of administration and two secrets."""
    clients.add(OPERATOR, draft())
    return clients.rotate_secret(OPERATOR, "robot").client


CHANGES: Mapping[str, Callable[[ClientAdministration, Actor, Client], object]] = {
    "add": lambda clients, actor, robot: clients.add(actor, draft("another")),
    "its name": lambda clients, actor, robot: clients.edit(actor, "robot", {"client_name": "R"}),
    "more scopes": lambda clients, actor, robot: clients.edit(actor, "robot", {"scope": tuple(ADMIN_SCOPES)}),
    "no scopes": lambda clients, actor, robot: clients.edit(actor, "robot", {"scope": ("reports.read",)}),
    "a new secret": lambda clients, actor, robot: clients.rotate_secret(actor, "robot"),
    "an end of a secret": lambda clients, actor, robot: clients.delete_secret(
        actor, "robot", secret_id_of(robot.secret_hashes[1])
    ),
    "let in": lambda clients, actor, robot: clients.set_enabled(actor, "robot", True),
}


@pytest.mark.parametrize("actor", (OPERATING, MAINTAINING, MACHINE), ids=lambda actor: actor.id)
@pytest.mark.parametrize("id", CHANGES)
def test_whoever_is_no_owner_in_person_changes_none_that_administers(
    clients: ClientAdministration, robot: Client, id: str, actor: Actor
) -> None:
    """Whoever could set its secret would have its scopes."""
    with pytest.raises(Forbidden):
        CHANGES[id](clients, actor, robot)
    assert clients.get(OPERATOR, "robot") == robot


@pytest.mark.parametrize("actor", (OWNER, OPERATOR), ids=lambda actor: actor.id)
@pytest.mark.parametrize("id", CHANGES)
def test_an_owner_does_and_who_has_a_shell(
    clients: ClientAdministration, robot: Client, id: str, actor: Actor
) -> None:
    CHANGES[id](clients, actor, robot)


def test_the_trail_tells_what_was_granted(office: Office, clients: ClientAdministration) -> None:
    clients.add(OPERATOR, draft())
    clients.edit(OWNER, "robot", {"scope": ("bridge.admin.secrets", "bridge.admin.audit")})
    clients.edit(OWNER, "robot", {"scope": ("reports.read",)})
    assert [dict(entry.facts) for entry in told(office.trail)] == [
        {"administration": "bridge.admin.read"},
        {"administration": "bridge.admin.audit bridge.admin.secrets", "fields": "scope"},
        {"fields": "scope"},
    ]


def test_others_may_keep_it_out_but_no_machine_may(clients: ClientAdministration, robot: Client) -> None:
    with pytest.raises(Forbidden):
        clients.set_enabled(MACHINE, "robot", False)
    with pytest.raises(Forbidden):
        clients.delete(MACHINE, "robot")
    assert not clients.set_enabled(OPERATING, "robot", False).enabled
    clients.delete(OPERATING, "robot")


def test_an_application_is_not_given_such_scopes_by_an_edit(clients: ClientAdministration) -> None:
    clients.add(OPERATOR, draft("portal", scope=("reports.read",)))
    for actor in (OPERATING, MAINTAINING, MACHINE):
        with pytest.raises(Forbidden):
            clients.edit(actor, "portal", {"scope": ("bridge.admin.clients",)})
    assert clients.edit(OWNER, "portal", {"scope": ("bridge.admin.clients",)}).scope


@pytest.mark.parametrize("action", PERMISSIONS)
def test_a_machine_does_what_a_scope_of_its_own_allows(action: Any) -> None:
    for name in ADMIN_SCOPES:
        assert allowed(machine_actor("robot", (name,)), action, "portal") == (name in scopes_of(action))
    assert not allowed(machine_actor("robot", ()), action, "portal")


def test_no_machine_decides_who_administers_touches_keys_or_approves() -> None:
    """An action that is new is for people, until somebody decides that it need not be."""
    applications = {f"{verb} client" for verb in ("see", "add", "edit", "enable", "disable", "delete")}
    reading = {"list clients", "list administrators", "list keys", "see jobs", "see messages", "see audit"}
    machines = {action for action in PERMISSIONS if scopes_of(action)}
    assert machines == applications | reading | {"rotate secret"}


def test_an_application_sees_itself_and_does_not_change_itself(
    admin: Administration, clients: ClientAdministration
) -> None:
    clients.add(OPERATOR, draft("other", scope=("reports.read",)))
    assert clients.get(MACHINE, "other").client_id == "other"
    for change in (
        lambda: clients.edit(MACHINE, "other", {"client_name": "Else"}),
        lambda: clients.rotate_secret(MACHINE, "other"),
        lambda: clients.set_enabled(MACHINE, "other", False),
        lambda: clients.delete(MACHINE, "other"),
    ):
        with pytest.raises(Forbidden):
            change()


WRONG: Mapping[str, dict[str, Any]] = {
    "RFC6749-4.4 people sign in too": {
        "grant_types": ("authorization_code", "client_credentials"),
        "redirect_uris": ("https://app.example/cb",),
        "scope": ("openid", "bridge.admin.read"),
    },
    "RFC6749-4.4 people sign in": {
        "grant_types": ("authorization_code",),
        "redirect_uris": ("https://app.example/cb",),
        "scope": ("openid", "bridge.admin.read"),
    },
    "RFC8707-2 other scopes beside them": {"scope": ("bridge.admin.read", "reports.read")},
    "RFC6749-3.3 one that there is not": {"scope": ("bridge.admin.everything",)},
    "RFC6749-4.4 a public client": {"token_endpoint_auth_method": "none"},
}


@pytest.mark.parametrize("id", WRONG)
def test_such_scopes_go_only_to_who_acts_for_itself_alone(clients: ClientAdministration, id: str) -> None:
    with pytest.raises(ClientFaults) as found:
        clients.add(OPERATOR, draft(**WRONG[id]))
    assert any("administration" in fault or "client_credentials" in fault for fault in found.value.faults)


def test_a_secret_that_is_not_there_and_the_last_one_are_not_ended(
    clients: ClientAdministration, robot: Client
) -> None:
    new, old = robot.secret_hashes
    with pytest.raises(Exception, match="no live secret"):
        clients.delete_secret(OPERATOR, "robot", "0" * 16)
    left = clients.delete_secret(OPERATOR, "robot", secret_id_of(old))
    assert left == replace(robot, secret_hashes=(new,))
    with pytest.raises(Exception, match="the only secret"):
        clients.delete_secret(OPERATOR, "robot", secret_id_of(new))

"""Deleting an application, restoring it, and what never comes back."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from bridge.domain.client import Client
from bridge.domain.deleted_client import RESTORABLE_FOR
from bridge.domain.ids import ClientId, ConnectorId
from bridge.manage import OPERATOR, Actor, Administration, ClientFaults, Forbidden, Refused
from bridge.manage.deleted_clients import DeletedClientAdministration
from bridge.oidc.client_auth.secrets import SECRET
from tests.manage.conftest import CONNECTORS, ISSUER, Office, told

NOW = 1_800_000_000
PORTAL = ClientId("portal")
PORTAL_CLIENT = Client(PORTAL, "Ministry portal", ("https://portal.example/cb",))
IN_THE_BROWSER = Actor("administrator:a", "owner")


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(office: Office) -> Clock:
    office.clock = clock = Clock()
    return clock


@pytest.fixture
def admin(office: Office, clock: Clock) -> Administration:
    return office.administration()


def deleted_ids(admin: Administration) -> list[ClientId]:
    return [deleted.client.client_id for deleted in admin.deleted_clients.page(OPERATOR, limit=9)]


def test_it_comes_back_as_it_was_registered_with_a_new_secret(admin: Administration, office: Office) -> None:
    made = admin.clients.add(OPERATOR, replace(PORTAL_CLIENT, default_max_age=60))
    admin.clients.set_enabled(OPERATOR, PORTAL, False)
    admin.clients.delete(OPERATOR, PORTAL)
    assert office.clients.latest(PORTAL) is None
    back = admin.deleted_clients.restore(OPERATOR, PORTAL)
    assert back.secret and back.secret != made.secret
    assert back.client.secret_hashes == (office.sealer.mac(SECRET, back.secret),)
    assert not set(back.client.secret_hashes) & set(made.client.secret_hashes)
    assert office.clients.latest(PORTAL) == back.client
    assert back.client == replace(
        made.client,
        enabled=False,
        secret_hashes=back.client.secret_hashes,
        client_id_issued_at=back.client.client_id_issued_at,
    )
    assert deleted_ids(admin) == []


def test_nothing_that_it_was_given_before_counts_again(admin: Administration, clock: Clock) -> None:
    """Not even what another process gave it in the seconds before it heard that it was deleted."""
    admin.clients.add(OPERATOR, PORTAL_CLIENT)
    admin.clients.delete(OPERATOR, PORTAL)
    clock.now += 5
    back = admin.deleted_clients.restore(OPERATOR, PORTAL).client
    assert not any(back.existed_at(at) for at in (NOW - 99, NOW, clock.now))
    assert back.existed_at(clock.now + 1)


def test_no_secret_of_a_deleted_one_is_kept(admin: Administration) -> None:
    admin.clients.add(OPERATOR, PORTAL_CLIENT)
    admin.clients.delete(OPERATOR, PORTAL)
    (deleted,) = admin.deleted_clients.page(OPERATOR, limit=9)
    assert (deleted.client.secret_hashes, deleted.deleted_at) == ((), NOW)


def test_one_without_a_secret_comes_back_without(admin: Administration) -> None:
    admin.clients.add(OPERATOR, replace(PORTAL_CLIENT, token_endpoint_auth_method="none"))
    admin.clients.delete(OPERATOR, PORTAL)
    back = admin.deleted_clients.restore(OPERATOR, PORTAL)
    assert (back.secret, back.client.secret_hashes) == (None, ())


def test_after_seven_days_it_is_gone_and_its_id_stays_taken(admin: Administration, clock: Clock) -> None:
    admin.clients.add(OPERATOR, PORTAL_CLIENT)
    admin.clients.delete(OPERATOR, PORTAL)
    clock.now += RESTORABLE_FOR - 1
    assert deleted_ids(admin) == [PORTAL]
    clock.now += 1
    assert deleted_ids(admin) == []
    with pytest.raises(Refused, match="could be restored"):
        admin.deleted_clients.restore(OPERATOR, PORTAL)
    with pytest.raises(Refused, match="was"):
        admin.clients.add(OPERATOR, PORTAL_CLIENT)


@pytest.mark.parametrize("client_id", ["nobody", "portal", "bridge-console", "", "\udcff"])
def test_what_was_not_deleted_is_not_restored(admin: Administration, client_id: str) -> None:
    admin.clients.add(OPERATOR, PORTAL_CLIENT)
    with pytest.raises(Refused, match="could be restored"):
        admin.deleted_clients.restore(OPERATOR, client_id)


def test_it_is_judged_as_a_new_one_is(office: Office, admin: Administration) -> None:
    """Its CamDigiKey account may be gone meanwhile; what names people for good needs the command line."""
    national = replace(
        PORTAL_CLIENT,
        client_id=ClientId("national"),
        scope=("openid", "national_id"),
        national_id_purpose="Land register",
    )
    for client in (
        replace(PORTAL_CLIENT, connector=ConnectorId("second")),
        national,
    ):
        admin.clients.add(OPERATOR, client, reason="Decree 12")
        admin.clients.delete(OPERATOR, client.client_id)
    back = admin.deleted_clients.restore(IN_THE_BROWSER, "national")
    assert back.left_out == ("national_id",) and back.client.scope == ("openid",) and back.secret
    admin.clients.delete(OPERATOR, "national")
    whole = admin.deleted_clients.restore(OPERATOR, "national", reason="Decree 12")
    assert whole.left_out == () and whole.client.scope == ("openid",)  # as it was when it was deleted
    of_fewer_accounts = DeletedClientAdministration(
        office.deleted_clients,
        admin.deleted_clients._register,
        office.sealer,
        office.clock,
        os.urandom,
        CONNECTORS[:1],
        ISSUER,
    )
    with pytest.raises(ClientFaults, match="second"):
        of_fewer_accounts.restore(OPERATOR, PORTAL)
    assert deleted_ids(admin) == [PORTAL]


def test_who_may_not_sees_and_restores_nothing(admin: Administration) -> None:
    admin.clients.add(OPERATOR, PORTAL_CLIENT)
    admin.clients.delete(OPERATOR, PORTAL)
    for actor in (Actor("somebody"), Actor("administrator:m", "maintainer", frozenset({"portal"}))):
        with pytest.raises(Forbidden):
            admin.deleted_clients.page(actor, limit=9)
        with pytest.raises(Forbidden):
            admin.deleted_clients.restore(actor, PORTAL)
    auditor = Actor("administrator:b", "auditor")
    assert admin.deleted_clients.page(auditor, limit=9)
    with pytest.raises(Forbidden):
        admin.deleted_clients.restore(auditor, PORTAL)


def test_it_is_told_with_ids_alone(admin: Administration, office: Office) -> None:
    admin.clients.add(OPERATOR, PORTAL_CLIENT)
    admin.clients.delete(OPERATOR, PORTAL)
    secret = admin.deleted_clients.restore(IN_THE_BROWSER, PORTAL).secret
    entry = told(office.trail)[-1]
    assert (entry.event, entry.subject, entry.actor) == ("client.restored", PORTAL, IN_THE_BROWSER.id)
    assert str(secret) not in str(entry) and "Ministry" not in str(entry)

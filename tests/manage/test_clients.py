"""Registering applications, on the real stores."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage import (
    OPERATOR,
    Actor,
    ClientAdministration,
    ClientFaults,
    Forbidden,
    KeyAdministration,
    Refused,
)
from bridge.oidc.client_auth.secrets import SECRET
from bridge.ports.clients import ClientStore
from tests.manage.conftest import Office, told

STRANGER = Actor("somebody")
GOOD = Client(ClientId(""), "Ministry portal", redirect_uris=("https://app.example/cb",))


def test_a_new_client_gets_an_id_a_sector_and_a_secret_of_256_bits(
    clients: ClientAdministration, office: Office
) -> None:
    made = clients.add(OPERATOR, GOOD)
    assert made.client.sector_identifier == "app.example"
    assert re.fullmatch(r"[a-z2-7]{26}", made.client.client_id)  # 128 bits, and never a hyphen in front
    assert made.secret is not None and re.fullmatch(r"[A-Za-z0-9_-]{43}", made.secret)
    assert office.clients.get(made.client.client_id) == made.client


def test_a_secret_is_kept_as_its_keyed_hash_alone(clients: ClientAdministration, office: Office) -> None:
    made = clients.add(OPERATOR, GOOD)
    assert made.secret is not None
    assert made.client.secret_hashes == (office.sealer.mac(SECRET, made.secret),)
    assert made.secret not in repr(made) + repr(office.clients.get(made.client.client_id))


def test_two_secrets_live_at_a_time(clients: ClientAdministration, office: Office) -> None:
    made = clients.add(OPERATOR, GOOD)
    seconds = [clients.rotate_secret(OPERATOR, made.client.client_id).secret for _ in range(2)]
    kept = office.clients.get(made.client.client_id)
    assert kept is not None
    assert kept.secret_hashes == tuple(
        office.sealer.mac(SECRET, secret or "") for secret in reversed(seconds)
    )


def test_a_leaked_secret_is_dead_at_once(clients: ClientAdministration, office: Office) -> None:
    made = clients.add(OPERATOR, GOOD)
    clients.rotate_secret(OPERATOR, made.client.client_id, at_once=True)
    kept = office.clients.get(made.client.client_id)
    assert kept is not None and len(kept.secret_hashes) == 1
    assert not set(kept.secret_hashes) & set(made.client.secret_hashes)


def test_a_public_client_has_no_secret(clients: ClientAdministration) -> None:
    made = clients.add(OPERATOR, replace(GOOD, token_endpoint_auth_method="none"))
    assert (made.secret, made.client.secret_hashes) == (None, ())
    with pytest.raises(Refused, match="public"):
        clients.rotate_secret(OPERATOR, made.client.client_id)


def test_a_client_that_becomes_public_loses_its_secrets(clients: ClientAdministration) -> None:
    made = clients.add(OPERATOR, GOOD)
    changed = clients.edit(OPERATOR, made.client.client_id, {"token_endpoint_auth_method": "none"})
    assert changed.secret_hashes == ()


def test_several_hosts_need_a_chosen_sector(clients: ClientAdministration) -> None:
    draft = replace(GOOD, redirect_uris=("https://a.example/cb", "https://b.example/cb"))
    with pytest.raises(ClientFaults, match="sector_identifier"):
        clients.add(OPERATOR, draft)
    made = clients.add(OPERATOR, replace(draft, sector_identifier="portal"))
    assert made.client.sector_identifier == "portal"


def test_the_sector_stays_when_addresses_change(clients: ClientAdministration) -> None:
    made = clients.add(OPERATOR, GOOD)
    changed = clients.edit(OPERATOR, made.client.client_id, {"redirect_uris": ("https://new.example/cb",)})
    assert changed.sector_identifier == "app.example"
    with pytest.raises(Refused, match="sector"):
        clients.edit(OPERATOR, made.client.client_id, {"sector_identifier": "new.example"})


def test_two_native_applications_on_loopback_share_no_sector(clients: ClientAdministration) -> None:
    # Every native application may use 127.0.0.1 (RFC 8252 §7.3): with that as a sector two owners could tell
    # that they speak of the same person (OIDC Core §8.1).
    native = replace(
        GOOD,
        redirect_uris=("http://127.0.0.1/cb", "http://[::1]/cb"),
        application_type="native",
        token_endpoint_auth_method="none",
    )
    first, second = (clients.add(OPERATOR, native).client for _ in range(2))
    assert (first.sector_identifier, second.sector_identifier) == (first.client_id, second.client_id)


def test_an_address_on_the_developers_machine_does_not_make_a_second_sector(
    clients: ClientAdministration,
) -> None:
    uris = ("http://localhost:3000/cb", "https://app.example/cb")
    assert clients.add(OPERATOR, replace(GOOD, redirect_uris=uris)).client.sector_identifier == "app.example"


def test_a_client_with_public_subs_can_become_pairwise(clients: ClientAdministration) -> None:
    made = clients.add(OPERATOR, replace(GOOD, subject_type="public")).client
    changed = clients.edit(OPERATOR, made.client_id, {"subject_type": "pairwise"})
    assert changed.sector_identifier == "app.example"


def test_a_sector_that_was_left_open_is_set_once(clients: ClientAdministration) -> None:
    uris = ("https://a.example/cb", "https://b.example/cb")
    made = clients.add(OPERATOR, replace(GOOD, subject_type="public", redirect_uris=uris)).client
    with pytest.raises(ClientFaults, match="sector_identifier"):
        clients.edit(OPERATOR, made.client_id, {"subject_type": "pairwise"})
    clients.edit(OPERATOR, made.client_id, {"subject_type": "pairwise", "sector_identifier": "portal"})
    with pytest.raises(Refused, match="sector"):
        clients.edit(OPERATOR, made.client_id, {"sector_identifier": "other"})


@pytest.mark.parametrize(
    "field", ["client_id", "secret_hashes", "client_id_issued_at", "enabled", "shoe_size"]
)
def test_an_edit_changes_what_it_may_and_nothing_else(clients: ClientAdministration, field: str) -> None:
    made = clients.add(OPERATOR, GOOD).client.client_id
    with pytest.raises(Refused, match=field):
        clients.edit(OPERATOR, made, {field: ("x",)})


class GoneMeanwhile:
    """A store whose client another administrator deletes between the look and the change."""

    def __init__(self, store: ClientStore) -> None:
        self.get, self.all, self.add, self.remove = store.get, store.all, store.add, store.remove
        self.page = store.page

    def replace(
        self, client: Client, *, before: Client | None = None, entry: AuditEntry | None = None
    ) -> None:
        raise KeyError(client.client_id)


def test_a_client_that_is_deleted_meanwhile_is_told(clients: ClientAdministration, office: Office) -> None:
    made = clients.add(OPERATOR, GOOD).client.client_id
    late = office.administration(GoneMeanwhile(office.clients)).clients
    for use in (
        lambda: late.edit(OPERATOR, made, {"client_name": "Another"}),
        lambda: late.rotate_secret(OPERATOR, made),
        lambda: late.set_enabled(OPERATOR, made, False),
    ):
        with pytest.raises(Refused, match="There is no client"):
            use()


def test_all_faults_are_told_at_once_and_nothing_is_kept(clients: ClientAdministration) -> None:
    draft = replace(
        GOOD,
        client_name=" ",
        redirect_uris=("http://app.example/cb", "https://app.example/cb#x"),
        scope=("profile",),
    )
    with pytest.raises(ClientFaults) as raised:
        clients.add(OPERATOR, draft)
    faults = " ".join(raised.value.faults)
    assert all(word in faults for word in ("name", "use https", "fragment", "scope openid"))
    assert list(clients.all(OPERATOR)) == []


@pytest.mark.parametrize("claim", ["name", "website", "nickname", "address"])
def test_an_allow_list_can_name_claims_that_only_a_constant_fills(
    clients: ClientAdministration, claim: str
) -> None:
    assert clients.add(OPERATOR, replace(GOOD, claims=(claim,))).client.claims == (claim,)


def test_an_application_without_people_needs_no_address(clients: ClientAdministration) -> None:
    """RFC 6749 §4.4."""
    own = replace(GOOD, redirect_uris=(), grant_types=("client_credentials",), scope=("reports.read",))
    made = clients.add(OPERATOR, own).client
    assert (made.redirect_uris, made.scope) == ((), ("reports.read",))
    with pytest.raises(ClientFaults, match="At least one redirect URI"):
        clients.edit(OPERATOR, made.client_id, {"grant_types": ("authorization_code", "client_credentials")})


def test_an_id_is_given_once(clients: ClientAdministration) -> None:
    clients.add(OPERATOR, replace(GOOD, client_id=ClientId("portal")))
    with pytest.raises(Refused, match="already"):
        clients.add(OPERATOR, replace(GOOD, client_id=ClientId("portal")))


def test_a_disabled_client_is_kept_and_a_deleted_one_is_not(clients: ClientAdministration) -> None:
    made = clients.add(OPERATOR, GOOD).client.client_id
    assert clients.set_enabled(OPERATOR, made, False).enabled is False
    assert clients.set_enabled(OPERATOR, made, True).enabled is True
    clients.delete(OPERATOR, made)
    for use in (clients.get, clients.delete, clients.rotate_secret):
        with pytest.raises(Refused, match="There is no client"):
            use(OPERATOR, made)


def test_a_stranger_may_do_nothing(clients: ClientAdministration, keys: KeyAdministration) -> None:
    made = clients.add(OPERATOR, GOOD).client.client_id
    attempts = (
        lambda: clients.all(STRANGER),
        lambda: clients.get(STRANGER, made),
        lambda: clients.add(STRANGER, GOOD),
        lambda: clients.edit(STRANGER, made, {"client_name": "Mine"}),
        lambda: clients.rotate_secret(STRANGER, made),
        lambda: clients.set_enabled(STRANGER, made, False),
        lambda: clients.delete(STRANGER, made),
        lambda: keys.all(STRANGER),
        lambda: keys.rotate(STRANGER, "RS256"),
        lambda: keys.removable(STRANGER, "any"),
        lambda: keys.remove(STRANGER, "any"),
    )
    before = clients.all(OPERATOR)
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert clients.all(OPERATOR) == before


def test_every_change_is_audited_with_ids_alone(
    clients: ClientAdministration, keys: KeyAdministration, office: Office
) -> None:
    made = clients.add(OPERATOR, replace(GOOD, client_id=ClientId("portal")))
    clients.edit(OPERATOR, "portal", {"client_name": "Another name"})
    secret = clients.rotate_secret(OPERATOR, "portal").secret
    clients.set_enabled(OPERATOR, "portal", False)
    clients.delete(OPERATOR, "portal")
    keys.rotate(OPERATOR, "ES256")
    entries = told(office.trail)
    assert [entry.event for entry in entries] == [
        "client.added",
        "client.edited",
        "client.secret_rotated",
        "client.disabled",
        "client.deleted",
        "key.rotated",
    ]
    assert {entry.subject for entry in entries[:-1]} == {"portal"}
    assert all(entry.actor == "command line" for entry in entries)
    assert not any(word in str(entries) for word in (str(made.secret), str(secret), "Another name"))

"""Registering applications, on the real stores."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bridge.domain.client import Client
from bridge.manage import clients, keys
from bridge.manage.client_checks import ClientFaults, check
from bridge.manage.office import OPERATOR, Actor, Forbidden, Refused
from bridge.oidc.server.client_auth import SECRET
from bridge.ports import ClientStore
from bridge.wiring import Console

STRANGER = Actor("somebody")
GOOD = Client(client_id="", name="Ministry portal", redirect_uris=("https://app.example/cb",))


def test_a_new_client_gets_an_id_a_sector_and_a_secret_of_256_bits(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD)
    assert made.client.sector == "app.example"
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", made.client.client_id)
    assert made.secret is not None and re.fullmatch(r"[A-Za-z0-9_-]{43}", made.secret)
    assert office.clients.get(made.client.client_id) == made.client


def test_a_secret_is_kept_as_its_keyed_hash_alone(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD)
    assert made.secret is not None
    assert made.client.secret_hashes == (office.sealer.mac(SECRET, made.secret),)
    assert made.secret not in repr(made) + repr(office.clients.get(made.client.client_id))


def test_two_secrets_live_at_a_time(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD)
    seconds = [clients.rotate_secret(OPERATOR, office, made.client.client_id).secret for _ in range(2)]
    kept = office.clients.get(made.client.client_id)
    assert kept is not None
    assert kept.secret_hashes == tuple(office.sealer.mac(SECRET, one or "") for one in reversed(seconds))


def test_a_leaked_secret_is_dead_at_once(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD)
    clients.rotate_secret(OPERATOR, office, made.client.client_id, at_once=True)
    kept = office.clients.get(made.client.client_id)
    assert kept is not None and len(kept.secret_hashes) == 1
    assert not set(kept.secret_hashes) & set(made.client.secret_hashes)


def test_a_public_client_has_no_secret(office: Console) -> None:
    made = clients.add(OPERATOR, office, replace(GOOD, token_endpoint_auth_method="none"))
    assert (made.secret, made.client.secret_hashes) == (None, ())
    with pytest.raises(Refused, match="public"):
        clients.rotate_secret(OPERATOR, office, made.client.client_id)


def test_a_client_that_becomes_public_loses_its_secrets(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD)
    changed = clients.edit(OPERATOR, office, made.client.client_id, {"token_endpoint_auth_method": "none"})
    assert changed.secret_hashes == ()


def test_several_hosts_need_a_chosen_sector(office: Console) -> None:
    draft = replace(GOOD, redirect_uris=("https://a.example/cb", "https://b.example/cb"))
    with pytest.raises(ClientFaults, match="--sector"):
        clients.add(OPERATOR, office, draft)
    assert clients.add(OPERATOR, office, replace(draft, sector="portal")).client.sector == "portal"


def test_the_sector_stays_when_addresses_change(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD)
    changed = clients.edit(
        OPERATOR, office, made.client.client_id, {"redirect_uris": ("https://new.example/cb",)}
    )
    assert changed.sector == "app.example"
    with pytest.raises(Refused, match="sector"):
        clients.edit(OPERATOR, office, made.client.client_id, {"sector": "new.example"})


def test_two_native_applications_on_loopback_share_no_sector(office: Console) -> None:
    # Every native application may use 127.0.0.1 (RFC 8252 §7.3): with that as a sector two owners could tell
    # that they speak of the same person (OIDC Core §8.1).
    native = replace(
        GOOD,
        redirect_uris=("http://127.0.0.1/cb", "http://[::1]/cb"),
        application_type="native",
        token_endpoint_auth_method="none",
    )
    one, other = (clients.add(OPERATOR, office, native).client for _ in range(2))
    assert (one.sector, other.sector) == (one.client_id, other.client_id)


def test_an_address_on_the_developers_machine_does_not_make_a_second_sector(office: Console) -> None:
    uris = ("http://localhost:3000/cb", "https://app.example/cb")
    assert clients.add(OPERATOR, office, replace(GOOD, redirect_uris=uris)).client.sector == "app.example"


def test_a_client_with_public_subs_can_become_pairwise(office: Console) -> None:
    made = clients.add(OPERATOR, office, replace(GOOD, subject_type="public")).client
    changed = clients.edit(OPERATOR, office, made.client_id, {"subject_type": "pairwise"})
    assert changed.sector == "app.example"


def test_a_sector_that_was_left_open_is_set_once(office: Console) -> None:
    uris = ("https://a.example/cb", "https://b.example/cb")
    made = clients.add(OPERATOR, office, replace(GOOD, subject_type="public", redirect_uris=uris)).client
    with pytest.raises(ClientFaults, match="--sector"):
        clients.edit(OPERATOR, office, made.client_id, {"subject_type": "pairwise"})
    clients.edit(OPERATOR, office, made.client_id, {"subject_type": "pairwise", "sector": "portal"})
    with pytest.raises(Refused, match="sector"):
        clients.edit(OPERATOR, office, made.client_id, {"sector": "other"})


@pytest.mark.parametrize("field", ["client_id", "secret_hashes", "created_at", "enabled", "shoe_size"])
def test_an_edit_changes_what_it_may_and_nothing_else(office: Console, field: str) -> None:
    made = clients.add(OPERATOR, office, GOOD).client.client_id
    with pytest.raises(Refused, match=field):
        clients.edit(OPERATOR, office, made, {field: ("x",)})


class GoneMeanwhile:
    """A store whose client another administrator deletes between the look and the change."""

    def __init__(self, store: ClientStore) -> None:
        self.get, self.all, self.add, self.remove = store.get, store.all, store.add, store.remove

    def replace(self, client: Client) -> None:
        raise KeyError(client.client_id)


def test_a_client_that_is_deleted_meanwhile_is_told(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD).client.client_id
    office = replace(office, clients=GoneMeanwhile(office.clients))
    for use in (
        lambda: clients.edit(OPERATOR, office, made, {"name": "Another"}),
        lambda: clients.rotate_secret(OPERATOR, office, made),
        lambda: clients.set_enabled(OPERATOR, office, made, False),
    ):
        with pytest.raises(Refused, match="There is no client"):
            use()


def test_all_faults_are_told_at_once_and_nothing_is_kept(office: Console) -> None:
    draft = replace(
        GOOD,
        name=" ",
        redirect_uris=("http://app.example/cb", "https://app.example/cb#x"),
        scopes=("profile",),
    )
    with pytest.raises(ClientFaults) as raised:
        clients.add(OPERATOR, office, draft)
    told = " ".join(raised.value.faults)
    assert all(word in told for word in ("name", "use https", "fragment", "scope openid"))
    assert clients.listed(OPERATOR, office) == ()


FAULTY = (
    ({"scopes": ("openid", "everything")}, "everything"),
    ({"scopes": ("openid", "offline_access")}, "refresh_token"),
    ({"scopes": ("openid", "national_id")}, "--national-id-purpose"),
    ({"grant_types": ("refresh_token",)}, "authorization_code"),
    ({"grant_types": ("authorization_code", "implicit")}, "implicit"),
    ({"token_endpoint_auth_method": "none", "require_pkce": False}, "PKCE"),
    ({"application_type": "native"}, "keep a secret"),
    ({"id_token_signed_response_alg": "none"}, "RS256"),
    ({"access_token_format": "jwt"}, "at+jwt"),
    ({"claims": ("shoe_size",)}, "shoe_size"),
    ({"email_fallback": "not a domain"}, "domain"),
    ({"lifetimes": {"session": 5}}, "session"),
    ({"lifetimes": {"access_token": 0}}, "access_token"),
    ({"default_max_age": -1}, "max_age"),
    ({"logo_uri": "http://app.example/logo.png"}, "https://"),
    ({"post_logout_redirect_uris": ("http://app.example/",)}, "use https"),
    ({"allowed_origins": ("https://app.example/page",)}, "origin"),
    ({"redirect_uris": ()}, "At least one"),
    ({"client_id": "ខ្មែរ"}, "client id"),
)


@pytest.mark.parametrize(("changes", "told"), FAULTY, ids=[told for _, told in FAULTY])
def test_a_client_that_could_not_work_is_explained(changes: dict[str, object], told: str) -> None:
    good = replace(GOOD, client_id="portal", sector="app.example")
    check(good)
    with pytest.raises(ClientFaults, match=re.escape(told)):
        check(replace(good, **changes))  # type: ignore[arg-type]  # -- the table's values are of many types


@pytest.mark.parametrize("claim", ["name", "website", "nickname", "address"])
def test_an_allow_list_can_name_claims_that_only_a_constant_fills(office: Console, claim: str) -> None:
    assert clients.add(OPERATOR, office, replace(GOOD, claims=(claim,))).client.claims == (claim,)


def test_an_id_is_given_once(office: Console) -> None:
    clients.add(OPERATOR, office, replace(GOOD, client_id="portal"))
    with pytest.raises(Refused, match="already"):
        clients.add(OPERATOR, office, replace(GOOD, client_id="portal"))


def test_a_disabled_client_is_kept_and_a_deleted_one_is_not(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD).client.client_id
    assert clients.set_enabled(OPERATOR, office, made, False).enabled is False
    assert clients.set_enabled(OPERATOR, office, made, True).enabled is True
    clients.delete(OPERATOR, office, made)
    for use in (clients.shown, clients.delete, clients.rotate_secret):
        with pytest.raises(Refused, match="There is no client"):
            use(OPERATOR, office, made)


def test_a_stranger_may_do_nothing(office: Console) -> None:
    made = clients.add(OPERATOR, office, GOOD).client.client_id
    attempts = (
        lambda: clients.listed(STRANGER, office),
        lambda: clients.shown(STRANGER, office, made),
        lambda: clients.add(STRANGER, office, GOOD),
        lambda: clients.edit(STRANGER, office, made, {"name": "Mine"}),
        lambda: clients.rotate_secret(STRANGER, office, made),
        lambda: clients.set_enabled(STRANGER, office, made, False),
        lambda: clients.delete(STRANGER, office, made),
        lambda: keys.listed(STRANGER, office),
        lambda: keys.rotate(STRANGER, office, "RS256"),
    )
    before = clients.listed(OPERATOR, office)
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert clients.listed(OPERATOR, office) == before


class Trail:
    """An audit trail that remembers."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, str]]] = []

    def record(self, event: str, now: int, **facts: str) -> None:
        self.lines.append((event, facts))


def test_every_change_is_audited_with_ids_alone(office: Console) -> None:
    trail = Trail()
    office = replace(office, audit=trail)
    made = clients.add(OPERATOR, office, replace(GOOD, client_id="portal"))
    clients.edit(OPERATOR, office, "portal", {"name": "Another name"})
    secret = clients.rotate_secret(OPERATOR, office, "portal").secret
    clients.set_enabled(OPERATOR, office, "portal", False)
    clients.delete(OPERATOR, office, "portal")
    keys.rotate(OPERATOR, office, "ES256")
    assert [event for event, _ in trail.lines] == [
        "client.added",
        "client.edited",
        "client.secret_rotated",
        "client.disabled",
        "client.deleted",
        "key.rotated",
    ]
    assert all(facts["actor"] == "console" for _, facts in trail.lines)
    assert not any(word in str(trail.lines) for word in (str(made.secret), str(secret), "Another name"))


def test_a_new_key_takes_over_and_the_old_one_stays_published(office: Console) -> None:
    first = keys.rotate(OPERATOR, office, "ES256")
    second = keys.rotate(OPERATOR, office, "ES256", at_once=True)
    state = {one.kid: one.retired_at for one in keys.listed(OPERATOR, office)}
    assert state[second] is None
    assert state[first] is not None and state[first] <= office.clock()
    with pytest.raises(Refused, match="none for HS256"):
        keys.rotate(OPERATOR, office, "HS256")

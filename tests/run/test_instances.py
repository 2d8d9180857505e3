"""Two instances on shared stores: keys change without a gap, and clocks that differ matter to nobody."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import SealBroken
from bridge.oidc.keys import generate
from bridge.stores import sql
from bridge.stores.sealing import MasterSealer, master_key_id
from tests.support.instances import Instance, Pair, new_key, pair
from tests.support.waiting import until
from tests.support.world import finish

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
def both(tmp_path: Path, postgres_url: str, key: str) -> Iterator[Pair]:
    with pair(tmp_path, postgres_url, key) as found:
        yield found


def key_id(key: str) -> str:
    return master_key_id(base64.b64decode(key))


def status(instance: Instance, keys: str) -> dict[str, Any]:
    """What `bridge keys status` says there."""
    said = instance.command(keys, "keys", "status", "--json")
    assert said.returncode == 0, said.stderr
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def kids(instance: Instance) -> set[str]:
    answer = instance.get("/jwks")
    assert answer.status_code == 200, answer.text
    return {key["kid"] for key in answer.json()["keys"]}


def goes_on(instance: Instance) -> None:
    """What needs no key to be opened is answered, whatever is wrong."""
    assert instance.get("/jwks").json()["keys"]
    assert instance.get(DISCOVERY).status_code == 200


def test_a_master_key_is_changed_while_people_sign_in(both: Pair, key: str) -> None:
    a, b, new = both.a, both.b, new_key()
    a.start(key)
    b.start(key)
    first = both.sign_in()
    lasting = both.sign_in("post", "openid offline_access")

    # Wrong order: in front on one instance alone, and a new signing key made there.
    both.at(b)
    a.start(new, key)
    rotated = a.command(f"{new},{key}", "keys", "rotate", "--at-once")
    assert rotated.returncode == 0, rotated.stderr
    kid = rotated.stdout.split()[0]
    until(lambda: kid in kids(a) and kid in kids(b), "the new signing key is not published everywhere")
    goes_on(b)
    both.sign_in()
    both.refreshed(first.tokens)
    refused = a.command(f"{new},{key}", "keys", "use")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1 and key_id(new) in refused.stderr
    assert "add it to master_keys there" in refused.stderr
    assert any(key_id(new) in step and "add it" in step for step in status(a, f"{new},{key}")["next"])

    # Spread: where it stands in the list means nothing.
    both.at(a)
    b.start(key, new)
    assert status(b, f"{key},{new}")["next"] == [
        f"Every instance knows {key_id(new)}: `bridge keys use {key_id(new)}` makes it seal."
    ]
    both.sign_in()

    # Use.
    assert b.command(f"{key},{new}", "keys", "use").returncode == 0
    during = both.sign_in()
    until(lambda: sealed_with_new(both, new), "the processes do not seal with it")
    both.refreshed(first.tokens)
    both.refreshed(lasting.tokens, "post")

    # Seal anew, and retire the old one.
    assert a.command(f"{new},{key}", "keys", "reseal").returncode == 0
    rows = {found["id"]: found["rows"] for found in status(a, f"{new},{key}")["master"]}
    assert rows[key_id(key)] == 0 and rows[key_id(new)] > 0
    assert any(step.startswith(f"Keep {key_id(key)} until") for step in status(a, f"{new},{key}")["next"])
    both.at(b)
    a.start(new)
    both.at(a)
    b.start(new)
    both.sign_in()  # the clients' secrets hold still
    both.refreshed(lasting.tokens, "post")
    assert kid in kids(a) & kids(b)
    both.at(b)
    assert during.tokens["access_token"]

    # Who comes with the old one alone does not start, and hears what to do.
    a.stop()
    late = a.command(key, "run")
    assert late.returncode == 2
    assert late.stderr.count("\n") == 1 and key_id(new) in late.stderr and "add the one" in late.stderr
    says = status(a, key)["next"]
    assert f"{key_id(new)} seals, and is not among the master_keys here: add it." in says


def sealed_with_new(both: Pair, new: str) -> bool:
    """Whether what both processes seal now needs the new key: an address of each is opened with it alone."""
    found = []
    for instance in (both.a, both.b):
        both.at(instance)
        page = both.person().visit(both.world.authorize_url(), until="https://")
        found.append(page.form("continue").fields["i"])
    sealer = MasterSealer([base64.b64decode(new)])
    try:
        for text in found:
            sealer.unseal("interaction", text)
    except SealBroken:
        return False
    return True


def test_a_key_in_use_that_an_instance_does_not_know_is_told_and_never_a_500(both: Pair, key: str) -> None:
    both.a.start(key)
    both.b.start(key)
    both.sign_in()
    before, stranger = kids(both.b), MasterSealer([b"s" * 32])
    engine = sql.connect(both.world.settings.database_url)
    try:
        sql.SqlMasterKeys(engine).use(stranger.seals_with, int(time.time()))
        made = generate("RS256", int(time.time()))
        sql.SqlSigningKeys(engine, stranger).add(made)
        for instance in (both.a, both.b):
            until(lambda: instance.get("/readyz").status_code == 503, "it says that it is ready")  # noqa: B023 -- now
            assert instance.get("/readyz").json()["why"] == {"keys": "unknown_master_key"}
            until(lambda: "signing_key.unreadable" in instance.log.read_text(), "it is not logged")  # noqa: B023 -- now
            assert stranger.seals_with in instance.log.read_text()
            assert kids(instance) == before
            goes_on(instance)
        both.sign_in()
        told = both.a.command(key, "keys", "status").stdout
        assert f"{stranger.seals_with} seals, and is not among the master_keys here: add it." in told
        sql.SqlMasterKeys(engine).use(key_id(key), int(time.time()))
        sql.SqlSigningKeys(engine, stranger).remove(made.kid)
        for instance in (both.a, both.b):
            until(lambda: instance.get("/readyz").status_code == 200, "it does not recover")  # noqa: B023 -- now
    finally:
        engine.dispose()


def test_clocks_ten_minutes_apart_that_step_back_matter_to_nobody(both: Pair, key: str) -> None:
    a, b = both.a, both.b
    a.set_clock(300)
    b.set_clock(-300)
    a.start(key)
    b.start(key)
    began = time.time()
    found = both.sign_in(max_age="60")
    claims = found.tokens.id_token
    assert began - 5 <= claims["auth_time"] <= claims["iat"] <= time.time() + 5
    assert claims["exp"] - claims["iat"] == 600

    # The Session of B's clock is young at A, and the one of A's is not idle at B.
    for instance in (a, b):
        both.at(instance)
        page = found.person.visit(both.world.authorize_url(max_age="60"), until="https://")
        assert page.params.get("code"), page.text
        assert both.world.tokens(page).status == 200

    # A signing key rotated by who is five minutes behind signs in five minutes, as ever.
    rotated = b.command(key, "keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    kid = rotated.stdout.split()[0]
    until(lambda: kid in kids(a) and kid in kids(b), "the new key is not published")
    signs = {row["alg"]: row for row in status(a, key)["signing"]}["RS256"]
    assert signs["next"] == kid and abs(signs["next_from"] - time.time() - 300) < 30

    # A's clock steps back by ten minutes while somebody is at CamDigiKey, B's leaps before the code is spent.
    person = both.person()
    returned = both.at_camdigikey(person, "web")
    a.set_clock(-300)
    both.at(a)
    page = finish(person, person.follow(person.get(returned.location), until="https://"), until="https://")
    b.set_clock(300)
    tokens = both.redeemed(page, "web")
    assert abs(tokens.id_token["iat"] - time.time()) < 30

    # What is wrong is told, to the log and to who asks.
    until(lambda: "clock.differs" in a.log.read_text(), "nobody is told")
    assert any("The clock of" in step and "NTP" in step for step in status(a, key)["next"])

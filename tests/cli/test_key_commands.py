"""`bridge keys status`, `use`, `reseal` and `renew`, as an operator gives them."""

from __future__ import annotations

import base64

import pytest

from bridge.ports.keys import Instance
from bridge.settings import load
from bridge.stores.sealing import master_key_id
from bridge.stores.sql import SqlInstances
from bridge.wiring.database import engine_of
from tests.cli.conftest import KEY, Console

NEW = base64.b64encode(b"n" * 32).decode()
OLD_ID, NEW_ID = master_key_id(b"k" * 32), master_key_id(b"n" * 32)


def test_a_key_is_changed_step_by_step(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "The first start takes the first of master_keys" in console.say("keys", "status").output
    secret = console.add()["client_secret"]
    assert "Next: nothing." in console.say("keys", "status").output
    monkeypatch.setenv("BRIDGE_MASTER_KEYS", f"{NEW},{KEY}")
    said = console.say("keys", "status").output
    assert f"{OLD_ID}  seals since" in said and f"{NEW_ID}  has never sealed" in said
    assert f"`bridge keys use {NEW_ID}`" in said
    console.say("keys", "rotate", "--alg", "ES256")  # still sealed with the old one
    rows = {key["id"]: key["rows"] for key in console.json("keys", "status")["master"]}
    assert rows == {OLD_ID: 3, NEW_ID: 0}
    assert console.json("keys", "use") == {"used": NEW_ID}
    assert console.json("keys", "reseal") == {"resealed": 3}
    monkeypatch.setenv("BRIDGE_MASTER_KEYS", NEW)
    assert console.json("keys", "list")
    assert console.json("client", "rotate-secret", "portal")["client_secret"] != secret
    monkeypatch.setenv("BRIDGE_MASTER_KEYS", KEY)
    for words in (("keys", "list"), ("keys", "use"), ("keys", "reseal"), ("keys", "renew", "forms")):
        said = console.say(*words, wanted=1).output
        assert said.count("\n") == 1 and NEW_ID in said and "add the one that sealed it" in said
    assert f"{NEW_ID} seals, and is not among the master_keys here" in console.say("keys", "status").output


def test_an_instance_that_would_not_open_it_is_named(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.add()
    monkeypatch.setenv("BRIDGE_MASTER_KEYS", f"{NEW},{KEY}")
    engine = engine_of(load(console.folder / "bridge.toml"))
    try:
        now = 4_000_000_000  # later than the database's time: it lives
        SqlInstances(engine).tell(Instance("i", "web-2", (OLD_ID,), -312, now))
    finally:
        engine.dispose()
    refused = console.say("keys", "use", wanted=1).output
    assert refused.count("\n") == 1 and "at web-2: add it to master_keys there" in refused
    said = console.say("keys", "status").output
    assert "Serving: web-2 (1 processes)." in said
    assert "The clock of web-2 is 312 s behind the database's: set both (NTP)." in said
    assert console.json("keys", "status")["instances"][0]["clock_ahead"] == -312


def test_keys_of_hashes_are_renewed(console: Console) -> None:
    console.add()
    assert "hashes in 60 seconds" in console.say("keys", "renew", "forms").output
    assert console.json("keys", "renew", "client-secrets")["number"] == 2
    said = console.say("keys", "status").output
    assert "client-secrets  key 1 hashes; the next one from" in said
    assert "Error" in console.say("keys", "renew", "subject", wanted=2).output


def test_the_signing_keys_of_the_status_say_which_comes_next(console: Console) -> None:
    for _ in range(2):
        console.say("keys", "rotate", "--alg", "ES256")
    (row,) = console.json("keys", "status")["signing"]
    assert row["signs"] != row["next"] and row["next_from"]
    assert "ES256" in console.say("keys", "status").output

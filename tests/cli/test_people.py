"""`bridge people`, beside a bridge that serves: the bundled Valkey is the one that it started."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, InteractionId, SessionKey, Sid, Sub
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import Session
from bridge.domain.subject import Identity, Subject
from bridge.ports.services import Services
from bridge.settings import load
from bridge.stores import embedded
from bridge.wiring import redis, services
from tests.cli.conftest import Console

CDK = "CDK-sophea"


@dataclass
class Signed:
    """A person signed in at the portal, while the bridge serves."""

    console: Console
    services: Services
    sub: Sub

    def sign_in(self) -> None:
        s, now = self.services, int(time.time())
        subject = Subject(s.subject_key.subject_id(CDK), Identity(CDK), now)
        key, sid = SessionKey("a" * 64), Sid("the-sid")
        s.sessions.save(Session(key, sid, subject, now, InteractionId("i")), now)
        person = PersonPrincipal(subject, self.sub, LoginFacts(sid, key, now, "acr"))
        grant_id = GrantId("the-grant")
        origin = Origin("interaction", "i")
        assert s.grants.open(Grant(grant_id, origin, ClientId("portal"), person, ("openid",), now), now)


@pytest.fixture
def signed(console: Console) -> Iterator[Signed]:
    console.with_partner()
    console.say("db", "upgrade")
    console.add()
    settings = load(Path("bridge.toml"))
    with embedded.supervised(settings.data_dir / "redis", lambda why: None):
        running = services.build(redis.beside(settings))
        client = running.clients.get("portal")
        assert client is not None
        found = Signed(console, running, running.subject_key.sub(client, CDK))
        found.sign_in()
        yield found
        running.close()


def test_a_person_is_found_and_ended_by_the_sub_of_one_application(signed: Signed) -> None:
    console, sub = signed.console, signed.sub
    found = console.json("people", "find", "portal", sub)
    assert found["sub"] == sub and found["consent"] is None
    assert [session["sid"] for session in found["sessions"]] == ["the-sid"]
    assert [(grant["client_id"], grant["offline"]) for grant in found["grants"]] == [("portal", False)]
    said = console.say("people", "find", "portal", sub).stdout
    assert "the-sid" in said and "openid" in said and CDK not in said
    console.say("people", "withdraw-consent", "portal", sub)
    console.say("people", "end-grants", "portal", sub)
    assert console.json("people", "find", "portal", sub)["grants"] == []
    console.say("people", "end-session", "portal", sub, "the-sid")
    assert console.json("people", "find", "portal", sub)["sessions"] == []
    assert "ended already" in console.say("people", "end-session", "portal", sub, "the-sid", wanted=1).output
    events = [row["event"] for row in console.json("audit", "list", "--subject", "portal")]
    assert events[:6] == [
        "person.seen",
        "person.session_ended",
        "person.seen",
        "person.grants_ended",
        "person.consent_withdrawn",
        "person.seen",
    ]


def test_crossing_takes_a_reason(signed: Signed) -> None:
    console, sub = signed.console, signed.sub
    assert "--reason" in console.say("people", "everywhere", "portal", sub, wanted=2).output
    assert "reason" in console.say("people", "everywhere", "portal", sub, "--reason", " ", wanted=1).output
    reason = ("--reason", "A stolen phone")
    whole = console.json("people", "everywhere", "portal", sub, *reason)
    assert [session["clients"] for session in whole["sessions"]] == [["portal"]]
    console.say("people", "end-everywhere", "portal", sub, *reason)
    assert console.json("people", "everywhere", "portal", sub, *reason)["sessions"] == []
    looks = signed.services.person_looks.of(signed.services.subject_key.subject_id(CDK), limit=9)
    assert [(look.role, look.reason) for look in looks] == [("command line", "A stolen phone")] * 3


def test_whoever_is_not_known_there_is_told_alike(signed: Signed) -> None:
    for client, sub in (("portal", "nobody"), ("none", signed.sub)):
        said = signed.console.say("people", "find", client, sub, wanted=1).output
        assert "This application knows nobody by this sub." in said


def test_where_no_bridge_runs_it_says_that_redis_is_not_there(console: Console) -> None:
    console.with_partner()
    console.say("db", "upgrade")
    console.add()
    assert "Redis" in console.say("people", "find", "portal", "nobody", wanted=1).output

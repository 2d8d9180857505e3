"""Back-channel logout with everything real: two workers, relying parties on sockets, tokens they check.

OpenID Connect Back-Channel Logout 1.0. Nothing here waits for a time: each test waits for what it wants.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from bridge.domain.subject import UpstreamToken
from tests.logout.conftest import Parties
from tests.logout.relying_party import LogoutReceiver
from tests.outbound.receivers import Receiver
from tests.support.pages import kind, sign_out, visit
from tests.support.running import Running, Visitor
from tests.support.tools import NODE_PROJECT, Node
from tests.support.waiting import until
from tests.support.world import Tokens

LONG = 60  # seconds until a failed attempt is repeated, or another worker goes on


def by_the_person(world: Running, person: Visitor, _: Tokens) -> None:
    assert kind(world, sign_out(world, person)) == "signed_out"


def by_the_application(world: Running, person: Visitor, tokens: Tokens) -> None:
    bye = "https://portal.example/bye"
    wish = f"/logout?id_token_hint={tokens['id_token']}&post_logout_redirect_uri={bye}"
    assert visit(world, person, world.issuer + wish).location == bye


def by_another_person(world: Running, person: Visitor, _: Tokens) -> None:
    page = world.sign_in(person, "own", persona="dara", prompt="login")
    assert kind(world, page) == "code"


def by_camdigikey(world: Running, _: Visitor, tokens: Tokens) -> None:
    """The token was ended there, and the watch finds out at a refresh."""
    world.connector.logout(upstream_of(world, tokens.id_token["sid"]))
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    until(lambda: world.token("portal", **form).status == 400, "the watch finds nothing", LONG)


def upstream_of(world: Running, sid: str) -> UpstreamToken:
    sessions, now = world.services.sessions, int(world.services.clock())
    for persona in world.simulator.service.people.all():
        subject_id = world.services.subject_key.subject_id(persona.camdigikey_id)
        for session in (sessions.peek(key) for key in sessions.by_subject(subject_id, now)):
            if session and session.session and session.session.sid == sid and session.session.upstream:
                return session.session.upstream
    raise AssertionError("that Session is not there")


def logout_token_for(receiver: LogoutReceiver, sid: str) -> Mapping[str, Any]:
    """What an application hears of the end of this Session."""
    return until(
        lambda: next(iter(receiver.hears(sid)), None), f"{receiver.client_id}: {receiver.faults}", LONG
    )


def all_is_sent(world: Running) -> None:
    until(lambda: world.services.outbox.count()["waiting"] == 0, "something is still to be sent", LONG)


def sent(world: Running) -> list[tuple[str, str]]:
    """What the log says of messages: how each attempt ended, and whose it was."""
    lines = [json.loads(line) for line in world.log.read_text().splitlines() if line.startswith("{")]
    return [(line["event"], line["client_id"]) for line in lines if line["event"].startswith("outbox.")]


@pytest.mark.parametrize("ended", [by_the_person, by_the_application, by_another_person, by_camdigikey])
def test_every_application_of_a_session_hears_once_of_its_end(
    parties: Parties, ended: Callable[[Running, Visitor, Tokens], None]
) -> None:
    """§2.4: each by the sub that it knows the person by, and all by the sid of their ID tokens."""
    world, person = parties.world, parties.world.person()
    tokens = {name: parties.signed_in(person, name) for name in ("portal", "office")}
    offline = parties.signed_in(person, "office", scope="openid offline_access")
    sid = tokens["portal"].id_token["sid"]
    ended(world, person, tokens["portal"])
    for name, known in tokens.items():
        heard = logout_token_for(parties.receivers[name], sid)
        assert (heard["sub"], heard["sid"]) == (known.id_token["sub"], known.id_token["sid"])
        assert world.userinfo(known["access_token"])[0] == 401
    assert tokens["portal"].id_token["sub"] != tokens["office"].id_token["sub"]
    all_is_sent(world)
    assert [len(parties.receivers[name].hears(sid)) for name in tokens] == [1, 1]
    assert not any(receiver.faults for receiver in parties.receivers.values())
    # §2.7: an offline grant stays.
    form = {"grant_type": "refresh_token", "refresh_token": offline["refresh_token"]}
    assert world.token("office", **form).status == 200


def test_openid_clients_application_hears_of_it_too(parties: Parties, node: Node) -> None:
    """jose checks the token; discovery has said that it will come (Back-Channel Logout §2.1)."""
    world, person = parties.world, parties.world.person()
    with listening(parties, node) as lines:
        assert json.loads(next(lines)) == {"supported": True, "with_sid": True}
        known = parties.signed_in(person, "node").id_token
        sign_out(world, person)
        heard = json.loads(next(lines))
        all_is_sent(world)
    assert (heard.get("sub"), heard.get("sid")) == (known["sub"], known["sid"]), heard


@contextmanager
def listening(parties: Parties, node: Node) -> Iterator[Iterator[str]]:
    """The lines that the application in JavaScript says."""
    environ = {
        "PATH": os.environ["PATH"],
        "ISSUER": parties.world.issuer,
        "CLIENT_ID": "node",
        "CLIENT_SECRET": parties.world.secrets["node"],
        "PORT": str(parties.ports["node"]),
    }
    command = [str(node.executable), "logout.mjs"]
    with subprocess.Popen(
        command, cwd=NODE_PROJECT, env=environ, text=True, stdout=subprocess.PIPE
    ) as script:
        assert script.stdout is not None
        try:
            yield iter(script.stdout)
        finally:
            script.kill()


@contextmanager
def holding(receiver: LogoutReceiver) -> Iterator[threading.Event]:
    """It takes what comes, and answers nothing until the event is set."""
    held = receiver.held = threading.Event()
    try:
        yield held
    finally:
        held.set()
        receiver.held = None


def test_a_slow_and_a_dead_application_delay_neither_the_answer_nor_the_others(parties: Parties) -> None:
    world, person, slow = parties.world, parties.world.person(), parties.receivers["slow"]
    before = len(slow.receiver.requests)
    for name in ("slow", "dead", "portal"):
        tokens = parties.signed_in(person, name)
    sid = tokens.id_token["sid"]
    with holding(slow) as free:
        assert kind(world, sign_out(world, person)) == "signed_out"
        until(lambda: len(slow.receiver.requests) > before, "the slow one is not asked")
        logout_token_for(parties.receivers["portal"], sid)
        assert not slow.hears(sid)
        free.set()
        logout_token_for(slow, sid)
    until(lambda: ("outbox.again", "dead") in sent(world), "the dead one is not tried")
    back = LogoutReceiver("dead", Receiver(None, port=parties.ports["dead"]), issuer=world.issuer)
    logout_token_for(back, sid)
    all_is_sent(world)
    back.receiver.close()


def test_what_a_killed_worker_was_sending_is_sent_by_another(parties: Parties) -> None:
    world, person, slow = parties.world, parties.world.person(), parties.receivers["slow"]
    sid = parties.signed_in(person, "slow").id_token["sid"]
    before = len(slow.receiver.requests)
    with holding(slow) as free:
        sign_out(world, person)
        until(lambda: len(slow.receiver.requests) > before, "nobody sends")
        (sender,) = connected_to(world, slow.receiver.port)
        sender.kill()
        slow.held = None
        logout_token_for(slow, sid)
        free.set()
    all_is_sent(world)
    assert not slow.faults


def connected_to(world: Running, port: int) -> list[psutil.Process]:
    """The workers that have a connection to this port."""
    return [
        process
        for process in map(psutil.Process, world.workers())
        if any(connection.raddr and connection.raddr.port == port for connection in process.net_connections())
    ]

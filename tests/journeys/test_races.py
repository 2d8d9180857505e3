"""Races over four worker processes: of a hundred requests at once, one counts."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests.structures import CaseInsensitiveDict

from bridge.app import create_app
from tests.support.person import Page
from tests.support.running import AT_ONCE, WORKERS, Answer, Running, Visitor
from tests.support.world import VERIFIER

OFFLINE = "openid offline_access"


def refresh(running: Running, client_id: str, token: str) -> list[Answer]:
    form, headers = running.token_request(client_id, grant_type="refresh_token", refresh_token=token)
    return running.race("POST", running.issuer + "/token", form, headers)


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def is_invalid_grant(answer: Answer) -> bool:
    return answer.status == 400 and json.loads(answer.body)["error"] == "invalid_grant"


def sockets(pid: int) -> int:
    links = (os.readlink(handle) for handle in Path(f"/proc/{pid}/fd").iterdir())
    return sum(link.startswith("socket:") for link in links)


def test_a_hundred_connections_are_spread_over_all_workers(running: Running) -> None:
    workers = running.workers()
    assert len(workers) == WORKERS
    before = [sockets(pid) for pid in workers]
    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            connection = HTTPConnection(urlsplit(running.issuer).netloc, timeout=20)
            stack.callback(connection.close)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
        held = [sockets(pid) - known for pid, known in zip(workers, before, strict=True)]
    assert min(held) > 0, held


@pytest.mark.parametrize("client_id", ["web", "spa"])
def test_one_code_gives_tokens_once_and_they_are_dead_after_the_losers(
    running: Running, client_id: str
) -> None:
    page = running.sign_in(running.person(), client_id)
    client = running.services.clients.get(client_id)
    assert client is not None
    form, headers = running.token_request(
        client_id,
        grant_type="authorization_code",
        code=page.params["code"],
        redirect_uri=client.redirect_uris[0],
        code_verifier=VERIFIER,
    )
    answers = running.race("POST", running.issuer + "/token", form, headers)
    assert statuses(answers) == {200: 1, 400: AT_ONCE - 1}
    won = next(json.loads(answer.body) for answer in answers if answer.status == 200)
    assert sum(is_invalid_grant(answer) for answer in answers) == AT_ONCE - 1
    assert running.userinfo(won["access_token"])[0] == 401
    again = running.token(client_id, grant_type="refresh_token", refresh_token=won["refresh_token"])
    assert (again.status, again["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("scope", ["openid", OFFLINE])
def test_a_public_clients_refresh_token_rotates_once_and_everyone_gets_the_same_answer(
    running: Running, scope: str
) -> None:
    tokens = running.tokens(running.sign_in(running.person(), "spa", scope=scope), "spa")
    old = tokens["refresh_token"]
    answers = refresh(running, "spa", old)
    assert statuses(answers) == {200: AT_ONCE}
    assert len({answer.body for answer in answers}) == 1
    new = json.loads(answers[0].body)
    assert new["refresh_token"] != old
    assert running.userinfo(new["access_token"])[0] == 200

    # Half a minute later the same token is stolen goods. (The clock of one more worker is ahead.)
    late = replace(running.services, clock=lambda: time.time() + 31)
    reused = (
        create_app(running.settings, late)
        .test_client()
        .post(
            "/token",
            data={"client_id": "spa", "grant_type": "refresh_token", "refresh_token": old},
            base_url=running.issuer,
        )
    )
    assert (reused.status_code, reused.get_json()["error"]) == (400, "invalid_grant")
    assert statuses(refresh(running, "spa", new["refresh_token"])) == {400: AT_ONCE}
    assert running.userinfo(new["access_token"])[0] == 401


@pytest.mark.parametrize(("client_id", "scope"), [("web", "openid"), ("post", OFFLINE)])
def test_a_confidential_clients_refresh_token_works_for_all_at_once(
    running: Running, client_id: str, scope: str
) -> None:
    tokens = running.tokens(running.sign_in(running.person(), client_id, scope=scope), client_id)
    answers = refresh(running, client_id, tokens["refresh_token"])
    assert statuses(answers) == {200: AT_ONCE}
    given = {json.loads(answer.body)["access_token"] for answer in answers}
    assert len(given) == AT_ONCE
    assert {running.userinfo(token)[0] for token in given} == {200}


def callback_of(running: Running, person: Visitor, client_id: str) -> Page:
    """The redirect by which CamDigiKey sends the browser back, with an auth token that nobody used yet."""
    at_camdigikey = person.press(person.visit(running.authorize_url(client_id)), "continue")
    with running.approving("sophea"):
        return person.follow(at_camdigikey, until=running.issuer + "/camdigikey/")


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_one_auth_token_is_exchanged_once_and_gives_one_session(
    version: str, request: pytest.FixtureRequest
) -> None:
    running: Running = request.getfixturevalue("running" if version == "v3" else "running_v2")
    person = running.person()
    back = callback_of(running, person, "own")
    before = running.calls("access_token")
    answers = running.race("GET", back.location, headers={"Cookie": person.cookies})
    assert running.calls("access_token") == before + 1
    assert set(statuses(answers)) <= {303, 400}
    sessions = {session for answer in answers if (session := answer.cookie("bridge_session"))}
    places = {answer.headers.get("Location", "").partition("?")[0] for answer in answers}
    confirms = {place for place in places if "/confirm/" in place}
    assert (len(sessions), len(confirms)) == ((1, 0) if version == "v3" else (0, 1))


def walker(running: Running, cookies: str) -> Callable[[Answer], str]:
    """Follows an answer inside the bridge, with these cookies and those that it sets, to a code or none."""

    def walk(answer: Answer) -> str:
        session = answer.cookie("bridge_session")
        headers = CaseInsensitiveDict[str](answer.headers.items())
        at = Page(running.issuer, answer.status, headers, answer.body.decode())
        person = running.person()
        header = {"Cookie": f"{cookies}; bridge_session={session}" if session else cookies}
        while at.location.startswith(running.issuer):
            at = person.get(at.location, **header)
        assert at.status < 500, at.text
        return at.params.get("code", "") if at.location else ""

    return walk


def test_one_confirmation_gives_one_session_and_one_code(running_v2: Running) -> None:
    running = running_v2
    person = running.person()
    asked = person.follow(person.get(callback_of(running, person, "own").location))
    form = asked.form("continue")
    results: list[Any] = running.race(
        "POST",
        running.issuer + form.action,
        form.fields,
        {"Cookie": person.cookies},
        lambda answer: (answer.cookie("bridge_session"), walker(running, person.cookies)(answer)),
    )
    assert len({session for session, _ in results}) == 1
    [code] = {code for _, code in results}  # all get the answer of the first
    back = Page("", 303, {"Location": f"https://own.example/cb?code={code}"}, "")
    assert running.tokens(back, "own").status == 200


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_one_consent_gives_one_code(version: str, request: pytest.FixtureRequest) -> None:
    running: Running = request.getfixturevalue("running" if version == "v3" else "running_v2")
    person = running.person()
    running.sign_in(person, "own")
    asked = person.visit(running.authorize_url("second", prompt="consent"))
    form = asked.form("continue")
    assert form.action == "/consent"
    codes = running.race(
        "POST",
        running.issuer + form.action,
        form.fields,
        {"Cookie": person.cookies},
        walker(running, person.cookies),
    )
    [code] = set(codes)  # all get the answer of the first
    back = Page("", 303, {"Location": f"https://second.example/cb?code={code}"}, "")
    assert running.tokens(back, "second").status == 200

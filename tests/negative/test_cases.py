"""Each wrong request has its one right answer: never a 500, never a redirect to an unregistered address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.negative.case import Case, encoded
from tests.negative.cases import CASES, CLIENTS
from tests.support.world import CALLBACK, VERIFIER, World, basic

WITH_CLIENT = ("/token", "/introspect", "/revoke")  # endpoints where a client says who it is


def ask(world: World, case: Case) -> TestResponse:
    body = case.raw if case.raw is not None else encoded({**good(world, case), **case.changes})
    headers = dict(case.headers)
    if case.path in WITH_CLIENT and case.client and case.method == "POST" and case.raw is None:
        headers.setdefault("Authorization", basic(case.client, world.secrets.get(case.client, "")))
    how: dict[str, Any] = {"method": case.method, "headers": headers, "base_url": world.issuer}
    if case.method in ("GET", "HEAD", "PUT", "DELETE"):
        return world.app.test_client().open(case.path, query_string=body.decode("latin-1"), **how)
    headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    return world.app.test_client().open(case.path, data=body, **how)


def good(world: World, case: Case) -> dict[str, Any]:
    if case.path == "/authorize":
        return dict(world.authorize_params(case.client))
    if case.path == "/token":
        code = {"grant_type": "authorization_code", "code": "a.b", "redirect_uri": CALLBACK}
        return {**code, "code_verifier": VERIFIER}
    if case.path in WITH_CLIENT:
        return {"token": "a.b"}
    return {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_wrong_request_has_its_right_answer(world: World, case: Case) -> None:
    answer = ask(world, case)
    kind, _, rest = case.answer.partition(" ")
    {"page": is_page, "back": goes_back, "oauth": is_oauth_error}[kind](world, case, answer, rest)


def is_page(world: World, case: Case, answer: TestResponse, status: str) -> None:
    assert answer.status_code == int(status), answer.get_data(as_text=True)[:300]
    assert "Location" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    if case.method != "HEAD" and not case.headers.get("Sec-Purpose"):
        assert answer.mimetype == "text/html"
        assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)
    assert "<script>alert" not in answer.get_data(as_text=True)


def goes_back(world: World, case: Case, answer: TestResponse, error: str) -> None:
    assert answer.status_code == 303, answer.get_data(as_text=True)[:300]
    client = world.services.clients.get(case.client)
    assert client is not None
    location = answer.headers["Location"]
    if case.method == "POST":
        assert not location.startswith("/")
    assert location.startswith(client.redirect_uris[0])
    parts = urlsplit(location)
    in_fragment = {"token", "id_token"} & set(str(case.changes.get("response_type", "")).split())
    assert ("error=" in parts.fragment) is bool(in_fragment)  # OAuth 2.0 Multiple Response Types §5
    params = dict(parse_qsl(parts.fragment or parts.query))
    assert params["error"] == error
    assert params["iss"] == world.issuer
    assert "code" not in params
    state = case.changes.get("state", "st-ate")
    if isinstance(state, str) and len(state) < 100:
        assert params["state"] == state
    else:
        assert "state" not in params


def is_oauth_error(world: World, case: Case, answer: TestResponse, rest: str) -> None:
    status, error = rest.split()
    said = answer.get_json()
    if status == "4xx":
        assert 400 <= answer.status_code < 500
    else:
        assert answer.status_code == int(status), said
    if error != "-":
        assert said["error"] == error
    if answer.status_code == 401:
        assert "WWW-Authenticate" in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("client_id", [client.client_id for client in CLIENTS])
def test_the_cases_own_clients_are_served_when_they_ask_rightly(world: World, client_id: str) -> None:
    """Or their cases could not fail."""
    answer = ask(world, Case("rightly", "", client=client_id))
    assert answer.status_code in (200, 303)
    assert "error=" not in answer.headers.get("Location", "")


def test_there_are_at_least_150_cases_and_each_has_its_own_id() -> None:
    assert len(CASES) >= 150
    assert len({case.id for case in CASES}) == len(CASES)

"""What the API refuses, and how: each case with the clause it is refused by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage import OPERATOR
from bridge.web.api.cursors import seal_cursor
from tests.api.conftest import NEW, ROBOT, Robot, Said, administering, ask
from tests.support.world import World

TARGET, NEIGHBOUR, SENSITIVE = "target", "robot-2", "registry-of-people"


@pytest.fixture(scope="module", autouse=True)
def there(robot: Robot) -> Iterator[None]:
    """An application to be changed, another robot, and one that gets national numbers."""
    robot.register(TARGET)
    robot.world.register(administering(NEIGHBOUR))
    robot.world.register(
        Client(
            ClientId(SENSITIVE),
            "Registry",
            ("https://registry.example/cb",),
            scope=("openid", "national_id"),
            national_id_purpose="to issue licences",
            sector_identifier="registry.example",
        )
    )
    yield


@dataclass(frozen=True)
class Case:
    """A request, and the problem that it is answered with."""

    status: int
    kind: str
    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pointer: str = ""  # of the field that is wrong

    def ask(self, robot: Robot) -> Said:
        return robot.ask(self.method, self.path, self.body, **self.headers)


ANY = {"If_Match": "*"}
JSON_OBJECT = b'{"client_name": "Twice", "redirect_uris": ["https://portal.example/cb"]'


def create(status: int, kind: str, body: Any, pointer: str = "", **headers: str) -> Case:
    return Case(status, kind, "POST", "/clients", body, headers, pointer)


def field_of(pointer: str, **fields: Any) -> Case:
    """A field that is wrong, when an application is registered."""
    return create(422, "invalid-fields", {**NEW, **fields}, pointer)


def set_to(name: str, value: Any) -> Case:
    """What is not one's own to set, in a merge patch."""
    return Case(422, "invalid-fields", "PATCH", f"/clients/{TARGET}", {name: value}, ANY, f"/{name}")


CASES: Mapping[str, Case] = {
    # How a body is written.
    "RFC8259-4 a name twice": create(400, "unreadable-request", JSON_OBJECT + b', "client_name": "Once"}'),
    "RFC8259-4 a name twice, deep": create(
        400, "unreadable-request", JSON_OBJECT + b', "lifetimes": {"code": 1, "code": 2}}'
    ),
    "RFC8259-6 NaN": create(400, "unreadable-request", JSON_OBJECT + b', "default_max_age": NaN}'),
    "RFC8259-6 Infinity": create(400, "unreadable-request", JSON_OBJECT + b', "default_max_age": -Infinity}'),
    "RFC7493-2.2 a number that is not whole": create(
        400, "unreadable-request", JSON_OBJECT + b', "default_max_age": 1.5}'
    ),
    "RFC7493-2.2 a number of 5000 digits": create(
        400, "unreadable-request", JSON_OBJECT + b', "default_max_age": ' + b"9" * 5000 + b"}"
    ),
    "RFC8259-8.1 not UTF-8": create(400, "unreadable-request", b'{"client_name": "\xff"}'),
    "RFC8259-8.1 a byte order mark": create(400, "unreadable-request", b"\xef\xbb\xbf" + JSON_OBJECT + b"}"),
    "RFC8259-8.2 half of a letter": create(400, "unreadable-request", b'{"client_name": "\\ud800"}'),
    "RFC8259-7 NUL": create(400, "unreadable-request", b'{"client_name": "a\\u0000b"}'),
    "RFC8259-7 NUL in a name": create(400, "unreadable-request", b'{"a\\u0000b": 1}'),
    "RFC8259-9 deep": create(400, "unreadable-request", b'{"a":' + b"[" * 20000 + b"]" * 20000 + b"}"),
    "RFC8259-9 deeper than any field": create(400, "unreadable-request", {"lifetimes": [[[[1]]]]}),
    "RFC8259-2 no JSON": create(400, "unreadable-request", b"client_name=Portal"),
    "RFC8259-2 more after it": create(400, "unreadable-request", JSON_OBJECT + b"}{}"),
    "RFC7591-3.1 a list": create(400, "unreadable-request", [NEW]),
    "RFC7591-3.1 null": create(400, "unreadable-request", b"null"),
    "RFC9110-15.5.14 too large": create(413, "too-large", {**NEW, "client_name": "a" * 70000}),
    "RFC9110-15.5.16 a form": create(415, "unsupported-media-type", NEW, Content_Type="text/plain"),
    "RFC9110-15.5.16 another charset": create(
        415, "unsupported-media-type", NEW, Content_Type="application/json; charset=utf-16"
    ),
    "RFC7396-4 a merge patch that registers": create(
        415, "unsupported-media-type", NEW, Content_Type="application/merge-patch+json"
    ),
    "RFC9110-8.4 compressed": create(415, "unsupported-media-type", NEW, Content_Encoding="gzip"),
    "RFC9110-9.3.5 a DELETE with a body": Case(
        400, "unreadable-request", "DELETE", f"/clients/{TARGET}", {}, ANY
    ),
    # How a request is written.
    "RFC9110-15.5.7 another answer is wanted": Case(
        406, "not-acceptable", "GET", "/clients", None, {"Accept": "text/html"}
    ),
    "RFC9110-12.5.1 JSON is not wanted": Case(
        406, "not-acceptable", "GET", "/clients", None, {"Accept": "application/json;q=0"}
    ),
    "RFC9110-9.1 another method by a header": Case(
        400, "unreadable-request", "POST", "/clients", NEW, {"X_HTTP_Method_Override": "DELETE"}
    ),
    "RFC9110-9.1 by another header": Case(
        400, "unreadable-request", "GET", f"/clients/{TARGET}", None, {"X_Method_Override": "PATCH"}
    ),
    "RFC9110-15.5.6 a method that it has not": Case(405, "method-not-allowed", "PUT", "/clients", NEW),
    "RFC9110-15.5.6 TRACE": Case(405, "method-not-allowed", "TRACE", "/clients"),
    "RFC3986-3.4 a parameter that there is not": Case(400, "unreadable-request", "GET", "/clients?page=2"),
    "RFC3986-3.4 a parameter twice": Case(400, "unreadable-request", "GET", "/clients?limit=1&limit=2"),
    "RFC6750-2.3 a token in the query": Case(400, "unreadable-request", "GET", "/clients?access_token=abc"),
    "RFC3986-3.4 no number": Case(400, "unreadable-request", "GET", "/clients?limit=ten"),
    "RFC3986-3.4 digits of Khmer": Case(400, "unreadable-request", "GET", "/clients?limit=%E1%9F%A1"),
    "RFC3986-3.4 below the least": Case(400, "unreadable-request", "GET", "/clients?limit=0"),
    "RFC3986-3.4 above the most": Case(400, "unreadable-request", "GET", "/clients?limit=201"),
    "RFC3986-3.4 beyond every number": Case(400, "unreadable-request", "GET", f"/audit?since={'9' * 40}"),
    "RFC3986-2.1 not UTF-8": Case(400, "unreadable-request", "GET", "/clients?q=%ff"),
    "RFC3986-2.1 NUL": Case(400, "unreadable-request", "GET", "/clients?q=a%00b"),
    "RFC3986-3.4 an event that there is not": Case(
        400, "unreadable-request", "GET", "/audit?event=client.loved"
    ),
    # Addresses.
    "RFC9110-15.5.5 nobody's id": Case(404, "not-found", "GET", "/clients/nobody"),
    "RFC9110-15.5.5 the console": Case(404, "not-found", "GET", "/clients/bridge-console"),
    "RFC9110-15.5.5 another version of the API": Case(404, "not-found", "GET", "/../v2/clients"),
    "RFC9110-15.5.5 nothing": Case(404, "not-found", "GET", "/secrets"),
    "RFC3986-3.3 a slash at the end": Case(404, "not-found", "GET", "/clients/"),
    "RFC3986-3.3 two slashes": Case(404, "not-found", "GET", f"//clients/{TARGET}"),
    "RFC3986-2.2 a slash in an id": Case(404, "not-found", "GET", f"/clients/{TARGET}%2f"),
    "RFC3986-2.2 a slash in an id is none between parts": Case(
        404, "not-found", "GET", f"/clients/{TARGET}%2fsecrets"
    ),
    "RFC3986-2.2 nor is a capital one": Case(404, "not-found", "POST", f"/clients/{TARGET}%2Fdisable"),
    "RFC3986-2.2 nor is a backslash": Case(404, "not-found", "GET", f"/clients/{TARGET}%5csecrets"),
    "RFC3986-2.2 a slash in an id leads nowhere": Case(
        404, "not-found", "GET", f"/clients/x%2f..%2f{TARGET}"
    ),
    "RFC3986-5.2.4 dots": Case(404, "not-found", "GET", f"/clients/x/../{TARGET}"),
    "RFC3986-2.1 encoded twice": Case(404, "not-found", "GET", "/clients/targe%2574"),
    "RFC3986-2.1 NUL in an id": Case(404, "not-found", "GET", f"/clients/{TARGET}%00"),
    "RFC3986-2.1 an id that is not UTF-8": Case(404, "not-found", "GET", "/clients/%ff%fe"),
    "UTS39-4 an id that looks the same": Case(404, "not-found", "GET", "/clients/t%D0%B0rget"),
    "UTR15-1 an id of wide letters": Case(404, "not-found", "GET", "/clients/%EF%BD%94arget"),
    "RFC9110-4.2.3 an id in capitals": Case(404, "not-found", "GET", "/clients/TARGET"),
    "RFC9110-15.5.5 a product that there is not": Case(
        404, "not-found", "GET", f"/clients/{TARGET}/snippets/x"
    ),
    "RFC9110-15.5.5 a secret that there is not": Case(
        404, "not-found", "DELETE", f"/clients/{TARGET}/secrets/0", None, ANY
    ),
    # Versions.
    "RFC6585-3 a PATCH without one": Case(428, "version-required", "PATCH", f"/clients/{TARGET}", {}),
    "RFC6585-3 a PUT without one": Case(428, "version-required", "PUT", f"/clients/{TARGET}", NEW),
    "RFC6585-3 a DELETE without one": Case(428, "version-required", "DELETE", f"/clients/{TARGET}"),
    "RFC6585-3 a new secret without one": Case(
        428, "version-required", "POST", f"/clients/{TARGET}/secrets", {}
    ),
    "RFC9110-13.1.1 another one": Case(
        412, "stale", "PATCH", f"/clients/{TARGET}", {"client_name": "X"}, {"If_Match": '"0"'}
    ),
    "RFC9110-13.1.1 another one, nothing to change": Case(
        412, "stale", "PATCH", f"/clients/{TARGET}", {}, {"If_Match": '"0"'}
    ),
    "RFC9110-13.1.1 a deletion of another one": Case(
        412, "stale", "DELETE", f"/clients/{TARGET}", None, {"If_Match": '"0", "1"'}
    ),
    "RFC9110-8.8.3 not quoted": Case(
        400, "unreadable-request", "PATCH", f"/clients/{TARGET}", {}, {"If_Match": "0"}
    ),
    "RFC9110-8.8.3 a list with nothing in it": Case(
        400, "unreadable-request", "PATCH", f"/clients/{TARGET}", {}, {"If_Match": '"0",,'}
    ),
    "RFC9110-13.1.1 where it means nothing": create(400, "unreadable-request", NEW, If_Match="*"),
    "RFC9110-13.1.2 If-None-Match that can't be read": Case(
        400, "unreadable-request", "GET", f"/clients/{TARGET}", None, {"If_None_Match": "abc"}
    ),
    "draft-idempotency-key-2.1 with a blank": create(400, "unreadable-request", NEW, Idempotency_Key="a b"),
    # What is not one's own to set.
    "API3-2023 another id": set_to("client_id", "other"),
    "API3-2023 an id that is no text": set_to("client_id", None),
    "API3-2023 when it was registered": set_to("client_id_issued_at", 1),
    "API3-2023 switched off by a field": set_to("enabled", False),
    "API3-2023 how many secrets live": set_to("live_secrets", 2),
    "API3-2023 true is not one": set_to("live_secrets", True),
    "API3-2023 hashes of secrets": set_to("secret_hashes", ["x"]),
    "API3-2023 a secret": set_to("client_secret", "chosen-by-me"),
    "API3-2023 who manages it": set_to("managed_by", "me"),
    "API3-2023 a version": set_to("version", "1"),
    "API3-2023 Python's own": set_to("__class__", "x"),
    "API3-2023 the console's id": create(409, "refused", {**NEW, "client_id": "bridge-console"}),
    "API3-2023 an id that is taken": create(409, "refused", {**NEW, "client_id": TARGET}),
    "API3-2023 a time when it is registered": field_of("/client_id_issued_at", client_id_issued_at=1),
    "OIDC-Registration-8.1 the sector of people's sub": Case(
        409, "refused", "PATCH", f"/clients/{TARGET}", {"sector_identifier": "other.example"}, ANY
    ),
    # Fields.
    "RFC7591-2 no name": create(
        422, "invalid-fields", {"redirect_uris": NEW["redirect_uris"]}, "/client_name"
    ),
    "RFC7591-2 a name that is empty": field_of("/client_name", client_name=""),
    "RFC7591-2 a name that is a number": field_of("/client_name", client_name=1),
    "RFC7591-2 null where a value has to be": field_of("/grant_types", grant_types=None),
    "RFC7591-2 one text in place of a list": field_of("/redirect_uris", redirect_uris="https://a.example/"),
    "RFC7591-2 a list in a list": field_of("/redirect_uris/0", redirect_uris=[["https://a.example/"]]),
    "RFC7591-2 an entry twice": field_of("/redirect_uris", redirect_uris=["https://a.example/"] * 2),
    "RFC7591-2 51 entries": field_of(
        "/redirect_uris", redirect_uris=[f"https://a.example/{number}" for number in range(51)]
    ),
    "RFC7591-2 a scope that is a list": field_of("/scope", scope=["openid"]),
    "RFC7591-2 a grant type that there is not": field_of("/grant_types/0", grant_types=["password"]),
    "RFC7591-2 a method that there is not": field_of(
        "/token_endpoint_auth_method", token_endpoint_auth_method="private_key_jwt"
    ),
    "RFC7591-2 a switch that is a text": field_of("/require_pkce", require_pkce="false"),
    "RFC7591-2 a number that is a switch": field_of("/default_max_age", default_max_age=True),
    "RFC7591-2 a number below nothing": field_of("/default_max_age", default_max_age=-1),
    "RFC7591-2 a lifetime that there is not": field_of("/lifetimes", lifetimes={"session": 1}),
    "RFC7591-2 a lifetime that is too long": field_of("/lifetimes/code", lifetimes={"code": 86400}),
    "RFC7591-2 a pointer's own letters": field_of("/a~1b~0c", **{"a/b~c": 1}),
    "RFC6749-3.1.2 a fragment": field_of("", redirect_uris=["https://a.example/#x"]),
    "RFC9700-2.1 http": field_of("", redirect_uris=["http://a.example/"]),
    "RFC9700-4.1 the issuer's own address": field_of(
        "", redirect_uris=["http://127.0.0.1:8080/admin/callback"]
    ),
    "RFC7591-2 direction marks in a name": field_of("", client_name="Portal\u202etropaer"),
    "RFC7591-2 a secret's wish that is no switch": Case(
        422, "invalid-fields", "POST", f"/clients/{TARGET}/secrets", {"at_once": "yes"}, ANY, "/at_once"
    ),
    "RFC7591-2 a secret's wish that there is not": Case(
        422, "invalid-fields", "POST", f"/clients/{TARGET}/secrets", {"secret": "mine"}, ANY, "/secret"
    ),
    # Escalation.
    "RFC6749-3.3 scopes of administration when registering": create(
        403,
        "forbidden",
        {**NEW, "redirect_uris": [], "grant_types": ["client_credentials"], "scope": "bridge.admin.read"},
    ),
    "RFC6749-3.3 scopes of administration by a change": Case(
        403,
        "forbidden",
        "PATCH",
        f"/clients/{TARGET}",
        {"redirect_uris": [], "grant_types": ["client_credentials"], "scope": "bridge.admin.audit"},
        ANY,
    ),
    "RFC7592-2.2 its own scopes": Case(
        403, "forbidden", "PATCH", f"/clients/{ROBOT}", {"scope": "bridge.admin.read"}, ANY
    ),
    "RFC7592-2.2 its own secret": Case(403, "forbidden", "POST", f"/clients/{ROBOT}/secrets", {}, ANY),
    "RFC7592-2.3 itself": Case(403, "forbidden", "DELETE", f"/clients/{ROBOT}", None, ANY),
    "RFC7592-2.2 another robot's secret": Case(
        403, "forbidden", "POST", f"/clients/{NEIGHBOUR}/secrets", {}, ANY
    ),
    "RFC7592-2.2 another robot's name": Case(
        403, "forbidden", "PATCH", f"/clients/{NEIGHBOUR}", {"client_name": "Mine"}, ANY
    ),
    "RFC7592-2.2 another robot, kept out": Case(403, "forbidden", "POST", f"/clients/{NEIGHBOUR}/disable"),
    "RFC7592-2.3 another robot, deleted": Case(
        403, "forbidden", "DELETE", f"/clients/{NEIGHBOUR}", None, ANY
    ),
}

PROPOSED = {
    "DESIGN-6.8 national numbers when registering": create(
        202,
        "",
        {**NEW, "scope": "openid national_id", "national_id_purpose": "to know everybody"},
    ),
    "DESIGN-6.8 national numbers by a change": Case(
        202,
        "",
        "PATCH",
        f"/clients/{TARGET}",
        {"scope": "openid national_id", "national_id_purpose": "to know everybody"},
        ANY,
    ),
    "DESIGN-6.8 CamDigiKey's id by a change": Case(
        202, "", "PATCH", f"/clients/{TARGET}", {"scope": "openid camdigikey_id"}, ANY
    ),
    "DESIGN-6.8 where national numbers go": Case(
        202,
        "",
        "PATCH",
        f"/clients/{SENSITIVE}",
        {"redirect_uris": ["https://thief.example/cb"]},
        ANY,
    ),
    "DESIGN-6.8 where national numbers go, as a whole": Case(
        202,
        "",
        "PUT",
        f"/clients/{SENSITIVE}",
        {
            "client_name": "Registry",
            "redirect_uris": ["https://thief.example/cb"],
            "scope": "openid national_id",
            "national_id_purpose": "to issue licences",
        },
        ANY,
    ),
    "DESIGN-6.8 a secret of who gets national numbers": Case(
        202, "", "POST", f"/clients/{SENSITIVE}/secrets", {}, ANY
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_it_is_refused(robot: Robot, id: str) -> None:
    case, clients = CASES[id], robot.world.services.clients
    before = [clients.latest(name) for name in (TARGET, NEIGHBOUR, SENSITIVE, ROBOT)], len(clients.all())
    said = case.ask(robot)
    assert said.problem == (case.status, case.kind), said.body
    if case.kind == "invalid-fields":
        assert case.pointer in [error["pointer"] for error in said["errors"]], said.body
    assert said.headers["Cache-Control"] == "no-store" and "X-Request-Id" in said.headers
    after = [clients.latest(name) for name in (TARGET, NEIGHBOUR, SENSITIVE, ROBOT)], len(clients.all())
    assert after == before


@pytest.mark.parametrize("id", PROPOSED)
def test_it_is_proposed_and_not_made(robot: Robot, id: str) -> None:
    case, clients = PROPOSED[id], robot.world.services.clients
    before = [clients.latest(name) for name in (TARGET, SENSITIVE)], len(clients.all())
    said = case.ask(robot)
    assert said.status == 202 and len(said["proposals"]) == 1, said.body
    assert ([clients.latest(name) for name in (TARGET, SENSITIVE)], len(clients.all())) == before
    approvals = robot.world.app.extensions["bridge"].administration.approvals
    proposal = approvals.get(OPERATOR, said["proposals"][0])
    assert proposal.proposed_by.startswith("client:") and proposal.state == "open"


def list_of(robot: Robot) -> str:
    cursor: str = robot.get("/clients?limit=1")["next_cursor"]
    return cursor


def sealed(robot: Robot, about: tuple[str, ...], place: tuple[str, ...]) -> str:
    return seal_cursor(robot.world.services.sealer, about, place)


CURSORS: Mapping[str, Callable[[Robot], str]] = {
    "CWE-565 made up": lambda robot: "eyJuYW1lIjoiYSJ9",
    "CWE-565 changed": lambda robot: list_of(robot)[:-2] + "AA",
    "CWE-565 cut": lambda robot: list_of(robot)[:20],
    "CWE-565 not ASCII": lambda robot: "%E1%9E%80",
    "CWE-639 of another list": lambda robot: sealed(robot, ("list_audit", f"client:{ROBOT}", ""), ("1",)),
    "CWE-639 of another application": lambda robot: sealed(
        robot, ("list_clients", f"client:{NEIGHBOUR}", ""), ("a", "b")
    ),
    "CWE-639 of another search": lambda robot: sealed(
        robot, ("list_clients", f"client:{ROBOT}", "web"), ("a", "b")
    ),
    "CWE-565 sealed for something else": lambda robot: robot.world.services.sealer.seal("admin_login", b"[]"),
}


@pytest.mark.parametrize("id", CURSORS)
def test_no_cursor_is_taken_but_the_lists_own(robot: Robot, id: str) -> None:
    said = robot.get(f"/clients?limit=1&cursor={CURSORS[id](robot)}")
    assert said.problem == (400, "invalid-cursor")


def test_a_cursor_says_nothing_of_what_it_holds(robot: Robot) -> None:
    assert robot.get("/clients?limit=1")["items"][0]["client_id"] not in list_of(robot)


def test_a_method_that_it_has_not_is_answered_with_those_that_it_has(robot: Robot) -> None:
    """RFC 9110 §15.5.6."""
    said = robot.ask("POST", f"/clients/{TARGET}")
    assert said.problem == (405, "method-not-allowed")
    assert set(said.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT", "PATCH", "DELETE"}


def test_a_foreign_host_gets_a_problem_too(world: World, robot: Robot) -> None:
    """RFC 9110 §15.5.20."""
    said = ask(
        world, "GET", "/clients", None, {"Host": "evil.example", "Authorization": f"Bearer {robot.token}"}
    )
    assert said.problem == (421, "misdirected")


def test_a_refusal_repeats_nothing_that_was_sent(robot: Robot) -> None:
    said = robot.ask("PATCH", f"/clients/{TARGET}", {"client_secret": "do-not-tell"}, If_Match="*")
    assert "do-not-tell" not in json.dumps(said.body)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) + len(CURSORS) >= 120

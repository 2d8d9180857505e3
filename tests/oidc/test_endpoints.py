"""The table of endpoints, walked: every row is routed as it says, and every route is a row."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask, request
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from bridge.oidc.discovery import document
from bridge.oidc.endpoints import ENDPOINTS, MAX_TOKEN_FORM, Endpoint, endpoint_of, speaks_json
from bridge.web import views
from bridge.web.routes import View, mount
from tests.oidc.house import ISSUER, House

ROWS = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)


def stub() -> Response:
    return Response("seen")


def stub_with_steps(**steps: str) -> Response:
    return Response(",".join(f"{name}={value}" for name, value in steps.items()) or "seen")


@pytest.fixture
def app() -> Flask:
    """Every row with a view that only says that it was reached."""
    app = Flask("tests", static_folder=None)
    mount(app, {row.name: dict.fromkeys(row.methods, stub_with_steps) for row in ENDPOINTS})
    return app


def address(path: str) -> str:
    return path.replace("<connector>", "north").replace("<key>", "abc")


def rules(app: Flask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


@ROWS
def test_a_row_answers_at_its_paths_by_its_methods_and_no_other(app: Flask, endpoint: Endpoint) -> None:
    """RFC 9110 §15.5.6: any other method is 405, with those that are allowed."""
    client = app.test_client()
    for path in endpoint.paths:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            said = client.open(address(path), method=method)
            if method in endpoint.methods:
                assert said.status_code == 200, (method, path)
            else:
                assert said.status_code == 405, (method, path)
                assert set(endpoint.methods) <= set(said.headers["Allow"].split(", "))


def test_every_route_is_a_row() -> None:
    app = Flask("tests", static_folder=None)
    mount(app, views.VIEWS)
    assert {(rule.endpoint, rule.rule) for rule in rules(app)} == {
        (endpoint.name, path) for endpoint in ENDPOINTS for path in endpoint.paths
    }


@pytest.mark.parametrize(
    "change",
    [{"token": {}}, {"token": {"GET": stub, "POST": stub}}, {"tokens": {"POST": stub}}],
    ids=["a method without a view", "a view without a method", "a view without a row"],
)
def test_a_table_and_views_that_differ_stop_the_start(change: dict[str, dict[str, View]]) -> None:
    with pytest.raises(LookupError):
        mount(Flask("tests"), {**views.VIEWS, **change})


def test_a_step_of_a_path_is_given_to_the_view(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/camdigikey/north/callback").text == "connector=north"
    assert client.get("/camdigikey/callback").text == "seen"
    assert client.post("/confirm/abc/no").text == "key=abc"


@ROWS
def test_the_cache_rule_is_the_rows(app: Flask, endpoint: Endpoint) -> None:
    said = app.test_client().open(address(endpoint.paths[0]), method=endpoint.methods[0])
    assert said.headers["Cache-Control"] == endpoint.cache_control


def test_only_what_says_nothing_of_anybody_may_be_kept() -> None:
    """DESIGN §6.15."""
    kept = {endpoint.name for endpoint in ENDPOINTS if endpoint.cache_control != "no-store"}
    assert kept == {"jwks", "discovery", "look", "logo"}


@ROWS
def test_a_preflight_is_answered_where_pages_may_ask(app: Flask, endpoint: Endpoint) -> None:
    """Fetch §4.8."""
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    said = app.test_client().options(address(endpoint.paths[0]), headers=headers)
    allowed = said.headers.get("Access-Control-Allow-Origin")
    match endpoint.cors:
        case "none":
            assert allowed is None
        case "registered":
            assert (said.status_code, allowed) == (204, "https://app.example")
            assert said.headers["Access-Control-Allow-Methods"] == ", ".join(endpoint.methods)
            assert "Authorization" in said.headers["Access-Control-Allow-Headers"]
            assert said.headers["Vary"] == "Origin"
        case "anyone":
            assert (said.status_code, allowed) == (204, "*")


def test_what_applications_pages_may_ask() -> None:
    """DESIGN §6.15; revocation too: a page that signs out gives its tokens back."""
    registered = {endpoint.name for endpoint in ENDPOINTS if endpoint.cors == "registered"}
    assert registered == {"token", "userinfo", "revocation"}
    assert {endpoint.name for endpoint in ENDPOINTS if endpoint.cors == "anyone"} == {"jwks", "discovery"}


@pytest.mark.parametrize("size", [0, MAX_TOKEN_FORM, MAX_TOKEN_FORM + 1])
def test_a_body_beyond_the_rows_limit_is_refused(size: int) -> None:
    """RFC 9110 §15.5.14."""

    def read() -> Response:
        return Response(str(len(request.get_data())))

    app = Flask("tests", static_folder=None)
    stubs: dict[str, Mapping[str, View]] = {
        row.name: {method: stub_with_steps for method in row.methods} for row in ENDPOINTS
    }
    mount(app, {**stubs, "introspection": {"POST": read}})
    said = app.test_client().post("/introspect", data=b"x" * size)
    assert said.status_code == (200 if size <= MAX_TOKEN_FORM else 413)


@ROWS
def test_a_path_leads_to_its_row(endpoint: Endpoint) -> None:
    for path in endpoint.paths:
        assert endpoint_of(address(path)) is endpoint


@pytest.mark.parametrize("path", ["", "/tokens", "/token/", "/camdigikey", "/confirm/", "/confirm/a/b", "/x"])
def test_another_path_leads_to_none(path: str) -> None:
    assert endpoint_of(path) is None


@pytest.mark.parametrize(
    ("path", "json"),
    [
        ("/token", True),
        ("/introspect", True),
        ("/revoke", True),
        ("/userinfo/emails", True),
        ("/.well-known/nothing", True),
        ("/readyz", True),
        ("/authorize", False),
        ("/logout", False),
        ("/", False),
        ("/nothing", False),
        ("/camdigikey/north/callback", False),
    ],
)
def test_an_error_is_a_page_for_people_and_json_for_programs(path: str, json: bool) -> None:
    assert speaks_json(path) is json


@ROWS
def test_a_row_makes_sense(endpoint: Endpoint) -> None:
    if endpoint.csrf:
        assert "POST" in endpoint.methods and endpoint.audience == "person"
    if endpoint.get_acts or endpoint.whole_page_only:
        assert endpoint.audience == "person"
    if endpoint.cors == "anyone":
        assert endpoint.methods == ("GET",)


def test_a_post_by_a_person_is_a_form_of_ours_but_where_the_protocol_lets_applications_post() -> None:
    """OIDC Core §3.1.2.1 and RP-Initiated Logout §2 want POST of any site; no session is read there."""
    open_to_all = {
        row.name for row in ENDPOINTS if row.audience == "person" and "POST" in row.methods and not row.csrf
    }
    assert open_to_all == {"authorize", "logout"}


@ROWS
def test_a_row_says_whether_its_form_is_checked_to_be_ours(endpoint: Endpoint) -> None:
    """DESIGN §6.16: the view does it, for only it knows what the form does; here is which has to."""
    for method, view in views.VIEWS[endpoint.name].items():
        checks = "check_csrf(" in inspect.getsource(view)
        assert checks is (method == "POST" and endpoint.csrf), method


def test_each_endpoint_with_a_name_there_is_in_discovery_and_no_other(house: House) -> None:
    """RFC 8414 §2."""
    found = document(house.policy, house.keys.algs())
    named = {name: value for name, value in found.items() if name.endswith("_endpoint") or name == "jwks_uri"}
    assert named == {row.metadata: ISSUER + row.paths[0] for row in ENDPOINTS if row.metadata}
    assert set(named) == {
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
        "jwks_uri",
    }

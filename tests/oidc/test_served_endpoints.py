"""What applications call directly, through the whole application: methods, CORS, caching, headers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import World, basic

ORIGIN = "https://app.example"  # registered by web
DOCUMENTS = ("/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def post(world: World, path: str, origin: str = ORIGIN, **form: str) -> Any:
    headers = {"Authorization": basic("web", world.secrets["web"]), "Origin": origin}
    return world.app.test_client().post(path, data=form, headers=headers, base_url=world.issuer)


def access_token(world: World) -> str:
    token: str = world.tokens(world.sign_in(world.person()))["access_token"]
    return token


def test_a_page_of_the_client_gives_a_token_back_and_reads_the_answer(world: World) -> None:
    token = access_token(world)
    said = post(world, "/revoke", token=token)
    assert (said.status_code, said.data) == (200, b"")
    assert said.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert said.headers["Cache-Control"] == "no-store"
    assert world.userinfo(token)[0] == 401


@pytest.mark.parametrize("path", ["/revoke", "/token"])
def test_an_error_can_be_read_by_the_clients_page_and_by_no_other(world: World, path: str) -> None:
    """Fetch §3.2: an error is an answer as another."""
    incomplete = {"grant_type": "refresh_token"}
    said = post(world, path, **incomplete)
    assert said.status_code == 400
    assert said.headers["Access-Control-Allow-Origin"] == ORIGIN
    other_origin = post(world, path, "https://other.example", **incomplete)
    assert "Access-Control-Allow-Origin" not in other_origin.headers


def test_introspection_is_for_servers_so_no_page_reads_it(world: World) -> None:
    said = post(world, "/introspect", token=access_token(world))
    assert said.get_json()["active"] is True
    assert said.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in said.headers


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_a_get_is_405_in_json_with_what_is_allowed(world: World, path: str) -> None:
    """RFC 7662 §2.1, RFC 7009 §2.1, RFC 6749 §3.2: POST alone, so that no token stands in an address."""
    said = world.app.test_client().get(path, base_url=world.issuer)
    assert (said.status_code, said.get_json()["error"]) == (405, "invalid_request")
    assert "POST" in said.headers["Allow"]


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
def test_a_token_in_the_query_is_not_seen(world: World, path: str) -> None:
    token = access_token(world)
    said = post(world, f"{path}?token={token}")
    assert said.get_json()["error"] == "invalid_request"
    assert world.userinfo(token)[0] == 200


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_405_by_post_and_answers_preflights(world: World, path: str) -> None:
    client = world.app.test_client()
    said = client.post(path, base_url=world.issuer)
    assert said.status_code == 405
    assert {"GET", "HEAD"} <= set(said.headers["Allow"].split(", "))
    asked = client.options(path, headers={"Origin": "https://any.example"}, base_url=world.issuer)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_the_same_by_the_route_as_before_routing(world: World, path: str) -> None:
    """It is answered before Flask; what stands behind says the same."""
    before = world.app.test_client().get(path, base_url=world.issuer)
    with world.app.test_request_context(path, base_url=world.issuer):
        view: Any = world.app.view_functions["jwks" if path == "/jwks" else "discovery"]
        behind = view()
    assert behind.get_json() == before.get_json()
    for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin"):
        assert behind.headers[name] == before.headers[name]

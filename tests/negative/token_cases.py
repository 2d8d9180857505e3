"""The endpoints where a client authenticates: token, introspection, revocation."""

from __future__ import annotations

from tests.negative.case import HUGE, KHMER, NO, NUL, QUOTES, Case, Value
from tests.support.world import basic


def oauth(id: str, answer: str, path: str = "/token", client: str = "web", **changes: Value) -> Case:
    return Case(id, "oauth " + answer, changes, client, "POST", path)


TOKEN = (
    oauth("RFC6749-5.2 grant_type missing", "400 invalid_request", grant_type=NO),
    oauth("RFC6749-5.2 grant_type unknown", "400 unsupported_grant_type", grant_type="magic"),
    oauth("RFC6749-5.2 grant_type password", "400 unsupported_grant_type", grant_type="password"),
    oauth(
        "RFC6749-5.2 client_credentials by a client without it",
        "400 unauthorized_client",
        grant_type="client_credentials",
    ),
    oauth("RFC6749-5.2 grant_type Khmer", "400 unsupported_grant_type", grant_type=KHMER),
    oauth(
        "RFC6749-3.2 grant_type twice",
        "400 invalid_request",
        grant_type=["authorization_code", "refresh_token"],
    ),
    oauth("RFC6749-5.2 code missing", "400 invalid_request", code=NO),
    oauth("RFC6749-5.2 code unknown", "400 invalid_grant", code="nothing"),
    oauth("RFC6749-5.2 code with a dot", "400 invalid_grant", code="a.b"),
    oauth("RFC6749-5.2 code Khmer", "400 invalid_grant", code=KHMER + "." + KHMER),
    oauth("RFC6749-5.2 code huge", "400 invalid_grant", code=HUGE),
    oauth("RFC6749-5.2 code quotes", "400 invalid_grant", code=QUOTES),
    oauth("RFC6749-5.2 code with NUL", "400 invalid_grant", code=NUL),
    oauth("RFC6749-3.2 code twice", "400 invalid_request", code=["a", "b"]),
    oauth("RFC6749-3.2 redirect_uri twice", "400 invalid_request", redirect_uri=["a", "b"]),
    oauth("RFC6749-5.2 refresh_token missing", "400 invalid_request", grant_type="refresh_token"),
    oauth(
        "RFC6749-5.2 refresh_token unknown",
        "400 invalid_grant",
        grant_type="refresh_token",
        refresh_token="a.b",
    ),
    oauth(
        "RFC6749-5.2 refresh_token Khmer",
        "400 invalid_grant",
        grant_type="refresh_token",
        refresh_token=KHMER,
    ),
    oauth(
        "RFC6749-5.2 refresh_token huge", "400 invalid_grant", grant_type="refresh_token", refresh_token=HUGE
    ),
    Case(
        "RFC6749-5.2 refresh by a client without it",
        "oauth 400 unauthorized_client",
        {"grant_type": "refresh_token", "refresh_token": "a.b"},
        "second",
        "POST",
        "/token",
    ),
)


def client_auth(id: str, answer: str, authorization: str | None, **changes: Value) -> Case:
    headers = {} if authorization is None else {"Authorization": authorization}
    return Case(id, "oauth " + answer, changes, "", "POST", "/token", headers)


CLIENT_AUTH = (
    client_auth("RFC6749-5.2 no client", "401 invalid_client", None),
    client_auth("RFC6749-5.2 unknown client", "401 invalid_client", basic("nobody", "x")),
    client_auth("RFC6749-5.2 wrong secret", "401 invalid_client", basic("web", "wrong")),
    client_auth("RFC6749-5.2 empty secret", "401 invalid_client", basic("web", "")),
    client_auth("RFC6749-5.2 disabled client", "401 invalid_client", basic("off", "x")),
    client_auth("RFC6749-2.3.1 not base64", "401 invalid_client", "Basic !!!"),
    client_auth("RFC6749-2.3.1 no colon", "401 invalid_client", "Basic d2Vi"),
    client_auth("RFC6749-2.3.1 not UTF-8", "401 invalid_client", "Basic //79/w=="),
    client_auth("RFC6749-2.3.1 empty Basic", "401 invalid_client", "Basic "),
    client_auth("RFC6749-2.3.1 Khmer secret", "401 invalid_client", basic("web", KHMER)),
    client_auth("RFC6749-2.3.1 huge Basic", "401 invalid_client", basic("web", "x" * 9000)),
    client_auth("RFC7235-2.1 another scheme", "401 invalid_client", "Digest username=web"),
    client_auth(
        "RFC6749-2.3.1 secret by post where basic is registered",
        "401 invalid_client",
        None,
        client_id="web",
        client_secret="x",
    ),
    client_auth("RFC6749-2.3 basic where post is registered", "401 invalid_client", basic("post", "x")),
    client_auth(
        "RFC6749-2.3 two methods",
        "400 invalid_request",
        basic("web", "x"),
        client_id="web",
        client_secret="x",
    ),
    client_auth(
        "RFC6749-2.1 public way for a confidential client", "401 invalid_client", None, client_id="web"
    ),
    client_auth(
        "RFC6749-2.3 secret for a public client",
        "401 invalid_client",
        None,
        client_id="spa",
        client_secret="x",
    ),
    client_auth("RFC6749-3.2 client_id twice", "400 invalid_request", None, client_id=["spa", "spa"]),
)


def token_cases(clause: str, path: str) -> tuple[Case, ...]:
    """What holds for both endpoints that a client sends a token to."""
    name = path.removeprefix("/")
    wrong_secret = {"Authorization": basic("web", "wrong")}
    return (
        oauth(f"{clause} {name} without a token", "400 invalid_request", path, token=NO),
        oauth(f"{clause} {name} of an empty token", "400 invalid_request", path, token=""),
        oauth(f"{clause} {name} of a token twice", "400 invalid_request", path, token=["a.b", "a.b"]),
        oauth(f"{clause} {name} of a disabled client", "401 invalid_client", path, "off"),
        Case(f"{clause} {name} by nobody", "oauth 401 invalid_client", {}, "", "POST", path),
        Case(
            f"{clause} {name}, wrong secret", "oauth 401 invalid_client", {}, "", "POST", path, wrong_secret
        ),
        Case(f"{clause} {name} by GET", "oauth 405 invalid_request", method="GET", path=path),
        Case(
            f"{clause} {name} by JSON",
            "oauth 400 invalid_request",
            method="POST",
            path=path,
            headers={"Content-Type": "application/json"},
            raw=b'{"token":"a.b"}',
        ),
        Case(
            f"DESIGN-6.14 {name} body too large",
            "oauth 413 invalid_request",
            method="POST",
            path=path,
            raw=b"token=" + b"x" * 70_000,
        ),
    )


INTROSPECTION = (
    *token_cases("RFC7662-2.1", "/introspect"),
    Case(
        "RFC7662-2.1 introspect by a public client",
        "oauth 401 invalid_client",
        {"client_id": "spa"},
        "",
        "POST",
        "/introspect",
    ),
)
REVOCATION = token_cases("RFC7009-2.1", "/revoke")

"""What applications call: by wrong methods, bodies and credentials."""

from __future__ import annotations

from tests.negative.case import Case
from tests.support.world import basic

APPLICATION = (
    Case("RFC6749-3.2 token by GET", "oauth 405 invalid_request", method="GET", path="/token"),
    Case("RFC6749-3.2 token by PUT", "oauth 405 invalid_request", method="PUT", path="/token"),
    Case(
        "RFC6749-3.2 token by JSON",
        "oauth 400 invalid_request",
        method="POST",
        path="/token",
        headers={"Content-Type": "application/json"},
        raw=b'{"grant_type":"authorization_code"}',
    ),
    Case(
        "RFC6749-3.2 token body not UTF-8",
        "oauth 400 invalid_request",
        method="POST",
        path="/token",
        raw=b"grant_type=%ff",
    ),
    Case(
        "DESIGN-6.14 token body too large",
        "oauth 413 invalid_request",
        method="POST",
        path="/token",
        raw=b"a=" + b"b" * 70_000,
    ),
    Case("RFC6750-3.1 userinfo without a token", "oauth 401 -", path="/userinfo"),
    Case(
        "RFC6750-3.1 userinfo with garbage",
        "oauth 401 invalid_token",
        path="/userinfo",
        headers={"Authorization": "Bearer x"},
    ),
    Case(
        "RFC6750-2.1 userinfo with an empty token",
        "oauth 4xx -",
        path="/userinfo",
        headers={"Authorization": "Bearer "},
    ),
    Case(
        "RFC6750-3.1 userinfo with dots",
        "oauth 401 invalid_token",
        path="/userinfo",
        headers={"Authorization": "Bearer a.b.c"},
    ),
    Case(
        "RFC6750-2.1 userinfo by Basic",
        "oauth 401 -",
        path="/userinfo",
        headers={"Authorization": basic("web", "x")},
    ),
    Case("RFC6750-2.3 userinfo by query", "oauth 401 -", path="/userinfo", raw=b"access_token=a.b"),
    Case(
        "RFC6750-2 userinfo by two ways",
        "oauth 400 invalid_request",
        method="POST",
        path="/userinfo",
        headers={"Authorization": "Bearer a.b"},
        raw=b"access_token=a.b",
    ),
    Case(
        "RFC6750-3.1 userinfo by form, unknown",
        "oauth 401 invalid_token",
        method="POST",
        path="/userinfo",
        raw=b"access_token=a.b",
    ),
    Case(
        "RFC6750-3.1 userinfo by form, huge",
        "oauth 401 invalid_token",
        method="POST",
        path="/userinfo",
        raw=b"access_token=" + b"x" * 9000,
    ),
    Case(
        "RFC6750-2.2 userinfo by form, twice",
        "oauth 400 invalid_request",
        method="POST",
        path="/userinfo",
        raw=b"access_token=a&access_token=b",
    ),
    Case("Grafana asks for more below userinfo", "oauth 404 invalid_request", path="/userinfo/emails"),
    Case("DESIGN-6.14 userinfo by DELETE", "oauth 405 invalid_request", method="DELETE", path="/userinfo"),
    Case("DESIGN-6.14 keys by POST", "oauth 4xx -", method="POST", path="/jwks", raw=b""),
    Case(
        "DESIGN-6.14 discovery by POST",
        "oauth 4xx -",
        method="POST",
        path="/.well-known/openid-configuration",
        raw=b"",
    ),
    Case("RFC8414-3 another well-known", "oauth 404 invalid_request", path="/.well-known/nothing"),
)

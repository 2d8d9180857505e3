"""What clients and browsers may send that is wrong, with the one right answer to each.

An id begins with the clause that asks for the answer. A case changes a good request: `NO` leaves a parameter
out, a list repeats it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, urlencode

from tests.support.world import CALLBACK, basic

NO = None
KHMER = "ចូលប្រើ"
HUGE = "x" * 20_000
QUOTES = "\"'><script>alert(1)</script>"
DOTS = "..;/..;/%2e%2e/"
NUL = "a\0b\r\nSet-Cookie: x=1"
Value = str | bytes | Sequence[str] | None


@dataclass(frozen=True)
class Case:
    """One wrong request. `answer`: page STATUS, back ERROR (to the client), or oauth STATUS ERROR (JSON)."""

    id: str
    answer: str
    changes: Mapping[str, Value] = field(default_factory=dict)
    client: str = "web"
    method: str = "GET"
    path: str = "/authorize"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None  # instead of the parameters


def encoded(params: Mapping[str, Value]) -> bytes:
    """Parameters as they travel: bytes are percent-encoded as they are."""
    parts: list[str] = []
    for name, value in params.items():
        if value is None:
            continue
        for one in [value] if isinstance(value, str | bytes) else value:
            text = quote_from_bytes(one) if isinstance(one, bytes) else urlencode({"": one})[1:]
            parts.append(f"{name}={text}")
    return "&".join(parts).encode()


def authorize(id: str, answer: str, client: str = "web", **changes: Value) -> Case:
    return Case(id, answer, changes, client)


AUTHORIZE = (
    # Nothing is trusted yet: a page, never a redirect (RFC 6749 §4.1.2.1).
    authorize("RFC6749-4.1.2.1 client_id missing", "page 400", client_id=NO),
    authorize("RFC6749-4.1.2.1 client_id empty", "page 400", client_id=""),
    authorize("RFC6749-4.1.2.1 client_id unknown", "page 400", client_id="nobody"),
    authorize("RFC6749-4.1.2.1 client_id Khmer", "page 400", client_id=KHMER),
    authorize("RFC6749-4.1.2.1 client_id huge", "page 400", client_id=HUGE),
    authorize("RFC6749-4.1.2.1 client_id quotes", "page 400", client_id=QUOTES),
    authorize("RFC6749-4.1.2.1 client_id with a space", "page 400", client_id="web "),
    authorize("RFC6749-4.1.2.1 client_id in other case", "page 400", client_id="WEB"),
    authorize("RFC6749-4.1.2.1 client_id with NUL", "page 400", client_id="web\0"),
    authorize("RFC6749-4.1.2.1 client_id not UTF-8", "page 400", client_id=b"\xff\xfe"),
    authorize("RFC6749-3.1 client_id twice", "page 400", client_id=["web", "second"]),
    authorize("RFC6749-3.1 client_id twice the same", "page 400", client_id=["web", "web"]),
    authorize("RFC6749-4.1.2.1 client disabled", "page 400", "off"),
    authorize("OIDC-3.1.2.1 redirect_uri missing", "page 400", redirect_uri=NO),
    authorize("OIDC-3.1.2.1 redirect_uri empty", "page 400", redirect_uri=""),
    authorize("RFC9700-2.1 redirect_uri of another host", "page 400", redirect_uri="https://evil.example/"),
    authorize(
        "RFC9700-2.1 redirect_uri of another client", "page 400", redirect_uri="https://second.example/cb"
    ),
    authorize("RFC9700-2.1 redirect_uri with a path added", "page 400", redirect_uri=CALLBACK + "/x"),
    authorize(
        "RFC9700-2.1 redirect_uri without its query", "page 400", redirect_uri=CALLBACK.partition("?")[0]
    ),
    authorize("RFC9700-2.1 redirect_uri with a parameter added", "page 400", redirect_uri=CALLBACK + "&a=b"),
    authorize(
        "RFC9700-2.1 redirect_uri in other case", "page 400", redirect_uri=CALLBACK.replace("app", "APP")
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with a port",
        "page 400",
        redirect_uri="https://app.example:443/callback?tenant=1",
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with http", "page 400", redirect_uri="http://app.example/callback?tenant=1"
    ),
    authorize("RFC6749-3.1.2 redirect_uri with a fragment", "page 400", redirect_uri=CALLBACK + "#x"),
    authorize(
        "RFC9700-2.1 redirect_uri with dots",
        "page 400",
        redirect_uri=f"https://app.example/{DOTS}callback?tenant=1",
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with user",
        "page 400",
        redirect_uri="https://app.example@evil.example/callback",
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with a backslash",
        "page 400",
        redirect_uri="https://app.example\\@evil.example/",
    ),
    authorize("RFC9700-2.1 redirect_uri Khmer", "page 400", redirect_uri=f"https://app.example/{KHMER}"),
    authorize("RFC9700-2.1 redirect_uri huge", "page 400", redirect_uri=CALLBACK + HUGE),
    authorize("RFC9700-2.1 redirect_uri with NUL", "page 400", redirect_uri=CALLBACK + NUL),
    authorize("RFC9700-2.1 redirect_uri javascript", "page 400", redirect_uri="javascript:alert(1)"),
    authorize("RFC9700-2.1 redirect_uri data", "page 400", redirect_uri="data:text/html,hello"),
    authorize("RFC9700-2.1 redirect_uri relative", "page 400", redirect_uri="/callback"),
    authorize(
        "RFC9700-2.1 redirect_uri without a scheme",
        "page 400",
        redirect_uri="//app.example/callback?tenant=1",
    ),
    authorize("RFC9700-2.1 redirect_uri not UTF-8", "page 400", redirect_uri=b"https://app.example/\xff"),
    authorize("RFC3986-3.2.2 redirect_uri no address", "page 400", redirect_uri="https://[::1"),
    authorize("RFC6749-3.1 redirect_uri twice", "page 400", redirect_uri=[CALLBACK, "https://evil.example/"]),
    authorize(
        "RFC8252-7.3 loopback of another host", "page 400", "native", redirect_uri="http://127.0.0.2:5000/cb"
    ),
    authorize("RFC8252-7.3 loopback by name", "page 400", "native", redirect_uri="http://localhost:5000/cb"),
    authorize(
        "RFC8252-7.3 loopback of another path", "page 400", "native", redirect_uri="http://127.0.0.1:5000/x"
    ),
    authorize(
        "RFC8252-7.3 loopback with user",
        "page 400",
        "native",
        redirect_uri="http://127.0.0.1:1@evil.example/cb",
    ),
    authorize(
        "RFC8252-7.3 loopback port no number", "page 400", "native", redirect_uri="http://127.0.0.1:x/cb"
    ),
    authorize(
        "RFC8252-7.3 loopback port too high", "page 400", "native", redirect_uri="http://127.0.0.1:99999/cb"
    ),
    authorize(
        "RFC8252-7.3 loopback with a query", "page 400", "native", redirect_uri="http://127.0.0.1:5000/cb?a"
    ),
    authorize(
        "RFC8252-7.3 loopback with https", "page 400", "native", redirect_uri="https://127.0.0.1:5000/cb"
    ),
    *(
        authorize(f"RFC8252-7.3 loopback that is none: {uri}", "page 400", "native", redirect_uri=uri)
        for uri in (
            "http://[::1].evil.example:80/cb",
            "http://x[::1]:80/cb",
            "http://[::1]; frame-ancestors *; x:80/cb",
            "http://[::1]:0/cb",
            "http://[::1]:+80/cb",
            "http://[::1%251]:80/cb",
            "http://127.0.0.1:80\n/cb",
            "http://127.0.0.1:៨០/cb",
            "http://127.0.0.1:80/cb\n",
        )
    ),
    authorize("RFC8252-7.3 only for native clients", "page 400", redirect_uri="http://127.0.0.1:5000/cb"),
    authorize("RFC8252-7.1 scheme of another app", "page 400", "native", redirect_uri="kh.gov.evil:/cb"),
    # From here on the client hears of it, with state and iss.
    authorize("RFC6749-4.1.1 response_type missing", "back invalid_request", response_type=NO),
    authorize("RFC6749-4.1.1 response_type empty", "back invalid_request", response_type=""),
    authorize("RFC6749-4.1.2.1 response_type token", "back unsupported_response_type", response_type="token"),
    authorize("OIDC-3.2 response_type id_token", "back unsupported_response_type", response_type="id_token"),
    authorize(
        "OIDC-3.3 response_type code id_token",
        "back unsupported_response_type",
        response_type="code id_token",
    ),
    authorize("RFC6749-4.1.2.1 response_type none", "back unsupported_response_type", response_type="none"),
    authorize("RFC6749-4.1.2.1 response_type Khmer", "back unsupported_response_type", response_type=KHMER),
    authorize("RFC6749-3.1 response_type twice", "back invalid_request", response_type=["code", "token"]),
    authorize("OAuth-Multiple-2.1 response_mode fragment", "back invalid_request", response_mode="fragment"),
    authorize(
        "OAuth-Multiple-2.1 response_mode unknown", "back invalid_request", response_mode="carrier-pigeon"
    ),
    authorize("OAuth-Multiple-2.1 response_mode quotes", "back invalid_request", response_mode=QUOTES),
    authorize(
        "RFC6749-3.1 response_mode twice", "back invalid_request", response_mode=["query", "form_post"]
    ),
    authorize("OIDC-3.1.2.1 scope missing", "back invalid_scope", scope=NO),
    authorize("OIDC-3.1.2.1 scope empty", "back invalid_scope", scope=""),
    authorize("OIDC-3.1.2.1 scope without openid", "back invalid_scope", scope="profile email"),
    authorize("OIDC-3.1.2.1 scope in other case", "back invalid_scope", scope="OpenID"),
    authorize("OIDC-3.1.2.1 scope Khmer", "back invalid_scope", scope=KHMER),
    authorize("RFC6749-3.1 scope twice", "back invalid_request", scope=["openid", "email"]),
    authorize("RFC6749-3.3 scope huge", "back invalid_request", scope="openid " + HUGE),
    authorize(
        "RFC7636-4.4.1 challenge missing", "back invalid_request", code_challenge=NO, code_challenge_method=NO
    ),
    authorize("RFC7636-4.4.1 challenge missing, public", "back invalid_request", "spa", code_challenge=NO),
    authorize("RFC7636-4.4.1 challenge empty", "back invalid_request", code_challenge=""),
    authorize("RFC7636-4.2 challenge short", "back invalid_request", code_challenge="abc"),
    authorize("RFC7636-4.2 challenge long", "back invalid_request", code_challenge="a" * 44),
    authorize("RFC7636-4.2 challenge padded", "back invalid_request", code_challenge="a" * 43 + "="),
    authorize("RFC7636-4.2 challenge with +", "back invalid_request", code_challenge="+" + "a" * 42),
    authorize("RFC7636-4.2 challenge Khmer", "back invalid_request", code_challenge=KHMER * 10),
    authorize("RFC7636-4.2 challenge with a newline", "back invalid_request", code_challenge="a" * 43 + "\n"),
    authorize("RFC9700-2.1.1 method plain", "back invalid_request", code_challenge_method="plain"),
    authorize("RFC9700-2.1.1 method missing", "back invalid_request", code_challenge_method=NO),
    authorize("RFC9700-2.1.1 method S512", "back invalid_request", code_challenge_method="S512"),
    authorize("RFC9700-2.1.1 method in other case", "back invalid_request", code_challenge_method="s256"),
    authorize("RFC7636-4.3 method without challenge", "back invalid_request", "post", code_challenge=NO),
    authorize("RFC6749-3.1 challenge twice", "back invalid_request", code_challenge=["a" * 43, "b" * 43]),
    authorize("OIDC-3.1.2.1 prompt unknown", "back invalid_request", prompt="maybe"),
    authorize("OIDC-3.1.2.1 prompt none with login", "back invalid_request", prompt="none login"),
    authorize("OIDC-3.1.2.1 prompt Khmer", "back invalid_request", prompt=KHMER),
    authorize("OIDC-3.1.2.1 prompt twice", "back invalid_request", prompt=["none", "login"]),
    authorize("OIDC-3.1.2.6 prompt none, nobody signed in", "back login_required", prompt="none"),
    authorize("OIDC-3.1.2.1 max_age negative", "back invalid_request", max_age="-1"),
    authorize("OIDC-3.1.2.1 max_age a word", "back invalid_request", max_age="soon"),
    authorize("OIDC-3.1.2.1 max_age a fraction", "back invalid_request", max_age="1.5"),
    authorize("OIDC-3.1.2.1 max_age huge", "back invalid_request", max_age="9" * 400),
    authorize("OIDC-3.1.2.1 max_age Khmer digits", "back invalid_request", max_age="១០"),
    authorize("OIDC-3.1.2.1 max_age twice", "back invalid_request", max_age=["1", "2"]),
    authorize(
        "OIDC-3.1.2.6 request object", "back request_not_supported", request="eyJhbGciOiJub25lIn0.e30."
    ),
    authorize(
        "OIDC-3.1.2.6 request_uri", "back request_uri_not_supported", request_uri="https://app.example/r"
    ),
    authorize(
        "OIDC-3.1.2.6 request_uri inside", "back request_uri_not_supported", request_uri="http://127.0.0.1/"
    ),
    authorize("OIDC-3.1.2.6 registration", "back registration_not_supported", registration="{}"),
    authorize(
        "DESIGN-5 a request of many long parameters",
        "back invalid_request",
        **{f"x{n}": "y" * 8000 for n in range(3)},
    ),
    authorize("OIDC-5.5 claims no JSON", "back invalid_request", claims="{"),
    authorize("OIDC-5.5 claims a list", "back invalid_request", claims="[]"),
    authorize("OIDC-5.5 claims a text", "back invalid_request", claims='"name"'),
    authorize("OIDC-5.5 claims a number", "back invalid_request", claims="1e999"),
    authorize("OIDC-5.5 claims null", "back invalid_request", claims="null"),
    authorize(
        "OIDC-5.5 claims no Unicode", "back invalid_request", claims=r'{"id_token":{"x":{"value":"\ud800"}}}'
    ),
    authorize(
        "OIDC-5.5 claims sub no Unicode",
        "back invalid_request",
        claims=r'{"id_token":{"sub":{"value":"\ud800"}}}',
    ),
    authorize(
        "OIDC-5.5 claims a name no Unicode", "back invalid_request", claims=r'{"userinfo":{"\udfff":null}}'
    ),
    authorize("OIDC-5.5 claims deep", "back invalid_request", claims="[" * 5000),
    authorize("OIDC-5.5 claims userinfo a list", "back invalid_request", claims='{"userinfo":[]}'),
    authorize("OIDC-5.5 claims one a text", "back invalid_request", claims='{"userinfo":{"name":"x"}}'),
    authorize(
        "OIDC-5.5.1 essential no boolean",
        "back invalid_request",
        claims='{"userinfo":{"name":{"essential":1}}}',
    ),
    authorize(
        "OIDC-5.5.1 values no list", "back invalid_request", claims='{"userinfo":{"name":{"values":"x"}}}'
    ),
    authorize(
        "OIDC-5.5.1 value an object", "back invalid_request", claims='{"userinfo":{"name":{"value":{}}}}'
    ),
    authorize(
        "OIDC-5.5.1.1 acr out of reach",
        "back unmet_authentication_requirements",
        claims='{"id_token":{"acr":{"essential":true,"values":["urn:other"]}}}',
    ),
    authorize("OIDC-3.1.2.1 id_token_hint no token", "back invalid_request", id_token_hint="garbage"),
    authorize("OIDC-3.1.2.1 id_token_hint two parts", "back invalid_request", id_token_hint="a.b"),
    authorize("OIDC-3.1.2.1 id_token_hint Khmer", "back invalid_request", id_token_hint=KHMER),
    authorize(
        "OIDC-3.1.2.1 id_token_hint not signed",
        "back invalid_request",
        id_token_hint="eyJhbGciOiJub25lIn0.e30.",
    ),
    authorize(
        "RFC8725-3.1 id_token_hint of HS256",
        "back invalid_request",
        id_token_hint="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.AAAA",
    ),
    authorize("RFC6749-3.1 state twice", "back invalid_request", state=["a", "b"]),
    authorize("RFC6749-3.1 nonce twice", "back invalid_request", nonce=["a", "b"]),
    authorize("RFC6749-3.1 unknown parameter twice", "back invalid_request", foo=["a", "b"]),
    authorize("DESIGN-6.14 state huge", "back invalid_request", state=HUGE),
    authorize("DESIGN-6.14 nonce huge", "back invalid_request", nonce=HUGE),
    authorize("DESIGN-6.14 login_hint huge", "back invalid_request", login_hint=HUGE),
    Case("DESIGN-6.14 query not UTF-8", "page 400", raw=b"client_id=web&\xff\xfe=1"),
    Case("DESIGN-6.14 query of broken percents", "page 400", raw=b"client_id=%zz%&redirect_uri=%"),
    Case("DESIGN-6.14 query of ampersands", "page 400", raw=b"&" * 5000),
    Case("DESIGN-6.14 a thousand parameters", "page 400", raw=b"&".join(b"a%d=1" % n for n in range(1000))),
    Case("DESIGN-6.14 PUT", "page 405", method="PUT"),
    Case("DESIGN-6.14 DELETE", "page 405", method="DELETE"),
    Case("DESIGN-6.3 HEAD", "page 405", method="HEAD"),
    Case("DESIGN-6.3 prefetch", "page 403", headers={"Sec-Purpose": "prefetch"}),
    Case(
        "DESIGN-6.14 POST of JSON",
        "page 400",
        method="POST",
        headers={"Content-Type": "application/json"},
        raw=b"{}",
    ),
    Case("DESIGN-6.14 POST without a body", "page 400", method="POST", raw=b""),
    *(
        Case(f"DESIGN-6.14 POST that grows {why}", "page 413", method="POST", path="/logout", raw=b"x=" + raw)
        for why, raw in (
            ("to JSON escapes", b"%01" * 20_000),
            ("by control characters", b"\x01" * 62_000),
            ("by quotes", b'"' * 62_000),
        )
    ),
    Case("DESIGN-6.14 POST too large", "page 413", method="POST", changes={"x": "y" * 70_000}),
    Case(
        "DESIGN-6.1 POST to another redirect_uri",
        "page 400",
        {"redirect_uri": "https://evil.example"},
        method="POST",
    ),
    Case("RFC6749-4.1.2.1 POST of a bad scope", "back invalid_scope", {"scope": "x"}, method="POST"),
    Case("DESIGN-6.14 another Host", "page 421", headers={"Host": "evil.example"}),
    Case("DESIGN-6.14 no Host's port", "page 421", headers={"Host": "127.0.0.1"}),
    Case(
        "DESIGN-6.16 X-Forwarded-Host from a stranger",
        "page 400",
        {"client_id": "x"},
        headers={"X-Forwarded-Host": "evil"},
    ),
)


def page(id: str, status: int, path: str, method: str = "GET", **changes: Value) -> Case:
    return Case(id, f"page {status}", changes, "", method, path)


PAGES = (
    page("DESIGN-5 login without an Interaction", 400, "/login"),
    page("DESIGN-5 login with garbage", 400, "/login", i="garbage"),
    page("DESIGN-5 login with Khmer", 400, "/login", i=KHMER),
    page("DESIGN-5 login with dots", 400, "/login", i=DOTS),
    page("DESIGN-5 login parked nowhere", 400, "/login", i="p.nothing"),
    page("DESIGN-5 login huge", 400, "/login", i=HUGE),
    page("DESIGN-5 login not UTF-8", 400, "/login", i=b"\xff"),
    page("DESIGN-5 problem with garbage", 400, "/login/problem", i="garbage"),
    page("DESIGN-6.16 start with garbage", 400, "/login/start", "POST", i="garbage"),
    page("DESIGN-6.16 start with another CSRF", 400, "/login/start", "POST", i="garbage", csrf=KHMER),
    page("DESIGN-6.16 cancel with garbage", 400, "/login/cancel", "POST", i="garbage"),
    page("DESIGN-6.16 consent without an Interaction", 400, "/consent", "POST"),
    page("DESIGN-6.16 consent with garbage", 400, "/consent", "POST", i="garbage", csrf="x"),
    page("DESIGN-6.16 confirm without CSRF", 403, "/confirm/abc", "POST"),
    page("DESIGN-6.16 refusal without CSRF", 403, "/confirm/abc/no", "POST"),
    page("DESIGN-6.4 confirm nobody", 400, "/confirm/abc"),
    page("DESIGN-6.4 confirm Khmer", 400, "/confirm/" + KHMER),
    page("DESIGN-6.5 callback without a token", 400, "/camdigikey/callback"),
    page("DESIGN-6.5 callback with an empty token", 400, "/camdigikey/callback", authToken=""),
    page("DESIGN-6.5 callback with garbage", 400, "/camdigikey/callback", authToken="garbage"),
    page("DESIGN-6.5 callback with Khmer", 400, "/camdigikey/callback", authToken=KHMER),
    page("DESIGN-6.5 callback huge", 400, "/camdigikey/callback", authToken=HUGE),
    page("DESIGN-6.5 callback with another state", 400, "/camdigikey/callback", authToken="a.b.c", state="x"),
    page("DESIGN-6.5 callback not UTF-8", 400, "/camdigikey/callback", authToken=b"\xff\xfe"),
    page("DESIGN-6.6 error callback without anything", 400, "/camdigikey/error"),
    page("DESIGN-6.6 error callback with another state", 400, "/camdigikey/error", errorCode="1", state="x"),
    page(
        "DESIGN-6.6 error callback with markup",
        400,
        "/camdigikey/error",
        errorCode=QUOTES,
        errorMessage=QUOTES,
    ),
    page("DESIGN-6.6 error callback not UTF-8", 400, "/camdigikey/error", errorMessage=b"\xff"),
    page("DESIGN-6.14 callback by POST", 405, "/camdigikey/callback", "POST", authToken="x"),
    page("RP-Logout-2 hint of garbage", 400, "/logout", id_token_hint="garbage"),
    page(
        "RP-Logout-2 hint not signed", 400, "/logout", id_token_hint="eyJhbGciOiJub25lIn0.eyJhdWQiOiJ3ZWIifQ."
    ),
    page("RP-Logout-2 client unknown", 400, "/logout", client_id="nobody"),
    page("RP-Logout-2 client disabled", 400, "/logout", client_id="off"),
    page(
        "RP-Logout-3 address not registered",
        400,
        "/logout",
        client_id="web",
        post_logout_redirect_uri="https://evil.example",
    ),
    page(
        "RP-Logout-3 address without a client",
        400,
        "/logout",
        post_logout_redirect_uri="https://app.example/bye",
    ),
    page(
        "RP-Logout-3 address of another client",
        400,
        "/logout",
        client_id="second",
        post_logout_redirect_uri="https://app.example/bye",
    ),
    page(
        "RP-Logout-3 address with a query added",
        400,
        "/logout",
        client_id="web",
        post_logout_redirect_uri="https://app.example/bye?x",
    ),
    page("RFC6749-3.1 logout parameter twice", 400, "/logout", client_id=["web", "second"]),
    page("DESIGN-6.14 logout not UTF-8", 400, "/logout", state=b"\xff"),
    page("DESIGN-6.16 logout confirmed without CSRF", 403, "/logout/confirm", "POST", r="x"),
    page("DESIGN-6.2 sealed form of garbage", 400, "/authorize/form", r="garbage"),
    page("DESIGN-6.2 sealed logout of garbage", 400, "/logout/form", r="garbage"),
    page("DESIGN-6.14 no such page", 404, "/nothing-here"),
    page("DESIGN-6.14 dots", 404, "/..;/admin"),
    page("DESIGN-6.14 Khmer address", 404, "/" + KHMER),
    page("DESIGN-6.14 static file outside", 404, "/static/../app.py"),
)


def oauth(id: str, answer: str, path: str = "/token", client: str = "web", **changes: Value) -> Case:
    return Case(id, "oauth " + answer, changes, client, "POST", path)


TOKEN = (
    oauth("RFC6749-5.2 grant_type missing", "400 invalid_request", grant_type=NO),
    oauth("RFC6749-5.2 grant_type unknown", "400 unsupported_grant_type", grant_type="magic"),
    oauth("RFC6749-5.2 grant_type password", "400 unsupported_grant_type", grant_type="password"),
    oauth(
        "RFC6749-5.2 grant_type client_credentials",
        "400 unsupported_grant_type",
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

CASES = (*AUTHORIZE, *PAGES, *TOKEN, *CLIENT_AUTH, *APPLICATION)

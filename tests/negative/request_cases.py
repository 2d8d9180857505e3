"""`/authorize` once client and redirect_uri are trusted: the client hears of it, with state and iss."""

from __future__ import annotations

from tests.negative.case import HUGE, KHMER, NO, QUOTES
from tests.negative.target_cases import authorize

REQUEST = (
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
    authorize(
        "RFC9700-2.1.1 challenge missing, public client that is excepted",
        "back invalid_request",
        "lenient-spa",
        code_challenge=NO,
        code_challenge_method=NO,
    ),
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
)

"""What each check refuses and what it gives, the clause first in the id; good requests with changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest
from bridge.domain.ids import Sub
from bridge.domain.session import ACR
from bridge.oidc.authorization.checks import client, form, person
from bridge.oidc.authorization.parameters import MAX_LENGTH
from bridge.oidc.authorization.parts import (
    CodeChallenge,
    ExpectedPerson,
    Flow,
    GrantedScope,
    LoginAge,
    LoginDemands,
    Part,
    UncheckedRequest,
    Wishes,
)
from tests.oidc.authorization.support import CHALLENGE, Value, hint

CheckFunction = Callable[[UncheckedRequest], Part | None]
ANY_ACR = '{"id_token": {"acr": {"essential": true}}}'
OTHER_ACR = '{"id_token": {"acr": {"essential": true, "values": ["urn:other"]}}}'
SUB_SOPHEA = '{"id_token": {"sub": {"value": "sophea"}}}'


@dataclass(frozen=True)
class Case:
    """One request, for the check that it is meant for. `wanted`: an error code, or the part (or None)."""

    id: str
    check: CheckFunction
    wanted: str | Part | None
    changes: Mapping[str, Value]
    client_id: str = "web"


def _case(
    id: str, check: CheckFunction, wanted: str | Part | None, /, client_id: str = "web", **changes: Value
) -> Case:
    return Case(id, check, wanted, changes, client_id)


INVALID = "invalid_request"
REFUSALS = (
    _case("RFC6749-3.1 scope twice", form.check_once, INVALID, scope=["openid", "openid"]),
    _case("RFC6749-3.1 nonce twice", form.check_once, INVALID, nonce=["a", "b"]),
    _case("RFC6749-3.1 unknown parameter twice", form.check_once, INVALID, foo=["a", "b"]),
    _case("DESIGN-6.14 nonce huge", form.check_size, INVALID, nonce="x" * (MAX_LENGTH + 1)),
    _case("DESIGN-6.14 unknown parameter huge", form.check_size, INVALID, foo="x" * (MAX_LENGTH + 1)),
    _case(
        "DESIGN-6.14 all together huge",
        form.check_size,
        INVALID,
        a="x" * MAX_LENGTH,
        b="x" * MAX_LENGTH,
    ),
    _case("OIDC-3.1.2.6 request", form.check_by_value, "request_not_supported", request="a.b.c"),
    _case("OIDC-3.1.2.6 request_uri", form.check_by_value, "request_uri_not_supported", request_uri="urn:a"),
    _case("OIDC-3.1.2.6 registration", form.check_by_value, "registration_not_supported", registration="{}"),
    _case("RFC6749-4.1.1 response_type missing", client.check_response_type, INVALID, response_type=None),
    _case(
        "OIDC-3.3 response_type hybrid",
        client.check_response_type,
        "unsupported_response_type",
        response_type="code id_token",
    ),
    _case(
        "RFC6749-4.1.2.1 response_type token",
        client.check_response_type,
        "unsupported_response_type",
        response_type="token",
    ),
    _case(
        "RFC6749-4.1.2.1 client without the code flow",
        client.check_response_type,
        "unauthorized_client",
        "machine",
    ),
    _case("OAuthMultiple-2.1 fragment", client.check_response_mode, INVALID, response_mode="fragment"),
    _case("OAuthMultiple-2.1 unknown mode", client.check_response_mode, INVALID, response_mode="QUERY"),
    _case("OIDC-3.1.2.1 scope missing", client.check_scope, "invalid_scope", scope=None),
    _case("OIDC-3.1.2.1 scope without openid", client.check_scope, "invalid_scope", scope="profile"),
    _case(
        "RFC7636-4.4.1 challenge missing",
        client.check_pkce,
        INVALID,
        code_challenge=None,
        code_challenge_method=None,
    ),
    _case(
        "RFC7636-4.4.1 challenge missing, public",
        client.check_pkce,
        INVALID,
        "spa",
        code_challenge=None,
    ),
    _case(
        "RFC9700-2.1.1 challenge missing, public client that is excepted",
        client.check_pkce,
        INVALID,
        "lenient-spa",
        code_challenge=None,
        code_challenge_method=None,
    ),
    _case("RFC7636-4.3 method alone", client.check_pkce, INVALID, "lenient", code_challenge=None),
    _case("RFC9700-2.1.1 plain", client.check_pkce, INVALID, code_challenge_method="plain"),
    _case("RFC9700-2.1.1 method missing", client.check_pkce, INVALID, code_challenge_method=None),
    _case(
        "RFC9700-2.1.1 plain, excepted client",
        client.check_pkce,
        INVALID,
        "lenient",
        code_challenge_method="plain",
    ),
    _case("RFC7636-4.2 challenge short", client.check_pkce, INVALID, code_challenge="c" * 42),
    _case("RFC7636-4.2 challenge and newline", client.check_pkce, INVALID, code_challenge=CHALLENGE + "\n"),
    _case("OIDC-3.1.2.1 prompt unknown", person.check_prompt, INVALID, prompt="login maybe"),
    _case("OIDC-3.1.2.1 prompt none not alone", person.check_prompt, INVALID, prompt="none login"),
    _case("OIDC-3.1.2.1 max_age negative", person.check_max_age, INVALID, max_age="-1"),
    _case("OIDC-3.1.2.1 max_age of Khmer digits", person.check_max_age, INVALID, max_age="១០"),
    _case("OIDC-3.1.2.1 max_age huge", person.check_max_age, INVALID, max_age="9" * 11),
    _case("OIDC-5.5 claims no JSON", person.check_claims, INVALID, claims="{"),
    _case("OIDC-5.5.1.1 other acr", person.check_acr, "unmet_authentication_requirements", claims=OTHER_ACR),
    _case("OIDC-3.1.2.1 hint is no token", person.check_person, INVALID, id_token_hint="garbage"),
    _case(
        "OIDC-3.1.2.1 hint of another client", person.check_person, INVALID, id_token_hint=hint(aud="second")
    ),
    _case(
        "OIDC-3.1.2.1 hint and sub differ",
        person.check_person,
        INVALID,
        id_token_hint=hint("dara"),
        claims=SUB_SOPHEA,
    ),
)

GOOD = (
    _case("RFC6749-3.1 each once", form.check_once, None),
    _case("DESIGN-6.14 as large as may be", form.check_size, None, foo="x" * MAX_LENGTH),
    _case("RFC6749-3.1 request without a value", form.check_by_value, None, request=""),
    _case("OIDC-3.1 code", client.check_response_type, Flow("code", "n-once")),
    _case("OIDC-3.1.2.1 no nonce", client.check_response_type, Flow("code", None), nonce=None),
    _case("OAuthMultiple-2.1 no mode", client.check_response_mode, None),
    _case("FormPost-2 form_post", client.check_response_mode, None, response_mode="form_post"),
    _case(
        "RFC6749-3.3 in the order asked, the rest dropped",
        client.check_scope,
        GrantedScope(("email", "openid")),
        scope="email national_id nothing openid",
    ),
    _case("RFC7636-4.3 S256", client.check_pkce, CodeChallenge(CHALLENGE)),
    _case("RFC7636-4.3 S256 of an excepted client", client.check_pkce, CodeChallenge(CHALLENGE), "lenient"),
    _case(
        "RFC9700-2.1.1 none of an excepted confidential client",
        client.check_pkce,
        CodeChallenge(None),
        "lenient",
        code_challenge=None,
        code_challenge_method=None,
    ),
    _case("OIDC-3.1.2.1 no prompt", person.check_prompt, LoginDemands()),
    _case(
        "OIDC-3.1.2.1 two prompts",
        person.check_prompt,
        LoginDemands(frozenset({"login", "consent"})),
        prompt="login consent login",
    ),
    _case("OIDC-3.1.2.1 prompt none", person.check_prompt, LoginDemands(frozenset({"none"})), prompt="none"),
    _case("OIDC-3.1.2.1 max_age 0", person.check_max_age, LoginAge(0), max_age="0"),
    _case("OIDC-3.1.2.1 no max_age", person.check_max_age, LoginAge(None)),
    _case("OIDCReg-2 default_max_age", person.check_max_age, LoginAge(86400), "daily"),
    _case("OIDC-3.1.2.1 max_age over the default", person.check_max_age, LoginAge(60), "daily", max_age="60"),
    _case(
        "OIDC-5.5 claims",
        person.check_claims,
        ClaimsRequest({"email": ClaimRequest(essential=True)}, {}),
        claims='{"userinfo": {"email": {"essential": true}}}',
    ),
    _case("OIDC-5.5.1.1 any acr, essential", person.check_acr, None, claims=ANY_ACR),
    _case("OIDC-5.5.1.1 our acr", person.check_acr, None, claims=OTHER_ACR.replace("urn:other", ACR)),
    _case(
        "OIDC-5.5.1.1 another acr that is not essential",
        person.check_acr,
        None,
        claims=OTHER_ACR.replace("true", "false"),
    ),
    _case("OIDC-3.1.2.1 anybody", person.check_person, ExpectedPerson()),
    _case(
        "OIDC-3.1.2.1 by hint, however old",
        person.check_person,
        ExpectedPerson((Sub("sophea"),)),
        id_token_hint=hint(exp=1, iat=0),
    ),
    _case(
        "OIDC-5.5.1 any of several subs",
        person.check_person,
        ExpectedPerson((Sub("dara"), Sub("sophea"))),
        claims='{"id_token": {"sub": {"values": ["dara", "sophea", "dara"]}}}',
    ),
    _case(
        "OIDC-3.1.2.1 the hint is one of the subs",
        person.check_person,
        ExpectedPerson((Sub("sophea"),)),
        id_token_hint=hint(),
        claims='{"id_token": {"sub": {"values": ["dara", "sophea"]}}}',
    ),
    _case(
        "OIDC-3.1.2.1 wishes",
        person.check_wishes,
        Wishes("CDK1", ("km-KH", "en"), ("km",)),
        login_hint="CDK1",
        ui_locales="km-KH en",
        claims_locales="km",
        display="no such display",
    ),
    _case(
        "OIDC-3.1.2.1 more locales than can matter",
        person.check_wishes,
        Wishes(None, tuple("abcdefghij")),
        ui_locales="a b c d e f g h i j k l",
    ),
)

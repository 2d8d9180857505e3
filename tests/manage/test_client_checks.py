"""What is said of a client that could not work."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, get_args

import pytest

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.ids import ClientId
from bridge.domain.metadata_field import Check
from bridge.manage import ClientFaults
from bridge.manage.client_checks import check_client
from bridge.manage.field_checks import ENTRY_CHECKS, MAX_ENTRIES
from tests.manage.conftest import CONNECTORS, ISSUER

GOOD = Client(
    ClientId("portal"), "Ministry portal", ("https://app.example/cb",), sector_identifier="app.example"
)
MANY = tuple(f"https://app.example/{number}" for number in range(MAX_ENTRIES + 1))

FAULTY: tuple[tuple[dict[str, Any], str], ...] = (
    ({"scope": ("openid", "everything")}, "everything"),
    ({"scope": ("openid", "offline_access")}, "refresh_token"),
    ({"scope": ("openid", "national_id")}, "national_id_purpose"),
    ({"grant_types": ("refresh_token",)}, "authorization_code"),
    ({"grant_types": ("client_credentials", "refresh_token")}, "authorization_code"),
    ({"grant_types": ()}, "authorization_code"),
    ({"grant_types": ("authorization_code", "implicit")}, "implicit"),
    (
        {
            "grant_types": ("authorization_code", "client_credentials"),
            "token_endpoint_auth_method": "none",
        },
        "RFC 6749 §4.4",
    ),
    (
        {"grant_types": ("authorization_code", "client_credentials"), "scope": ("openid", "two words")},
        "two words",
    ),
    ({"token_endpoint_auth_method": "none", "require_pkce": False}, "PKCE"),
    ({"application_type": "native"}, "keep a secret"),
    ({"application_type": "desktop"}, "no application_type"),
    ({"id_token_signed_response_alg": "none"}, "RS256"),
    ({"access_token_format": "jwt"}, "at+jwt"),
    ({"claims": ("shoe_size",)}, "shoe_size"),
    ({"email_fallback_domain": "not a domain"}, "no domain"),
    ({"lifetimes": {"session": 5}}, "session"),
    ({"lifetimes": {"access_token": 0}}, "access_token"),
    ({"default_max_age": -1}, "max_age"),
    ({"logo_uri": "http://app.example/logo.png"}, "https://"),
    ({"post_logout_redirect_uris": ("http://app.example/",)}, "use https"),
    ({"allowed_origins": ("https://app.example/page",)}, "more than an origin"),
    ({"form_action_origins": ("https://app.example/page",)}, "more than an origin"),
    ({"redirect_uris": ()}, "At least one"),
    ({"redirect_uris": ("https://sso.example/admin/callback",)}, "own origin"),
    ({"redirect_uris": ("https://sso.example:443/cb",)}, "sso.example"),
    ({"client_id": ".."}, "client id"),
    ({"sector_identifier": "urn:bridge:console"}, "administration"),
    ({"national_id_purpose": "x\u202ey", "scope": ("openid", "national_id")}, "can be seen"),
    ({"redirect_uris": MANY}, f"at most {MAX_ENTRIES}"),
    ({"client_id": "ខ្មែរ"}, "client id"),
    ({"backchannel_logout_uri": "http://app.example/hear"}, "https://"),
    ({"backchannel_logout_uri": "https://app.example/hear#x"}, "fragment"),
    ({"connector": "third"}, "there are camdigikey, second"),
    ({"sector_identifier": None}, "sector_identifier"),
)


@pytest.mark.parametrize(("changes", "expected"), FAULTY, ids=[expected for _, expected in FAULTY])
def test_a_client_that_could_not_work_is_explained(changes: dict[str, Any], expected: str) -> None:
    check_client(GOOD, CONNECTORS, ISSUER)
    with pytest.raises(ClientFaults, match=re.escape(expected)):
        check_client(replace(GOOD, **changes), CONNECTORS, ISSUER)


RIGHT: tuple[dict[str, Any], ...] = (
    {"connector": "second"},
    {"backchannel_logout_uri": "https://app.example/hear"},
    {"backchannel_logout_uri": "http://127.0.0.1:8090/hear"},
    {"grant_types": ("client_credentials",), "redirect_uris": (), "scope": ()},
    {
        "grant_types": ("authorization_code", "client_credentials"),
        "scope": ("openid", "https://api.example/reports:read"),
    },
    {"scope": ("openid", "address")},
)


@pytest.mark.parametrize("changes", RIGHT, ids=str)
def test_a_client_that_can_work_is_taken(changes: dict[str, Any]) -> None:
    check_client(replace(GOOD, **changes), CONNECTORS, ISSUER)


def test_every_check_that_a_row_can_name_is_there_and_is_named_by_one() -> None:
    assert (
        set(ENTRY_CHECKS)
        == set(get_args(Check))
        == {row.check for row in CLIENT_METADATA.values() if row.check}
    )

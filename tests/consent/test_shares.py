"""The words of the consent page: a line for everything that an application can be told."""

from __future__ import annotations

import pytest

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest, ReplyTo
from bridge.domain.claims import CLAIMS, LINES, SCOPES, Line, claim_names
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.web.shares import SHARES, shares_of

CLIENT = Client(
    ClientId("app"),
    "App",
    ("https://app.example/cb",),
    scope=tuple(SCOPES),
    grant_types=("authorization_code", "refresh_token"),
    national_id_purpose="Taxes",
)
REPLY_TO = ReplyTo("https://app.example/cb")
IDENTIFIER = SHARES["identifier"].what


def whats(*lines: Line) -> list[str]:
    return [SHARES[line].what for line in lines]


def listed(*scope: str, claims: ClaimsRequest | None = None) -> list[str]:
    request = AuthorizationRequest(
        CLIENT.client_id, REPLY_TO, ("openid", *scope), claims=claims or ClaimsRequest()
    )
    return [share.what for share in shares_of(request, CLIENT)]


def test_every_line_has_its_words() -> None:
    assert tuple(SHARES) == LINES
    assert all(share.what for share in SHARES.values())


@pytest.mark.parametrize("name", [name for name, row in CLAIMS.items() if row.source])
def test_no_claim_of_a_person_is_shared_without_a_line(name: str) -> None:
    """Asked for by itself, and in its scope: what can go out stands on the page."""
    by_name = ClaimsRequest(userinfo={name: ClaimRequest()})
    request = AuthorizationRequest(CLIENT.client_id, REPLY_TO, ("openid",), claims=by_name)
    assert name in claim_names(request, CLIENT)
    line = CLAIMS[name].line
    assert line is not None
    assert SHARES[line].what in listed(claims=by_name)
    assert SHARES[line].what in listed(CLAIMS[name].scope)


def test_the_page_of_every_scope_is_what_it_has_been() -> None:
    assert listed() == [IDENTIFIER]
    assert listed("profile") == [
        IDENTIFIER,
        *whats("name", "gender", "birthdate", "language"),
    ]
    assert listed("phone", "email") == [IDENTIFIER, *whats("email", "phone")]
    assert listed("offline_access", "address", "age", "national_id") == [
        IDENTIFIER,
        *whats("national_id", "age", "constant", "offline"),
    ]


def test_the_number_of_the_document_says_what_for() -> None:
    request = AuthorizationRequest(CLIENT.client_id, REPLY_TO, ("openid", "national_id"))
    assert [share.purpose for share in shares_of(request, CLIENT)] == ["", "Taxes"]

"""The table of checks: each row refuses and gives what it should, at the endpoints that it serves alone."""

from __future__ import annotations

import re

import pytest

from bridge.domain.ids import Sub
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization import RequestRefused
from bridge.oidc.authorization.checks import ALL, CHECKS, Check, RequestEndpoint
from bridge.oidc.authorization.parts import ExpectedPerson, GrantedScope, UncheckedRequest, Wishes
from tests.oidc.authorization.cases import GOOD, REFUSALS, Case
from tests.oidc.authorization.support import checked, hint, parts_of, unchecked

ENDPOINTS = sorted(ALL)
CLAUSE = re.compile(r"(RFC \d{4}|OIDC Core|OAuth 2\.0 [A-Z][\w ]+|[A-Z]+) §\d+(\.\d+)*")


def row_of(case: Case) -> Check:
    return next(row for row in CHECKS if row.run == case.check)


def as_the_check_finds_it(case: Case) -> UncheckedRequest:
    """A case's request with the parts of the rows before its own."""
    request = unchecked(case.changes, case.client_id)
    for row in CHECKS[: CHECKS.index(row_of(case))]:
        request = request.with_part(row.run(request))
    return request


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.id)
def test_a_check_refuses(case: Case) -> None:
    request = as_the_check_finds_it(case)  # no row before refuses it
    with pytest.raises(ReturnedToClient) as caught:
        case.check(request)
    assert caught.value.error == case.wanted


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.id)
def test_a_check_gives_its_part(case: Case) -> None:
    assert case.check(as_the_check_finds_it(case)) == case.wanted


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.id)
def test_what_a_check_refuses_goes_back_to_the_client(case: Case) -> None:
    with pytest.raises(RequestRefused) as caught:
        checked(case.client_id, **case.changes)
    assert caught.value.error == case.wanted
    assert caught.value.reply_to.state == "st-ate"


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.id)
def test_what_a_check_lets_pass_is_a_request(case: Case) -> None:
    assert checked(case.client_id, **case.changes).client_id == case.client_id


@pytest.mark.parametrize("row", CHECKS, ids=lambda row: row.run.__name__)
def test_each_row_has_its_clause_and_its_cases(row: Check) -> None:
    assert CLAUSE.fullmatch(row.clause)
    assert "authorize" in row.serves
    assert [case for case in GOOD if case.check == row.run]
    refuses = row.run.__name__ != "check_wishes"  # what cannot be followed is passed over
    assert bool([case for case in REFUSALS if case.check == row.run]) is refuses


def test_no_check_stands_twice_in_the_table() -> None:
    assert len({row.run for row in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.id)
def test_a_row_refuses_only_where_it_serves(case: Case, endpoint: RequestEndpoint) -> None:
    if endpoint not in row_of(case).serves:
        parts_of(endpoint, case.changes, case.client_id)  # refuses nothing
        return
    with pytest.raises(ReturnedToClient) as caught:
        parts_of(endpoint, case.changes, case.client_id)
    assert caught.value.error == case.wanted


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("case", [case for case in GOOD if case.wanted], ids=lambda case: case.id)
def test_a_row_gives_its_part_only_where_it_serves(case: Case, endpoint: RequestEndpoint) -> None:
    parts = parts_of(endpoint, case.changes, case.client_id).found
    assert (case.wanted in parts) is (endpoint in row_of(case).serves)


def test_a_pushed_request_is_checked_as_at_authorize() -> None:
    """RFC 9126 §2.1"""
    assert all(("pushed" in row.serves) is ("authorize" in row.serves) for row in CHECKS)


NO_REDIRECT = dict.fromkeys(("response_type", "response_mode", "code_challenge", "code_challenge_method"))


@pytest.mark.parametrize("endpoint", ["device", "backchannel"])
def test_where_nothing_redirects_nothing_of_a_redirect_is_asked_for(endpoint: RequestEndpoint) -> None:
    """RFC 8628 §3.1, OpenID CIBA §7.1"""
    assert parts_of(endpoint, NO_REDIRECT).get(GrantedScope) == GrantedScope(("openid", "profile"))


def test_a_backchannel_request_says_whom_it_is_for() -> None:
    """OpenID CIBA §7.1: by id_token_hint or login_hint, and a hint of ours alone."""
    parts = parts_of("backchannel", {**NO_REDIRECT, "id_token_hint": hint(), "login_hint": "CDK1"})
    assert parts.get(ExpectedPerson) == ExpectedPerson((Sub("sophea"),))
    assert parts.get(Wishes) == Wishes("CDK1")
    with pytest.raises(ReturnedToClient):
        parts_of("backchannel", {**NO_REDIRECT, "id_token_hint": hint(aud="second")})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        # A request object alone, as the conformance suite sends one: told what is not supported, not what is
        # missing outside of it (OIDC Core §6.1).
        ({"request": "a.b.c", "response_type": None, "scope": None}, "request_not_supported"),
        # What came twice says nothing for certain, so nothing of it is read.
        ({"response_type": ["token", "token"]}, "invalid_request"),
        ({"response_type": "token", "scope": "profile"}, "unsupported_response_type"),
        ({"scope": "profile", "code_challenge": None}, "invalid_scope"),
        ({"claims": "[]", "id_token_hint": "garbage", "response_type": "token"}, "unsupported_response_type"),
    ],
    ids=str,
)
def test_of_several_faults_the_first_in_the_tables_order_is_told(changes: dict[str, str], error: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        checked(**changes)
    assert caught.value.error == error

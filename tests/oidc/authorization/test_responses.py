"""The answer of `/authorize`, and how it travels by each response mode."""

from __future__ import annotations

from typing import get_args
from urllib.parse import parse_qsl, urlsplit

import pytest

from bridge.domain.authorization_request import ReplyTo, ResponseMode
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization_response import AuthorizationResponse, failure, success
from bridge.oidc.response_modes import (
    RESPONSE_MODES,
    PostedForm,
    Redirection,
    delivery,
    known_mode,
    location,
    origin,
    with_query,
)
from tests.oidc.authorization.support import CALLBACK, ISSUER, checked

ERROR = ReturnedToClient("access_denied", "The person said no.", "for the log")
FAILURE = (
    ("error", "access_denied"),
    ("error_description", "The person said no."),
    ("state", "s"),
    ("iss", ISSUER),
)


def test_success_carries_code_state_and_iss() -> None:
    """RFC 6749 §4.1.2, RFC 9207 §2"""
    answer = success(checked(), "a.b", ISSUER)
    assert answer.params == (("code", "a.b"), ("state", "st-ate"), ("iss", ISSUER))
    assert answer.reply_to == checked().reply_to


def test_failure_carries_the_error_state_and_iss_and_nothing_of_the_log() -> None:
    """RFC 6749 §4.1.2.1, RFC 9207 §2"""
    reply_to = ReplyTo(CALLBACK, "query", "s")
    assert failure(reply_to, ERROR, ISSUER) == AuthorizationResponse(reply_to, FAILURE)


def test_a_state_that_did_not_come_does_not_go_back() -> None:
    assert dict(success(checked(state=None), "a.b", ISSUER).params).keys() == {"code", "iss"}
    assert "state" not in dict(failure(ReplyTo(CALLBACK), ERROR, ISSUER).params)


def test_every_response_mode_of_a_request_has_its_row() -> None:
    assert {*RESPONSE_MODES, "fragment"} == set(get_args(ResponseMode))  # that one is of errors alone
    assert [known_mode(mode) for mode in RESPONSE_MODES] == list(RESPONSE_MODES)
    assert [known_mode(text) for text in (None, "", "fragment", "QUERY")] == [None] * 4


def test_an_error_by_fragment_leaves_the_query_alone() -> None:
    """OAuth 2.0 Multiple Response Types §2.1"""
    sent = delivery(failure(ReplyTo("https://app.example/cb?a=b", "fragment", "s & t"), ERROR, ISSUER))
    assert isinstance(sent, Redirection)
    address, _, fragment = sent.location.partition("#")
    assert address == "https://app.example/cb?a=b"
    assert dict(parse_qsl(fragment))["state"] == "s & t"


def test_query_leads_to_the_redirect_uri_and_keeps_its_query() -> None:
    """RFC 6749 §3.1.2"""
    sent = delivery(failure(ReplyTo(CALLBACK, "query", "s & t=1#ក"), ERROR, ISSUER))
    assert isinstance(sent, Redirection)
    assert sent.location.startswith(CALLBACK + "&")
    assert not urlsplit(sent.location).fragment
    assert dict(parse_qsl(urlsplit(sent.location).query)) == {
        **dict(FAILURE),
        "tenant": "1",
        "state": "s & t=1#ក",
    }
    assert sent.location == location(failure(ReplyTo(CALLBACK, "query", "s & t=1#ក"), ERROR, ISSUER))


def test_form_post_posts_every_parameter_and_puts_none_into_the_address() -> None:
    """OAuth 2.0 Form Post Response Mode §2"""
    sent = delivery(failure(ReplyTo(CALLBACK, "form_post", "s"), ERROR, ISSUER))
    assert sent == PostedForm(CALLBACK, FAILURE)


@pytest.mark.parametrize(
    ("uri", "with_it"),
    [
        ("https://a.example/cb", "https://a.example/cb?x=1"),
        ("https://a.example/cb?", "https://a.example/cb?x=1"),
        ("https://a.example/cb?a", "https://a.example/cb?a&x=1"),
        ("https://a.example/cb?a=b&", "https://a.example/cb?a=b&x=1"),
        ("kh.gov.app:/cb", "kh.gov.app:/cb?x=1"),
    ],
)
def test_a_parameter_is_appended_to_an_address(uri: str, with_it: str) -> None:
    assert with_query(uri, (("x", "1"),)) == with_it
    assert with_query(uri, ()) == uri


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        (CALLBACK, "https://app.example"),
        ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000"),
        ("http://[::1]:5000/cb", "http://[::1]:5000"),
        ("kh.gov.app:/cb", "kh.gov.app:"),
        ("https://a.example; script-src *", "'none'"),
    ],
)
def test_the_origin_of_an_address_is_a_source_of_a_policy(uri: str, source: str) -> None:
    """CSP form-action, DESIGN §6.17"""
    assert origin(uri) == source

"""Raw parameters: what came, how often, and what is nobody's word."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.encoding import base64url
from bridge.oidc.authorization.parameters import (
    MAX_LENGTH,
    Parameters,
    untrusted_json,
    unverified_request_object,
)


def test_of_a_repeated_name_the_first_value_counts_and_the_fact_is_known() -> None:
    parameters = Parameters.received([("a", "1"), ("b", "2"), ("a", "3")], "form")
    assert parameters.values == {"a": "1", "b": "2"}
    assert parameters.repeated == {"a"}
    assert parameters.origin == "form"


def test_a_repetition_of_the_same_value_is_one_too() -> None:
    assert Parameters.received([("a", "1"), ("a", "1")], "query").repeated == {"a"}


def test_a_parameter_without_a_value_is_as_if_left_out() -> None:
    """RFC 6749 §3.1"""
    parameters = Parameters.received([("a", "")], "query")
    assert parameters.get("a") is None
    assert parameters.get("b") is None


def test_words_come_once_each_and_in_order() -> None:
    parameters = Parameters.received([("scope", " openid  email openid profile ")], "query")
    assert parameters.words("scope") == ("openid", "email", "profile")
    assert parameters.words("prompt") == ()


def jwt(content: bytes) -> str:
    return f"eyJhbGciOiJub25lIn0.{base64url(content)}."


def test_the_texts_inside_a_request_object_have_their_origin() -> None:
    """OIDC Core §6.1"""
    inside = unverified_request_object(
        jwt(b'{"state": "s", "max_age": 5, "claims": {}, "response_mode": ["query"]}')
    )
    assert inside.values == {"state": "s"}
    assert inside.origin == "request_object"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "a.b",
        "a.b.c",
        "...",
        "a.ក.c",
        jwt(b"[]"),
        jwt(b"{"),
        jwt(b"\xff\xfe"),
        jwt(b"[" * 5000),
        jwt(rb'{"state": "\ud800"}'),
        jwt(b'{"state": "' + b"x" * MAX_LENGTH + b'"}'),
    ],
    ids=lambda text: ascii(text)[:40].replace("\\", "/"),
)
def test_a_request_object_of_nonsense_says_nothing(text: str | None) -> None:
    assert unverified_request_object(text).values == {}


@given(st.text() | st.binary().map(jwt))
def test_whatever_a_request_object_holds_is_texts_or_nothing(text: str) -> None:
    assert all(isinstance(value, str) for value in unverified_request_object(text).values.values())


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_untrusted_json_reads_what_json_can_say(value: object) -> None:
    assert untrusted_json(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 100_000, r'"\ud800"', "9" * 5000, b"\xff"],
    ids=["empty", "unclosed", "deep", "half a character", "a huge number", "not UTF-8"],
)
def test_untrusted_json_has_one_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        untrusted_json(text)

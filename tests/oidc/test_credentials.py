"""Where a credential says that its Grant is to be found (domain/token.grant_tag)."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.token import grant_tag


def jwt_like(payload: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"head.{body}.signature"


@pytest.mark.parametrize(
    ("credential", "tag"),
    [
        ("tag.secret", "tag"),
        ("tag.o-secret", "tag"),
        ("", ""),
        ("tag", ""),
        ("tag.", ""),
        (".secret", ""),
        (jwt_like({"jti": "tag.secret"}), "tag"),
        (jwt_like({"jti": "tag"}), ""),
        (jwt_like({"jti": 7}), ""),
        (jwt_like({}), ""),
        (jwt_like(["jti"]), ""),
        ("a.b.c", ""),
        ("a.b.c.d", "a"),
        ("x." + base64.urlsafe_b64encode(b"[" * 30_000).decode() + ".y", ""),
    ],
)
def test_the_tag_stands_before_the_secret_or_in_the_jti(credential: str, tag: str) -> None:
    assert grant_tag(credential) == tag


@given(st.text(alphabet=st.characters(), max_size=80) | st.text(alphabet="ey.J0\udcff=", max_size=40))
def test_no_text_raises(text: str) -> None:
    assert isinstance(grant_tag(text), str)

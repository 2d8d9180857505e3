"""Where a credential says that its Grant is to be found (domain/token.grant_id_of)."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.encoding import base64url
from bridge.domain.token import grant_id_of


def jwt_like(payload: object) -> str:
    body = base64url(json.dumps(payload).encode())
    return f"head.{body}.signature"


@pytest.mark.parametrize(
    ("credential", "grant_id"),
    [
        ("tag.secret", "tag"),
        ("tag.o-secret", "tag"),
        ("", None),
        ("tag", None),
        ("tag.", None),
        (".secret", None),
        (jwt_like({"jti": "tag.secret"}), "tag"),
        (jwt_like({"jti": "tag"}), None),
        (jwt_like({"jti": 7}), None),
        (jwt_like({}), None),
        (jwt_like(["jti"]), None),
        ("a.b.c", None),
        ("a.b.c.d", "a"),
        ("x." + base64.urlsafe_b64encode(b"[" * 30_000).decode() + ".y", None),
    ],
)
def test_the_grants_id_stands_before_the_secret_or_in_the_jti(credential: str, grant_id: str | None) -> None:
    assert grant_id_of(credential) == grant_id


@given(st.text(alphabet=st.characters(), max_size=80) | st.text(alphabet="ey.J0\udcff=", max_size=40))
def test_no_text_raises(text: str) -> None:
    assert grant_id_of(text) != ""

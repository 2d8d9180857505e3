"""Whatever comes in, nothing but the library's own errors comes out (Hypothesis)."""

from __future__ import annotations

import base64
import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.camdigikey import (
    ApiError,
    CamDigiKeyError,
    EnvelopeError,
    TokenBadSignature,
    TokenDisabled,
    TokenError,
    TokenExpired,
    TokenWrongDomain,
    TokenWrongType,
)
from bridge.camdigikey import models as m
from bridge.camdigikey.envelope import certificates, data_of, unwrap, wrap
from bridge.camdigikey.signature import decoded, verify_token
from tests.camdigikey.fakes import seal, seal_padded, sign
from tests.camdigikey.vectors import CERTIFICATES, partner, row_of

PARTNER = partner()
TOKEN = row_of("tokens", "ECDSA P-256, signature in base64")["token"]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["2026-11-18T11:06:40Z", "9" * 30, "-0", "1e9", "2026-13-01", "USER", "ORGANIZATION"])
    | st.sampled_from([10**400, 1e308, -(10**17), float("nan"), "\ud800"])
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
FIELDS = st.sampled_from(
    ["status", "type", "domain", "exp", "iat", "nbf", "jti", "iss", *m.User.__slots__, *m.Profile.__slots__]
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b'{"data": 1}')
@example(b'{"data": "", "signature": "\xff"}')
@example(b'{"data": "AA==", "signature": "AA=="}')
def test_no_answer_gives_anything_but_an_envelope_error(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        unwrap(PARTNER, body)


@given(st.dictionaries(st.sampled_from(["data", "signature"]), st.text() | JSON))
def test_no_envelope_without_its_signature_is_opened(outer: dict[str, Any]) -> None:
    with pytest.raises(EnvelopeError):
        unwrap(PARTNER, json.dumps(outer).encode())


@given(st.binary())
@example(b"")
def test_ciphertext_that_is_rightly_signed_is_opened_or_an_envelope_error(data: bytes) -> None:
    with contextlib.suppress(EnvelopeError):
        unwrap(PARTNER, sign(PARTNER, data))


@given(st.binary(min_size=1, max_size=5).map(lambda end: end.rjust(16, b"x")))
@example(b"x" * 15 + b"\0")
@example(b"x" * 15 + b"\x11")
@example(b"x" * 14 + b"\x03\x02")
def test_padding_that_is_not_pkcs7_is_an_envelope_error(padded: bytes) -> None:
    with pytest.raises(EnvelopeError):
        unwrap(PARTNER, seal_padded(PARTNER, padded))


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b"[" + b"9" * 5000 + b"]")
@example('{"error": 0}'.encode("utf-16"))
def test_what_is_inside_an_envelope_is_an_object_or_an_envelope_error(plain: bytes) -> None:
    try:
        assert isinstance(unwrap(PARTNER, seal(PARTNER, plain)), dict)
    except EnvelopeError:
        assert not isinstance(_loaded(plain), dict)


def _loaded(plain: bytes) -> Any:
    try:
        return json.loads(plain)
    except (ValueError, RecursionError):
        return None


@given(st.dictionaries(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(max_size=50)))
def test_a_request_without_unicode_faults_is_always_wrapped(request: dict[str, str]) -> None:
    with contextlib.suppress(EnvelopeError):
        outer = json.loads(wrap(PARTNER, request))
        assert set(outer) == {"clientId", "params", "signature"}


def test_half_a_surrogate_pair_is_an_envelope_error() -> None:
    with pytest.raises(EnvelopeError, match="not Unicode"):
        wrap(PARTNER, {"authToken": "\udcff"})


@given(st.dictionaries(st.sampled_from(["error", "message", "data"]), JSON))
def test_an_inner_answer_is_data_or_a_typed_error(answer: dict[str, Any]) -> None:
    try:
        assert data_of(answer) is answer["data"]
    except ApiError as error:
        assert error.code == answer["error"] != 0
    except EnvelopeError:
        error = answer.get("error")
        no_number = isinstance(error, bool) or not isinstance(error, int)
        assert no_number or (error == 0 and not isinstance(answer.get("data"), dict))


KINDS = [
    (100, ApiError),
    (101, TokenBadSignature),
    (102, TokenWrongDomain),
    (103, TokenExpired),
    (104, TokenDisabled),
    (105, ApiError),
    (106, TokenWrongType),
    (107, TokenError),
    (999, ApiError),
    (-1, ApiError),
]


@pytest.mark.parametrize(("code", "kind"), KINDS)
def test_a_code_has_its_error_and_the_message_stays_out_of_its_text(code: int, kind: type[ApiError]) -> None:
    with pytest.raises(ApiError) as caught:
        data_of({"error": code, "message": "of SOPHEA CHAN, 010123456", "data": {"a": 1}})
    assert type(caught.value) is kind and caught.value.code == code
    assert str(caught.value) == f"CamDigiKey answered with error {code}"
    assert caught.value.message == "of SOPHEA CHAN, 010123456"


@settings(max_examples=300)
@given(st.booleans(), st.dictionaries(FIELDS, LEAVES | JSON))
@example(True, {"exp": 1e15})
@example(True, {"exp": 253_402_300_799_999})
@example(True, {"exp": "0001-01-01T00:00:00+14:00"})
def test_a_status_is_read_or_an_envelope_error(status: bool, data: dict[str, Any]) -> None:
    with contextlib.suppress(EnvelopeError):
        found = m.token_status({"status": status, **data})
        assert found.status in (True, False)
        for time in (found.issued_at, found.not_before, found.expires_at):
            assert time is None or datetime.fromtimestamp(time, UTC)
        assert not (found.user and found.organization)


@given(JSON)
def test_a_status_that_is_not_true_or_false_is_an_envelope_error(value: Any) -> None:
    if not isinstance(value, bool):
        with pytest.raises(EnvelopeError):
            m.token_status({"status": value})


@settings(max_examples=300)
@given(st.dictionaries(FIELDS, LEAVES | JSON))
def test_a_profile_is_read_or_an_envelope_error(data: dict[str, Any]) -> None:
    with contextlib.suppress(EnvelopeError):
        assert isinstance(m.profile(data).camdigikey_id, str)


@given(JSON)
def test_a_face_is_bytes_or_an_envelope_error(value: Any) -> None:
    with contextlib.suppress(EnvelopeError):
        assert isinstance(m.image({"face": value}), bytes)


@pytest.mark.parametrize("head", ["", "data:image/png;base64,"])
def test_a_face_comes_in_one_line_or_in_many_with_or_without_a_head(head: str) -> None:
    image = bytes(range(256))
    assert m.image({"face": head + base64.b64encode(image).decode()}) == image
    assert m.image({"face": head + base64.encodebytes(image).decode()}) == image


TIMES = [
    (1_795_000_000, 1_795_000_000.0),
    (1_795_000_000.5, 1_795_000_000.5),
    (1_795_000_000_123, 1_795_000_000.123),
    ("1795000000", 1_795_000_000.0),
    ("1795000000123", 1_795_000_000.123),
    ("2026-11-18T11:06:40.000+00:00", 1_795_000_000.0),
    ("2026-11-18T11:06:40Z", 1_795_000_000.0),
    ("2026-11-18T18:06:40+07:00", 1_795_000_000.0),
    ("2026-11-18T18:06:40.000+0700", 1_795_000_000.0),
    ("2026-11-18T11:06:40", 1_795_000_000.0),
    ("2026-11-18 11:06:40", 1_795_000_000.0),
    (None, None),
    ("", None),
    (0, 0.0),
]


@pytest.mark.parametrize(("value", "seconds"), TIMES)
def test_a_time_is_read_from_seconds_milliseconds_and_iso_8601(value: Any, seconds: float | None) -> None:
    assert m.instant({"exp": value}, "exp") == seconds


@pytest.mark.parametrize(
    "value",
    [True, [], {}, "soon", "9" * 30, 10**400, float("nan"), float("inf"), 10**17, -1, 10**15, "0999-01-01"],
)
def test_what_is_no_time_is_an_envelope_error(value: Any) -> None:
    with pytest.raises(EnvelopeError, match="the field exp is not a time"):
        m.instant({"exp": value}, "exp")


PART = st.text(alphabet="AZaz09+/-_=%.", max_size=30) | st.text(max_size=10)


@given(st.text() | st.lists(PART, max_size=5).map(".".join))
@example("a.b.\ud800")
@example("%")
@example("%E1%9E%9F.b.c")
@example("a.b." + "A" * 100_000)
@example(TOKEN + "\n")
@example(TOKEN + "%00")
def test_no_text_passes_for_a_signed_token(token: str) -> None:
    for name in ("signer", "p521", "rsa"):
        with pytest.raises(TokenBadSignature) as caught:
            verify_token(token, CERTIFICATES[name])
        assert caught.value.code == 101 and "answered" not in str(caught.value)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_no_changed_letter_of_a_token_goes_unseen(position: int, letter: str) -> None:
    changed = TOKEN[:position] + letter + TOKEN[position + 1 :]
    if _canonical(changed) != _canonical(TOKEN):
        with pytest.raises(TokenBadSignature):
            verify_token(changed, CERTIFICATES["signer"])


def _canonical(token: str) -> Any:
    """What two spellings of the same token have in common."""
    parts = decoded(token).split(".")
    if len(parts) == 3:
        encoded = parts[2].replace("-", "+").replace("_", "/").rstrip("=")
        with contextlib.suppress(ValueError):
            return parts[0], parts[1], base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    return token


@given(st.binary() | JSON.map(lambda data: json.dumps({"error": 0, "data": data}).encode()))
@example(b'{"error": 0, "data": ["-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"]}')
@example(b'{"error": "x", "data": []}')
@example(b'{"error": 103}')
def test_a_certificates_answer_is_a_list_or_a_typed_error(body: bytes) -> None:
    try:
        assert certificates(body) == []
    except CamDigiKeyError as error:
        assert isinstance(error, EnvelopeError | ApiError)


def test_too_many_certificates_are_an_envelope_error() -> None:
    with pytest.raises(EnvelopeError, match="too many"):
        certificates(json.dumps({"error": 0, "data": ["x"] * 17}).encode())

"""Client authentication at `/token` (RFC 6749 §2.3), and that no input gives anything but an OAuth answer."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.oidc.answer import FORM
from bridge.oidc.client_auth.method import ClientCredentials, Proofs
from bridge.oidc.client_auth.secrets import SECRET as SECRET_HASH
from bridge.oidc.client_auth.secrets import secret_proven
from bridge.stores.sealing import MasterSealer
from tests.oidc.house import CALLBACK, SEALER, SECRET, VERIFIER, House, Said, basic

GRANT = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}


def ask(house: House, authorization: str | None, **fields: str) -> Said:
    headers = {"Authorization": authorization} if authorization is not None else {}
    return house.post(urlencode({**GRANT, "code": "a.b", **fields}).encode(), headers)


def b64(raw: bytes) -> str:
    return "Basic " + base64.b64encode(raw).decode()


REFUSED: Mapping[str, tuple[str | None, dict[str, str]]] = {
    "RFC6749-5.2 nothing": (None, {}),
    "RFC6749-5.2 unknown client": (basic("nobody"), {}),
    "RFC6749-5.2 wrong secret": (basic("web", "guess"), {}),
    "RFC6749-5.2 empty secret": (basic("web", ""), {}),
    "RFC6749-5.2 secret in other letters": (basic("web", SECRET.upper()), {}),
    "RFC6749-5.2 disabled client": (basic("off"), {}),
    "RFC6749-2.3.1 not base64": ("Basic !!!", {}),
    "RFC6749-2.3.1 base64 with a letter beyond it": (basic("web") + "!", {}),
    "RFC6749-2.3.1 Khmer in the header": ("Basic ក", {}),
    "RFC6749-2.3.1 no colon": (b64(b"web"), {}),
    "RFC6749-2.3.1 not UTF-8": (b64(b"web:\xff\xfe"), {}),
    "RFC6749-2.3.1 percent-encoded, not UTF-8": (b64(b"web:%ff%fe"), {}),
    "RFC6749-2.3.1 empty": ("Basic ", {}),
    "RFC6749-2.3.1 no name": (basic(""), {}),
    "RFC7235-2.1 another scheme": ("Digest username=web", {}),
    "RFC7235-2.1 Bearer": ("Bearer " + SECRET, {"client_id": "web"}),
    "RFC6749-2.1 no secret of a confidential client": (None, {"client_id": "web"}),
    "RFC6749-2.1 no secret where post is registered": (None, {"client_id": "post"}),
    "RFC6749-2.3 a secret for a public client": (None, {"client_id": "spa", "client_secret": "x"}),
    "RFC6749-2.3 basic for a public client": (basic("spa", ""), {}),
    "RFC7521-4.2 an assertion": (None, {"client_id": "web", "client_assertion": "x"}),
    "RFC7521-4.2 an assertion of a public client": (None, {"client_id": "spa", "client_assertion": "x"}),
    "RFC6749-5.2 wrong secret by post": (None, {"client_id": "post", "client_secret": "guess"}),
}


@pytest.mark.parametrize("id", REFUSED)
def test_a_client_that_does_not_prove_itself_is_refused(house: House, id: str) -> None:
    authorization, fields = REFUSED[id]
    said = ask(house, authorization, **fields)
    assert said.refusal == (401, "invalid_client")
    assert said.headers["WWW-Authenticate"].startswith('Basic realm="')


@pytest.mark.parametrize(
    ("authorization", "fields"),
    [(None, {"client_id": "web", "client_secret": SECRET}), (basic("post"), {})],
    ids=["by form where basic is registered", "by header where post is registered"],
)
def test_a_secret_counts_by_header_and_by_form(
    house: House, authorization: str | None, fields: dict[str, str]
) -> None:
    """Libraries differ in what they do by default, and both ways prove the same."""
    assert ask(house, authorization, **fields).refusal == (400, "invalid_grant")


def test_all_refusals_read_the_same(house: House) -> None:
    """Whether a client exists is not told."""
    bodies = {ask(house, header, **fields).answer.body for header, fields in REFUSED.values()}
    assert len(bodies) == 1


TWICE: Mapping[str, tuple[str | None, dict[str, str]]] = {
    "RFC6749-2.3 basic and post": (basic("web"), {"client_id": "web", "client_secret": SECRET}),
    "RFC6749-2.3 basic and a secret": (basic("web"), {"client_secret": SECRET}),
    "RFC6749-2.3 basic and an assertion": (basic("web"), {"client_assertion": "x"}),
    "RFC6749-2.3 post and an assertion": (
        None,
        {"client_id": "post", "client_secret": SECRET, "client_assertion": "x"},
    ),
    "RFC6749-2.3 another client_id in the body": (basic("web"), {"client_id": "post"}),
}


@pytest.mark.parametrize("id", TWICE)
def test_two_methods_at_once_are_refused(house: House, id: str) -> None:
    authorization, fields = TWICE[id]
    assert ask(house, authorization, **fields).refusal == (400, "invalid_request")


def test_the_own_client_id_beside_basic_is_fine(house: House) -> None:
    """Many libraries send it (RFC 6749 §3.2.1)."""
    said = ask(house, basic("web"), code=house.code(), client_id="web")
    assert said.status == 200


def test_name_and_secret_are_percent_decoded(house: House) -> None:
    """RFC 6749 §2.3.1: both are encoded as in a form."""
    client_id, secret = "កម្មវិធី: 1+1", "a+b %/:ស"
    named = house.change("web", secret_hashes=(SEALER.mac(SECRET_HASH, secret),))
    assert ask(house, b64(f"web:{quote_plus(secret)}".encode()), code=house.code()).status == 200
    house.register(Client(ClientId(client_id), "Khmer id", (CALLBACK,), secret_hashes=named.secret_hashes))
    header = b64(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode())
    assert ask(house, header, code=house.code(client_id)).status == 200
    house.services.clients.remove(ClientId(client_id))


def test_two_secrets_may_live_at_once(house: House) -> None:
    both = tuple(SEALER.mac(SECRET_HASH, secret) for secret in ("new", "old"))
    house.change("web", secret_hashes=both)
    assert ask(house, basic("web", "new"), code=house.code()).status == 200
    assert ask(house, basic("web", "old"), code=house.code()).status == 200
    assert ask(house, basic("web"), code=house.code()).refusal == (401, "invalid_client")


class TwoKeys:
    """Hashes whose key was renewed: what the earlier one hashed still counts."""

    def mac(self, purpose: str, text: str) -> str:
        return f"2:{purpose} {text}"

    def macs(self, purpose: str, text: str) -> tuple[str, ...]:
        return (self.mac(purpose, text), f"{purpose} {text}")


@pytest.mark.parametrize("kept", [f"2:{SECRET_HASH} s", f"{SECRET_HASH} s"], ids=["new", "old"])
def test_a_secret_counts_by_whichever_key_it_was_hashed(kept: str) -> None:
    sealer = MasterSealer([b"m" * 32])
    sealer.hash_by(TwoKeys())
    client = Client(ClientId("web"), "Web", (CALLBACK,), secret_hashes=(kept,))
    for secret, holds in (("s", True), ("t", False), ("", False)):
        shown = ClientCredentials(ClientId("web"), "client_secret_basic", secret)
        assert secret_proven(shown, client, Proofs(sealer)) is holds
        assert not secret_proven(shown, None, Proofs(sealer))


def test_a_confidential_client_without_any_secret_kept_gets_nothing(house: House) -> None:
    house.change("web", secret_hashes=())
    assert ask(house, basic("web", ""), code=house.code()).refusal == (401, "invalid_client")


def test_the_keyed_hash_itself_is_no_secret(house: House) -> None:
    client = house.client()
    assert ask(house, basic("web", client.secret_hashes[0])).refusal == (401, "invalid_client")


def test_a_client_is_named_to_the_web_even_where_it_is_refused(house: House) -> None:
    """So that its own page can read the error (CORS)."""
    assert ask(house, None, client_id="spa").answer.client_id == "spa"


def is_oauth(said: Said) -> None:
    assert said.status in (200, 400, 401)
    assert said.headers["Content-Type"] == "application/json"
    assert said.headers["Cache-Control"] == "no-store"
    if said.status != 200:
        assert said["error"] in (
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "invalid_scope",
            "unauthorized_client",
            "unsupported_grant_type",
        )


NAMES = st.sampled_from(
    [
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "scope",
        "client_id",
        "client_secret",
        "client_assertion",
    ]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "authorization_code",
            "refresh_token",
            "machine",
            "web",
            "spa",
            "post",
            SECRET,
            "a.b",
            "a.o-b",
            "client_credentials",
        ]
    ),
)


@hypothesis_settings(max_examples=150)
@given(
    fields=st.lists(st.tuples(NAMES, VALUES), max_size=8),
    authorization=st.one_of(
        st.none(),
        st.text(max_size=40),
        st.binary(max_size=40).map(b64),
        st.sampled_from([basic("web"), basic("post"), basic("spa", ""), basic("machine")]),
    ),
)
def test_no_form_gives_anything_but_an_oauth_answer(
    built_house: House, fields: list[tuple[str, str]], authorization: str | None
) -> None:
    encoded = urlencode(fields, errors="surrogatepass").encode()
    is_oauth(built_house.post(encoded, {"Authorization": authorization} if authorization else {}))


@hypothesis_settings(max_examples=150)
@given(body=st.binary(max_size=200), kind=st.sampled_from([FORM, "", "text/plain"]))
def test_no_bytes_give_anything_but_an_oauth_answer(built_house: House, body: bytes, kind: str) -> None:
    is_oauth(built_house.post(body, {"Authorization": basic("web")}, kind))

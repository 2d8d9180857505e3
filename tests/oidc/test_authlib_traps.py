"""What Authlib would do by itself, found by running it, and that we do otherwise (DESIGN §3)."""

from __future__ import annotations

import ast
import inspect
import logging
import re
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest
from authlib.oauth2.rfc6749 import authorization_server, errors, grants, models
from authlib.oauth2.rfc7636 import challenge

import bridge
from bridge.domain.client import Client
from bridge.oidc.answer import ClientRequest
from bridge.oidc.endpoints import url_of
from bridge.oidc.server.request import TokenRequest
from tests.oidc.house import CALLBACK, ISSUER, SESSION, VERIFIER, House, Said, basic
from tests.support.imports import imports

BRIDGE = Path(bridge.__file__).parent


def test_parameters_of_the_query_are_not_seen(house: House) -> None:
    """Its Flask server merges query and form; a ClientRequest has no place for a query."""
    assert "query" not in ClientRequest.__dataclass_fields__
    request = TokenRequest(house.request("token"), {"code": "x"})
    assert request.args == {}
    assert request.form == {"code": "x"}
    assert request.payload.data == {"code": "x"}


def test_the_uri_is_built_from_the_issuer_so_a_proxy_without_tls_to_us_does_no_harm() -> None:
    with pytest.raises(errors.InsecureTransportError):
        TokenRequest(ClientRequest("POST", "http://login.example/token", {}), {})
    assert url_of("token", ISSUER) == ISSUER + "/token"


def test_a_khmer_letter_in_redirect_uri_is_no_500(house: House) -> None:
    said = house.exchange("web", house.code(), redirect_uri="https://app.example/ចូល")
    assert said.refusal == (400, "invalid_grant")


def test_a_basic_header_that_is_not_utf_8_is_no_500(house: House) -> None:
    assert house.post(b"grant_type=authorization_code", {"Authorization": "Basic //79/w=="}).refusal == (
        401,
        "invalid_client",
    )


def test_of_parallel_exchanges_of_one_code_one_wins(house: House) -> None:
    """It deletes a code after saving the token, so that all would win: we take first and mint second."""
    house.session()
    code = house.code()
    said: list[Said] = []
    threads = [threading.Thread(target=lambda: said.append(house.exchange("web", code))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in said) == [200] + [400] * 11
    (winner,) = [answer for answer in said if answer.status == 200]
    assert house.userinfo(winner["access_token"]).refusal == (401, "invalid_token")
    assert house.refresh("web", winner["refresh_token"]).refusal == (400, "invalid_grant")


def test_plain_pkce_is_not_taken(house: House) -> None:
    """`plain` is its default: there the verifier is the challenge itself."""
    code = house.code(code_challenge=VERIFIER)
    assert house.exchange("web", code, code_verifier=VERIFIER).refusal == (400, "invalid_grant")


def test_a_public_client_needs_a_verifier_even_if_no_challenge_was_kept(house: House) -> None:
    code = house.code("spa", code_challenge=None)
    assert house.exchange("spa", code, code_verifier=None).refusal == (400, "invalid_grant")


def test_a_refreshed_id_token_has_the_auth_time_of_the_login(house: House) -> None:
    """Authlib takes the time of the refresh, having no Grant in the place of its "user"."""
    house.session()
    first = house.tokens()
    house.clock += 200
    again = house.refresh("web", first["refresh_token"])
    same = ("auth_time", "acr", "sid", "sub", "aud", "iss")
    assert {name: again.id_token[name] for name in same} == {name: first.id_token[name] for name in same}


def test_an_unknown_grant_type_is_not_quoted(house: House) -> None:
    """RFC 6749 §5.2 allows few letters in error_description; it would put any there."""
    said = house.exchange("web", house.code(), grant_type='<"ចូល\\')
    assert said["error"] == "unsupported_grant_type"
    assert re.fullmatch(r"[A-Za-z0-9_ .]+", said["error_description"])


def test_a_refresh_token_without_a_session_is_invalid_grant_rather_than_invalid_request(house: House) -> None:
    house.session()
    token = house.tokens()["refresh_token"]
    house.services.sessions.end(SESSION)
    assert house.refresh("web", token).refusal == (400, "invalid_grant")


def test_the_challenge_of_a_401_has_a_realm(house: House) -> None:
    """RFC 7617 §2; its own has none."""
    said = house.post(urlencode({"grant_type": "refresh_token"}).encode(), {"Authorization": basic("x")})
    assert 'realm="' in said.headers["WWW-Authenticate"]


def test_no_token_is_in_any_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """It writes whole tokens into its debug log."""
    caplog.set_level(logging.DEBUG)
    house.session()
    code = house.code("spa")
    first = house.exchange("spa", code)
    again = house.refresh("spa", first["refresh_token"])
    secrets = [code, *first.body.values(), *again.body.values()]
    long = [str(secret) for secret in secrets if len(str(secret)) > 20]
    assert len(long) >= 7
    assert not [secret for secret in long if secret in caplog.text]


def called_on_clients() -> set[str]:
    """The methods that Authlib's code for the token endpoint calls on a client."""
    found = set()
    for module in (
        authorization_server,
        grants.base,
        grants.authorization_code,
        grants.refresh_token,
        grants.client_credentials,
        challenge,
    ):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if (isinstance(owner, ast.Name) and owner.id == "client") or (
                    isinstance(owner, ast.Attribute) and owner.attr == "client"
                ):
                    found.add(node.func.attr)
    return found


def test_our_client_has_what_authlib_calls_on_one() -> None:
    """Its mixins for SQLAlchemy keep secrets in clear: ours is a frozen dataclass with what is called."""
    authorize_only = {  # written by ourselves (oidc/authorization)
        "check_redirect_uri",
        "get_default_redirect_uri",
        "check_response_type",
        "get_allowed_scope",
    }
    assert called_on_clients() - authorize_only == {"check_grant_type"}
    assert callable(Client.check_grant_type)
    assert not issubclass(Client, models.ClientMixin)


def test_authlibs_own_authorization_endpoint_is_nowhere_used(house: House) -> None:
    """Its authorize path answers 500 to what a browser may send: ours is oidc/authorization."""
    said = house.post(urlencode({"response_type": "code", "redirect_uri": CALLBACK}).encode())
    assert said.refusal == (400, "invalid_request")


def test_authlib_is_behind_one_door() -> None:
    """Its request class, errors and grants are nobody else's: oidc/server alone imports it (DESIGN §3)."""
    importers = {found.by for found in imports(BRIDGE) if found.target.split(".")[0] == "authlib"}
    assert importers
    assert {name for name in importers if not name.startswith("bridge.oidc.server.")} == set()

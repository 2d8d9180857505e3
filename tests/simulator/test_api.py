"""The API port as a stranger's client meets it: raw HTTP over mutual TLS, right and wrong."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509

from bridge.simulator import Simulator, serve
from bridge.simulator.bodies import MAX_BODY_BYTES
from bridge.simulator.faults import Fault
from tests.simulator.conftest import V2, V3, RawPartner

STATUS = V3 + "access-token/status"
CERTIFICATES = (
    "/api/v3.0/authentication/certificates/access-token",
    "/api/v2.0/certificates/access-token-certificate-chain",
)
DATED = {"domain": "portal.example.gov.kh", "requestedDate": 1_795_000_000_000}


@pytest.fixture(autouse=True)
def _no_traceback(capfd: pytest.CaptureFixture[str]) -> Any:
    """Whatever comes in, the server breaks over none of it."""
    yield
    assert "Traceback" not in capfd.readouterr().err


def _asked(partner: RawPartner, method: str, path: str) -> tuple[int, bytes]:
    """Status and body of a request without a body."""
    with contextlib.closing(partner.connection()) as connection:
        connection.request(method, path)
        with connection.getresponse() as answer:
            return answer.status, answer.read()


# -- what is right ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CERTIFICATES)
def test_the_certificates_come_without_an_envelope_signer_first(partner: RawPartner, path: str) -> None:
    answer = json.loads(_asked(partner, "GET", path)[1])
    assert (answer["error"], answer["message"]) == (0, "Success")
    chain = [x509.load_pem_x509_certificate(pem.encode()) for pem in answer["data"]]
    names = [certificate.subject.rfc4514_string().split(",")[0] for certificate in chain]
    assert names == [
        "CN=CamDigiKey token signer",
        "CN=Simulated CamDigiKey issuing",
        "CN=Simulated CamDigiKey root",
    ]


def test_the_domains_of_the_account_are_told_as_the_java_client_asks_for_them(partner: RawPartner) -> None:
    """PROTOCOL, Seen later 1: it does not start without them."""
    status, body = _asked(partner, "GET", "/api/v2.0/clients")
    assert (status, json.loads(body)["error"]) == (200, 0)
    assert json.loads(body)["data"] == [partner.settings["domain"]]


@pytest.mark.parametrize("prefix", [V3, V2])
def test_an_organization_gets_a_token(partner: RawPartner, prefix: str) -> None:
    answer = partner.call(prefix + "organization-access-token", **DATED)
    assert answer["error"] == 0 and answer["data"]["accessToken"].count(".") == 2


def test_one_connection_serves_many_calls_chunked_or_with_a_length(partner: RawPartner) -> None:
    request = json.dumps({"clientId": partner.settings["client_id"], **DATED}).encode()
    body = json.dumps(partner.wrapped(request)).encode()
    connection = partner.connection()
    connection.connect()
    kept = connection.sock
    for sent in (body, iter([body[:7], body[7:]]), body):
        connection.request("POST", V3 + "organization-access-token", sent, {"Expect": ""})
        assert partner.opened(connection.getresponse().read())["error"] == 0
    assert connection.sock is kept
    connection.close()


def test_chunks_may_have_extensions_and_trailers(partner: RawPartner) -> None:
    request = json.dumps({"clientId": partner.settings["client_id"], **DATED}).encode()
    body = json.dumps(partner.wrapped(request)).encode()
    chunked = b"%X;a=b\r\n%b\r\n0\r\nTrailer: x\r\n\r\n" % (len(body), body)
    status, answer = _raw(partner, V3 + "organization-access-token", "Transfer-Encoding: chunked", chunked)
    assert status == 200 and partner.opened(answer)["error"] == 0


# -- what is wrong inside a right request ----------------------------------------------------------------


def envelopes(partner: RawPartner) -> dict[str, Any]:
    client_id = partner.settings["client_id"]
    good = partner.wrapped(json.dumps({"clientId": client_id, "accessToken": "x"}).encode())
    return {
        "nothing": b"",
        "no JSON": b"{",
        "not UTF-8": b"\xff\xfe",
        "a list": b"[]",
        "deep": b"[" * 100_000,
        "no fields": {},
        "another's client id": {**good, "clientId": "another"},
        "a client id that is a number": {**good, "clientId": 5},
        "another client id, rightly signed": partner.signed(good["params"], "another"),
        "half a surrogate pair": {**good, "clientId": "\ud800"},
        "a wrong signature": {**good, "signature": base64.b64encode(bytes(64)).decode()},
        "a signature in Khmer": {**good, "signature": "ហត្ថលេខា"},
        "no signature": {**good, "signature": None},
        "params that are a number": {**good, "params": 5},
        "params that are no base64": partner.signed("%%%", client_id),
        "params that are cut": partner.signed(good["params"][:-8], client_id),
        "empty params": partner.signed("", client_id),
        "wrong padding": partner.wrapped(b"{}".ljust(15) + b"\x11", pad=False),
        "no padding": partner.wrapped(b"{}".ljust(16, b"\0"), pad=False),
        "uneven padding": partner.wrapped(b"{}".ljust(14) + b"\x01\x02", pad=False),
        "no JSON inside": partner.wrapped(b"hello"),
        "a list inside": partner.wrapped(b"[]"),
        "another's client id inside": partner.wrapped(b'{"clientId": "another"}'),
        "half a surrogate pair inside": partner.wrapped(
            json.dumps({"clientId": client_id, "accessToken": "\ud800"}).encode()
        ),
    }


ENVELOPES = (
    "nothing|no JSON|not UTF-8|a list|deep|no fields|another's client id|a client id that is a number"
    "|another client id, rightly signed|half a surrogate pair|a wrong signature|a signature in Khmer"
    "|no signature|params that are a number|params that are no base64|params that are cut|empty params"
    "|wrong padding|no padding|uneven padding|no JSON inside|a list inside|another's client id inside"
    "|half a surrogate pair inside"
).split("|")


def test_every_wrong_envelope_is_tried(partner: RawPartner) -> None:
    assert list(envelopes(partner)) == ENVELOPES


@pytest.mark.parametrize("name", ENVELOPES)
def test_a_wrong_envelope_is_answered_in_a_right_one(partner: RawPartner, name: str) -> None:
    sent = envelopes(partner)[name]
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    assert partner.post(STATUS, body) == {"error": 105, "message": "Decryption failed"}


FIELDS: dict[str, tuple[str, dict[str, Any], int]] = {
    "no token": (STATUS, {}, 107),
    "an empty token": (STATUS, {"accessToken": ""}, 107),
    "a token that is null": (STATUS, {"accessToken": None}, 107),
    "a token that is a list": (STATUS, {"accessToken": ["x"]}, 105),
    "a token that nobody gave": (STATUS, {"accessToken": "a.b.c"}, 101),
    "no domain": (V3 + "login-token", {}, 102),
    "another's domain": (V3 + "login-token", {"domain": "a.example"}, 102),
    "no date": (V3 + "login-token", {"domain": DATED["domain"]}, 105),
    "a date in seconds": (V2 + "login-token", {**DATED, "requestedDate": 1_795_000_000}, 105),
    "a date in words": (V3 + "organization-access-token", {**DATED, "requestedDate": "today"}, 105),
    "a date that is true": (V2 + "organization-access-token", {**DATED, "requestedDate": True}, 105),
    "callback variables in a list": (V3 + "login-token", {**DATED, "callbackVars": ["a"]}, 105),
    "a callback variable that is a number": (V3 + "login-token", {**DATED, "callbackVars": {"a": 1}}, 105),
    "a return URL that is a number": (V3 + "login-token", {**DATED, "successReturnUrl": 5}, 105),
    "a return URL that is none": (V3 + "login-token", {**DATED, "successReturnUrl": "http://["}, 105),
    "a return URL without a scheme": (V3 + "login-token", {**DATED, "successReturnUrl": "/x"}, 105),
    "an auth token that is a map": (V2 + "access-token", {"authToken": {}}, 105),
    "an account token that nobody gave": (V2 + "verify-user-profile", {**DATED, "accountToken": "x"}, 101),
}


@pytest.mark.parametrize(("path", "fields", "code"), FIELDS.values(), ids=FIELDS)
def test_a_field_that_is_wrong_has_its_code(
    partner: RawPartner, path: str, fields: dict[str, Any], code: int
) -> None:
    answer = partner.call(path, **fields)
    assert answer["error"] == code and answer["message"] and "data" not in answer


def test_a_token_of_another_kind_has_its_code(partner: RawPartner) -> None:
    login = partner.call(V3 + "login-token", **DATED)["data"]["loginToken"]
    for path, field in ((STATUS, "accessToken"), (V3 + "access-token", "authToken")):
        assert partner.call(path, **{field: login})["error"] == 106
    unknown = partner.call(
        V3 + "lookup", **DATED, accessToken=_organization(partner), personalCode="999999999"
    )
    assert unknown["error"] == 404


def _organization(partner: RawPartner) -> str:
    return str(partner.call(V3 + "organization-access-token", **DATED)["data"]["accessToken"])


# -- what is wrong below the envelope --------------------------------------------------------------------

BODIES: dict[str, tuple[str, bytes, int]] = {
    "a length that is no number": ("Content-Length: ten", b"", 400),
    "a negative length": ("Content-Length: -1", b"", 400),
    "a length in Khmer digits": ("Content-Length: ១០", b"", 400),
    "two lengths": ("Content-Length: 2\r\nContent-Length: 3", b"{}", 400),
    "a huge length": (f"Content-Length: {MAX_BODY_BYTES + 1}", b"", 413),
    "a length beyond any": ("Content-Length: " + "9" * 30, b"", 400),
    "a chunk's size that is no number": ("Transfer-Encoding: chunked", b"zz\r\n{}\r\n0\r\n\r\n", 400),
    "a negative chunk": ("Transfer-Encoding: chunked", b"-5\r\n{}\r\n0\r\n\r\n", 400),
    "a huge chunk": ("Transfer-Encoding: chunked", b"FFFFFFFFFFFF\r\n", 413),
    "a chunk longer than it says": ("Transfer-Encoding: chunked", b"2\r\n{}xx\r\n0\r\n\r\n", 400),
    "trailers without end": (
        "Transfer-Encoding: chunked",
        b"2\r\n{}\r\n0\r\n" + b"A: b\r\n" * 100 + b"\r\n",
        400,
    ),
    "chunks and a length": (
        "Transfer-Encoding: chunked\r\nContent-Length: 2",
        b"2\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "an unknown coding": ("Transfer-Encoding: gzip", b"", 400),
}


def _raw(partner: RawPartner, path: str, headers: str, body: bytes) -> tuple[int, bytes]:
    """A request written by hand: status and body of what comes back before the server closes."""
    connection = partner.connection()
    connection.connect()
    assert connection.sock
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\nConnection: close\r\n\r\n"
    connection.sock.sendall(head.encode() + body)
    received = b""
    while piece := connection.sock.recv(65536):
        received += piece
    connection.close()
    answered, _, rest = received.partition(b"\r\n\r\n")
    return int(answered.split()[1]), rest


@pytest.mark.parametrize(("headers", "body", "status"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_none_is_answered_by_http(
    partner: RawPartner, headers: str, body: bytes, status: int
) -> None:
    assert _raw(partner, STATUS, headers, body) == (status, b"{}")


def test_a_partner_that_goes_in_the_middle_harms_nobody(partner: RawPartner) -> None:
    with contextlib.closing(partner.connection()) as connection:
        connection.connect()
        assert connection.sock
        connection.sock.sendall(f"POST {STATUS} HTTP/1.1\r\nContent-Length: 50\r\n\r\nhalf".encode())
    assert partner.call(STATUS)["error"] == 107  # the next one is served


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 404),
        ("GET", STATUS, 404),
        ("GET", "/%00", 404),
        ("POST", CERTIFICATES[0], 404),
        ("DELETE", STATUS, 501),
        ("HEAD", CERTIFICATES[0], 501),
    ],
)
def test_what_there_is_not_is_an_http_error(partner: RawPartner, method: str, path: str, status: int) -> None:
    assert _asked(partner, method, path)[0] == status


# -- the folder ------------------------------------------------------------------------------------------


def test_partner_json_holds_all_that_a_client_needs(simulator: Simulator, partner: RawPartner) -> None:
    settings = partner.settings
    assert set(settings) == {
        *("client_id", "domain", "hmac_key", "aes_secret_key", "aes_iv_params", "base_url"),
        *("keystore", "trust_store", "store_password", "version"),
    }
    assert settings["base_url"] == simulator.api_url and settings["version"] == "v3"
    assert (len(partner.key("aes_secret_key")), len(partner.key("aes_iv_params"))) == (32, 16)
    for name in ("keystore", "trust_store"):
        assert (simulator.folder / settings[name]).read_bytes()


def test_the_folder_is_its_owners_alone(simulator: Simulator) -> None:
    assert simulator.folder.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in simulator.folder.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_a_second_start_keeps_the_account_and_writes_the_new_address(tmp_path: Path) -> None:
    partner = RawPartner(tmp_path / "new" / "folder")
    found = []
    for _ in range(2):
        running = serve(partner.folder, ("127.0.0.1", 0), ("127.0.0.1", 0))
        try:
            assert partner.settings["base_url"] == running.api_url
            assert _organization(partner)
            found.append({**partner.settings, "base_url": ""})
            keystore = (partner.folder / "client.p12").read_bytes()
        finally:
            running.stop()
    assert found[0] == found[1]
    assert keystore == (partner.folder / "client.p12").read_bytes()


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6: this machine has none.")
def test_an_address_of_ipv6_is_served_and_certified(tmp_path: Path) -> None:
    try:
        running = serve(tmp_path / "simulator", ("::1", 0), ("::1", 0))
    except OSError:
        pytest.skip("needs IPv6: this machine's loopback has no ::1.")
    try:
        partner = RawPartner(running.folder)
        assert running.api_url.startswith("https://[::1]:") and _organization(partner)
        login = partner.call(V3 + "login-token", **DATED)["data"]["loginUrl"]
        assert login.startswith(running.web_url + "/login?") and "//[::1]:" in login
    finally:
        running.stop()


def test_a_stranger_as_persona_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no persona nobody"):
        serve(tmp_path / "s", ("127.0.0.1", 0), ("127.0.0.1", 0), auto_approve="nobody")


# -- faults on order -------------------------------------------------------------------------------------


def test_faults_below_the_envelope_fit_the_certificates_too(
    simulator: Simulator, partner: RawPartner
) -> None:
    faults = simulator.service.faults
    for kind, expected in (("500", (500, b"Internal Server Error")), ("garbage", (200, b"\x00\xff<html>"))):
        faults.add("certificates", Fault(kind), 1)
        status, body = _asked(partner, "GET", CERTIFICATES[0])
        assert (status, body[: len(expected[1])]) == expected


def test_slow_is_late_but_right(simulator: Simulator, partner: RawPartner) -> None:
    simulator.service.faults.add("organization", Fault("slow", seconds=0.3), 1)
    started = time.monotonic()
    assert _organization(partner)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("kind", ["hang", "reset"])
def test_hang_and_reset_give_no_answer(simulator: Simulator, partner: RawPartner, kind: str) -> None:
    simulator.service.faults.add("organization", Fault(kind, seconds=0.1), 1)
    with pytest.raises(OSError):
        _organization(partner)
    assert _organization(partner)


def test_an_order_for_any_operation_waits_for_the_next_call(
    simulator: Simulator, partner: RawPartner
) -> None:
    simulator.service.faults.add("*", Fault("error", code=777), 2)
    assert partner.call(STATUS)["error"] == 777
    assert partner.call(V2 + "login-token", **DATED)["error"] == 777
    assert partner.call(STATUS)["error"] == 107


def test_status_false_and_expired_token(simulator: Simulator, partner: RawPartner) -> None:
    token = _organization(partner)
    simulator.service.faults.add("status", Fault("status_false"), 1)
    assert partner.call(STATUS, accessToken=token)["data"] == {"status": False}
    assert partner.call(STATUS, accessToken=token)["data"]["status"] is True
    simulator.service.faults.add("organization", Fault("expired_token"), 1)
    assert partner.call(STATUS, accessToken=_organization(partner))["error"] == 103


def test_a_wrong_mac_is_wrong(simulator: Simulator, partner: RawPartner) -> None:
    simulator.service.faults.add("organization", Fault("bad_mac"), 1)
    with pytest.raises(AssertionError):
        _organization(partner)


# -- the end ---------------------------------------------------------------------------------------------


def test_the_end_is_the_end_of_connections_that_are_kept_alive_too(tmp_path: Path) -> None:
    running = serve(tmp_path / "simulator", ("127.0.0.1", 0), ("127.0.0.1", 0))
    try:
        there = urlsplit(running.web_url)
        api = RawPartner(running.folder).connection()
        web = http.client.HTTPConnection(there.hostname or "", there.port, timeout=20)
        with contextlib.closing(api), contextlib.closing(web):
            for connection, path in ((api, CERTIFICATES[0]), (web, "/")):
                connection.request("GET", path)
                assert connection.getresponse().read()
            running.stop()
            for connection, path in ((api, CERTIFICATES[0]), (web, "/")):
                connection.auto_open = 0  # no second connection in secret
                with pytest.raises((OSError, http.client.HTTPException)):
                    connection.request("GET", path)
                    connection.getresponse()
    finally:
        running.stop()
    running.wait()  # comes back at once, now that it has ended


# -- odd partners ----------------------------------------------------------------------------------------


def test_a_partners_own_parameters_replace_none_of_ours(partner: RawPartner, simulator: Simulator) -> None:
    mine = {"authToken": "evil", "state": "s"}
    data = partner.call(V3 + "login-token", callbackVars=mine, **DATED)["data"]
    login = simulator.service.login(data["loginToken"])
    assert login is not None
    came = parse_qs(urlsplit(simulator.service.approve(login, "sophea")).query)
    assert came["state"] == ["s"] and came["authToken"] != ["evil"]


def test_parameters_go_before_a_fragment(partner: RawPartner, simulator: Simulator) -> None:
    address = "https://a.example/cb?x=1#part"
    simulator.service.options.registered = (address,)
    data = partner.call(V3 + "login-token", successReturnUrl=address, **DATED)["data"]
    login = simulator.service.login(data["loginToken"])
    assert login is not None
    came = urlsplit(simulator.service.approve(login, "sophea"))
    assert came.fragment == "part" and came.query.startswith("x=1&authToken=")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "JavaScript:alert(1)"])
def test_an_address_that_is_a_script_is_refused(partner: RawPartner, address: str) -> None:
    assert partner.call(V3 + "login-token", successReturnUrl=address, **DATED)["error"] == 105


def test_a_get_with_a_body_leaves_the_connection_in_order(partner: RawPartner) -> None:
    connection = partner.connection()
    for _ in range(2):
        connection.request("GET", CERTIFICATES[0], b"{}")
        answer = connection.getresponse()
        assert answer.status == 200 and json.loads(answer.read())["error"] == 0
    connection.close()


def test_http_1_0_ends_the_connection(partner: RawPartner) -> None:
    connection = partner.connection()
    connection.connect()
    connection.sock.sendall(f"GET {CERTIFICATES[0]} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".encode())
    data = b"".join(iter(lambda: connection.sock.recv(65536), b""))
    assert b"Connection: close" in data.partition(b"\r\n\r\n")[0]
    connection.close()

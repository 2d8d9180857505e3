"""All ten operations against the simulator over mutual TLS, in v3 and v2, and what goes wrong there."""

from __future__ import annotations

import ast
import inspect
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

import bridge.camdigikey
from bridge.camdigikey import (
    ApiError,
    BusyError,
    CamDigiKey,
    ChainError,
    EnvelopeError,
    HttpError,
    Partner,
    SignerPin,
    TimedOut,
    Timeouts,
    TokenBadSignature,
    TokenDisabled,
    TokenError,
    TokenExpired,
    TokenWrongType,
    TransportError,
)
from bridge.camdigikey.signature import key_sha256
from bridge.simulator import Simulator
from bridge.simulator.faults import Fault
from tests.camdigikey.conftest import PATIENT, SUCCESS, approved
from tests.camdigikey.fakes import Answers, seal
from tests.camdigikey.vectors import VECTORS, partner


def sign_in(simulator: Simulator, camdigikey: CamDigiKey, persona: str = "sophea") -> str:
    """An access token of that person."""
    _, params = approved(simulator, camdigikey.login_token().login_token, persona)
    return camdigikey.user_access_token(params["authToken"])


# -- every operation -------------------------------------------------------------------------------------


def test_a_login_brings_an_access_token_and_the_person(
    simulator: Simulator, camdigikey: CamDigiKey, version: str
) -> None:
    login = camdigikey.login_token({"state": "s+/="}, "https://portal.example.gov.kh/own")
    assert login.login_url.startswith(simulator.web_url)
    address, params = approved(simulator, login.login_token)
    if version == "v3":
        assert address == "https://portal.example.gov.kh/own"
    else:
        assert address == SUCCESS
    assert params["state"] == "s+/="
    token = camdigikey.user_access_token(params["authToken"])
    status = camdigikey.status(token)
    assert status.status and status.type == "USER" and status.organization is None
    assert status.user and status.user.camdigikey_id and status.user.first_name_kh
    assert status.expires_at and abs(status.expires_at - time.time() - 3600) < 120
    with pytest.raises(TokenError):
        camdigikey.user_access_token(params["authToken"])  # once


def test_an_auth_token_may_come_as_the_callback_carries_it(
    simulator: Simulator, camdigikey: CamDigiKey
) -> None:
    _, params = approved(simulator, camdigikey.login_token().login_token)
    encoded = "".join(f"%{ord(letter):02X}" if letter in "+/=" else letter for letter in params["authToken"])
    assert camdigikey.user_access_token(encoded)


@pytest.mark.parametrize("form", ["seconds", "milliseconds", "iso"])
def test_times_are_seconds_whatever_the_server_writes(simulator: Simulator, form: str) -> None:
    before = simulator.service.options.time_format
    simulator.service.options.time_format = form
    try:
        with CamDigiKey(Partner.from_file(simulator.partner_file), timeouts=PATIENT) as camdigikey:
            status = camdigikey.status(sign_in(simulator, camdigikey))
    finally:
        simulator.service.options.time_format = before
    assert status.issued_at is not None and abs(status.issued_at - time.time()) < 120


def test_a_refreshed_token_takes_the_place_of_the_old(simulator: Simulator, camdigikey: CamDigiKey) -> None:
    token = sign_in(simulator, camdigikey)
    new = camdigikey.refresh(token)
    assert camdigikey.status(new.access_token).status
    assert new.service_account_id and new.created_date and abs(new.created_date - time.time()) < 120
    with pytest.raises(TokenDisabled):
        camdigikey.status(token)


def test_a_token_that_was_logged_out_is_disabled(simulator: Simulator, camdigikey: CamDigiKey) -> None:
    token = sign_in(simulator, camdigikey)
    ended = camdigikey.logout(token)
    assert ended.status == 0 and ended.jwt_id and ended.expires_at
    with pytest.raises(TokenDisabled) as caught:
        camdigikey.status(token)
    assert caught.value.code == 104


def test_an_organization_looks_a_person_up_and_another_verifies(
    simulator: Simulator, camdigikey: CamDigiKey, version: str
) -> None:
    token = camdigikey.organization_access_token()
    status = camdigikey.status(token)
    assert status.type == "ORGANIZATION" and status.user is None
    assert status.organization and status.organization.domain
    person = camdigikey.status(sign_in(simulator, camdigikey)).user
    assert person
    found = camdigikey.lookup(token, person.personal_code)
    assert found.camdigikey_id == person.camdigikey_id and found.account_token and found.expired_date
    verified = camdigikey.verify_account_token(found.account_token)
    assert verified.surname_kh == person.last_name_kh
    assert verified.user_status == (1 if version == "v3" else None)


def test_a_face_is_an_image(simulator: Simulator, camdigikey: CamDigiKey) -> None:
    assert len(camdigikey.user_face(sign_in(simulator, camdigikey))) > 50


def test_a_token_of_another_kind_has_its_own_error(simulator: Simulator, camdigikey: CamDigiKey) -> None:
    with pytest.raises(TokenWrongType):
        camdigikey.status(camdigikey.login_token().login_token)


def test_a_pinned_signer_is_taken_and_another_refused(simulator: Simulator) -> None:
    ours = Partner.from_file(simulator.partner_file)
    with CamDigiKey(ours, timeouts=PATIENT) as camdigikey:
        certificate = camdigikey.signer_certificates().certificate
    pin = SignerPin(certificate.subject.rfc4514_string(), key_sha256(certificate))
    with CamDigiKey(ours, timeouts=PATIENT, signer_pin=pin) as camdigikey:
        assert camdigikey.organization_access_token()
    with CamDigiKey(ours, timeouts=PATIENT, signer_pin=replace(pin, key_sha256="00" * 32)) as camdigikey:
        with pytest.raises(ChainError, match="pinned"):
            camdigikey.organization_access_token()


# -- what goes wrong -------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Fault, type[Exception]]] = {
    "HTTP 500": (Fault("500"), HttpError),
    "a reset": (Fault("reset"), TransportError),
    "garbage": (Fault("garbage"), EnvelopeError),
    "a wrong signature of the envelope": (Fault("bad_mac"), EnvelopeError),
    "an error code": (Fault("error", code=999), ApiError),
    "a bad token signature": (Fault("error", code=101), TokenBadSignature),
    "an expired token": (Fault("error", code=103), TokenExpired),
    "another's signature": (Fault("wrong_signer"), TokenBadSignature),
}


@pytest.mark.parametrize(("fault", "kind"), FAULTS.values(), ids=FAULTS)
def test_trouble_has_its_typed_error_and_the_next_call_succeeds(
    simulator: Simulator, camdigikey: CamDigiKey, fault: Fault, kind: type[Exception]
) -> None:
    simulator.service.faults.add("organization", fault, 1)
    with pytest.raises(kind) as caught:
        camdigikey.organization_access_token()
    assert type(caught.value) is kind
    assert "Fault on order" not in str(caught.value)
    assert camdigikey.organization_access_token()


def test_a_wrong_mac_is_seen_as_one(simulator: Simulator, camdigikey: CamDigiKey) -> None:
    simulator.service.faults.add("organization", Fault("bad_mac"), 1)
    with pytest.raises(EnvelopeError, match="signature does not verify"):
        camdigikey.organization_access_token()


def test_slow_false_and_expired_are_as_ordered(simulator: Simulator, camdigikey: CamDigiKey) -> None:
    faults = simulator.service.faults
    faults.add("organization", Fault("slow", seconds=0.1), 1)
    token = camdigikey.organization_access_token()
    faults.add("status", Fault("status_false"), 1)
    assert camdigikey.status(token).status is False
    assert camdigikey.status(token).status is True
    faults.add("organization", Fault("expired_token"), 1)
    with pytest.raises(TokenExpired):
        camdigikey.status(camdigikey.organization_access_token())


def test_a_refreshed_token_with_anothers_signature_is_not_taken(
    simulator: Simulator, camdigikey: CamDigiKey
) -> None:
    token = sign_in(simulator, camdigikey)
    simulator.service.faults.add("refresh", Fault("wrong_signer"), 1)
    with pytest.raises(TokenBadSignature):
        camdigikey.refresh(token)


def test_a_server_that_hangs_is_given_up(simulator: Simulator) -> None:
    simulator.service.faults.add("organization", Fault("hang", seconds=5), 1)
    ours = Partner.from_file(simulator.partner_file)
    with CamDigiKey(ours, timeouts=Timeouts(20, 0.3)) as camdigikey:
        with pytest.raises(TimedOut):
            camdigikey.organization_access_token()
    simulator.service.faults.clear()


def test_a_rotated_signer_is_found(simulator: Simulator) -> None:
    ours = Partner.from_file(simulator.partner_file)
    with CamDigiKey(ours, timeouts=PATIENT) as camdigikey:
        before = camdigikey.signer_certificates().certificate
        assert camdigikey.organization_access_token()
        simulator.service.faults.add("organization", Fault("rotated_signer"), 1)
        assert camdigikey.organization_access_token()
        assert camdigikey.signer_certificates().certificate != before


def test_one_call_too_many_is_refused_at_once_and_nothing_is_sent() -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()

    def slow(method: str, path: str) -> object:
        inside.release()
        assert go_on.wait(30)
        return TransportError("away")

    transport = Answers(slow)
    with CamDigiKey(partner(), transport=transport, max_in_flight=3) as camdigikey:
        with ThreadPoolExecutor(3) as pool:
            calls = [pool.submit(camdigikey.status, "t") for _ in range(3)]
            for _ in calls:
                assert inside.acquire(timeout=30)
            with pytest.raises(BusyError, match="too many calls"):
                camdigikey.status("t")
            assert len(transport.asked) == 3
            go_on.set()
            assert all(isinstance(call.exception(30), TransportError) for call in calls)
        with pytest.raises(TransportError, match="away"):  # the places are free again
            camdigikey.status("t")
    assert transport.closed


def test_an_answer_without_what_was_asked_for_is_an_envelope_error() -> None:
    answer = seal(partner(), b'{"error": 0, "message": "Success", "data": {}}')
    with CamDigiKey(partner(), transport=Answers(answer)) as camdigikey:
        for call in (
            camdigikey.login_token,
            camdigikey.organization_access_token,
            lambda: camdigikey.user_access_token("a"),
            lambda: camdigikey.refresh("a"),
            lambda: camdigikey.status("a"),
            lambda: camdigikey.user_face("a"),
        ):
            with pytest.raises(EnvelopeError):
                call()


def test_the_forged_chain_that_the_official_libraries_take_brings_no_token_in() -> None:
    """The vectors' "unrelated self-signed leaf beside the genuine root"."""
    token = next(row["token"] for row in VECTORS["tokens"] if row["name"] == "signed by another key")
    pems = [VECTORS["certificates"]["fake"], VECTORS["trusted_root"]]
    chain = {"error": 0, "message": "Success", "data": pems}
    wrapped = seal(partner(), json.dumps({"error": 0, "data": {"accessToken": token}}).encode())
    answers = Answers(lambda method, path: chain if method == "GET" else wrapped)
    with CamDigiKey(partner(), transport=answers) as camdigikey:
        with pytest.raises(ChainError):
            camdigikey.user_access_token("auth")


# -- the examples ----------------------------------------------------------------------------------------


def test_the_ten_lines_of_the_packages_docstring_work(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = inspect.getdoc(bridge.camdigikey) or ""
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    assert len(lines) <= 10
    monkeypatch.chdir(simulator.folder)

    example = ast.parse("\n".join(lines))
    block = example.body[-1]
    assert isinstance(block, ast.With)
    block.body[1:1] = ast.parse("auth_token = approve(login)").body  # the browser's way, which the text tells
    names: dict[str, Any] = {"approve": lambda login: approved(simulator, login.login_token)[1]["authToken"]}
    exec(compile(ast.fix_missing_locations(example), "docstring", "exec"), names)  # noqa: S102 -- our own text
    assert names["status"].user.camdigikey_id


def test_the_example_of_the_readme_works(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    example = text.partition("## CamDigiKey from Python")[2].partition("```python\n")[2].partition("```")[0]
    assert 5 < len(example.splitlines()) <= 10
    monkeypatch.chdir(simulator.folder)

    def callback(_: str) -> str:
        address = capsys.readouterr().out.split()[-1]
        login_token = parse_qs(urlsplit(address).query)["token"][0]
        return approved(simulator, login_token)[1]["authToken"]

    monkeypatch.setattr("builtins.input", callback)
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102 -- our own text
    assert capsys.readouterr().out.startswith("CDK000000042 ")


def test_a_token_may_be_percent_encoded_still_in_every_call(simulator: Simulator) -> None:
    """PROTOCOL, Tokens: one that holds a `%` came through a URL."""
    with CamDigiKey(Partner.from_file(simulator.partner_file), timeouts=PATIENT) as camdigikey:
        token = camdigikey.organization_access_token()
        encoded = quote(token, safe="")
        assert "%" in encoded
        assert camdigikey.status(encoded) == camdigikey.status(token)

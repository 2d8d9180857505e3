"""The browser's side of the simulator: QR page, phone, confirmation, callbacks, and the control endpoint."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from bridge.camdigikey import CamDigiKey, Partner
from bridge.simulator import Simulator, serve
from bridge.simulator.people import PEOPLE

SUCCESS, FAILURE = "http://127.0.0.1:9/success?from=camdigikey", "http://127.0.0.1:9/error"
RETURN = "http://127.0.0.1:9/return?a=b"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("pages") / "simulator"
    found = serve(
        folder,
        ("127.0.0.1", 0),
        ("127.0.0.1", 0),
        success_url=SUCCESS,
        error_url=FAILURE,
        registered=(RETURN,),
    )
    yield found
    found.stop()


@pytest.fixture(scope="module", params=["v3", "v2"])
def partner(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[CamDigiKey]:
    with CamDigiKey(Partner.from_file(simulator.partner_file, version=request.param)) as client:
        yield client


@pytest.fixture(scope="module")
def third(simulator: Simulator) -> Iterator[CamDigiKey]:
    with CamDigiKey(Partner.from_file(simulator.partner_file, version="v3")) as client:
        yield client


def browser() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def token_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["token"][0]


def answer(simulator: Simulator, who: requests.Session, url: str, **fields: str) -> requests.Response:
    form = {"token": token_of(url), **fields}
    return who.post(simulator.web_url + "/phone", data=form, allow_redirects=False, timeout=10)


def test_the_qr_page_goes_on_by_itself_once_a_phone_has_approved(
    simulator: Simulator, partner: CamDigiKey
) -> None:
    url = partner.login_token({"state": "s 1"}, RETURN).login_url
    computer, phone = browser(), browser()
    page = computer.get(url, timeout=10)
    assert "<svg" in page.text
    waiting = url.replace("/login?", "/login/waiting?")
    assert computer.get(waiting, timeout=10).status_code == 204
    assert "here=1" in page.text
    approved = answer(simulator, phone, url, persona="sophea")
    assert approved.status_code == 200  # the phone is not sent anywhere
    assert computer.get(waiting, timeout=10).status_code == 200
    going = computer.get(url, allow_redirects=False, timeout=10)
    assert going.status_code == 303
    given = parse_qs(urlsplit(going.headers["Location"]).query)
    assert given["state"] == ["s 1"]
    assert going.headers["Location"].startswith((RETURN + "&authToken=", SUCCESS + "&authToken="))
    status = partner.status(partner.user_access_token(given["authToken"][0]))
    assert status.user and status.user.camdigikey_id == "CDK000000042"


def test_a_refusal_comes_to_the_error_address_with_the_callback_variables(
    simulator: Simulator, third: CamDigiKey
) -> None:
    url = third.login_token({"state": "s-2"}, RETURN).login_url
    here = answer(simulator, browser(), url, refuse="1", here="1")
    assert here.headers["Location"].startswith(FAILURE + "?errorCode=access_denied&errorMessage=")
    assert "state=s-2" in here.headers["Location"]


def test_who_approved_here_before_is_asked_to_confirm_instead_of_scanning(
    simulator: Simulator, third: CamDigiKey
) -> None:
    here = browser()
    answer(simulator, here, third.login_token(None, RETURN).login_url, persona="dara", here="1")
    url = third.login_token(None, RETURN).login_url
    page = here.get(url, timeout=10).text
    assert "<svg" not in page
    assert 'id="approve"' in page
    assert 'id="cancel"' in page
    forget = here.post(simulator.web_url + "/sign-out", data={"token": token_of(url)}, timeout=10)
    assert "<svg" in forget.text


def test_an_approval_on_the_phone_signs_the_computer_in_and_the_phone_not(
    simulator: Simulator, third: CamDigiKey
) -> None:
    url = third.login_token(None, RETURN).login_url
    computer, phone = browser(), browser()
    computer.get(url, timeout=10)
    said = answer(simulator, phone, url, persona="dara")
    assert "Approved" in said.text
    assert not phone.cookies
    computer.get(url, allow_redirects=False, timeout=10)
    page = computer.get(third.login_token(None, RETURN).login_url, timeout=10).text
    assert "DARA SOK" in page and "<svg" not in page


def test_a_refusal_signs_nobody_in(simulator: Simulator, third: CamDigiKey) -> None:
    url = third.login_token(None, RETURN).login_url
    here = browser()
    assert "Refused" in answer(simulator, here, url, refuse="1", persona="dara").text
    here.get(url, allow_redirects=False, timeout=10)
    late = answer(simulator, here, url, persona="dara", here="1")  # too late: it was refused
    assert late.headers["Location"].startswith(FAILURE)
    assert not here.cookies


def test_the_link_to_this_device_goes_on_when_a_phone_has_answered_already(
    simulator: Simulator, third: CamDigiKey
) -> None:
    url = third.login_token(None, RETURN).login_url
    answer(simulator, browser(), url, persona="sophea")
    here = browser().get(url.replace("/login?", "/phone?") + "&here=1", allow_redirects=False, timeout=10)
    assert here.headers["Location"].startswith(RETURN + "&authToken=")


def test_without_an_address_the_page_says_so_on_both_devices(simulator: Simulator, third: CamDigiKey) -> None:
    control = simulator.control_url + "/settings"
    browser().post(control, json={"success_url": ""}, timeout=10)
    try:
        url = third.login_token().login_url
        assert "Approved" in answer(simulator, browser(), url, persona="sophea").text
        assert "No address to go to" in browser().get(url, timeout=10).text
    finally:
        browser().post(control, json={"success_url": SUCCESS}, timeout=10)


def test_an_answered_login_is_not_answered_again(simulator: Simulator, third: CamDigiKey) -> None:
    url = third.login_token(None, RETURN).login_url
    first = answer(simulator, browser(), url, persona="sophea", here="1").headers["Location"]
    second = answer(simulator, browser(), url, persona="dara", here="1").headers["Location"]
    assert first == second


@pytest.mark.parametrize("path", ["/login", "/login?token=x", "/phone?token=x", "/nothing"])
def test_what_is_not_there_says_so(simulator: Simulator, path: str) -> None:
    said = browser().get(simulator.web_url + path, timeout=10)
    assert said.status_code == 404
    assert "Go back to the application" in said.text


def test_control_changes_people_and_faults_and_says_what_it_does_not_know(simulator: Simulator) -> None:
    control, who = simulator.control_url, browser()
    assert who.get(control + "/state", timeout=10).json()["auto_approve"] is None
    for path, wrong in (
        ("/faults", {"operation": "status", "kind": "magic"}),
        ("/settings", {"colour": "red"}),
        ("/settings", {"time_format": "moons"}),
        ("/personas/nobody", {"dob": ""}),
        ("/personas/dara", {"shoe_size": 42}),
    ):
        said = who.post(control + path, json=wrong, timeout=10)
        assert said.status_code == 400, path
        assert said.json()["error"]
    renewed = {"personal_code": "019999999"}
    assert who.post(control + "/personas/vuthy", json=renewed, timeout=10).ok
    found = simulator.service.people.by_code("019999999")
    assert found and found.camdigikey_id == "CDK000000049"


def test_control_answers_no_page_of_another_site(simulator: Simulator) -> None:
    said = browser().get(
        simulator.control_url + "/state", headers={"Origin": "http://evil.example"}, timeout=10
    )
    assert said.status_code == 404


def test_the_api_wants_a_client_certificate(simulator: Simulator) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    api = urlsplit(simulator.api_url)
    connection = http.client.HTTPSConnection(api.hostname or "", api.port, context=context, timeout=10)
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        connection.request("GET", "/api/v3.0/authentication/certificates/access-token")
        connection.getresponse()
    connection.close()


def test_there_is_a_persona_for_every_shape_of_a_person() -> None:
    assert len(PEOPLE) >= 12
    assert len({persona.slug for persona in PEOPLE}) == len(PEOPLE)
    assert len({persona.camdigikey_id for persona in PEOPLE}) == len(PEOPLE)

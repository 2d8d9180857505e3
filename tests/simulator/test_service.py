"""CamDigiKey without HTTP, under a clock that the test moves: lifetimes, once-only tokens, callbacks."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bridge.simulator.faults import Fault
from bridge.simulator.fields import iso
from bridge.simulator.people import PEOPLE
from bridge.simulator.pki import DOMAIN, Account, Pki, open_folder
from bridge.simulator.service import Options, Service

SUCCESS, FAILURE = "https://a.example/ok?from=ck", "https://a.example/no"
NOW = 1_795_000_000.0


class House:
    """A service, its clock, and short words for its calls."""

    def __init__(self, made: tuple[Pki, Account]) -> None:
        self.now = NOW
        self.options = Options("http://127.0.0.1:1", SUCCESS, FAILURE)
        self.service = Service(*made, self.options, lambda: self.now)

    @property
    def dated(self) -> dict[str, Any]:
        return {"domain": DOMAIN, "requestedDate": int(self.now * 1000)}

    def call(self, operation: str, version: str = "v3", **fields: Any) -> Any:
        """The data of a success, the code of an error."""
        answer = self.service.answer(operation, version, {**self.dated, **fields}, None)
        return answer["error"] or answer["data"]

    def approved(self, persona: str = "sophea", version: str = "v3", **fields: Any) -> str:
        """Where an approval leads."""
        return self.service.approve(self.login(version, **fields), persona)

    def login(self, version: str = "v3", **fields: Any) -> Any:
        found = self.service.login(self.call("login_token", version, **fields)["loginToken"])
        assert found
        return found

    def access_token(self, persona: str = "sophea") -> str:
        auth = dict(parse_qsl(urlsplit(self.approved(persona)).query))["authToken"]
        return str(self.call("access_token", authToken=auth)["accessToken"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pki, Account]:
    folder: Path = tmp_path_factory.mktemp("service") / "simulator"
    return open_folder(folder, "127.0.0.1")


@pytest.fixture
def house(made: tuple[Pki, Account]) -> House:
    return House(made)


def test_a_login_waits_five_minutes(house: House) -> None:
    token = house.call("login_token")["loginToken"]
    house.now += 299
    assert house.service.login(token)
    house.now += 1
    assert house.service.login(token) is None


def test_an_auth_token_lives_two_minutes_and_is_used_once(house: House) -> None:
    first, late = (dict(parse_qsl(urlsplit(house.approved()).query))["authToken"] for _ in range(2))
    house.now += 119
    assert house.call("access_token", authToken=first)["accessToken"]
    assert house.call("access_token", authToken=first) == 104
    house.now += 1
    assert house.call("access_token", authToken=late) == 103


def test_an_access_token_lives_an_hour_and_is_refreshed_only_before(house: House) -> None:
    token = house.access_token()
    house.now += 3599
    assert house.call("status", accessToken=token)["exp"] == NOW + 3600
    new = house.call("refresh", accessToken=token)["accessToken"]
    assert house.call("status", accessToken=token) == 104
    assert house.call("status", accessToken=new)["iat"] == NOW + 3599
    house.now += 3600
    for operation in ("status", "refresh", "logout", "face"):
        assert house.call(operation, accessToken=new) == 103


def test_an_account_token_lives_an_hour(house: House) -> None:
    found = house.call(
        "lookup", accessToken=house.call("organization")["accessToken"], personalCode="010123456"
    )
    assert found["expired_date"] == iso(NOW + 3600)
    assert house.call("verify", accountToken=found["account_token"])["user_status"] == 1
    house.now += 3600
    assert house.call("verify", accountToken=found["account_token"]) == 103


def test_what_is_long_over_is_forgotten(house: House) -> None:
    token = house.access_token()
    house.now += 3 * 3600
    house.call("login_token")
    assert house.call("status", accessToken=token) == 101


@pytest.mark.parametrize("slug", ["rith", "expired"])
def test_the_token_of_an_account_that_is_not_enabled_is_disabled(house: House, slug: str) -> None:
    assert house.call("status", accessToken=house.access_token(slug)) == 104


def test_a_renewed_card_changes_the_number_and_not_the_person(house: House) -> None:
    token = house.access_token("vuthy")
    before = house.call("status", accessToken=token)
    house.service.people.change("vuthy", personal_code="019999999")
    after = house.call("status", accessToken=token)
    assert after["personal_code"] == "019999999" != before["personal_code"]
    assert after["camdigikey_id"] == before["camdigikey_id"]


@pytest.mark.parametrize("persona", [persona.slug for persona in PEOPLE if persona.user_status == 1])
def test_every_persona_that_is_enabled_has_every_field_of_the_protocol(house: House, persona: str) -> None:
    status = house.call("status", accessToken=house.access_token(persona))
    names = "camdigikey_id personal_code first_name_en last_name_en first_name_kh last_name_kh gender dob"
    names += " mobile_phone email nationality iss type exp nbf iat jti status"
    assert set(names.split()) <= set(status)
    assert (status["iss"], status["type"]) == ("CamDX-CamDigiKey", "USER")


def test_an_organizations_token_has_its_own_fields(house: House) -> None:
    status = house.call("status", accessToken=house.call("organization")["accessToken"])
    assert {"domain", "type", "iss", "exp", "iat", "jti"} <= set(status)
    assert (status["type"], status["domain"]) == ("ORGANIZATION", DOMAIN)
    assert "camdigikey_id" not in status


def test_v2_profiles_lack_what_came_with_v3(house: House) -> None:
    organization = house.call("organization")["accessToken"]
    third, second = (
        house.call("lookup", version, accessToken=organization, personalCode="010123456")
        for version in ("v3", "v2")
    )
    assert set(third) - set(second) == {"gender", "nationality"}
    assert "user_status" not in house.call("verify", "v2", accountToken=second["account_token"])


def test_an_approval_leads_to_the_registered_address_behind_its_own_parameters(house: House) -> None:
    url = house.approved(callbackVars={"state": "a b&c", "អក្សរ": "ខ្មែរ"})
    assert url.startswith(SUCCESS + "&authToken=")
    found = dict(parse_qsl(urlsplit(url).query))
    assert (found["from"], found["state"], found["អក្សរ"]) == ("ck", "a b&c", "ខ្មែរ")


def test_v3_takes_a_registered_address_of_its_own_and_v2_none(house: House) -> None:
    own = "https://a.example/own"
    house.options.registered = (own,)
    fields: dict[str, Any] = {"callbackVars": {"state": "s"}, "successReturnUrl": own}
    assert house.approved(**fields).startswith(own + "?authToken=")
    assert house.approved(version="v2", **fields).startswith(SUCCESS + "&authToken=")
    refused = house.service.refuse(house.login(errorReturnUrl=own))
    assert refused.startswith(own + "?errorCode=")


@pytest.mark.parametrize("name", ["successReturnUrl", "errorReturnUrl"])
def test_an_address_that_was_not_registered_fails_the_login(house: House, name: str) -> None:
    """PROTOCOL, Seen later 3."""
    assert house.call("login_token", **{name: "https://a.example/own"}) == 400
    assert house.login(**{name: SUCCESS})


def test_v2_gives_the_variables_back_unless_it_is_told_not_to(house: House) -> None:
    """PROTOCOL, Seen later 2."""
    assert house.approved(version="v2", callbackVars={"state": "s"}).endswith("&state=s")
    house.options.v2_vars = False
    assert "state=" not in house.approved(version="v2", callbackVars={"state": "s"})


@pytest.mark.parametrize("version", ["v3", "v2"])
@pytest.mark.parametrize("status", [0, 2, 4], ids=["disabled", "expired", "deleted"])
def test_there_is_no_face_of_a_person_whose_account_does_not_hold(
    house: House, version: str, status: int
) -> None:
    token = house.access_token("dara")
    assert house.call("face", version, accessToken=token)["face"]
    house.service.people.change("dara", user_status=status)
    assert house.call("face", version, accessToken=token) == 104


def test_an_organizations_answers_say_when_its_token_was_made(house: House) -> None:
    """PROTOCOL, Seen later 6."""
    made = house.call("organization")
    assert made["created_date"] == iso(NOW)
    assert house.call("status", accessToken=made["accessToken"])["created_date"] == iso(NOW)


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_tokens_look_as_real_ones_do(house: House, version: str) -> None:
    """PROTOCOL, Seen later 5."""
    auth = dict(parse_qsl(urlsplit(house.approved(version=version)).query))["authToken"]
    access = house.call("access_token", version, authToken=auth)["accessToken"]
    for token, decode in ((auth, base64.urlsafe_b64decode), (access, base64.b64decode)):
        header, payload, signature = token.split(".")
        said = json.loads(decode(header))
        assert (said["alg"], said["typ"]) == ("SHA512withECDSA", "JWT") and said["jwtId"]
        lifetime = 120 if token == auth else 3600
        assert said.get("expiryDate") == (None if version == "v3" else int((NOW + lifetime) * 1000))
        assert len(decode(payload)) == 160 and decode(signature)
        assert all(len(part) % 4 == 0 for part in (header, payload, signature))  # padded


def test_a_refusal_carries_the_error_and_the_variables(house: House) -> None:
    url = house.service.refuse(house.login(callbackVars={"state": "s"}))
    found = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(FAILURE + "?") and found.pop("errorMessage")
    assert found == {"errorCode": "access_denied", "state": "s"}


def test_callback_variables_stay_away_from_the_error_address_on_order(house: House) -> None:
    house.options.error_vars = False
    found = dict(parse_qsl(urlsplit(house.service.refuse(house.login(callbackVars={"state": "s"}))).query))
    assert set(found) == {"errorCode", "errorMessage"}


def test_what_is_sent_back_is_percent_encoded(house: House) -> None:
    url = house.approved(callbackVars={"state": "a b+/="})
    assert url.endswith("&state=a%20b%2B%2F%3D")


@pytest.mark.parametrize(
    ("how", "email"), [("empty", {"email": ""}), ("null", {"email": None}), ("missing", {})]
)
def test_what_a_person_lacks_is_shown_as_ordered(house: House, how: str, email: dict[str, Any]) -> None:
    house.options.empty_fields = how
    status = house.call("status", accessToken=house.access_token("dara"))
    assert {name: value for name, value in status.items() if name == "email"} == email
    organization = house.call("organization")["accessToken"]
    profile = house.call("lookup", accessToken=organization, personalCode="010223344")
    assert {name[:5]: value for name, value in profile.items() if name == "email_address"} == email
    assert status["camdigikey_id"] == profile["camdigikey_id"] == "CDK000000043"


def test_who_answers_first_decides(house: House) -> None:
    login = house.login()
    refused = house.service.refuse(login)
    assert house.service.approve(login, "sophea") == refused


def test_a_partner_without_addresses_leads_nowhere(house: House) -> None:
    house.options.success_url = house.options.error_url = ""
    login = house.login()
    assert house.service.approve(login, "sophea") == ""
    before = len(list(house.service._tokens))
    assert house.service.approve(login, "sophea") == house.service.refuse(login) == ""
    assert len(list(house.service._tokens)) == before  # answered once, even so
    assert house.service.refuse(house.login()) == ""


@pytest.mark.parametrize("operation", ["status", "logout", "face"])
def test_the_fault_expired_token_refuses_where_a_token_comes_in(house: House, operation: str) -> None:
    token = house.access_token()
    request = {**house.dated, "accessToken": token}
    answer = house.service.answer(operation, "v3", request, Fault("expired_token"))
    assert answer["error"] == 103
    assert house.call("status", accessToken=token)["status"] is True  # the token itself lives on


def test_the_fault_expired_token_spoils_what_is_given_out(house: House) -> None:
    answer = house.service.answer("login_token", "v3", house.dated, Fault("expired_token"))
    assert house.service.login(answer["data"]["loginToken"]) is None
    request = {**house.dated, "accessToken": house.access_token()}
    refreshed = house.service.answer("refresh", "v3", request, Fault("expired_token"))["data"]["accessToken"]
    house.call("login_token")  # forgets what is long over, and this is not
    assert house.call("status", accessToken=refreshed) == 103

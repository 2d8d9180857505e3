"""The pages of a person: found by the sub of one application, ended there; and across, with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.ids import ClientId, Sub, SubjectId
from bridge.manage import OPERATOR, AuditFilter
from bridge.stores.redis import layout
from tests.console.conftest import Console
from tests.support.pages import forget_consents
from tests.support.person import Person
from tests.support.world import World

REASON = "They called: a phone was stolen"
HIDDEN = ("SOPHEA", "CHAN", "សុភា", "CDK", "dara")  # of people: no page of the console has any of it


class Citizen:
    """Somebody signed in at two applications, with offline access to one of them."""

    def __init__(self, world: World) -> None:
        self.world, self.browser = world, world.person()
        self.tokens = world.tokens(world.sign_in(self.browser, "web", "bopha"))
        url = world.authorize_url("spa", scope="openid offline_access", prompt="consent")
        page = self.browser.visit(url, until="https://")
        page = self.browser.follow(self.browser.press(page, "continue"), until="https://")
        self.offline = world.tokens(page, "spa")
        self.second = world.tokens(world.sign_in(self.browser, "second", "bopha"), "second")
        self.sub: str = self.tokens.id_token["sub"]
        self.sid: str = self.tokens.id_token["sid"]
        self.address = f"/admin/people/web/{self.sub}"

    @property
    def at_own(self) -> bool:
        return self.world.userinfo(self.tokens["access_token"])[0] == 200

    @property
    def offline_goes_on(self) -> bool:
        fields = {"grant_type": "refresh_token", "refresh_token": self.offline["refresh_token"]}
        said = self.world.token("spa", **fields)
        self.offline = said if said.status == 200 else self.offline
        return said.status == 200

    @property
    def signed_in(self) -> bool:
        page = self.browser.visit(self.world.authorize_url("web"), until="https://")
        return not page.leads_to("/login/start")

    @property
    def subject_id(self) -> SubjectId:
        found = self.world.services.grants.subject_of(ClientId("web"), Sub(self.sub), 0)
        assert found is not None
        return found


@pytest.fixture
def citizen(world: World) -> Iterator[Citizen]:
    forget_consents(world)
    yield Citizen(world)
    forget_consents(world)


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


def told(console: Console, number: int = 1) -> list[tuple[str, dict[str, Any]]]:
    rows = console.uses.administration.audit.page(OPERATOR, AuditFilter(), limit=number)
    return [(row.entry.event, dict(row.entry.facts)) for row in rows]


def test_a_person_is_found_by_the_sub_that_the_application_has(
    console: Console, owner: Person, citizen: Citizen
) -> None:
    form = console.page(owner, "/admin/people?client_id=web")
    assert 'value="web"' in form.text
    page = console.send(owner, form, "look", sub=f" {citizen.sub} ")
    assert page.status == 200 and citizen.sid in page.text and "Sign-ins that it uses" in page.text
    assert "<code>profile</code>" in page.text and "Remembered consent" in page.text
    assert "offline_access" not in page.text and "spa" not in page.text.replace("span", "")
    assert not [
        word for word in HIDDEN if word in page.text.replace("/admin/sessions", "").partition("<main")[2]
    ]
    for token in (citizen.tokens["access_token"], citizen.offline["refresh_token"]):
        assert token not in page.text and token.partition(".")[0] not in page.text
    assert told(console) == [("person.seen", {"sub": citizen.sub})]


@pytest.mark.parametrize(
    ("client_id", "sub"),
    [("web", "nobody"), ("none", "nobody"), ("web", "SECOND"), ("second", "WEB"), ("bridge-console", "WEB")],
)
def test_whoever_is_not_known_there_is_answered_alike(
    console: Console, owner: Person, citizen: Citizen, client_id: str, sub: str
) -> None:
    sub = {"SECOND": citizen.second.id_token["sub"], "WEB": citizen.sub}.get(sub, sub)
    before = told(console)
    page = console.page(owner, f"/admin/people/{client_id}/{sub}")
    assert page.status == 404 and "This application knows nobody by this sub." in page.text
    for rest in ("/session", "/grants", "/consent", "/everywhere", "/end-everywhere"):
        said = console.post(owner, f"/admin/people/{client_id}/{sub}{rest}", reason=REASON, sid=citizen.sid)
        assert said.status == 404 and "This application knows nobody by this sub." in said.text
    assert told(console) == before and citizen.at_own


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"client_id": "web"}, 422),
        ({"client_id": "web", "sub": "../../applications"}, 404),
        ({"client_id": "web", "sub": "<b>"}, 404),
        ({"client_id": "web/x", "sub": "x"}, 404),
        ({"client_id": "web", "sub": "x" * 129}, 404),
    ],
    ids=str,
)
def test_what_is_no_sub_leads_nowhere(
    console: Console, owner: Person, fields: dict[str, str], status: int
) -> None:
    page = console.post(owner, "/admin/people", fields)
    assert page.status == status and "<b>" not in page.text


def test_a_sign_in_is_ended_for_all_applications(console: Console, owner: Person, citizen: Citizen) -> None:
    assert console.post(owner, f"{citizen.address}/session", sid="another").status == 409
    assert citizen.at_own
    page = console.post(owner, f"{citizen.address}/session", sid=citizen.sid)
    assert page.location.endswith(f"{citizen.address}?saved=1")
    assert not citizen.at_own and not citizen.signed_in and citizen.offline_goes_on
    assert ("person.session_ended", {"sub": citizen.sub, "sid": citizen.sid}) in told(console, 3)


def test_what_an_application_has_is_ended_and_the_sign_in_goes_on(
    console: Console, owner: Person, citizen: Citizen
) -> None:
    at_spa = f"/admin/people/spa/{citizen.offline.id_token['sub']}"
    page = console.page(owner, at_spa)
    assert "also after the sign-in" in page.text
    said = console.send(owner, page, "end-grants")
    assert said.status == 200 and "also after the sign-in" not in said.text
    assert not citizen.offline_goes_on and citizen.at_own and citizen.signed_in


def test_a_withdrawn_consent_is_asked_for_again(console: Console, owner: Person, citizen: Citizen) -> None:
    page = console.send(owner, console.page(owner, citizen.address), "withdraw")
    assert page.status == 200 and "Withdraw it" not in page.text and citizen.at_own
    asked = citizen.browser.visit(citizen.world.authorize_url("web"), until="https://")
    assert not asked.params.get("code")


def test_crossing_takes_a_reason_and_is_remembered_for_the_person(
    console: Console, owner: Person, citizen: Citizen
) -> None:
    asked = owner.get(console.page(owner, citizen.address).link("everywhere"))
    for reason in ("", "x" * 301, "a\x07b"):
        page = console.send(owner, asked, "look", reason=reason)
        assert page.status == 422 and "<code>spa</code>" not in page.text
    assert console.world.services.person_looks.of(citizen.subject_id, limit=9) == ()
    page = console.send(owner, asked, "look", reason=REASON)
    assert page.status == 200 and "<code>spa</code>" in page.text and "<code>web</code>" in page.text
    (look,) = console.world.services.person_looks.of(citizen.subject_id, limit=9)
    assert (look.role, look.reason) == ("owner", REASON)
    assert told(console) == [("person.seen_everywhere", {"sub": citizen.sub, "reason": REASON})]
    assert REASON in console.page(owner, "/admin/audit").text
    ended = console.send(owner, page, "end-everywhere")
    assert ended.status == 200
    assert not citizen.at_own and not citizen.offline_goes_on and not citizen.signed_in
    assert len(console.world.services.person_looks.of(citizen.subject_id, limit=9)) == 2


def test_a_maintainer_sees_their_own_applications_alone_and_an_auditor_changes_nothing(
    console: Console, owner: Person, citizen: Citizen
) -> None:
    console.make(owner, role="maintainer", clients=("web",))
    page = console.page(owner, citizen.address)
    assert page.status == 200 and "everywhere" not in page.text and "spa" not in page.text.replace("span", "")
    assert page.has("end-grants")
    foreign = f"/admin/people/spa/{citizen.offline.id_token['sub']}"
    assert console.page(owner, foreign).status == 403
    assert console.post(owner, f"{citizen.address}/everywhere", reason=REASON).status == 403
    suggested = console.page(owner, "/admin/people").text
    assert 'value="web"' in suggested and 'value="spa"' not in suggested
    console.make(owner, role="auditor", clients=())
    page = console.page(owner, citizen.address)
    assert page.status == 200 and not page.has("end-grants") and not page.has("withdraw")
    assert console.post(owner, f"{citizen.address}/grants").status == 403
    assert citizen.at_own


def test_a_look_is_no_prefetch(console: Console, owner: Person, citizen: Citizen) -> None:
    before = told(console)
    for headers in ({"Sec_Purpose": "prefetch"}, {"Sec_Fetch_Dest": "iframe"}):
        page = owner.get(console.url(citizen.address), **headers)
        assert citizen.sid not in page.text
    assert told(console) == before


def test_one_key_names_a_person_for_as_long_as_their_grants_are_listed(
    console: Console, citizen: Citizen
) -> None:
    redis: Any = getattr(console.world.services.checks["redis"], "__self__", None)
    name = layout.client_person("web", citizen.sub)
    lives = redis.command("TTL", name)
    assert 0 < lives <= max(console.world.settings.lifetimes.session, 3600)
    assert citizen.sub not in name

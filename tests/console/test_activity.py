"""Activity: what a sign-in leaves behind, found by its reference number; refusals, the export, last used."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest

from bridge.domain.activity import ActivityFilter
from bridge.manage import OPERATOR, AuditFilter, Forbidden
from bridge.manage.access import actor_of
from bridge.stores.sql.audit import SqlAuditLog
from bridge.web.console import activity
from tests.console.conftest import Console, Registers, application, nobody_administers
from tests.support.person import Page, Person
from tests.support.world import World


@pytest.fixture(scope="module")
def console(world: World) -> Iterator[Console]:
    """Somebody administers for all tests of this module."""
    found = Console(world)
    yield found
    nobody_administers(world, found.people.all(OPERATOR))


@pytest.fixture(scope="module")
def owner(console: Console) -> Person:
    return console.administrator()


def written(console: Console) -> None:
    """What was noted is in SQL."""
    log = console.world.services.audit
    assert isinstance(log, SqlAuditLog)
    log.flush()


def words(page: Page) -> str:
    assert page.status == 200, page.text
    return " ".join(unescape(re.sub("<[^>]+>", " ", page.text)).split())


def events(page: Page) -> list[str]:
    """The meaning of each row, in the order of the page."""
    return [unescape(text) for text in re.findall(r'<span class="kind \w+">([^<]+)</span>', page.text)]


@pytest.fixture(scope="module")
def signed_in(console: Console) -> dict[str, str]:
    """A sign-in at `own` with its tokens; the reference numbers of its requests."""
    world, person = console.world, console.world.person()
    first = person.get(world.authorize_url("own"))
    page = world.approve(person, first)
    assert world.tokens(page, "own").status == 200
    written(console)
    rows = console.uses.administration.activity.page(OPERATOR, ActivityFilter(client_id="own"), limit=4)
    return {row.event: row.request_id for row in rows}


@pytest.mark.parametrize("event", ["handoff.started", "session.opened", "grant.opened", "tokens.issued"])
def test_a_sign_in_is_found_whole_by_the_number_of_any_of_its_requests(
    console: Console, owner: Person, signed_in: dict[str, str], event: str
) -> None:
    page = console.page(owner, f"/admin/activity/sign-in?reference={signed_in[event]}")
    assert events(page) == [
        "A person was sent to CamDigiKey.",
        "Somebody signed in with CamDigiKey.",
        "An application was given a code.",
        "An application got tokens.",
    ]


def test_nothing_that_is_the_same_at_other_applications_is_shown(
    console: Console, owner: Person, signed_in: dict[str, str]
) -> None:
    rows = console.uses.administration.activity.timeline(OPERATOR, signed_in["session.opened"])
    page = console.page(owner, f"/admin/activity/sign-in?reference={signed_in['session.opened']}")
    for row in rows:
        for name in ("sid", "subject", "auth_token"):
            assert not row.facts.get(name) or row.facts[name] not in page.text
    assert any(row.facts.get("person", "") in page.text for row in rows if row.event == "grant.opened")


def test_no_row_holds_the_name_that_an_application_has_for_a_person(console: Console) -> None:
    """OIDC Core §8.1: beside the sid it would tell who is who at several applications."""
    world = console.world
    sub = world.tokens(world.sign_in(world.person())).id_token["sub"]
    written(console)
    rows = console.uses.administration.activity.page(OPERATOR, ActivityFilter(), limit=1000)
    assert any(row.facts.get("person") for row in rows)
    assert not [row for row in rows if sub in json.dumps(dict(row.facts))]


def test_a_failed_sign_in_is_found_by_the_number_on_its_page(console: Console, owner: Person) -> None:
    world, person = console.world, console.world.person()
    world.control("POST", "/faults", operation="access_token", kind="status_false", count=1)
    try:
        page = world.approve(person, person.get(world.authorize_url("own")))
    finally:
        world.control("DELETE", "/faults")
    shown = re.search(r"<code>([0-9a-f]{16})</code>", page.text)
    assert shown is not None, page.text
    person.press(page, "cancel")
    written(console)
    found = console.page(owner, f"/admin/activity/sign-in?reference={shown[1]}")
    assert events(found) == [
        "A person was sent to CamDigiKey.",
        "CamDigiKey did not confirm who came back.",
        "A person went back without signing in.",
    ]
    assert "UpstreamBroken" in found.text and "exchange" in found.text


def test_an_address_that_is_not_registered_is_shown_beside_the_nearest_that_is(
    console: Console, owner: Person
) -> None:
    world, person = console.world, console.world.person()
    refused = person.get(world.authorize_url("own", redirect_uri="https://own.example/CB?code=geheim\u202e"))
    assert refused.status == 400
    written(console)
    page = console.page(owner, "/admin/activity/refused")
    assert '<code class="pieces">https://own.example/<mark>CB?code=…</mark></code>' in page.text
    assert '<code class="pieces">https://own.example/<mark>cb</mark></code>' in page.text
    assert "geheim" not in page.text and "\u202e" not in page.text
    assert re.findall('<form method="post" action="([^"]+)"', page.text) == ["/admin/sign-out"]
    assert "own" in words(page) and "bad_redirect_uri" in page.text
    reference = refused.headers["X-Request-Id"]
    assert events(console.page(owner, f"/admin/activity/sign-in?reference={reference}"))


def test_a_refused_call_of_an_application_is_told_with_its_error(console: Console, owner: Person) -> None:
    assert console.world.token("own", grant_type="authorization_code", code="made-up").status == 400
    written(console)
    page = console.page(owner, "/admin/applications/own/activity?kind=rejection")
    assert events(page)[0] == "A call of an application was refused." and "invalid_grant" in page.text


@pytest.mark.parametrize("claimed", ["<script>alert(1)</script>", "=HYPERLINK(1)", "ក", "x" * 300])
def test_what_an_application_only_claims_to_be_is_shown_as_text(
    console: Console, owner: Person, claimed: str
) -> None:
    said = console.world.app.test_client().post(
        "/token",
        data={"grant_type": "authorization_code", "code": "x", "client_id": claimed, "client_secret": "y"},
        base_url=console.world.issuer,
    )
    assert said.status_code in (400, 401)
    written(console)
    page = console.page(owner, f"/admin/activity?client_id={quote(claimed[:100])}")
    assert len(events(page)) == 1 and "<script>alert" not in page.text


def test_the_list_is_walked_page_by_page_and_no_row_comes_twice(
    console: Console, owner: Person, signed_in: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "PAGE", 3)
    path, seen = "/admin/activity?client_id=own", []
    while path:
        page = console.page(owner, path)
        seen += events(page)
        assert len(events(page)) <= 3
        path = unescape(page.link("more")).removeprefix(console.world.issuer) if page.has("more") else ""
    rows = console.uses.administration.activity.page(OPERATOR, ActivityFilter(client_id="own"), limit=1000)
    assert len(seen) == len(rows) > 3


@pytest.mark.parametrize(
    "query",
    ["before=1", "before=x.y", "before=" + "9" * 40 + ".1", "since=x", "since=0001-01-01",
     "until=9999-12-31", "kind=nothing", "reason=%27%20OR%201%3D1", "before=1.999999999999999999"],
)  # fmt: skip
def test_a_forged_place_or_filter_is_no_fault(console: Console, owner: Person, query: str) -> None:
    assert console.page(owner, f"/admin/activity?{query}").status == 200
    assert console.page(owner, f"/admin/applications/own/activity?{query}").status == 200


def export(console: Console, owner: Person, form: str, **filters: str) -> Page:
    return console.post(owner, "/admin/activity/export", {"format": form, **filters})


def test_an_export_names_nobody_and_two_of_them_cannot_be_laid_side_by_side(
    console: Console, owner: Person, signed_in: dict[str, str]
) -> None:
    first, second = (json.loads(export(console, owner, "json", client_id="own").text) for _ in range(2))
    assert first["complete"] and len(first["rows"]) == len(second["rows"])
    people = [{row["person"] for row in taken["rows"]} - {""} for taken in (first, second)]
    assert people[0] and len(people[0]) == len(people[1]) and not people[0] & people[1]
    rows = console.uses.administration.activity.page(OPERATOR, ActivityFilter(client_id="own"), limit=1000)
    text = json.dumps(first)
    for row in rows:
        for secret in (row.request_id, row.login, row.grant_id, row.facts.get("person", "")):
            assert not secret or secret not in text
    told = console.uses.administration.audit.page(OPERATOR, AuditFilter(event="activity.exported"), limit=1)[
        0
    ].entry
    assert told.subject == "own" and told.facts["rows"] == str(len(first["rows"]))


def test_no_cell_of_an_export_is_a_formula(console: Console, owner: Person) -> None:
    for claimed in ("=1+1", "+1", "-1", "@SUM(1)", " =1"):
        console.world.services.audit.note("client.refused", 1, client_id=claimed, error="invalid_client")
    written(console)
    page = export(console, owner, "csv", until="2000-01-01")
    assert page.headers["Content-Disposition"] == 'attachment; filename="activity.csv"'
    assert page.headers["Content-Type"].startswith("text/csv") and page.headers["Cache-Control"] == "no-store"
    cells = [cell for row in csv.reader(io.StringIO(page.text)) for cell in row]
    assert {"'=1+1", "'+1", "'-1", "'@SUM(1)", "' =1"} <= set(cells)


def test_an_export_has_an_end_and_says_so(
    console: Console, owner: Person, signed_in: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.manage.activity.MAX_EXPORTED", 2)
    assert json.loads(export(console, owner, "json").text)["complete"] is False
    assert "More rows fitted" in export(console, owner, "csv").text
    assert export(console, owner, "xml").status == 409


def test_a_maintainer_sees_their_own_applications_and_takes_nothing_along(
    console: Console, signed_in: dict[str, str], registered: Registers
) -> None:
    registered(application("theirs", sector_identifier="theirs.example"))
    person = console.administrator("maintainer", "dara", ("theirs",))
    console.world.services.audit.note("client.refused", 5, client_id="theirs", error="invalid_client")
    written(console)
    assert events(console.page(person, "/admin/activity")) == ["A call of an application was refused."]
    assert "own" not in console.page(person, "/admin/activity/refused").text.partition("<main")[2]
    found = console.page(person, f"/admin/activity/sign-in?reference={signed_in['grant.opened']}")
    assert events(found) == []
    assert console.page(person, "/admin/activity?client_id=own").status == 403
    assert export(console, person, "csv", client_id="theirs").status == 403
    home = console.page(person, "/admin")
    assert "theirs" in home.text and "Second portal" not in home.text
    actor = actor_of(replace(console.of(person), clients=("theirs",)))
    with pytest.raises(Forbidden):
        console.uses.administration.activity.page(actor, ActivityFilter(client_id="own"), limit=1)
    assert console.uses.administration.activity.last_used(actor, ("own",)) == {}


def test_an_application_is_used_once_somebody_signs_in_and_its_version_stays(
    console: Console, owner: Person, signed_in: dict[str, str]
) -> None:
    used = console.uses.administration.activity.last_used(OPERATOR, ("own", "off"))
    assert set(used) == {"own"}
    assert "never" in words(console.page(owner, "/admin/applications/off"))
    assert "never" not in words(console.page(owner, "/admin/applications/own"))
    assert "Last used" in words(console.page(owner, "/admin/applications"))


def test_the_first_page_tells_what_is_unfinished_and_how_it_goes(
    console: Console, owner: Person, signed_in: dict[str, str]
) -> None:
    said = words(console.page(owner, "/admin"))
    assert "There is no second owner" in said and "plain http" in said and "simulator" in said
    assert "The service is ready." in said
    for operation in ("start", "exchange", "status"):
        assert re.search(rf"{operation} \d+ \d+ ms \d+ ms \d+", said)


def test_the_first_page_says_what_ails_the_service(
    console: Console, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(console.uses.readiness), "missing", lambda self: {"redis": "timeout"})
    assert "redis: timeout" in words(console.page(owner, "/admin"))

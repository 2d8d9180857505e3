"""The console in a real browser: every page on a phone and a wide screen, in both languages, light and dark;
by keyboard alone, without scripts, and with CamDigiKey, the bridge and other sites on hosts of their own.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from PIL import Image
from playwright.sync_api import ConsoleMessage, Page, expect

from bridge.domain.activity import ActivityFilter
from bridge.domain.admin_scopes import ADMIN_SCOPES
from bridge.domain.client import FileOwner
from bridge.domain.consent import Consent
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import GrantId, InteractionId, SessionKey, Sid, Sub, SubjectId
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import Session
from bridge.domain.subject import Identity, Subject
from bridge.manage import OPERATOR
from bridge.manage.access import actor_of, machine_actor
from bridge.manage.administrators import Person
from bridge.manage.register import AwaitsApproval
from bridge.stores.sql.audit import SqlAuditLog
from bridge.web.console.rows import PAGES
from bridge.web.language import LANGUAGES
from tests.console.conftest import Console, application, nobody_administers
from tests.console.test_emergency import Emergency
from tests.support.browser import NewPage, screenshot
from tests.support.live import Live, make_live
from tests.support.servers import free_port, serving
from tests.support.walks import press, press_without_scripts
from tests.support.world import World

Press = Callable[[Page], None]

NARROWEST, PHONE, WIDE = 320, {"width": 360, "height": 740}, {"width": 1280, "height": 800}
TARGET = 44  # pixels
VIEWS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": PHONE, "color_scheme": "light", "has_touch": True},
    "wide": {"viewport": WIDE, "color_scheme": "light"},
    "wide-dark": {"viewport": WIDE, "color_scheme": "dark"},
}
SEEN_AS = (("phone", "km"), ("phone", "en"), ("wide", "en"), ("wide-dark", "km"))
SEEN_BY_AXE = (("phone", "en"), ("wide-dark", "km"))  # both widths, schemes and languages
LONG = "ប្រព័ន្ធគ្រប់គ្រងសំណុំលិខិតអនុញ្ញាតសាងសង់និងចុះបញ្ជីដីធ្លីថ្នាក់ជាតិនៃព្រះរាជាណាចក្រ"
PART = re.compile(r"<(\w+)>")
PARTS = {"client_id": ("portal", "paused-application"), "tab": ("sign-in", "data", "tokens", "look")}
NATIONAL = {"scope": ("openid", "profile", "national_id"), "national_id_purpose": "Land register"}
KINDS = ("web", "service", "grafana")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    yield from make_live(tmp_path_factory.mktemp("console"), camdigikey="127.0.0.4")


@pytest.fixture(scope="module")
def seen(live: Live) -> Console:
    """A console with something to show."""
    found = Console(live.world)
    file = FileOwner("ministry", unmanaged=("identity", "look"))
    paused = application(
        "paused-application",
        LONG,
        sector_identifier="x",
        enabled=False,
        managed_by=file,
        access="listed",
    )
    live.world.register(replace(paused, client_name_km=LONG, colour="#8a1c1c"))
    happened(live.world)
    live.world.register(application("gone-application", LONG, sector_identifier="y"))
    found.clients.delete(OPERATOR, "gone-application")
    return found


def happened(world: World) -> None:
    """Sign-ins, refusals and a failure, with something for each part of the first page."""
    for client_id in ("own", "web", "own"):
        world.tokens(world.sign_in(world.person(), client_id), client_id)
    person = world.person()
    person.get(world.authorize_url("own", redirect_uri="https://own.example/callback?tenant=1"))
    person.get(world.authorize_url("web", redirect_uri="http://app.example/callback"))
    person.get(world.authorize_url("nobody"))
    world.token("own", grant_type="authorization_code", code="made-up")
    audit, now = world.services.audit, int(time.time())
    for hour in range(48):
        for number in range(hour % 7):
            audit.note("grant.opened", now - hour * 3600, client_id="own", person=f"person-{number}")
        if hour % 5 == 0:
            audit.record("handoff.failed", now - hour * 3600, client_id="own", error="UpstreamUnavailable")
    assert isinstance(audit, SqlAuditLog)
    audit.flush()


@pytest.fixture
def invitation(seen: Console) -> Iterator[str]:
    """Nobody administers before it is accepted, and after the test."""
    yield seen.invite()
    nobody_administers(seen.world, seen.people.all(OPERATOR))


def accept(
    page: Page, seen: Console, invitation: str, persona: str = "sophea", *, go_on: Press = press
) -> Page:
    """Accept an invitation, as a person does; ends at the first page."""
    page.goto(invitation)
    return through_camdigikey(page, seen, persona, "/admin", go_on)


def through_camdigikey(page: Page, seen: Console, persona: str, until: str, go_on: Press = press) -> Page:
    with seen.world.approving(persona):
        page.locator("#continue").click()
        page.locator("main[data-key=sign_in]").wait_for()
        go_on(page)
        page.wait_for_url(f"**{until}*")
    return page


def addresses(seen: Console, token: str) -> list[str]:
    """An address of every page that is asked by GET, and of the variants that look different."""
    found = []
    for row in PAGES:
        if row.method == "GET" and row.view not in ("callback", "export"):
            proposals = tuple(proposal.id for proposal in seen.approvals.all(OPERATOR))
            parts = {**PARTS, "kind": KINDS, "token": (token,), "proposal_id": proposals}
            if "<sub>" in row.path:
                parts |= {"client_id": ("portal",), "sub": (citizen(seen),)}
            found += filled(row.path, parts)
    reference = seen.uses.administration.activity.page(OPERATOR, ActivityFilter(kind="login"), limit=1)
    return [
        *found,
        "/admin/applications/portal?product=grafana",
        "/admin/applications?q=nothing",
        f"/admin/activity/sign-in?reference={reference[0].request_id}",
    ]


def named(seen: Console, address: str) -> str:
    """An address for the name of a picture, the same in every run."""
    for number, proposal in enumerate(seen.approvals.all(OPERATOR)):
        address = address.replace(proposal.id, str(number))
    return address.removeprefix("/admin")


def filled(path: str, parts: dict[str, tuple[str, ...]]) -> list[str]:
    name = PART.search(path)
    if name is None:
        return [path]
    return [more for part in parts[name[1]] for more in filled(path.replace(name[0], part), parts)]


@pytest.mark.parametrize(("view", "speaks"), SEEN_AS)
def test_every_page_is_whole_readable_and_large_enough(
    seen: Console, invitation: str, new_page: NewPage, view: str, speaks: str
) -> None:
    page, by_axe = accept(new_page(**VIEWS[view]), seen, invitation), (view, speaks) in SEEN_BY_AXE
    waiting(seen)
    proposed(seen)
    sub = citizen(seen)
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Failed to load resource" not in message.text:
            said.append(message.text)

    page.on("console", hear)
    faults: dict[str, object] = {}
    token = seen.invite("maintainer", ("portal",)).rpartition("/")[2]
    for address in addresses(seen, token):
        page.goto(seen.url(f"{address}{'&' if '?' in address else '?'}hl={speaks}"))
        page.evaluate("document.fonts.ready")
        plain = named(seen, address.replace(token, "token").replace(sub, "sub"))
        name = re.sub(r"\W+", "-", plain).strip("-")
        screenshot(page, f"console-{name}-{speaks}-{view}")
        faults |= {
            f"{address} {kind}": fault
            for kind, fault in looked_at(page, view, by_axe=by_axe).items()
            if fault
        }
    page.goto(seen.url(f"/admin/applications/portal/test?hl={speaks}"))
    page.locator("#persona").select_option("long")
    page.locator("#evaluate").click()
    page.locator("#result").wait_for()
    screenshot(page, f"console-result-{speaks}-{view}")
    faults |= {
        f"result {kind}": fault for kind, fault in looked_at(page, view, by_axe=by_axe).items() if fault
    }
    page.goto(seen.url(f"/admin/people/portal/{sub}/everywhere"))
    page.locator("#reason").fill("A stolen phone")
    page.locator("#look").click()
    expect(page.locator("main[data-key=console-person_everywhere]")).to_be_visible()
    screenshot(page, f"console-people-found-everywhere-{speaks}-{view}")
    faults |= {
        f"everywhere {kind}": fault for kind, fault in looked_at(page, view, by_axe=by_axe).items() if fault
    }
    assert not faults
    assert said == []


def citizen(seen: Console) -> Sub:
    """Somebody who is signed in at the portal, with offline access, and has agreed; their sub there."""
    s, now, client = seen.world.services, int(time.time()), seen.clients.get(OPERATOR, "portal")
    subject = Subject(s.subject_key.subject_id("CDK-citizen"), Identity("CDK-citizen"), now)
    sub, scope = s.subject_key.sub(client, "CDK-citizen"), ("openid", "profile", "offline_access")
    for number in range(2):
        login = LoginFacts(
            Sid(f"{number}{'a' * 21}"), SessionKey(f"{number}" * 64), now - 900 * number, "acr"
        )
        facts = login.sid, subject, login.auth_time, InteractionId(f"citizen {number}")
        s.sessions.save(Session(login.session_key, *facts), now)
        person, origin = PersonPrincipal(subject, sub, login), Origin("interaction", f"citizen {number}")
        s.grants.open(
            Grant(GrantId(f"citizen-{number}"), origin, client.client_id, person, scope[: number + 2], now),
            now,
        )
    s.consents.save(Consent(subject.id, client.client_id, frozenset(scope), frozenset(), now), sub=sub)
    return sub


def waiting(seen: Console) -> None:
    """Somebody who waits to be confirmed, and an auditor."""
    token = seen.invite("auditor", confirmed=False).rpartition("/")[2]
    seen.people.accept(token, Person(Sub("sub-of-who-waits"), "VANNAK LIM"))
    token = seen.invite("maintainer", ("portal", "paused-application")).rpartition("/")[2]
    seen.people.accept(token, Person(Sub("sub-of-a-maintainer"), "CHANTHOU SOK"))
    listed(seen)


def listed(seen: Console) -> None:
    """Somebody who may use the application that has a list, and somebody who waits to be let in."""
    people = seen.uses.administration.listed_people
    if people.all(OPERATOR, "paused-application"):
        return
    for name in ("SOPHEA CHAN", "ចាន់ សុភា"):
        token = people.invite(OPERATOR, "paused-application", ("clerk", "head-of-office"))
        person = people.join(token, SubjectId(f"subject of {name}"), name)
        if name.isascii():
            people.approve(OPERATOR, "paused-application", person.id)


def proposed(seen: Console) -> None:
    """A change that the person who looks may approve, an own one, and what the command line made alone."""
    person = next(person for person in seen.people.all(OPERATOR) if person.active)
    if not seen.approvals.all(OPERATOR):
        new = application("with-the-number", LONG, sector_identifier="x")
        seen.clients.add(OPERATOR, replace(new, **NATIONAL), reason="Sub-decree 112, article 4")
        for actor in (actor_of(person), machine_actor("robot", tuple(ADMIN_SCOPES))):
            addresses = ("https://portal.gov.example/cb", "https://portal.gov.example/other")
            with pytest.raises(AwaitsApproval):
                seen.clients.edit(actor, "portal", {"redirect_uris": addresses, **NATIONAL})
    token = seen.invite("operator").rpartition("/")[2]
    seen.people.accept(token, Person(Sub("sub-of-a-second"), "VISAL PRAK"))


def looked_at(page: Page, view: str, *, by_axe: bool = True) -> dict[str, object]:
    """What is wrong with a page as it is seen now."""
    violations = Axe().run(page).response["violations"] if by_axe else ()
    found: dict[str, object] = {
        "axe": [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in violations]
    }
    sizes = page.locator("header a, .rail a, .tabs a, button, .button").evaluate_all(
        "all => all.filter(e => e.offsetParent).map(e => [e.innerText, e.offsetWidth, e.offsetHeight])"
    )
    found["small"] = [size for size in sizes if min(size[1:]) < TARGET]
    viewport = VIEWS[view]["viewport"]
    for width in (NARROWEST, viewport["width"]) if view == "phone" else (viewport["width"],):
        page.set_viewport_size({"width": width, "height": viewport["height"]})
        found[f"wider than {width}"] = page.evaluate("document.documentElement.scrollWidth") > width
    return found


def test_from_an_invitation_to_a_registered_application(
    seen: Console, invitation: str, new_page: NewPage
) -> None:
    page = new_page(viewport=WIDE, locale="en-GB")
    page.goto(invitation)
    screenshot(page, "console-walk-1-invitation")
    through_camdigikey(page, seen, "sophea", "/admin")
    screenshot(page, "console-walk-2-home")
    page.locator("#new").click()
    screenshot(page, "console-walk-3-kinds")
    page.locator("a[href$='/new/web']").click()
    page.locator("#client_name").fill("Walked")
    page.locator("#redirect_uris").fill("http://walked.example/cb")
    page.locator("#register").click()
    expect(page.get_by_role("alert")).to_contain_text("https")
    screenshot(page, "console-walk-4-fault")
    expect(page.locator("#client_name")).to_have_value("Walked")
    page.locator("#redirect_uris").fill("https://walked.example/cb")
    page.locator("#register").click()
    expect(page.locator("#secret code")).to_be_visible()
    screenshot(page, "console-walk-5-registered")
    page.reload()  # F5 on the page with the secret
    expect(page.locator("h1")).to_contain_text("Walked")
    assert len(seen.clients.page(OPERATOR, limit=9, begins="Walked")) == 1
    page.locator("#sign-out").click()
    expect(page.locator("main[data-key=sign_out], #continue").first).to_be_visible()
    screenshot(page, "console-walk-6-signed-out")


def test_the_wizard_by_keyboard_alone(seen: Console, invitation: str, new_page: NewPage) -> None:
    page = accept(new_page(viewport=WIDE, locale="en-GB"), seen, invitation)
    walk(page, "#new")
    walk(page, "a[href$='/new/single-page']")
    walk(page, "#client_name", press="")
    page.keyboard.type("By keyboard")
    walk(page, "#redirect_uris", press="")
    page.keyboard.type("https://keyboard.example/")
    walk(page, "#register")
    expect(page.get_by_role("status")).to_be_visible()
    assert len(seen.clients.page(OPERATOR, limit=9, begins="By keyboard")) == 1


def walk(page: Page, selector: str, press: str = "Enter") -> None:
    """Tab to what is meant, which is seen to have the focus, and press it."""
    page.locator(selector).wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            width = page.locator(":focus").evaluate("e => getComputedStyle(e).outlineWidth")
            assert width == "3px"
            break
    else:
        raise AssertionError(f"nobody comes to {selector} by keyboard")
    if press:
        page.keyboard.press(press)


def test_every_form_works_without_scripts(seen: Console, invitation: str, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False, locale="en-GB")
    accept(page, seen, invitation, go_on=press_without_scripts)
    page.locator("#new").click()
    page.locator("a[href$='/new/web']").click()
    page.locator("#client_name").fill("Without scripts")
    page.locator("#redirect_uris").fill("https://plain.example/cb")
    page.locator("#register").click()
    expect(page.locator("#secret code")).to_be_visible()
    client = seen.clients.page(OPERATOR, limit=1, begins="Without")[0]
    here = seen.url(f"/admin/applications/{client.client_id}")
    page.goto(f"{here}/look")
    page.locator("#client_name").fill("Without any scripts")
    page.locator("#save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.goto(f"{here}/credentials")
    for button in ("#disable", "#enable"):
        page.locator(button).click()
    page.locator("#new-secret").click()
    expect(page.locator("#secret code")).to_be_visible()
    page.goto(seen.url("/admin/administrators"))
    page.locator("#invite").click()
    expect(page.get_by_text("/admin/invitation/")).to_be_visible()
    page.goto(seen.url("/admin/applications"))
    page.locator("#q").fill("without")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    old = sorted(people_sessions(seen), key=lambda session: session.created_at)[-1]
    age(seen, old.key, auth_time=400)
    page.goto(f"{here}/credentials")
    page.locator("#confirmation").fill(client.client_id)
    page.locator("#delete").click()
    expect(page.locator("main")).to_contain_text("Sign in again")
    screenshot(page, "console-without-scripts-sign-in-again")
    with seen.world.approving("sophea"):
        page.locator("#continue").click()
        press_without_scripts(page)
        page.locator("main[data-key=console-moving_on]").wait_for()
        screenshot(page, "console-without-scripts-moving-on")
    page.locator("#continue").click()
    page.wait_for_url("**/admin/deleted")
    assert seen.world.services.clients.latest(client.client_id) is None


def test_people_are_let_in_and_an_application_is_tested_without_scripts(
    seen: Console, invitation: str, new_page: NewPage
) -> None:
    """With CamDigiKey on another host, whose way back brings no Strict cookie."""
    app = application("walked-people", "For some", sector_identifier="walked", access="listed")
    seen.world.register(app)
    page = accept(
        new_page(java_script_enabled=False, locale="en-GB"), seen, invitation, go_on=press_without_scripts
    )
    here = seen.url("/admin/applications/walked-people")
    page.goto(f"{here}/people")
    page.locator("#roles").fill("clerk")
    page.locator("#invite").click()
    link = page.locator("code", has_text="/join/").inner_text()
    invited = new_page(java_script_enabled=False, locale="km-KH", **VIEWS["phone"])
    invited.goto(link)
    screenshot(invited, "join-km-phone")
    through_camdigikey(invited, seen, "dara", "/joined", press_without_scripts)
    code = invited.locator("#code").inner_text()
    screenshot(invited, "joined-km-phone")
    page.goto(f"{here}/people")
    expect(page.locator("main")).to_contain_text(code)
    page.get_by_role("button", name="Let in").click()
    expect(page.locator("tbody tr")).to_contain_text("DARA SOK")
    page.locator("#test-it").click()
    page.locator("main[data-key=sign_in]").wait_for()
    with seen.world.approving("sophea"):
        press_without_scripts(page)
        page.locator("#result, #continue").first.wait_for()
    page.wait_for_url(f"{here}/test")
    expect(page.locator("#result")).to_contain_text("would be turned away")
    expect(page.locator("#userinfo")).to_contain_text("SOPHEA CHAN")
    screenshot(page, "console-tested-en")
    page.goto(f"{here}/people")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("Nobody may use it yet")
    seen.world.services.clients.remove(app.client_id)


def people_sessions(seen: Console) -> list[Any]:
    people = seen.people.all(OPERATOR)
    return [session for person in people for session in seen.world.services.console_sessions.all(person.id)]


def age(seen: Console, key: str, **seconds: int) -> None:
    sessions = seen.world.services.console_sessions
    session = sessions.get(key)
    assert session is not None
    now = int(time.time())
    sessions.end(key)
    sessions.open(replace(session, auth_time=now - seconds["auth_time"]))


def test_a_parked_change_is_made_by_itself_with_scripts(
    seen: Console, invitation: str, new_page: NewPage
) -> None:
    seen.world.register(application("parked-one", "Parked", sector_identifier="parked"))
    page = accept(new_page(viewport=WIDE, locale="en-GB"), seen, invitation)
    age(seen, people_sessions(seen)[0].key, auth_time=400)
    page.goto(seen.url("/admin/applications/parked-one/credentials"))
    page.locator("#new-secret").click()
    screenshot(page, "console-parked-sign-in-again")
    through_camdigikey(page, seen, "sophea", "/admin/applications/parked-one/secret")
    expect(page.locator("#secret code")).to_be_visible()
    seen.world.services.clients.remove(application("parked-one").client_id)


def test_a_link_from_another_site_leads_to_the_page_and_its_form_does_nothing(
    seen: Console, invitation: str, new_page: NewPage
) -> None:
    page = accept(new_page(viewport=WIDE, locale="en-GB"), seen, invitation)
    cookie = next(c for c in page.context.cookies() if c["name"] == "bridge_admin")
    assert (cookie["sameSite"], cookie["httpOnly"]) == ("Strict", True)
    other = Flask("another site")
    there = seen.url("/admin/applications/portal")

    @other.get("/")
    def home() -> str:
        return (
            f"<a id=link href='{there}'>look</a><form method=post action='{there}/disable'>"
            "<button id=press>x</button></form>"
        )

    host = "127.0.0.5"
    with serving(other, host, free_port(host)) as site:
        page.goto(site)
        page.locator("#link").click()
        page.wait_for_url(there)
        expect(page.locator("h1")).to_contain_text("Ministry portal")
        page.goto(site)
        page.locator("#press").click()
        expect(page.locator("main")).to_be_visible()
        client = seen.world.services.clients.latest("portal")
        assert client is not None and client.enabled


def test_copy_buttons_copy(seen: Console, invitation: str, new_page: NewPage) -> None:
    page = accept(new_page(viewport=WIDE, locale="en-GB"), seen, invitation)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=seen.world.issuer)
    page.goto(seen.url("/admin/applications/portal"))
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "portal"


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_the_pages_of_who_may_not_do_what_they_ask(
    seen: Console, invitation: str, new_page: NewPage, speaks: str
) -> None:
    """Somebody who waits, somebody without a role, and an auditor at a page that is not theirs."""
    locale = {"km": "km-KH", "en": "en-GB"}[speaks]
    pages = {name: new_page(**VIEWS["phone"], locale=locale) for name in ("pending", "refused", "message")}
    pages["pending"].goto(seen.invite("operator", confirmed=False))
    through_camdigikey(pages["pending"], seen, "dara", "/admin")
    pages["refused"].goto(seen.url("/admin"))
    through_camdigikey(pages["refused"], seen, "sophea", "/admin/callback")
    accept(pages["message"], seen, seen.invite("auditor"), "bopha")
    pages["message"].goto(seen.url("/admin/new"))
    for name, page in pages.items():
        expect(page.locator(f"main[data-key=console-{name}]")).to_be_visible()
        screenshot(page, f"console-{name}-{speaks}-phone")
        assert not {kind: fault for kind, fault in looked_at(page, "phone").items() if fault}
        words = page.locator("main").inner_text()
        assert any("\u1780" <= letter <= "\u17ff" for letter in words) is (speaks == "km"), words


def test_a_second_press_sends_nothing(seen: Console, invitation: str, new_page: NewPage) -> None:
    """The answer to it would hide the first one's, which has the secret in it."""
    page = accept(new_page(viewport=WIDE, locale="en-GB"), seen, invitation)
    page.goto(seen.url("/admin/new/web"))
    page.locator("#client_name").fill("Pressed twice")
    page.locator("#redirect_uris").fill("https://twice.example/cb")
    page.locator("#register").dblclick()
    expect(page.locator("#secret code")).to_be_visible()
    assert len(seen.clients.page(OPERATOR, limit=9, begins="Pressed")) == 1


PILOT = """
applications:
- {client_id: pilot, client_name: Pilot, redirect_uris: ["https://pilot.example/cb", "https://pilot.example/b"]}
"""


@pytest.fixture
def patient(seen: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine under load is slow to start the program that decodes."""
    monkeypatch.setattr(seen.world.services.pictures, "_within", 30.0)


def test_an_application_is_imported_dressed_deleted_and_restored_without_scripts(
    seen: Console, invitation: str, new_page: NewPage, patient: None
) -> None:
    page = new_page(java_script_enabled=False, viewport=WIDE, locale="en-GB")
    accept(page, seen, invitation, go_on=press_without_scripts)
    page.goto(seen.url("/admin/new"))
    page.get_by_role("link", name="Register from a file").click()
    page.locator("#file").set_input_files({"name": "p.yaml", "mimeType": "", "buffer": PILOT.encode()})
    page.locator("#continue").click()
    page.locator("#origin-0").fill("https://real.example")
    page.locator("#fill").click()
    expect(page.locator("#address-1")).to_have_value("https://real.example/b")
    screenshot(page, "console-life-1-import")
    page.locator("#register").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    screenshot(page, "console-life-2-imported")
    here = seen.url("/admin/applications/pilot")
    page.goto(f"{here}/look")
    page.locator("#colour").fill("#ffee00")
    page.locator("#save").click()
    expect(page.get_by_role("alert")).to_contain_text("contrast of 1.2 to 1")
    screenshot(page, "console-life-3-contrast")
    page.locator("#colour").fill("#8a1c1c")
    page.locator("#save").click()
    page.locator("#logo").set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": logo()})
    page.locator("#upload").click()
    shown = page.locator("#preview img")
    expect(shown).to_be_visible()
    client = seen.world.services.clients.latest("pilot")
    assert client is not None and shown.get_attribute("src") == client.logo_uri
    screenshot(page, "console-life-4-look")
    page.goto(f"{here}/credentials")
    with page.expect_download() as download:
        page.locator("#export").click()
    assert "client_id: pilot" in Path(download.value.path()).read_text(encoding="utf-8")
    page.locator("#confirmation").fill("pilot")
    page.locator("#delete").click()
    row = page.locator("tr", has_text="Pilot")
    screenshot(page, "console-life-5-deleted")
    row.get_by_role("button", name="Restore").click()
    expect(page.locator("#secret code")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("restored")
    screenshot(page, "console-life-6-restored")


def logo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (120, 120), (138, 28, 28)).save(written, "PNG")
    return written.getvalue()


def test_a_colour_is_seen_while_it_is_written(seen: Console, invitation: str, new_page: NewPage) -> None:
    seen.world.register(application("coloured", "Coloured", sector_identifier="coloured.example"))
    page = accept(new_page(viewport=WIDE, locale="en-GB"), seen, invitation)
    page.goto(seen.url("/admin/applications/coloured/look"))
    button, colour = page.locator("#preview .button"), "e => getComputedStyle(e).backgroundColor"
    page.locator("#colour").fill("#1c6b3a")
    assert button.evaluate(colour) == "rgb(28, 107, 58)"
    expect(page.locator("input[type=color]")).to_have_value("#1c6b3a")
    screenshot(page, "console-look-while-written")
    page.locator("#save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    assert button.evaluate(colour) == "rgb(28, 107, 58)"
    assert page.locator("#save").evaluate(colour) == "rgb(11, 92, 173)"  # the console's own stays


@pytest.mark.parametrize(("view", "speaks"), [("phone", "km"), ("wide", "en"), ("wide-dark", "km")])
def test_the_console_of_an_emergency_and_what_owners_see_of_it(
    seen: Console, invitation: str, new_page: NewPage, view: str, speaks: str
) -> None:
    owner = accept(new_page(**VIEWS[view]), seen, invitation)
    port = free_port("127.0.0.1")
    opened, faults = Emergency(seen, port), dict[str, object]()

    def look(page: Page, name: str) -> None:
        screenshot(page, f"console-emergency-{name}-{speaks}-{view}")
        faults.update({f"{name} {kind}": fault for kind, fault in looked_at(page, view).items() if fault})

    with serving(opened.app, "127.0.0.1", port) as address:
        page = new_page(**VIEWS[view])
        page.goto(f"{address}/admin/sign-in?hl={speaks}")
        look(page, "without-link")
        page.goto(f"{address}{opened.link}")
        look(page, "link")
        page.locator("#continue").click()
        page.wait_for_url("**/admin/applications")
        look(page, "applications")
        page.goto(f"{address}/admin/administrators")
        look(page, "administrators")
        page.locator("#sign-out").click()
        expect(page.locator("main[data-key=console-emergency]")).to_be_visible()
        look(page, "closed")
    owner.goto(seen.url(f"/admin/applications?hl={speaks}"))
    expect(owner.get_by_role("alert")).to_contain_text("CamDigiKey is away")
    look(owner, "told")
    owner.locator("#seen").click()
    expect(owner.get_by_role("alert")).to_have_count(0)
    assert not faults


def test_a_list_follows_what_one_types(seen: Console, invitation: str, new_page: NewPage) -> None:
    page = accept(new_page(viewport=WIDE, locale="en-GB"), seen, invitation)
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    page.goto(seen.url("/admin/applications"))
    page.locator("#q").press_sequentially("none begins so")
    expect(page.locator("#found")).to_contain_text("No application fits.")
    assert page.url.endswith("q=none%20begins%20so")
    page.locator("#q").fill("Ministry portal")
    expect(page.locator("#found tbody tr").first).to_contain_text("Ministry portal")
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert set(kept) <= {"htmx-current-path-for-history"}  # no copy of a page
    page.goto(seen.url("/admin/audit"))
    page.locator("#subject").fill("nothing of that id")
    expect(page.locator("#found")).to_contain_text("Nothing fits.")
    assert broken == []
    for session in people_sessions(seen):
        seen.world.services.console_sessions.end(session.key)
    page.locator("#subject").fill("portal")
    expect(page.locator("main[data-key=console-sign_in]")).to_be_visible()

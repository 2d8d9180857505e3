"""The console in a real browser: every page on a phone and a wide screen, in both languages, light and dark;
by keyboard alone, without scripts, and with CamDigiKey, the bridge and other sites on hosts of their own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import ConsoleMessage, Page, expect

from bridge.domain.client import FileOwner
from bridge.domain.consent import Consent
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import GrantId, InteractionId, SessionKey, Sid, Sub
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import Session
from bridge.domain.subject import Identity, Subject
from bridge.manage import OPERATOR
from bridge.manage.administrators import Person
from bridge.web.console.rows import PAGES
from bridge.web.language import LANGUAGES
from tests.console.conftest import Console, application, nobody_administers
from tests.support.browser import NewPage, screenshot
from tests.support.live import Live, make_live
from tests.support.servers import free_port, serving
from tests.support.walks import press, press_without_scripts

Press = Callable[[Page], None]

NARROWEST, PHONE, WIDE = 320, {"width": 360, "height": 740}, {"width": 1280, "height": 800}
TARGET = 44  # pixels
VIEWS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": PHONE, "color_scheme": "light", "has_touch": True},
    "wide": {"viewport": WIDE, "color_scheme": "light"},
    "wide-dark": {"viewport": WIDE, "color_scheme": "dark"},
}
SEEN_AS = (("phone", "km"), ("phone", "en"), ("wide", "en"), ("wide-dark", "km"))
LONG = "ប្រព័ន្ធគ្រប់គ្រងសំណុំលិខិតអនុញ្ញាតសាងសង់និងចុះបញ្ជីដីធ្លីថ្នាក់ជាតិនៃព្រះរាជាណាចក្រ"
PART = re.compile(r"<(\w+)>")
PARTS = {"client_id": ("portal", "paused-application"), "tab": ("sign-in", "data", "tokens", "look")}
KINDS = ("web", "service", "grafana")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    yield from make_live(tmp_path_factory.mktemp("console"), camdigikey="127.0.0.4")


@pytest.fixture(scope="module")
def seen(live: Live) -> Console:
    """A console with something to show."""
    found = Console(live.world)
    file = FileOwner("ministry", unmanaged=("identity", "look"))
    paused = application("paused-application", LONG, sector_identifier="x", enabled=False, managed_by=file)
    live.world.register(paused)
    return found


@pytest.fixture
def invitation(seen: Console) -> Iterator[str]:
    """Nobody administers before it is accepted, and after the test."""
    yield seen.invite()
    nobody_administers(seen.world, seen.people.all(OPERATOR))


def accept(
    page: Page, seen: Console, invitation: str, persona: str = "sophea", *, go_on: Press = press
) -> Page:
    """Accept an invitation, as a person does; ends at the list of applications."""
    page.goto(invitation)
    return through_camdigikey(page, seen, persona, "/admin/applications", go_on)


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
        if row.method == "GET" and row.view not in ("home", "callback"):
            parts = {**PARTS, "kind": KINDS, "token": (token,)}
            if "<sub>" in row.path:
                parts |= {"client_id": ("portal",), "sub": (citizen(seen),)}
            found += filled(row.path, parts)
    return [*found, "/admin/applications/portal?product=grafana", "/admin/applications?q=nothing"]


def filled(path: str, parts: dict[str, tuple[str, ...]]) -> list[str]:
    name = PART.search(path)
    if name is None:
        return [path]
    return [more for part in parts[name[1]] for more in filled(path.replace(name[0], part), parts)]


@pytest.mark.parametrize(("view", "speaks"), SEEN_AS)
def test_every_page_is_whole_readable_and_large_enough(
    seen: Console, invitation: str, new_page: NewPage, view: str, speaks: str
) -> None:
    page = accept(new_page(**VIEWS[view]), seen, invitation)
    waiting(seen)
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
        plain = address.replace(token, "token").replace(sub, "sub").removeprefix("/admin")
        name = re.sub(r"\W+", "-", plain).strip("-")
        screenshot(page, f"console-{name}-{speaks}-{view}")
        faults |= {f"{address} {kind}": fault for kind, fault in looked_at(page, view).items() if fault}
    page.goto(seen.url(f"/admin/people/portal/{sub}/everywhere"))
    page.locator("#reason").fill("A stolen phone")
    page.locator("#look").click()
    expect(page.locator("main[data-key=console-person_everywhere]")).to_be_visible()
    screenshot(page, f"console-people-found-everywhere-{speaks}-{view}")
    faults |= {f"everywhere {kind}": fault for kind, fault in looked_at(page, view).items() if fault}
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


def looked_at(page: Page, view: str) -> dict[str, object]:
    """What is wrong with a page as it is seen now."""
    violations = Axe().run(page).response["violations"]
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
    through_camdigikey(page, seen, "sophea", "/admin/applications")
    screenshot(page, "console-walk-2-applications")
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
    page.wait_for_url("**/admin/applications")
    assert seen.world.services.clients.latest(client.client_id) is None


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

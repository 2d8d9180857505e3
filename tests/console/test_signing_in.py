"""Administrators sign in with CamDigiKey, through the provider itself; and who does not get in that way."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.app import create_app
from bridge.domain.administrator import CONSOLE_CLIENT_ID
from bridge.domain.encoding import digest
from bridge.domain.ids import ClientId, ConnectorId, GrantId, SessionKey
from bridge.manage import OPERATOR, ClientFaults, Refused
from bridge.web.assembly import assemble
from bridge.web.console.signing_in import MAX_PENDING, PENDING_COOKIE, local
from bridge.web.responses import MAX_HEADERS
from tests.console.conftest import Console, Registers, application
from tests.support.person import Page, Person
from tests.support.world import VERIFIER

SIGNED_OUT = "/admin/sign-in?next="


def is_signed_in(console: Console, person: Person) -> bool:
    page = person.get(console.url("/admin/applications"))
    if page.status == 200:
        return True
    assert urlsplit(page.location).path == "/admin/sign-in"
    return False


def through_provider(console: Console, person: Person, page: Page, persona: str = "sophea") -> Page:
    """From the redirect to /authorize to the redirect to the console's callback, which is not asked."""
    page = person.follow(page, until=console.url("/admin/callback"))
    at_camdigikey = person.press(page, "continue")
    with console.world.approving(persona):
        returned = person.follow(at_camdigikey, until=console.url("/camdigikey/"))
    return person.follow(person.get(returned.location), until=console.url("/admin/callback"))


def begun(console: Console, person: Person, **fields: str) -> Page:
    """The redirect to the provider."""
    return person.post(console.url("/admin/sign-in"), fields)


class TestInvitations:
    def test_whoever_accepts_one_comes_to_the_first_page(self, console: Console) -> None:
        person = console.administrator()
        page = console.page(person, "/admin")
        assert page.status == 200
        assert "console-home" in page.text

    def test_looking_spends_nothing_and_begins_nothing(self, console: Console) -> None:
        address = console.invite()
        for _ in range(3):
            stranger = console.world.person()
            page = stranger.get(address)
            assert page.status == 200 and "console-invitation" in page.text
            assert stranger.bridge.get_cookie("bridge_admin_login", "127.0.0.1") is None
        person = console.world.person()
        page = console.through_camdigikey(person, person.get(address), "sophea")
        assert page.status == 200 and is_signed_in(console, person)

    def test_it_is_for_the_browser_that_pressed_the_button(self, console: Console) -> None:
        """A callback that is sent on to another browser opens nothing there."""
        first, second = console.world.person(), console.world.person()
        address = console.invite()
        returned = through_provider(console, first, first.press(first.get(address), "continue"))
        page = second.get(returned.location)
        assert page.status == 403 and not is_signed_in(console, second)
        assert first.get(returned.location).status == 200 and is_signed_in(console, first)

    def test_it_is_good_once(self, console: Console) -> None:
        address = console.invite()
        first, second = console.world.person(), console.world.person()
        presses = [person.press(person.get(address), "continue") for person in (first, second)]
        assert console.world.approve(first, first.follow(presses[0]), "sophea").status == 200
        page = console.world.approve(second, second.follow(presses[1]), "dara")
        assert page.status == 403 and "used already" in page.text
        assert not is_signed_in(console, second)
        for person in (first, second):
            assert person.get(address).status == 409

    def test_it_is_good_for_a_quarter_of_an_hour(self, console: Console) -> None:
        address = console.invite()
        token = address.rpartition("/")[2]
        invitation = console.people.invitation(token)
        assert invitation.expires_at - invitation.created_at == 900
        store = console.world.services.administrators
        assert store.invitation(token, invitation.expires_at - 1) is not None
        assert store.invitation(token, invitation.expires_at) is None

    def test_under_another_camdigikey_it_is_void(self, console: Console) -> None:
        elsewhere = replace(console.world.services, environment="https://trial.example")
        app = create_app(console.world.settings, elsewhere)
        trial = Console(replace(console.world, app=app, services=elsewhere))
        token = trial.invite().rpartition("/")[2]
        with pytest.raises(Refused, match="expired"):
            console.people.invitation(token)
        assert console.world.person().get(console.url(f"/admin/invitation/{token}")).status == 409

    def test_only_a_shell_makes_one_that_nobody_confirms(self, console: Console) -> None:
        owner = replace(OPERATOR, local=False)
        with pytest.raises(Refused, match="confirmed"):
            console.people.invite(owner, "owner", confirmed=True)

    def test_who_administers_stays_what_they_are(self, console: Console) -> None:
        person = console.administrator("auditor")
        again = console.world.person()
        page = console.through_camdigikey(again, again.get(console.invite("owner")), "sophea")
        assert page.status == 403 and "administer already" in page.text
        assert console.of(person).role == "auditor"

    def test_a_form_of_another_site_accepts_none(self, console: Console) -> None:
        address = console.invite()
        page = console.world.person().post(address, {}, Sec_Fetch_Site="cross-site")
        assert page.status == 403 and not page.location


class TestWaiting:
    def test_a_person_waits_until_the_code_is_told(self, console: Console) -> None:
        owner = console.administrator("owner", "sophea")
        person = console.administrator("operator", "dara", confirmed=False)
        page = console.page(person, "/admin/applications")
        assert "console-pending" in page.text
        code, waiting = console.of(person).code, console.of(person)
        assert code in page.text and len(code) == 6
        assert waiting.name in console.page(owner, "/admin/administrators").text
        assert code not in console.page(owner, "/admin/administrators").text
        path = f"/admin/administrators/{waiting.id}/confirm"
        wrong = f"{(int(code) + 1) % 10**6:06}"
        assert console.post(owner, path, code=wrong).status == 422
        assert not console.of(person).active
        assert console.post(owner, path, code=f" {code[:3]} {code[3:]} ").status == 303
        assert console.of(person).active and not console.of(person).code
        assert "console-home" in console.page(person, "/admin").text

    def test_nobody_confirms_themselves(self, console: Console) -> None:
        person = console.administrator("owner", "dara", confirmed=False)
        me = console.of(person)
        page = console.post(person, f"/admin/administrators/{me.id}/confirm", code=me.code)
        assert page.location == console.url("/admin") and not console.of(person).active

    def test_who_is_refused_is_out(self, console: Console) -> None:
        owner = console.administrator("owner", "sophea")
        person = console.administrator("operator", "dara", confirmed=False)
        assert console.post(owner, f"/admin/administrators/{console.of(person).id}/remove").status == 303
        assert not is_signed_in(console, person)


class TestNobodyElse:
    def test_somebody_without_a_role_is_told_so(self, console: Console) -> None:
        person = console.world.person()
        page = console.page(person, "/admin/applications")
        assert "console-sign_in" in page.text
        page = console.through_camdigikey(person, page, "sophea")
        assert page.status == 403 and "console-refused" in page.text
        assert not is_signed_in(console, person)

    def test_a_removed_administrator_is_out_at_once(self, console: Console) -> None:
        owner, person = console.administrator("owner", "sophea"), console.administrator("operator", "dara")
        assert is_signed_in(console, person)
        assert console.post(owner, f"/admin/administrators/{console.of(person).id}/remove").status == 303
        assert not is_signed_in(console, person)
        assert console.sign_in(person, "dara").status == 403

    def test_a_role_that_is_taken_away_is_gone_at_once(self, console: Console) -> None:
        person = console.administrator("owner")
        console.make(person, role="auditor")
        assert person.get(console.url("/admin/new")).status == 403

    def test_under_another_camdigikey_a_session_is_void(self, console: Console) -> None:
        person = console.administrator()
        elsewhere = replace(console.world.services, environment="https://trial.example")
        person.bridge = _moved(person, create_app(console.world.settings, elsewhere), console)
        assert not is_signed_in(console, person)

    def test_a_forged_cookie_is_nobody(self, console: Console) -> None:
        for secret in ("", "x" * 43, "\\000", "ខ"):
            person = console.world.person()
            person.bridge.set_cookie("bridge_admin", secret, domain="127.0.0.1")
            assert not is_signed_in(console, person)


def _moved(person: Person, app: object, console: Console) -> object:
    """The person's browser at another application, with its cookie of the console."""
    bridge = app.test_client()  # type: ignore[attr-defined]  # -- Flask's
    bridge.set_cookie("bridge_admin", console.secret_of(person), domain="127.0.0.1")
    return bridge


class TestSessions:
    @pytest.mark.parametrize("over", [{"used_at": 900}, {"created_at": 8 * 3600}], ids=["idle", "in all"])
    def test_it_is_over_after_a_quarter_of_an_hour_without_use_and_after_eight_hours(
        self, console: Console, over: dict[str, int]
    ) -> None:
        person = console.administrator()
        console.ago(person, **{name: seconds - 5 for name, seconds in over.items()})
        assert is_signed_in(console, person)
        console.ago(person, **over)
        assert not is_signed_in(console, person)

    def test_use_keeps_it_alive(self, console: Console) -> None:
        person = console.administrator()
        console.ago(person, used_at=800)
        used = console.session_of(person).used_at
        assert is_signed_in(console, person)
        assert console.session_of(person).used_at - used >= 800

    def test_it_ends_with_the_providers(self, console: Console) -> None:
        person = console.administrator()
        sessions = console.world.services.sessions
        sessions.end(console.session_of(person).session_key)
        assert not is_signed_in(console, person)

    def test_signing_out_at_the_provider_signs_out_of_the_console(self, console: Console) -> None:
        person = console.administrator()
        page = person.follow(person.get(console.url("/logout")))
        person.follow(person.press(page, "continue"))
        assert not is_signed_in(console, person)

    def test_signing_out_leads_on_to_the_providers_page(self, console: Console) -> None:
        person = console.administrator()
        secret = console.secret_of(person)
        said = console.post(person, "/admin/sign-out")
        assert said.location == console.url("/logout")
        thief = console.world.person()
        thief.bridge.set_cookie("bridge_admin", secret, domain="127.0.0.1")
        assert not is_signed_in(console, thief)

    def test_a_new_one_in_the_same_browser_takes_its_place(self, console: Console) -> None:
        person = console.administrator()
        before = console.session_of(person).key
        console.through_camdigikey(person, person.get(console.url("/admin/sign-in")), "sophea")
        assert is_signed_in(console, person) and console.session_of(person).key != before
        assert console.world.services.console_sessions.get(before) is None

    def test_ones_own_are_listed_and_can_be_ended_and_nobody_elses(self, console: Console) -> None:
        here, there = console.administrator(), console.world.person()
        console.sign_in(there, "sophea")
        other = console.administrator("operator", "dara")
        page = console.page(here, "/admin/sessions")
        assert page.text.count('name="key"') == 2
        assert console.session_of(other).key not in page.text
        console.post(here, "/admin/sessions", key=console.session_of(other).key)
        assert is_signed_in(console, other)
        console.post(here, "/admin/sessions", key=console.session_of(there).key)
        assert is_signed_in(console, here) and not is_signed_in(console, there)

    def test_its_cookie_is_strict_and_set_by_a_page_that_moves_on(self, console: Console) -> None:
        person = console.world.person()
        page = console.through_camdigikey(person, person.get(console.invite()), "sophea")
        assert page.status == 200 and not page.headers.get("Location")
        assert '<meta http-equiv="refresh" content="0;url=/admin">' in page.text
        assert page.link("continue") == console.url("/admin")
        cookie = person.bridge.get_cookie("bridge_admin", "127.0.0.1")
        assert cookie is not None
        assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Strict", "/")
        assert person.bridge.get_cookie("bridge_admin_login", "127.0.0.1") is None

    def test_a_link_from_another_site_gets_a_page_that_asks_again_itself(self, console: Console) -> None:
        """The browser brings no Strict cookie then; it does the second time."""
        stranger = console.world.person()
        path = "/admin/applications?q=abc"
        page = stranger.get(console.url(path), Sec_Fetch_Site="cross-site")
        assert page.status == 200 and f"0;url={path}" in page.text
        assert stranger.get(console.url(path), Sec_Fetch_Site="same-origin").location.startswith(
            console.url(SIGNED_OUT)
        )


class TestTheProtocol:
    def test_it_asks_for_a_fresh_sign_in_with_pkce(self, console: Console) -> None:
        page = begun(console, console.world.person())
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page.location).query).items()}
        assert asked["prompt"] == "login" and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CONSOLE_CLIENT_ID and asked["scope"] == "openid profile"

    def test_a_callback_without_its_cookie_opens_nothing(self, console: Console) -> None:
        console.administrator()
        person = console.world.person()
        returned = through_provider(console, person, begun(console, person))
        person.bridge.delete_cookie("bridge_admin_login", domain="127.0.0.1")
        assert person.get(returned.location).status == 403
        assert not is_signed_in(console, person)

    def test_a_callback_counts_once(self, console: Console) -> None:
        console.administrator()
        person = console.world.person()
        returned = through_provider(console, person, begun(console, person))
        pending = person.bridge.get_cookie("bridge_admin_login", "127.0.0.1")
        assert pending is not None
        assert person.get(returned.location).status == 200
        person.bridge.set_cookie("bridge_admin_login", pending.value, domain="127.0.0.1")
        page = person.get(returned.location)
        assert page.status == 403 and "used already" in page.text

    @pytest.mark.parametrize("what", ["state", "verifier", "state left out", "began long ago", "began later"])
    def test_what_does_not_belong_together_opens_nothing(self, console: Console, what: str) -> None:
        console.administrator()
        person = console.world.person()
        returned = through_provider(console, person, begun(console, person))
        location = returned.location
        cookie = person.bridge.get_cookie("bridge_admin_login", "127.0.0.1")
        assert cookie is not None
        sealer = console.uses.sealer
        kept = json.loads(sealer.unseal(PENDING_COOKIE, cookie.value))
        if what == "state":
            kept["state"] = "another"
        elif what == "verifier":
            kept["verifier"] = VERIFIER
        elif what == "state left out":
            kept["state"] = ""
            location = location.replace("&state=", "&former_state=")
        elif what == "began long ago":
            kept["began_at"] -= 1801
        else:
            kept["began_at"] += 100
        value = sealer.seal(PENDING_COOKIE, json.dumps(kept).encode())
        person.bridge.set_cookie("bridge_admin_login", value, domain="127.0.0.1")
        assert person.get(location).status == 403
        assert not is_signed_in(console, person)

    @pytest.mark.parametrize("kept", ["garbage", '{"state": 1}', "[]", '{"parked": {}}', "null"])
    def test_what_another_release_kept_is_no_sign_in(self, console: Console, kept: str) -> None:
        person = console.world.person()
        value = console.uses.sealer.seal(PENDING_COOKIE, kept.encode())
        person.bridge.set_cookie("bridge_admin_login", value, domain="127.0.0.1")
        assert person.get(console.url("/admin/callback?code=a.b&state=c")).status == 403

    def test_an_application_cannot_redeem_the_consoles_code(self, console: Console) -> None:
        """By no way of authenticating; and afterwards it signs nobody in but who it was for."""
        console.administrator()
        person = console.world.person()
        returned = through_provider(console, person, begun(console, person))
        code = returned.params["code"]
        redirect_uri = console.url("/admin/callback")
        for client_id in ("web", "post"):
            said = console.world.token(
                client_id, grant_type="authorization_code", code=code, redirect_uri=redirect_uri
            )
            assert (said.status, said["error"]) == (400, "invalid_grant")
        client = console.world.app.test_client()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        for more in ({"client_id": CONSOLE_CLIENT_ID}, {"client_id": CONSOLE_CLIENT_ID, "client_secret": ""}):
            answer = client.post("/token", data=form | more, base_url=console.world.issuer)
            assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
        assert person.get(returned.location).status == 200

    def test_of_its_grant_nothing_remains(self, console: Console) -> None:
        console.administrator()
        person = console.world.person()
        returned = through_provider(console, person, begun(console, person))
        grants, now = console.world.services.grants, int(time.time())
        grant_id = GrantId(returned.params["code"].partition(".")[0])
        assert grants.find(grant_id, now) is not None
        assert person.get(returned.location).status == 200
        assert grants.find(grant_id, now) is None

    @pytest.mark.parametrize("method", ["HEAD", "prefetch", "frame"])
    def test_a_callback_is_asked_by_a_person(self, console: Console, method: str) -> None:
        person = console.world.person()
        address = console.url("/admin/callback?code=a.b&state=c")
        if method == "HEAD":
            assert person.bridge.head(address, base_url=console.world.issuer).status_code == 405
        elif method == "prefetch":
            assert person.get(address, Sec_Purpose="prefetch").status == 403
        else:
            assert person.get(address, Sec_Fetch_Dest="iframe").status == 403

    def test_another_account_than_the_consoles_vouches_for_nobody(self, console: Console) -> None:
        """Single sign-on works across accounts, and one of them may be a trial with pretend people."""
        console.administrator()
        person = console.world.person()
        returned = through_provider(console, person, begun(console, person))
        sessions, now = console.world.services.sessions, int(time.time())
        cookie = person.bridge.get_cookie("bridge_session", "127.0.0.1")
        assert cookie is not None
        session = sessions.held(SessionKey(digest(cookie.value)), now)
        assert session is not None and session.upstream is not None
        trial = replace(session.upstream, connector=ConnectorId("trial"))
        sessions.save(replace(session, upstream=trial), now)
        page = person.get(returned.location)
        assert page.status == 403 and "its own CamDigiKey account" in page.text
        assert not is_signed_in(console, person)

    def test_what_no_scope_allows_is_not_given(self, console: Console) -> None:
        """Whoever writes the address by hand asks for more, and gets to no code by it."""
        person = console.world.person()
        page = begun(console, person)
        wider = page.location.replace("openid+profile", "openid+profile+national_id+email")
        page = person.follow(person.get(wider), until=console.url("/admin/callback"))
        assert page.status == 200 and "national" not in page.text


class TestParkedChanges:
    def parked(self, console: Console, person: Person, path: str, **fields: str) -> Page:
        console.ago(person, auth_time=301)
        page = console.post(person, path, **fields)
        assert page.status == 200 and "console-sign_in_again" in page.text
        return page

    def test_it_is_carried_out_after_a_fresh_sign_in(self, console: Console, registered: Registers) -> None:
        registered(application("parked", sector_identifier="parked.example"))
        person = console.administrator()
        page = self.parked(console, person, "/admin/applications/parked/delete", confirmation="parked")
        before = console.session_of(person).key
        page = console.through_camdigikey(person, page, "sophea")
        assert "console-moving_on" in page.text
        assert console.world.services.clients.latest("parked") is not None
        said = person.press(page, "continue")
        assert said.location == console.url("/admin/deleted")
        assert console.world.services.clients.latest("parked") is None
        assert console.world.services.console_sessions.get(before) is None  # the new one took its place

    def test_not_for_another_person(self, console: Console, registered: Registers) -> None:
        registered(application("parked", sector_identifier="parked.example"))
        console.administrator("owner", "dara")
        person = console.administrator("owner", "sophea")
        page = self.parked(console, person, "/admin/applications/parked/delete", confirmation="parked")
        page = console.through_camdigikey(person, page, "dara")
        page = person.follow(person.press(page, "continue"))  # it is another person: yes, this is me
        assert page.status == 200 and "<form" not in page.text.partition("<main")[2]
        assert page.link("continue") == console.url("/admin")
        assert console.world.services.clients.latest("parked") is not None

    def test_not_with_a_role_that_was_taken_away_meanwhile(
        self, console: Console, registered: Registers
    ) -> None:
        registered(application("parked", sector_identifier="parked.example"))
        person = console.administrator()
        page = self.parked(console, person, "/admin/applications/parked/delete", confirmation="parked")
        console.make(person, role="auditor")
        page = console.through_camdigikey(person, page, "sophea")
        assert person.press(page, "continue").status == 403
        assert console.world.services.clients.latest("parked") is not None

    def test_a_form_that_no_cookie_holds_is_not_parked(self, console: Console) -> None:
        person = console.administrator()
        console.ago(person, auth_time=301)
        page = console.post(person, "/admin/administrators", role="maintainer", clients="x" * 3000)
        assert page.status == 409 and "too long" in page.text

    def test_the_longest_that_is_parked_fits_into_what_a_proxy_takes(self, console: Console) -> None:
        person = console.administrator()
        console.ago(person, auth_time=301)
        for length in range(1500, 100, -20):
            page = console.post(person, "/admin/administrators", role="maintainer", clients="x" * length)
            if page.status == 200:
                break
        cookie = person.bridge.get_cookie("bridge_admin_login", "127.0.0.1")
        assert cookie is not None and MAX_PENDING - 100 < len(cookie.value) <= MAX_PENDING
        said = begun(console, person, next="/admin/" + "x" * 493)
        for headers in (page.headers, said.headers):
            assert sum(len(name) + len(value) + 4 for name, value in headers.items()) < MAX_HEADERS


class TestWhereItLeads:
    @pytest.mark.parametrize(
        "path",
        [
            "https://evil.example/admin",
            "//evil.example/admin",
            "///evil.example",
            "/\\evil.example",
            "/admin\\..\\..",
            "\\/evil.example",
            " //evil.example",
            "\t//evil.example",
            "\x01//evil.example",
            "/admin/../authorize",
            "/admin/%2e%2e/authorize",
            "/admin/./x",
            "/admin/.hidden",
            "/administer",
            "/admin//evil.example",
            "/admin@evil.example",
            "/admin:80",
            "/admin/x\r\nSet-Cookie: a=b",
            "/admin/x;url=//evil.example",
            "/admin?q='\"><script>",
            "/admin#//evil.example",
            "javascript:alert(1)",
            "/logout",
            "",
            "/admin/" + "x" * 600,
            "/admin/ខ្មែរ",
        ],
    )
    def test_nowhere_but_to_a_page_of_the_console(self, console: Console, path: str) -> None:
        assert local(path) == "/admin"
        page = console.world.person().get(console.url("/admin/sign-in"), **{})
        assert page.form("continue").fields["next"] == "/admin"

    @pytest.mark.parametrize(
        "path",
        ["/admin", "/admin/applications", "/admin/applications/a.b~c_d-e/look?saved=1", "/admin?q=%E1"],
    )
    def test_a_page_of_the_console_is_kept(self, path: str) -> None:
        assert local(path) == path

    def test_after_signing_in_the_page_that_was_asked_for(self, console: Console) -> None:
        console.administrator()
        person = console.world.person()
        page = person.follow(person.get(console.url("/admin/administrators")), until="https://")
        page = console.through_camdigikey(person, page, "sophea")
        assert page.link("continue") == console.url("/admin/administrators")


SENDERS = {
    "": False,
    "unix": False,
    "::ffff:10.20.3.4": True,
    "127.0.0.1": False,
    "10.20.3.4": True,
    "127.0.0.9": True,
    "::1": False,
}


class TestSettings:
    def test_who_comes_from_elsewhere_finds_no_console(self, console: Console) -> None:
        settings = console.world.settings
        admin = settings.admin.model_copy(update={"networks": ("10.20.0.0/16", "127.0.0.9")})
        app = create_app(settings.model_copy(update={"admin": admin}), console.world.services)
        for path in ("/admin", "/admin/sign-in", "/admin/invitation/x", "/admin/callback"):
            for sender, seen in SENDERS.items():
                answer = app.test_client().get(
                    path, base_url=console.world.issuer, environ_base={"REMOTE_ADDR": sender}
                )
                assert (answer.status_code != 404) is seen, (path, sender)

    def test_switched_off_there_is_none_and_its_client_is_unknown(self, console: Console) -> None:
        settings = console.world.settings
        off = settings.model_copy(update={"admin": settings.admin.model_copy(update={"enabled": False})})
        bare = console.world.services.clients._clients  # type: ignore[attr-defined]  # -- ClientsWithOwn
        app = create_app(off, replace(console.world.services, clients=bare))
        person = Person(app, console.world.issuer)
        for path in ("/admin", "/admin/applications", "/admin/sign-in"):
            assert person.get(console.url(path)).status == 404
        address = begun(console, console.world.person()).location
        page = person.get(address)
        assert page.status == 400 and "unknown_client" in page.text


class TestTheConsoleAsAClient:
    def test_it_is_in_no_list_and_nobodys_to_change(self, console: Console) -> None:
        clients = console.clients
        assert CONSOLE_CLIENT_ID not in [client.client_id for client in clients.all(OPERATOR)]
        assert CONSOLE_CLIENT_ID not in [client.client_id for client in clients.page(OPERATOR, limit=100)]
        assert not clients.page(OPERATOR, limit=100, begins=CONSOLE_CLIENT_ID)
        for change in (
            lambda: clients.get(OPERATOR, CONSOLE_CLIENT_ID),
            lambda: clients.edit(OPERATOR, CONSOLE_CLIENT_ID, {"skip_consent": False}),
            lambda: clients.rotate_secret(OPERATOR, CONSOLE_CLIENT_ID),
            lambda: clients.set_enabled(OPERATOR, CONSOLE_CLIENT_ID, False),
            lambda: clients.delete(OPERATOR, CONSOLE_CLIENT_ID),
        ):
            with pytest.raises(Refused, match="There is no client"):
                change()
        bare = replace(console.world.services, clients=clients._clients)  # type: ignore[attr-defined]  # -- ClientsWithOwn
        switched_off = assemble(console.world.settings, bare).administration.clients
        for register in (clients.add, switched_off.add):
            with pytest.raises(Refused, match="already"):
                register(OPERATOR, replace(application("x"), client_id=CONSOLE_CLIENT_ID))

    def test_nor_by_a_page(self, console: Console) -> None:
        person = console.administrator()
        for path in ("", "/credentials", "/sign-in"):
            assert person.get(console.url(f"/admin/applications/{CONSOLE_CLIENT_ID}{path}")).status == 404
        assert CONSOLE_CLIENT_ID not in console.page(person, "/admin/applications").text

    def test_no_other_has_a_redirect_uri_at_the_issuer(self, console: Console) -> None:
        for uri in ("/admin/callback", "/cb", "/"):
            draft = replace(application("x"), client_id=ClientId("x"), redirect_uris=(console.url(uri),))
            with pytest.raises(ClientFaults, match="own origin"):
                console.clients.add(OPERATOR, draft)

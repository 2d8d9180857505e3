"""The forms of the console: registering, changing and deleting applications, and what they refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markupsafe import escape
from werkzeug.datastructures import MultiDict

from bridge.domain.client import Client, FileOwner
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.manage import OPERATOR
from bridge.manage.client_refusals import EDITABLE
from bridge.manage.versions import version_of
from bridge.products import KINDS, PRODUCTS
from bridge.web.console.fields import TABS, changes, controls
from bridge.web.console.rows import PAGES
from tests.console.conftest import Console, Registers, application
from tests.support.person import Page, Person
from tests.support.world import World

ADDRESS = "https://new.example/cb"
SCRIPT = '<script>alert("1")</script>'
MARKS = "portal\u202egpj.exe"


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


@pytest.fixture
def app(console: Console, registered: Registers) -> Client:
    return registered(application("the-app", "The application", sector_identifier="the-app.example"))


def now(console: Console) -> Client:
    """The application as it is registered now."""
    found = console.world.services.clients.latest("the-app")
    assert found is not None
    return found


Fields = dict[str, str | list[str]]


def filled(console: Console, client: Client, tab: str, **fields: str | list[str]) -> Fields:
    """What a browser sends for a tab's form that nobody changed, but for these fields."""
    sent: Fields = {"version": version_of(client)}
    for control in controls(TABS[tab], client):
        if control.fixed:
            continue
        if control.shape == "switch":
            sent |= {control.name: "1"} if control.value else {}
        elif control.shape == "choices":
            sent[control.name] = list(control.value)
        elif control.shape == "numbers":
            sent |= {f"{control.name}.{name}": str(control.value.get(name, "")) for name in control.choices}
        else:
            sent[control.name] = control.value
    return {name: value for name, value in (sent | fields).items() if value != "leave out"}


def edit(console: Console, person: Person, tab: str, fields: Fields) -> Page:
    return console.post(person, f"/admin/applications/the-app/{tab}", fields)  # type: ignore[arg-type]  # -- lists too


class TestRegistering:
    def form(self, console: Console, person: Person, kind: str) -> dict[str, str]:
        return console.page(person, f"/admin/new/{kind}").form("register").fields

    def register(self, console: Console, person: Person, kind: str = "web", **fields: str) -> Page:
        form = self.form(console, person, kind) | {"client_name": "New", "redirect_uris": ADDRESS} | fields
        form.pop("csrf")
        return console.post(person, f"/admin/new/{kind}", form)

    @pytest.mark.parametrize("kind", [*KINDS, *PRODUCTS])
    def test_every_kind_and_product_is_registered_with_what_its_form_asks(
        self, console: Console, owner: Person, kind: str
    ) -> None:
        form = self.form(console, owner, kind) | {"client_name": "New"}
        product = PRODUCTS.get(kind)
        for place in product.places if product else ():
            form[f"place.{place.name}"] = place.example
        if product is None or not product.fields.get("redirect_uris"):
            form["redirect_uris"] = "kh.gov.app:/cb" if kind == "native" else ADDRESS
        if kind == "service":
            form = {**form, "redirect_uris": "", "scope": "reports.read reports.write"}
        form.pop("csrf")
        page = console.post(owner, f"/admin/new/{kind}", form)
        assert page.status == 200 and "console-application" in page.text, page.text
        client = console.world.services.clients.latest(form["client_id"])
        assert client is not None and client.client_name == "New"
        assert ('id="secret"' in page.text) is not client.public

    def test_what_is_wrong_is_told_in_the_language_of_the_page(self, console: Console, owner: Person) -> None:
        """With what the administrator wrote in it, braces and percent signs too."""
        uri = "https://a.example/%20/{uri}{0}"
        assert "can&#39;t have" in self.register(console, owner, redirect_uris=uri).text
        console.page(owner, "/admin/new/web?hl=km")
        text = self.register(console, owner, redirect_uris=uri).text
        console.page(owner, "/admin/new/web?hl=en")
        assert "ដែលអាសយដ្ឋានមិនអាចមាន" in text and uri in text

    def test_the_secret_is_shown_once(self, console: Console, owner: Person) -> None:
        page = self.register(console, owner, client_id="once")
        secret = page.text.partition('id="secret"')[2].partition("<code>")[2].partition("</code>")[0]
        assert len(secret) == 43 and page.headers["Cache-Control"] == "no-store"
        for path in ("", "?product=grafana", "/credentials", "/tokens"):
            assert secret not in console.page(owner, f"/admin/applications/once{path}").text
        client = console.world.services.clients.latest("once")
        assert client is not None
        assert client.secret_hashes == (console.uses.sealer.mac("client secret", secret),)

    def test_the_same_form_twice_makes_one_application(self, console: Console, owner: Person) -> None:
        form = self.form(console, owner, "web") | {"client_name": "Twice", "redirect_uris": ADDRESS}
        first, second = (owner.post(console.url("/admin/new/web"), form) for _ in range(2))
        assert first.status == 200
        assert second.location == console.url(f"/admin/applications/{form['client_id']}")
        assert len(console.clients.page(OPERATOR, limit=9, begins="Twice")) == 1

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"client_name": ""}, "The name"),
            ({"client_name": "x" * 300}, "1 to 100 printable"),
            ({"client_name": MARKS}, "printable"),
            ({"redirect_uris": ""}, "At least one redirect URI"),
            ({"redirect_uris": "http://new.example/cb"}, "https"),
            ({"redirect_uris": "https://new.example/*"}, "wildcard"),
            ({"redirect_uris": "https://new.example/cb#x"}, "#"),
            ({"redirect_uris": "https://n\u0435w.example/cb"}, "xn--"),
            ({"redirect_uris": "https://new.example/\u202ecb"}, "beyond ASCII"),
            ({"redirect_uris": "javascript:alert(1)"}, "javascript"),
            ({"redirect_uris": "http://127.0.0.1:8080/admin/callback"}, ""),
            ({"redirect_uris": "\n".join(f"https://new.example/{n}" for n in range(51))}, "at most 50"),
            ({"redirect_uris": "https://a.example/cb\nhttps://b.example/cb"}, "several hosts"),
            ({"client_id": "../../x"}, "client id"),
            ({"client_id": ".."}, "client id"),
            ({"client_id": "bridge-console"}, "already"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_written_stays(
        self, console: Console, owner: Person, fields: dict[str, str], why: str
    ) -> None:
        page = self.register(console, owner, **fields)
        assert page.status == 422
        assert str(escape(why)) in page.text
        assert 'value="New"' in page.text or "client_name" in fields
        assert "redirect_uris" in fields or ADDRESS in page.text

    @pytest.mark.parametrize("kind", [*KINDS, *PRODUCTS])
    @pytest.mark.parametrize(
        "written", ["", "https://[", "x" * 5000, "{base}", "%s", "https://a b/", "\u202e"]
    )
    def test_whatever_is_written_for_an_address_is_answered(
        self, console: Console, owner: Person, kind: str, written: str
    ) -> None:
        product = PRODUCTS.get(kind)
        places = {f"place.{place.name}": written for place in product.places} if product else {}
        form = {"client_name": "Odd", "redirect_uris": written, "client_id": "odd"}
        assert console.post(owner, f"/admin/new/{kind}", form | places).status in (200, 422)

    @pytest.mark.parametrize("product", PRODUCTS)
    def test_every_products_configuration_is_shown_for_every_application(
        self, console: Console, owner: Person, product: str
    ) -> None:
        """Or a sentence that says why it has none."""
        for client in console.clients.all(OPERATOR):
            address = f"/admin/applications/{client.client_id}?product={product}"
            assert console.page(owner, address).status == 200, client.client_id
        address = f"/admin/applications/{client.client_id}?product=nothing"
        assert console.page(owner, address).status == 200

    def test_what_hides_letters_is_in_no_text_that_people_see(
        self, console: Console, owner: Person, app: Client
    ) -> None:
        for purpose in (MARKS, "two\nlines", "x" * 501):
            fields = filled(console, app, "data", national_id_purpose=purpose)
            assert edit(console, owner, "data", fields).status == 422
        fields = filled(console, app, "data", national_id_purpose="ច្បាប់\u200bតម្រូវ")
        assert edit(console, owner, "data", fields).status == 303

    def test_a_name_with_a_script_is_a_name(self, console: Console, owner: Person) -> None:
        page = self.register(console, owner, client_name=SCRIPT, client_id="script")
        assert page.status == 200 and SCRIPT not in page.text and str(escape(SCRIPT)) in page.text
        for path in ("/admin/applications", "/admin/applications/script/look"):
            text = console.page(owner, path).text
            assert SCRIPT not in text and "&lt;script&gt;" in text
        assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("scope", ["national_id", "camdigikey_id"])
    def test_what_names_a_person_for_good_is_proposed(
        self, console: Console, owner: Person, app: Client, scope: str
    ) -> None:
        wanted = {"scope": ["openid", scope], "national_id_purpose": "The law asks for it."}
        page = edit(console, owner, "data", filled(console, app, "data", **wanted))
        assert page.location.startswith(console.url("/admin/approvals/"))
        assert now(console).scope == app.scope
        changes = {**wanted, "scope": ("openid", scope)}
        console.clients.edit(OPERATOR, "the-app", changes, reason="Decree 12")
        assert scope in now(console).scope

    def test_of_who_may_have_it_a_page_changes_nothing_that_decides_where_it_goes(
        self, console: Console, owner: Person, app: Client
    ) -> None:
        changes = {"scope": ("openid", "camdigikey_id")}
        console.clients.edit(OPERATOR, "the-app", changes, reason="Decree 12")
        client = now(console)
        more = f"{client.redirect_uris[0]}\nhttps://evil.example/cb"
        page = edit(console, owner, "sign-in", filled(console, client, "sign-in", redirect_uris=more))
        assert "/admin/approvals/" in page.location and now(console) == client
        page = console.post(owner, "/admin/applications/the-app/secret", version=version_of(client))
        assert "console-approval" in page.text and now(console) == client
        page = edit(console, owner, "look", filled(console, client, "look", client_name="Renamed"))
        assert page.status == 303 and now(console).client_name == "Renamed"


class TestChanging:
    def test_every_field_that_an_edit_may_change_stands_on_exactly_one_tab(self) -> None:
        shown = [
            row.name for tab in TABS.values() for row in CLIENT_METADATA.values() if row.group in tab.groups
        ]
        assert len(shown) == len(set(shown))
        assert set(shown) >= EDITABLE

    @pytest.mark.parametrize("tab", TABS)
    def test_saving_what_nobody_changed_changes_nothing(
        self, console: Console, owner: Person, app: Client, tab: str
    ) -> None:
        page = edit(console, owner, tab, filled(console, app, tab))
        assert page.location == console.url(f"/admin/applications/the-app/{tab}?saved=1")
        assert now(console) == app

    @pytest.mark.parametrize("tab", TABS)
    def test_what_the_form_shows_is_what_it_sends(
        self, world: World, console: Console, owner: Person, tab: str
    ) -> None:
        """For every client of the world: a form that is sent as it came is no change."""
        for client in world.services.clients.all():
            sent = MultiDict(filled(console, client, tab))
            assert changes(TABS[tab], client, sent) == {}, client.client_id

    def test_a_change_is_made_and_said(self, console: Console, owner: Person, app: Client) -> None:
        fields = filled(console, app, "tokens", **{"lifetimes.code": "30", "require_pkce": "leave out"})
        assert edit(console, owner, "tokens", fields).status == 303
        assert (now(console).lifetimes, now(console).require_pkce) == ({"code": 30}, False)
        assert "Saved." in console.page(owner, "/admin/applications/the-app/tokens?saved=1").text

    @pytest.mark.parametrize("number", ["ten", "-1", "1.5", "1e3", "٣", "១០", "9999999999", "0x10", "+5"])
    def test_a_number_that_is_none_is_said_and_kept_in_the_form(
        self, console: Console, owner: Person, app: Client, number: str
    ) -> None:
        page = edit(console, owner, "tokens", filled(console, app, "tokens", **{"lifetimes.code": number}))
        assert page.status == 422 and f'value="{number}"' in page.text
        assert now(console) == app

    def test_a_tick_that_is_no_choice_is_refused(self, console: Console, owner: Person, app: Client) -> None:
        for name, values in {"grant_types": ["implicit"], "token_endpoint_auth_method": "telepathy"}.items():
            page = edit(console, owner, "tokens", filled(console, app, "tokens", **{name: values}))
            assert page.status == 422 and now(console) == app

    def test_what_is_fixed_is_not_changed_by_a_form_that_names_it(
        self, console: Console, owner: Person, app: Client
    ) -> None:
        others = {
            "sector_identifier": "evil.example",
            "client_id": "evil",
            "enabled": "",
            "secret_hashes": "x",
        }
        for tab in TABS:
            edit(console, owner, tab, filled(console, app, tab, **others))
        assert now(console) == app

    def test_of_two_who_change_it_at_once_the_second_sees_both_versions(
        self, console: Console, owner: Person, app: Client
    ) -> None:
        second = console.administrator("operator", "dara")
        theirs = filled(console, app, "look", client_name="The first one's name")
        mine = filled(console, app, "look", client_name="The second one's name")
        assert edit(console, owner, "look", theirs).status == 303
        page = edit(console, second, "look", mine)
        assert page.status == 409
        for name in ("The first one's name", "The second one's name"):
            assert str(escape(name)) in page.text
        assert now(console).client_name == "The first one's name"
        again = {**mine, "version": page.form("save").fields["version"]}
        assert edit(console, second, "look", again).status == 303
        assert now(console).client_name == "The second one's name"

    def test_a_service_may_have_words_of_its_own(
        self, console: Console, owner: Person, registered: Registers
    ) -> None:
        client = registered(
            replace(
                application("the-app", sector_identifier="the-app"),
                grant_types=("client_credentials",),
                scope=("reports.read",),
            )
        )
        assert "scope.more" in console.page(owner, "/admin/applications/the-app/data").text
        fields = filled(console, client, "data", **{"scope.more": "reports.write  audit"})
        assert edit(console, owner, "data", fields).status == 303
        assert now(console).scope == ("reports.read", "reports.write", "audit")


class TestSecretsAndEnd:
    def test_a_form_that_is_sent_twice_makes_one_secret(
        self, console: Console, owner: Person, app: Client
    ) -> None:
        """A second one would end the secret that the application still uses."""
        form = console.page(owner, "/admin/applications/the-app/credentials").form("new-secret").fields
        form.pop("at_once")
        first, second = (
            owner.post(console.url("/admin/applications/the-app/secret"), form) for _ in range(2)
        )
        assert (first.status, second.status) == (200, 409)
        assert len(now(console).secret_hashes) == 2

    def test_at_once_leaves_the_new_one_alone(self, console: Console, owner: Person, app: Client) -> None:
        fields = {"version": version_of(app), "at_once": "1"}
        assert console.post(owner, "/admin/applications/the-app/secret", fields).status == 200
        assert len(now(console).secret_hashes) == 1 and now(console).secret_hashes != app.secret_hashes

    def test_it_is_paused_and_let_in_again(self, console: Console, owner: Person, app: Client) -> None:
        for button, enabled in (("disable", False), ("enable", True)):
            page = console.page(owner, "/admin/applications/the-app/credentials")
            assert console.send(owner, page, button).status == 200
            assert now(console).enabled is enabled

    def test_it_is_deleted_when_its_id_is_written(self, console: Console, owner: Person, app: Client) -> None:
        for written in ("", "the-ap", "THE-APP"):
            page = console.post(owner, "/admin/applications/the-app/delete", confirmation=written)
            assert page.status == 422
        page = console.post(owner, "/admin/applications/the-app/delete", confirmation=" the-app ")
        assert page.location == console.url("/admin/deleted")
        assert console.world.services.clients.latest("the-app") is None


class TestAdministrators:
    def test_an_owner_invites_and_the_link_is_shown_once(self, console: Console, owner: Person) -> None:
        page = console.post(owner, "/admin/administrators", role="auditor")
        link = page.text.partition("/admin/invitation/")[2].partition("<")[0]
        assert page.status == 200 and console.people.invitation(link).role == "auditor"
        assert link not in console.page(owner, "/admin/administrators").text

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"role": "king"}, "no role"),
            ({}, "no role"),
            ({"role": "maintainer"}, "at least one application"),
            ({"role": "maintainer", "clients": "../x"}, "no client id"),
            ({"role": "maintainer", "clients": " ".join(f"id-{n}" for n in range(101))}, "at most 100"),
        ],
    )
    def test_what_cannot_be_is_said(
        self, console: Console, owner: Person, fields: dict[str, str], why: str
    ) -> None:
        page = console.post(owner, "/admin/administrators", fields)
        assert page.status == 422 and why in page.text

    def test_the_last_owner_stays(self, console: Console, owner: Person) -> None:
        me = console.of(owner).id
        for path, fields in ((f"{me}/remove", {}), (f"{me}/role", {"role": "auditor"})):
            page = console.post(owner, f"/admin/administrators/{path}", fields)
            assert page.status == 422 and "There has to be an owner" in page.text
        assert console.of(owner).role == "owner" and console.of(owner).active

    def test_a_maintainer_sees_and_changes_the_named_ones_alone(
        self, console: Console, owner: Person, app: Client, registered: Registers
    ) -> None:
        registered(application("other-app", "Other", sector_identifier="other"))
        person = console.administrator("maintainer", "dara", ("the-app",))
        page = console.page(person, "/admin/applications")
        assert "the-app" in page.text and "other-app" not in page.text and 'id="new"' not in page.text
        assert "Other" not in console.page(person, "/admin/applications?q=other-app").text
        assert "Other" not in console.page(person, "/admin/applications?after=a&name=a").text
        assert person.get(console.url("/admin/administrators")).status == 403


class TestWhatIsNotThere:
    @pytest.mark.parametrize(
        "path",
        [
            "/admin/applications/the-app/nothing",
            "/admin/applications/nobody",
            "/admin/applications/nobody/look",
            "/admin/applications/nobody/credentials",
            "/admin/new/nothing",
            "/admin/nothing",
            "/admin/applications/%3Cscript%3E",
            "/admin/applications/%25s",
        ],
    )
    def test_is_not_found(self, console: Console, owner: Person, app: Client, path: str) -> None:
        page = owner.get(console.url(path))
        assert page.status == 404 and "<script>" not in page.text

    @pytest.mark.parametrize("path", ["nobody", "%25s", "%25(x)s", "x" * 3000, "-"])
    def test_an_administrator_that_is_none(self, console: Console, owner: Person, path: str) -> None:
        for what in ("confirm", "role", "remove"):
            page = (
                console.post(
                    owner, f"/admin/administrators/{path.replace('%25', '%')}/{what}", role="auditor"
                )
                if "%" not in path
                else owner.get(console.url(f"/admin/administrators/{path}/{what}"))
            )
            assert page.status in (405, 422)

    @pytest.mark.parametrize("where", ["q=%00", "after=%00&name=a", "after=a&name=%00"])
    def test_a_nul_is_in_no_name(self, console: Console, owner: Person, where: str) -> None:
        assert owner.get(console.url(f"/admin/applications?{where}")).status == 400

    def test_nor_in_a_form_or_a_path(self, console: Console, owner: Person, app: Client) -> None:
        assert edit(console, owner, "look", filled(console, app, "look", client_name="a\0b")).status == 400
        assert owner.get(console.url("/admin/applications/a%00b")).status == 400

    @pytest.mark.parametrize(
        "query", ["q=" + "x" * 5000, "q=%25", "q=%E1%9E", "after=x", "name=x", "after=&name=", "q=' OR 1=1"]
    )
    def test_no_search_is_too_odd(self, console: Console, owner: Person, query: str) -> None:
        assert owner.get(console.url(f"/admin/applications?{query}")).status == 200

    def test_a_form_that_is_too_long_is_refused(self, console: Console, owner: Person, app: Client) -> None:
        fields = filled(console, app, "look", client_name="x" * 70_000)
        assert edit(console, owner, "look", fields).status == 413

    def test_other_methods_are_not_allowed(self, console: Console, owner: Person) -> None:
        for row in PAGES:
            if "<" not in row.path:
                said = owner.bridge.open(row.path, method="DELETE", base_url=console.world.issuer)
                assert said.status_code == 405


class TestWhatAFileManages:
    @pytest.fixture
    def managed(self, console: Console, registered: Registers) -> Client:
        return registered(
            application(
                "the-app",
                "The application",
                sector_identifier="the-app.example",
                managed_by=FileOwner("ministry", unmanaged=("identity", "look")),
            )
        )

    def test_it_is_said_and_asked_whether_to_take_it_over(
        self, console: Console, owner: Person, managed: Client
    ) -> None:
        for tab, asked in (("sign-in", True), ("data", True), ("tokens", True), ("look", False)):
            page = console.page(owner, f"/admin/applications/the-app/{tab}")
            assert "the set ministry" in page.text
            assert ('name="take_over"' in page.text) is asked, tab

    def test_what_the_file_says_is_changed_by_whoever_takes_it_over(
        self, console: Console, owner: Person, managed: Client
    ) -> None:
        fields = filled(console, managed, "sign-in", popups="1")
        page = edit(console, owner, "sign-in", fields)
        assert page.status == 422 and "A file manages this application" in page.text
        assert now(console) == managed
        assert edit(console, owner, "sign-in", fields | {"take_over": "1"}).status == 303
        assert now(console) == replace(managed, popups=True, managed_by=None)
        assert 'name="take_over"' not in console.page(owner, "/admin/applications/the-app/sign-in").text

    def test_it_can_be_taken_over_without_another_change(
        self, console: Console, owner: Person, managed: Client
    ) -> None:
        assert edit(console, owner, "data", filled(console, managed, "data", take_over="1")).status == 303
        assert now(console) == replace(managed, managed_by=None)

    def test_what_the_file_gave_up_is_changed_as_ever(
        self, console: Console, owner: Person, managed: Client
    ) -> None:
        page = edit(console, owner, "look", filled(console, managed, "look", client_name="Renamed"))
        assert page.status == 303
        assert now(console) == replace(managed, client_name="Renamed")

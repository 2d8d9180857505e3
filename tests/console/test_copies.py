"""Duplicating an application, saving it as a file, and registering from one with other addresses."""

from __future__ import annotations

import io

import pytest

from bridge.domain.client import Client
from bridge.manage import OPERATOR
from tests.console.conftest import Console, Registers, application, with_the_national_number
from tests.support.person import Page, Person
from tests.support.world import World

SCRIPT = "<script>alert(1)</script>"
FILE = """
applications:
- client_id: pilot-one
  client_name: Pilot one
  redirect_uris: [https://pilot.example/one]
  allowed_origins: [https://pilot.example]
- client_id: pilot-two
  client_name: Pilot two
  redirect_uris: [https://pilot.example/two]
  token_endpoint_auth_method: none
"""


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


@pytest.fixture
def app(console: Console, registered: Registers) -> Client:
    return registered(
        application("the-app", "The application", sector_identifier="the-app.example", popups=True)
    )


def client(console: Console, client_id: str) -> Client:
    found = console.world.services.clients.latest(client_id)
    assert found is not None
    return found


def test_a_duplicate_has_an_id_and_a_secret_of_its_own(console: Console, owner: Person, app: Client) -> None:
    page = console.page(owner, "/admin/applications/the-app/duplicate")
    sent = page.form("register").fields
    made = console.send(owner, page, "register", **{"client_name.0": "Its copy"})
    assert made.status == 200 and "Its copy" in made.text
    copy = client(console, sent["client_id.0"])
    assert copy.client_id != "the-app" and copy.redirect_uris == app.redirect_uris and copy.popups
    assert copy.secret_hashes and not set(copy.secret_hashes) & set(client(console, "the-app").secret_hashes)
    again = console.send(owner, page, "register")
    assert again.status == 422 and "already" in again.text


def test_a_duplicate_with_a_claim_that_names_people_for_good_awaits_approval(
    console: Console, owner: Person, registered: Registers
) -> None:
    """OIDC Core §5.3: it would give the claim to whoever makes the copy."""
    registered(with_the_national_number("national"))
    page = console.page(owner, "/admin/applications/national/duplicate")
    said = console.send(owner, page, "register")
    made = page.form("register").fields["client_id.0"]
    assert said.status == 200 and console.world.services.clients.latest(made) is None
    (proposal,) = [kept for kept in console.approvals.all(OPERATOR) if kept.client_id == made]
    assert f"/admin/approvals/{proposal.id}" in said.text
    secret = said.text.partition("Copy it now")[2].partition("<code>")[2].partition("</code>")[0]
    assert proposal.after.secret_hashes == (console.uses.sealer.mac("client secret", secret),)


def test_a_file_says_what_is_registered_and_nothing_of_secrets(
    console: Console, owner: Person, app: Client
) -> None:
    page = console.page(owner, "/admin/applications/the-app/export")
    assert page.headers["Content-Type"] == "application/yaml"
    assert page.headers["Content-Disposition"] == 'attachment; filename="the-app.yaml"'
    assert "client_id: the-app" in page.text and "popups: true" in page.text
    assert "secret" not in page.text and app.secret_hashes[0] not in page.text


def begin(console: Console, owner: Person, text: str) -> Page:
    return console.post(owner, "/admin/import", text=text)


def test_a_pilot_becomes_production(console: Console, owner: Person) -> None:
    page = begin(console, owner, FILE)
    assert page.status == 200 and "Pilot one" in page.text
    filled = console.send(owner, page, "fill", **{"origin.0": "https://real.example", "fill": "1"})
    fields = filled.form("register").fields
    shown = [fields[name] for name in sorted(fields) if name.startswith("address.")]
    assert shown == ["https://real.example/one", "https://real.example", "https://real.example/two"]
    made = console.send(owner, filled, "register", **{"address.2": "https://real.example/second"})
    assert made.status == 200 and made.text.count("Copy it now") == 1
    one, two = client(console, "pilot-one"), client(console, "pilot-two")
    assert (one.redirect_uris, one.allowed_origins) == (
        ("https://real.example/one",),
        ("https://real.example",),
    )
    assert (two.redirect_uris, two.public) == (("https://real.example/second",), True)
    assert one.sector_identifier == two.sector_identifier == "real.example"


def test_where_one_can_not_be_registered_none_is(console: Console, owner: Person, app: Client) -> None:
    page = begin(console, owner, FILE)
    for fields, why in (
        ({"client_id.1": "the-app"}, "There is a client the-app already"),
        ({"client_id.1": "pilot-one"}, "Two of them have the client id pilot-one"),
        ({"address.2": "http://plain.example/cb"}, "https"),
        ({"address.2": ""}, "At least one redirect URI"),
        ({"address.0": console.url("/admin/callback")}, "own"),
        ({"client_name.0": ""}, "name"),
    ):
        said = console.send(owner, page, "register", **fields)
        assert said.status == 422 and why in said.text, fields
        assert console.world.services.clients.latest("pilot-one") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Choose a file"),
        ("applications: []", "no application in this file"),
        ("applications: [{client_id: a, no_such: 1}]", "no such key"),
        ("x" * 20_001, "too long"),
        ("applications:\n" + "- {client_id: a, client_name: n, redirect_uris: []}\n" * 21, "twice"),
        (f"applications: [{{client_id: '{SCRIPT}'}}]", "client id has"),
    ],
    ids=["empty", "none", "unknown key", "too long", "the same twice", "script in an id"],
)
def test_a_file_that_can_not_be_taken_is_explained(
    console: Console, owner: Person, text: str, why: str
) -> None:
    page = begin(console, owner, text)
    assert page.status == 422 and why in page.text and SCRIPT not in page.text


def test_a_script_in_a_name_or_an_address_is_text(console: Console, owner: Person) -> None:
    text = f"applications: [{{client_id: a, client_name: '{SCRIPT}', redirect_uris: ['x:{SCRIPT}']}}]"
    page = begin(console, owner, text)
    assert page.status == 200 and SCRIPT not in page.text and "&lt;script&gt;" in page.text


def test_a_file_can_be_sent_as_a_file(console: Console, owner: Person, world: World) -> None:
    key = console.session_of(owner).key
    token = console.uses.sealer.mac("csrf", f"console|{key}|/admin/import")
    for content, status in ((FILE.encode(), 200), (b"\xff\xfe" * 9, 422), (b"x" * 50_000, 422)):
        said = owner.bridge.post(
            "/admin/import",
            data={"csrf": token, "text": "", "file": (io.BytesIO(content), "a.yaml")},
            base_url=world.issuer,
        )
        assert said.status_code == status

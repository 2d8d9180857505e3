"""The tab Look: a logo that is uploaded, a colour that can be read on, a name in both languages."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bridge.domain.client import Client, FileOwner
from bridge.domain.picture import MAX_BYTES
from bridge.manage import OPERATOR
from bridge.manage.versions import version_of
from bridge.ops.pictures import WITHIN, Pictures
from bridge.web.console.rows import LARGER_BODIES
from bridge.web.look import look_css
from tests.console.conftest import Console, Registers, application
from tests.support.person import Person
from tests.support.world import World

PLACE = "/admin/applications/the-app/logo"


@pytest.fixture(autouse=True)
def _patient(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine under load is slow to start the program that decodes."""
    monkeypatch.setattr(console.world.services.pictures, "_within", 30.0)
    assert isinstance(console.world.services.pictures, Pictures) and WITHIN == 2


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


@pytest.fixture
def app(console: Console, registered: Registers) -> Client:
    return registered(application("the-app", "The application", sector_identifier="the-app.example"))


def picture(colour: tuple[int, int, int] = (0, 90, 0)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(written, "PNG")
    return written.getvalue()


def now(console: Console) -> Client:
    found = console.world.services.clients.latest("the-app")
    assert found is not None
    return found


class Sent:
    """The answer to an upload."""

    def __init__(self, console: Console, person: Person, data: bytes, **fields: str) -> None:
        key = console.session_of(person).key
        token = console.uses.sealer.mac("csrf", f"console|{key}|{PLACE}")
        sent = {"csrf": token, "version": version_of(now(console)), **fields}
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in sent.items()]
        parts.append(b'name="logo"; filename="a.svg"\r\n\r\n' + data)
        body = b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
        answer = person.bridge.post(
            PLACE,
            data=body + b"--x--\r\n",
            content_type="multipart/form-data; boundary=x",
            base_url=console.world.issuer,
        )
        self.status, self.text = answer.status_code, answer.get_data(as_text=True)


def test_a_logo_is_uploaded_shown_and_served_from_our_own_address(
    console: Console, owner: Person, app: Client, world: World
) -> None:
    assert Sent(console, owner, picture()).status == 303
    address = now(console).logo_uri
    assert address is not None and address.startswith(f"{world.issuer}/logo/the-app/")
    served = world.app.test_client().get(address)
    assert served.status_code == 200 and served.get_data().startswith(b"\x89PNG")
    assert dict(served.headers) | {
        "Content-Type": "image/png",
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    } == dict(served.headers)
    assert "Set-Cookie" not in served.headers
    for page in (
        console.page(owner, "/admin/applications/the-app/look"),
        world.person().visit(world.authorize_url("the-app"), until="https://"),
    ):
        assert f'src="{address}"' in page.text
    with Image.open(io.BytesIO(served.get_data())) as seen:
        assert seen.size == (64, 64)


def test_another_logo_has_another_address_and_the_first_is_gone(
    console: Console, owner: Person, app: Client, world: World
) -> None:
    Sent(console, owner, picture())
    first = now(console).logo_uri or ""
    assert Sent(console, owner, picture((90, 0, 0))).status == 303
    second = now(console).logo_uri or ""
    visitor = world.app.test_client()
    assert first != second
    assert (visitor.get(first).status_code, visitor.get(second).status_code) == (404, 200)


def test_a_logo_that_nobody_uploaded_is_not_looked_for(world: World, app: Client, console: Console) -> None:
    visitor = world.app.test_client()
    asked = console.world.services.logos.get
    for path in (
        "/logo/the-app/" + "0" * 64 + ".png",
        "/logo/the-app/..%2f..%2fx.png",
        "/logo/nobody/" + "a" * 64 + ".png",
        "/logo/bridge-console/" + "a" * 64 + ".png",
        "/logo/the-app/" + "A" * 64 + ".png",
        "/logo/%00/" + "a" * 64 + ".png",
    ):
        assert visitor.get(world.issuer + path).status_code == 404, path
    assert asked("the-app", "0" * 64) is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Choose a picture first"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG, JPEG or WebP"),
        (picture()[:40], "no PNG, JPEG or WebP"),
        (picture() + bytes(MAX_BYTES), "at most 512 KB"),
    ],
    ids=["nothing", "an SVG", "cut off", "one byte too many and more"],
)
def test_what_is_no_logo_is_explained_and_changes_nothing(
    console: Console, owner: Person, app: Client, data: bytes, why: str
) -> None:
    before = now(console)
    said = Sent(console, owner, data)
    assert said.status == 422 and why in said.text
    assert now(console) == before


def test_a_body_that_is_too_large_is_not_read(console: Console, owner: Person, app: Client) -> None:
    """RFC 9110 §15.5.14."""
    assert Sent(console, owner, bytes(MAX_BYTES + 20_000)).status == 413
    said = console.post(owner, "/admin/applications/the-app/look", client_name="x" * 70_000)
    assert said.status == 413


def test_only_the_upload_takes_a_larger_body() -> None:
    ((pattern, most),) = LARGER_BODIES
    assert pattern == "/admin/applications/[^/]+/logo" and most < 600_000


def test_who_was_overtaken_looks_again(console: Console, owner: Person, app: Client) -> None:
    said = Sent(console, owner, picture(), version="0" * 32)
    assert said.status == 409 and now(console).logo_uri is None


def test_an_application_of_a_file_is_taken_over_first(
    console: Console, owner: Person, registered: Registers
) -> None:
    registered(application("the-app", sector_identifier="x", managed_by=FileOwner("ministry")))
    said = Sent(console, owner, picture())
    assert said.status == 422 and now(console).logo_uri is None
    assert Sent(console, owner, picture(), take_over="1").status == 303
    assert now(console).managed_by is None


def test_who_may_only_see_it_uploads_nothing(console: Console, app: Client) -> None:
    auditor = console.administrator("auditor")
    assert Sent(console, auditor, picture()).status == 403
    assert 'id="upload"' not in console.page(auditor, "/admin/applications/the-app/look").text


def save(console: Console, owner: Person, **fields: str) -> tuple[int, str]:
    page = console.page(owner, "/admin/applications/the-app/look")
    said = console.send(owner, page, "save", **fields)
    return said.status, said.text


@pytest.mark.parametrize(
    ("colour", "why"),
    [
        ("#ffee00", "contrast of 1.2 to 1"),
        ("#777777", "contrast of 4.4 to 1"),
        ("0b5cad", "written as # and six digits"),
        ("#0b5ca", "written as # and six digits"),
        ("red", "written as # and six digits"),
        ("#000;}body{display:none", "written as # and six digits"),
        ("#0b5cad\u0661", "written as # and six digits"),
    ],
)
def test_a_colour_that_nobody_can_read_on_is_refused_with_its_contrast(
    console: Console, owner: Person, app: Client, colour: str, why: str
) -> None:
    """WCAG 2.2 §1.4.3, level AA."""
    status, text = save(console, owner, colour=colour)
    assert status == 422 and why in text
    assert now(console).colour is None


def test_its_pages_have_its_colour(console: Console, owner: Person, app: Client, world: World) -> None:
    assert save(console, owner, colour="#8a1c1c")[0] == 200
    page = world.person().visit(world.authorize_url("the-app"), until="https://")
    assert 'href="/look.css?colour=8a1c1c"' in page.text and 'content="#8a1c1c"' in page.text
    visitor = world.app.test_client()
    css = visitor.get("/look.css?colour=8a1c1c", base_url=world.issuer)
    assert css.get_data(as_text=True) == look_css("#8a1c1c") and css.mimetype == "text/css"
    preview = console.page(owner, "/admin/applications/the-app/look")
    assert 'href="/look.css?preview=8a1c1c"' in preview.text
    assert 'href="/look.css">' in preview.text  # the console itself keeps the institution's
    scoped = visitor.get("/look.css?preview=8a1c1c", base_url=world.issuer).get_data(as_text=True)
    assert scoped.startswith(".preview{--accent:#8a1c1c") and ":root" not in scoped


@pytest.mark.parametrize(
    "query", ["colour=%7d*%7b", "colour=8a1c1", "preview=x", "colour=", "colour=%d9%a1" * 6]
)
def test_what_is_no_colour_gets_the_institutions(world: World, query: str) -> None:
    css = world.app.test_client().get(f"/look.css?{query}", base_url=world.issuer).get_data(as_text=True)
    assert css == look_css("#0b5cad")


def test_its_name_is_the_one_of_the_pages_language(
    console: Console, owner: Person, app: Client, world: World
) -> None:
    assert save(console, owner, client_name_km="ច្រកក្រសួង")[0] == 200
    for spoken, name in (("km", "ច្រកក្រសួង"), ("en", "The application")):
        page = world.person().visit(world.authorize_url("the-app") + f"&hl={spoken}", until="https://")
        assert name in page.text
    assert (
        console.clients.edit(OPERATOR, "the-app", {"client_name_km": None}).name_in("km") == "The application"
    )


@pytest.mark.parametrize("name", ["\u202eabc", "x" * 101, "a\nb", "\u200b"])
def test_a_khmer_name_hides_nothing(console: Console, app: Client, name: str) -> None:
    with pytest.raises(Exception, match="Khmer name"):
        console.clients.edit(OPERATOR, "the-app", {"client_name_km": name})


def test_a_copy_has_no_logo_of_another(console: Console, owner: Person, app: Client) -> None:
    Sent(console, owner, picture())
    page = console.page(owner, "/admin/applications/the-app/duplicate")
    made = page.form("register").fields["client_id.0"]
    console.send(owner, page, "register")
    copy = console.world.services.clients.latest(made)
    assert copy is not None and copy.logo_uri is None

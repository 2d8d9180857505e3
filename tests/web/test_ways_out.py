"""Every page that ends a person's way offers the way to their application, or begins the same anew.

A new page, a new text of an error and a new address for people each need a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask, Response
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout

from bridge.domain.ids import ClientId
from bridge.errors import ShownToUser, StoreUnavailable
from bridge.oidc.endpoints import ENDPOINTS
from bridge.ops.environ import FAULT
from bridge.web import pages, texts, way_out
from bridge.web.language import TRANSLATIONS
from bridge.web.limits import RateLimited
from tests.support.pages import changed, kind, visit
from tests.support.person import Page, Person
from tests.support.world import World
from tests.web.preview import PORTAL, SAMPLES, make_app

HOME = "https://app.example/"

# -- the templates -----------------------------------------------------------------------------------------

# By template: a sample of it, and the buttons and links that lead on or back.
TEMPLATES: Mapping[str, tuple[str, frozenset[str]]] = {
    "sign_in": ("sign-in", frozenset({"continue", "cancel"})),
    "already_under_way": ("already-under-way", frozenset({"continue", "cancel"})),
    "confirm": ("confirm", frozenset({"continue", "cancel"})),
    "consent": ("consent", frozenset({"continue", "cancel"})),
    "turned_away": ("turned-away", frozenset({"cancel"})),  # and a button for another account
    "join": ("join", frozenset({"continue"})),
    "joined": ("joined", frozenset({"continue"})),
    "problem": ("problem-access_denied", frozenset({"continue", "cancel"})),
    "error": ("error-with-way-back", frozenset({"continue"})),  # by its text: see below
    "logout_confirm": ("logout-confirm", frozenset({"continue", "cancel"})),
    "signed_out": ("signed-out", frozenset({"continue"})),
    "form_post": ("form-post", frozenset({"continue"})),
    "go_on": ("go-on", frozenset({"continue"})),
    "home": ("home", frozenset()),  # nobody's way leads there
}


@pytest.fixture(scope="module")
def samples() -> Flask:
    return make_app()


def ids_of(html: str) -> frozenset[str]:
    page = Page("http://127.0.0.1:8090/", 200, {}, html)
    return frozenset(name for name in ("continue", "cancel", "again") if page.has(name))


def test_every_template_is_in_the_table() -> None:
    folder = TRANSLATIONS.parent / "templates"
    assert {file.stem for file in folder.glob("*.html")} - {"layout", "parts"} == TEMPLATES.keys()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_leads_on_or_back(samples: Flask, template: str) -> None:
    name, expected = TEMPLATES[template]
    with samples.test_request_context("/page"):
        assert ids_of(SAMPLES[name].make()) == expected


@pytest.mark.parametrize("key", texts.PROBLEMS)
def test_a_problem_leads_on_and_back(samples: Flask, key: str) -> None:
    with samples.test_request_context("/page"):
        assert ids_of(SAMPLES[f"problem-{key}"].make()) == {"continue", "cancel"}


# -- the texts of errors -----------------------------------------------------------------------------------

# By the key of the text: whether asking the same once more may help. The application is offered at each.
ONCE_MORE: Mapping[str, bool] = {
    "unknown_client": False,
    "paused": True,
    "invitation_over": False,
    "bad_redirect_uri": False,
    "bad_request": False,
    "link_expired": False,
    "opened_elsewhere": False,  # in another browser nothing of the sign-in may go on (DESIGN §5)
    "already_used": False,
    "unsolicited_callback": False,
    "not_completed": False,
    "no_cookies": False,
    "csrf": True,
    "not_found": False,
    "method_not_allowed": False,
    "too_large": False,
    "misdirected": True,
    "too_many_requests": True,
    "unavailable": True,
    "internal": True,
    "logout_failed": True,
}


def test_every_error_is_in_the_table() -> None:
    assert ONCE_MORE.keys() == texts.ERRORS.keys()


@pytest.mark.parametrize("request_at_hand", [True, False], ids=["request at hand", "no request"])
@pytest.mark.parametrize("client_known", [True, False], ids=["client known", "no client"])
@pytest.mark.parametrize("key", ONCE_MORE)
def test_an_error_leads_to_the_application_and_to_the_same_anew(
    samples: Flask, key: str, client_known: bool, request_at_hand: bool
) -> None:
    known = (PORTAL.way_back, PORTAL.client_name) if client_known else (None, None)
    again = "/login?i=x" if request_at_hand else None
    with samples.test_request_context("/page"):
        html = pages.error(key=key, status=400, way_back=known[0], client_name=known[1], again=again)
    offered = {"continue"} if client_known else set()
    if request_at_hand and ONCE_MORE[key]:
        offered.add("again")
        assert Page("http://127.0.0.1/", 400, {}, html).link("again") == "http://127.0.0.1/login?i=x"
    assert ids_of(html) == offered
    assert ('<a href="/">' in html) is (not offered), "where nothing is known there is our front page"


# -- the addresses -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A request of a person's browser to one of our addresses: what is sent, and what can be begun anew."""

    path: str
    fields: Mapping[str, str]
    again: str | None = None  # how the address of the new beginning starts; None: where the request went
    client: bool = True  # whether the request says which application it is about


def interaction(world: World) -> dict[str, str]:
    page = visit(world, world.person(), world.authorize_url())
    return {"i": parse_qs(urlsplit(page.url).query)["i"][0]}


def sealed(world: World, path: str, fields: Mapping[str, str]) -> dict[str, str]:
    location = world.person().post(world.issuer + path, fields).location
    return {"r": parse_qs(urlsplit(location).query)["r"][0]}


def for_authorize(world: World) -> dict[str, str]:
    return sealed(world, "/authorize", world.authorize_params())


def for_logout(world: World) -> dict[str, str]:
    return sealed(world, "/logout", {"client_id": "web"})


REQUESTS: Mapping[tuple[str, str], Callable[[World], Sent]] = {
    ("authorize", "GET"): lambda world: Sent("/authorize", world.authorize_params()),
    ("authorize", "POST"): lambda world: Sent("/authorize", world.authorize_params(), "/authorize/form?r="),
    ("authorize_form", "GET"): lambda world: Sent("/authorize/form", for_authorize(world)),
    ("login", "GET"): lambda world: Sent("/login", interaction(world)),
    ("login_start", "POST"): lambda world: Sent("/login/start", interaction(world), "/login?i="),
    ("login_cancel", "POST"): lambda world: Sent("/login/cancel", interaction(world), "/login?i="),
    ("consent", "POST"): lambda world: Sent("/consent", interaction(world), "/login?i="),
    ("consent_not_me", "POST"): lambda world: Sent("/consent/not-me", interaction(world), "/login?i="),
    ("callback", "GET"): lambda _: Sent("/camdigikey/callback", {"authToken": "a.b.c"}, client=False),
    ("callback_error", "GET"): lambda _: Sent("/camdigikey/error", {"errorCode": "1"}, client=False),
    ("confirm", "GET"): lambda world: Sent("/confirm/abc", interaction(world)),
    ("confirm", "POST"): lambda world: Sent("/confirm/abc", interaction(world), "/confirm/abc?i="),
    ("confirm_reject", "POST"): lambda world: Sent("/confirm/abc/no", interaction(world), "/confirm/abc?i="),
    ("logout", "GET"): lambda _: Sent("/logout", {"client_id": "web"}),
    ("logout", "POST"): lambda _: Sent("/logout", {"client_id": "web"}, "/logout/form?r="),
    ("logout_form", "GET"): lambda world: Sent("/logout/form", for_logout(world)),
    ("logout_confirm", "POST"): lambda world: Sent("/logout/confirm", for_logout(world), "/logout/form?r="),
    ("join", "GET"): lambda _: Sent("/join/abc", {}, client=False),
    ("join", "POST"): lambda _: Sent("/join/abc", {}, "/join/abc", client=False),
    ("joined", "GET"): lambda _: Sent("/joined", {"state": "x"}, client=False),
    ("home", "GET"): lambda _: Sent("/", {}, client=False),
    ("look", "GET"): lambda _: Sent("/look.css", {}, client=False),
}
FAILURES: Mapping[str, Exception] = {
    "unavailable 503": StoreUnavailable("Redis"),
    "unavailable 408": RequestTimeout(),
    "too_many_requests 429": RateLimited(30),
    "internal 500": RuntimeError("a fault of ours"),
    "csrf 403": ShownToUser(403, "csrf"),
    "link_expired 400": ShownToUser(400, "link_expired"),
    "too_large 413": RequestEntityTooLarge(),
}


@contextmanager
def failing(world: World, endpoint: str, error: Exception) -> Iterator[None]:
    """The endpoint's view raises this."""
    views = world.app.view_functions
    view = views[endpoint]

    def fail(**_: str) -> Response:
        raise error

    views[endpoint] = fail
    try:
        yield
    finally:
        views[endpoint] = view


def ask(world: World, person: Person, method: str, sent: Sent) -> Page:
    if method == "POST":
        return person.post(world.issuer + sent.path, sent.fields)
    return person.get(f"{world.issuer}{sent.path}?{urlencode(sent.fields)}")


def test_every_address_for_people_is_in_the_table() -> None:
    people = {
        (endpoint.name, method)
        for endpoint in ENDPOINTS
        for method in endpoint.methods
        if not endpoint.speaks_json
    }
    assert REQUESTS.keys() == people
    assert way_out.READERS.keys() == {name for name, _ in people}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(("endpoint", "method"), REQUESTS)
def test_whatever_fails_at_an_address_its_page_leads_on(
    world: World, endpoint: str, method: str, failure: str
) -> None:
    sent = REQUESTS[endpoint, method](world)
    with failing(world, endpoint, FAILURES[failure]):
        page = ask(world, world.person(), method, sent)
    assert kind(world, page) == failure
    assert page.has("again") is ONCE_MORE[failure.split()[0]]
    if page.has("again"):
        expected = page.url if sent.again is None else world.issuer + sent.again
        assert page.link("again").startswith(expected)
    assert page.has("continue") is sent.client
    if sent.client:
        assert page.link("continue") == HOME
    assert "a.b.c" not in page.text, "an auth token stands in no page"


@pytest.mark.parametrize("registration", [{"enabled": False}, {"client_uri": None}], ids=["disabled", "none"])
def test_nobody_is_led_to_an_application_that_is_kept_out_or_has_no_address(
    world: World, registration: dict[str, bool | None]
) -> None:
    with changed(world, "web", **registration), failing(world, "authorize", StoreUnavailable("SQL")):
        page = world.person().get(world.authorize_url())
    assert not page.has("continue")
    assert page.has("again")


def test_where_an_application_says_that_a_sign_in_begins_is_where_it_leads(world: World) -> None:
    begins = "https://app.example/login"
    with changed(world, "web", initiate_login_uri=begins), failing(world, "login", StoreUnavailable("Redis")):
        page = visit(world, world.person(), world.issuer + "/login?" + urlencode(interaction(world)))
    assert page.link("continue") == begins


def test_two_clients_in_one_request_are_none(world: World) -> None:
    page = world.person().get(world.authorize_url() + "&client_id=second")
    assert kind(world, page) == "bad_request 400"
    assert not page.has("continue")


def test_a_request_that_cannot_be_read_names_its_application_all_the_same(world: World) -> None:
    page = world.person().get(world.authorize_url() + "&ui_locales=%ff")
    assert kind(world, page) == "bad_request 400"
    assert page.link("continue") == HOME


@pytest.mark.parametrize("fault", [408, 413])
def test_a_form_that_never_came_is_known_by_the_page_that_it_was_on(world: World, fault: int) -> None:
    """The body is not there; the browser says on which page of ours it was (Referer)."""
    for at, fields in (("/login", interaction(world)), ("/authorize", world.authorize_params())):
        page = posted_without_a_body(world, fault, f"{world.issuer}{at}?{urlencode(fields)}")
        assert page.link("continue") == HOME
        assert page.has("again") is (fault == 408)
        if fault == 408:
            again = visit(world, world.person(), page.link("again"))
            assert kind(world, again) == {"/login": "opened_elsewhere 400", "/authorize": "sign_in"}[at]


@pytest.mark.parametrize(
    "referrer",
    [
        "https://evil.example/authorize?client_id=web",
        "http://[evil/authorize?client_id=web",
        "http://127.0.0.1:8080@evil.example/authorize?client_id=web",
        "http://127.0.0.1:8080/nowhere?client_id=web",
        "http://127.0.0.1:8080/login?i=garbage",
        "http://127.0.0.1:8080/authorize?" + "&".join(["a=b"] * 300),
    ],
)
def test_what_no_page_of_ours_says_is_not_listened_to(world: World, referrer: str) -> None:
    page = posted_without_a_body(world, 408, referrer)
    assert kind(world, page) == "unavailable 408"
    assert not page.has("continue")
    assert not page.has("again")


def posted_without_a_body(world: World, fault: int, referrer: str) -> Page:
    said = world.app.test_client().post(
        "/login/start",
        base_url=world.issuer,
        headers={"Referer": referrer},
        environ_overrides={FAULT: fault, "CONTENT_LENGTH": "20"},
    )
    return Page(
        world.issuer + "/login/start", said.status_code, dict(said.headers), said.get_data(as_text=True)
    )


# -- by the wrong name -------------------------------------------------------------------------------------


def misdirected(world: World, path: str) -> Page:
    said = world.app.test_client().get(path, base_url="http://other.example")
    assert said.status_code == 421
    return Page("http://other.example" + path, 421, dict(said.headers), said.get_data(as_text=True))


def test_by_another_name_the_right_address_is_offered_with_all_that_it_carries(world: World) -> None:
    path = "/authorize?" + urlencode(world.authorize_params()) + "&x=%E1%9E%80"
    page = misdirected(world, path)
    assert page.link("again") == world.issuer + path
    assert page.link("continue") == HOME
    assert misdirected(world, "/").link("again") == world.issuer + "/"


@pytest.mark.parametrize("path", ["/camdigikey/callback?authToken=a.b.c", "/nowhere", "//evil.example/x"])
def test_by_another_name_our_front_page_is_offered_where_no_more_may_be(world: World, path: str) -> None:
    page = misdirected(world, path)
    assert not page.has("again")
    assert f'<a href="{world.issuer}/">' in page.text
    assert "a.b.c" not in page.text


# -- signing out -------------------------------------------------------------------------------------------

BYE = "https://app.example/bye"
GOOD = {"client_id": "web", "post_logout_redirect_uri": BYE, "state": "s"}
LOST: Mapping[str, tuple[dict[str, str], str]] = {
    "a hint of another application": (GOOD | {"id_token_hint": "HINT of own"}, "/logout?" + urlencode(GOOD)),
    "an address that is not registered": (
        GOOD | {"post_logout_redirect_uri": BYE + "2"},
        "/logout?client_id=web",
    ),
    "an address beside a good hint": (
        {"id_token_hint": "HINT of web", "post_logout_redirect_uri": BYE + "2"},
        "/logout?client_id=web",
    ),
    "a client that nobody knows": (GOOD | {"client_id": "nobody"}, "/logout"),
    "a hint alone that nobody can read": ({"id_token_hint": "x.y.z", "state": "s"}, "/logout"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("case", LOST)
def test_a_refused_sign_out_keeps_what_was_good_in_it(world: World, case: str, method: str) -> None:
    params, again = LOST[case]
    hint = params.get("id_token_hint", "")
    if hint.startswith("HINT of "):
        tokens = world.tokens(world.sign_in(world.person(), hint[8:]), hint[8:])
        params = params | {"id_token_hint": tokens["id_token"]}
    page = ask(world, world.person(), method, Sent("/logout", params))
    assert kind(world, page) == "logout_failed 400"
    assert page.link("again") == world.issuer + again
    assert page.has("continue") is ("client_id=web" in again)


def test_who_signs_out_after_a_refusal_comes_back_to_the_application(world: World) -> None:
    person = world.person()
    tokens = world.tokens(world.sign_in(person, "own"), "own")
    page = ask(world, person, "GET", Sent("/logout", GOOD | {"id_token_hint": tokens["id_token"]}))
    page = person.press(page, "again")
    assert kind(world, page) == "logout_confirm"
    assert person.press(page, "continue").location == BYE + "?state=s"


def test_an_unreadable_hint_loses_neither_the_client_nor_its_address(world: World) -> None:
    person = world.person()
    world.sign_in(person, "own")
    page = ask(world, person, "GET", Sent("/logout", GOOD | {"id_token_hint": "x.y.z"}))
    assert kind(world, page) == "logout_confirm"
    assert person.press(page, "continue").location == BYE + "?state=s"
    page = ask(world, world.person(), "GET", Sent("/logout", GOOD | {"id_token_hint": "x.y.z"}))
    assert page.location == BYE + "?state=s", "nobody is signed in there"


def test_the_client_of_an_error_is_the_one_that_it_names(world: World) -> None:
    error = ShownToUser(429, "too_many_requests", client_id=ClientId("off"))
    with failing(world, "authorize", error):
        assert not world.person().get(world.authorize_url()).has("continue")

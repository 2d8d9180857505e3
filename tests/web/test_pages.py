"""What the pages say and never say, in both languages; how they look is tested in test_pages_seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest
from bridge.domain.claims import Line
from bridge.domain.client import Client
from bridge.web import errors, language, pages, texts
from bridge.web.language import LANGUAGES
from bridge.web.look import CARD, CARD_AT_NIGHT, MIN_CONTRAST, contrast, look_css, text_colour_on, visible_on
from bridge.web.names import masked, masked_names
from bridge.web.shares import SHARES, shares_of
from tests.web.preview import PORTAL, REQUEST, SAMPLES, SMALL, SOPHEA, make_app

BRIDGE = Path(pages.__file__).parents[1]
WITH_BUTTONS = (
    "sign-in",
    "already-under-way",
    "confirm",
    "consent",
    "problem-server_error",
    "logout-confirm",
)


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


@pytest.fixture
def asked(app: Flask) -> Iterator[None]:
    """For functions that need a request."""
    with app.test_request_context("/"):
        yield


def show(app: Flask, name: str, query: str = "", method: str = "GET", **headers: str) -> str:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    answer = app.test_client().open(
        f"/page/{name}{query}", method=method, headers=named, base_url="http://127.0.0.1:8090"
    )
    assert answer.status_code == SAMPLES[name].status
    return answer.get_data(as_text=True)


def title(html: str) -> str:
    found = re.search(r"<title>(.*?) · ", html)
    assert found
    return found[1]


# -- all pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("speaks", LANGUAGES)
def test_a_page_has_its_language_one_heading_and_nothing_inline(app: Flask, name: str, speaks: str) -> None:
    html = show(app, name, f"?hl={speaks}")
    assert f'<html lang="{speaks}">' in html
    assert html.count("<h1>") == 1
    assert title(html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    scripts = [f'<script src="/static/{script}.js" defer>' for script in SAMPLES[name].scripts]
    assert re.findall(r"<script[^>]*>", html) == scripts


@pytest.mark.parametrize("name", WITH_BUTTONS)
@pytest.mark.parametrize("speaks", LANGUAGES)
def test_a_page_that_asks_has_one_button_to_go_on_and_one_to_refuse(
    app: Flask, name: str, speaks: str
) -> None:
    html = show(app, name, f"?hl={speaks}")
    assert html.count('id="continue"') == 1
    assert html.count('id="cancel"') == 1


def test_names_and_addresses_of_a_client_are_never_markup(app: Flask) -> None:
    html = show(app, "sign-in-hostile")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;" in html


def test_the_reference_number_is_the_one_of_the_header(app: Flask) -> None:
    answer = app.test_client().get("/page/error-internal", base_url="http://127.0.0.1:8090")
    assert f"<code>{answer.headers['X-Request-Id']}</code>" in answer.get_data(as_text=True)


@pytest.mark.parametrize("speaks", LANGUAGES)
def test_four_outcomes_are_told_in_words_that_differ(app: Flask, speaks: str) -> None:
    names = ("sign-in", "error-unknown_client", "signed-out", "error-logout_failed")
    shown = [show(app, name, f"?hl={speaks}") for name in names]
    assert len({title(html) for html in shown}) == 4
    assert len({re.findall(r"<h1>(.*?)</h1>", html)[0] for html in shown}) == 4


def test_the_sign_in_page_tells_whose_it_is(app: Flask) -> None:
    html = show(app, "sign-in")
    for shown in (PORTAL.client_name, "portal.gov.example", PORTAL.policy_uri, PORTAL.tos_uri):
        assert shown in html


def test_a_form_carries_its_hidden_fields_escaped(app: Flask) -> None:
    assert '<input type="hidden" name="state" value="&lt;&amp;&#34;">' in show(app, "form-post")


# -- languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "cookie", "wishes", "header", "speaks"),
    [
        ("?hl=km", "en", ["en"], "en", "km"),
        ("?hl=fr", "km", ["en"], "en", "km"),
        ("", "", ["fr-CA", "km-KH"], "en", "km"),
        ("", "", [], "km-KH,km;q=0.9,en;q=0.8", "km"),
        ("", "", [], "en;q=0.8,km;q=0.9", "km"),
        ("", "", [], "fr", "en"),
        ("", "", [], "", "en"),
        ("", "<x>", ["", "-"], "*", "en"),
    ],
)
def test_the_language_is_chosen_in_order(
    app: Flask, query: str, cookie: str, wishes: list[str], header: str, speaks: str
) -> None:
    headers = {"Accept-Language": header, "Cookie": f"bridge_lang={cookie}"}
    with app.test_request_context("/login" + query, headers=headers):
        language.prefer(wishes)
        assert language.current() == speaks


def test_the_switch_is_remembered(app: Flask) -> None:
    browser = app.test_client()
    browser.get("/page/home?hl=km", base_url="http://127.0.0.1:8090")
    again = browser.get("/page/home", base_url="http://127.0.0.1:8090", headers={"Accept-Language": "en"})
    assert '<html lang="km">' in again.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "href"),
    [
        ("", "?hl=km"),
        ("i=a%2Bb&x=%E1%9E%80&hl=en", "?i=a%2Bb&x=%E1%9E%80&hl=km"),
        ("hl=en&hl=km&r=1&r=2&empty=", "?r=1&r=2&empty=&hl=km"),
        ('q="><script>', "?q=%22%3E%3Cscript%3E&hl=km"),
        ("not-utf8=\xff", "?not-utf8=%C3%BF&hl=km"),
    ],
)
def test_the_switch_keeps_the_address_and_all_it_carries(app: Flask, query: str, href: str) -> None:
    with app.test_request_context("//evil.example/", query_string=query):
        assert [switch.href for switch in language.switches()] == [href]


def test_where_nothing_can_be_asked_again_the_page_speaks_both_languages(app: Flask) -> None:
    said = texts.ERRORS["unsolicited_callback"]
    for path, method in (("/camdigikey/callback?authToken=x", "GET"), ("/login/start", "POST")):
        with app.test_request_context(path, method=method):
            html = pages.error(key="unsolicited_callback", status=400, way_back="", client_name="")
        assert "hreflang" not in html
        assert said.title in html
        assert '<section class="repeated" lang="km">' in html
        assert language.words("km")(said.title) in html


def test_the_form_that_goes_back_by_itself_offers_no_switch(app: Flask) -> None:
    assert "hreflang" not in show(app, "form-post")


# -- addresses ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:text/html,x", "JavaScript:x", "vbscript:x", "", "/relative"]
)
def test_nobody_is_led_to_a_false_address(uri: str) -> None:
    html = pages.error(key="opened_elsewhere", status=400, way_back=uri, client_name="x")
    assert 'id="continue"' not in html
    html = pages.sign_in(
        client=replace(PORTAL, policy_uri=uri, tos_uri=uri), address="/login?i=x", **_forms()
    )
    assert "Privacy policy" not in html
    assert "Terms of use" not in html


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("uri", ["https://app.example/", "http://intranet.example/", "kh.gov.app:/login"])
def test_an_application_may_live_on_the_web_or_have_a_scheme_of_its_own(uri: str) -> None:
    html = pages.signed_out(client=PORTAL, way_back=uri)
    assert f'id="continue" href="{uri}"' in html


def _forms() -> dict[str, pages.Form]:
    form = pages.Form("/x", {})
    return {"go": form, "cancel": form}


@pytest.mark.parametrize(
    ("issuer", "logo", "origin"),
    [
        ("https://login.example", "https://cdn.example:8443/a.png", "https://cdn.example:8443"),
        ("https://login.example", "http://cdn.example/a.png", ""),
        ("http://127.0.0.1:8090", "http://127.0.0.2:9000/a.png", "http://127.0.0.2:9000"),
        ("http://127.0.0.1:8090", "https://[::1]/a.png", "https://[::1]"),
        ("https://login.example", "https://x; script-src 'unsafe-inline'/a.png", ""),
        ("https://login.example", "https://user@cdn.example/a.png", ""),
        ("https://login.example", "data:image/png;base64,AAAA", ""),
        ("https://login.example", "javascript:alert(1)", ""),
        ("https://login.example", "", ""),
    ],
)
def test_only_a_safe_picture_is_shown_and_its_origin_is_named(issuer: str, logo: str, origin: str) -> None:
    client = replace(PORTAL, logo_uri=logo)
    with make_app(issuer).test_request_context("/"):
        assert pages.image_origins(client) == ((origin,) if origin else ())
        html = pages.sign_in(client=client, address="/login?i=x", **_forms())
    assert ("<img" in html) == bool(origin)


def test_the_institutions_logo_may_be_our_own_file_or_elsewhere() -> None:
    for logo, origins in (("/static/icon.svg", ()), ("https://moe.example/l.svg", ("https://moe.example",))):
        with make_app(logo=logo).test_request_context("/"):
            assert pages.image_origins(None) == origins
            assert f'<img src="{logo}" alt="">' in pages.home()


# -- errors ------------------------------------------------------------------------------------------


def test_every_error_that_the_code_names_has_its_words() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in BRIDGE.rglob("*.py"))
    raised = set(re.findall(r'ShownToUser\(\s*\d+,\s*"(\w+)"', code)) | set(errors.KEY_OF_STATUS.values())
    assert len(raised) > 8
    assert raised <= texts.ERRORS.keys()


@pytest.mark.parametrize(
    "text", {**texts.ERRORS, **texts.PROBLEMS}.values(), ids=lambda text: text.title[:40]
)
def test_a_dead_end_says_what_happened_and_what_to_do(text: texts.Text) -> None:
    assert text.happened.endswith(".")
    assert text.do.endswith(".")
    assert not text.title.endswith(".")


@pytest.mark.usefixtures("asked")
def test_an_unknown_key_is_told_by_its_status() -> None:
    assert texts.ERRORS["internal"].happened in pages.error(
        key="new", status=500, way_back="", client_name=""
    )
    assert texts.ERRORS["bad_request"].happened in pages.error(
        key="new", status=400, way_back="", client_name=""
    )


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("wait", "expected"), [(1, "1 minute."), (60, "1 minute."), (61, "2 minutes.")])
def test_too_many_attempts_tell_how_long_to_wait(wait: int, expected: str) -> None:
    html = pages.error(key="too_many_requests", status=429, way_back="", client_name="", wait=wait)
    assert expected in html


def test_who_could_not_be_signed_out_can_do_it_here(app: Flask) -> None:
    assert 'href="/logout?client_id=portal"' in show(app, "error-logout-again")


# -- consent -----------------------------------------------------------------------------------------


def lines(request: AuthorizationRequest, client: Client) -> list[Line]:
    """The lines of the consent page, by their names in the table."""
    names = {share.what: line for line, share in SHARES.items()}
    return [names[share.what] for share in shares_of(request, client)]


def test_all_that_is_asked_is_listed_each_thing_once() -> None:
    listed = lines(REQUEST, PORTAL)
    assert len(listed) == len(set(listed))
    assert (listed[0], listed[-1]) == ("identifier", "offline")
    assert {"name", "birthdate", "email", "camdigikey_id"} <= set(listed)


def test_a_single_claim_is_listed_without_the_rest_of_its_scope() -> None:
    assert lines(SMALL, PORTAL) == ["identifier", "birthdate"]


def test_what_the_client_may_not_have_is_not_listed() -> None:
    no_profile = replace(PORTAL, scope=("openid",))
    assert lines(SMALL, no_profile) == ["identifier"]
    only_name = replace(PORTAL, claims=("name",))
    assert lines(replace(REQUEST, scope=("openid", "profile", "email")), only_name) == ["identifier", "name"]


def test_a_tagged_claim_is_the_name_too() -> None:
    tagged = replace(SMALL, claims=ClaimsRequest({"name#km": ClaimRequest()}))
    assert lines(tagged, PORTAL) == ["identifier", "name"]


def test_claims_of_the_sign_in_itself_are_not_listed() -> None:
    login = replace(SMALL, claims=ClaimsRequest({}, {"acr": ClaimRequest(), "auth_time": ClaimRequest()}))
    assert lines(login, PORTAL) == ["identifier"]


def test_constants_are_told_apart() -> None:
    constants = replace(SMALL, scope=("openid", "address"), claims=ClaimsRequest())
    assert lines(constants, PORTAL) == ["identifier", "constant"]


@pytest.mark.usefixtures("asked")
def test_the_national_number_says_what_for_in_the_clients_words_escaped() -> None:
    client = replace(PORTAL, national_id_purpose="<b>%(name)s 100%</b>")
    not_me = pages.Form("/y", {})
    html = pages.consent(
        client=client, address="/login?i=x", request=REQUEST, identity=SOPHEA, not_me=not_me, **_forms()
    )
    assert "&lt;b&gt;%(name)s 100%&lt;/b&gt;" in html


# -- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("SOPHEA CHAN", "S••• C•••"),
        ("A", "A•••"),
        ("  O'BRIEN-SMITH  ", "O•••"),
        ("ស្រីស្ត្រី ឧក", "ស្រី••• ឧ•••"),
        ("ចាន់ សុភា", "ចា••• សុ•••"),
        ("ខ្ញុំ", "ខ្ញុំ•••"),
        ("É́mile", "É́•••"),
        ("ក្", "ក្•••"),
        ("", ""),
    ],
)
def test_a_name_is_masked_by_letters_as_they_are_written(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_khmer_goes_first_and_no_name_is_no_line() -> None:
    assert masked_names(SOPHEA) == ("ចា••• សុ•••", "S••• C•••")
    assert masked_names(replace(SOPHEA, family_name_km="", given_name_km="")) == ("S••• C•••",)
    assert masked_names(replace(SOPHEA, **dict.fromkeys(_NAMES, ""))) == ()


_NAMES = ("family_name_km", "given_name_km", "given_name", "family_name")


def test_the_confirm_page_names_nobody_in_full(app: Flask) -> None:
    html = show(app, "confirm")
    assert "S••• C•••" in html
    assert "SOPHEA" not in html


# -- the institution's colour ------------------------------------------------------------------------


@given(st.integers(0, 0xFFFFFF))
def test_whatever_the_colour_it_can_be_read_and_seen(number: int) -> None:
    colour = f"#{number:06x}"
    assert contrast(text_colour_on(colour), colour) >= 4.5
    for paper in (CARD, CARD_AT_NIGHT):
        assert contrast(visible_on(colour, paper), paper) >= MIN_CONTRAST


def test_the_paper_is_the_style_sheets() -> None:
    style = (BRIDGE / "web" / "static" / "bridge.css").read_text(encoding="utf-8")
    assert f"--card: {CARD_AT_NIGHT}" in style
    assert "--card: #fff;" in style


def test_a_colour_that_is_seen_stays_as_it_is() -> None:
    assert "--accent:#0b5cad;--accent-ink:#ffffff;--accent-line:#0b5cad" in look_css("#0b5cad")


def test_the_style_sheet_of_the_look_is_served(app: Flask) -> None:
    answer = app.test_client().get("/look.css", base_url="http://127.0.0.1:8090")
    assert answer.mimetype == "text/css"
    assert answer.get_data(as_text=True) == look_css("#0b5cad")

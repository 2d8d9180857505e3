"""Every page with sample data, in an application that has the real headers: to look at, and for the tests.

python -m tests.web.preview           serves them at http://127.0.0.1:8090/
python -m tests.web.preview shots     photographs them into test-output/pages
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, abort, request
from playwright.sync_api import Page
from werkzeug.wrappers import Response

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest, ReplyTo
from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.domain.policy import Policy
from bridge.domain.subject import Identity
from bridge.settings import Look, Settings
from bridge.web import home, hooks, language, pages, texts
from bridge.web.browser import Browser
from bridge.web.client_address import ClientAddress
from bridge.web.cookies import Cookies
from bridge.web.proxy_hints import ProxyHints
from bridge.web.responses import page
from tests.support import tools
from tests.support.browser import FLAGS, driven_by
from tests.support.servers import free_port, serving

SHOTS = tools.ROOT / "test-output" / "pages"
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}

PORTAL = Client(
    ClientId("portal"),
    "Ministry portal",
    ("https://portal.gov.example/cb",),
    scope=("openid", "profile", "email", "phone", "nationality", "camdigikey_id", "national_id", "age"),
    national_id_purpose="To find your file in the land register.",
    client_uri="https://portal.gov.example/",
    policy_uri="https://portal.gov.example/privacy",
    tos_uri="https://portal.gov.example/terms",
)
LONG = replace(
    PORTAL,
    client_name="ប្រព័ន្ធគ្រប់គ្រងសំណុំលិខិតអនុញ្ញាតសាងសង់និងចុះបញ្ជីដីធ្លីថ្នាក់ជាតិនៃព្រះរាជាណាចក្រ",
    client_uri="https://a-rather-long-name-of-a-department.of-a-ministry.gov.example/",
)
LISTED = replace(PORTAL, access="listed", access_contact="ការិយាល័យព័ត៌មានវិទ្យា · 023 123 456")
HOSTILE = replace(PORTAL, client_name="""<script>alert(1)</script>"'&""", logo_uri="javascript:alert(1)")
SOPHEA = Identity("CDK1", given_name="SOPHEA", family_name="CHAN", given_name_km="សុភា", family_name_km="ចាន់")
LONG_NAME = Identity(
    "CDK2",
    given_name="WOLFESCHLEGELSTEINHAUSENBERGERDORFF",
    family_name="MAHATHAMMARACHATHIRAT-OKONKWO",
    given_name_km="ស្រីស្ត្រីមង្គលវឌ្ឍនា",
    family_name_km="ឧកញ៉ាធម្មរាជា",
)
GO = pages.Form("/login/start", {"i": "sealed", "csrf": "token"}, rests=True)
NOT_ME = pages.Form("/consent/not-me", {"i": "sealed", "csrf": "token"}, rests=True)
CANCEL = pages.Form("/login/cancel", {"i": "sealed", "csrf": "token"})
JOIN = pages.Form("/join/abc", {"csrf": "token"})
REQUEST = AuthorizationRequest(
    PORTAL.client_id,
    ReplyTo("https://portal.gov.example/cb"),
    (*PORTAL.scope, "offline_access"),
    claims=ClaimsRequest({"email": ClaimRequest()}),
)
SMALL = replace(REQUEST, scope=("openid",), claims=ClaimsRequest({"birthdate": ClaimRequest()}))


@dataclass(frozen=True)
class Sample:
    """One page: how it is made, whose picture it shows, and what its answer is like."""

    make: Callable[[], str]
    client: Client | None = PORTAL
    status: int = 200
    scripts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("GET",)


def _error(
    key: str, client: Client | None = None, status: int = 400, again: str | None = None, wait: int = 0
) -> Sample:
    way_back, name = (client.way_back, client.client_name) if client else (None, None)

    def make() -> str:
        return pages.error(
            key=key, status=status, way_back=way_back, client_name=name, again=again, wait=wait
        )

    return Sample(make, None, status)


def _problem(kind: str) -> Sample:
    return Sample(lambda: pages.problem(client=PORTAL, kind=kind, try_again="/login?i=x", cancel=CANCEL))


def own_address() -> str:
    """The page's own, as an Interaction's would be; in the pages' tests there is no request."""
    return f"{request.path}?i={quote(request.args.get('i', 'sealed'), safe='')}"


def _sign_in(client: Client) -> str:
    return pages.sign_in(client=client, address=own_address(), go=GO, cancel=CANCEL)


def _consent(client: Client, request: AuthorizationRequest) -> str:
    return pages.consent(
        client=client,
        address=own_address(),
        request=request,
        identity=LONG_NAME if client is LONG else SOPHEA,
        go=GO,
        cancel=CANCEL,
        not_me=NOT_ME,
    )


def _confirm(client: Client, identity: Identity) -> str:
    return pages.confirm(client=client, identity=identity, go=GO, cancel=CANCEL)


def _turned_away(client: Client, *, waits: bool) -> str:
    return pages.turned_away(
        client=client, address=own_address(), identity=SOPHEA, waits=waits, cancel=CANCEL, another=GO
    )


RESTS = ("rest",)  # its buttons count after a moment
MOVES = ("address", *RESTS)  # writes the page's own address into the address bar
SAMPLES: dict[str, Sample] = {
    "sign-in": Sample(lambda: _sign_in(PORTAL), scripts=MOVES),
    "sign-in-long": Sample(lambda: _sign_in(LONG), LONG, scripts=MOVES),
    "sign-in-hostile": Sample(lambda: _sign_in(HOSTILE), HOSTILE, scripts=MOVES),
    "already-under-way": Sample(
        lambda: pages.already_under_way(client=PORTAL, go=GO, cancel=CANCEL),
        scripts=RESTS,
        methods=("GET", "POST"),
    ),
    "confirm": Sample(lambda: _confirm(PORTAL, SOPHEA), scripts=RESTS),
    "confirm-long": Sample(lambda: _confirm(LONG, LONG_NAME), LONG, scripts=RESTS),
    "confirm-nameless": Sample(lambda: _confirm(PORTAL, Identity("CDK3")), scripts=RESTS),
    "consent": Sample(lambda: _consent(PORTAL, REQUEST), scripts=MOVES),
    "consent-long": Sample(lambda: _consent(LONG, REQUEST), LONG, scripts=MOVES),
    "turned-away": Sample(lambda: _turned_away(LISTED, waits=False), LISTED, scripts=MOVES),
    "turned-away-waits": Sample(lambda: _turned_away(LONG, waits=True), LONG, scripts=MOVES),
    "join": Sample(lambda: pages.join(client=PORTAL, go=JOIN)),
    "joined": Sample(lambda: pages.joined(client=LISTED, code="012345")),
    "consent-small": Sample(lambda: _consent(PORTAL, SMALL), scripts=MOVES),
    **{f"problem-{kind}": _problem(kind) for kind in texts.PROBLEMS},
    "go-on": Sample(lambda: pages.go_on("/"), None, scripts=("go_on",)),
    "form-post": Sample(
        lambda: pages.form_post(action="/", fields={"code": "a.b", "state": '<&"'}),
        None,
        scripts=("form_post",),
    ),
    **{f"error-{key}": _error(key) for key in texts.ERRORS},
    "error-paused-text": Sample(
        lambda: pages.error(
            key="paused",
            status=403,
            way_back="https://portal.gov.example/",
            client_name="Ministry portal",
            again="/login?i=x",
            said={"km": "ផ្អាករហូតដល់ថ្ងៃចន្ទ 100%", "en": "Paused until Monday, 100% sure."},
        ),
        None,
        403,
    ),
    "error-with-way-back": _error("opened_elsewhere", PORTAL),
    "error-csrf-again": _error("csrf", PORTAL, 403, "/login?i=x"),
    "error-unavailable-again": _error("unavailable", LONG, 503, "/login?i=x"),
    "error-too-many-again": _error("too_many_requests", PORTAL, 429, "/login?i=x", wait=90),
    "error-misdirected-again": _error("misdirected", None, 421, "http://127.0.0.1/"),
    "error-logout-again": _error("logout_failed", PORTAL, 400, "/logout?client_id=portal"),
    "logout-confirm": Sample(
        lambda: pages.logout_confirm(client=PORTAL, go=GO, cancel="https://portal.gov.example/"),
        scripts=RESTS,
    ),
    "logout-confirm-alone": Sample(
        lambda: pages.logout_confirm(client=None, go=GO, cancel=None), None, scripts=RESTS
    ),
    "signed-out": Sample(lambda: pages.signed_out(client=PORTAL, way_back="https://portal.gov.example/")),
    "signed-out-alone": Sample(lambda: pages.signed_out(client=None, way_back=None), None),
    "home": Sample(lambda: pages.home(), None),
}


@dataclass
class Parts:
    """What pages and hooks need of UseCases: no store, no CamDigiKey."""

    settings: Settings
    policy: Policy
    browser: Browser
    proxy_hints: ProxyHints


def make_app(issuer: str = "http://127.0.0.1:8090", **look: Any) -> Flask:
    """An application that answers `/page/<name>` with the sample of that name."""
    described = {
        "institution": "Ministry of Examples",
        "institution_km": "ក្រសួងឧទាហរណ៍",
        "help_uri": "https://help.gov.example/",
    }
    settings = Settings(issuer=issuer, look=Look(**(described | look)))
    app = Flask("bridge.web")
    nothing: Any = None  # pages use no store
    browser = Browser(Cookies(settings.secure), nothing, nothing, nothing, nothing)
    hints = ProxyHints(ClientAddress(()), time.time, secure=settings.secure)
    parts: Any = Parts(settings, settings.policy, browser, hints)
    app.extensions["bridge"] = parts
    app.add_url_rule("/", view_func=home.home)
    app.add_url_rule("/look.css", view_func=home.look)
    language.init_app(app)
    hooks.register(app, parts)

    def show(name: str) -> Response:
        sample = SAMPLES.get(name) or abort(404)
        return page(sample.make(), client=sample.client, status=sample.status, scripts=bool(sample.scripts))

    app.add_url_rule("/page/<name>", view_func=show, methods=["GET", "POST"])
    app.add_url_rule("/camdigikey/<name>", view_func=show)  # where a page speaks both languages
    return app


def photograph(tab: Page, address: str, names: Iterable[str], folder: Path = SHOTS) -> None:
    """Every page in both languages, on a phone in light and dark, and on a wide screen."""
    folder.mkdir(parents=True, exist_ok=True)
    for language_ in language.LANGUAGES:
        for name in names:
            for view, size, scheme in (
                ("phone", PHONE, "light"),
                ("dark", PHONE, "dark"),
                ("wide", WIDE, "light"),
            ):
                tab.set_viewport_size(size)  # type: ignore[arg-type]  # -- a mapping of the two
                tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # -- one of its literals
                tab.goto(f"{address}/page/{name}?hl={language_}", wait_until="commit")
                tab.wait_for_load_state()
                tab.evaluate("document.fonts.ready")
                tab.screenshot(path=folder / f"{name}-{language_}-{view}.png", full_page=True)


def main(arguments: list[str]) -> None:
    """Serve until Ctrl-C, or photograph."""
    if "shots" not in arguments:
        make_app().run("127.0.0.1", 8090)
        return
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    wanted = arguments[arguments.index("shots") + 1 :] or list(SAMPLES)
    with (
        serving(make_app(address), "127.0.0.1", port),
        driven_by(tools.needed(tools.find_driver_node(), tools.DRIVER_HINT)) as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=tools.find_browser(), args=[*FLAGS, "--no-sandbox"]
        )
        photograph(browser.new_context(java_script_enabled=False).new_page(), address, wanted)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])

"""The sample application of the demo: a page to sign in, and a page that shows everything that came back.

Tokens stay in this process, under a random cookie; the browser never holds one.
"""

import json
import secrets
import ssl
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bridge.simulator.oidc_client import Json, OidcClient, Pending, SignInFailed, Tokens, decoded

pages = Blueprint("application", __name__)
SCOPE = "openid profile email phone nationality age"
MAX_VISITORS = 500  # remembered
HIDDEN_TOKENS = ("access_token", "refresh_token", "id_token")


@dataclass
class Visitor:
    """What the application knows of one browser."""

    pending: dict[str, Pending] = field(default_factory=dict)  # by state: there may be several tabs
    tokens: Tokens | None = None
    userinfo: Json | None = None
    notice: str = ""


class Application:
    """One sample application and its visitors."""

    def __init__(self, name: str, name_km: str, client: OidcClient) -> None:
        self.name, self.name_km = name, name_km
        self.client = client
        self.connect = ""  # the path where it is told another client id and secret
        self.home = client.redirect_uri.removesuffix("callback")
        self.cookie = "sample_" + "".join(letter if letter.isalnum() else "_" for letter in client.client_id)
        self._visitors: OrderedDict[str, Visitor] = OrderedDict()
        self._lock = threading.Lock()

    def visitor(self, key: str) -> Visitor | None:
        """Who came with this cookie."""
        with self._lock:
            return self._visitors.get(key)

    def remember(self, visitor: Visitor) -> str:
        """A new cookie for a visitor; the oldest one is forgotten when there are too many."""
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._visitors[key] = visitor
            while len(self._visitors) > MAX_VISITORS:
                self._visitors.popitem(last=False)
        return key

    def end_session(self, ended: Json) -> None:
        """Sign out everybody whose session the provider ended; `ended`: its sid, its sub or both."""
        with self._lock:
            for visitor in self._visitors.values():
                if visitor.tokens is not None and ended.items() <= visitor.tokens.claims.items():
                    visitor.tokens, visitor.userinfo, visitor.notice = None, None, "ended"

    def forget(self, key: str) -> None:
        """Sign this cookie's visitor out."""
        with self._lock:
            self._visitors.pop(key, None)


def create_app(
    issuer: str,
    client_id: str,
    client_secret: str,
    redirect_uri: str,
    *,
    name: str = "Demo ministry portal",
    name_km: str = "វិបផតថលក្រសួងសាកល្បង",
    scope: str = SCOPE,
    context: ssl.SSLContext | None = None,
) -> Flask:
    """The application. `redirect_uri` ends with /callback; its home page is one step up."""
    client = OidcClient(issuer, client_id, client_secret, redirect_uri, scope=scope, context=context)
    app = Flask("bridge.simulator")
    app.extensions["application"] = Application(name, name_km, client)
    app.register_blueprint(pages)
    guard(app)
    app.jinja_env.filters["pretty"] = pretty
    return app


def guard(app: Flask) -> None:
    """What every page of a sample application has around it."""
    app.config["MAX_CONTENT_LENGTH"] = 65536
    app.before_request(_same_origin)
    app.after_request(_headers)


def application() -> Application:
    """The application that answers this request."""
    found: Application = current_app.extensions["application"]
    return found


def pretty(value: Any) -> str:
    """JSON for people; Khmer stays Khmer."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def _same_origin() -> None:
    """A form of another site changes nothing here."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)
    own = "{0.scheme}://{0.netloc}".format(urlsplit(application().home))
    if request.method == "POST" and request.headers.get("Origin", own) not in (own, "null"):
        abort(403)


def _headers(response: Any) -> Any:
    issuer = urlsplit(application().client.issuer)
    provider = f"{issuer.scheme}://{issuer.netloc}"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; "
        f"form-action 'self' {provider}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _known() -> Visitor | None:
    return application().visitor(request.cookies.get(application().cookie, ""))


def _known_signed_in() -> tuple[Visitor, Tokens]:
    visitor = _known()
    if visitor is None or visitor.tokens is None:
        abort(redirect(url_for("application.home"), 303))
    return visitor, visitor.tokens


def _go(address: str, key: str = "") -> Response:
    response = redirect(address, 303)
    if key:
        secure = application().home.startswith("https://")
        response.set_cookie(application().cookie, key, httponly=True, samesite="Lax", secure=secure)
    return response


@pages.get("/")
def home() -> str:
    """Signed out: the button. Signed in: all that came back."""
    here, visitor = application(), _known()
    notice = visitor.notice if visitor else ""
    if visitor is None or visitor.tokens is None:
        return render_template("application_home.html", here=here, notice=notice)
    tokens, visitor.notice = visitor.tokens, ""
    return render_template(
        "application_signed_in.html",
        here=here,
        notice=notice,
        tokens=tokens,
        id_token=decoded(tokens.id_token),
        access_token=decoded(tokens.access_token),
        answer={name: _shortened(name, value) for name, value in tokens.answer.items()},
        userinfo=visitor.userinfo or {},
    )


def _shortened(name: str, value: Any) -> Any:
    """Enough of a credential to see it change, too little to use it."""
    return f"{str(value)[:12]}…" if name in HIDDEN_TOKENS and value else value


@pages.get("/sign-in")
def sign_in() -> Response:
    """Begin a sign-in: to the authorization endpoint."""
    here, visitor = application(), _known()
    try:
        pending, address = here.client.begin(**request.args.to_dict())
    except SignInFailed as error:
        return _failed(error)
    if visitor is not None:
        visitor.pending[pending.state] = pending
        return _go(address)
    return _go(address, here.remember(Visitor({pending.state: pending})))


@pages.get("/callback")
def callback() -> Response:
    """The redirect_uri. A sign-in gets a new cookie, so that one set by somebody else is worth nothing."""
    here, visitor, given = application(), _known(), request.args.to_dict()
    pending = visitor.pending.pop(given.get("state", ""), None) if visitor else None
    if pending is None:
        return _failed(SignInFailed("this sign-in was not begun here, or is over"))
    try:
        tokens = here.client.finish(pending, given)
        userinfo = here.client.userinfo(tokens)
    except SignInFailed as error:
        return _failed(error)
    here.forget(request.cookies.get(here.cookie, ""))
    return _go(here.home, here.remember(Visitor(tokens=tokens, userinfo=userinfo)))


@pages.post("/refresh")
def refresh() -> Response:
    """New tokens for the refresh token."""
    visitor, tokens = _known_signed_in()
    try:
        visitor.tokens = application().client.refresh(tokens)
        visitor.notice = "refreshed"
    except SignInFailed as error:
        return _failed(error)
    return _go(url_for("application.home"))


@pages.post("/userinfo")
def userinfo() -> Response:
    """Ask again who it is."""
    visitor, tokens = _known_signed_in()
    try:
        visitor.userinfo = application().client.userinfo(tokens)
        visitor.notice = "asked"
    except SignInFailed as error:
        return _failed(error)
    return _go(url_for("application.home"))


@pages.post("/logout")
def logout() -> Response:
    """Signed out here first, then at the provider, which sends the browser back to the home page."""
    here = application()
    _, tokens = _known_signed_in()
    here.forget(request.cookies.get(here.cookie, ""))
    try:
        return _go(here.client.logout_address(tokens, here.home), here.remember(Visitor(notice="signed_out")))
    except SignInFailed as error:
        return _failed(error)


@pages.post("/backchannel-logout")
def backchannel_logout() -> Response:
    """The provider tells that a session has ended (Back-Channel Logout §2.5)."""
    here = application()
    try:
        here.end_session(here.client.ended_session(request.form.get("logout_token", "")))
    except SignInFailed as error:
        answer = {"error": "invalid_request", "error_description": str(error)}
        return current_app.make_response((answer, 400))
    return current_app.make_response("")


def _failed(error: SignInFailed) -> Response:
    html = render_template("application_failed.html", here=application(), why=str(error))
    return current_app.make_response((html, 400))

"""The browser's side: a login page with a QR code, and a "phone" to approve with."""

from typing import Any

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bridge.simulator.control import control, service
from bridge.simulator.logins import Login
from bridge.simulator.service import Service, picture_of

SIGNED_IN = "simulator_person"
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; "
    "form-action *; base-uri 'none'; frame-ancestors 'none'"
)
pages = Blueprint("pages", __name__)


def create_web(service: Service) -> Flask:
    """The web application of one simulator."""
    app = Flask("bridge.simulator")
    app.extensions["simulator"] = service
    app.register_blueprint(pages)
    app.register_blueprint(control)
    app.register_error_handler(404, lambda _: (render_template("message.html", key="gone"), 404))
    app.after_request(_headers)
    return app


def _headers(response: Any) -> Any:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _login() -> Login:
    """The login that an address or a form names; real pages go by both names (PROTOCOL, Seen later 5)."""
    token = request.values.get("token") or request.values.get("loginToken", "")
    return service().login(token) or abort(404)


def _send_back(login: Login) -> Response:
    """Redirect the browser with the answer; a message where the partner has no address for it.

    Whoever approved is signed in here from now on, as on CamDigiKey's own page (document 2.2.1).
    """
    if login.outcome:
        response = redirect(login.outcome, 303)
    else:
        response = current_app.make_response(render_template("message.html", key="nowhere"))
    if login.approver:
        response.set_cookie(SIGNED_IN, login.approver, httponly=True, samesite="Lax")
    return response


@pages.get("/")
def home() -> str:
    return render_template("message.html", key="home")


@pages.get("/login")
def login() -> Response | str:
    """`loginUrl`: a QR code, or a confirmation for somebody who is signed in here (document 2.2.1)."""
    found = _login()
    if not found.answered and (persona := service().options.auto_approve):
        service().approve(found, persona)
    if found.answered:
        return _send_back(found)
    person = service().people.get(request.cookies.get(SIGNED_IN, ""))
    if person is not None:
        return render_template("confirm.html", token=found.token, person=person)
    address = f"{service().options.web_url}/scan/{found.code}"
    return render_template("qr.html", token=found.token, picture=picture_of(address))


@pages.get("/login/waiting")
def waiting() -> tuple[str, int]:
    """For the page with the QR code: 204 while nobody has answered."""
    return ("answered", 200) if _login().answered else ("", 204)


@pages.get("/scan/<code>")
def scan(code: str) -> Response:
    """What the QR code holds: short, so that every camera reads it."""
    found = service().login_by_code(code) or abort(404)
    return redirect(url_for("pages.phone", token=found.token), 303)


@pages.get("/phone")
def phone() -> Response | str:
    """The telephone: pick who you are, and approve or refuse."""
    found = _login()
    here = "here" in request.args
    if found.answered:
        return _answered(found, here)
    return render_template("phone.html", token=found.token, people=service().people.all(), here=here)


@pages.post("/phone")
def answer() -> Response | str:
    """The answer. On another device it ends here, and the page with the QR code goes on by itself."""
    found = _login()
    slug = request.form.get("persona", "")
    if "refuse" in request.form:
        service().refuse(found)
    elif service().people.get(slug) is None:
        abort(404)
    else:
        service().approve(found, slug)
    return _answered(found, "here" in request.form)


def _answered(found: Login, here: bool) -> Response | str:
    key = "approved" if found.approver else "refused"
    return _send_back(found) if here else render_template("message.html", key=key)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Forget who is signed in here; back to the QR code."""
    response = redirect(url_for("pages.login", token=_login().token), 303)
    response.delete_cookie(SIGNED_IN)
    return response

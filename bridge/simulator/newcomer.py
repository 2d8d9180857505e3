"""A sample application that is not registered yet: for who tries the console's way to register one.

It shows the address to register, takes the client id and the secret that the console shows, and is from then
on the sample application (`relying_party`). It forgets both when its process ends.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from bridge.simulator.oidc_client import OidcClient
from bridge.simulator.relying_party import Application, application, create_app, guard

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SCOPE = "openid profile email phone"  # what an application may ask for where nothing else is chosen
CONNECT = "/connect"
MAX_LENGTH = 200  # characters of an id or secret
pages = Blueprint("newcomer", __name__)


class Newcomer:
    """The application at one address, as WSGI: the page that connects it, and the application itself."""

    def __init__(self, issuer: str, home: str, *, name: str, name_km: str) -> None:
        """`home`: its address, with a slash at the end."""
        self._issuer, self._home, self._name, self._name_km = issuer, home, name, name_km
        self._unconnected = self._page()
        self._connected: Flask | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        connects = self._connected is None or environ["PATH_INFO"] == CONNECT
        app = self._unconnected if connects or self._connected is None else self._connected
        return app(environ, start_response)

    def connect(self, client_id: str, client_secret: str) -> None:
        """From now on it signs people in with these."""
        made = create_app(
            self._issuer,
            client_id,
            client_secret,
            self._home + "callback",
            name=self._name,
            name_km=self._name_km,
            scope=SCOPE,
        )
        made.extensions["application"].connect = CONNECT
        self._connected = made

    def _page(self) -> Flask:
        app = Flask("bridge.simulator")
        client = OidcClient(self._issuer, "", "", self._home + "callback")
        app.extensions["application"] = Application(self._name, self._name_km, client)
        app.extensions["connect"] = self.connect
        app.register_blueprint(pages)
        guard(app)
        return app


@pages.get("/")
@pages.get(CONNECT)
def connect_page() -> str:
    """What to register, and the form for what the console shows then."""
    return _page()


@pages.post(CONNECT)
def connect() -> Response:
    """Takes the client id and the secret."""
    given = {name: request.form.get(name, "").strip() for name in ("client_id", "client_secret")}
    if not all(0 < len(value) <= MAX_LENGTH for value in given.values()):
        return current_app.make_response((_page(given["client_id"][:MAX_LENGTH], failed=True), 400))
    take: Callable[..., None] = current_app.extensions["connect"]
    take(**given)
    return redirect(application().home, 303)


@pages.route("/<path:_>")
def elsewhere(_: str) -> Response:
    """There is nothing else yet."""
    return redirect(application().home, 303)


def _page(client_id: str = "", *, failed: bool = False) -> str:
    return render_template("application_connect.html", here=application(), client_id=client_id, failed=failed)

"""How an answer leaves: a page with its policy, or an AuthorizationResponse by redirect or form."""

from collections.abc import Iterable

from flask import Response as FlaskResponse
from flask import redirect
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.oidc.respond import AuthorizationResponse
from bridge.oidc.response_mode import location, origin
from bridge.web import pages
from bridge.web.security import policy


def page(
    html: str,
    *,
    client: Client | None = None,
    forms: Iterable[str] = (),
    status: int = 200,
    scripts: bool = False,
) -> Response:
    """A page whose forms lead to `forms` at the end, and whose images are the client's and our own."""
    response = FlaskResponse(html, status)
    images = pages.image_origins(client)
    response.headers["Content-Security-Policy"] = policy(forms=forms, images=images, scripts=scripts)
    return response


def respond(answer: AuthorizationResponse) -> Response:
    """Send an answer back to the client, by its response_mode."""
    if answer.response_mode == "query":
        response = redirect(location(answer), 303)
    else:
        html = pages.form_post(action=answer.redirect_uri, fields=dict(answer.params))
        response = page(html, forms=(origin(answer.redirect_uri),), scripts=True)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def prefetch_refused() -> Response:
    """A page that does something can't be fetched ahead of a person's click, or as a part of another."""
    text = "This page can't be fetched ahead of time, or as a part of another.\n"
    return FlaskResponse(text, 403, mimetype="text/plain")

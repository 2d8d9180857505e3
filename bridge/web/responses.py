"""Makes HTTP responses: a page with its Content-Security-Policy, or an AuthorizationResponse to a client."""

from collections.abc import Iterable

from flask import Response as FlaskResponse
from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.oidc.authorization_response import AuthorizationResponse
from bridge.oidc.response_modes import PostedForm, delivery, origin
from bridge.web import pages
from bridge.web.fetch_metadata import is_part_of_a_page
from bridge.web.headers import OPENER_POLICY, content_security_policy, opener_policy

MAX_HEADERS = 4000  # bytes; the server adds 80, for the status line, its name and the date
HEADER_MARKS = len(": \r\n")


def page(
    html: str,
    *,
    client: Client | None = None,
    forms: Iterable[str] = (),
    status: int = 200,
    scripts: bool = False,
    asks: bool = False,
) -> Response:
    """A page as a response, with its Content-Security-Policy.

    `forms`: sources where its forms may lead (form-action); `scripts` and `asks`: as for its policy. Images
    come from us and from the client, which may have opened it as a pop-up.
    """
    response = FlaskResponse(html, status)
    images = pages.image_origins(client)
    policy = content_security_policy(forms=forms, images=images, scripts=scripts, asks=asks)
    response.headers["Content-Security-Policy"] = policy
    response.headers[OPENER_POLICY] = opener_policy(client)
    return response


def send(answer: AuthorizationResponse, client: Client | None) -> Response:
    """The response that takes an answer to its client: a redirect or a posted form (response_mode)."""
    sent = delivery(answer)
    if isinstance(sent, PostedForm):
        html = pages.form_post(action=sent.action, fields=dict(sent.fields))
        response = page(html, forms=(origin(sent.action),), scripts=True)
    else:
        response = redirect(sent.location, 303)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers[OPENER_POLICY] = opener_policy(client)
    return response


def within_proxies_limit(response: Response) -> Response:
    """A redirect whose address makes the headers too long for a proxy, as a page that leads there.

    nginx takes 4 KiB of headers by default and answers 502 beyond, with the auth token burnt. A page's frame
    or a script of its own gets the redirect nonetheless: ours can't be shown there.
    """
    size = sum(len(name) + len(value) + HEADER_MARKS for name, value in response.headers)
    if size <= MAX_HEADERS or "Location" not in response.headers or is_part_of_a_page(request):
        return response
    location = response.headers.pop("Location")
    way = page(pages.go_on(location), scripts=True)
    response.status_code = way.status_code
    response.set_data(way.get_data())
    for name in ("Content-Type", "Content-Security-Policy"):
        response.headers[name] = way.headers[name]
    response.headers.setdefault(OPENER_POLICY, way.headers[OPENER_POLICY])
    return response


def prefetch_refused() -> Response:
    """403 for a page that does something, fetched ahead of a click or as a part of another page."""
    text = "This page can't be fetched ahead of time, or as a part of another.\n"
    return FlaskResponse(text, 403, mimetype="text/plain")

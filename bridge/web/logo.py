"""The logos of applications that were uploaded here."""

import re

from flask import Response as FlaskResponse
from flask import abort, request
from werkzeug.wrappers import Response

from bridge.web.use_cases import use_cases

NAME = re.compile(r"([0-9a-f]{64})\.png")
# Whatever a picture says, opened by itself it does nothing.
POLICY = "default-src 'none'; sandbox"


def logo(client_id: str, name: str) -> Response:
    """The logo that an application has now. SQL is not asked for any other, which anybody can make up."""
    uses, found = use_cases(), NAME.fullmatch(name)
    client = uses.clients.get(client_id)
    if found is None or client is None or client.logo_uri != uses.policy.issuer + request.path:
        abort(404)
    png = uses.logos.get(client.client_id, found[1])
    if png is None:
        abort(404)
    response = FlaskResponse(png, mimetype="image/png")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

"""The front page: what this service is, for a person who comes to its address."""

from flask import Blueprint
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from bridge.web import pages
from bridge.web.edge import edge
from bridge.web.look import look_css
from bridge.web.respond import page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """Says what this is; nothing can be begun here."""
    return page(pages.home())


@blueprint.get("/look.css")
def look() -> Response:
    """The institution's colour."""
    response = FlaskResponse(look_css(edge().settings.look.colour), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

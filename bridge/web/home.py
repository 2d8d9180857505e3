"""The front page: what this service is, for a person who comes to its address."""

from flask import Blueprint
from werkzeug.wrappers import Response

from bridge.web import pages
from bridge.web.respond import page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """Says what this is; nothing can be begun here."""
    return page(pages.home())

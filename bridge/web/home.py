"""The front page: what this service is, for a person who comes to its address."""

from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from bridge.web import pages
from bridge.web.look import look_css
from bridge.web.responses import page
from bridge.web.use_cases import use_cases


def home() -> Response:
    """Says what this service is. No sign-in begins here: that is for the applications."""
    return page(pages.home())


def look() -> Response:
    """`/look.css`: the style sheet with the institution's colour."""
    response = FlaskResponse(look_css(use_cases().settings.look.colour), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

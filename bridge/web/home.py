"""The front page: what this service is, for a person who comes to its address."""

from flask import Response as FlaskResponse
from flask import request
from werkzeug.wrappers import Response

from bridge.domain.colour import COLOUR
from bridge.web import pages
from bridge.web.look import look_css
from bridge.web.responses import page
from bridge.web.use_cases import use_cases


def home() -> Response:
    """Says what this service is. No sign-in begins here: that is for the applications."""
    return page(pages.home())


def look() -> Response:
    """`/look.css`: the style sheet with the institution's colour, or `?colour=rrggbb`, an application's.

    `?preview=rrggbb` has it for what a page of the console shows of it alone.
    """
    colour, preview = _colour("colour"), _colour("preview")
    css = look_css(preview, ".preview") if preview else look_css(colour or use_cases().settings.look.colour)
    response = FlaskResponse(css, mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _colour(name: str) -> str:
    """The colour of that parameter, which has no # in an address; empty where it is none."""
    colour = f"#{request.args.get(name, '')}"
    return colour if COLOUR.fullmatch(colour) else ""

"""Which language a page speaks, and the way to the other one, which loses nothing.

Asked in this order: the switch (`hl` in the address), the cookie it left, the application's ui_locales, the
browser's Accept-Language; else English.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, g, request
from flask_babel import Babel, get_locale

from bridge.web.edge import edge

LANGUAGES = {"km": "ភាសាខ្មែរ", "en": "English"}
YEAR = 365 * 86400


@dataclass(frozen=True, slots=True)
class Switch:
    """A link to this very page in another language."""

    language: str
    name: str
    href: str


def init_app(app: Flask) -> None:
    """Mount the choice."""
    Babel(app, locale_selector=choose, default_locale="en")
    app.jinja_env.globals |= {"language": lambda: str(get_locale()), "institution": institution}


def institution() -> str:
    """The institution's name in the page's language."""
    look = edge().settings.look
    return (look.institution_km if str(get_locale()) == "km" else "") or look.institution


def prefer(ui_locales: Sequence[str]) -> None:
    """What the application wishes for this page (OIDC Core §3.1.2.1)."""
    g.ui_locales = ui_locales


def choose() -> str:
    """The language of this request."""
    wishes = (asked(), edge().guard.cookies.read("lang"), *g.get("ui_locales", ()))
    for wish in wishes:
        if (language := wish.partition("-")[0].lower()) in LANGUAGES:
            return language
    return request.accept_languages.best_match(LANGUAGES, default="en") or "en"


def asked() -> str:
    """The language that the switch in the address asks for; empty without one."""
    wish = request.args.get("hl", "")
    return wish if wish in LANGUAGES else ""


def switches() -> tuple[Switch, ...]:
    """Links to the other languages; none on an answer to a form, which can't be asked again."""
    if request.method != "GET":
        return ()
    kept = [part for part in request.query_string.decode("latin-1").split("&") if part and part[:3] != "hl="]
    return tuple(
        Switch(language, name, "?" + "&".join((*kept, f"hl={language}")))
        for language, name in LANGUAGES.items()
        if language != str(get_locale())
    )

"""The language of a page: how it is chosen, its words, and the link to the same page in the other language.

The first of these that names a language of ours decides: the link (`hl` in the address), the cookie that the
link left, the application's ui_locales, the browser's Accept-Language; else English. The words are gettext
catalogues, read once per process with the standard library, because Flask-Babel looks them up anew for each
word, which doubles the cost of a page.
"""

import gettext as catalogues
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from flask import Flask, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from bridge.web.use_cases import use_cases

LANGUAGES = {"km": "ភាសាខ្មែរ", "en": "English"}
TRANSLATIONS = Path(__file__).parent / "translations"
MAX_ACCEPT_LANGUAGE = 512  # characters
# A second request to these is answered with something else.
NOT_REPEATABLE = ("/camdigikey/", "/admin/callback")
QUERY_CHARACTERS = "%&=+!$'()*,/:;?@[]-._~"  # not encoded in a query (RFC 3986 §3.4)


@dataclass(frozen=True, slots=True)
class Switch:
    """A link to this very page in another language."""

    language: str
    name: str
    href: str


def init_app(app: Flask) -> None:
    """Give the templates their words."""
    for language in LANGUAGES:
        _catalogue(language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # -- added by the extension
        lambda text: _catalogue(current()).gettext(text),
        lambda singular, plural, count: _catalogue(current()).ngettext(singular, plural, count),
        newstyle=True,
    )


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    if language == "en":  # the words in the sources are English
        return catalogues.NullTranslations()
    found = catalogues.translation("messages", TRANSLATIONS, [language])
    found.add_fallback(catalogues.translation("console", TRANSLATIONS, [language]))
    return found


def prefer(ui_locales: Sequence[str]) -> None:
    """Take the application's wish into account for this request's page (OIDC Core §3.1.2.1)."""
    g.ui_locales = ui_locales
    g.pop("language", None)


def current() -> str:
    """The language of this request's page."""
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _choose()
    return found


def other() -> str:
    """The language that this page does not speak."""
    return next(language for language in LANGUAGES if language != current())


def words(language: str) -> Callable[[str], str]:
    """A language's gettext."""
    return _catalogue(language).gettext


def _choose() -> str:
    for wish in (requested(), use_cases().browser.cookies.read("lang") or "", *g.get("ui_locales", ())):
        language: str = wish.partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return _accepted(request.headers.get("Accept-Language", ""))


def _accepted(header: str) -> str:
    """What the browser prefers of what we have (RFC 9110 §12.5.4); the far end of a long list is not read."""
    head = header if len(header) <= MAX_ACCEPT_LANGUAGE else header[:MAX_ACCEPT_LANGUAGE].rpartition(",")[0]
    accepted = parse_accept_header(head, LanguageAccept)
    return accepted.best_match(("en", *LANGUAGES), default="en") or "en"


def requested() -> str:
    """The language that `hl` in the address asks for; empty without one, or where we do not have it."""
    wish = request.args.get("hl", "") if b"hl=" in request.query_string else ""
    return wish if wish in LANGUAGES else ""


def switches(address: str | None = None) -> tuple[Switch, ...]:
    """Links to this page in the other language; none where a second request would not show the same page.

    `address`: the page's own address, where it is shown at another one.
    """
    language = other()
    if address is not None:
        return (Switch(language, LANGUAGES[language], f"{address}&hl={language}"),)
    if request.method != "GET" or request.path.startswith(NOT_REPEATABLE):
        return ()
    # A relative link that holds the query alone: the path stays as it is, and so do the query's bytes.
    query = quote(request.query_string, safe=QUERY_CHARACTERS)
    kept = "".join(part + "&" for part in query.split("&") if part and not part.startswith("hl="))
    return (Switch(language, LANGUAGES[language], f"?{kept}hl={language}"),)

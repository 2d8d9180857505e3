"""Which language a page speaks, its words, and the way to the other language, which loses nothing.

Asked in this order: the switch (`hl` in the address), the cookie it left, the application's ui_locales, the
browser's Accept-Language; else English. The words are gettext catalogues, read once per process: the standard
library's own, because Flask-Babel's looks them up anew per word, which doubles the cost of a page.
"""

import gettext as catalogues
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from flask import Flask, g, request

from bridge.web.use_cases import use_cases

LANGUAGES = {"km": "ភាសាខ្មែរ", "en": "English"}
TRANSLATIONS = Path(__file__).parent / "translations"
ONCE = ("/camdigikey/",)  # addresses that are answered once: asked again, they say something else
_LEGAL = "%&=+!$'()*,/:;?@[]-._~"  # stays as it is in a query (RFC 3986 §3.4)


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
        lambda one, many, count: _catalogue(current()).ngettext(one, many, count),
        newstyle=True,
    )


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    if language == "en":  # the words in the sources are English
        return catalogues.NullTranslations()
    return catalogues.translation("messages", TRANSLATIONS, [language])


def prefer(ui_locales: Sequence[str]) -> None:
    """What the application wishes for this page (OIDC Core §3.1.2.1)."""
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
    for wish in (asked(), use_cases().browser.cookies.read("lang") or "", *g.get("ui_locales", ())):
        language: str = wish.partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return request.accept_languages.best_match(("en", *LANGUAGES), default="en") or "en"


def asked() -> str:
    """The language that the switch in the address asks for; empty without one."""
    wish = request.args.get("hl", "")
    return wish if wish in LANGUAGES else ""


def switches(address: str | None = None) -> tuple[Switch, ...]:
    """Links to the other language; none where the page can't be asked again for the same answer.

    `address`: the page's own, where it was asked at another one.
    """
    language = other()
    if address is not None:
        return (Switch(language, LANGUAGES[language], f"{address}&hl={language}"),)
    if request.method != "GET" or request.path.startswith(ONCE):
        return ()
    # Only the query is said, so that the path stays whatever it is; its bytes stay as they came.
    query = quote(request.query_string, safe=_LEGAL)
    kept = "".join(part + "&" for part in query.split("&") if part and not part.startswith("hl="))
    return (Switch(language, LANGUAGES[language], f"?{kept}hl={language}"),)

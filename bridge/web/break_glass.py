"""The console alone, for an emergency: an application without a provider, CamDigiKey or Redis."""

from dataclasses import dataclass, field
from typing import cast

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from bridge.domain.encoding import TokenBytes
from bridge.domain.policy import Policy
from bridge.manage.administration import Administration
from bridge.manage.break_glass import EmergencySession
from bridge.ports.basics import AuditLog, Clock, Sealer
from bridge.ports.clients import ClientStore
from bridge.ports.logos import LogoStore
from bridge.settings import Settings
from bridge.web import errors, home, hooks, language
from bridge.web.console import pages, views
from bridge.web.console.emergency import EMERGENCY_PAGES, NO_SUCH_PAGE
from bridge.web.console.rows import PAGES
from bridge.web.cookies import Cookies
from bridge.web.proxy_hints import ProxyHints
from bridge.web.use_cases import UseCases

# How administrators sign in otherwise, and their sessions.
NOT_HERE = {page.view for page in PAGES if page.visitors} | {"sign_out", "sessions", "end_session", "seen"}


@dataclass(frozen=True, slots=True)
class CookiesAlone:
    """In place of web.Browser: nobody has a Session here."""

    cookies: Cookies


class NoActivity:
    """ports.AuditLog of this console: a refusal here is no activity of an application; the log has it."""

    def record(self, event: str, now: int, **facts: str) -> None:
        """Nothing."""

    def note(self, event: str, now: int, **facts: str) -> None:
        """Nothing."""

    def called(self, operation: str, now: int, milliseconds: int, *, failed: bool) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class EmergencyUseCases:
    """What pages of the console take from UseCases, and nothing that needs CamDigiKey or Redis.

    `settings`: with the address that this is served at as the issuer; `policy`: with the real one, which
    applications are told.
    """

    settings: Settings
    policy: Policy
    clock: Clock
    token_bytes: TokenBytes
    sealer: Sealer
    clients: ClientStore
    logos: LogoStore
    administration: Administration
    console_sign_in: EmergencySession
    browser: CookiesAlone
    proxy_hints: ProxyHints
    audit: AuditLog = field(default_factory=NoActivity)


def create_emergency_app(app: Flask, uses: EmergencyUseCases) -> Flask:
    """Give an application the pages of an opened console."""
    app.config["MAX_CONTENT_LENGTH"] = uses.settings.server.max_body
    app.extensions["bridge"] = uses
    app.add_url_rule("/look.css", "look", home.look)
    views.mount(app, (*EMERGENCY_PAGES, *(page for page in PAGES if page.view not in NOT_HERE)))
    errors.register(app)
    app.register_error_handler(404, _not_here)  # no application to go back to
    language.init_app(app)
    hooks.register(app, cast(UseCases, uses))  # of which it has what pages and hooks ask for
    return app


def _not_here(error: HTTPException) -> Response:
    return pages.show("message", 404, sentence=NO_SUCH_PAGE)

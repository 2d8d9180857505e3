"""What comes before every page of the console: who asks, from where, and whether they may."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import abort, g, redirect, request
from werkzeug.exceptions import BadRequest, MethodNotAllowed
from werkzeug.wrappers import Response

from bridge.domain import network
from bridge.domain.administrator import Administrator, ConsoleSession
from bridge.errors import ShownToUser
from bridge.manage.access import Actor, actor_of, may
from bridge.web.client_address import ClientAddress
from bridge.web.console import pages, signing_in
from bridge.web.console.rows import ROOT, ConsolePage
from bridge.web.fetch_metadata import is_from_another_site, is_part_of_a_page, is_prefetch
from bridge.web.responses import prefetch_refused
from bridge.web.use_cases import use_cases

View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class SignedInAdministrator:
    """Who asks for this page."""

    administrator: Administrator
    session: ConsoleSession

    @property
    def actor(self) -> Actor:
        return actor_of(self.administrator)


def here() -> SignedInAdministrator:
    """Who asks for this page, at a page that is not for visitors."""
    return cast(SignedInAdministrator, g.console)


def visitor() -> SignedInAdministrator | None:
    """Who asks for this page; None for somebody who is not signed in."""
    return cast("SignedInAdministrator | None", g.get("console"))


def guarded(row: ConsolePage, view: View) -> View:
    """The view of a row, with all its checks before it."""

    def answer(**parts: str) -> Response:
        if row.max_body is not None:
            request.max_content_length = row.max_body
        check_network()
        _check_text(parts)
        if row.get_acts and (refused := _refused_get()):
            return refused
        g.console = _signed_in()
        if row.visitors:
            if row.method == "POST" and is_from_another_site(request):
                raise ShownToUser(403, "csrf", "the form came from another site")
            return view(**parts)
        if g.console is None:
            return _to_sign_in(row)
        if row.method == "POST":
            _check_csrf()
        if not g.console.administrator.active and row.view not in ("home", "sign_out"):
            return redirect(ROOT, 303)
        if row.action is not None:
            may(g.console.actor, row.action, parts.get(row.subject, ""))
        if row.recent and not use_cases().console_sign_in.is_recent(g.console.session):
            return signing_in.park()
        return view(**parts)

    return answer


def check_network() -> None:
    """From elsewhere there is no console at all, and no API."""
    settings = use_cases().settings
    if not settings.admin.networks:
        return
    sender = network.address_of(ClientAddress(settings.server.trusted_proxies).of(request))
    if sender is None or not any(sender in ipaddress.ip_network(text) for text in settings.admin.networks):
        abort(404)


def _check_text(parts: Mapping[str, str]) -> None:
    """No name, address or id has a NUL in it, which PostgreSQL does not take."""
    texts = (*parts.values(), *request.args.values(), *(text for _, text in request.form.items(multi=True)))
    if any("\0" in text for text in texts):
        raise BadRequest


def _refused_get() -> Response | None:
    """Refuses a GET that does something unless a person makes it; None where it goes on."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET"])
    return prefetch_refused() if is_part_of_a_page(request) or is_prefetch(request) else None


def _signed_in() -> SignedInAdministrator | None:
    uses = use_cases()
    secret = uses.browser.cookies.read(signing_in.COOKIE)
    found = uses.console_sign_in.current(secret) if secret else None
    return SignedInAdministrator(*found) if found else None


def _check_csrf() -> None:
    if is_from_another_site(request):
        raise ShownToUser(403, "csrf", "the form came from another site")
    if not pages.csrf_fits(request.path):
        raise ShownToUser(403, "csrf", "the form's token does not fit")


def _to_sign_in(row: ConsolePage) -> Response:
    """The page that asks to sign in.

    A browser that comes from another site brings no Strict cookie, though it may have one: it is sent here
    once more, by a page of ours.
    """
    if row.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return pages.moving_on(_this_page())
    return redirect(signing_in.address(_this_page() if row.method == "GET" else ROOT), 303)


def _this_page() -> str:
    return signing_in.local(request.full_path.rstrip("?"))

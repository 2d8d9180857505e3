"""Signing out: at an application's wish (OIDC RP-Initiated Logout), or at the person's own."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.login.logout import sign_out
from bridge.login.support import person_mark
from bridge.oidc import logout as checks
from bridge.oidc.logout import LogoutRequest
from bridge.oidc.response_mode import origin
from bridge.ops.logs import logger
from bridge.web import pages
from bridge.web.edge import Pairs, edge, form_pairs, query_pairs
from bridge.web.respond import page, prefetch_refused
from bridge.web.sealed_form import sealed_pairs, unsealed_pairs
from bridge.web.security import YEAR, is_part_of_a_page, is_prefetch

blueprint = Blueprint("logout", __name__)


@blueprint.get("/logout")
def logout() -> Response:
    """An application sends the browser here (RP-Initiated Logout §2)."""
    if is_prefetch(request):
        return prefetch_refused()
    return _logout(query_pairs())


@blueprint.post("/logout")
def logout_by_form() -> Response:
    """The same by a form, which brings no cookies: checked, then asked again by GET (DESIGN §6.2)."""
    pairs = form_pairs()
    e = edge()
    checks.check(pairs, e.services.clients, e.hints)
    return redirect(f"/logout/form?r={sealed_pairs(pairs, 'logout')}", 303)


@blueprint.get("/logout/form")
def logout_form() -> Response:
    """The sealed GET form of a wish that came by POST."""
    if is_prefetch(request):
        return prefetch_refused()
    return _logout(unsealed_pairs("logout"))


def _logout(pairs: Pairs) -> Response:
    e = edge()
    asked = checks.check(pairs, e.services.clients, e.hints)
    session = e.guard.session()
    if session is None:
        return _gone(asked)
    # The client proves that it speaks of this very Session; an image or a frame of a page does not do it.
    if asked.sid == session.sid and not is_part_of_a_page(request):
        return _sign_out(asked)
    e.guard.browser_or_new()
    fields = {"csrf": e.guard.csrf("logout"), "r": sealed_pairs(pairs, "logout")}
    html = pages.logout_confirm(
        client=asked.client,
        go=pages.Form("/logout/confirm", fields),
        cancel=asked.client.way_back if asked.client else "",
    )
    return page(html, client=asked.client, forms=_hops(asked))


@blueprint.post("/logout/confirm")
def confirm() -> Response:
    """The person says on our page that they want to sign out."""
    e = edge()
    e.guard.check_csrf("logout")
    return _sign_out(checks.check(unsealed_pairs("logout"), e.services.clients, e.hints))


def _sign_out(asked: LogoutRequest) -> Response:
    """Local first: whatever happens upstream, this browser is signed out (DESIGN §6.11)."""
    e = edge()
    session = e.guard.session()
    response = _gone(asked)
    if session is not None:
        sign_out(session, e.services)
        logger().info("session.ended", sid=session.sid)
        mark = person_mark(e.services, session.subject.identity.camdigikey_id)
        e.guard.cookies.put(response, "last", mark + ".out", YEAR)
    e.guard.cookies.drop(response, "session")
    return response


def _gone(asked: LogoutRequest) -> Response:
    if asked.return_to:
        return redirect(asked.return_to, 303)
    way_back = asked.client.way_back if asked.client else ""
    return page(pages.signed_out(client=asked.client, way_back=way_back), client=asked.client)


def _hops(asked: LogoutRequest) -> tuple[str, ...]:
    onward = asked.client.onward_origins if isinstance(asked.client, Client) else ()
    return (origin(asked.return_to), *onward) if asked.return_to else ()

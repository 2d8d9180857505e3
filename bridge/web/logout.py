"""`/logout`: signing out, because an application asks (OIDC RP-Initiated Logout) or the person does."""

from urllib.parse import urlencode

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.session import EndCause
from bridge.errors import ShownToUser, StoreUnavailable
from bridge.oidc.logout import LogoutRequest
from bridge.oidc.response_modes import origin
from bridge.ops.logs import logger
from bridge.web import pages, presses
from bridge.web.fetch_metadata import is_of_a_browser, is_part_of_a_page
from bridge.web.parameters import Pairs, form_pairs, query_pairs
from bridge.web.responses import page
from bridge.web.sealed_form import sealed_pairs, unsealed_pairs
from bridge.web.use_cases import use_cases


def logout() -> Response:
    """An application sends the browser here (RP-Initiated Logout §2)."""
    return _logout(query_pairs())


def logout_by_form() -> Response:
    """The same by a form, which brings no cookies: checked, then asked again by GET (DESIGN §6.2)."""
    pairs = form_pairs()
    if not is_of_a_browser(request):  # an application's own call has no cookies to come back with
        return _logout(pairs)
    use_cases().provider.logout_requests.check(pairs)
    return redirect(f"/logout/form?r={sealed_pairs(pairs, 'logout')}", 303)


def logout_form() -> Response:
    """The sealed GET form of a request that came by POST."""
    return _logout(unsealed_pairs("logout"))


def _logout(pairs: Pairs) -> Response:
    uses = use_cases()
    logout_request = uses.provider.logout_requests.check(pairs)
    session = uses.browser.held_session()
    if session is None:
        return _without_session(logout_request)
    # The hint proves that the client means this very Session. An image or a frame on a page could be
    # anybody's.
    if logout_request.sid == session.sid and not is_part_of_a_page(request):
        return _sign_out(logout_request, "application")
    return _ask(logout_request, pairs)


def _without_session(logout_request: LogoutRequest) -> Response:
    """Nobody is signed in here, as far as cookies tell. A good hint ends the Session that it names anyway.

    An application that calls by itself is answered 400 where it ends nothing: it would take a page for a
    sign-out. So is a frame or a script of its page, which brings no cookies though the browser has them.
    """
    if not logout_request.hinted and (not is_of_a_browser(request) or is_part_of_a_page(request)):
        detail = "a call that comes from no browser or from a part of a page, without a good hint"
        raise ShownToUser(400, "logout_failed", detail)
    return _sign_out(logout_request, "application")


def _ask(logout_request: LogoutRequest, pairs: Pairs) -> Response:
    """The page that asks whether the person wants to sign out."""
    browser = use_cases().browser
    browser.id_or_new()
    fields = {"csrf": browser.csrf("logout"), "r": sealed_pairs(pairs, "logout")}
    fields |= presses.fields_of_page("logout")
    html = pages.logout_confirm(
        client=logout_request.client,
        go=pages.Form("/logout/confirm", fields, rests=True),
        cancel=logout_request.client.way_back if logout_request.client else None,
    )
    return page(html, client=logout_request.client, forms=_hops(logout_request), scripts=True)


def confirm() -> Response:
    """The person says on our page that they want to sign out."""
    uses = use_cases()
    uses.browser.check_csrf("logout")
    pairs = unsealed_pairs("logout")
    logout_request = uses.provider.logout_requests.check(pairs)
    return _sign_out(logout_request, "person") if presses.counts("logout") else _ask(logout_request, pairs)


def _sign_out(logout_request: LogoutRequest, cause: EndCause) -> Response:
    """Ends the Session and its cookie; whatever CamDigiKey answers, this browser is signed out (DESIGN
    §6.11).
    """
    uses = use_cases()
    session = uses.browser.held_session()
    uses.sign_out.sign_out(session, cause, logout_request.sid)
    if session is not None:
        logger().info("session.ended", sid=session.sid)
        mark: str | None = uses.subject_key.browser_mark(session.subject.identity.camdigikey_id)
    else:  # a hint's Session is written down where it ends
        mark = uses.browser.last_person().mark
    response = _signed_out(logout_request)
    uses.browser.forget_session(response, mark)
    return response


def _signed_out(logout_request: LogoutRequest) -> Response:
    if logout_request.return_to is not None:
        return redirect(logout_request.return_to, 303)
    way_back = logout_request.client.way_back if logout_request.client else None
    return page(
        pages.signed_out(client=logout_request.client, way_back=way_back), client=logout_request.client
    )


def address_without_fault(pairs: Pairs, client: Client | None) -> str:
    """Where the person can sign out themselves after a request that was refused, with what was good in it.

    A hint is left out: without one they are asked. `client`: the one that the request named by any means.
    """
    if client is None:
        return "/logout"
    given = dict(pairs) | {"client_id": client.client_id}
    names = ("client_id", "post_logout_redirect_uri", "state")
    kept = [(name, given[name]) for name in names if name in given]
    try:
        use_cases().provider.logout_requests.check(kept)
    except (ShownToUser, StoreUnavailable):
        kept = kept[:1]
    return "/logout?" + urlencode(kept)


def _hops(logout_request: LogoutRequest) -> tuple[str, ...]:
    if logout_request.return_to is None:
        return ()
    further = logout_request.client.form_action_origins if logout_request.client is not None else ()
    return (origin(logout_request.return_to), *further)

"""Signing out: at an application's wish (OIDC RP-Initiated Logout), or at the person's own."""

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.session import EndCause
from bridge.oidc.logout import LogoutRequest
from bridge.oidc.response_modes import origin
from bridge.ops.logs import logger
from bridge.web import pages
from bridge.web.fetch_metadata import is_part_of_a_page
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
    use_cases().provider.logout_requests.check(pairs)
    return redirect(f"/logout/form?r={sealed_pairs(pairs, 'logout')}", 303)


def logout_form() -> Response:
    """The sealed GET form of a wish that came by POST."""
    return _logout(unsealed_pairs("logout"))


def _logout(pairs: Pairs) -> Response:
    uses = use_cases()
    asked = uses.provider.logout_requests.check(pairs)
    session = uses.browser.session()
    if session is None:
        return _signed_out(asked)
    # The client proves that it speaks of this very Session; an image or a frame of a page does not do it.
    if asked.sid == session.sid and not is_part_of_a_page(request):
        return _sign_out(asked, "application")
    return _ask(asked, pairs)


def _ask(asked: LogoutRequest, pairs: Pairs) -> Response:
    """Do you want to sign out?"""
    browser = use_cases().browser
    browser.id_or_new()
    fields = {"csrf": browser.csrf("logout"), "r": sealed_pairs(pairs, "logout")}
    html = pages.logout_confirm(
        client=asked.client,
        go=pages.Form("/logout/confirm", fields),
        cancel=asked.client.way_back if asked.client else None,
    )
    return page(html, client=asked.client, forms=_hops(asked))


def confirm() -> Response:
    """The person says on our page that they want to sign out."""
    uses = use_cases()
    uses.browser.check_csrf("logout")
    return _sign_out(uses.provider.logout_requests.check(unsealed_pairs("logout")), "person")


def _sign_out(asked: LogoutRequest, cause: EndCause) -> Response:
    """Local first: whatever happens upstream, this browser is signed out (DESIGN §6.11)."""
    uses = use_cases()
    session = uses.browser.session()
    response = _signed_out(asked)
    mark = None
    if session is not None:
        uses.sign_out.sign_out(session, cause)
        logger().info("session.ended", sid=session.sid)
        mark = uses.subject_key.browser_mark(session.subject.identity.camdigikey_id)
    uses.browser.forget_session(response, mark)
    return response


def _signed_out(asked: LogoutRequest) -> Response:
    if asked.return_to is not None:
        return redirect(asked.return_to, 303)
    way_back = asked.client.way_back if asked.client else None
    return page(pages.signed_out(client=asked.client, way_back=way_back), client=asked.client)


def _hops(asked: LogoutRequest) -> tuple[str, ...]:
    if asked.return_to is None:
        return ()
    further = asked.client.form_action_origins if asked.client is not None else ()
    return (origin(asked.return_to), *further)

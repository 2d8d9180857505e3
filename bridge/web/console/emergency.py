"""The console opened in an emergency: its link, its end; and what owners are told of it afterwards."""

from collections.abc import Mapping

from flask import g, redirect, request
from werkzeug.wrappers import Response

from bridge.errors import ShownToUser
from bridge.manage.break_glass import EmergencySession
from bridge.web.console import pages
from bridge.web.console.guard import View, here
from bridge.web.console.rows import ROOT, ConsolePage
from bridge.web.console.signing_in import COOKIE, local
from bridge.web.fetch_metadata import is_from_another_site
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

ENTER = f"{ROOT}/open/<token>"
NO_SUCH_PAGE = N_("There is no such page here.")
MAX_NUMBER = 18  # digits of a row's number
# The pages that such a console has in place of those by which administrators sign in.
EMERGENCY_PAGES: tuple[ConsolePage, ...] = (
    ConsolePage(f"{ROOT}/sign-in", "GET", "how_to_enter", visitors=True),
    ConsolePage(ENTER, "GET", "link", visitors=True),
    ConsolePage(ENTER, "POST", "enter", visitors=True),
    ConsolePage(f"{ROOT}/sign-out", "POST", "close"),
)


def how_to_enter() -> Response:
    """For a browser that has not used the link."""
    return pages.show("emergency", 403, action="")


def link(token: str) -> Response:
    """The page of the link; it spends nothing."""
    good = _session().is_good(token)
    return pages.show("emergency", 200 if good else 403, action=request.path if good else "")


def enter(token: str) -> Response:
    """Spends the link: this browser administers until the time is over."""
    if is_from_another_site(request):
        raise ShownToUser(403, "csrf", "the form came from another site")
    session, uses = _session(), use_cases()
    secret = session.enter(token)
    uses.administration.emergencies.enter(session.somebody)
    response = redirect(ROOT, 303)
    uses.browser.cookies.put(response, COOKIE, secret, samesite="Strict")
    return response


def close() -> Response:
    """Ends it; the command that serves it ends too."""
    session, uses = _session(), use_cases()
    session.end()
    g.console = None
    response = pages.show("emergency", action="", closed=True)
    uses.browser.cookies.drop(response, COOKIE)
    return response


def seen() -> Response:
    """An owner has seen that it was opened."""
    through, back = request.form.get("through", ""), local(request.form.get("back", ""))
    number = int(through) if through.isascii() and through.isdecimal() and len(through) <= MAX_NUMBER else 0
    use_cases().administration.emergencies.acknowledge(here().actor, number)
    return redirect(back, 303)


def _session() -> EmergencySession:
    session: object = use_cases().console_sign_in
    if not isinstance(session, EmergencySession):
        raise ShownToUser(404, "not_found")
    return session


EMERGENCY_VIEWS: Mapping[str, View] = {
    "how_to_enter": how_to_enter,
    "link": link,
    "enter": enter,
    "close": close,
}
